/** What becomes of an expired object when the origin confirms it (RFC 9111, 4.3.4), or fails (4.2.4, and RFC 5861, 4). */
import { headerValue, withoutHeaders } from '../../platform/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import { cacheLifetime, cacheTagsOf, errorCachingMinimum, type LookupRequest } from './cache-lookup.ts'
import { opaque } from './conditions.ts'
import { responseFromCache } from './delivery.ts'
import { ageIn } from './freshness.ts'
import type { KeptObjects } from './kept-objects.ts'
import type { CachedObject, FetchResult } from './messages.ts'

/**
 * The object with its headers updated and a new lifetime.
 * @param confirmation headers of a 304, or of the response to a HEAD
 */
export function freshened(
  kept: KeptObjects,
  request: LookupRequest,
  cached: CachedObject,
  confirmation: readonly HeaderLine[],
  now: number,
): FetchResult {
  const { viewer, fetch } = request
  const headers = updatedHeaders(cached.headers, confirmation)
  const object = {
    ...cached,
    headers,
    tags: cacheTagsOf(request, headers),
    storedAt: now,
    ageWhenStored: ageIn(confirmation),
  }
  const { reason, kind, ...times } = cacheLifetime(object, request, now)
  fetch.trace.add({ step: 'store', reason })
  if (kind === 'uncacheable') {
    kept.remove(request)
    return { kind: 'uncached', response: responseFromCache(object, viewer, 'RefreshHit', now, fetch.requestId) }
  }
  Object.assign(object, times)
  kept.store(object, request)
  return { kind: 'object', object, result: 'RefreshHit' }
}

function updatedHeaders(stored: readonly HeaderLine[], confirmation: readonly HeaderLine[]): HeaderLine[] {
  const isSame = opaque(headerValue(confirmation, 'etag')) === opaque(headerValue(stored, 'etag'))
  // What was compressed keeps its weak tag: "ETag header conversion".
  const updates = withoutHeaders(confirmation, isSame ? [...OF_THE_STORED_BODY, 'etag'] : OF_THE_STORED_BODY)
  const names = updates.map(([name]) => name)
  return [...withoutHeaders(stored, names), ...updates]
}

/**
 * RFC 9111, 3.2: headers that a 304 does not update. They describe the stored bytes, which stay, and which CloudFront may have
 * compressed. `content-type` is not among them: the origin may change it.
 */
const OF_THE_STORED_BODY = ['content-length', 'content-encoding', 'content-range', 'transfer-encoding']

/**
 * The expired object in place of a 5xx, with a lifetime until the origin is asked again; `undefined` where it may not stand in.
 * @param status the origin's
 */
export function staleInstead(
  cached: CachedObject,
  status: number,
  request: LookupRequest,
  now: number,
): CachedObject | undefined {
  if (cached.status >= 400 || now >= cached.staleIfErrorUntil) return undefined
  cached.freshUntil = now + errorCachingMinimum(request, status) * 1000
  request.fetch.trace.add({
    step: 'store',
    reason: `the origin answered ${status}: the expired object is served instead`,
  })
  return cached
}
