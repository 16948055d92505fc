/** As a new user has it: an empty folder, the package, and the two commands of the README. */
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { get, startCommand } from '../e2e/start-command.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { installTool } from './packed.ts'

const execute = promisify(execFile)

/** Milliseconds. What is said is "in less than a minute", the install included; it takes a third of that on two cores. */
const MINUTE = 60_000

it('from an empty folder to the first WebP in a minute', { timeout: 3 * MINUTE }, async ({ skip }) => {
  const cwd = await temporaryFolder()
  const { took, unreachable } = await installTool(cwd)
  const began = performance.now()
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
  expect(took + performance.now() - began).toBeLessThan(MINUTE)
  expect(await command.stop()).toMatchObject({ code: 0 })
})
