/**
 * An edge location: its cache, and the fetches that are under way. Developer Guide, "Manage how long content stays in the
 * cache (expiration)", "How CloudFront processes and caches HTTP 4xx and 5xx status codes from your origin",
 * "Simultaneous requests for the same object (request collapsing)".
 */

import type { AcceptedEncodings } from '../../platform/accepted-encodings.ts'
import { keyText } from '../../platform/cache-key.ts'
import { hasHeader, withoutHeaders } from '../../platform/header-lines.ts'
import type { HeaderLine, ResultType, ViewerRequest } from '../../protocol/messages.ts'
import {
  cacheTagsOf,
  errorCachingMinimum,
  forwardedOnMiss,
  type LookupRequest,
  slotOf,
  validatorsOf,
} from './cache-lookup.ts'
import type { Clock } from './clock.ts'
import { compressed } from './compression.ts'
import { responseFromCache } from './delivery.ts'
import { type Backend, fetchObject, responseOf } from './fetch-object.ts'
import { freshnessOf, unstoredFields } from './freshness.ts'
import type { LruCache } from './lru-cache.ts'
import type { CachedObject, EdgeResponse, FetchedObject } from './messages.ts'
import type { PersistentCache } from './persistent-cache.ts'

/** How a fetch ended: with an object that is in the cache now, or with a response for this request alone. */
type FetchResult =
  /** `isWhole`: the origin was asked for a part and sent all, which is what the viewer gets: "Range GETs". */
  | { kind: 'stored'; object: CachedObject; result: ResultType; isWhole?: boolean }
  | { kind: 'uncached'; response: EdgeResponse }

export class EdgeLocation {
  readonly name: string
  readonly #cache: LruCache
  readonly #persistent: PersistentCache | undefined
  readonly #backend: Backend
  readonly #clock: Clock
  /** Fetches that later requests for the same slot wait for. */
  readonly #underWay = new Map<string, Promise<FetchResult>>()

  /** @param persistent where the cache outlives the process */
  constructor(name: string, cache: LruCache, persistent: PersistentCache | undefined, backend: Backend, clock: Clock) {
    this.name = name
    this.#cache = cache
    this.#persistent = persistent
    this.#backend = backend
    this.#clock = clock
  }

  /** @returns how many objects were removed */
  async invalidate(paths: readonly string[]): Promise<number> {
    const removed = this.#cache.invalidate(paths)
    return Math.max(removed, (await this.#persistent?.invalidate(paths)) ?? 0)
  }

  async respond(request: LookupRequest): Promise<EdgeResponse> {
    const { viewer, fetch } = request
    const now = this.#clock.now()
    const cacheKey = keyText(request.key)
    const cached = this.#find(cacheKey, viewer) ?? (await this.#findPersistent(cacheKey, viewer))
    if (cached && now < cached.freshUntil) return this.#deliver(cached, 'Hit', request, 'fresh in the cache')
    const slot = slotOf(cacheKey, viewer)
    if (cached && now < cached.staleWhileRevalidateUntil) {
      const isRevalidating = this.#underWay.has(slot)
      if (!isRevalidating) request.waitUntil(this.#fetchOnce(slot, cacheKey, request, cached).catch(() => {}))
      return this.#deliver(cached, 'Hit', request, 'stale, and served while it is revalidated')
    }
    const underWay = this.#underWay.get(slot)
    if (underWay) {
      const fetched = await underWay
      // An object that expires at once answers only the request that it was fetched for.
      if (fetched.kind === 'stored' && this.#clock.now() < fetched.object.freshUntil) {
        return this.#deliver(fetched.object, 'Hit', request, 'came with another request')
      }
      // What can't be cached can't be shared.
      return this.#deliverFetched(await this.#fetch(cacheKey, request, cached), request)
    }
    fetch.trace.add({
      step: 'cache',
      result: 'Miss',
      reason: cached ? 'expired: asks the origin again' : 'not in the cache',
    })
    return this.#deliverFetched(await this.#fetchOnce(slot, cacheKey, request, cached), request)
  }

  /** An object that can answer this method, and this range. */
  #find(cacheKey: string, viewer: ViewerRequest): CachedObject | undefined {
    const whole = viewer.method === 'OPTIONS' ? undefined : this.#cache.get(cacheKey)
    if (whole && (whole.body !== null || viewer.method === 'HEAD')) return whole
    return this.#cache.get(slotOf(cacheKey, viewer))
  }

  /** The same, after the objects on disk have been read into the cache. */
  async #findPersistent(cacheKey: string, viewer: ViewerRequest): Promise<CachedObject | undefined> {
    if (!this.#persistent) return undefined
    for (const slot of new Set([cacheKey, slotOf(cacheKey, viewer)])) {
      const object = await this.#persistent.get(slot)
      if (object) this.#cache.put(slot, object)
    }
    return this.#find(cacheKey, viewer)
  }

  #store(cacheKey: string, object: CachedObject, { viewer, waitUntil }: LookupRequest): void {
    const isPartial = object.status === 206 || object.body === null || viewer.method === 'OPTIONS'
    const slot = isPartial ? slotOf(cacheKey, viewer) : cacheKey
    this.#cache.put(slot, object)
    if (this.#persistent) waitUntil(this.#persistent.put(slot, object))
  }

  /** The response to an OPTIONS request says nothing of the object that a GET gets. */
  #remove(cacheKey: string, { viewer, waitUntil }: LookupRequest): void {
    const own = slotOf(cacheKey, viewer)
    for (const slot of viewer.method === 'OPTIONS' ? [own] : new Set([cacheKey, own])) {
      this.#cache.delete(slot)
      if (this.#persistent) waitUntil(this.#persistent.delete(slot))
    }
  }

  /** Fetches for all requests that come for the slot meanwhile. */
  #fetchOnce(slot: string, cacheKey: string, request: LookupRequest, cached: CachedObject | undefined) {
    const fetching = this.#fetch(cacheKey, request, cached).finally(() => this.#underWay.delete(slot))
    this.#underWay.set(slot, fetching)
    // A viewer that leaves does not take along those who wait for the same object.
    request.waitUntil(fetching.catch(() => {}))
    return fetching
  }

  #deliverFetched(fetched: FetchResult, request: LookupRequest): EdgeResponse {
    if (fetched.kind === 'uncached') return fetched.response
    const { headers } = request.viewer
    const viewer = fetched.isWhole ? { ...request.viewer, headers: withoutHeaders(headers, ['range']) } : request.viewer
    return this.#deliver(fetched.object, fetched.result, { ...request, viewer }, undefined)
  }

  /** @param reason why this object is the answer; `undefined`: the trace has it already */
  #deliver(
    object: CachedObject,
    result: ResultType,
    { viewer, fetch }: LookupRequest,
    reason: string | undefined,
  ): EdgeResponse {
    const shown = object.result !== null && (object.status >= 400 || result === 'Miss') ? object.result : result
    if (reason !== undefined) fetch.trace.add({ step: 'cache', result: shown, reason })
    const response = responseFromCache(object, viewer, result, this.#clock.now(), fetch.requestId)
    // A refused condition or range is an error of its own.
    if (response.result !== result) return response
    const { originBytes, detailedResultType } = object
    return { ...response, result: shown, originBytes, ...(detailedResultType && { detailedResultType }) }
  }

  async #fetch(cacheKey: string, request: LookupRequest, cached: CachedObject | undefined): Promise<FetchResult> {
    // "Cache content based on cookies": no conditional requests where cookies are forwarded.
    const validators = cached && !request.forwardsCookies ? validatorsOf(cached) : []
    const forwarded = forwardedOnMiss(request, cached)
    const fetched = await fetchObject(this.#backend, { ...request.fetch, forwarded, validators })
    const now = this.#clock.now()
    const stale =
      cached && isServerError(fetched.status) ? this.#staleInstead(cached, fetched.status, request, now) : undefined
    if (stale) {
      if (fetched.kind === 'object' && fetched.body instanceof ReadableStream) await fetched.body.cancel()
      return { kind: 'stored', object: stale, result: 'RefreshHit' }
    }
    if (cached && validators.length > 0 && fetched.kind === 'object' && fetched.status === 304) {
      return this.#revalidated(cacheKey, request, cached, fetched.headers, now)
    }
    const received = await this.#received(cacheKey, request, fetched, now)
    const isWhole = hasHeader(forwarded.headers, 'range') && fetched.status === 200
    return received.kind === 'stored' ? { ...received, isWhole } : received
  }

  /** An expired object in place of a 5xx, and for how long before the origin is asked again. */
  #staleInstead(cached: CachedObject, status: number, request: LookupRequest, now: number): CachedObject | undefined {
    if (cached.status >= 400 || now >= cached.staleIfErrorUntil) return undefined
    cached.freshUntil = now + errorCachingMinimum(request, status) * 1000
    request.fetch.trace.add({
      step: 'store',
      reason: `the origin answered ${status}: the expired object is served instead`,
    })
    return cached
  }

  /** @param confirmation headers of the origin's 304 */
  #revalidated(
    cacheKey: string,
    request: LookupRequest,
    cached: CachedObject,
    confirmation: readonly HeaderLine[],
    now: number,
  ): FetchResult {
    const updates = withoutHeaders(confirmation, OF_THE_STORED_BODY)
    const names = updates.map(([name]) => name)
    const headers = [...withoutHeaders(cached.headers, names), ...updates]
    const object = { ...cached, headers, tags: cacheTagsOf(request, headers), storedAt: now }
    const lifetime = this.#lifetimeOf(object, request, now)
    if (lifetime === undefined) {
      this.#remove(cacheKey, request)
      const response = responseFromCache(object, request.viewer, 'RefreshHit', now, request.fetch.requestId)
      return { kind: 'uncached', response }
    }
    Object.assign(object, lifetime)
    this.#store(cacheKey, object, request)
    return { kind: 'stored', object, result: 'RefreshHit' }
  }

  async #received(cacheKey: string, request: LookupRequest, fetched: FetchedObject, now: number): Promise<FetchResult> {
    const response = responseOf(fetched, request.fetch.requestId)
    let bytes: Uint8Array | null
    try {
      bytes = response.body instanceof ReadableStream ? await bytesOf(response.body) : response.body
    } catch {
      return this.#received(cacheKey, request, BROKEN_OFF, now)
    }
    const { viewer, key } = request
    const body = viewer.method === 'HEAD' ? null : (bytes ?? new Uint8Array())
    const uncompressed = { status: response.status, headers: response.headers, body }
    const content = request.fetch.behaviour.compress
      ? compressed(uncompressed, (key.headers['accept-encoding'] ?? '') as AcceptedEncodings, viewer.httpVersion)
      : uncompressed
    const result = response.result === 'Miss' ? null : response.result
    const originBytes = fetched.kind === 'object' ? fetched.originBytes : 0
    const { detailedResultType = null } = response
    const tags = cacheTagsOf(request, content.headers)
    const object = { ...content, key, result, detailedResultType, originBytes, tags, storedAt: now }
    const lifetime = this.#lifetimeOf(object, request, now)
    if (lifetime === undefined) {
      this.#remove(cacheKey, request)
      const expired = { ...object, freshUntil: now, staleWhileRevalidateUntil: now, staleIfErrorUntil: now }
      return { kind: 'uncached', response: this.#deliver(expired, 'Miss', request, undefined) }
    }
    const received: CachedObject = { ...object, ...lifetime }
    const unstored = unstoredFields(object.headers)
    const stored = unstored.length > 0 ? { ...received, headers: withoutHeaders(object.headers, unstored) } : received
    this.#store(cacheKey, stored, request)
    return { kind: 'stored', object: received, result: 'Miss' }
  }

  /** When an object expires; `undefined` for one that may not be cached. */
  #lifetimeOf(response: { status: number; headers: readonly HeaderLine[] }, request: LookupRequest, now: number) {
    const { MinTTL: min, DefaultTTL: usual, MaxTTL: max } = request.cachePolicy
    const errorMinimum = errorCachingMinimum(request, response.status)
    const freshness = freshnessOf(response, { min, default: usual, max }, errorMinimum, now)
    const { trace } = request.fetch
    if (freshness.kind === 'uncacheable') {
      trace.add({ step: 'store', reason: `not cached: ${freshness.reason}` })
      return undefined
    }
    trace.add({ step: 'store', reason: `cached for ${freshness.ttl} s` })
    const freshUntil = now + freshness.ttl * 1000
    return {
      freshUntil,
      staleWhileRevalidateUntil: freshUntil + freshness.staleWhileRevalidate * 1000,
      staleIfErrorUntil: freshUntil + freshness.staleIfError * 1000,
    }
  }
}

const BROKEN_OFF: FetchedObject = {
  kind: 'failed',
  status: 502,
  result: 'Error',
  detailedResultType: 'OriginReadError',
  reason: 'The origin closed the connection before the end of its response.',
}

const isServerError = (status: number) => status >= 500

/** RFC 9111, 3.2: the headers that a 304 does not update. */
const OF_THE_STORED_BODY = ['content-length', 'content-encoding', 'content-type', 'content-range', 'transfer-encoding']

/** @throws if the stream breaks off */
async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
