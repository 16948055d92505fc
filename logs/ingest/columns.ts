/**
 * The table `requests`, which all queries read: its columns, and the fields of CloudFront's logs that they are read from.
 * Fields: Developer Guide, "Standard logging reference", "Use real-time access logs"; in Parquet files they are named with
 * an underscore for what is no letter or digit, and so they are here.
 */

export type Column = {
  /** Of DuckDB and of Trino alike. */
  type: 'varchar' | 'bigint' | 'integer' | 'double'
  /** The first of them that a log has. */
  fields: readonly string[]
}

/**
 * Besides `time`, `uri_stem` and `uri_query`, which take more than a cast. What no query reads is not kept: a column of a month of
 * logs costs more than all that is counted of it.
 */
export const COLUMNS = {
  edge_location: { type: 'varchar', fields: ['x_edge_location'] },
  /** Bytes sent to the viewer, headers included. */
  bytes: { type: 'bigint', fields: ['sc_bytes'] },
  client_ip: { type: 'varchar', fields: ['c_ip'] },
  method: { type: 'varchar', fields: ['cs_method'] },
  /** 0: the viewer had gone. */
  status: { type: 'integer', fields: ['sc_status'] },
  user_agent: { type: 'varchar', fields: ['cs_user_agent'] },
  cookie: { type: 'varchar', fields: ['cs_cookie'] },
  result_type: { type: 'varchar', fields: ['x_edge_result_type'] },
  detailed_result_type: { type: 'varchar', fields: ['x_edge_detailed_result_type'] },
  request_id: { type: 'varchar', fields: ['x_edge_request_id'] },
  protocol: { type: 'varchar', fields: ['cs_protocol'] },
  /** Seconds, as the next. */
  seconds: { type: 'double', fields: ['time_taken'] },
  first_byte_seconds: { type: 'double', fields: ['time_to_first_byte'] },
  content_type: { type: 'varchar', fields: ['sc_content_type'] },
  accept: { type: 'varchar', fields: ['cs_accept'] },
  request_header_names: { type: 'varchar', fields: ['cs_header_names'] },
  /** What the function wrote by `cf.logCustomData`. */
  log_data: { type: 'varchar', fields: ['viewer_request_log_data'] },
} as const satisfies Record<string, Column>

/** `cs(User-Agent)` is `cs_user_agent`, `timestamp(ms)` is `timestamp_ms`. */
export const fieldName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')

/** The fields of standard logs (legacy), in order: the first 33 since 2019, two more since 2025. */
export const V1_FIELDS =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end distribution-tenant-id connection-id'.split(
    ' ',
  )

/** The SQL of a field, `undefined` where this log has none. */
export type FieldSql = (field: string) => string | undefined

/** How the reader takes them off a line at once; `undefined`: as text. */
export function fieldType(field: string): string | undefined {
  const type = TIME_TYPES[field] ?? Object.values(COLUMNS).find(({ fields }) => fields.includes(field as never))?.type
  return type === 'varchar' ? undefined : type
}

const TIME_TYPES: Readonly<Record<string, string>> = {
  date: 'date',
  time: 'time',
  timestamp: 'double',
  timestamp_ms: 'bigint',
}

/** Fields that nothing counts, and that viewers fill: whatever is in them is read. */
export const VIEWER_FIELDS = ['cs_host', 'cs_referer', 'x_host_header', 'x_forwarded_for'] as const

/** An empty value is logged as `-`. */
const present = (sql: string): string => `nullif(nullif(${sql}, '-'), '')`

const firstOf = (of: FieldSql, fields: readonly string[]): string | undefined =>
  fields.map(of).find((sql) => sql !== undefined)

/** Real-time logs have seconds with a fraction, v2 milliseconds or a date and a time. */
function timeSql(of: FieldSql, isTyped: boolean): string {
  const date = of('date')
  const time = of('time')
  if (date !== undefined && time !== undefined && isTyped) return `${date} + ${time}`
  if (date !== undefined && time !== undefined) return `TRY_CAST(${date} || ' ' || ${time} AS TIMESTAMP)`
  const milliseconds = of('timestamp_ms')
  if (milliseconds !== undefined) return `make_timestamp(TRY_CAST(${milliseconds} AS BIGINT) * 1000)`
  const seconds = of('timestamp')
  if (seconds === undefined) return 'CAST(NULL AS TIMESTAMP)'
  // Seconds of today have ten digits, milliseconds thirteen.
  return `make_timestamp(CAST(TRY_CAST(${seconds} AS DOUBLE) * CASE WHEN TRY_CAST(${seconds} AS DOUBLE) > 1e11 THEN 1000 ELSE 1000000 END AS BIGINT))`
}

/** `name type` of all columns. */
export const columnTypes = (): string =>
  [
    'time TIMESTAMP',
    'uri_stem VARCHAR',
    'uri_query VARCHAR',
    ...Object.entries(COLUMNS).map(([name, { type }]) => `${name} ${type.toUpperCase()}`),
  ].join(', ')

/**
 * All columns, in the order of `columnTypes`.
 * @param isTyped fields are of their `fieldType`; else all of them are text
 */
export function columnsSql(of: FieldSql, isTyped = false): string {
  const stem = of('cs_uri_stem') ?? "''"
  const query = of('cs_uri_query')
  return [
    `${timeSql(of, isTyped)} AS time`,
    // Real-time logs have the query in it.
    `split_part(${stem}, '?', 1) AS uri_stem`,
    query === undefined
      ? `CASE WHEN contains(${stem}, '?') THEN substr(${stem}, strpos(${stem}, '?') + 1) ELSE '' END AS uri_query`
      : `CASE WHEN ${query} = '-' THEN '' ELSE coalesce(${query}, '') END AS uri_query`,
    ...Object.entries(COLUMNS).map(([name, { type, fields }]) => {
      const sql = firstOf(of, fields)
      if (sql === undefined) return `CAST(NULL AS ${type.toUpperCase()}) AS ${name}`
      if (type === 'varchar') return `${present(sql)} AS ${name}`
      return isTyped ? `${sql} AS ${name}` : `TRY_CAST(${sql} AS ${type.toUpperCase()}) AS ${name}`
    }),
  ].join(', ')
}
