/** How long CloudFront caches a response. Times are in seconds unless stated otherwise. */

import { httpDate } from '../../../edge/http-date.ts'
import { headerValue, listOf } from '../../platform/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import { type Directive, directivesOf } from './cache-control.ts'

export type Freshness =
  | {
      kind: 'cacheable'
      /** From now. 0: kept, but revalidated for every request. */
      ttl: number
      /** After the TTL. */
      staleWhileRevalidate: number
      /** After the TTL, in place of a 5xx or of no answer. */
      staleIfError: number
    }
  | { kind: 'uncacheable'; reason: string }

/** Of the cache policy. */
export type Lifetimes = { min: number; default: number; max: number }

type FreshnessSubject = { status: number; headers: readonly HeaderLine[] }

/**
 * Of a response to a method that is cached.
 *
 * @param errorMinTtl the error-caching minimum TTL of its status; on S3 origins 1 at least ("Control how long CloudFront
 *   caches errors")
 * @param now milliseconds since 1970
 */
export function freshnessOf(
  response: FreshnessSubject,
  lifetimes: Lifetimes,
  errorMinTtl: number,
  now: number,
): Freshness {
  // "Understand cache policies", and for errors "How CloudFront processes HTTP 4xx and 5xx status codes".
  if (lifetimes.min === 0 && lifetimes.default === 0 && lifetimes.max === 0) {
    return uncacheable('minimum, default and maximum TTL are 0')
  }
  const caching = cachingOf(response.headers, now)
  return response.status >= 400
    ? freshnessOfError(response.status, caching, lifetimes, errorMinTtl)
    : freshnessOfObject(response, caching, lifetimes)
}

/**
 * "Manage how long content stays in the cache": its table, and the notes on stale content. Which 2xx and 3xx are cached is
 * documented for 307 and 308 alone ("How CloudFront processes HTTP 3xx status codes"); the others follow the table here. A
 * 206 is the part that it holds ("How CloudFront processes partial requests"); a 304 renews what it stands for.
 */
function freshnessOfObject(
  { status, headers }: FreshnessSubject,
  caching: StatedCaching,
  { min, max, ...ttls }: Lifetimes,
): Freshness {
  if ((status === 307 || status === 308) && listOf(headers, 'cache-control') === '') {
    return uncacheable(`a ${status} is cached only with Cache-Control`)
  }
  if (min === 0 && (caching.forbids === 'no-store' || caching.forbids === 'private')) {
    return uncacheable(`Cache-Control: ${caching.forbids}`)
  }
  const ttl = min === 0 && variesByAll(headers) ? 0 : ttlOf(caching, min, max, ttls.default)
  // From when it was fetched, nothing outlives the maximum TTL: "Serve stale (expired) content", both notes.
  const left = Math.max(0, max - ttl)
  return {
    kind: 'cacheable',
    ttl,
    staleWhileRevalidate: caching.forbids ? 0 : Math.min(caching.staleWhileRevalidate ?? 0, left),
    staleIfError: Math.min(caching.staleIfError ?? (caching.mustRevalidate ? 0 : left), left),
  }
}

/**
 * "Request and response behavior for custom origins", content negotiation: with a minimum TTL of 0 it is cached, and asked
 * for again, without conditions, for every request.
 */
export const variesByAll = (headers: readonly HeaderLine[]): boolean =>
  /(?:^|,)\s*\*\s*(?:,|$)/.test(listOf(headers, 'vary'))

/** The table. `no-cache` with a minimum of 0 is kept, as its warning on unreachable origins has it, and revalidated. */
function ttlOf({ forbids, lifetime }: StatedCaching, min: number, max: number, usual: number): number {
  if (forbids) return min
  return Math.max(min, lifetime === null ? usual : Math.min(lifetime, max))
}

/** "How CloudFront processes HTTP 4xx and 5xx status codes", both lists. */
const CACHED_ERRORS = [404, 414, 500, 501, 502, 503, 504]
const CACHED_WITH_LIFETIME = [400, 403, 405, 412, 415]

/**
 * "Control how long CloudFront caches errors": for these, `no-store`, `no-cache` and `private` count; for others they
 * leave the minimum. The page names 410 among them, which only makes sense of a status that is cached; the lists do not.
 */
const KEPT_OUT_BY_HEADER = [404, 410, 414, 501]

function freshnessOfError(status: number, caching: StatedCaching, { max }: Lifetimes, errorMinTtl: number): Freshness {
  if (status === 416) return uncacheable('a 416 is never cached')
  if (CACHED_WITH_LIFETIME.includes(status)) {
    if (!caching.isLifetimeDirective) return uncacheable(`a ${status} is cached only with max-age or s-maxage`)
  } else if (!CACHED_ERRORS.includes(status) && !KEPT_OUT_BY_HEADER.includes(status)) {
    return uncacheable(`a ${status} is not among the errors that are cached`)
  }
  if (caching.forbids && KEPT_OUT_BY_HEADER.includes(status)) {
    return uncacheable(`Cache-Control: ${caching.forbids} on a ${status}`)
  }
  const stated = caching.forbids ? 0 : Math.min(caching.lifetime ?? 0, max)
  const ttl = Math.max(stated, errorMinTtl)
  return ttl > 0 ? cacheable(ttl) : uncacheable('the error-caching minimum TTL is 0')
}

/** An error is not served once it is stale. */
const cacheable = (ttl: number) => ({ kind: 'cacheable', ttl, staleWhileRevalidate: 0, staleIfError: 0 }) as const

const uncacheable = (reason: string): Freshness => ({ kind: 'uncacheable', reason })

/** What an origin's headers say of caching. */
type StatedCaching = {
  /** The strictest of the directives that keep a response out of a cache. */
  forbids: 'no-store' | 'private' | 'no-cache' | null
  /** Null: not stated. */
  lifetime: number | null
  /** Whether it stands in `max-age` or `s-maxage`. */
  isLifetimeDirective: boolean
  /** Null: not stated. */
  staleWhileRevalidate: number | null
  /** Null: not stated. "If you haven't configured custom error pages": then the maximum TTL alone ends it. */
  staleIfError: number | null
  /**
   * `must-revalidate` and `proxy-revalidate`, which the guide does not name: RFC 9111, 4.2.4, unless the origin allows it by
   * the directive that the guide has for it. `s-maxage`, which implies the latter, is a lifetime there and nothing else.
   */
  mustRevalidate: boolean
}

function cachingOf(headers: readonly HeaderLine[], now: number): StatedCaching {
  const directives = directivesOf(listOf(headers, 'cache-control'))
  const seconds = (name: string) => secondsOf(directives, name)
  const isStated = (name: string) => directives.some((one) => one.name === name)
  const directive = seconds('s-maxage') ?? seconds('max-age')
  return {
    forbids: FORBIDDING.find((name) => directives.some((one) => one.name === name && !isQualified(one))) ?? null,
    lifetime: directive === null ? untilExpiry(headers, now) : Math.max(0, directive - ageIn(headers)),
    isLifetimeDirective: directive !== null,
    staleWhileRevalidate: seconds('stale-while-revalidate'),
    staleIfError: seconds('stale-if-error'),
    mustRevalidate: isStated('must-revalidate') || isStated('proxy-revalidate'),
  }
}

/** Seconds that clocks may be apart, and a response under way, without its `Date` being taken for its age. */
const SKEW = 60

/**
 * Seconds that a response is old as it comes: RFC 9111, 4.2.3, the larger of its `Age` and of the time since its `Date`, by this
 * machine's own clock, whatever time it is made to be here. 5.1: of several values of `Age` the first counts, and what is no
 * number is nothing.
 */
export function ageIn(headers: readonly HeaderLine[]): number {
  const stated = statedAge(headers)
  const made = httpDate(headerValue(headers, 'date'))
  const apparent = made === null ? 0 : Math.floor((Date.now() - made) / 1000)
  return apparent > SKEW ? Math.max(stated, apparent) : stated
}

function statedAge(headers: readonly HeaderLine[]): number {
  const [first = ''] = headerValue(headers, 'age').split(',', 1)
  return /^\d+$/.test(first.trim()) ? Math.min(Number(first), HUNDRED_YEARS) : 0
}

const FORBIDDING = ['no-store', 'private', 'no-cache'] as const

/** RFC 9111, 5.2.2.4 and 5.2.2.7: with field names, `no-cache` and `private` are about those fields alone. */
const isQualified = ({ name, value }: Directive) => (name === 'no-cache' || name === 'private') && value !== null

/** Names of headers that are not to be cached with a response, such as `set-cookie`: "Cache content based on cookies". */
export const unstoredFields = (headers: readonly HeaderLine[]): string[] =>
  directivesOf(listOf(headers, 'cache-control'))
    .filter(isQualified)
    .flatMap(({ value }) => (value ?? '').toLowerCase().split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** "Manage how long content stays in the cache": the most that `max-age` can be. */
const HUNDRED_YEARS = 3_153_600_000

/**
 * RFC 9111, 1.2.2 and 4.2.1: digits alone, quoted or not; of several, the first. What can't be read is 0: it allows nothing.
 * Null: not stated.
 */
function secondsOf(directives: readonly Directive[], name: string): number | null {
  const found = directives.find((one) => one.name === name)
  if (found === undefined) return null
  return /^\d+$/.test(found.value ?? '') ? Math.min(Number(found.value), HUNDRED_YEARS) : 0
}

/**
 * "Manage how long content stays in the cache": until that date. RFC 9111, 5.3: what is no date has passed; 4.2: so has one
 * that is not later than the response is old by the clock that made it, whatever the time is here.
 */
function untilExpiry(headers: readonly HeaderLine[], now: number): number | null {
  const expires = headerValue(headers, 'expires')
  if (expires === '') return null
  const end = httpDate(expires, now)
  const made = httpDate(headerValue(headers, 'date'))
  if (end === null || (made !== null && end <= made + statedAge(headers) * 1000)) return 0
  return Math.max(0, Math.floor((end - now) / 1000))
}
