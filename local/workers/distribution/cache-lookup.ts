/** A request that may be answered from the cache: where its answer lies, and what is fetched where there is none. */
import type { CachePolicy } from '../../../bundle/policies.ts'
import { ERROR_CACHING_MINIMUM_SECONDS } from '../../../edge/limits.ts'
import { hasHeader, headerValue, withoutHeaders } from '../../platform/header-lines.ts'
import type { CacheKey, HeaderLine, ViewerRequest } from '../../protocol/messages.ts'
import type { FetchRequest } from './fetch-object.ts'
import { freshnessOf, variesByAll } from './freshness.ts'
import type { CachedObject, EdgeRequest } from './messages.ts'
import { isAboutThis, partWithin, storedPart } from './ranges.ts'

export type LookupRequest = {
  key: CacheKey
  /** The key as a text, under which the cache has its objects. */
  cacheKey: string
  cachePolicy: CachePolicy
  /** With the headers that viewer-request returned. */
  viewer: ViewerRequest
  /** What is fetched on a miss. */
  fetch: Omit<FetchRequest, 'validators'>
  /** Seconds by status. */
  errorCachingMinimums: Record<string, number>
  /** The header that has cache tags; `undefined`: none are kept. */
  cacheTagHeader: string | undefined
  isS3: boolean
  forwardsCookies: boolean
  /** Keeps the distribution awake for work that goes on after the response. */
  waitUntil(work: Promise<unknown>): void
}

/** Seconds. "Control how long CloudFront caches errors": 1 s at least for S3. */
export const errorCachingMinimum = ({ errorCachingMinimums, isS3 }: LookupRequest, status: number): number =>
  Math.max(errorCachingMinimums[status] ?? ERROR_CACHING_MINIMUM_SECONDS, isS3 ? 1 : 0)

/** When a response expires, as an object of the cache, and what the trace says of it; or why it may not be cached. */
export function cacheLifetime(
  response: { status: number; headers: readonly HeaderLine[] },
  request: LookupRequest,
  now: number,
): ({ kind: 'cacheable'; reason: string } & Expiry) | { kind: 'uncacheable'; reason: string } {
  const { MinTTL: min, DefaultTTL: usual, MaxTTL: max } = request.cachePolicy
  const errorMinimum = errorCachingMinimum(request, response.status)
  const freshness = freshnessOf(response, { min, default: usual, max }, errorMinimum, now)
  if (freshness.kind === 'uncacheable') return { kind: 'uncacheable', reason: `not cached: ${freshness.reason}` }
  const freshUntil = now + freshness.ttl * 1000
  return {
    kind: 'cacheable',
    reason: `cached for ${freshness.ttl} s`,
    freshUntil,
    staleWhileRevalidateUntil: freshUntil + freshness.staleWhileRevalidate * 1000,
    staleIfErrorUntil: freshUntil + freshness.staleIfError * 1000,
  }
}

type Expiry = Pick<CachedObject, 'freshUntil' | 'staleWhileRevalidateUntil' | 'staleIfErrorUntil'>

/**
 * The slot of the cache for an object that can't answer every request with its key: a part, or the response to a HEAD or an
 * OPTIONS. For a GET of the whole it is the key itself.
 */
export function slotOf({ cacheKey, viewer: { method, headers } }: Pick<LookupRequest, 'cacheKey' | 'viewer'>): string {
  if (method !== 'GET') return `${cacheKey}\n${method}`
  const range = headerValue(headers, 'range')
  return range === '' ? cacheKey : `${cacheKey}\nrange ${range}`
}

/** Whether an `If-Range` leaves a part to be an answer: RFC 9110, 13.1.5. What is no part answers it in any case. */
export const isAbout = ({ status, headers }: CachedObject, viewer: ViewerRequest): boolean =>
  status !== 206 ||
  isAboutThis(headerValue(viewer.headers, 'if-range'), {
    etag: headerValue(headers, 'etag'),
    lastModified: headerValue(headers, 'last-modified'),
  })

/** Whether a stored part answers a request. */
export function partAnswers(part: CachedObject, viewer: ViewerRequest): boolean {
  const stored = storedPart(part)
  return viewer.method === 'GET' && isAbout(part, viewer) && !!stored && partWithin(stored, viewer.headers) !== null
}

/** The origin is asked for a part alone only while nothing is known of the whole: Developer Guide, "Range GETs". */
export function asksForPart({ viewer }: LookupRequest, cached: CachedObject | undefined): boolean {
  const isWholeKnown = cached !== undefined && cached.status !== 206
  return (
    viewer.method === 'GET' &&
    hasHeader(viewer.headers, 'range') &&
    !hasHeader(viewer.headers, 'if-range') &&
    !isWholeKnown
  )
}

/** What goes to the origin for it. */
export function forwardedOnMiss(request: LookupRequest, cached: CachedObject | undefined): EdgeRequest {
  const { forwarded } = request.fetch
  const headers = withoutHeaders(forwarded.headers, [...CONDITIONS, 'range'])
  const range = headerValue(request.viewer.headers, 'range')
  return { ...forwarded, headers: asksForPart(request, cached) ? [...headers, ['range', range]] : headers }
}

const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range']

/** Developer Guide, "Invalidating content by cache tags": without `CacheTagConfig`, tags are ignored. */
export const cacheTagsOf = ({ cacheTagHeader }: LookupRequest, headers: readonly HeaderLine[]): string =>
  cacheTagHeader === undefined ? '' : headerValue(headers, cacheTagHeader)

/** The conditions under which the origin need not send a cached object again. None for `Vary: *`: "Content negotiation". */
export function validatorsOf({ status, headers }: CachedObject): HeaderLine[] {
  if ((status !== 200 && status !== 206) || variesByAll(headers)) return []
  const etag = headerValue(headers, 'etag')
  const modified = headerValue(headers, 'last-modified')
  return [
    ...(etag === '' ? [] : [['if-none-match', etag] as const]),
    ...(modified === '' ? [] : [['if-modified-since', modified] as const]),
  ]
}
