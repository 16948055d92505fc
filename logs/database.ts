/** DuckDB, loaded here alone: in memory, and on disk in a folder of its own as far as memory does not do. */
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBValue, DuckDBVector, JS } from '@duckdb/node-api'
import { optional } from '../base/optional-package.ts'
import { temporaryFolder } from '../base/temporary.ts'

export type Row = Record<string, JS>

export type Database = {
  run(sql: string, ...values: string[]): Promise<void>
  /** All rows; BIGINT and HUGEINT as numbers. */
  rows<T = Row>(sql: string): Promise<T[]>
  /**
   * Columns of numbers (INTEGER and DOUBLE) without NULL, some thousand rows at a time, never all of them in memory: the same
   * arrays each time, filled anew.
   */
  columns(sql: string): AsyncIterable<Numbers[]>
  /** Columns of anything, some thousand rows at a time, never all of them in memory. */
  stream(sql: string): AsyncIterable<DuckDBValue[][]>
  /** Text columns, some thousand rows at a time. */
  append(table: string, rows: Iterable<readonly (string | number | null)[]>): Promise<void>
  /** What else takes so many bytes of the process, DuckDB leaves them; the rest it puts on the disk. */
  limitMemory(others: number): Promise<void>
  /** A folder for files of this run. */
  folder: string
  /** What runs ends with an error. */
  interrupt(): void
  close(): Promise<void>
}

export type Numbers = Int32Array | Float64Array

/** MB. What DuckDB holds beyond it, it puts on the disk; the process and the buffers of its readers come on top. */
const MEMORY = 500

/** MB. Below it, DuckDB refuses what it can't put on the disk. */
const LEAST_MEMORY = 200

/** Whatever Trino calls otherwise than DuckDB, under Trino's name. */
const TRINO = `
  CREATE MACRO to_unixtime(t) AS epoch(t);
  CREATE MACRO sequence(a, b) AS generate_series(a, b);
  CREATE MACRO regexp_like(s, p) AS regexp_matches(s, p);
  CREATE MACRO from_unixtime(s) AS make_timestamp(CAST(s * 1000000 AS BIGINT));
`

/** @throws Failure if DuckDB is not installed */
export async function openDatabase(signal?: AbortSignal): Promise<Database> {
  const duckdb = await optional('reading logs', ['@duckdb/node-api'], () => import('@duckdb/node-api'))
  const { folder, remove } = await temporaryFolder('rimlight-logs-')
  let instance: DuckDBInstance
  let connection: DuckDBConnection
  try {
    instance = await duckdb.DuckDBInstance.create(':memory:', {
      memory_limit: `${MEMORY}MB`,
      temp_directory: join(folder, 'spilled'),
      // Nothing is loaded that did not come with the package.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'false',
    })
    connection = await instance.connect()
    await connection.run(TRINO)
  } catch (error) {
    await remove()
    throw error
  }
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt)
  return {
    folder,
    interrupt,
    async run(sql, ...values) {
      await connection.run(sql, values)
    },
    async limitMemory(others) {
      await connection.run(`SET memory_limit = '${Math.max(LEAST_MEMORY, MEMORY - Math.ceil(others / 1e6))}MB'`)
    },
    async rows<T>(sql: string) {
      const reader = await connection.runAndReadAll(sql)
      return reader.getRowObjectsJS().map(withNumbers) as T[]
    },
    async *columns(sql) {
      let columns: Numbers[] = []
      for await (const chunk of chunksOf(connection, sql)) {
        columns = Array.from({ length: chunk.columnCount }, (_, at) => filled(columns[at], chunk.getColumnVector(at)))
        yield columns.map((column) => (column.length === chunk.rowCount ? column : column.subarray(0, chunk.rowCount)))
      }
    },
    async *stream(sql) {
      for await (const chunk of chunksOf(connection, sql)) yield chunk.getColumns()
    },
    async append(table, rows) {
      const appender = await connection.createAppender(table)
      for (const row of rows) {
        for (const value of row) {
          if (value === null) appender.appendNull()
          else if (typeof value === 'number') appender.appendInteger(value)
          else appender.appendVarchar(value)
        }
        appender.endRow()
      }
      appender.closeSync()
    },
    async close() {
      signal?.removeEventListener('abort', interrupt)
      connection.closeSync()
      instance.closeSync()
      await remove()
    },
  }
}

async function* chunksOf(connection: DuckDBConnection, sql: string): AsyncGenerator<DuckDBDataChunk> {
  const result = await connection.stream(sql)
  let next = result.fetchChunk()
  for (;;) {
    const chunk = await next
    if (!chunk || chunk.rowCount === 0) return
    // It is fetched while this one is being used.
    next = result.fetchChunk()
    // Where nobody asks for it, nobody asks for its error.
    next.catch(() => {})
    yield chunk
  }
}

/** @param old of an earlier chunk, to be filled anew where it is large enough */
function filled(old: Numbers | undefined, vector: DuckDBVector): Numbers {
  const count = vector.itemCount
  const made = () => (String(vector.type) === 'INTEGER' ? new Int32Array(count) : new Float64Array(count))
  const numbers = old !== undefined && old.length >= count ? old : made()
  for (let row = 0; row < count; row += 1) numbers[row] = vector.getItem(row) as number
  return numbers
}

/** Counts and sums are whole numbers below 2 ** 53. */
const withNumbers = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  )

/** A text as SQL has it. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** DuckDB takes a name for a pattern of names; in brackets it takes no character for more than itself. */
export const sqlFile = (path: string): string => sqlText(path.replace(/[*?[]|^~/g, '[$&]'))

export const sqlFiles = (paths: readonly string[]): string => `[${paths.map(sqlFile).join(', ')}]`

export const sqlList = (texts: readonly string[]): string => `[${texts.map(sqlText).join(', ')}]`
