/** Lines that do not count, by reason: what DuckDB could not read, what is no request, what was delivered twice. */
import type { Database } from '../database.ts'
import type { SkipReason } from './select.ts'

/** How many; reasons without lines are left out. */
export type SkippedLines = Partial<Record<SkipReason, number>>

const REJECTIONS: Readonly<Record<string, SkipReason>> = {
  'INVALID ENCODING': 'not-utf-8',
  'LINE SIZE OVER MAXIMUM': 'too-long',
}

/** What DuckDB's reader left out. */
export async function rejectedLines(database: Database): Promise<SkippedLines> {
  const [{ count } = { count: 0 }] = await database.rows<{ count: number }>(
    `SELECT count(*) AS count FROM duckdb_tables() WHERE table_name = 'reject_errors'`,
  )
  if (count === 0) return {}
  const rows = await database.rows<{ type: string; count: number }>(
    'SELECT CAST(error_type AS VARCHAR) AS type, count(DISTINCT (scan_id, file_id, line)) AS count FROM reject_errors GROUP BY 1',
  )
  const skipped: SkippedLines = {}
  for (const { type, count } of rows) {
    const reason = REJECTIONS[type] ?? 'unreadable'
    skipped[reason] = (skipped[reason] ?? 0) + count
  }
  return skipped
}

export async function takeProblems(database: Database): Promise<SkippedLines> {
  const rows = await database.rows<{ problem: SkipReason; count: number }>(
    `SELECT problem, count(*) AS count FROM staged WHERE problem <> 'header' GROUP BY problem ORDER BY problem`,
  )
  await database.run('DELETE FROM staged WHERE problem IS NOT NULL')
  return Object.fromEntries(rows.map(({ problem, count }) => [problem, count]))
}

/** Deliveries are made at least once: of each request id, one line stays. */
export async function dropDuplicates(database: Database): Promise<number> {
  // By 64 bits each first: an index of all ids would be as large as the log.
  await database.run(
    'CREATE TEMP TABLE suspects AS SELECT hash(request_id) AS hashed FROM staged WHERE request_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1',
  )
  const [{ suspects } = { suspects: 0 }] = await database.rows<{ suspects: number }>(
    'SELECT count(*) AS suspects FROM suspects',
  )
  if (suspects === 0) return 0
  const twice =
    'SELECT request_id, min(rowid) AS kept FROM staged WHERE hash(request_id) IN (SELECT hashed FROM suspects) GROUP BY request_id HAVING count(*) > 1'
  const [{ count } = { count: 0 }] = await database.rows<{ count: number }>(
    `SELECT count(*) AS count FROM staged JOIN (${twice}) AS twice USING (request_id) WHERE staged.rowid <> kept`,
  )
  if (count === 0) return 0
  await database.run(
    `DELETE FROM staged USING (${twice}) AS twice WHERE staged.request_id = twice.request_id AND staged.rowid <> twice.kept`,
  )
  return count
}
