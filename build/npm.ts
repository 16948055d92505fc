import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The npm that runs this, or the one on the path; pnpm and yarn leave their own names in the same place. */
export const npm = (args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> => {
  const script = process.env.npm_execpath
  // It would leave a folder of compiled code in the temporary folder.
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' }
  return script && basename(script) === 'npm-cli.js'
    ? execute(process.execPath, [script, ...args], { cwd, env })
    : execute('npm', args, { cwd, env, shell: process.platform === 'win32' })
}
