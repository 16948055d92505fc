/** All queries of a report on Athena: as texts, and with what they give. */
import pMap from 'p-map'
import type { Loaded } from '../ingest/load.ts'
import { routesByRules } from '../ingest/routes.ts'
import { querySql, REPORT_QUERIES, type ReportResults } from '../queries.ts'
import type { Athena, AthenaQuery } from './athena.ts'
import { type Selected, skippedSql, unusualSql, withTables } from './dialect.ts'
import { createDatabaseSql, createTableSql } from './table.ts'

/** Those of a report, and what is not counted. */
export const reportQueries = async (selected: Selected): Promise<AthenaQuery[]> => [
  { name: 'skipped', kind: 'query', sql: skippedSql(selected) },
  ...(await Promise.all(
    REPORT_QUERIES.map(async (name) => ({
      name,
      kind: 'query' as const,
      sql: withTables(await querySql(name), selected),
    })),
  )),
]

/**
 * How often each query that `countOnAthena` runs reads the logs: what a WITH names is made anew each time that it is named, and
 * one query names it twice.
 */
export const readsOf = ({ routes }: Pick<Selected, 'routes'>): number[] => [
  ...REPORT_QUERIES.map((name) => (name === 'parameters' ? 2 : 1)),
  1,
  ...(routes.length > 0 ? [1] : []),
]

export type Counted = {
  results: ReportResults
  skipped: Loaded['skipped']
  /** That each query read. */
  bytes: number[]
}

/** Queries that run at a time: a fifth of what an account may have (Athena User Guide, "Service Quotas"). */
const AT_A_TIME = 4

/**
 * Makes the database and the table where they are not there, and runs the queries.
 * @throws Failure for what Athena refuses
 */
export async function countOnAthena(
  athena: Athena,
  selected: Selected,
  onQuery: (done: number, total: number) => void,
): Promise<Counted> {
  const statement = (name: string, sql: string) => athena.run({ name, sql, kind: 'statement' })
  await statement('database', createDatabaseSql(selected.table))
  await statement('table', createTableSql(selected.table))
  const bytes: number[] = []
  const total = readsOf(selected).length
  const failure = new AbortController()
  const ran = async (query: AthenaQuery) => {
    failure.signal.throwIfAborted()
    const result = await athena.run(query, failure.signal).catch((error) => {
      failure.abort(error)
      throw error
    })
    bytes.push(result.bytes)
    onQuery(bytes.length, total)
    return result.rows
  }
  onQuery(0, total)
  const unusual = selected.routes.length > 0 ? await unusualRoutes(ran, selected) : undefined
  const queries = await reportQueries({ ...selected, ...(unusual && { unusual }) })
  // To the end, also of those that one's failure stops.
  const rows = await pMap(queries, ran, { concurrency: AT_A_TIME, stopOnError: false }).catch((error) => {
    throw failure.signal.aborted ? failure.signal.reason : error
  })
  const byName = Object.fromEntries(queries.map(({ name }, index) => [name, rows[index]]))
  const { skipped = [], ...results } = byName
  return { results: results as ReportResults, skipped: skippedOf(skipped as SkippedRow[]), bytes }
}

type SkippedRow = { reason: string; lines: number }

const skippedOf = (rows: readonly SkippedRow[]): Loaded['skipped'] =>
  Object.fromEntries(rows.flatMap(({ reason, lines }) => (lines > 0 ? [[reason, lines]] : [])))

/** Bytes of paths that a query's text has room for: Athena takes 262,144 of all of it (Athena User Guide, "Service Quotas"). */
const PATHS_BYTES = 100_000

/** The rules themselves say which route a path takes that has more readings than one. */
async function unusualRoutes(
  ran: (query: AthenaQuery) => Promise<Record<string, unknown>[]>,
  selected: Selected,
): Promise<[uriStem: string, route: string][]> {
  const rows = await ran({ name: 'unusual', kind: 'query', sql: unusualSql(selected) })
  const routeOf = routesByRules(selected.routes)
  let bytes = 0
  return rows.flatMap((row): [string, string][] => {
    const stem = String(row.uri_stem)
    bytes += Buffer.byteLength(stem)
    return bytes <= PATHS_BYTES ? [[stem, routeOf(stem)]] : []
  })
}
