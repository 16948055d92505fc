/** The external table by which Athena reads CloudFront's logs where they are, and which of its files a time needs. */
import { HOUR_COLUMN, partitionProjection, V2_COLUMNS } from '../../deploy/aws/log-table.ts'
import { sqlText } from '../database.ts'
import { fieldName, V1_FIELDS } from '../ingest/columns.ts'

/** `v1`: standard logs (legacy), lines with tabs, packed; `v2`: standard logging v2 as Parquet. */
export type LogKind = 'v1' | 'v2'

export type LogTable = {
  kind: LogKind
  database: string
  table: string
  /** Where the logs are. `prefix` is empty, or ends with a slash. */
  bucket: string
  prefix: string
  /** Of v1, whose files all lie in one folder: those of this distribution. Of v2 it is a part of the prefix. */
  distribution: string | undefined
}

/** From then on, and until then, not included; UTC. */
export type Window = {
  since: Date | undefined
  until: Date | undefined
  /** Of v2, the first and the last folder that is there: Athena asks S3 for each hour between, whether it is there or not. */
  folders?: { first: string; last: string }
}

export const locationOf = ({ bucket, prefix }: LogTable): string => `s3://${bucket}/${prefix}`

export const V1_COLUMNS: readonly string[] = V1_FIELDS.map(fieldName)

/** As Athena's DDL has names, and as its queries have them. */
const ddlName = ({ database, table }: LogTable): string => `\`${database}\`.\`${table}\``
export const quotedTable = ({ database, table }: LogTable): string => `"${database}"."${table}"`

export const createDatabaseSql = ({ database }: LogTable): string => `CREATE DATABASE IF NOT EXISTS \`${database}\``

/** The columns are texts: what is no number or no time is for the queries to count. */
export function createTableSql(table: LogTable): string {
  const columns = (table.kind === 'v1' ? V1_COLUMNS : V2_COLUMNS).map((name) => `  \`${name}\` string`)
  const [rows, properties] = table.kind === 'v1' ? V1_STORAGE : v2Storage(table)
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${ddlName(table)} (`,
    columns.join(',\n'),
    ')',
    ...rows,
    `LOCATION ${sqlText(locationOf(table))}`,
    'TBLPROPERTIES (',
    Object.entries(properties)
      .map(([name, value]) => `  ${sqlText(name)} = ${sqlText(value)}`)
      .join(',\n'),
    ')',
  ].join('\n')
}

type Storage = [rows: string[], properties: Record<string, string>]

/** A log has two lines before its first: #Version and #Fields. */
const V1_STORAGE: Storage = [
  ["ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'", 'STORED AS TEXTFILE'],
  { 'skip.header.line.count': '2' },
]

const v2Storage = (table: LogTable): Storage => [
  [`PARTITIONED BY (\`${HOUR_COLUMN}\` string)`, 'STORED AS PARQUET'],
  partitionProjection(locationOf(table)),
]

/**
 * Files are named by the hour in which requests were made, also those that are delivered late (Developer Guide, "Timing of
 * log file delivery"). That v2's folders are, too, is not said: a day more is read of them, which is the longest delay.
 */
const DELAY = { v1: 0, v2: 24 } as const satisfies Record<LogKind, number>
const HOUR = 3_600_000

/** Hours, the first and the last one, as names begin with them: `2026-11-30-14`, or `2026/11/30/14`. */
export function hoursOf({ kind }: Pick<LogTable, 'kind'>, { since, until, folders }: Window) {
  if (folders) return folders
  const name = (time: number) => {
    const [day = '', hour = ''] = new Date(time).toISOString().slice(0, 13).split('T')
    const separator = kind === 'v1' ? '-' : '/'
    return [...day.split('-'), hour].join(separator)
  }
  return {
    first: since && name(since.getTime()),
    last: until && name(until.getTime() - 1 + DELAY[kind] * HOUR),
  }
}

/** SQL by which Athena leaves files out; empty where it has to read all. */
export function fileFilter(table: LogTable, window: Window): string {
  const { first, last } = hoursOf(table, window)
  if (table.kind === 'v2') {
    return [
      ...(first ? [`"${HOUR_COLUMN}" >= ${sqlText(first)}`] : []),
      ...(last ? [`"${HOUR_COLUMN}" <= ${sqlText(last)}`] : []),
    ].join(' AND ')
  }
  if (table.distribution === undefined) return ''
  const path = (rest: string) => sqlText(`${locationOf(table)}${table.distribution}${rest}`)
  // A dot follows the id, and the hour: `/` is the character after it.
  return `"$path" >= ${path(`.${first ?? ''}`)} AND "$path" < ${path(last ? `.${last}/` : '/')}`
}

/** The hour of a file's folder, of v2: `2026/11/30/14`. @param key below the prefix */
export const hourOfKey = (key: string): string | undefined => /^\d{4}\/\d\d\/\d\d\/\d\d(?=\/)/.exec(key)?.[0]

/** Whether a file of this key is one that such a query reads. @param key below the prefix */
export function isFileRead(table: LogTable, window: Window, key: string): boolean {
  const { first, last } = hoursOf(table, window)
  if (table.kind === 'v2') {
    const hour = hourOfKey(key)
    return hour !== undefined && (first === undefined || hour >= first) && (last === undefined || hour <= last)
  }
  if (table.distribution === undefined) return true
  if (!key.startsWith(`${table.distribution}.`)) return false
  const hour = key.slice(table.distribution.length + 1)
  return (first === undefined || hour >= first) && (last === undefined || hour < `${last}/`)
}
