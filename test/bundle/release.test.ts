/** `npm run release`, from two copies of the sources. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { TEMPLATES } from '../runs.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { copyOfTree, filesIn } from './tree.ts'

const execute = promisify(execFile)

const release = async (tree: string, args: string[], options: { cwd?: string; env?: Record<string, string> } = {}) =>
  execute(process.execPath, [join(tree, 'cli/rimlight.mjs'), 'release', '--config', 'config.json', ...args], {
    cwd: options.cwd ?? tree,
    env: { ...process.env, ...TEMPLATES, ...options.env },
  })

/** With what a release has besides the bundle. */
async function copy(): Promise<string> {
  const tree = await copyOfTree()
  for (const folder of ['deploy', 'local']) await cp(join(ROOT, folder), join(tree, folder), { recursive: true })
  return tree
}

let first: string
let stdout: string
let released: Record<string, Buffer>
beforeAll(async () => {
  first = await copy()
  stdout = (await release(first, [])).stdout
  released = await filesIn(join(first, 'release'))
})

it('holds everything that goes to a distribution', () => {
  expect(Object.keys(released)).toEqual([
    'SHA256SUMS',
    'config.json',
    'manifest.json',
    'origin-request.zip',
    'origin-response.zip',
    'policies.json',
    'sbom.cdx.json',
    'template.json',
    'viewer-request.js',
  ])
  expect(stdout).toBe(`Released release/\n\n${released.SHA256SUMS}`)
})

it('SHA256SUMS names every file, and sha256sum agrees', async () => {
  const lines = Object.entries(released)
    .filter(([file]) => file !== 'SHA256SUMS')
    .map(([file, content]) => `${createHash('sha256').update(content).digest('hex')}  ${file}`)
  expect(String(released.SHA256SUMS).trimEnd().split('\n')).toEqual(lines)
  const { stdout } = await execute('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: join(first, 'release') })
  expect(stdout.trimEnd().split('\n')).toHaveLength(lines.length)
})

it('has the same bytes from another folder, at another time, in another place of the world', async () => {
  const second = await copy()
  const folder = join(await temporaryFolder(), 'deep')
  await mkdir(folder)
  await cp(join(second, 'config.json'), join(folder, 'config.json'))
  await release(second, ['--out', 'out'], { cwd: folder, env: { TZ: 'Asia/Kolkata', LC_ALL: 'tr_TR.UTF-8' } })
  expect(String((await filesIn(join(folder, 'out'))).SHA256SUMS)).toBe(String(released.SHA256SUMS))
})

it('has the Lambda function at viewer-request where public keys verify tokens, and its place in the template', async () => {
  const folder = await temporaryFolder()
  const auth = { type: 'jwt', algorithms: ['RS256'], jwks: 'https://login.example.com/jwks.json', path: 'paths' }
  const config = {
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
    routes: [{ path: '/*', origin: 'photos', cache: {}, auth }],
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  await release(first, ['--out', 'out'], { cwd: folder })
  const files = await filesIn(join(folder, 'out'))
  const [, sha256] = /^([0-9a-f]{64}) {2}viewer-request\.zip$/m.exec(String(files.SHA256SUMS)) ?? []
  expect(sha256).toBeDefined()
  expect(JSON.parse(String(files['template.json'])).Parameters.ViewerRequestLambdaKey.Default).toBe(
    `rimlight/${sha256}/viewer-request.zip`,
  )
})

it('a config with a mistake: 2, what is wrong, and nothing is written', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'config.json'), '{}')
  const failure = await release(first, ['--out', 'out'], { cwd: folder }).catch((error) => error)
  expect(failure).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('config.json has') })
  expect(await readdir(folder)).toEqual(['config.json'])
})
