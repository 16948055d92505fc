/** What a config would have done with the requests of a log, beside what was done. */
import type { Policies } from '../../bundle/policies.ts'
import type { RouteSettings } from '../../bundle/settings.ts'
import { monthlyUsd } from '../cost/report.ts'
import type { Database } from '../database.ts'
import { runQuery } from '../queries.ts'
import type { EdgeFunction } from './edge-function.ts'
import { type CacheOutcome, CacheReplay, KIND, type Level, type Rows } from './replay.ts'
import { type AcceptSource, classifiedSql, OBJECTS, spell } from './spellings.ts'

export type SimulateOptions = {
  /** The config that the logs were made by; undefined: path and query were the key. */
  before?: EdgeFunction | undefined
  /** Bytes of each cache; default: nothing is ever evicted. */
  capacity?: number
  /** How many edge locations there are, told apart by the viewer's address; default: those of the log. */
  pops?: number | undefined
  /** A cache for each region, and one for all, behind the edge locations. */
  regional?: boolean
  shield?: boolean
  /** Seconds that an object is kept where the logs were made without a config; default: a day, as CloudFront's own. */
  beforeTtl?: number
  /** A key of the price table: where the bucket is; default `us-east-1`. */
  s3?: string
  onProgress?: (text: string) => void
  /** Is told of each request, by its time, whether it would be a hit, and whether it was one. */
  onRequest?: (isHit: boolean, wasHit: boolean) => void
}

export type Simulated = CacheOutcome & {
  hitRatio: number | null
  byteHitRatio: number | null
  keys: number
  /** USD of a month of 30 days like that, without the time that Lambda@Edge runs; null: the log is shorter than an hour. */
  monthlyUsd: number | null
}

export type Simulation = {
  requests: number
  bytes: number
  /** As the log says. */
  logged: { hits: number; hitBytes: number; hitRatio: number | null; byteHitRatio: number | null }
  before: Simulated
  after: Simulated
  /** `before.hitRatio` less `logged.hitRatio`: what the model is off by where the truth is known. */
  modelError: number | null
  /** In their order, each with all before it: what the hit ratio gains. */
  steps: { rule: string; hitRatio: number | null; gain: number; originRequests: number; keys: number }[]
  /** Requests for paths with pictures, by how the class of their `Accept` is known. */
  accept: Partial<Record<AcceptSource, number>>
  spellings: number
  edgeLocations: number
}

/** One way of caching: the columns of `replayed` that it goes by. */
type Way = { objects: string; ttls: string; kinds: string }

const BEFORE: Way = { objects: 'before', ttls: 'ttl_before', kinds: 'kind_before' }
const AFTER: Way = { objects: 'keyed', ttls: 'ttl', kinds: 'kind' }

const STEPS: readonly { rule: string; way: Way }[] = [
  { rule: 'paths canonical, parameters sorted', way: { objects: 'sorted', ttls: 'ttl_unversioned', kinds: 'kind' } },
  { rule: 'unknown parameters dropped', way: { objects: 'trimmed', ttls: 'ttl_unversioned', kinds: 'kind' } },
  { rule: 'sizes on their ladders', way: { objects: 'sized', ttls: 'ttl_unversioned', kinds: 'kind' } },
  { rule: 'formats by Accept', way: { objects: 'keyed', ttls: 'ttl_unversioned', kinds: 'kind' } },
  { rule: 'versions kept for as long as they last', way: AFTER },
]

const DAY = 86_400
const YEAR = 31_536_000

/** Seconds, of CloudFront's own error-caching minimum. */
const ERROR_SECONDS = 10
/** Of a missing object that was asked for by version: `edge/cache-control.ts`. */
const MISSING_VERSION_SECONDS = 10

export async function simulate(
  database: Database,
  edge: EdgeFunction,
  options: SimulateOptions = {},
): Promise<Simulation> {
  const progress = options.onProgress ?? (() => {})
  const usage = await runQuery(database, 'usage')
  await database.run(classifiedSql(options.pops))
  // From here on the lines themselves are only in the way: nothing else is read of them.
  await database.run('DROP VIEW requests')
  await database.run('DROP TABLE staged')
  const accept = await acceptSources(database)
  const spellings = await spell(database, edge, options.before, (done, total) =>
    progress(`Spelling ${Math.round((100 * done) / total)} % of the URLs …`),
  )
  await createRouteTables(database, edge, options)
  progress('Sorting …')
  await database.run('SET preserve_insertion_order = true')
  await database.run(replayedSql())
  await database.run('DROP TABLE classified')
  const levels = await levelsOf(database, options)
  const [logged = NOTHING] = await database.rows<Logged>(LOGGED)

  const run = async (way: Way, what: string, onRequest?: SimulateOptions['onRequest']): Promise<Simulated> => {
    progress(`Replaying ${what} …`)
    const wasHit: boolean[] = []
    const replay = new CacheReplay(levels, onRequest && ((isHit) => onRequest(isHit, wasHit.shift() === true)))
    for await (const columns of database.columns(
      `SELECT time, pop, region, shield, ${way.objects}, ${way.kinds}, ${way.ttls}, bytes, confirmed, was_hit FROM replayed`,
    )) {
      if (onRequest) wasHit.push(...(columns[9] as number[]).map(Boolean))
      replay.run(rowsOf(columns, options))
    }
    const { outcome } = replay
    const [{ keys } = { keys: 0 }] = await database.rows<{ keys: number }>(
      `SELECT count(DISTINCT ${way.objects}) AS keys FROM replayed WHERE ${way.kinds} = ${KIND.cached}`,
    )
    const billed = { free: true, s3: options.s3 ?? 'us-east-1' }
    return {
      ...outcome,
      keys,
      ...ratios(outcome.hits, outcome.hitBytes, outcome),
      monthlyUsd: monthlyUsd(usage, outcome.originRequests, billed),
    }
  }

  const before = await run(BEFORE, 'what was')
  const steps: Simulation['steps'] = []
  let last = before.hitRatio ?? 0
  let after = before
  for (const { rule, way } of STEPS) {
    after = await run(way, rule, way === AFTER ? options.onRequest : undefined)
    const hitRatio = after.hitRatio ?? 0
    steps.push({
      rule,
      hitRatio: after.hitRatio,
      gain: hitRatio - last,
      originRequests: after.originRequests,
      keys: after.keys,
    })
    last = hitRatio
  }
  const loggedRatios = ratios(logged.hits, logged.hit_bytes, logged)
  return {
    requests: logged.requests,
    bytes: logged.bytes,
    logged: { hits: logged.hits, hitBytes: logged.hit_bytes, ...loggedRatios },
    before,
    after,
    modelError:
      before.hitRatio === null || loggedRatios.hitRatio === null ? null : before.hitRatio - loggedRatios.hitRatio,
    steps,
    accept,
    spellings,
    edgeLocations: levels[0]?.places ?? 0,
  }
}

type Logged = { requests: number; bytes: number; hits: number; hit_bytes: number }

const NOTHING: Logged = { requests: 0, bytes: 0, hits: 0, hit_bytes: 0 }

const LOGGED = `
  SELECT count(*) AS requests, coalesce(sum(bytes), 0) AS bytes,
    count(*) FILTER (WHERE was_hit = 1) AS hits, coalesce(sum(bytes) FILTER (WHERE was_hit = 1), 0) AS hit_bytes
  FROM replayed`

const ratios = (hits: number, hitBytes: number, { requests, bytes }: { requests: number; bytes: number }) => ({
  hitRatio: requests > 0 ? hits / requests : null,
  byteHitRatio: bytes > 0 ? hitBytes / bytes : null,
})

const rowsOf = (columns: readonly ArrayLike<number>[], { regional, shield }: SimulateOptions): Rows => {
  const [times, pops, regions, shields, objects, kinds, ttls, bytes, confirmed] = columns as ArrayLike<number>[] & {
    [at: number]: ArrayLike<number>
  }
  return {
    times: times as ArrayLike<number>,
    places: [pops, ...(regional ? [regions] : []), ...(shield ? [shields] : [])] as ArrayLike<number>[],
    objects: objects as ArrayLike<number>,
    kinds: kinds as ArrayLike<number>,
    ttls: ttls as ArrayLike<number>,
    bytes: bytes as ArrayLike<number>,
    confirmed: confirmed as ArrayLike<number>,
  }
}

/** How long CloudFront keeps what a route's origin gives; what its headers say is in no log. */
type RouteTimes = {
  uncached: number
  ttl: number
  versioned: number
  missing: number
  missingVersioned: number
  confirmed: number
}

function timesOf(route: RouteSettings, isBucket: boolean): RouteTimes {
  if (route.cache === 'never')
    return { uncached: 1, ttl: 0, versioned: 0, missing: 0, missingVersioned: 0, confirmed: 0 }
  const { default: usual, max, min } = route.cache
  const within = (seconds: number) => Math.max(min, Math.min(seconds, max))
  const missing = isBucket ? route.missing : ERROR_SECONDS
  return {
    uncached: 0,
    ttl: within(usual),
    versioned: isBucket ? within(YEAR) : within(usual),
    missing,
    missingVersioned: Math.min(missing, MISSING_VERSION_SECONDS),
    confirmed: Number(isBucket),
  }
}

/** `times` and `times_before`: a row for each route, and one for what no route takes. */
async function createRouteTables(database: Database, edge: EdgeFunction, options: SimulateOptions): Promise<void> {
  const raw: RouteTimes = {
    uncached: 0,
    ttl: options.beforeTtl ?? DAY,
    versioned: options.beforeTtl ?? DAY,
    missing: ERROR_SECONDS,
    missingVersioned: ERROR_SECONDS,
    confirmed: 1,
  }
  const rowsFor = ({ settings, policies }: EdgeFunction) =>
    settings.routes.map((route) => timesOf(route, isBucketOf(policies, route.origin)))
  const now = rowsFor(edge)
  // Without a config of then: what is never cached now was not cached then.
  const then = options.before ? rowsFor(options.before) : now.map((times) => ({ ...raw, uncached: times.uncached }))
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
const replayedSql = () => `
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

async function levelsOf(database: Database, options: SimulateOptions): Promise<Level[]> {
  const capacity = options.capacity ?? Number.POSITIVE_INFINITY
  const [count = { pops: 1, regions: 1 }] = await database.rows<{ pops: number; regions: number }>(
    'SELECT coalesce(max(pop), 0) + 1 AS pops, coalesce(max(region), 0) + 1 AS regions FROM replayed',
  )
  return [
    { places: count.pops, capacity },
    ...(options.regional ? [{ places: count.regions, capacity }] : []),
    ...(options.shield ? [{ places: 1, capacity }] : []),
  ]
}

async function acceptSources(database: Database): Promise<Simulation['accept']> {
  const rows = await database.rows<{ accept_source: AcceptSource; count: number }>(
    `SELECT accept_source, count(*) AS count FROM classified WHERE accept_source IS NOT NULL GROUP BY accept_source ORDER BY accept_source`,
  )
  return Object.fromEntries(rows.map(({ accept_source, count }) => [accept_source, count]))
}
