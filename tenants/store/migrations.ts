/**
 * The tables of SQL stores, as numbered steps. A step that is out in the world is never changed: what changes comes as a
 * further one, which is why the columns are written out here and not taken from `columns.ts`.
 */

export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE rimlight_tenants (
  tenant text PRIMARY KEY NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  unique_id text NOT NULL,
  generation integer NOT NULL,
  aws_id text,
  distribution_id text,
  domain text,
  settings text NOT NULL,
  bucket text NOT NULL,
  prefix text NOT NULL,
  bundle text,
  shard integer NOT NULL,
  created_at text NOT NULL,
  updated_at text NOT NULL,
  last_error text,
  claim_holder text,
  claim_until text,
  revision integer NOT NULL
)`,
]

/** Which steps have been taken. */
export const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS rimlight_migrations (
  version integer PRIMARY KEY NOT NULL,
  applied_at text NOT NULL
)`

/** The steps after the last one that was taken, with their numbers, from 1 on. */
export const missingMigrations = (last: number): { version: number; sql: string }[] =>
  MIGRATIONS.map((sql, index) => ({ version: index + 1, sql })).slice(last)
