/** As a new user has it: an empty folder, the package, and the two commands of the README. */
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { get, startCommand } from '../e2e/start-command.ts'
import { npm, whyUnreachable } from '../npm.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { packedTool, type Tarball } from './packed.ts'

const execute = promisify(execFile)

let tarball: Tarball
beforeAll(async () => {
  tarball = await packedTool()
})

// What is said is "in less than a minute", the install included; it takes a third of that on two cores.
it('from an empty folder to the first WebP in a minute', { timeout: 60_000 }, async ({ skip }) => {
  const cwd = await temporaryFolder()
  const install = ['install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund', tarball.path]
  const unreachable = await npm(install, cwd).then(
    () => undefined,
    (error) => {
      const reason = whyUnreachable(error)
      if (reason === undefined) throw error
      return reason
    },
  )
  skip(unreachable !== undefined, `npm's registry is out of reach: ${unreachable}`)
  const file = join(cwd, 'node_modules/.bin/rimlight')

  const { stdout } = await execute(process.execPath, [file, 'init', '--yes'], { cwd })
  expect(stdout).toContain('Next: ')
  expect(await readdir(cwd)).toEqual(
    expect.arrayContaining(['.gitignore', 'edge.config.ts', 'events', 'package.json', 'test']),
  )

  const ports = ['--https-port', '0', '--http-port', '0']
  const command = startCommand(ports, await temporaryFolder(), 'dev', { file, cwd })
  onTestFinished(() => void command.child.kill('SIGKILL'))
  const { site } = await command.said('ready')
  const { status, headers, body } = await get(`${site.httpsUrl}/photos/dusk.jpg?w=640`, { accept: 'image/webp' })
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'image/webp' })
  expect(body.toString('latin1', 8, 12)).toBe('WEBP')
  expect(await command.stop()).toMatchObject({ code: 0 })
})
