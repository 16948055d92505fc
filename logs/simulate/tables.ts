/** What a replay reads: how long each route's answers are kept, and all requests as numbers. */
import type { Policies } from '../../bundle/policies.ts'
import type { RouteSettings } from '../../bundle/settings.ts'
import { IMMUTABLE, missingCaching, sharedLifetime } from '../../edge/cache-control.ts'
import type { Database } from '../database.ts'
import type { EdgeFunction } from './edge-function.ts'
import { KIND } from './replay.ts'
import { OBJECTS } from './spellings.ts'

const DAY = 86_400

/** Seconds, of CloudFront's own error-caching minimum. */
const ERROR_SECONDS = 10

/** How long CloudFront keeps what a route's origin gives; what its headers say is in no log. */
type RouteTimes = {
  uncached: number
  ttl: number
  versioned: number
  missing: number
  missingVersioned: number
  confirmed: number
}

/** Of a `Cache-Control` that the rules themselves give. */
const secondsOf = (cacheControl: string): number => sharedLifetime(cacheControl) ?? 0

function timesOf(route: RouteSettings, isBucket: boolean): RouteTimes {
  if (route.cache === 'never')
    return { uncached: 1, ttl: 0, versioned: 0, missing: 0, missingVersioned: 0, confirmed: 0 }
  const { default: usual, max, min } = route.cache
  const within = (seconds: number) => Math.max(min, Math.min(seconds, max))
  const missing = isBucket ? route.missing : ERROR_SECONDS
  return {
    uncached: 0,
    ttl: within(usual),
    versioned: within(isBucket ? secondsOf(IMMUTABLE) : usual),
    missing,
    missingVersioned: secondsOf(missingCaching(missing, true)),
    confirmed: Number(isBucket),
  }
}

/**
 * `times` and `times_before`: a row for each route, and one for what no route takes.
 * @param beforeTtl seconds, where there is no config of then; default: a day, as CloudFront's own
 */
export async function createRouteTables(
  database: Database,
  edge: EdgeFunction,
  before: EdgeFunction | undefined,
  beforeTtl = DAY,
): Promise<void> {
  const raw: RouteTimes = {
    uncached: 0,
    ttl: beforeTtl,
    versioned: beforeTtl,
    missing: ERROR_SECONDS,
    missingVersioned: ERROR_SECONDS,
    confirmed: 1,
  }
  const rowsFor = ({ settings, policies }: EdgeFunction) =>
    settings.routes.map((route) => timesOf(route, isBucketOf(policies, route.origin)))
  const now = rowsFor(edge)
  // Without a config of then: what is never cached now was not cached then.
  const then = before ? rowsFor(before) : now.map((times) => ({ ...raw, uncached: times.uncached }))
  for (const [name, rows] of Object.entries({ times: now, times_before: then })) {
    await database.run(
      `CREATE TABLE ${name} (route_number INTEGER, uncached INTEGER, ttl INTEGER, versioned INTEGER, missing INTEGER, missing_versioned INTEGER, confirmed INTEGER)`,
    )
    await database.append(
      name,
      [...rows.entries(), [-1, raw] as const].map(([number, times]) => [
        number,
        times.uncached,
        times.ttl,
        times.versioned,
        times.missing,
        times.missingVersioned,
        times.confirmed,
      ]),
    )
  }
}

const isBucketOf = (policies: Policies, origin: string): boolean => policies.origins[origin]?.s3 !== null

/** What the log says of a request, whatever the keys are: an error, one that leaves nothing, one that is not cached. */
const kindSql = (answered: string, uncached: string) => `
  CASE
    WHEN ${answered} = 1 THEN ${KIND.answered}
    WHEN ${uncached} = 1 OR classified.asked_method <> 'GET' THEN ${KIND.uncached}
    WHEN classified.status >= 400 THEN ${KIND.error}
    WHEN coalesce(classified.status, 0) IN (0, 304) THEN ${KIND.read}
    ELSE ${KIND.cached}
  END`

/** CloudFront's documentation, "How CloudFront processes HTTP 4xx and 5xx status codes", as far as a status tells. */
const ttlSql = (table: string, versioned: string) => `
  CASE
    WHEN classified.status = 404 AND ${versioned} = 1 THEN ${table}.missing_versioned
    WHEN classified.status = 404 THEN ${table}.missing
    WHEN classified.status IN (414, 500, 501, 502, 503, 504) THEN ${ERROR_SECONDS}
    WHEN classified.status >= 400 THEN 0
    WHEN ${versioned} = 1 THEN ${table}.versioned
    ELSE ${table}.ttl
  END`

/** Numbers are sorted in a fraction of the time that texts take. */
const objectsSql = (name: string) => `CAST(dense_rank() OVER (ORDER BY hash(${name})) AS INTEGER) AS ${name}`

/** All requests in their order, as numbers. */
export const REPLAYED = `
  CREATE TABLE replayed AS
  WITH
    objects AS (
      SELECT * EXCLUDE (${OBJECTS.join(', ')}), ${OBJECTS.map(objectsSql).join(', ')} FROM spellings
    ),
    places AS (SELECT pop, CAST(row_number() OVER () - 1 AS INTEGER) AS number FROM (SELECT DISTINCT pop FROM classified)),
    regions AS (
      SELECT region, CAST(row_number() OVER () - 1 AS INTEGER) AS number FROM (SELECT DISTINCT region FROM classified)
    )
  SELECT
    CAST(epoch_ms(classified.time) / 1000.0 AS DOUBLE) AS time,
    places.number AS pop, regions.number AS region, 0 AS shield,
    ${OBJECTS.map((name) => `objects.${name}`).join(', ')},
    CAST(classified.bytes AS DOUBLE) AS bytes,
    ${kindSql('objects.before_answered', 'times_before.uncached')} AS kind_before,
    ${kindSql('objects.answered', 'times.uncached')} AS kind,
    ${ttlSql('times_before', 'objects.before_versioned')} AS ttl_before,
    ${ttlSql('times', '0')} AS ttl_unversioned,
    ${ttlSql('times', 'objects.versioned')} AS ttl,
    times.confirmed AS confirmed, classified.was_hit
  FROM classified
    JOIN asked ON classified.asked_hash = asked.asked_hash
    JOIN objects ON asked.spelling = objects.spelling
    JOIN places ON classified.pop = places.pop
    JOIN regions ON classified.region = regions.region
    JOIN times ON objects.route_number = times.route_number
    JOIN times_before ON objects.before_route = times_before.route_number
  ORDER BY classified.time, classified.arrival`
