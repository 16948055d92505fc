/** The SQL that turns lines into rows of `staged`: those of `requests`, and what is wrong with the others. */
import { sqlFile, sqlFiles, sqlList, sqlText } from '../database.ts'
import {
  COLUMNS,
  columnsSql,
  columnTypes,
  type FieldSql,
  fieldName,
  fieldType,
  V1_FIELDS,
  VIEWER_FIELDS,
} from './columns.ts'
import type { TextFormat } from './sniff.ts'

/**
 * Why a line is not counted. `duplicate`: delivered twice, by its request id; `no-field-list`: nothing says what its
 * fields are; `not-utf-8`, `too-long`: the reader refuses it.
 */
export type SkipReason =
  | 'cut-off'
  | 'too-many-fields'
  | 'no-field-list'
  | 'bad-time'
  | 'bad-number'
  | 'broken-json'
  | 'not-utf-8'
  | 'too-long'
  | 'unreadable'
  | 'duplicate'

/** Lines that say nothing of a request, and those of another format than the file began with. */
export type Marker = 'header' | 'other-format'

/** Bytes of the longest line that is read. CloudFront's own have some 30 KB at most. */
const LINE_BYTES = 1_000_000

/** Nothing that a log holds. */
const NO_DELIMITER = '\u0001\u0002\u0003\u0004'

export const STAGED = `CREATE TABLE staged (problem VARCHAR, file VARCHAR, line VARCHAR, route VARCHAR, ${columnTypes()})`

/** A folder named `date=2026-11-01` is no column. */
const AS_NAMED = 'hive_partitioning = false'

export const parquetAt = (path: string): string => `read_parquet(${sqlFile(path)}, ${AS_NAMED})`

/** Each line of these files, as `file` and `line`. What is no UTF-8 goes to DuckDB's own `reject_errors`. */
export const linesOf = (paths: readonly string[], isCompressed: boolean): string =>
  `(SELECT filename AS file, line FROM read_csv(${sqlFiles(paths)}, ${AS_NAMED}, columns = {'line': 'VARCHAR'}, delim = ${sqlText(NO_DELIMITER)}, quote = '', escape = '', comment = '', header = false, auto_detect = false, strict_mode = false, ignore_errors = true, store_rejects = true, rejects_limit = 0, max_line_size = ${LINE_BYTES}, compression = '${isCompressed ? 'gzip' : 'none'}', filename = true) WHERE line IS NOT NULL AND line <> '')`

export type Selection = {
  /** Of a path, in SQL: `NULL` where it takes more than SQL to tell. */
  routeSql: string
  /** SQL that holds for what is counted; empty for all. */
  filter: string
}

/** @param lines a relation of `file` and `line` */
export function insertLines(lines: string, format: TextFormat, { routeSql, filter }: Selection): string {
  const { fields, of, problem } = format.kind === 'json' ? jsonFields(format.keys) : delimitedFields(format)
  return `
    INSERT INTO staged
    WITH told AS (SELECT file, line, ${fields} AS f FROM ${lines}),
    read AS (SELECT ${problem} AS problem, file, line, ${columnsSql(of)}, ${numbersSql(of)} AS bad_number FROM told),
    checked AS (
      SELECT * REPLACE (CASE WHEN problem IS NOT NULL THEN problem WHEN time IS NULL THEN 'bad-time' WHEN bad_number THEN 'bad-number' END AS problem)
      FROM read
    )
    SELECT problem, CASE WHEN problem IS NOT NULL THEN file END, CASE WHEN problem = 'header' THEN line END,
      ${routeSql}, * EXCLUDE (problem, file, line, bad_number)
    FROM checked ${filter && `WHERE problem IS NOT NULL OR (${filter})`}`
}

/** No field has it: were it `-`, which logs have for nothing, DuckDB's reader would take one `-` too many for none. */
const NO_VALUE = '\u0001'

/** Where DuckDB puts what `insertWhole` can't read. */
export const UNFIT = { lines: 'unfit_lines', files: 'unfit_files' } as const

/**
 * Files whose every line is as the first ones promise, in three quarters of the time that `insertLines` takes: fields are taken off a
 * line by DuckDB's own reader, which leaves those out that nothing counts. A file that has a line of another kind is named in
 * `UNFIT`, whatever is wrong with it.
 * @returns undefined where lines can't be told from comments by their first field
 */
export function insertWhole(
  paths: readonly string[],
  isCompressed: boolean,
  format: TextFormat,
  { routeSql, filter }: Selection,
): string | undefined {
  if (format.kind === 'json' || format.fields === undefined || format.heads === undefined) return undefined
  const { fields, heads, delimiter } = format
  if (!['date', 'timestamp', 'timestamp_ms'].includes(fields[0] as string)) return undefined
  const of: FieldSql = (field) => (fields.includes(field) ? `"${field}"` : undefined)
  const columns = fields.map((field) => `${sqlText(field)}: ${sqlText((fieldType(field) ?? 'varchar').toUpperCase())}`)
  // A field is held to UTF-8 where something reads it: here, what never fails.
  const isRead = VIEWER_FIELDS.flatMap((field) =>
    of(field) === undefined ? [] : [`${of(field)} <> ${sqlText(NO_VALUE)}`],
  )
  return `
    INSERT INTO staged
    WITH read AS (
      SELECT ${columnsSql(of, true)}
      FROM read_csv(${sqlFiles(paths)}, ${AS_NAMED}, columns = {${columns.join(', ')}}, delim = ${sqlText(delimiter)}, quote = '', escape = '', comment = '', header = false, auto_detect = false, skip = ${heads}, nullstr = ${sqlText(NO_VALUE)}, ignore_errors = true, store_rejects = true, rejects_limit = 1, rejects_table = '${UNFIT.lines}', rejects_scan = '${UNFIT.files}', max_line_size = ${LINE_BYTES}, compression = '${isCompressed ? 'gzip' : 'none'}')
      ${isRead.length > 0 ? `WHERE ${isRead.join(' AND ')}` : ''}
    )
    SELECT CASE WHEN time IS NULL THEN 'bad-time' WHEN ${outOfRange(of)} THEN 'bad-number' END AS problem, NULL, NULL, ${routeSql}, *
    FROM read ${filter && `WHERE problem IS NOT NULL OR (${filter})`}`
}

export function insertParquet(path: string, columns: readonly string[], { routeSql, filter }: Selection): string {
  const byField = new Map(columns.map((column) => [fieldName(column), column]))
  const of: FieldSql = (field) => {
    const column = byField.get(field)
    return column === undefined ? undefined : `CAST("${column.replaceAll('"', '""')}" AS VARCHAR)`
  }
  return `
    INSERT INTO staged
    WITH read AS (SELECT ${columnsSql(of)}, ${numbersSql(of)} AS bad_number FROM ${parquetAt(path)})
    SELECT CASE WHEN time IS NULL THEN 'bad-time' WHEN bad_number THEN 'bad-number' END AS problem,
      CASE WHEN problem IS NOT NULL THEN ${sqlText(path)} END, NULL, ${routeSql}, * EXCLUDE (bad_number)
    FROM read ${filter && `WHERE problem IS NOT NULL OR (${filter})`}`
}

type Told = { fields: string; of: FieldSql; problem: string }

function delimitedFields({ delimiter, fields }: Extract<TextFormat, { kind: 'delimited' }>): Told {
  const at = new Map((fields ?? []).map((field, index) => [field, `f[${index + 1}]`]))
  const problems = [
    `WHEN starts_with(line, '#') THEN 'header'`,
    `WHEN starts_with(line, '{') THEN 'other-format'`,
    ...(fields
      ? [
          `WHEN len(f) < ${fields.length} THEN 'cut-off'`,
          // Two fields came in 2025, in files whose #Fields line may be older.
          `WHEN len(f) > ${fields.length} THEN 'too-many-fields'`,
        ]
      : [`ELSE 'no-field-list'`]),
  ]
  return {
    fields: `string_split(line, ${sqlText(delimiter)})`,
    of: (field) => at.get(field),
    problem: `CASE ${problems.join(' ')} END`,
  }
}

/** What v2 and real-time logs name besides the fields of standard logs. */
const FURTHER_KEYS = [
  'timestamp',
  'timestamp(ms)',
  'c-country',
  'cs-accept',
  'cs-headers',
  'cs-header-names',
  'cache-behavior-path-pattern',
  'viewer-request-log-data',
]

function jsonFields(found: readonly string[]): Told {
  const keys = new Map([...V1_FIELDS, ...FURTHER_KEYS, ...found].map((key) => [fieldName(key), key]))
  const wanted = [...keys].filter(([field]) => isWanted(field))
  const paths = wanted.map(([, key]) => `$."${key.replaceAll('"', '\\"')}"`)
  const at = new Map(wanted.map(([field], index) => [field, `f[${index + 1}]`]))
  // Of the two ways to tell the time, that which is there.
  const hasDate = found.map(fieldName).includes('date')
  const hasMilliseconds = found.map(fieldName).includes('timestamp_ms')
  if (!hasDate && found.length > 0) at.delete('date')
  if (!hasMilliseconds) at.delete('timestamp_ms')
  return {
    fields: `CASE WHEN json_valid(line) THEN json_extract_string(line, ${sqlList(paths)}) END`,
    of: (field) => at.get(field),
    problem: `CASE WHEN starts_with(line, '#') THEN 'header' WHEN NOT starts_with(line, '{') THEN 'other-format' WHEN f IS NULL THEN CASE WHEN ends_with(line, '}') THEN 'broken-json' ELSE 'cut-off' END END`,
  }
}

const WANTED = new Set<string>([
  ...['date', 'time', 'timestamp', 'timestamp_ms', 'cs_uri_stem', 'cs_uri_query'],
  ...Object.values(COLUMNS).flatMap(({ fields }) => fields),
])

const isWanted = (field: string): boolean => WANTED.has(field)

/** The columns of numbers that a log has, with the SQL of their fields. */
const numbersOf = (of: FieldSql): [column: string, sql: string][] =>
  Object.entries(COLUMNS).flatMap(([name, { type, fields }]): [string, string][] => {
    const sql = fields.map(of).find((one) => one !== undefined)
    return type === 'varchar' || sql === undefined ? [] : [[name, sql]]
  })

const anyOf = (checks: readonly string[]): string =>
  checks.length > 0 ? `coalesce(${checks.join(' OR ')}, false)` : 'false'

/** Below 0, endless or no number at all: nothing that can be counted. */
const range = (column: string): string => `NOT (${column} BETWEEN 0 AND 1e15)`

const outOfRange = (of: FieldSql): string => anyOf(numbersOf(of).map(([column]) => range(column)))

/** Whether a number is there that is none. */
export const numbersSql = (of: FieldSql): string =>
  anyOf(numbersOf(of).flatMap(([column, sql]) => [`(${column} IS NULL AND ${sql} NOT IN ('-', ''))`, range(column)]))
