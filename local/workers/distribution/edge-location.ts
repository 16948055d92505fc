/**
 * An edge location: what it answers from its cache, and what it asks the origin for. Developer Guide, "Manage how long
 * content stays in the cache (expiration)".
 *
 * A request's way through it, in the terms of RFC 9111: it is looked up (`kept-objects.ts`, `cache-lookup.ts`); where another
 * request for the same is on its way, it waits for that (`request-collapsing.ts`); otherwise it goes to the origin
 * (`cache-fetch.ts`), whose response confirms the cached object (`freshening.ts`) or takes its place (`storing.ts`); the object
 * then becomes the response (`delivery.ts`).
 */
import { withoutHeaders } from '../../platform/header-lines.ts'
import type { ResultType } from '../../protocol/messages.ts'
import { type CacheContext, fetchForCache } from './cache-fetch.ts'
import { asksForPart, type LookupRequest, slotOf } from './cache-lookup.ts'
import { deliver } from './delivery.ts'
import { GrowingBody } from './growing-body.ts'
import type { CachedObject, EdgeResponse, FetchResult, ServedObject } from './messages.ts'
import { PendingFetches } from './request-collapsing.ts'
import { whileWaiting } from './waiting.ts'

export class EdgeLocation {
  readonly name: string
  readonly #cache: CacheContext
  readonly #pending = new PendingFetches()

  constructor(name: string, cache: CacheContext) {
    this.name = name
    this.#cache = cache
  }

  /**
   * Removes objects from the cache, and keeps fetches that are under way out of it.
   * @param tenant `undefined`: all tenants'
   * @returns how many objects were removed
   */
  async invalidate(paths: readonly string[], tenant: string | undefined): Promise<number> {
    this.#pending.invalidate(paths, tenant)
    return this.#cache.kept.invalidate(paths, tenant)
  }

  async respond(request: LookupRequest): Promise<EdgeResponse> {
    const now = this.#cache.clock.now()
    const cached = await this.#cache.kept.find(request, now)
    if (cached && now < cached.freshUntil) return this.#deliver(cached, 'Hit', request, 'fresh in the cache')
    // A fetch for the whole object serves requests for any part of it, too.
    const slot = slotOf(asksForPart(request, cached) ? request : withoutRange(request))
    if (cached && now < cached.staleWhileRevalidateUntil) {
      this.#revalidateAside(slot, request, cached)
      return this.#deliver(cached, 'Hit', request, 'stale, and served while it is revalidated')
    }
    const pending = this.#pending.get(slot)
    if (pending) {
      const fetched = await whileWaiting(pending)
      if (fetched.kind === 'object' && this.#isShareable(fetched.object)) {
        return this.#deliver(fetched.object, 'Hit', request, 'came with another request', fetched.bodyOf)
      }
      // A response that can't be cached can't be shared either.
      return this.#deliverFetched(await fetchForCache(this.#cache, request, cached), request)
    }
    const reason = cached ? 'expired: asks the origin again' : 'not in the cache'
    request.fetch.trace.add({ step: 'cache', result: 'Miss', reason })
    return this.#deliverFetched(await this.#fetch(slot, request, cached), request)
  }

  /** A fetch that further requests for the slot wait for, until its body is there. */
  #fetch(slot: string, request: LookupRequest, cached: CachedObject | undefined): Promise<FetchResult> {
    return this.#pending.start(slot, request, (sharing) => fetchForCache(this.#cache, request, cached, sharing))
  }

  /** Goes on after the response; once for all requests that come in the meantime. */
  #revalidateAside(slot: string, request: LookupRequest, cached: CachedObject): void {
    if (this.#pending.get(slot)) return
    request.waitUntil(this.#fetch(slot, request, cached).then(withoutViewer, () => {}))
  }

  /** An object that expires at once answers only the request that it was fetched for. */
  #isShareable({ freshUntil, body }: ServedObject): boolean {
    return this.#cache.clock.now() < freshUntil && (!(body instanceof GrowingBody) || body.isJoinable)
  }

  #deliverFetched(fetched: FetchResult, request: LookupRequest): EdgeResponse {
    if (fetched.kind === 'uncached') return fetched.response
    const wanted = fetched.isWhole ? withoutRange(request) : request
    return this.#deliver(fetched.object, fetched.result, wanted, undefined, fetched.bodyOf)
  }

  /** @param reason why this object is the answer; `undefined`: the trace has it already */
  #deliver(
    object: ServedObject,
    result: ResultType,
    request: LookupRequest,
    reason: string | undefined,
    bodyOf?: string,
  ): EdgeResponse {
    return deliver(object, result, request, this.#cache.clock.now(), reason, bodyOf)
  }
}

/** Has the body of a revalidation read to its end for the cache, since there is no viewer that reads it. */
function withoutViewer(fetched: FetchResult): void {
  if (fetched.kind === 'object' && fetched.object.body instanceof GrowingBody) fetched.object.body.goOn()
  if (fetched.kind === 'uncached' && fetched.response.body instanceof ReadableStream) {
    void fetched.response.body.cancel()
  }
}

const withoutRange = (request: LookupRequest): LookupRequest => ({
  ...request,
  viewer: { ...request.viewer, headers: withoutHeaders(request.viewer.headers, ['range']) },
})
