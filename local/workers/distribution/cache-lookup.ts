import type { CachePolicy } from '../../../bundle/policies.ts'
import { hasHeader, headerValue, withoutHeaders } from '../../protocol/header-lines.ts'
import type { CacheKey, HeaderLine, ViewerRequest } from '../../protocol/messages.ts'
import type { ObjectRequest } from './fetch-object.ts'
import type { CachedObject } from './lru-cache.ts'

/** A request that may be answered from the cache. */
export type CacheableRequest = {
  key: CacheKey
  policy: CachePolicy
  viewer: ViewerRequest
  object: Omit<ObjectRequest, 'validators'>
  /** Seconds by status. */
  errorCachingMinimums: Record<string, number>
  isS3: boolean
  forwardsCookies: boolean
  /** Keeps the distribution awake for what goes on after the answer. */
  waitUntil(work: Promise<unknown>): void
}

/** Seconds. Developer Guide, "Error caching minimum TTL". */
const ERROR_CACHING_MINIMUM = 10

/** "Control how long CloudFront caches errors": 1 s at least for S3. */
export const minimumOf = ({ errorCachingMinimums, isS3 }: CacheableRequest, status: number): number =>
  Math.max(errorCachingMinimums[status] ?? ERROR_CACHING_MINIMUM, isS3 ? 1 : 0)

/** Where in the cache something lies that can't answer every request for the object. */
export function placeIn(text: string, { method, headers }: ViewerRequest): string {
  if (method !== 'GET') return `${text}\n${method}`
  const range = headerValue(headers, 'range')
  return range === '' ? text : `${text}\nrange ${range}`
}

/** A part alone is asked for only while nothing is known of the whole: Developer Guide, "Range GETs". */
export function originBound({ object, viewer }: CacheableRequest, cached: CachedObject | undefined) {
  const range = headerValue(viewer.headers, 'range')
  const wantsPart = viewer.method === 'GET' && range !== '' && !hasHeader(viewer.headers, 'if-range') && !cached
  const headers = withoutHeaders(object.request.headers, [...CONDITIONS, 'range'])
  return { ...object.request, headers: wantsPart ? [...headers, ['range', range] as const] : headers }
}

const CONDITIONS = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range']

export function validatorsOf({ status, headers }: CachedObject): HeaderLine[] {
  if (status !== 200) return []
  const etag = headerValue(headers, 'etag')
  const modified = headerValue(headers, 'last-modified')
  return [
    ...(etag === '' ? [] : [['if-none-match', etag] as const]),
    ...(modified === '' ? [] : [['if-modified-since', modified] as const]),
  ]
}
