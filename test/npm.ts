/** npm, for tests that install something. */
import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The npm that runs the tests, or the one on the path. One more attempt, after a second. */
export const npm = (args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> => {
  const script = process.env.npm_execpath
  const all = [...args, '--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=1000']
  return script && basename(script) === 'npm-cli.js'
    ? execute(process.execPath, [script, ...all], { cwd })
    : execute('npm', all, { cwd, shell: process.platform === 'win32' })
}

/** What npm says where there is no way to its registry. */
const UNREACHABLE =
  /^npm error code (E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH|NOTCACHED)|ERR_SOCKET_TIMEOUT)$/m

/** npm's code for it, if that is why it failed. */
export const whyUnreachable = (error: unknown): string | undefined =>
  UNREACHABLE.exec((error as { stderr?: string }).stderr ?? '')?.[1]
