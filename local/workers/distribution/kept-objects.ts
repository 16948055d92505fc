/**
 * The objects that an edge location keeps: in memory, and on disk too where the cache outlives the process. Which of them
 * answers a request.
 */

import { hasHeader } from '../../platform/header-lines.ts'
import type { ViewerRequest } from '../../protocol/messages.ts'
import { isAbout, type LookupRequest, partAnswers, slotOf } from './cache-lookup.ts'
import type { LruCache } from './lru-cache.ts'
import type { CachedObject } from './messages.ts'
import { PartIndex } from './part-index.ts'
import type { PersistentCache } from './persistent-cache.ts'

export class KeptObjects {
  readonly #cache: LruCache
  readonly #persistent: PersistentCache | undefined
  readonly #parts = new PartIndex()

  constructor(cache: LruCache, persistent: PersistentCache | undefined) {
    this.#cache = cache
    this.#persistent = persistent
  }

  /** An object that can answer this method, and this range, in memory or else on disk; a fresh one, if there is any. */
  async find(request: LookupRequest, now: number): Promise<CachedObject | undefined> {
    return this.#findInMemory(request, now) ?? (await this.#findPersistent(request, now))
  }

  /** @param tenant `undefined`: all tenants' @returns how many objects were removed */
  async invalidate(paths: readonly string[], tenant: string | undefined): Promise<number> {
    const removed = this.#cache.invalidate(paths, tenant)
    return Math.max(removed, (await this.#persistent?.invalidate(paths, tenant)) ?? 0)
  }

  store(object: CachedObject, request: LookupRequest): void {
    const { cacheKey, viewer, waitUntil } = request
    const isPartial = object.status === 206 || object.body === null || viewer.method === 'OPTIONS'
    const slot = isPartial ? slotOf(request) : cacheKey
    this.#put(cacheKey, slot, object)
    if (this.#persistent) waitUntil(this.#persistent.put(slot, object))
  }

  /** The response to an OPTIONS request says nothing of the object that a GET gets. */
  remove(request: LookupRequest): void {
    const { cacheKey, viewer, waitUntil } = request
    const own = slotOf(request)
    for (const slot of viewer.method === 'OPTIONS' ? [own] : new Set([cacheKey, own])) {
      this.#cache.delete(slot)
      if (this.#persistent) waitUntil(this.#persistent.delete(slot))
    }
  }

  #findInMemory(request: LookupRequest, now: number): CachedObject | undefined {
    const { cacheKey, viewer } = request
    const whole = viewer.method === 'OPTIONS' ? undefined : this.#cache.get(cacheKey)
    const own = this.#cache.get(slotOf(request))
    const found = [whole, own].filter((object) => object && isAnswer(object, viewer)) as CachedObject[]
    const fresh = found.find(({ freshUntil }) => now < freshUntil)
    if (fresh || !hasHeader(viewer.headers, 'range')) return fresh ?? found[0]
    const parts = this.#parts.slotsOf(cacheKey).flatMap((slot) => this.#cache.get(slot) ?? [])
    const usable = parts.filter((part) => partAnswers(part, viewer))
    return usable.find(({ freshUntil }) => now < freshUntil) ?? found[0] ?? usable[0]
  }

  /** The same, after the objects on disk have been read into the cache. */
  async #findPersistent(request: LookupRequest, now: number): Promise<CachedObject | undefined> {
    if (!this.#persistent) return undefined
    for (const slot of new Set([request.cacheKey, slotOf(request)])) {
      const object = await this.#persistent.get(slot)
      if (object) this.#put(request.cacheKey, slot, object)
    }
    return this.#findInMemory(request, now)
  }

  #put(cacheKey: string, slot: string, object: CachedObject): void {
    this.#cache.put(slot, object)
    if (object.status === 206) this.#parts.add(cacheKey, slot)
  }
}

/** Whether an object of a request's own slot, or of the whole's, answers it. */
const isAnswer = (object: CachedObject, viewer: ViewerRequest): boolean =>
  (object.body !== null || viewer.method === 'HEAD') && isAbout(object, viewer)
