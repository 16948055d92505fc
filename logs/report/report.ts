/** The report as data: what `--json` prints, and what text and HTML are made of. */
import type { Settings } from '../../bundle/settings.ts'
import type { Loaded } from '../ingest/load.ts'
import type { LatencyRow, MissRow, ReportResults } from '../queries.ts'

type Cached = {
  requests: number
  /** Sent to viewers, with headers. */
  bytes: number
  hits: number
  hitBytes: number
  /** 0 to 1; null without requests, or bytes. */
  hitRatio: number | null
  byteHitRatio: number | null
}

export type MissReasons = Omit<{ [Name in keyof MissRow]: number }, 'uri_stem'>

/** Seconds at the percentiles 50, 75, 95 and 99. */
export type Latency = {
  outcome: 'hit' | 'other'
  requests: number
  firstByte: Percentile | null
  lastByte: Percentile | null
}

type Percentile = { p50: number; p75: number; p95: number; p99: number }

export type LogReport = Cached & {
  /** Distinct addresses. */
  viewers: number
  /** UTC, ISO 8601; null without requests. */
  since: string | null
  until: string | null
  /** Lines that are not counted, by reason. */
  skipped: Loaded['skipped']
  files: Pick<Loaded, 'files' | 'empty' | 'damaged'>
  /** By the config's own matching; null without a config. `cache`: as the config has it; null for what it refuses. */
  routes: (Cached & { route: string; errors: number; cache: 'cached' | 'never' | null })[] | null
  edgeLocations: (Cached & { edgeLocation: string; region: string })[]
  overTime: (Cached & { hour: string; errors: number })[]
  results: { result: string; detail: string; requests: number; bytes: number }[]
  misses: MissReasons & { top: (MissReasons & { path: string })[] }
  uncacheable: { reason: string; misses: number }[]
  parameters: { name: string; requests: number; misses: number; extraKeys: number }[]
  errors: { status: number | null; detail: string; route: string | null; requests: number; example: string }[]
  latency: {
    all: Latency[]
    regions: (Latency & { region: string })[]
    edgeLocations: (Latency & { edgeLocation: string; region: string })[]
  }
  formats: { format: string; requests: number; bytes: number }[]
  widths: { width: number; requests: number; bytes: number }[]
  renditions: { pictures: number; bytes: number; asked: number; askedBytes: number; named: number; fallbacks: number }
  heaviest: { path: string; requests: number; bytes: number; hits: number }[]
  bots: { requests: number; bytes: number; top: { agent: string; requests: number; bytes: number }[] }
}

const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)

const cachedOf = (row: { requests: number; bytes: number; hits: number; hit_bytes: number }): Cached => ({
  requests: row.requests,
  bytes: row.bytes,
  hits: row.hits,
  hitBytes: row.hit_bytes,
  hitRatio: share(row.hits, row.requests),
  byteHitRatio: share(row.hit_bytes, row.bytes),
})

const timeOf = (seconds: number | null | undefined): string | null =>
  typeof seconds === 'number' ? new Date(seconds * 1000).toISOString() : null

/** @param settings of the config, if there is one */
export function reportOf(
  results: ReportResults,
  { files, empty, damaged, skipped }: Loaded,
  settings?: Settings,
): LogReport {
  const [totals] = results.totals
  if (!totals) throw new Error('expected one row of totals, found none')
  const cacheOf = new Map(
    settings?.routes.map(({ path, cache }) => [path, cache === 'never' ? 'never' : 'cached'] as const),
  )
  const [renditions] = results.renditions
  const ofAll = results.misses.find(({ uri_stem }) => uri_stem === null)
  const ofBots = results.bots.find(({ user_agent }) => user_agent === null)
  return {
    ...cachedOf(totals),
    viewers: totals.viewers,
    since: timeOf(totals.first_time),
    until: timeOf(totals.last_time),
    skipped,
    files: { files, empty, damaged },
    routes: settings
      ? results.routes.map((row) => ({
          route: row.route,
          ...cachedOf(row),
          errors: row.errors,
          cache: cacheOf.get(row.route) ?? null,
        }))
      : null,
    edgeLocations: results.edge_locations.map((row) => ({
      edgeLocation: row.edge_location ?? 'unknown',
      region: row.region,
      ...cachedOf(row),
    })),
    overTime: results.over_time.map((row) => ({ hour: timeOf(row.hour) ?? '', ...cachedOf(row), errors: row.errors })),
    results: results.results.map(({ result_type: result, ...row }) => ({ result, ...row })),
    misses: {
      ...reasonsOf(ofAll),
      top: results.misses.flatMap((row) => (row.uri_stem === null ? [] : [{ path: row.uri_stem, ...reasonsOf(row) }])),
    },
    uncacheable: results.uncacheable,
    parameters: results.parameters.map(({ extra_keys: extraKeys, ...row }) => ({ ...row, extraKeys })),
    errors: results.errors,
    latency: latencyOf(results.latency),
    formats: results.formats,
    widths: results.widths,
    renditions: {
      pictures: renditions?.pictures ?? 0,
      bytes: renditions?.bytes ?? 0,
      asked: renditions?.asked ?? 0,
      askedBytes: renditions?.asked_bytes ?? 0,
      named: renditions?.named ?? 0,
      fallbacks: renditions?.fallbacks ?? 0,
    },
    heaviest: results.heaviest.map(({ uri_stem: path, ...row }) => ({ path, ...row })),
    bots: {
      requests: ofBots?.requests ?? 0,
      bytes: ofBots?.bytes ?? 0,
      top: results.bots.flatMap(({ user_agent, ...row }) =>
        user_agent === null ? [] : [{ agent: plain(user_agent), ...row }],
      ),
    },
  }
}

const reasonsOf = (row: MissRow | undefined): MissReasons => ({
  misses: row?.misses ?? 0,
  first_time: row?.first_time ?? 0,
  fragmented: row?.fragmented ?? 0,
  not_cached: row?.not_cached ?? 0,
  expired: row?.expired ?? 0,
})

function latencyOf(rows: readonly LatencyRow[]): LogReport['latency'] {
  const percentile = (values: LatencyRow['first_byte']): Percentile | null =>
    values ? { p50: values[0], p75: values[1], p95: values[2], p99: values[3] } : null
  const of = ({ outcome, requests, first_byte, last_byte }: LatencyRow): Latency => ({
    outcome,
    requests,
    firstByte: percentile(first_byte),
    lastByte: percentile(last_byte),
  })
  return {
    all: rows.filter(({ region }) => region === null).map(of),
    regions: rows.flatMap((row) =>
      row.region !== null && row.edge_location === null ? [{ region: row.region, ...of(row) }] : [],
    ),
    edgeLocations: rows.flatMap((row) =>
      row.region !== null && row.edge_location !== null
        ? [{ edgeLocation: row.edge_location, region: row.region, ...of(row) }]
        : [],
    ),
  }
}

/** A field as it was before the log escaped it; as it is, where it can't be read. */
function plain(text: string): string {
  try {
    const once = decodeURIComponent(text)
    return once.includes('%20') ? decodeURIComponent(once) : once
  } catch {
    return text
  }
}
