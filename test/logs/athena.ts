/**
 * An Athena of a test's own: it runs queries in DuckDB over files of a folder that stands for a bucket, and answers over HTTP
 * as Athena and S3 do. Each text has to be one of Trino's, or of Hive's where it makes something, before it runs.
 */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { HiveSQL, TrinoSQL } from 'dt-sql-parser'
import { type Database, openDatabase, sqlList, sqlText } from '../../logs/database.ts'
import { listening } from '../listener.ts'

export type StandIn = {
  /** For the environment. */
  variables: Record<string, string>
  /** Texts of queries, in the order in which they came. */
  asked: { sql: string; database: string | undefined; workgroup: string; output: string | undefined }[]
  /** Ids that were stopped. */
  stopped: string[]
  /** Puts an object there. */
  put(key: string, content: Buffer | string): Promise<string>
  close(): Promise<void>
}

export type StandInFaults = {
  /** Of a query's text, what it fails with. */
  fails?(sql: string): { state: 'FAILED' | 'CANCELLED'; reason: string } | undefined
  /** Of a query's text, whether it runs for ever. */
  hangs?(sql: string): boolean
  /** Of the name of a call, the error that it answers with. */
  refuses?(action: string): { type: string; message: string; status?: number } | undefined
}

type Run = {
  columns: { Name: string; Type: string }[]
  rows: unknown[][]
  error?: string
  state?: string
  looks: number
}

/** Rows of a page; Athena's own has a thousand at most. */
const PAGE = 7

export async function athenaStandIn(folder: string, bucket: string, faults: StandInFaults = {}): Promise<StandIn> {
  const database = await openDatabase()
  const runs = new Map<string, Run>()
  const asked: StandIn['asked'] = []
  const stopped: string[] = []
  const root = join(folder, bucket)
  await mkdir(root, { recursive: true })

  async function started(sql: string): Promise<Run> {
    const fault = faults.fails?.(sql)
    if (fault) return { columns: [], rows: [], state: fault.state, error: fault.reason, looks: 0 }
    if (faults.hangs?.(sql)) return { columns: [], rows: [], state: 'RUNNING', looks: 0 }
    try {
      return { ...(await ran(database, root, bucket, sql)), looks: 0 }
    } catch (error) {
      return { columns: [], rows: [], state: 'FAILED', error: (error as Error).message, looks: 0 }
    }
  }

  async function athena(action: string, input: Record<string, never>): Promise<unknown> {
    const id: string = input.QueryExecutionId ?? ''
    const run = runs.get(id)
    if (action === 'StartQueryExecution') {
      const {
        QueryString: sql,
        QueryExecutionContext,
        WorkGroup: workgroup,
        ResultConfiguration,
      } = input as never as {
        QueryString: string
        QueryExecutionContext: { Database?: string }
        WorkGroup: string
        ResultConfiguration?: { OutputLocation?: string }
      }
      asked.push({
        sql,
        database: QueryExecutionContext.Database,
        workgroup,
        output: ResultConfiguration?.OutputLocation,
      })
      const made = `query-${asked.length}`
      runs.set(made, await started(sql))
      return { QueryExecutionId: made }
    }
    if (!run) throw new Error(`no query ${id}`)
    if (action === 'StopQueryExecution') {
      stopped.push(id)
      return {}
    }
    if (action === 'GetQueryExecution') {
      run.looks += 1
      const state = run.state ?? (run.looks === 1 ? 'QUEUED' : 'SUCCEEDED')
      return {
        QueryExecution: {
          QueryExecutionId: id,
          Status: { State: state, ...(run.error === undefined ? {} : { StateChangeReason: run.error }) },
          Statistics: { DataScannedInBytes: 20_000_000 },
        },
      }
    }
    const from = Number(input.NextToken ?? 0)
    const all = [run.columns.map(({ Name }) => Name), ...run.rows]
    const rows = all.slice(from, from + PAGE)
    return {
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: run.columns },
        Rows: rows.map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
      },
      ...(from + PAGE < all.length ? { NextToken: String(from + PAGE) } : {}),
    }
  }

  const server = createServer(async (request, response) => {
    const target = request.headers['x-amz-target']
    const body = await text(request)
    const action = typeof target === 'string' ? (target.split('.')[1] ?? '') : 'ListObjectsV2'
    const refused = faults.refuses?.(action)
    if (typeof target === 'string') {
      const answer = refused
        ? { __type: refused.type, Message: refused.message }
        : await athena(action, JSON.parse(body))
      response.writeHead(refused ? (refused.status ?? 400) : 200, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(answer))
      return
    }
    response.writeHead(refused ? (refused.status ?? 403) : 200, { 'content-type': 'application/xml' })
    response.end(
      refused
        ? `<Error><Code>${refused.type}</Code><Message>${refused.message}</Message></Error>`
        : await listing(root, new URL(request.url ?? '/', 'http://s3').searchParams),
    )
  })
  const { url, close } = await listening(server)
  return {
    variables: {
      AWS_ENDPOINT_URL_ATHENA: url,
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_REGION: 'us-east-1',
    },
    asked,
    stopped,
    async put(key, content) {
      const path = join(root, key)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
      return path
    },
    async close() {
      await close()
      await database.close()
    },
  }
}

async function keysOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted()
}

/** Three at a time, so that there are pages. */
async function listing(root: string, query: URLSearchParams): Promise<string> {
  const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
  const keys = (await keysOf(root)).filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after)
  const page = keys.slice(0, 3)
  const contents = await Promise.all(
    page.map(async (key) => `<Contents><Key>${key}</Key><Size>${(await stat(join(root, key))).size}</Size></Contents>`),
  )
  const more = keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
  return `<ListBucketResult><IsTruncated>${more !== ''}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`
}

/** Texts without an error, and without comments and what is in quotes: the parsers take a fifth of a second for some. */
const known = new Set<string>()

/** The errors of a text that is none of its dialect. */
export function dialectErrors(sql: string): string[] {
  const form = sql.replaceAll(/--[^\n]*|'(?:[^']|'')*'|"[^"]*"|`[^`]*`/g, (found) =>
    found.startsWith('--') ? '' : found.charAt(0).repeat(2),
  )
  const parser = /^CREATE\b/.test(sql) ? new HiveSQL() : new TrinoSQL()
  const queries = queriesInBrackets(form)
  const rest = queries
    .filter((query) => known.has(query))
    .reduce((text, query) => text.replace(query, 'SELECT 1'), form)
  if (known.has(rest)) return []
  const errors = parser.validate(rest).length === 0 ? [] : parser.validate(sql)
  if (errors.length === 0) for (const text of [rest, ...queries]) known.add(text)
  return errors.map(({ startLine, startColumn, message }) => `${startLine}:${startColumn} ${message}`)
}

/** What stands in a text's outermost brackets and is a query of its own: most of a report's begin with the same. */
function queriesInBrackets(text: string): string[] {
  const found: string[] = []
  let [depth, start] = [0, 0]
  for (const { 0: bracket, index } of text.matchAll(/[()]/g)) {
    if (bracket === '(' && depth++ === 0) start = index + 1
    if (bracket === ')' && --depth === 0) found.push(text.slice(start, index))
  }
  return found.filter((inner) => /^\s*(?:SELECT|WITH)\b/.test(inner))
}

async function ran(database: Database, root: string, bucket: string, sql: string): Promise<Omit<Run, 'looks'>> {
  const errors = dialectErrors(sql)
  if (errors.length > 0) throw new Error(`SYNTAX_ERROR: ${errors.join('; ')}`)
  const [, made] = /^CREATE DATABASE IF NOT EXISTS `(\w+)`$/.exec(sql) ?? []
  if (made) {
    await database.run(`CREATE SCHEMA IF NOT EXISTS "${made}"`)
    return { columns: [], rows: [] }
  }
  if (sql.startsWith('CREATE EXTERNAL TABLE')) {
    await database.run(await tableSql(root, bucket, sql))
    return { columns: [], rows: [] }
  }
  const described = await database.rows<{ column_name: string; column_type: string }>(`DESCRIBE ${sql}`)
  const columns = described.map(({ column_name: Name, column_type: type }) => ({ Name, Type: typeOf(type) }))
  const rows = await database.rows(sql)
  return { columns, rows: rows.map((row) => columns.map(({ Name, Type }) => textOf(row[Name], Type))) }
}

const typeOf = (type: string): string =>
  type.endsWith('[]') ? 'array' : type === 'HUGEINT' ? 'bigint' : type.toLowerCase()

/** As Athena writes it: of doubles, what Java makes of them. */
function textOf(value: unknown, type: string): string | null {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return `[${value.map(javaDouble).join(', ')}]`
  return type === 'double' ? javaDouble(Number(value)) : String(value)
}

function javaDouble(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e')
    return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`
  }
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

/** The table as a view of DuckDB's over the objects that are there, read as its statement says. */
async function tableSql(root: string, bucket: string, sql: string): Promise<string> {
  const [, schema, table] = /`(\w+)`\.`(\w+)`/.exec(sql) ?? []
  const columns = [...(/\(([\s\S]*?)\n\)/.exec(sql)?.[1] ?? '').matchAll(/`(\w+)` string/g)].map(([, name]) => name)
  const [, prefix = ''] = new RegExp(`LOCATION 's3://${bucket}/([^']*)'`).exec(sql) ?? []
  const paths = (await keysOf(root)).filter((key) => key.startsWith(prefix)).map((key) => join(root, key))
  const view = `CREATE VIEW IF NOT EXISTS "${schema}"."${table}" AS`
  if (sql.includes('STORED AS TEXTFILE')) {
    const types = columns.map((name) => `${sqlText(name ?? '')}: 'VARCHAR'`).join(', ')
    return `${view} SELECT * EXCLUDE (filename), replace(filename, ${sqlText(root)}, 's3://${bucket}') AS "$path"
      FROM read_csv(${sqlList(paths)}, columns = {${types}}, delim = '\\t', quote = '', escape = '', header = false, skip = 2,
        auto_detect = false, null_padding = true, strict_mode = false, nullstr = '\\N', filename = true)`
  }
  const [, template = ''] = /'storage.location.template' = 's3:\/\/[^/]+\/([^']*)'/.exec(sql) ?? []
  const before = join(root, template.slice(0, template.indexOf('$')))
  const there = await columnsOf(paths)
  const selects = columns.map((name) => (there.has(name ?? '') ? `"${name}"` : `CAST(NULL AS VARCHAR) AS "${name}"`))
  return `${view} SELECT ${selects.join(', ')}, substr(filename, ${before.length + 1}, 13) AS log_hour
    FROM read_parquet(${sqlList(paths)}, union_by_name = true, filename = true)`

  async function columnsOf(files: readonly string[]): Promise<Set<string>> {
    const own = await openDatabase()
    const all = `read_parquet(${sqlList(files)}, union_by_name = true)`
    const rows = await own.rows<{ column_name: string }>(`DESCRIBE SELECT * FROM ${all}`)
    await own.close()
    return new Set(rows.map(({ column_name }) => column_name))
  }
}
