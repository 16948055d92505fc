import { isInvalidated } from '../../../urls/invalidation.ts'
import type { CacheKey, HeaderLine, ResultType } from '../../protocol/messages.ts'

/** An object in the cache of an edge location. Times in milliseconds since 1970. */
export type CachedObject = {
  key: CacheKey
  status: number
  /** As origin-response left them. */
  headers: HeaderLine[]
  /** Null: what came of a HEAD, which can't answer a GET. */
  body: Uint8Array | null
  /** What `x-cache` says of it in place of Hit and Miss; null for what is neither generated nor an error. */
  result: ResultType | null
  /** Of a failure: `x-edge-detailed-result-type`. */
  reason: string | null
  /** Of the origin's body, as it announced it. */
  originBytes: number
  storedAt: number
  freshUntil: number
  /** Until when it may be served while it is being revalidated. */
  revalidatingUntil: number
  /** Until when it may be served in place of an error. */
  insteadOfErrorUntil: number
}

/** Bytes of all caches together; a laptop has other things to remember. */
const MOST_BYTES = 512 * 1024 * 1024

/** One edge location's cache: least recently used objects go first. */
export class EdgeCache {
  readonly #objects = new Map<string, CachedObject>()
  readonly #most: number
  #bytes = 0

  constructor(locations = 1) {
    this.#most = MOST_BYTES / locations
  }

  get(key: string): CachedObject | undefined {
    const object = this.#objects.get(key)
    if (object === undefined) return undefined
    this.#objects.delete(key)
    this.#objects.set(key, object)
    return object
  }

  put(key: string, object: CachedObject): void {
    this.delete(key)
    this.#objects.set(key, object)
    this.#bytes += bytesOf(object)
    for (const oldest of this.#objects.keys()) {
      if (this.#bytes <= this.#most) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const object = this.#objects.get(key)
    if (object === undefined) return
    this.#objects.delete(key)
    this.#bytes -= bytesOf(object)
  }

  /** @returns how many objects were removed */
  invalidate(paths: readonly string[]): number {
    const found = [...this.#objects].filter(([, { key }]) => paths.some((path) => isInvalidated(path, key)))
    for (const [key] of found) this.delete(key)
    return found.length
  }
}

const bytesOf = ({ body, headers }: CachedObject) =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length, body?.length ?? 0)
