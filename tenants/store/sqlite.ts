/** The embedded store: a file of SQLite, which several processes of one machine may use at a time. */
import { DatabaseSync } from 'node:sqlite'
import { unexpectedInput } from '../../base/errors.ts'
import { NAMES, recordOf, rowOf, TABLE } from './columns.ts'
import { storeCalls } from './failures.ts'
import { MIGRATIONS_TABLE, missingMigrations } from './migrations.ts'
import type { Store } from './store.ts'

/** Milliseconds that a process waits for another one's write to end. */
const BUSY_TIMEOUT = 10_000

const INSERT = `INSERT INTO ${TABLE} (${NAMES.join(', ')}) VALUES (${NAMES.map((name) => `:${name}`).join(', ')})
  ON CONFLICT (tenant) DO NOTHING`

const REPLACE = `UPDATE ${TABLE} SET ${NAMES.slice(1)
  .map((name) => `${name} = :${name}`)
  .join(', ')} WHERE tenant = :tenant AND revision = :expected`

/** @param file a path, or `:memory:` */
export async function openSqlite(file: string): Promise<Store> {
  if (file === '')
    throw unexpectedInput({
      at: '--store',
      code: 'store-url',
      expected: 'a file after sqlite:, such as sqlite:tenants.db',
      found: 'none',
    })
  const inStore = storeCalls(`sqlite:${file}`)
  const database = await inStore(() => opened(file))
  const get = database.prepare(`SELECT * FROM ${TABLE} WHERE tenant = ?`)
  const insert = database.prepare(INSERT)
  const replace = database.prepare(REPLACE)
  const list = database.prepare(`SELECT * FROM ${TABLE} WHERE tenant > ? ORDER BY tenant LIMIT ?`)
  return {
    get: (tenant) =>
      inStore(() => {
        const row = get.get(tenant)
        return row ? recordOf(row) : null
      }),
    insert: (record) => inStore(() => insert.run(rowOf(record)).changes === 1),
    replace: (record, revision) =>
      inStore(() => {
        const row = { ...rowOf({ ...record, revision: revision + 1 }), expected: revision }
        return replace.run(row).changes === 1
      }),
    list: (after, limit) =>
      inStore(() => {
        const records = list.all(after ?? '', limit).map(recordOf)
        return { records, next: records.length === limit ? (records.at(-1)?.tenant ?? null) : null }
      }),
    close: async () => database.close(),
  }
}

function opened(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT })
  try {
    // Readers and a writer don't wait for each other, and what was written is on the disk.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** The lock of the transaction lets one process at a time look what is missing. */
function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(MIGRATIONS_TABLE)
    const last = Number(database.prepare('SELECT max(version) AS last FROM rimlight_migrations').get()?.last ?? 0)
    for (const { version, sql } of missingMigrations(last)) {
      database.exec(sql)
      database.prepare('INSERT INTO rimlight_migrations VALUES (?, ?)').run(version, new Date().toISOString())
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
