/**
 * An edge location: its cache, and the fetches that are under way. Developer Guide, "Manage how long content stays in the
 * cache (expiration)", "How CloudFront processes and caches HTTP 4xx and 5xx status codes from your origin",
 * "Simultaneous requests for the same object (request collapsing)".
 */

import { isInvalidated } from '../../../urls/invalidation.ts'
import type { AcceptedEncodings } from '../../platform/accepted-encodings.ts'
import { keyText } from '../../platform/cache-key.ts'
import { hasHeader, headerValue, withoutHeaders } from '../../platform/header-lines.ts'
import type { CacheKey, HeaderLine, ResultType, ViewerRequest } from '../../protocol/messages.ts'
import {
  asksForPart,
  cacheTagsOf,
  errorCachingMinimum,
  forwardedOnMiss,
  type LookupRequest,
  slotOf,
  validatorsOf,
} from './cache-lookup.ts'
import type { Clock } from './clock.ts'
import { compressedHeaders, compressing, compressionOf } from './compression.ts'
import { isConfirmedByHead, opaque } from './conditions.ts'
import { responseFromCache, WITHOUT_BODY } from './delivery.ts'
import { type Backend, fetchObject, responseOf } from './fetch-object.ts'
import { ageIn, freshnessOf, unstoredFields } from './freshness.ts'
import { type Collected, type Collecting, GrowingBody } from './growing-body.ts'
import type { KeptObjects } from './kept-objects.ts'
import type { CachedObject, EdgeResponse, FetchedObject, ServedObject } from './messages.ts'
import { whileWaiting } from './waiting.ts'

/** How a fetch ended: with an object for whoever waits for it, or with a response for this request alone. */
type FetchResult =
  /**
   * `bodyOf`: the request that brings the body, while it comes in. `isWhole`: the origin was asked for a part and sent all,
   * which is what the viewer gets: "Range GETs".
   */
  | { kind: 'object'; object: ServedObject; result: ResultType; bodyOf?: string; isWhole?: boolean }
  | { kind: 'uncached'; response: EdgeResponse }

/** A fetch that later requests for the same slot wait for, or whose body they share. */
type Fetching = { key: CacheKey; tags: string; result: Promise<FetchResult> }

export class EdgeLocation {
  readonly name: string
  readonly #kept: KeptObjects
  readonly #backend: Backend
  readonly #clock: Clock
  readonly #collecting: Pick<Collecting, 'limit' | 'room' | 'viewers'>
  /** By slot. */
  readonly #underWay = new Map<string, Fetching>()

  /** @param collecting which bodies are kept */
  constructor(
    name: string,
    kept: KeptObjects,
    backend: Backend,
    clock: Clock,
    collecting: Pick<Collecting, 'limit' | 'room' | 'viewers'>,
  ) {
    this.name = name
    this.#kept = kept
    this.#backend = backend
    this.#clock = clock
    this.#collecting = collecting
  }

  /** What is on its way is not cached, either. @param tenant whose alone; `undefined`: all. @returns how many objects were removed */
  async invalidate(paths: readonly string[], tenant: string | undefined): Promise<number> {
    for (const [slot, { key, tags }] of this.#underWay) {
      const isTheirs = tenant === undefined || key.tenant === tenant
      if (isTheirs && paths.some((path) => isInvalidated(path, { ...key, tags }))) this.#underWay.delete(slot)
    }
    return this.#kept.invalidate(paths, tenant)
  }

  async respond(request: LookupRequest): Promise<EdgeResponse> {
    const { viewer, fetch } = request
    const now = this.#clock.now()
    const cacheKey = keyText(request.key)
    const cached = await this.#kept.find(cacheKey, viewer, now)
    if (cached && now < cached.freshUntil) return this.#deliver(cached, 'Hit', request, 'fresh in the cache')
    // Where all of the object is asked for, whoever wants any part of it can wait for that.
    const slot = asksForPart(request, cached) ? slotOf(cacheKey, viewer) : slotOf(cacheKey, withoutRange(viewer))
    if (cached && now < cached.staleWhileRevalidateUntil) {
      if (!this.#underWay.has(slot)) {
        const fetching = this.#fetchOnce(slot, cacheKey, request, cached)
        request.waitUntil(fetching.then(withoutViewer, () => {}))
      }
      return this.#deliver(cached, 'Hit', request, 'stale, and served while it is revalidated')
    }
    const underWay = this.#underWay.get(slot)
    if (underWay) {
      const fetched = await whileWaiting(underWay.result)
      if (fetched.kind === 'object' && this.#isShareable(fetched.object)) {
        return this.#deliver(fetched.object, 'Hit', request, 'came with another request', fetched.bodyOf)
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

  /** An object that expires at once answers only the request that it was fetched for. */
  #isShareable({ freshUntil, body }: ServedObject): boolean {
    return this.#clock.now() < freshUntil && (!(body instanceof GrowingBody) || body.isJoinable)
  }

  /** Fetches for all requests that come for the slot until its body is there. */
  #fetchOnce(slot: string, cacheKey: string, request: LookupRequest, cached: CachedObject | undefined) {
    const over = () => {
      if (this.#underWay.get(slot) === fetching) this.#underWay.delete(slot)
    }
    const isWanted = () => this.#underWay.get(slot) === fetching
    const tagged = (tags: string) => {
      fetching.tags = tags
    }
    const result = this.#fetch(cacheKey, request, cached, { over, isWanted, tagged })
    const fetching: Fetching = { key: request.key, tags: '', result }
    this.#underWay.set(slot, fetching)
    result.then((fetched) => {
      if (fetched.kind === 'uncached' || !(fetched.object.body instanceof GrowingBody)) over()
    }, over)
    // A viewer that leaves does not take along those who wait for the same object.
    request.waitUntil(result.catch(() => {}))
    return result
  }

  #deliverFetched(fetched: FetchResult, request: LookupRequest): EdgeResponse {
    if (fetched.kind === 'uncached') return fetched.response
    const viewer = fetched.isWhole ? withoutRange(request.viewer) : request.viewer
    return this.#deliver(fetched.object, fetched.result, { ...request, viewer }, undefined, fetched.bodyOf)
  }

  /**
   * @param reason why this object is the answer; `undefined`: the trace has it already
   * @param bodyOf the request that brings the body, while it comes in
   */
  #deliver(
    object: ServedObject,
    result: ResultType,
    { viewer, fetch }: LookupRequest,
    reason: string | undefined,
    bodyOf?: string,
  ): EdgeResponse {
    const shown = object.result !== null && (object.status >= 400 || result === 'Miss') ? object.result : result
    if (reason !== undefined) fetch.trace.add({ step: 'cache', result: shown, reason })
    const response = responseFromCache(object, viewer, result, this.#clock.now(), fetch.requestId)
    const isStreamed = response.body instanceof ReadableStream
    // The cache gets it although this viewer does not.
    if (!isStreamed && object.body instanceof GrowingBody) object.body.goOn()
    // A refused condition or range is an error of its own.
    if (response.result !== result) return response
    const { originBytes, detailedResultType } = object
    return {
      ...response,
      result: shown,
      originBytes,
      ...(detailedResultType && { detailedResultType }),
      ...(isStreamed && bodyOf !== undefined && { bodyOf }),
    }
  }

  /** @param sharing of a fetch that others may wait for; without it, nobody does */
  async #fetch(
    cacheKey: string,
    request: LookupRequest,
    cached: CachedObject | undefined,
    sharing: Sharing = ALONE,
  ): Promise<FetchResult> {
    // "Cache content based on cookies": no conditional requests where cookies are forwarded.
    const validators = cached && !request.forwardsCookies ? validatorsOf(cached) : []
    const forwarded = forwardedOnMiss(request, cached)
    const fetched = await fetchObject(this.#backend, { ...request.fetch, forwarded, validators })
    const now = this.#clock.now()
    const stale =
      cached && isServerError(fetched.status) ? this.#staleInstead(cached, fetched.status, request, now) : undefined
    if (stale) {
      if (fetched.kind === 'object' && fetched.body instanceof ReadableStream) await fetched.body.cancel()
      return { kind: 'object', object: stale, result: 'RefreshHit' }
    }
    if (cached && validators.length > 0 && fetched.kind === 'object' && fetched.status === 304) {
      return this.#revalidated(cacheKey, request, cached, fetched.headers, now)
    }
    if (cached && request.viewer.method === 'HEAD' && isConfirmedByHead(cached, fetched)) {
      if (fetched.body instanceof ReadableStream) await fetched.body.cancel()
      return this.#revalidated(cacheKey, request, cached, fetched.headers, now)
    }
    const received = this.#received(cacheKey, request, fetched, now, sharing)
    const isWhole = hasHeader(forwarded.headers, 'range') && fetched.status === 200
    return received.kind === 'object' ? { ...received, isWhole } : received
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

  /** @param confirmation headers of the origin's 304, or of what it says to a HEAD */
  #revalidated(
    cacheKey: string,
    request: LookupRequest,
    cached: CachedObject,
    confirmation: readonly HeaderLine[],
    now: number,
  ): FetchResult {
    const isSame = opaque(headerValue(confirmation, 'etag')) === opaque(headerValue(cached.headers, 'etag'))
    // What was compressed keeps its weak tag: "ETag header conversion".
    const updates = withoutHeaders(confirmation, isSame ? [...OF_THE_STORED_BODY, 'etag'] : OF_THE_STORED_BODY)
    const names = updates.map(([name]) => name)
    const headers = [...withoutHeaders(cached.headers, names), ...updates]
    const object = {
      ...cached,
      headers,
      tags: cacheTagsOf(request, headers),
      storedAt: now,
      ageWhenStored: ageIn(confirmation),
    }
    const { reason, kind, ...times } = this.#lifetimeOf(object, request, now)
    request.fetch.trace.add({ step: 'store', reason })
    if (kind === 'uncacheable') {
      this.#kept.remove(cacheKey, request)
      const response = responseFromCache(object, request.viewer, 'RefreshHit', now, request.fetch.requestId)
      return { kind: 'uncached', response }
    }
    Object.assign(object, times)
    this.#kept.store(cacheKey, object, request)
    return { kind: 'object', object, result: 'RefreshHit' }
  }

  /** The viewers get it from its first byte on; the cache gets it when it is whole. */
  #received(
    cacheKey: string,
    request: LookupRequest,
    fetched: FetchedObject,
    now: number,
    sharing: Sharing,
  ): FetchResult {
    const { viewer, key, fetch } = request
    const response = responseOf(fetched, fetch.requestId)
    const hasBody = viewer.method !== 'HEAD' && !WITHOUT_BODY.includes(response.status)
    if (!hasBody && response.body instanceof ReadableStream) request.waitUntil(response.body.cancel())
    const nothing = viewer.method === 'HEAD' ? null : new Uint8Array()
    const { headers, body } = hasBody ? contentOf(response, request) : { ...response, body: nothing }
    const object = {
      ...{ key, status: response.status, headers },
      result: response.result === 'Miss' ? null : response.result,
      detailedResultType: response.detailedResultType ?? null,
      originBytes: fetched.kind === 'object' ? fetched.originBytes : 0,
      tags: cacheTagsOf(request, headers),
      storedAt: now,
      ageWhenStored: ageIn(headers),
    }
    const { bodyOf } = response
    sharing.tagged(object.tags)
    const lifetime = this.#lifetimeOf(object, request, now)
    if (lifetime.kind === 'uncacheable') {
      fetch.trace.add({ step: 'store', reason: lifetime.reason })
      this.#kept.remove(cacheKey, request)
      // A condition or a range of the viewer's is answered from it nevertheless.
      const expired = { ...object, freshUntil: now, staleWhileRevalidateUntil: now, staleIfErrorUntil: now }
      const served = { ...expired, body: this.#growing(body, request, headers, 0, () => {}) }
      return { kind: 'uncached', response: this.#deliver(served, 'Miss', request, undefined, bodyOf) }
    }
    const { reason, kind: _, ...times } = lifetime
    const received = { ...object, ...times }
    const unstored = unstoredFields(headers)
    const keep = (bytes: Uint8Array | null) => {
      const stored = unstored.length > 0 ? { ...received, headers: withoutHeaders(headers, unstored) } : received
      this.#kept.store(cacheKey, { ...stored, body: bytes }, request)
      fetch.trace.add({ step: 'store', reason })
    }
    const { limit } = this.#collecting
    const growing = this.#growing(body, request, headers, limit, (collected) => {
      if (collected.kind === 'whole' && sharing.isWanted()) keep(collected.bytes)
      else {
        if (collected.kind === 'too-large') this.#kept.remove(cacheKey, request)
        const why = collected.kind === 'whole' ? 'it was invalidated on its way' : NOT_KEPT[collected.kind]
        fetch.trace.add({ step: 'store', reason: `not cached: ${why}` })
      }
      sharing.over()
    })
    if (!(growing instanceof GrowingBody)) keep(growing)
    return { kind: 'object', object: { ...received, body: growing }, result: 'Miss', ...(bodyOf && { bodyOf }) }
  }

  /** A stream as a body that several can read, and that is read in this request. @param limit bytes that are kept of it */
  #growing(
    body: EdgeResponse['body'],
    { waitUntil }: LookupRequest,
    headers: readonly HeaderLine[],
    limit: number,
    onCollected: Collecting['onCollected'],
  ): ServedObject['body'] {
    if (!(body instanceof ReadableStream)) return body
    const announced = headerValue(headers, 'content-length')
    const length = /^\d+$/.test(announced) ? Number(announced) : null
    const growing = new GrowingBody({ ...this.#collecting, limit, length, onCollected })
    waitUntil(growing.readFrom(body))
    return growing
  }

  /** When an object expires; `undefined` for one that may not be cached. */
  #lifetimeOf(response: { status: number; headers: readonly HeaderLine[] }, request: LookupRequest, now: number) {
    const { MinTTL: min, DefaultTTL: usual, MaxTTL: max } = request.cachePolicy
    const errorMinimum = errorCachingMinimum(request, response.status)
    const freshness = freshnessOf(response, { min, default: usual, max }, errorMinimum, now)
    if (freshness.kind === 'uncacheable') {
      return { kind: 'uncacheable', reason: `not cached: ${freshness.reason}` } as const
    }
    const freshUntil = now + freshness.ttl * 1000
    return {
      kind: 'cacheable',
      reason: `cached for ${freshness.ttl} s`,
      freshUntil,
      staleWhileRevalidateUntil: freshUntil + freshness.staleWhileRevalidate * 1000,
      staleIfErrorUntil: freshUntil + freshness.staleIfError * 1000,
    } as const
  }
}

type Sharing = {
  /** Which cache tags it has turned out to have. */
  tagged(tags: string): void
  /** Nobody can wait for it any more. */
  over(): void
  /** Whether it may still be cached. */
  isWanted(): boolean
}

const ALONE: Sharing = { tagged() {}, over() {}, isWanted: () => true }

/** Why a body that came in is not cached. */
const NOT_KEPT: Record<Exclude<Collected['kind'], 'whole'>, string> = {
  broken: 'the origin broke off its response',
  'too-large': 'it is larger than what is kept on this machine',
  left: 'no viewer waited for its end',
}

/** Reads what a request without a viewer has fetched. */
function withoutViewer(fetched: FetchResult): void {
  if (fetched.kind === 'object' && fetched.object.body instanceof GrowingBody) fetched.object.body.goOn()
  if (fetched.kind === 'uncached' && fetched.response.body instanceof ReadableStream) {
    void fetched.response.body.cancel()
  }
}

const withoutRange = (viewer: ViewerRequest): ViewerRequest => ({
  ...viewer,
  headers: withoutHeaders(viewer.headers, ['range']),
})

/** Headers and body as they are cached: compressed, where CloudFront does that. */
function contentOf(
  { status, headers, body }: EdgeResponse,
  { fetch, key, viewer }: LookupRequest,
): Pick<EdgeResponse, 'headers' | 'body'> {
  if (body === null || (body instanceof Uint8Array && body.length === 0)) return { headers, body: new Uint8Array() }
  const accepted = (key.headers['accept-encoding'] ?? '') as AcceptedEncodings
  const encoding = fetch.behaviour.compress ? compressionOf({ status, headers }, accepted, viewer.httpVersion) : null
  if (encoding === null) return { headers, body }
  const source = body instanceof ReadableStream ? body : new Blob([body]).stream()
  return { headers: compressedHeaders(headers, encoding), body: source.pipeThrough(compressing(encoding)) }
}

const isServerError = (status: number) => status >= 500

/**
 * RFC 9111, 3.2: the headers that a 304 does not update, since the stored bytes are no others: CloudFront may have compressed
 * them. Their type is for the origin to say.
 */
const OF_THE_STORED_BODY = ['content-length', 'content-encoding', 'content-range', 'transfer-encoding']
