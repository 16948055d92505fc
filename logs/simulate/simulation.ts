/** What a config would have done with the requests of a log, beside what was done. */
import { monthlyUsd } from '../cost/report.ts'
import type { Database, Numbers } from '../database.ts'
import { runQuery, type UsageRow } from '../queries.ts'
import type { EdgeFunction } from './edge-function.ts'
import { type CacheOutcome, CacheReplay, KIND, type Level } from './replay.ts'
import { ACCEPT_SOURCES, type AcceptSource, type Spellings, spell } from './spellings.ts'
import {
  type LevelName,
  levelsSql,
  REPLAYED,
  readSql,
  routeTimes,
  rowMaker,
  type Times,
  WAS_HIT,
  type Way,
} from './tables.ts'

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

const BEFORE: Way = { objects: 'before', side: 'before', versions: true }
const AFTER: Way = { objects: 'keyed', side: 'now', versions: true }

const STEPS: readonly { rule: string; way: Way }[] = [
  { rule: 'paths canonical, parameters sorted', way: { objects: 'sorted', side: 'now', versions: false } },
  { rule: 'unknown parameters dropped', way: { objects: 'trimmed', side: 'now', versions: false } },
  { rule: 'sizes on their ladders', way: { objects: 'sized', side: 'now', versions: false } },
  { rule: 'formats by Accept', way: { objects: 'keyed', side: 'now', versions: false } },
  { rule: 'versions kept for as long as they last', way: AFTER },
]

/** Reading takes as long as replaying. Those that have many objects are replayed by themselves, for the memory that they take. */
const PASSES: readonly [what: string, ways: readonly Way[]][] = [
  ['what was', [BEFORE]],
  ['one spelling for all', STEPS.slice(0, 1).map(({ way }) => way)],
  ['the other rules', STEPS.slice(1).map(({ way }) => way)],
]

export async function simulate(
  database: Database,
  edge: EdgeFunction,
  options: SimulateOptions = {},
): Promise<Simulation> {
  const progress = options.onProgress ?? (() => {})
  const usage = await runQuery(database, 'usage')
  const spellings = await spell(database, edge, options.before, options.pops, (done, total) =>
    progress(`Spelling ${Math.round((100 * done) / total)} % of the URLs …`),
  )
  const times = routeTimes(edge, options.before, options.beforeTtl)
  progress('Sorting …')
  await sortForReplay(database)
  const accept = await acceptSources(database)
  const places = levelNames(options)
  const levels = await levelsOf(database, places, options.capacity)
  const [logged = NOTHING] = await database.rows<Logged>(LOGGED)

  const replayed = { levels, spellings, times, usage, s3: options.s3 ?? 'us-east-1' }
  const sql = readSql(places)
  const outcomes: Simulated[] = []
  for (const [what, ways] of PASSES) {
    progress(`Replaying ${what} …`)
    const replays = ways.map((way) => startReplay(way, replayed, way === AFTER ? options.onRequest : undefined))
    for await (const columns of database.columns(sql)) for (const replay of replays) replay.run(columns)
    outcomes.push(...replays.map((replay) => replay.end()))
  }
  const [before] = outcomes as [Simulated]
  const loggedRatios = ratios(logged.hits, logged.hit_bytes, logged)
  return {
    requests: logged.requests,
    bytes: logged.bytes,
    logged: { hits: logged.hits, hitBytes: logged.hit_bytes, ...loggedRatios },
    before,
    after: outcomes.at(-1) as Simulated,
    modelError:
      before.hitRatio === null || loggedRatios.hitRatio === null ? null : before.hitRatio - loggedRatios.hitRatio,
    steps: stepsOf(outcomes),
    accept,
    spellings: spellings.count,
    edgeLocations: levels[0]?.places ?? 0,
  }
}

/** Makes the table of lines in the order of their replay, and drops what it was made from: only that table is read from here on. */
async function sortForReplay(database: Database): Promise<void> {
  await database.run('SET preserve_insertion_order = true')
  await database.run(REPLAYED)
  await database.run('DROP VIEW classified')
  await database.run('DROP VIEW requests')
  await database.run('DROP TABLE staged')
  await database.run('DROP TABLE asked')
}

type Replayed = { levels: readonly Level[]; spellings: Spellings; times: Times; usage: readonly UsageRow[]; s3: string }

/** A replay of the requests with one way of making cache keys; they come in batches. */
function startReplay(
  way: Way,
  { levels, spellings, times, usage, s3 }: Replayed,
  onRequest: SimulateOptions['onRequest'],
): { run(columns: readonly Numbers[]): void; end(): Simulated } {
  const replay = new CacheReplay(levels)
  const rowsOf = rowMaker(spellings, times, way)
  const isKept = new Uint8Array(spellings.sizes[way.objects])
  return {
    run(columns) {
      const rows = rowsOf(columns)
      replay.run(rows, onRequest && ((isHit, row) => onRequest(isHit, columns[WAS_HIT]?.[row] === 1)))
      for (let row = 0; row < rows.objects.length; row += 1) {
        if (rows.kinds[row] === KIND.cached) isKept[rows.objects[row] as number] = 1
      }
    },
    end: () => ({
      ...replay.outcome,
      keys: isKept.reduce((sum, one) => sum + one, 0),
      ...ratios(replay.outcome.hits, replay.outcome.hitBytes, replay.outcome),
      monthlyUsd: monthlyUsd(usage, replay.outcome.originRequests, { free: true, s3 }),
    }),
  }
}

/** What each rule gains over all before it. @param outcomes of none of the rules, then of each */
const stepsOf = (outcomes: readonly Simulated[]): Simulation['steps'] =>
  STEPS.map(({ rule }, index) => {
    const [earlier, { hitRatio, originRequests, keys }] = outcomes.slice(index, index + 2) as [Simulated, Simulated]
    return { rule, hitRatio, gain: (hitRatio ?? 0) - (earlier.hitRatio ?? 0), originRequests, keys }
  })

const levelNames = ({ regional, shield }: SimulateOptions): LevelName[] => [
  'pop',
  ...(regional ? ['region' as const] : []),
  ...(shield ? ['shield' as const] : []),
]

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

/** A level for each column of places. */
async function levelsOf(
  database: Database,
  places: readonly LevelName[],
  capacity = Number.POSITIVE_INFINITY,
): Promise<Level[]> {
  const [counts = {}] = await database.rows<Partial<Record<LevelName, number>>>(levelsSql(places))
  return places.map((name) => ({ places: counts[name] ?? 1, capacity }))
}

async function acceptSources(database: Database): Promise<Simulation['accept']> {
  const rows = await database.rows<{ accept_source: number; count: number }>(
    'SELECT accept_source, count(*) AS count FROM replayed WHERE accept_source >= 0 GROUP BY accept_source ORDER BY accept_source',
  )
  return Object.fromEntries(rows.map(({ accept_source, count }) => [ACCEPT_SOURCES[accept_source], count]))
}
