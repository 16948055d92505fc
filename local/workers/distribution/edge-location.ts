/**
 * An edge location: its cache, and what of it is on its way. Developer Guide, "Manage how long content stays in the
 * cache (expiration)", "How CloudFront processes and caches HTTP 4xx and 5xx status codes from your origin",
 * "Simultaneous requests for the same object (request collapsing)".
 */

import { hasHeader, withoutHeaders } from '../../protocol/header-lines.ts'
import type { HeaderLine, ResultType, ViewerRequest } from '../../protocol/messages.ts'
import { type CacheableRequest, minimumOf, originBound, placeIn, validatorsOf } from './cache-lookup.ts'
import type { Clock } from './clock.ts'
import { compressed } from './compress.ts'
import type { AcceptedEncodings } from './compression.ts'
import { answerFromCache } from './delivery.ts'
import { type Backend, type FetchedObject, fetchObject, responseOf } from './fetch-object.ts'
import { freshnessOf, unstoredFields } from './freshness.ts'
import type { EdgeResponse } from './generated-responses.ts'
import { keyText } from './key.ts'
import type { CachedObject, EdgeCache } from './lru-cache.ts'
import type { KeptObjects } from './persistent-cache.ts'

/** What came of asking the origin: an object that is in the cache now, or an answer for this request alone. */
type Fetching =
  /** `asWhole`: the origin was asked for a part and sent all, which is what the viewer gets: "Range GETs". */
  | { kind: 'stored'; object: CachedObject; result: ResultType; asWhole?: boolean }
  | { kind: 'passed'; response: EdgeResponse }

export class EdgeLocation {
  readonly name: string
  readonly #cache: EdgeCache
  readonly #kept: KeptObjects | undefined
  readonly #backend: Backend
  readonly #clock: Clock
  readonly #underWay = new Map<string, Promise<Fetching>>()

  /** @param kept where the cache outlives the process */
  constructor(name: string, cache: EdgeCache, kept: KeptObjects | undefined, backend: Backend, clock: Clock) {
    this.name = name
    this.#cache = cache
    this.#kept = kept
    this.#backend = backend
    this.#clock = clock
  }

  /** @returns how many objects were removed */
  async invalidate(paths: readonly string[]): Promise<number> {
    const removed = this.#cache.invalidate(paths)
    return Math.max(removed, (await this.#kept?.invalidate(paths)) ?? 0)
  }

  async answer(asked: CacheableRequest): Promise<EdgeResponse> {
    const { viewer, object } = asked
    const now = this.#clock.now()
    const text = keyText(asked.key)
    const cached = this.#find(text, viewer) ?? (this.#kept ? await this.#recall(text, viewer) : undefined)
    if (cached && now < cached.freshUntil) return this.#deliver(cached, 'Hit', asked, 'fresh in the cache')
    const place = placeIn(text, viewer)
    if (cached && now < cached.revalidatingUntil) {
      if (!this.#underWay.has(place)) asked.waitUntil(this.#fetchOnce(place, text, asked, cached).catch(() => {}))
      return this.#deliver(cached, 'Hit', asked, 'stale, and served while it is revalidated')
    }
    const underWay = this.#underWay.get(place)
    if (underWay) {
      const fetching = await underWay
      // An object that lives for no time is no answer to another request.
      if (fetching.kind === 'stored' && this.#clock.now() < fetching.object.freshUntil)
        return this.#deliver(fetching.object, 'Hit', asked, 'came with another request')
      // What can't be cached can't be shared.
      return this.#passOn(await this.#fetch(text, asked, cached), asked)
    }
    object.trace.add({
      step: 'cache',
      result: 'Miss',
      says: cached ? 'expired: asks the origin again' : 'not in the cache',
    })
    return this.#passOn(await this.#fetchOnce(place, text, asked, cached), asked)
  }

  /** An object that can answer this method, and this range. */
  #find(text: string, viewer: ViewerRequest): CachedObject | undefined {
    const whole = viewer.method === 'OPTIONS' ? undefined : this.#cache.get(text)
    if (whole && (whole.body !== null || viewer.method === 'HEAD')) return whole
    return this.#cache.get(placeIn(text, viewer))
  }

  async #recall(text: string, viewer: ViewerRequest): Promise<CachedObject | undefined> {
    for (const place of new Set([text, placeIn(text, viewer)])) {
      const object = await this.#kept?.recall(place)
      if (object) this.#cache.put(place, object)
    }
    return this.#find(text, viewer)
  }

  #store(text: string, object: CachedObject, { viewer, waitUntil }: CacheableRequest): void {
    const isPartial = object.status === 206 || object.body === null || viewer.method === 'OPTIONS'
    const place = isPartial ? placeIn(text, viewer) : text
    this.#cache.put(place, object)
    if (this.#kept) waitUntil(this.#kept.keep(place, object))
  }

  /** What an OPTIONS request brings says nothing of the object that a GET gets. */
  #remove(text: string, { viewer, waitUntil }: CacheableRequest): void {
    const own = placeIn(text, viewer)
    for (const place of viewer.method === 'OPTIONS' ? [own] : new Set([text, own])) {
      this.#cache.delete(place)
      if (this.#kept) waitUntil(this.#kept.forget(place))
    }
  }

  #fetchOnce(place: string, text: string, asked: CacheableRequest, cached: CachedObject | undefined) {
    const fetching = this.#fetch(text, asked, cached).finally(() => this.#underWay.delete(place))
    this.#underWay.set(place, fetching)
    // A viewer that leaves does not take along those who wait for the same object.
    asked.waitUntil(fetching.catch(() => {}))
    return fetching
  }

  #passOn(fetching: Fetching, asked: CacheableRequest): EdgeResponse {
    if (fetching.kind === 'passed') return fetching.response
    const { headers } = asked.viewer
    const viewer = fetching.asWhole ? { ...asked.viewer, headers: withoutHeaders(headers, ['range']) } : asked.viewer
    return this.#deliver(fetching.object, fetching.result, { ...asked, viewer }, undefined)
  }

  #deliver(object: CachedObject, result: ResultType, asked: CacheableRequest, says: string | undefined): EdgeResponse {
    const own = object.result !== null && (object.status >= 400 || result === 'Miss') ? object.result : result
    if (says !== undefined) asked.object.trace.add({ step: 'cache', result: own, says })
    const answer = answerFromCache(object, asked.viewer, result, this.#clock.now(), asked.object.requestId)
    const { originBytes, reason } = object
    return answer.result === result ? { ...answer, result: own, originBytes, ...(reason && { reason }) } : answer
  }

  async #fetch(text: string, asked: CacheableRequest, cached: CachedObject | undefined): Promise<Fetching> {
    // "Cache content based on cookies": no conditional requests where cookies are forwarded.
    const validators = cached && !asked.forwardsCookies ? validatorsOf(cached) : []
    const request = originBound(asked, cached)
    const fetched = await fetchObject(this.#backend, { ...asked.object, request, validators })
    const now = this.#clock.now()
    const stale =
      cached && isServerError(fetched.status) ? this.#staleInstead(cached, fetched.status, asked, now) : undefined
    if (stale) {
      if (fetched.kind === 'object' && fetched.body instanceof ReadableStream) await fetched.body.cancel()
      return { kind: 'stored', object: stale, result: 'RefreshHit' }
    }
    if (cached && validators.length > 0 && fetched.kind === 'object' && fetched.status === 304) {
      return this.#revalidated(text, asked, cached, fetched.headers, now)
    }
    const received = await this.#received(text, asked, fetched, now)
    const asWhole = hasHeader(request.headers, 'range') && fetched.status === 200
    return received.kind === 'stored' ? { ...received, asWhole } : received
  }

  /** An expired object in place of a 5xx, and for how long before the origin is asked again. */
  #staleInstead(cached: CachedObject, status: number, asked: CacheableRequest, now: number): CachedObject | undefined {
    if (cached.status >= 400 || now >= cached.insteadOfErrorUntil) return undefined
    cached.freshUntil = now + minimumOf(asked, status) * 1000
    asked.object.trace.add({
      step: 'store',
      says: `the origin answered ${status}: the expired object is served instead`,
    })
    return cached
  }

  /** @param confirmation headers of the origin's 304 */
  #revalidated(
    text: string,
    asked: CacheableRequest,
    cached: CachedObject,
    confirmation: readonly HeaderLine[],
    now: number,
  ): Fetching {
    const received = withoutHeaders(confirmation, OF_THE_BODY)
    const names = received.map(([name]) => name)
    const headers = [...withoutHeaders(cached.headers, names), ...received]
    const object = { ...cached, headers, storedAt: now }
    const lives = this.#lifeOf(object, asked, now)
    if (lives === undefined) {
      this.#remove(text, asked)
      return {
        kind: 'passed',
        response: answerFromCache(object, asked.viewer, 'RefreshHit', now, asked.object.requestId),
      }
    }
    Object.assign(object, lives)
    this.#store(text, object, asked)
    return { kind: 'stored', object, result: 'RefreshHit' }
  }

  async #received(text: string, asked: CacheableRequest, fetched: FetchedObject, now: number): Promise<Fetching> {
    const response = responseOf(fetched, asked.object.requestId)
    let body: Uint8Array | null
    try {
      body = response.body instanceof ReadableStream ? await bytesOf(response.body) : response.body
    } catch {
      const says = 'The origin closed the connection before the end of its response.'
      return this.#received(
        text,
        asked,
        { kind: 'failed', status: 502, result: 'Error', reason: 'OriginReadError', says },
        now,
      )
    }
    const { method } = asked.viewer
    const plain = {
      status: response.status,
      headers: response.headers,
      body: method === 'HEAD' ? null : (body ?? new Uint8Array()),
    }
    const made = asked.object.behaviour.compress
      ? compressed(plain, (asked.key.headers['accept-encoding'] ?? '') as AcceptedEncodings, asked.viewer.httpVersion)
      : plain
    const result = response.result === 'Miss' ? null : response.result
    const originBytes = fetched.kind === 'object' ? fetched.originBytes : 0
    const { reason = null } = response
    const object = { ...made, key: asked.key, result, reason, originBytes, storedAt: now }
    const lives = this.#lifeOf(object, asked, now)
    if (lives === undefined) {
      this.#remove(text, asked)
      const passed = { ...object, freshUntil: now, revalidatingUntil: now, insteadOfErrorUntil: now }
      return { kind: 'passed', response: this.#deliver(passed, 'Miss', asked, undefined) }
    }
    const received: CachedObject = { ...object, ...lives }
    const unstored = unstoredFields(object.headers)
    const stored = unstored.length > 0 ? { ...received, headers: withoutHeaders(object.headers, unstored) } : received
    this.#store(text, stored, asked)
    return { kind: 'stored', object: received, result: 'Miss' }
  }

  /** When an object expires; `undefined` for one that may not be cached. */
  #lifeOf(response: { status: number; headers: readonly HeaderLine[] }, asked: CacheableRequest, now: number) {
    const { MinTTL: min, DefaultTTL: usual, MaxTTL: max } = asked.policy
    const freshness = freshnessOf(response, { min, default: usual, max }, minimumOf(asked, response.status), now)
    const { trace } = asked.object
    if (freshness.kind === 'uncacheable') {
      trace.add({ step: 'store', says: `not cached: ${freshness.because}` })
      return undefined
    }
    trace.add({ step: 'store', says: `cached for ${freshness.ttl} s` })
    const freshUntil = now + freshness.ttl * 1000
    return {
      freshUntil,
      revalidatingUntil: freshUntil + freshness.staleWhileRevalidate * 1000,
      insteadOfErrorUntil: freshUntil + freshness.staleIfError * 1000,
    }
  }
}

const isServerError = (status: number) => status >= 500

/** RFC 9111, 3.2: what a 304 does not update. */
const OF_THE_BODY = ['content-length', 'content-encoding', 'content-type', 'content-range', 'transfer-encoding']

/** @throws if the stream breaks off */
async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
