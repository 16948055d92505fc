import { isInvalidated } from '../../../urls/invalidation.ts'
import type { CachedObject } from './messages.ts'

/** Bytes of all caches together; a laptop has other uses for its memory. */
const MAX_BYTES = 512 * 1024 * 1024

/** One edge location's cache, in memory: the objects that were used least recently go first. */
export class LruCache {
  readonly #objects = new Map<string, CachedObject>()
  readonly #maxBytes: number
  #bytes = 0

  /** @param locations how many caches share the memory */
  constructor(locations = 1) {
    this.#maxBytes = MAX_BYTES / locations
  }

  get(slot: string): CachedObject | undefined {
    const object = this.#objects.get(slot)
    if (object === undefined) return undefined
    this.#objects.delete(slot)
    this.#objects.set(slot, object)
    return object
  }

  put(slot: string, object: CachedObject): void {
    this.delete(slot)
    this.#objects.set(slot, object)
    this.#bytes += bytesOf(object)
    for (const oldest of this.#objects.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.delete(oldest)
    }
  }

  delete(slot: string): void {
    const object = this.#objects.get(slot)
    if (object === undefined) return
    this.#objects.delete(slot)
    this.#bytes -= bytesOf(object)
  }

  /** @returns how many objects were removed */
  invalidate(paths: readonly string[]): number {
    const found = [...this.#objects].filter(([, { key, tags }]) =>
      paths.some((path) => isInvalidated(path, { ...key, tags })),
    )
    for (const [slot] of found) this.delete(slot)
    return found.length
  }
}

const bytesOf = ({ body, headers }: CachedObject) =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length, body?.length ?? 0)
