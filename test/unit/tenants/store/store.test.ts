/** What each store has of its own: URLs, refusals, and tables from before. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NAMES } from '../../../../tenants/store/columns.ts'

import { shownStore } from '../../../../tenants/store/failures.ts'

import { MIGRATIONS } from '../../../../tenants/store/migrations.ts'
import { openStore } from '../../../../tenants/store/open.ts'
import { type Postgres, postgresBinaries, startPostgres } from '../../../tenants/postgres.ts'
import { temporaryFolder } from '../../local/fixture.ts'

const messageOf = (url: string) =>
  openStore(url).then(
    () => 'opened',
    (error: Error) => `${error.name}: ${error.message}`,
  )

describe('a URL', () => {
  it.each(['tenants.db', 'mysql://host/db', '', 'sqlite'])('%j', async (url) => {
    expect(await messageOf(url)).toBe(
      `InputError: --store: expected sqlite:FILE, postgres://USER@HOST/DATABASE or dynamodb://TABLE?region=REGION, found ${JSON.stringify(url)}`,
    )
  })

  it('of SQLite without a file', async () => {
    expect(await messageOf('sqlite:')).toBe(
      'InputError: --store: expected a file after sqlite:, such as sqlite:tenants.db, found none',
    )
  })

  it.each(['dynamodb://', 'dynamodb://a?region=x', 'dynamodb://tenants?regoin=eu-west-1', 'dynamodb:tenants'])(
    '%j',
    async (url) => {
      expect(await messageOf(url)).toBe(
        `InputError: --store: expected dynamodb://TABLE?region=REGION with a table's name of 3 to 255 letters, digits, dots, hyphens and underscores, found ${JSON.stringify(url)}`,
      )
    },
  )
})

describe('a store that can not be used', () => {
  it('a folder that is not there', async () => {
    const url = `sqlite:${join(await temporaryFolder(), 'none', 'tenants.db')}`
    expect(await messageOf(url)).toBe(
      `Failure: the store ${url} can't be used: unable to open database file; nothing is lost: run the same command again when it can`,
    )
  })

  it('a file that is none of SQLite', async () => {
    const file = join(await temporaryFolder(), 'tenants.db')
    await writeFile(file, 'no database, but long enough to be taken for one by its size'.repeat(20))
    expect(await messageOf(`sqlite:${file}`)).toContain('file is not a database')
  })

  it('a PostgreSQL that is not there; the password is not told', async () => {
    const message = await messageOf('postgres://user:geheim@127.0.0.1:1/tenants')
    expect(message).toContain('Failure: the store postgres://user@127.0.0.1:1/tenants')
    expect(message).toContain('ECONNREFUSED')
    expect(message).not.toContain('geheim')
  })

  it.each([
    ['postgres://user:ge@heim@127.0.0.1:1/tenants', 'postgres://user@127.0.0.1:1/tenants'],
    ['postgres://user:ge/heim@127.0.0.1:1/tenants', 'postgres://user@127.0.0.1:1/tenants'],
    [
      'postgres://127.0.0.1:1/tenants?user=a&password=geheim&x=1',
      'postgres://127.0.0.1:1/tenants?user=a&password=…&x=1',
    ],
    ['postgers://user:geheim@host/tenants', 'postgers://user@host/tenants'],
    ['sqlite:a:b@c.db', 'sqlite:a:b@c.db'],
    ['dynamodb://tenants?endpoint=http://127.0.0.1:1/', 'dynamodb://tenants?endpoint=http://127.0.0.1:1/'],
  ])('%s is called without its password', (url, name) => {
    expect(shownStore(url)).toBe(name)
  })

  it.each(['postgers://user:geheim@host/db', 'postgres://user:geheim@host:port/db', 'postgres://user:geheim@[/db'])(
    'what is told of %s has no password',
    async (url) => {
      const error = await openStore(url).catch((error) => error)
      expect(error).toBeInstanceOf(Error)
      expect(JSON.stringify([error.message, error.found, error.stack])).not.toContain('geheim')
    },
  )
})

describe('migrations', () => {
  it('make the columns that records are written to', () => {
    const columns = MIGRATIONS.join('\n').matchAll(/^ {2}(\w+) (?:text|integer)/gm)
    expect([...columns].map(([, name]) => name)).toEqual(NAMES)
  })

  it('are remembered with their numbers', async () => {
    const file = join(await temporaryFolder(), 'tenants.db')
    await (await openStore(`sqlite:${file}`)).close()
    await (await openStore(`sqlite:${file}`)).close()
    const database = new DatabaseSync(file)
    const rows = database.prepare('SELECT version FROM rimlight_migrations').all()
    database.close()
    expect(rows.map(({ version }) => version)).toEqual(MIGRATIONS.map((_, index) => index + 1))
  })

  it('run once where several processes start together', async () => {
    const file = join(await temporaryFolder(), 'tenants.db')
    const program = `const { openStore } = await import(${JSON.stringify(import.meta.resolve('../../../../tenants/store/open.ts'))}); await (await openStore('sqlite:' + process.argv[1])).close()`
    const codes = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', program, file], { stdio: 'inherit' })
        const [code] = await once(child, 'exit')
        return code
      }),
    )
    expect(codes).toEqual([0, 0, 0, 0])
  })
})

const binaries = postgresBinaries()

describe.skipIf(binaries === undefined)('PostgreSQL, where it is installed', () => {
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await startPostgres(binaries as string)
  })
  afterAll(() => postgres.stop())

  it('ends, and the store says so', async () => {
    const store = await openStore(await postgres.database())
    await postgres.stop()
    await expect(store.get('shop')).rejects.toThrow(
      /^the store postgres:\/\/rimlight@127\.0\.0\.1:\d+\/tenants1 can't be used: /,
    )
    await store.close()
  })
})
