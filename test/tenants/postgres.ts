/** A PostgreSQL of a test's own: Debian's, in a temporary folder, on 127.0.0.1, gone when the test's process is. */
import { execFile, spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { chown, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

export type Postgres = {
  /** Of a new database. */
  database(): Promise<string>
  query(url: string, sql: string): Promise<void>
  stop(): Promise<void>
}

/** Where `initdb` and `postgres` are; `undefined`: not installed. Debian keeps them off the PATH. */
export const postgresBinaries = (): string | undefined =>
  [...globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed(), '/usr/local/bin', '/usr/bin'].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')),
  )

/** PostgreSQL refuses to run as root: then it runs as the user that its package made, or as nobody. */
async function unprivileged(): Promise<{ uid: number; gid: number } | object> {
  if (userInfo().uid !== 0) return {}
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody')
  return { uid: Number(user?.[2]), gid: Number(user?.[3]) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

export async function startPostgres(binaries: string): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), 'rimlight-postgres-'))
  const user = await unprivileged()
  if ('uid' in user) await chown(folder, user.uid, user.gid)
  const options = { ...user, cwd: folder, env: { LC_ALL: 'C.UTF-8', PATH: process.env.PATH } }
  const data = join(folder, 'data')
  const init = ['-D', data, '-U', 'rimlight', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-instructions']
  await run(join(binaries, 'initdb'), init, options)
  const port = await freePort()
  const settings = ['fsync=off', 'unix_socket_directories=', 'listen_addresses=127.0.0.1', 'max_connections=100']
  const server = [join(binaries, 'postgres'), '-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])]
  // It ends with the pipe: at the latest when this process does, however that ends.
  const script = '"$@" & server=$!; cat >/dev/null; kill -INT $server; wait $server'
  const child = spawn('sh', ['-c', script, 'sh', ...server], { ...options, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const url = (database: string) => `postgres://rimlight@127.0.0.1:${port}/${database}`

  const query = async (database: string, sql: string) => {
    const client = new pg.Client(database)
    await client.connect()
    await client.query(sql)
    await client.end()
  }
  for (let tries = 1; ; tries += 1) {
    try {
      await query(url('postgres'), 'SELECT 1')
      break
    } catch (cause) {
      if (tries === 300 || child.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said}`, { cause })
      await setTimeout(100)
    }
  }
  let databases = 0
  return {
    async database() {
      databases += 1
      await query(url('postgres'), `CREATE DATABASE tenants${databases}`)
      return url(`tenants${databases}`)
    },
    query,
    async stop() {
      child.stdin.end()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
