/** How long an object takes from where one stands, from the cache and from the origin. */
import { isHit, isNew, outcome } from './answer.ts'
import { type CheckTarget, freshText } from './check-target.ts'
import { uncachedBecause } from './checks/keys.ts'
import type { Answer, ProbeRequest, RequestTimes, Viewer } from './http.ts'
import { firstObject, freshQuery, isThere, requestFor } from './objects.ts'

/** Milliseconds that pictures of an application may take to the viewers of a region: near, farther away, and far. */
export const FIGURES = [100, 200, 300] as const

/** Milliseconds, by the nearest rank. */
type Spread = { median: number; p95: number }

export type TimedSeries = Record<keyof RequestTimes, Spread> & {
  count: number
  /** The first of `FIGURES` that 95 % of the totals are within; null: none. */
  within: number | null
}

export type Timing = {
  /** The route's pattern, and the path that was asked for. Null: no route has an object that can be timed. */
  place: string | null
  path: string | null
  /** Of the body. */
  bytes: number | null
  figures: readonly number[]
  hit: TimedSeries | null
  miss: TimedSeries | null
  /** Why one of them is not there. */
  notes: string[]
}

/** Requests at most, for `times` of each kind. */
export const timingAsks = (times: number): number => 1 + 3 * times

type Timed = { target: CheckTarget; viewer: Pick<Viewer, 'ask'> }

/**
 * Each request goes over a connection of its own.
 * @param asked of these routes, the first with an object that may be cached
 * @param onProgress called before each request
 * @throws NoAnswer
 */
export async function timing(asked: readonly Timed[], times: number, onProgress: () => void): Promise<Timing> {
  const found = asked.find(({ target }) => isTimeable(target))
  if (!found) {
    const notes = ['no cached route has an object that is there and may be cached; name one with --object']
    return { place: null, path: null, bytes: null, figures: FIGURES, hit: null, miss: null, notes }
  }
  const { target, viewer } = found
  const ask = (request: ProbeRequest) => {
    onProgress()
    return viewer.ask(request)
  }
  const object = firstObject(target)
  // Its plain URL: under a version that the object does not bear out it would live for seconds.
  const plain = requestFor(target, object, [], [])
  const { bytes } = await ask(plain)
  const hit = await series(times, times * 2, () => ask({ ...plain, isTimed: true }), isHit, 'a hit')
  const pair = freshPair(target)
  const miss =
    pair === undefined
      ? { note: 'no miss was made: the route keys on neither a version nor a parameter, so that no URL of it is new' }
      : await series(
          times,
          times,
          () => ask({ ...requestFor(target, object, [], [pair()]), isTimed: true }),
          isNew,
          'a miss',
        )
  return {
    place: target.route.path,
    path: object.path,
    bytes,
    figures: FIGURES,
    hit: 'note' in hit ? null : hit,
    miss: 'note' in miss ? null : miss,
    notes: [hit, miss].flatMap((one) => ('note' in one ? [one.note] : [])),
  }
}

const isTimeable = (target: CheckTarget): boolean =>
  target.isCached && !target.isClosed && target.objects.some(isThere) && uncachedBecause(target) === undefined

/** What makes the key of a URL a new one: a version that was never asked for, or another value of a parameter. */
function freshPair(target: CheckTarget): (() => string) | undefined {
  const [parameter] = target.route.query
  if (freshQuery(target).length > 0) return () => freshQuery(target)[0] as string
  return parameter === undefined ? undefined : () => `${parameter}=${freshText()}`
}

/** Until so many were of the kind, or so many were asked for: one edge location has many servers, each with a cache. */
async function series(
  wanted: number,
  atMost: number,
  ask: () => Promise<Answer>,
  isOne: (answer: Answer) => boolean,
  kind: string,
): Promise<TimedSeries | { note: string }> {
  const found: RequestTimes[] = []
  let last = ''
  for (let asked = 0; asked < atMost && found.length < wanted; asked++) {
    const answer = await ask()
    if (isOne(answer) && answer.times) found.push(answer.times)
    else last = outcome(answer)
  }
  return found.length > 0 ? seriesOf(found) : { note: `no answer was ${kind}: ${last}` }
}

/** @param times of one request at least */
export function seriesOf(times: readonly RequestTimes[]): TimedSeries {
  const spread = (part: keyof RequestTimes): Spread => {
    const sorted = times.map((one) => one[part]).toSorted((one, other) => one - other)
    const rank = (share: number) => rounded(sorted[Math.ceil(sorted.length * share) - 1] ?? 0)
    return { median: rank(0.5), p95: rank(0.95) }
  }
  const total = spread('total')
  return {
    count: times.length,
    dns: spread('dns'),
    connect: spread('connect'),
    tls: spread('tls'),
    firstByte: spread('firstByte'),
    total,
    within: FIGURES.find((figure) => total.p95 <= figure) ?? null,
  }
}

/** A tenth of a millisecond is all that a clock of this kind tells. */
const rounded = (milliseconds: number): number => Math.round(milliseconds * 10) / 10

/** Whether 95 % of hits are within so many milliseconds. */
export const isWithin = ({ hit }: Timing, milliseconds: number): boolean =>
  hit !== null && hit.total.p95 <= milliseconds
