/** A report that is counted line by line, from what was made and not from what was written: it has no SQL in it. */
import { REGIONS } from '../../logs/edge-locations.ts'
import type { Logged } from './written.ts'

const isHit = ({ result }: Logged): boolean => result === 'Hit' || result === 'RefreshHit'

const sum = <T>(rows: readonly T[], of: (row: T) => number): number => rows.reduce((total, row) => total + of(row), 0)

function cached(rows: readonly Logged[]) {
  const hits = rows.filter(isHit)
  const bytes = sum(rows, (row) => row.bytes)
  const hitBytes = sum(hits, (row) => row.bytes)
  return {
    requests: rows.length,
    bytes,
    hits: hits.length,
    hitBytes,
    hitRatio: rows.length > 0 ? hits.length / rows.length : null,
    byteHitRatio: bytes > 0 ? hitBytes / bytes : null,
  }
}

/** In the order of their first row. */
const groups = <T>(rows: readonly T[], of: (row: T) => string): [string, T[]][] => [...Map.groupBy(rows, of)]

/** Most first, then by name. */
const ranked = <T extends { requests: number }>(rows: readonly T[], name: (row: T) => string): T[] =>
  rows.toSorted((a, b) => b.requests - a.requests || (name(a) < name(b) ? -1 : 1))

const regionOf = (pop: string): string =>
  Object.entries(REGIONS).find(([, codes]) => codes.split(' ').includes(pop.slice(0, 3)))?.[0] ?? 'unknown'

const errorRows = (rows: readonly Logged[]) => rows.filter(({ status }) => status >= 400).length

/** The smallest value that so many of all are not above. */
function nearestRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number
}

function latency(rows: readonly Logged[]) {
  const of = (seconds: readonly number[]) => ({
    p50: nearestRank(seconds, 0.5),
    p75: nearestRank(seconds, 0.75),
    p95: nearestRank(seconds, 0.95),
    p99: nearestRank(seconds, 0.99),
  })
  return {
    requests: rows.length,
    firstByte: of(rows.map(({ firstByte }) => Number(firstByte.toFixed(3)))),
    lastByte: of(rows.map(({ taken }) => Number(taken.toFixed(3)))),
  }
}

const latencyBy = (rows: readonly Logged[], of: (row: Logged) => string) =>
  groups(rows, (row) => `${of(row)} ${isHit(row) ? 'hit' : 'other'}`)
    .map(([name, some]) => ({ name, ...latency(some) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))

type Reasons = { misses: number; first_time: number; fragmented: number; not_cached: number; expired: number }

/** Miss by miss, in the order of time: what was there before it? */
function missReasons(rows: readonly Logged[]): Map<string, Reasons> {
  const byPath = new Map<string, Reasons>()
  const keys = groups(
    rows.filter(({ result }) => result !== 'Error'),
    ({ pop, path, query }) => `${pop} ${path} ${query}`,
  )
  const seen = new Set<string>()
  for (const [, requests] of keys) {
    const [first] = requests as [Logged]
    const misses = requests.filter(({ result }) => result === 'Miss')
    if (misses.length === 0) continue
    const reasons = byPath.get(first.path) ?? { misses: 0, first_time: 0, fragmented: 0, not_cached: 0, expired: 0 }
    byPath.set(first.path, reasons)
    reasons.misses += misses.length
    reasons[seen.has(`${first.pop} ${first.path}`) ? 'fragmented' : 'first_time'] += 1
    seen.add(`${first.pop} ${first.path}`)
    const times = requests.map(({ time }) => Math.floor(time / 1000))
    const span = Math.max(...times) - Math.min(...times)
    const isNever = misses.length === requests.length && span < 60 * (misses.length - 1)
    reasons[isNever ? 'not_cached' : 'expired'] += misses.length - 1
  }
  return byPath
}

/** By parameter: how many keys it adds, over all paths. */
function parameters(rows: readonly Logged[]) {
  const pairs = rows.flatMap((row) => [...new Set(row.query.split('&'))].filter(Boolean).map((pair) => ({ row, pair })))
  return ranked(
    groups(pairs, ({ pair }) => pair.split('=', 1)[0] as string).map(([name, some]) => ({
      name,
      requests: some.length,
      misses: some.filter(({ row }) => row.result === 'Miss').length,
      extraKeys: sum(
        groups(some, ({ row }) => row.path),
        ([, ofPath]) => new Set(ofPath.map(({ pair }) => pair)).size - 1,
      ),
    })),
    ({ name }) => name,
  ).toSorted((a, b) => b.extraKeys - a.extraKeys)
}

const widthOf = ({ query }: Logged): string =>
  query
    .split('&')
    .find((pair) => pair.startsWith('w='))
    ?.slice(2) ?? ''

/** @param routeOf a path's route, counted by hand */
export function countedReport(rows: readonly Logged[], routeOf: (path: string) => string) {
  const reasons = missReasons(rows)
  const totals = [...reasons.values()]
  const pictures = rows.filter(({ status }) => status === 200)
  const asked = pictures.filter(({ query }) => widthOf({ query } as Logged) !== '')
  const robots = rows.filter(({ userAgent }) => userAgent.includes('bot') || userAgent.startsWith('curl'))
  return {
    ...cached(rows),
    viewers: new Set(rows.map(({ ip }) => ip)).size,
    since: `${new Date(Math.min(...rows.map(({ time }) => time))).toISOString().slice(0, 19)}.000Z`,
    until: `${new Date(Math.max(...rows.map(({ time }) => time))).toISOString().slice(0, 19)}.000Z`,
    routes: ranked(
      groups(rows, ({ path }) => routeOf(path)).map(([route, some]) => ({
        route,
        ...cached(some),
        errors: errorRows(some),
      })),
      ({ route }) => route,
    ),
    edgeLocations: ranked(
      groups(rows, ({ pop }) => pop).map(([edgeLocation, some]) => ({
        edgeLocation,
        region: regionOf(edgeLocation),
        ...cached(some),
      })),
      ({ edgeLocation }) => edgeLocation,
    ),
    overTime: groups(rows, ({ time }) => `${new Date(time).toISOString().slice(0, 13)}:00:00.000Z`)
      .map(([hour, some]) => ({ hour, ...cached(some), errors: errorRows(some) }))
      .toSorted((a, b) => (a.hour < b.hour ? -1 : 1)),
    results: ranked(
      groups(rows, ({ result, detailed }) => `${result} ${detailed}`).map(([name, some]) => ({
        result: name.split(' ')[0] as string,
        detail: name.split(' ')[1] as string,
        requests: some.length,
        bytes: sum(some, (row) => row.bytes),
      })),
      ({ result }) => result,
    ),
    misses: {
      misses: sum(totals, (one) => one.misses),
      first_time: sum(totals, (one) => one.first_time),
      fragmented: sum(totals, (one) => one.fragmented),
      not_cached: sum(totals, (one) => one.not_cached),
      expired: sum(totals, (one) => one.expired),
      top: [...reasons]
        .map(([path, one]) => ({ path, ...one }))
        .toSorted((a, b) => b.misses - a.misses || (a.path < b.path ? -1 : 1))
        .slice(0, 20),
    },
    parameters: parameters(rows),
    errors: ranked(
      groups(
        rows.filter(({ status }) => status >= 400),
        ({ status, detailed, path }) => `${status} ${detailed} ${routeOf(path)}`,
      ).map(([name, some]) => ({
        status: Number(name.split(' ')[0]),
        detail: name.split(' ')[1] as string,
        route: name.split(' ')[2] as string,
        requests: some.length,
        example: some.map(({ path }) => path).toSorted()[0] as string,
      })),
      ({ status, detail }) => `${status} ${detail}`,
    ),
    latency: {
      all: latencyBy(rows, () => 'all'),
      regions: latencyBy(rows, ({ pop }) => regionOf(pop)),
      edgeLocations: latencyBy(rows, ({ pop }) => pop),
    },
    formats: ranked(
      groups(rows, ({ type }) => type).map(([format, some]) => ({
        format,
        requests: some.length,
        bytes: sum(some, (row) => row.bytes),
      })),
      ({ format }) => format,
    ),
    widths: ranked(
      groups(
        pictures.filter((row) => widthOf(row) !== ''),
        widthOf,
      ).map(([width, some]) => ({ width: Number(width), requests: some.length, bytes: sum(some, (row) => row.bytes) })),
      ({ width }) => String(width).padStart(6, '0'),
    ).slice(0, 40),
    renditions: {
      pictures: pictures.length,
      bytes: sum(pictures, (row) => row.bytes),
      asked: asked.length,
      askedBytes: sum(asked, (row) => row.bytes),
      named: 0,
      fallbacks: 0,
    },
    heaviest: groups(rows, ({ path }) => path)
      .map(([path, some]) => ({
        path,
        requests: some.length,
        bytes: sum(some, (row) => row.bytes),
        hits: some.filter(isHit).length,
      }))
      .toSorted((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1))
      .slice(0, 20),
    bots: {
      requests: robots.length,
      bytes: sum(robots, (row) => row.bytes),
      top: ranked(
        groups(robots, ({ userAgent }) => userAgent).map(([agent, some]) => ({
          agent,
          requests: some.length,
          bytes: sum(some, (row) => row.bytes),
        })),
        ({ agent }) => agent,
      ),
    },
  }
}
