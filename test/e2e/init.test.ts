/** As a new user has it: an empty folder, `rimlight init`, and what it wrote, built, tested and run. */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { get, startCommand } from './start-command.ts'

const execute = promisify(execFile)
let project: string

const node = (...args: string[]) => execute(process.execPath, args, { cwd: project })
const rimlight = (...args: string[]) => node(join(ROOT, 'cli/rimlight.mjs'), ...args)

/** What the first test imports, as if the package had been installed. */
async function install(): Promise<void> {
  const own = join(project, 'node_modules/rimlight')
  await mkdir(own, { recursive: true })
  const exports = { './local': './local.mjs' }
  await writeFile(join(own, 'package.json'), JSON.stringify({ name: 'rimlight', type: 'module', exports }))
  const url = pathToFileURL(join(ROOT, 'local/cloudfront.ts')).href
  await writeFile(join(own, 'local.mjs'), `export * from ${JSON.stringify(url)}\n`)
}

beforeAll(async () => {
  project = await temporaryFolder()
  expect((await rimlight('init', '--yes')).stdout).toContain('created      edge.config.ts\n')
  await install()
  expect((await rimlight('build')).stdout).toContain('Built dist/')
})

it('the first event is replayed', async () => {
  const { stdout } = await rimlight('replay', 'events')
  expect(stdout).toContain('querystring  w=600&v=1706400000000&utm_source=newsletter → fm=avif&v=1706400000000&w=640\n')
})

it('the first test passes, on what was built', async () => {
  const { stdout } = await node('--test', '--test-reporter=tap', 'test/edge.test.mts')
  expect(stdout).toMatch(/^ok 1 - a picture is served as WebP, and cached$/m)
  expect(stdout).toMatch(/^# pass 1$/m)
})

it('`rimlight dev` serves the first WebP', async () => {
  const ports = ['--https-port', '0', '--http-port', '0']
  const files = ['--config', join(project, 'edge.config.ts'), '--out', join(project, 'dist')]
  const command = startCommand([...ports, ...files], await temporaryFolder(), 'dev')
  onTestFinished(() => void command.child.kill('SIGKILL'))
  const { site } = await command.said('ready')
  const { status, headers, body } = await get(`${site.httpsUrl}/photos/dusk.jpg?w=640`, { accept: 'image/webp' })
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'image/webp' })
  expect(body.toString('latin1', 8, 12)).toBe('WEBP')
  expect(await command.stop()).toMatchObject({ code: 0 })
})
