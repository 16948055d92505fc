/** Logged requests, in their order, through caches that hold what one set of keys says. */
import { ABSENT, CacheModel } from './cache-model.ts'

/** What is done with a request, whatever its key. */
export const KIND = {
  /** It is looked up, and what comes is kept for `ttl`. */
  cached: 0,
  /** An error: never a hit, whether it came from a cache or not (Developer Guide, `x-edge-result-type`). */
  error: 1,
  /** It always goes to the origin. */
  uncached: 2,
  /** The function answers. */
  answered: 3,
  /** The viewer had gone, or had all of it already: it may be a hit, and leaves nothing. */
  read: 4,
} as const

/** Columns of as many rows each. */
export type Rows = {
  /** Seconds. */
  times: ArrayLike<number>
  /** By level: which cache of it. */
  places: readonly ArrayLike<number>[]
  objects: ArrayLike<number>
  /** Of `KIND`. */
  kinds: ArrayLike<number>
  /** Seconds that CloudFront keeps what comes. */
  ttls: ArrayLike<number>
  /** Sent to the viewer. */
  bytes: ArrayLike<number>
  /** 1: what has expired is confirmed by the origin, since it has an `ETag`; 0: it is fetched anew. */
  confirmed: ArrayLike<number>
}

export type CacheOutcome = {
  requests: number
  bytes: number
  /** What the edge location had, or had confirmed by the origin: `Hit` and `RefreshHit` of the log. */
  hits: number
  hitBytes: number
  /** Of the hits, those that the origin confirmed. */
  refreshed: number
  /** What a cache behind the edge location had. These are not counted as hits. */
  behind: number
  /** Requests that the origin saw, confirmations among them. */
  originRequests: number
  /** Of whole answers, not of confirmations. */
  originBytes: number
}

export type Level = {
  /** How many caches it has. */
  places: number
  /** Bytes of each. */
  capacity: number
}

/** One way of caching, over all rows. The first level is the edge locations; the others stand behind it, in their order. */
export class CacheReplay {
  readonly outcome: CacheOutcome = {
    requests: 0,
    bytes: 0,
    hits: 0,
    hitBytes: 0,
    refreshed: 0,
    behind: 0,
    originRequests: 0,
    originBytes: 0,
  }
  readonly #levels: CacheModel[]

  constructor(levels: readonly Level[]) {
    this.#levels = levels.map(({ places, capacity }) => new CacheModel(places, capacity))
  }

  /** @param onRequest is told of each row, in their order */
  run(rows: Rows, onRequest?: (isHit: boolean, row: number) => void): void {
    const { outcome } = this
    for (let row = 0; row < rows.objects.length; row += 1) {
      const bytes = rows.bytes[row] as number
      outcome.requests += 1
      outcome.bytes += bytes
      const { from, isConfirmed } = this.#answer(rows, row)
      if (from === 'origin' || isConfirmed) outcome.originRequests += 1
      if (from === 'origin' && !isConfirmed) outcome.originBytes += bytes
      if (from === 'behind') outcome.behind += 1
      const isHit = from === 'edge' && rows.kinds[row] !== KIND.error
      if (isHit) {
        outcome.hits += 1
        outcome.hitBytes += bytes
        if (isConfirmed) outcome.refreshed += 1
      }
      onRequest?.(isHit, row)
    }
  }

  #answer(rows: Rows, row: number): Answer {
    const kind = rows.kinds[row]
    if (kind === KIND.answered) return FUNCTION
    if (kind === KIND.uncached) return ORIGIN
    const object = rows.objects[row] as number
    const time = rows.times[row] as number
    const placeAt = (level: number) => rows.places[level]?.[row] as number
    const levels = this.#levels
    let atEdge = ABSENT
    let expiry = ABSENT
    let level = 0
    for (; level < levels.length; level += 1) {
      const found = (levels[level] as CacheModel).expiryOf(placeAt(level), object)
      if (level === 0) atEdge = found
      if (found > expiry) expiry = found
      if (found > time) break
    }
    const isFresh = level < levels.length
    const isConfirmed = !isFresh && expiry !== ABSENT && rows.confirmed[row] === 1
    if (kind !== KIND.read) {
      const until = isFresh ? expiry : time + (rows.ttls[row] as number)
      for (let filled = 0; filled < level; filled += 1) {
        ;(levels[filled] as CacheModel).keep(placeAt(filled), object, until, rows.bytes[row] as number)
      }
    }
    // What an edge location has may be confirmed by a cache behind it as well.
    const isAtEdge = level === 0 || (atEdge !== ABSENT && rows.confirmed[row] === 1)
    if (isFresh) return isAtEdge ? EDGE : BEHIND
    if (!isConfirmed) return ORIGIN
    return atEdge === ABSENT ? CONFIRMED_BEHIND : CONFIRMED
  }
}

/** Where an answer came from, and whether the origin was asked whether it still holds. */
type Answer = { from: 'function' | 'edge' | 'behind' | 'origin'; isConfirmed: boolean }

const FUNCTION: Answer = { from: 'function', isConfirmed: false }
const EDGE: Answer = { from: 'edge', isConfirmed: false }
const BEHIND: Answer = { from: 'behind', isConfirmed: false }
const ORIGIN: Answer = { from: 'origin', isConfirmed: false }
const CONFIRMED: Answer = { from: 'edge', isConfirmed: true }
const CONFIRMED_BEHIND: Answer = { from: 'behind', isConfirmed: true }
