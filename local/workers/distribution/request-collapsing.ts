/**
 * Fetches that are under way, and the further requests that wait for them. Developer Guide, "Simultaneous requests for the same
 * object (request collapsing)".
 */
import { isInvalidated } from '../../../urls/invalidation.ts'
import type { CacheKey } from '../../protocol/messages.ts'
import type { LookupRequest } from './cache-lookup.ts'
import { GrowingBody } from './growing-body.ts'
import type { FetchResult } from './messages.ts'

/** What a fetch reports to the list of pending ones, and asks of it. */
export type Sharing = {
  /** Which cache tags its object has turned out to have. */
  tagged(tags: string): void
  /** The fetch is over: later requests do not wait for it. */
  over(): void
  /** Whether it may still be cached: it has not been invalidated on its way. */
  isWanted(): boolean
}

/** For a fetch that no other request can wait for. */
export const ALONE: Sharing = { tagged() {}, over() {}, isWanted: () => true }

/** `tags`: as far as they are known. */
type PendingFetch = { key: CacheKey; tags: string; result: Promise<FetchResult> }

export class PendingFetches {
  readonly #bySlot = new Map<string, PendingFetch>()

  get(slot: string): Promise<FetchResult> | undefined {
    return this.#bySlot.get(slot)?.result
  }

  /** Starts a fetch that further requests for the slot wait for, until its body is there. */
  start(
    slot: string,
    { key, waitUntil }: LookupRequest,
    fetch: (sharing: Sharing) => Promise<FetchResult>,
  ): Promise<FetchResult> {
    const isWanted = () => this.#bySlot.get(slot) === pending
    const over = () => {
      if (isWanted()) this.#bySlot.delete(slot)
    }
    const tagged = (tags: string) => {
      pending.tags = tags
    }
    const result = fetch({ tagged, over, isWanted })
    const pending: PendingFetch = { key, tags: '', result }
    this.#bySlot.set(slot, pending)
    result.then((fetched) => {
      if (fetched.kind === 'uncached' || !(fetched.object.body instanceof GrowingBody)) over()
    }, over)
    // The fetch goes on after the viewer that it began for has left: others may wait for it.
    waitUntil(result.catch(() => {}))
    return result
  }

  /**
   * Requests that wait already get the object, but it is not cached, and later requests fetch anew.
   * @param tenant `undefined`: all tenants'
   */
  invalidate(paths: readonly string[], tenant: string | undefined): void {
    for (const [slot, { key, tags }] of this.#bySlot) {
      const isTheirs = tenant === undefined || key.tenant === tenant
      if (isTheirs && paths.some((path) => isInvalidated(path, { ...key, tags }))) this.#bySlot.delete(slot)
    }
  }
}
