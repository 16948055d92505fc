/** What a replay reads: all requests as numbers, and how long each route's answers are kept. */
import type { Policies } from '../../bundle/policies.ts'
import type { RouteSettings } from '../../bundle/settings.ts'
import { IMMUTABLE, missingCaching, sharedLifetime } from '../../edge/cache-control.ts'
import type { Numbers } from '../database.ts'
import type { EdgeFunction } from './edge-function.ts'
import { KIND, type Rows } from './replay.ts'
import { NO_ROUTE, type OBJECTS, type Sides, type Spellings } from './spellings.ts'

const DAY = 86_400

/** Seconds, of CloudFront's own error-caching minimum. */
const ERROR_SECONDS = 10

/** How long CloudFront keeps what a route's origin gives; what its headers say is in no log. */
type RouteTimes = {
  isUncached: boolean
  ttl: number
  versioned: number
  missing: number
  missingVersioned: number
  isConfirmed: boolean
}

/** The shared lifetime of a `Cache-Control` that the rules themselves make. */
const secondsOf = (cacheControl: string): number => sharedLifetime(cacheControl) ?? 0

function timesOf(route: RouteSettings, isBucket: boolean): RouteTimes {
  if (route.cache === 'never')
    return { isUncached: true, ttl: 0, versioned: 0, missing: 0, missingVersioned: 0, isConfirmed: false }
  const { default: usual, max, min } = route.cache
  const within = (seconds: number) => Math.max(min, Math.min(seconds, max))
  const missing = isBucket ? route.missing : ERROR_SECONDS
  return {
    isUncached: false,
    ttl: within(usual),
    versioned: within(isBucket ? secondsOf(IMMUTABLE) : usual),
    missing,
    missingVersioned: secondsOf(missingCaching(missing, true)),
    isConfirmed: isBucket,
  }
}

/** The lifetimes of each route, by its place in the config, and of requests that no route takes. */
export type Times = { now: TimesOf; before: TimesOf }

type TimesOf = (route: number) => RouteTimes

/** @param beforeTtl seconds, where there is no config of then; default: a day, as CloudFront's own */
export function routeTimes(edge: EdgeFunction, before: EdgeFunction | undefined, beforeTtl = DAY): Times {
  const raw: RouteTimes = {
    isUncached: false,
    ttl: beforeTtl,
    versioned: beforeTtl,
    missing: ERROR_SECONDS,
    missingVersioned: ERROR_SECONDS,
    isConfirmed: true,
  }
  const timesFor = ({ settings, policies }: EdgeFunction) =>
    settings.routes.map((route) => timesOf(route, isBucketOf(policies, route.origin)))
  const now = timesFor(edge)
  // Without a config of then: what is never cached now was not cached then.
  const then = before ? timesFor(before) : now.map(({ isUncached }) => ({ ...raw, isUncached }))
  const of = (times: readonly RouteTimes[]) => (route: number) => (route === NO_ROUTE ? raw : (times[route] ?? raw))
  return { now: of(now), before: of(then) }
}

const isBucketOf = (policies: Policies, origin: string): boolean => policies.origins[origin]?.s3 !== null

/** A way of caching. `objects`: what counts as one; `side`: whose lifetimes hold; `versions`: whether versions are kept for a year. */
export type Way = { objects: (typeof OBJECTS)[number]; side: 'now' | 'before'; versions: boolean }

/** All requests in their order, as numbers, small ones: what is sorted is to stay in memory. */
export const REPLAYED = `
  CREATE TABLE replayed AS
  WITH
    places AS (SELECT pop, CAST(row_number() OVER () - 1 AS INTEGER) AS number FROM (SELECT DISTINCT pop FROM classified)),
    regions AS (
      SELECT region, CAST(row_number() OVER () - 1 AS INTEGER) AS number FROM (SELECT DISTINCT region FROM classified)
    )
  SELECT
    CAST(epoch_ms(classified.time) / 1000.0 AS DOUBLE) AS time,
    classified.bytes,
    CAST(asked.rowid AS INTEGER) AS spelling,
    CAST(greatest(-1, least(classified.status, 999)) AS SMALLINT) AS status,
    CAST(classified.was_hit AS TINYINT) AS was_hit,
    CAST(classified.accept_source AS TINYINT) AS accept_source,
    places.number AS pop,
    CAST(regions.number AS TINYINT) AS region
  FROM classified
    JOIN asked ON classified.asked_hash = asked.asked_hash
    JOIN places ON classified.pop = places.pop
    JOIN regions ON classified.region = regions.region
  ORDER BY classified.time, classified.arrival`

/** How each column of `replayed` is read. */
const READ = {
  time: 'time',
  bytes: 'CAST(bytes AS DOUBLE)',
  spelling: 'spelling',
  status: 'CAST(status AS INTEGER)',
  was_hit: 'CAST(was_hit AS INTEGER)',
} as const

const PLACES = { pop: 'pop', region: 'CAST(region AS INTEGER)', shield: 'CAST(0 AS INTEGER)' } as const

export type LevelName = keyof typeof PLACES

/** What a `rowMaker` takes. @param places which cache of each level */
export const readSql = (places: readonly LevelName[]): string =>
  `SELECT ${[...Object.values(READ), ...places.map((place) => PLACES[place])].join(', ')} FROM replayed`

export const levelsSql = (places: readonly LevelName[]): string =>
  `SELECT ${places.map((place) => `coalesce(max(${PLACES[place]}), 0) + 1 AS ${place}`).join(', ')} FROM replayed`

/** Its place among the columns of `readSql`. */
export const WAS_HIT = Object.keys(READ).indexOf('was_hit')

/**
 * What a replay does with each row, one way.
 * @returns the same arrays each time, filled anew
 */
export function rowMaker(spellings: Spellings, times: Times, { objects, side, versions }: Way) {
  const known = spellings[side]
  const objectOf = spellings.objects[objects]
  const spelt = spellingTimes(spellings, known, times, { side, versions })
  let made = arraysOf(0)
  return (columns: readonly Numbers[]): Rows => {
    const [time = [], bytes = [], spelling = [], status = [], _, ...places] = columns
    if (made.objects.length !== time.length) made = arraysOf(time.length)
    const rows = { times: time, bytes, places, ...made }
    for (let row = 0; row < time.length; row += 1) {
      const asked = spelling[row] as number
      const code = status[row] as number
      const group = spelt.groups[spelt.of[asked] as number] as Group
      rows.objects[row] = objectOf[asked] as number
      rows.kinds[row] = group.kind === KIND.cached ? kindOf(code) : group.kind
      rows.ttls[row] = code >= 400 ? errorTtl(code, group.missing) : group.ttl
      rows.confirmed[row] = Number(group.isConfirmed)
    }
    return rows
  }
}

const arraysOf = (rows: number) => ({
  objects: new Int32Array(rows),
  kinds: new Uint8Array(rows),
  ttls: new Float64Array(rows),
  confirmed: new Uint8Array(rows),
})

/** What many spellings have in common. `missing`: seconds that a 404 is kept. */
type Group = { kind: number; ttl: number; missing: number; isConfirmed: boolean }

function spellingTimes(
  { count, isGet, now }: Spellings,
  { answered, versioned, routes }: Sides,
  times: Times,
  { side, versions }: Pick<Way, 'side' | 'versions'>,
) {
  const groups: Group[] = []
  const byNumber = new Map<number, number>()
  const of = new Uint16Array(count)
  for (let spelling = 0; spelling < count; spelling += 1) {
    const isVersioned = versions && versioned[spelling] === 1
    const route = routes[spelling] as number
    const routeNow = now.routes[spelling] as number
    const flags = (answered[spelling] as number) * 4 + (isGet[spelling] as number) * 2 + Number(isVersioned)
    // A distribution has fewer routes than that.
    const number = ((route + 1) * 4096 + routeNow + 1) * 8 + flags
    let group = byNumber.get(number)
    if (group === undefined) {
      const own = times[side](route)
      const isUncached = own.isUncached || isGet[spelling] === 0
      group = groups.length
      byNumber.set(number, group)
      groups.push({
        kind: answered[spelling] === 1 ? KIND.answered : isUncached ? KIND.uncached : KIND.cached,
        ttl: isVersioned ? own.versioned : own.ttl,
        missing: isVersioned ? own.missingVersioned : own.missing,
        isConfirmed: times.now(routeNow).isConfirmed,
      })
    }
    of[spelling] = group
  }
  return { groups, of }
}

/** What the log says of a request, whatever the keys are: an error, or one that leaves nothing. */
function kindOf(status: number): number {
  if (status >= 400) return KIND.error
  return status === 0 || status === 304 ? KIND.read : KIND.cached
}

/** CloudFront's documentation, "How CloudFront processes HTTP 4xx and 5xx status codes", as far as a status tells. */
function errorTtl(status: number, missing: number): number {
  if (status === 404) return missing
  return KEPT_ERRORS.has(status) ? ERROR_SECONDS : 0
}

const KEPT_ERRORS = new Set([414, 500, 501, 502, 503, 504])
