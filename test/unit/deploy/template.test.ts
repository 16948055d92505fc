import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { readBundle } from '../../../bundle/read-bundle.ts'
import { main, templateOf } from '../../../deploy/template.ts'
import type { Config } from '../../../edge/config.ts'
import { type Built, built } from '../../e2e/site.ts'
import { TEMPLATES } from '../../runs.ts'
import { withoutPackages } from '../../without-packages.ts'
import { output } from '../cli/kit/fixture-output.ts'
import { temporaryFolder } from '../local/fixture.ts'
import { CONFIG } from './template/bundles.ts'

const run = async (...args: string[]) => {
  const [stdout, stderr] = [output(), output()]
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

const fails = async (code: number, message: string, ...args: string[]) =>
  expect(await run(...args)).toEqual({ code, stdout: '', stderr: `${message}\n` })

let site: Built
beforeAll(async () => {
  site = await built(CONFIG)
  for (const [name, value] of Object.entries(TEMPLATES)) vi.stubEnv(name, value)
})
afterAll(() => site.remove())

describe('rimlight template', () => {
  it('prints the template, and nothing else', async () => {
    const { code, stdout, stderr } = await run('--dist', site.dist)
    expect([code, stderr]).toEqual([0, ''])
    const { Description, Resources } = JSON.parse(stdout)
    expect(Description).toMatch(/^Rimlight: cdn\.example\.com, config [0-9a-f]{12}\. For us-east-1; /)
    const functions = Object.values(Resources as Record<string, { Type: string; Properties: { FunctionCode: string } }>)
    const { FunctionCode } = functions.find(({ Type }) => Type === 'AWS::CloudFront::Function')?.Properties ?? {}
    expect(FunctionCode).toBe(await readFile(join(site.dist, 'viewer-request.js'), 'utf8'))
    expect(stdout).toBe(await templateOf(await readBundle(site.dist)))
  })

  it('writes it to a file, and says what is left to do', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'template.json')
    const { code, stdout, stderr } = await run('--dist', site.dist, '--out', file)
    expect([code, stderr]).toEqual([0, ''])
    expect(await readdir(folder)).toEqual(['template.json'])
    const text = await readFile(file, 'utf8')
    const { Parameters, Resources } = JSON.parse(text)
    const resources = Object.keys(Resources).length
    expect(stdout).toContain(`Wrote ${file}: ${resources} resources in ${text.length.toLocaleString('en')} bytes\n`)
    for (const [zip, key] of [
      ['origin-request.zip', Parameters.OriginRequestKey.Default],
      ['origin-response.zip', Parameters.OriginResponseKey.Default],
    ]) {
      expect(stdout).toContain(`  aws s3 cp ${join(site.dist, zip)} s3://CODE-BUCKET/${key}\n`)
    }
    expect(stdout).toContain(
      `  aws cloudformation deploy --region us-east-1 --stack-name NAME --template-file ${file} \\\n`,
    )
    expect(stdout).toContain('block public access:\n  example-photos\n')
  })

  it('says nothing of merging where the stack creates the buckets', async () => {
    const file = join(await temporaryFolder(), 'it is.json')
    const { code, stdout } = await run('--dist', site.dist, '--out', file, '--create-buckets')
    expect(code).toBe(0)
    expect(stdout).not.toContain('Merge')
    expect(stdout).toContain(`--template-file '${file}'`)
    expect(JSON.parse(await readFile(file, 'utf8')).Resources).toHaveProperty('ExamplePhotosBucketPolicy')
  })

  it('says how tokens come to be good', async () => {
    const file = join(await temporaryFolder(), 'template.json')
    const token: Config['routes'][number] = {
      ...{ path: '/tokens/*', origin: 'photos', cache: {} },
      auth: { type: 'jwt', algorithms: ['HS256'], path: 'path' },
    }
    const tokens = await built({ ...CONFIG, routes: [token, ...CONFIG.routes] })
    try {
      expect((await run('--dist', tokens.dist, '--out', file)).stdout).toContain(
        'Add a secret that tokens are signed with; until there is one, every token is refused:\n  rimlight keys add default --generate --out default.secret --distribution DISTRIBUTION-ID\n',
      )
      expect((await run('--dist', site.dist, '--out', file)).stdout).not.toContain('tokens')
    } finally {
      await tokens.remove()
    }
  })

  it('says which parameters are secrets', async () => {
    const file = join(await temporaryFolder(), 'template.json')
    const { photos, api } = CONFIG.origins
    const origins = { photos, api: { ...api, headers: ['x-origin-secret'] } } as Config['origins']
    const guarded = await built({ ...CONFIG, origins })
    try {
      expect((await run('--dist', guarded.dist, '--out', file)).stdout).toContain(
        '{{resolve:secretsmanager:NAME}}:\n  HeaderApiXOriginSecret, x-origin-secret of api\n',
      )
      expect((await run('--dist', site.dist, '--out', file)).stdout).not.toContain('secrets')
    } finally {
      await guarded.remove()
    }
  })

  it('says where the staging distribution goes', async () => {
    const file = join(await temporaryFolder(), 'next.json')
    const { stdout } = await run('--dist', site.dist, '--out', file, '--staging')
    expect(stdout).toContain("Then give the primary's stack the parameter RolloutPolicyId")
  })

  it('prints one JSON document', async () => {
    const { code, stdout } = await run('--dist', site.dist, '--json', '--oai-id', 'E2QWRUHAPOMQZL')
    expect(code).toBe(0)
    const { template, ...rest } = JSON.parse(stdout)
    const { artefacts } = (await readBundle(site.dist)).manifest
    expect(rest).toEqual({
      bytes: expect.any(Number),
      resources: Object.keys(template.Resources).length,
      notes: [],
      uploads: (['origin-request', 'origin-response'] as const).map((trigger) => ({
        file: join(site.dist, `${trigger}.zip`),
        key: `rimlight/${artefacts[trigger].sha256}/${trigger}.zip`,
        bytes: artefacts[trigger].bytes,
        sha256: artefacts[trigger].sha256,
      })),
    })
    expect(JSON.stringify(template)).toContain('CloudFront Origin Access Identity E2QWRUHAPOMQZL')
  })

  it('delivers logs by standard logging v2 on request, with a table of them', async () => {
    const { code, stdout } = await run('--dist', site.dist, '--logs', 'v2', '--log-table', '--json')
    const types = Object.values(JSON.parse(stdout).template.Resources as Record<string, { Type: string }>)
    expect(code).toBe(0)
    expect(types.map(({ Type }) => Type)).toEqual(expect.arrayContaining(['AWS::Logs::Delivery', 'AWS::Glue::Table']))
    const hint = '`rimlight template --help` says how to use it'
    await fails(2, '--logs: expected v1 or v2, found "v3"', '--dist', site.dist, '--logs', 'v3')
    await fails(
      2,
      `expected --logs v2 beside --log-table, found --logs v1; ${hint}`,
      ...['--dist', site.dist, '--log-table'],
    )
  })

  it('is the same text for the same bundle in another folder', async () => {
    const other = join(await temporaryFolder(), 'another folder')
    await mkdir(other)
    await cp(site.dist, join(other, 'bundle'), { recursive: true })
    const first = (await run('--dist', site.dist)).stdout
    const second = (await run('--dist', join(other, 'bundle'))).stdout
    expect(second).toBe(first)
    expect(first).not.toContain(site.dist)
    expect(first).not.toContain(ROOT)
    expect(first).not.toContain('CDKMetadata')
  })

  it('notes what a bucket policy can not deny', async () => {
    const { routes, ...rest } = CONFIG
    const config: Config = {
      ...rest,
      routes: [{ path: '/projects/public*', origin: 'photos', cache: {} }, ...routes],
    }
    const other = await built(config)
    try {
      const { code, stdout, stderr } = await run('--dist', other.dist)
      expect(code).toBe(0)
      expect(stderr).toBe(
        "Note: example-photos: the policy can't deny the keys of the never route /projects/*, as /projects/public* serves some of them; nothing but the functions keeps the rest from being read through a cached route\n",
      )
      expect(stdout).not.toContain('NeverRead')
      expect(JSON.parse((await run('--dist', other.dist, '--json')).stdout).notes.length).toBe(1)
    } finally {
      await other.remove()
    }
  })
})

describe('rimlight template refuses', () => {
  it('a folder without a bundle', () =>
    fails(
      2,
      `${join('nowhere', 'manifest.json')}: not found; \`rimlight build\` writes the bundle to dist, or name another with --dist`,
      '--dist',
      'nowhere',
    ))

  it('two ways to read buckets at once', () =>
    fails(
      2,
      'expected --oai or --oai-id, found both; `rimlight template --help` says how to use it',
      ...['--dist', site.dist, '--oai', '--oai-id', 'E2QWRUHAPOMQZL'],
    ))

  it('what is no id of an identity', () =>
    fails(
      2,
      '--oai-id: expected an id such as E2QWRUHAPOMQZL, found "origin-access-identity/cloudfront/E2"',
      ...['--dist', site.dist, '--oai-id', 'origin-access-identity/cloudfront/E2'],
    ))

  it('a file that can not be written, and leaves nothing behind', async () => {
    const folder = await temporaryFolder()
    const { code, stderr } = await run('--dist', site.dist, '--out', join(folder, 'none', 'template.json'))
    expect(code).toBe(2)
    expect(stderr).toMatch(/^--out: .*template\.json can't be written: ENOENT: /)
    await mkdir(join(folder, 'taken'))
    expect((await run('--dist', site.dist, '--out', join(folder, 'taken'))).code).toBe(2)
    expect(await readdir(folder)).toEqual(['taken'])
    expect((await run('--dist', site.dist, '--out', join(site.dist, 'manifest.json', 'template.json'))).stderr).toMatch(
      /^--out: .*template\.json can't be written: ENOTDIR: /,
    )
  })

  it.each(['aws-cdk-lib', 'constructs'])('to go on without %s, and says what to install', async (name) => {
    const script = `
      const { main } = await import(${JSON.stringify(pathToFileURL(join(ROOT, 'deploy/template.ts')).href)})
      process.exitCode = await main(['--dist', ${JSON.stringify(site.dist)}], process.stdout, process.stderr)`
    const args = [...withoutPackages(RegExp(`^${name}(?:[/]|$)`)), '--input-type=module', '-e', script]
    await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: `making the template takes aws-cdk-lib and constructs, not installed here; run \`npm install --save-dev aws-cdk-lib constructs\`\n`,
    })
  })
})
