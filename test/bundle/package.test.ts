/** The package as another project has it: packed, installed, built with. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { brokenLinks, linksOf } from '../checks/links.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { installTool, packedTool, type Tarball } from './packed.ts'
import { attw, publint } from './published.ts'
import { builtOnce, CONFIG, filesIn } from './tree.ts'

const execute = promisify(execFile)

/** The AWS SDK of commands that change distributions. */
const A = '@aws-sdk'
const CLIENTS = `${A}/client-cloudfront, ${A}/client-iam, ${A}/client-kms, ${A}/client-lambda, ${A}/client-s3 and ${A}/client-sts`

const PACKAGE = { name: 'site', version: '1.0.0', private: true, type: 'module' }

const CONFIG_MODULE = `import { defineConfig } from 'rimlight'
export default defineConfig(${JSON.stringify(CONFIG)})
`

const TYPES = `import { defineConfig, type Config } from 'rimlight'
import { type CloudFront, startCloudFront } from 'rimlight/local'
import { type SessionHandler, sessionHandler } from 'rimlight/session'
import { signToken } from 'rimlight/sign'
import { fromKey } from 'rimlight/urls'
export const config: Config = defineConfig({ domains: [], origins: {}, routes: [] })
export const started: Promise<CloudFront> = startCloudFront({ dist: 'dist' })
export const session: SessionHandler = sessionHandler(JSON.parse(''))
export const token: string = signToken({ secret: '', expiresIn: 900 })
export const wrong: number = fromKey
`

const LOCAL = `import { startCloudFront } from 'rimlight/local'
const cloudFront = await startCloudFront()
const { status, headers } = await cloudFront.fetch('/photos/dusk.jpg?w=640', { headers: { accept: 'image/webp' } })
await cloudFront.stop()
console.log(status, headers.get('content-type'))
`

/** AWS's packages are peers, which nobody has installed there. */
const SIGN = `import { generateKeyPairSync } from 'node:crypto'
import { signToken, signUrl } from 'rimlight/sign'
import { sessionHandler } from 'rimlight/session'
const secret = 'x'.repeat(43)
const privateKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
const site = { domains: ['cdn.example.com'], routes: [{ path: '/*' }] }
const failure = await signUrl(site, '/a', { keyPairId: 'K1', privateKey, expiresIn: 60 }).catch((error) => error)
const session = sessionHandler({
  jwks: 'https://login.example.com/jwks.json', algorithms: ['RS256'], issuer: 'a', audience: 'b',
  grant: { type: 'jwt', secret, path: () => '/' },
})
const { status } = await session(new Request('https://app.example.com/session'))
console.log(signToken({ secret, expiresIn: 60 }).split('.').length, status, failure.message)
`

const MSW = `import { setupServer } from 'msw/node'
import { cloudfrontHandlers } from 'rimlight/msw'
import config from './edge.config.ts'
const server = setupServer(...(await cloudfrontHandlers(config, { buckets: { photos: 'node_modules/rimlight/local/samples' } })))
server.listen()
const { headers } = await fetch('https://cdn.example.com/photos/dusk.jpg?w=640', { headers: { accept: 'image/webp' } })
console.log(headers.get('x-rimlight'))
server.close()
`

let tarball: Tarball
beforeAll(async () => {
  tarball = await packedTool()
})

describe('the tarball', () => {
  const textOf = async (file: string) => [file, await readFile(join(ROOT, file), 'utf8')] as const

  it('has every page that a page of it links to', async () => {
    const pages = tarball.files.filter((file) => file.endsWith('.md'))
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/README.md', 'docs/config.md', 'CHANGELOG.md']))
    const texts = Object.fromEntries(await Promise.all(pages.map(textOf)))
    expect(pages.flatMap((page) => linksOf(page, texts[page] ?? '')).length).toBeGreaterThan(100)
    expect(brokenLinks(texts, new Set(tarball.files), (file) => texts[file] ?? '')).toEqual([])
  })

  it('has nothing that publint or attw would have otherwise', async () => {
    expect(await publint(tarball.path)).toMatchObject({ code: 0, said: expect.stringContaining('All good!') })
    const types = await attw(tarball.path)
    expect(types, types.said).toMatchObject({ code: 0 })
    const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    expect(Object.keys(exports).length).toBeGreaterThan(6)
    for (const entry of Object.keys(exports)) expect(types.said).toContain(`"rimlight${entry.slice(1)}"`)
  })
})

describe('the package in another project', () => {
  let project: string
  let unreachable: string | undefined
  beforeAll(async () => {
    project = await temporaryFolder()
    await writeFile(join(project, 'package.json'), JSON.stringify(PACKAGE))
    await writeFile(join(project, 'edge.config.ts'), CONFIG_MODULE)
    unreachable = (await installTool(project)).unreachable
  })

  const node = (...args: string[]) => execute(process.execPath, args, { cwd: project })
  const rimlight = (...args: string[]) => node('node_modules/.bin/rimlight', ...args)

  /** For all tests that need a bundle there: it is built by the first of them. */
  let building: ReturnType<typeof rimlight> | undefined
  const built = () => {
    building ??= rimlight('build')
    return building
  }

  it('builds the same bytes', async ({ skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    expect((await built()).stderr).toBe('')
    expect(await filesIn(join(project, 'dist'))).toEqual(await filesIn(join(await builtOnce(), 'dist')))
  })

  it('runs them', async ({ skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    await built()
    await writeFile(join(project, 'local.mjs'), LOCAL)
    expect((await node('local.mjs')).stdout).toBe('200 image/webp\n')
  })

  it('brings one sharp, which miniflare takes as well', ({ skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    expect(existsSync(join(project, 'node_modules/sharp'))).toBe(true)
    expect(existsSync(join(project, 'node_modules/miniflare/node_modules/sharp'))).toBe(false)
  })

  it('answers in tests, with renditions', async ({ skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    await symlink(join(ROOT, 'node_modules/msw'), join(project, 'node_modules/msw'))
    await writeFile(join(project, 'msw.mjs'), MSW)
    expect((await node('msw.mjs')).stdout).toBe('webp; 640x427; q=80\n')
  })

  it('begins a project, whose first test passes', async ({ skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    const cwd = join(project, 'begun')
    await rimlight('init', '--yes', '--dir', 'begun')
    await execute(process.execPath, ['../node_modules/.bin/rimlight', 'build'], { cwd })
    const test = await execute(process.execPath, ['--test', '--test-reporter=tap', 'test/edge.test.mts'], { cwd })
    expect(test.stdout).toMatch(/^ok 1 - a picture is served as WebP, and cached$/m)
  })

  it('signs, and says what else has to be installed for that', async ({ skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    await writeFile(join(project, 'sign.mjs'), SIGN)
    expect((await node('sign.mjs')).stdout).toBe(
      '3 401 signing URLs and cookies takes @aws-sdk/cloudfront-signer, not installed here; run `npm install @aws-sdk/cloudfront-signer`\n',
    )
  })

  it('says what it is, and what it takes', async ({ skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    expect((await rimlight('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    for (const verb of [
      'init',
      'build',
      'start',
      'dev',
      'replay',
      'template',
      'verify',
      'logs',
      'invalidate',
      'release',
    ]) {
      expect((await rimlight(verb, '--help')).stdout).toMatch(new RegExp(`^Usage: rimlight ${verb} `))
    }
  })

  it.for([
    ['attach --distribution EDFDVBD6EXAMPLE', 'rimlight attach', CLIENTS],
    ['help tenants', 'rimlight tenants', CLIENTS],
    [
      'keys list',
      'rimlight keys',
      `${A}/client-cloudfront, ${A}/client-cloudfront-keyvaluestore and ${A}/signature-v4a`,
    ],
    ['publish out s3://example-photos', 'rimlight publish', `${A}/client-s3`],
    ['invalidate /a --distribution EDFDVBD6EXAMPLE', 'rimlight invalidate --distribution', `${A}/client-cloudfront`],
    ['init --from-distribution EDFDVBD6EXAMPLE --dir other', 'rimlight init --from-distribution', CLIENTS],
    ['template', 'making the template', 'aws-cdk-lib and constructs'],
    ['logs report a.log', 'reading logs', '@duckdb/node-api'],
  ])('%s says what to install', async ([command = '', what, packages = ''], { skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    const names = packages.replaceAll(/,| and/g, '')
    await writeFile(join(project, 'a.log'), '')
    await built()
    await expect(rimlight(...command.split(' '))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `${what} takes ${packages}, not installed here; run \`npm install --save-dev ${names}\`\n`,
      ),
    })
  })

  it.for([
    ['CommonJS and ES modules under nodenext', ['types.cts', 'types.mts'], ['--module', 'nodenext']],
    ['bundlers', ['types.ts'], ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ] as const)('has types for %s', async ([, files, options], { skip }) => {
    skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
    for (const file of files) await writeFile(join(project, file), TYPES)
    const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--pretty', 'false', ...options]
    const types = ['--target', 'es2024', '--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
    const found = await node(...tsc, ...types, ...files).catch(({ stdout }) => stdout)
    // Of each file with its one mistake, and of no declaration of the package.
    const mistakes = files.map(
      (file) => `${file.replace('.', '\\.')}\\(10,14\\): error TS2322: [^\\n]*\\n(?: [^\\n]*\\n)*`,
    )
    expect(found).toMatch(new RegExp(`^${mistakes.join('')}$`))
  })
})
