/** npm, for tests that install something. */
import { npm as run } from '../build/npm.ts'

/** One more attempt, after a second. */
const RETRIES = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=1000']

export const npm = (args: readonly string[], cwd: string) => run([...args, ...RETRIES], cwd)

/** What npm says where there is no way to its registry. */
const UNREACHABLE =
  /^npm error code (E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NETUNREACH|HOSTUNREACH|NOTCACHED)|ERR_SOCKET_TIMEOUT)$/m

/** npm's code for it, if that is why it failed. */
export const whyUnreachable = (error: unknown): string | undefined =>
  UNREACHABLE.exec((error as { stderr?: string }).stderr ?? '')?.[1]
