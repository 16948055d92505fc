/** The store of those who have a PostgreSQL. It takes the package `pg`. */
import type { Pool, PoolClient } from 'pg'
import { optional } from '../../base/optional-package.ts'
import { NAMES, recordOf, rowOf, TABLE } from './columns.ts'
import { shownStore, storeCalls } from './failures.ts'
import { MIGRATIONS_TABLE, missingMigrations } from './migrations.ts'
import type { Store } from './store.ts'

/** Connections of one process, at most. */
const CONNECTIONS = 4

/** Of an advisory lock: "rimlight" as a number. PostgreSQL's documentation, "Advisory Locks". */
const MIGRATION_LOCK = '8244236438098896244'

const placeholders = (count: number) => Array.from({ length: count }, (_, index) => `$${index + 1}`)

const INSERT = `INSERT INTO ${TABLE} (${NAMES.join(', ')}) VALUES (${placeholders(NAMES.length).join(', ')})
  ON CONFLICT (tenant) DO NOTHING`

const REPLACE = `UPDATE ${TABLE} SET ${NAMES.slice(1)
  .map((name, index) => `${name} = $${index + 2}`)
  .join(', ')} WHERE tenant = $1 AND revision = $${NAMES.length + 1}`

/** @param url `postgres://USER@HOST/DATABASE`, as libpq has it */
export async function openPostgres(url: string): Promise<Store> {
  const { default: pg } = await optional('a store in PostgreSQL', ['pg'], () => import('pg'), 'npm install')
  const inStore = storeCalls(shownStore(url))
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, connectionTimeoutMillis: 10_000 })
  // A connection that is lost while nobody uses it is replaced by the next one that is needed.
  pool.on('error', () => {})
  await inStore(() => migrate(pool)).catch(async (error) => {
    await pool.end()
    throw error
  })
  return {
    get: (tenant) =>
      inStore(async () => {
        const { rows } = await pool.query(`SELECT * FROM ${TABLE} WHERE tenant = $1`, [tenant])
        return rows[0] ? recordOf(rows[0]) : null
      }),
    insert: (record) => inStore(async () => (await pool.query(INSERT, Object.values(rowOf(record)))).rowCount === 1),
    replace: (record, revision) =>
      inStore(async () => {
        const row = Object.values(rowOf({ ...record, revision: revision + 1 }))
        return (await pool.query(REPLACE, [...row, revision])).rowCount === 1
      }),
    list: (after, limit) =>
      inStore(async () => {
        const sql = `SELECT * FROM ${TABLE} WHERE tenant COLLATE "C" > $1 ORDER BY tenant COLLATE "C" LIMIT $2`
        const { rows } = await pool.query(sql, [after ?? '', limit])
        const records = rows.map(recordOf)
        return { records, next: records.length === limit ? (records.at(-1)?.tenant ?? null) : null }
      }),
    close: () => pool.end(),
  }
}

async function migrate(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await migrateWith(client)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  } finally {
    client.release()
  }
}

/** Others wait for the lock, which ends with the transaction, and then find nothing missing. */
async function migrateWith(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
  await client.query(MIGRATIONS_TABLE)
  const { rows } = await client.query('SELECT max(version) AS last FROM rimlight_migrations')
  for (const { version, sql } of missingMigrations(Number(rows[0]?.last ?? 0))) {
    await client.query(sql)
    await client.query('INSERT INTO rimlight_migrations VALUES ($1, $2)', [version, new Date().toISOString()])
  }
}
