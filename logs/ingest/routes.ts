/** Which route a logged path takes: SQL for paths that have one reading, `edge/routes.ts` itself for the others. */
import { routeTableOf } from '../../edge/patterns.ts'
import { routeOf } from '../../edge/routes.ts'
import type { Database } from '../database.ts'
import { sqlText } from '../database.ts'

/** The route of what viewer-request refuses. */
const REFUSED = '(refused)'

/** As `isPlain` in `edge/path.ts`, the other way round: a path that has more readings than one. */
const UNUSUAL = "[^A-Za-z0-9._~!$&'()*+,;=:@/-]|/[/.]"

/** In DuckDB and in Trino: `NULL` for unusual paths. @param paths path patterns in order, the last one `/*` */
export function routeSql(paths: readonly string[]): string {
  const matches = paths.slice(0, -1).map((path) => `WHEN ${matchSql(path)} THEN ${sqlText(path)}`)
  const last = paths.at(-1)
  if (last === undefined) return 'CAST(NULL AS VARCHAR)'
  return `CASE WHEN regexp_like(uri_stem, ${sqlText(UNUSUAL)}) THEN NULL ${matches.join(' ')} ELSE ${sqlText(last)} END`
}

/** `LIKE` is read by both engines as a walk along the path; its own wildcards are escaped. */
const matchSql = (path: string): string =>
  `uri_stem LIKE ${sqlText(
    path
      .replace(/[\\%_]/g, '\\$&')
      .replaceAll('*', '%')
      .replaceAll('?', '_'),
  )} ESCAPE '\\'`

/** The route of a path as a log has it. @param paths path patterns in order */
export function routesByRules(paths: readonly string[]): (uriStem: string) => string {
  const table = routeTableOf(paths)
  return (uriStem) => {
    const routing = routeOf(urlOfLog(uriStem), table)
    return typeof routing !== 'number' ? (paths[routing.index] as string) : REFUSED
  }
}

/** Each distinct path among those that SQL left, once. */
export async function routeUnusual(database: Database, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return
  const routeOfStem = routesByRules(paths)
  const rows = await database.rows<{ uri_stem: string }>(
    'SELECT DISTINCT uri_stem FROM staged WHERE problem IS NULL AND route IS NULL',
  )
  if (rows.length === 0) return
  await database.run('CREATE TEMP TABLE unusual (uri_stem VARCHAR, route VARCHAR)')
  await database.append(
    'unusual',
    rows.map(({ uri_stem }) => [uri_stem, routeOfStem(uri_stem)]),
  )
  await database.run(
    'UPDATE staged SET route = unusual.route FROM unusual WHERE staged.route IS NULL AND staged.problem IS NULL AND staged.uri_stem = unusual.uri_stem',
  )
  await database.run('DROP TABLE unusual')
}

/**
 * What the viewer sent, of a path or a query in a log. CloudFront escapes some characters when it logs, `%` among them;
 * what would then be no URL was not escaped twice.
 */
export function urlOfLog(text: string): string {
  if (!text.includes('%')) return text
  const once = text.replace(/%([0-7][0-9A-Fa-f])/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /^[!-~]*$/.test(once) && !/[<>"#{}|\\^`]/.test(once) ? once : text
}
