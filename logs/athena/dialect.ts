/**
 * The queries of `../queries/` as Athena runs them: each with the tables that it reads put before it. What differs between
 * the two engines is here; the queries themselves are the same.
 */
import { V2_COLUMNS } from '../../deploy/aws/log-table.ts'
import { sqlText } from '../database.ts'
import { edgeRegions } from '../edge-locations.ts'
import { COLUMNS, columnsSql, type FieldSql } from '../ingest/columns.ts'
import { timesSql } from '../ingest/load.ts'
import { routeSql } from '../ingest/routes.ts'
import { numbersSql } from '../ingest/select.ts'
import { fileFilter, type LogTable, quotedTable, V1_COLUMNS, type Window } from './table.ts'

export type Selected = Window & {
  table: LogTable
  /** Path patterns of the config's routes, in order; none: no route is known. */
  routes: readonly string[]
  /** One of them: what goes another way is left out. */
  route: string | undefined
  /** The route of each path that SQL can't tell; `undefined`: they have not been looked at yet, and have none. */
  unusual?: readonly (readonly [uriStem: string, route: string])[]
}

/** The route of further unusual paths, past those that are looked at. */
const FURTHER_PATHS = '(further unusual paths)'

const fieldsOf =
  ({ kind }: LogTable): FieldSql =>
  (field) =>
    (kind === 'v1' ? V1_COLUMNS : V2_COLUMNS).includes(field) ? `"${field}"` : undefined

/** Why a line is not counted: of v1, the last field that all logs have is missing where a line is cut off. */
function problemSql(table: LogTable): string {
  const cases = [
    ...(table.kind === 'v1' ? [`WHEN "sc_range_end" IS NULL THEN 'cut-off'`] : []),
    `WHEN time IS NULL THEN 'bad-time'`,
    `WHEN ${numbersSql(fieldsOf(table))} THEN 'bad-number'`,
  ]
  return `CASE ${cases.join(' ')} END`
}

/** `name AS (…)` of the tables, in their order. */
function tablesSql(selected: Selected): string {
  const { table, routes, route, unusual } = selected
  const files = fileFilter(table, selected)
  const known = unusual && unusual.length > 0 ? unusual : undefined
  const times = timesSql(selected)
  const told = routeSql(routes)
  const values = (rows: readonly (readonly string[])[]) =>
    rows.map((row) => `(${row.map(sqlText).join(', ')})`).join(', ')
  const fallback = routes.length > 0 && unusual ? sqlText(FURTHER_PATHS) : 'CAST(NULL AS VARCHAR)'
  const routed = `coalesce(told, ${known ? 'unusual.route, ' : ''}${fallback})`
  const names = ['time', 'uri_stem', 'uri_query', ...Object.keys(COLUMNS)]
  const columns = names.join(', ')
  return [
    `edge_regions (code, region) AS (VALUES ${values(edgeRegions())})`,
    ...(known ? [`unusual (path, route) AS (VALUES ${values(known)})`] : []),
    `log_lines AS (
  SELECT ${columnsSql(fieldsOf(table))}, ${rawFields(table).join(', ')}
  FROM ${quotedTable(table)}${files && `\n  WHERE ${files}`}
)`,
    `checked_lines AS (SELECT ${columns}, ${problemSql(table)} AS problem FROM log_lines)`,
    `timely_lines AS (
  SELECT ${columns}, problem, ${told} AS told FROM checked_lines${times && `\n  WHERE problem IS NOT NULL OR (${times})`}
)`,
    `deliveries AS (
  SELECT ${columns}, problem, ${routed} AS route
  FROM timely_lines${known ? ' LEFT JOIN unusual ON unusual.path = timely_lines.uri_stem' : ''}
)`,
    `chosen AS (SELECT * FROM deliveries${route === undefined ? '' : ` WHERE problem IS NOT NULL OR route = ${sqlText(route)}`})`,
    // A request that was delivered twice counts once.
    `requests AS (
  SELECT ${columns}, route
  FROM (SELECT *, row_number() OVER (PARTITION BY request_id ORDER BY time) AS delivery FROM chosen WHERE problem IS NULL) AS numbered
  WHERE delivery = 1 OR request_id IS NULL
)`,
  ].join(',\n')
}

/** What `problemSql` looks at: the texts of numbers, beside the numbers that were read from them. */
function rawFields(table: LogTable): string[] {
  const of = fieldsOf(table)
  const numbers = Object.values(COLUMNS).flatMap(({ type, fields }) => (type === 'varchar' ? [] : fields.map(of)))
  return [...(table.kind === 'v1' ? [of('sc_range_end')] : []), ...numbers].filter((sql) => sql !== undefined)
}

/** A query's text as it is in its file, but for its first WITH, which gets these tables before its own. */
export function withTables(sql: string, selected: Selected): string {
  const [, comment = '', own = '', query = ''] = /^((?:--[^\n]*\n)*)(WITH\s+)?([\s\S]*)$/.exec(sql.trim()) ?? []
  return `${comment}WITH ${tablesSql(selected)}${own ? ',' : ''}\n${query}`
}

/** Lines that are not counted, by reason, as `skipped` of a report has them. */
export const skippedSql = (selected: Selected): string =>
  withTables(
    `SELECT
  coalesce(problem, 'duplicate') AS reason,
  CASE WHEN problem IS NULL THEN count(request_id) - count(DISTINCT request_id) ELSE count(*) END AS lines
FROM chosen
GROUP BY problem
ORDER BY reason`,
    selected,
  )

/** Paths that have more readings than one, those that were asked for most first. */
export const unusualSql = (selected: Selected): string =>
  withTables(
    `SELECT uri_stem, count(*) AS requests FROM timely_lines WHERE problem IS NULL AND told IS NULL
GROUP BY uri_stem
ORDER BY requests DESC, uri_stem
LIMIT 1000`,
    { ...selected, route: undefined },
  )
