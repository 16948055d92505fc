import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadConfig } from '../../../../build/config.ts'
import { initCommand } from '../../../../cli/init.ts'
import { run } from '../../../aws/fixture.ts'
import { temporaryFolder } from '../../local/fixture.ts'

const FILES = ['.gitignore', 'edge.config.ts', 'events/viewer-request.json', 'package.json', 'test/edge.test.mts']

async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const texts = await Promise.all(
    files.map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')]),
  )
  return Object.fromEntries(texts.toSorted())
}

/** @param answers what a person types; without, there is nobody */
async function init(folder: string, args: string[], answers?: (string | null)[]) {
  const questions: string[] = []
  const ask = async (question: string) => {
    questions.push(question)
    return answers?.shift() ?? null
  }
  const main = initCommand({ ask: answers ? ask : null, aws: () => Promise.reject(new Error('AWS was asked')) })
  return { ...(await run(main, ['--dir', folder, ...args])), questions }
}

const changesOf = (stdout: string) =>
  Object.fromEntries(
    JSON.parse(stdout).files.map(({ file, change }: { file: string; change: string }) => [file, change]),
  )

describe('rimlight init', () => {
  it('writes a project whose config is right', async () => {
    const folder = await temporaryFolder()
    const args = [
      '--domain',
      'img.example.org',
      '--bucket',
      'pictures',
      '--region',
      'eu-central-1',
      '--api',
      'api.example.org/v1',
    ]
    const { code, stdout, stderr } = await init(folder, args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.match(/^created/gm)).toHaveLength(FILES.length)
    expect(Object.keys(await filesIn(folder))).toEqual(FILES)
    expect(await loadConfig(join(folder, 'edge.config.ts'))).toMatchObject({
      domains: ['img.example.org'],
      origins: {
        photos: { bucket: 'pictures', region: 'eu-central-1' },
        api: { domain: 'api.example.org', path: '/v1' },
      },
      routes: [
        { path: '/api/*', origin: 'api', cache: 'never' },
        { path: '/*', origin: 'photos', images: { formats: ['avif', 'webp'] } },
      ],
    })
  })

  it('run again, with or without the same options, changes nothing', async () => {
    const folder = await temporaryFolder()
    await init(folder, ['--yes', '--images', 'webp'])
    const before = await filesIn(folder)
    for (const args of [['--yes', '--images', 'webp'], [], ['--yes', '--bucket', 'another']]) {
      const { code, stdout } = await init(folder, [...args, '--json'])
      expect(code).toBe(0)
      const { 'edge.config.ts': config, ...others } = changesOf(stdout)
      expect(config).toBe(args.includes('--images') ? 'unchanged' : 'left-alone')
      expect(new Set(Object.values(others))).toEqual(new Set(['unchanged']))
      expect(await filesIn(folder)).toEqual(before)
    }
  })

  it('leaves alone what differs, says so, and writes the rest of what is there', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'test'))
    await writeFile(join(folder, 'test/edge.test.mts'), '// mine\n')
    const { code, stdout } = await init(folder, ['--yes'])
    expect(code).toBe(0)
    expect(stdout).toContain('left alone   test/edge.test.mts (it is there, and says something else)\n')
    const files = await filesIn(folder)
    expect(files['test/edge.test.mts']).toBe('// mine\n')
    expect(Object.keys(files)).toEqual(FILES)
  })

  it('with a config that is broken it writes neither event nor test, and says so', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'edge.config.ts'), 'export default {')
    const { code, stdout } = await init(folder, [])
    expect(code).toBe(0)
    expect(stdout).toContain("note: edge.config.ts can't be read: `rimlight build --check` says why.")
    expect(Object.keys(await filesIn(folder))).toEqual(['.gitignore', 'edge.config.ts', 'package.json'])
  })

  it.each([
    ['package-lock.json', 'Next: npm install, and npx rimlight dev --open'],
    ['pnpm-lock.yaml', 'Next: pnpm install, and pnpm exec rimlight dev --open'],
    ['yarn.lock', 'Next: yarn install, and yarn rimlight dev --open'],
    ['bun.lock', 'Next: bun install, and bunx rimlight dev --open'],
  ])('where there is %s, it says how that is gone on with', async (lock, next) => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, lock), '')
    expect((await init(folder, ['--yes'])).stdout).toContain(next)
  })

  it.each([
    ['pnpm/10.34.9 npm/? node/v24.21.0 linux x64', 'Next: pnpm install, and pnpm exec rimlight'],
    ['yarn/1.22.22 npm/? node/v24.21.0 linux x64', 'Next: yarn install, and yarn rimlight'],
    ['npm/11.19.1 node/v24.21.0 linux x64 workspaces/false', 'Next: npm install, and npx rimlight'],
    ['other/1.0.0', 'Next: npm install, and npx rimlight'],
  ])('run by %s in an empty folder, it says how that goes on', async (agent, next) => {
    vi.stubEnv('npm_config_user_agent', agent)
    onTestFinished(() => void vi.unstubAllEnvs())
    const folder = await temporaryFolder()
    expect((await init(folder, ['--yes'])).stdout).toContain(next)
    const withLock = await temporaryFolder()
    await writeFile(join(withLock, 'package-lock.json'), '')
    expect((await init(withLock, ['--yes'])).stdout).toContain('Next: npm install')
  })

  it('--dry-run writes nothing', async () => {
    const folder = await temporaryFolder()
    const { code, stdout } = await init(folder, ['--yes', '--dry-run'])
    expect(code).toBe(0)
    expect(stdout.match(/^to create /gm)).toHaveLength(FILES.length)
    expect(stdout).toContain('Nothing was written: --dry-run.\n')
    expect(await readdir(folder)).toEqual([])
  })

  it('asks a person what no option says, again where the answer is none', async () => {
    const folder = await temporaryFolder()
    const { code, stderr, questions } = await init(
      folder,
      ['--region', 'eu-west-1'],
      ['', 'My Bucket', 'pictures', 'none', ''],
    )
    expect(code).toBe(0)
    expect(questions).toEqual([
      'Host name that viewers use (several with commas) [cdn.example.com]: ',
      'S3 bucket that holds the files [example-photos]: ',
      'S3 bucket that holds the files [example-photos]: ',
      'Formats to convert images to: avif,webp, webp or none [avif,webp]: ',
      'Host name of an API for /api/*, or none [none]: ',
    ])
    expect(stderr).toBe('expected an S3 bucket name, found "My Bucket"\n')
    const { origins, routes } = await loadConfig(join(folder, 'edge.config.ts'))
    expect(origins).toEqual({ photos: { bucket: 'pictures', region: 'eu-west-1' } })
    expect(routes).toMatchObject([{ path: '/*', images: null }])
  })

  it('Ctrl-C at a question writes nothing', async () => {
    const folder = await temporaryFolder()
    const { code, stderr } = await init(folder, [], ['', null])
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Interrupted: nothing was written.\n' })
    expect(await readdir(folder)).toEqual([])
  })

  it.each([
    [
      'nobody to ask',
      ['--bucket', 'pictures'],
      'expected --domain, --region, since stdin is no terminal and nobody can be asked; --yes takes examples in their place; `rimlight init --help` says how to use it\n',
    ],
    [
      'all that is wrong',
      ['--yes', '--domain', 'a b', '--bucket', 'B', '--region', 'here', '--images', 'gif', '--api', 'a b'],
      `--domain: expected a host name such as cdn.example.com, found "a b"
--bucket: expected an S3 bucket name, found "B"
--region: expected an AWS region such as us-east-1, found "here"
--images: expected 'webp' or 'avif', found "gif"
--api: expected a host name such as cdn.example.com, found "a b"
`,
    ],
    [
      'two sources',
      ['--from-distribution', 'EDFDVBD6EXAMPLE', '--bucket', 'pictures'],
      'expected one of --from-distribution, --from-terraform and --from-cloudformation alone, which say where everything is, found options for another config beside it; `rimlight init --help` says how to use it\n',
    ],
  ])('%s', async (_what, args, message) => {
    const folder = await temporaryFolder()
    expect(await init(folder, args)).toMatchObject({ code: 2, stdout: '', stderr: message })
    expect(await readdir(folder)).toEqual([])
  })
})
