/** The queries of `queries/`, written in Trino's dialect, which Athena runs and, with the macros of `database.ts`, DuckDB. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../base/root.ts'
import type { Database } from './database.ts'
import { edgeRegions } from './edge-locations.ts'

type Counts = { requests: number; bytes: number; hits: number; hit_bytes: number }

/** A percentile each: 50, 75, 95 and 99. */
export type Percentiles = [number, number, number, number]

/** By query, the shape of its rows. */
export type Results = {
  totals: (Counts & { viewers: number; first_time: number | null; last_time: number | null })[]
  over_time: (Counts & { hour: number; errors: number })[]
  routes: (Counts & { route: string; errors: number })[]
  edge_locations: (Counts & { edge_location: string | null; region: string })[]
  results: { result_type: string; detail: string; requests: number; bytes: number }[]
  misses: MissRow[]
  parameters: { name: string; requests: number; misses: number; extra_keys: number }[]
  uncacheable: { reason: string; misses: number }[]
  errors: { status: number | null; detail: string; route: string | null; requests: number; example: string }[]
  latency: LatencyRow[]
  formats: { format: string; requests: number; bytes: number }[]
  widths: { width: number; requests: number; bytes: number }[]
  renditions: Record<'pictures' | 'bytes' | 'asked' | 'asked_bytes' | 'named' | 'fallbacks', number>[]
  heaviest: { uri_stem: string; requests: number; bytes: number; hits: number }[]
  bots: { user_agent: string | null; requests: number; bytes: number }[]
  usage: UsageRow[]
  lambda: LambdaRow[]
}

export type UsageRow = {
  /** Seconds since 1970 at its beginning. */
  month: number
  region: string
  protocol: 'http' | 'https'
  requests: number
  bytes: number
  origin_requests: number
  first_time: number
  last_time: number
}

export type LambdaRow = Record<'reports' | 'gb_seconds' | 'pictures' | 'picture_seconds', number>

export type MissRow = {
  uri_stem: string | null
  misses: number
  first_time: number
  fragmented: number
  not_cached: number
  expired: number
}

export type LatencyRow = {
  /** Null: of a region, or of all. */
  edge_location: string | null
  region: string | null
  outcome: 'hit' | 'other'
  requests: number
  first_byte: Percentiles | null
  last_byte: Percentiles | null
}

type Query = keyof Results

/** Those of `rimlight logs report`. */
export const REPORT_QUERIES = [
  'totals',
  'over_time',
  'routes',
  'edge_locations',
  'results',
  'misses',
  'parameters',
  'uncacheable',
  'errors',
  'latency',
  'formats',
  'widths',
  'renditions',
  'heaviest',
  'bots',
] as const satisfies Query[]

export type ReportResults = Pick<Results, (typeof REPORT_QUERIES)[number]>

/** Those of `rimlight logs cost`, too. */
export const QUERIES = [...REPORT_QUERIES, 'usage', 'lambda'] as const satisfies Query[]

export const querySql = (name: Query): Promise<string> => readFile(join(ROOT, 'logs/queries', `${name}.sql`), 'utf8')

/** The table that queries join, besides `requests`. */
export async function createEdgeRegions(database: Database): Promise<void> {
  await database.run('CREATE TABLE edge_regions (code VARCHAR, region VARCHAR)')
  await database.append('edge_regions', edgeRegions())
}

export const runQuery = async <Name extends Query>(database: Database, name: Name): Promise<Results[Name]> =>
  (await database.rows(await querySql(name))) as Results[Name]

/** All of a report, one after the other. */
export async function runQueries(database: Database, onQuery?: (name: string) => void): Promise<ReportResults> {
  const results: Partial<Record<Query, unknown>> = {}
  for (const name of REPORT_QUERIES) {
    onQuery?.(name)
    results[name] = await runQuery(database, name)
  }
  return results as ReportResults
}
