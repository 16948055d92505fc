/** A fetch from the origin where the cache has no fresh object: RFC 9111, 4.3, "Validation", and 3, "Storing Responses". */
import { hasHeader } from '../../platform/header-lines.ts'
import { forwardedOnMiss, type LookupRequest, validatorsOf } from './cache-lookup.ts'
import type { Clock } from './clock.ts'
import { isConfirmedByHead } from './conditions.ts'
import { type Backend, fetchObject } from './fetch-object.ts'
import { freshened, staleInstead } from './freshening.ts'
import type { CachedObject, FetchedObject, FetchResult } from './messages.ts'
import { ALONE, type Sharing } from './request-collapsing.ts'
import { received, type StoringContext } from './storing.ts'

/** A cache, and where the objects come from that it does not have. */
export type CacheContext = StoringContext & { backend: Backend; clock: Clock }

/**
 * @param cached an expired object, which the origin may confirm, and which may stand in for its error
 * @param sharing for a fetch that other requests may wait for; default: none does
 */
export async function fetchForCache(
  cache: CacheContext,
  request: LookupRequest,
  cached: CachedObject | undefined,
  sharing: Sharing = ALONE,
): Promise<FetchResult> {
  // "Cache content based on cookies": no conditional requests where cookies are forwarded.
  const validators = cached && !request.forwardsCookies ? validatorsOf(cached) : []
  const forwarded = forwardedOnMiss(request, cached)
  const fetched = await fetchObject(cache.backend, { ...request.fetch, forwarded, validators })
  const now = cache.clock.now()
  const stale = cached && isServerError(fetched.status) && staleInstead(cached, fetched.status, request, now)
  if (stale) {
    await cancelBody(fetched)
    return { kind: 'object', object: stale, result: 'RefreshHit' }
  }
  if (cached && fetched.kind === 'object') {
    if (validators.length > 0 && fetched.status === 304) {
      return freshened(cache.kept, request, cached, fetched.headers, now)
    }
    if (request.viewer.method === 'HEAD' && isConfirmedByHead(cached, fetched)) {
      await cancelBody(fetched)
      return freshened(cache.kept, request, cached, fetched.headers, now)
    }
  }
  const result = received(cache, request, fetched, now, sharing)
  const isWhole = hasHeader(forwarded.headers, 'range') && fetched.status === 200
  return result.kind === 'object' ? { ...result, isWhole } : result
}

const isServerError = (status: number) => status >= 500

/** A body that is not needed would keep its connection open. */
async function cancelBody(fetched: FetchedObject): Promise<void> {
  if (fetched.kind === 'object' && fetched.body instanceof ReadableStream) await fetched.body.cancel()
}
