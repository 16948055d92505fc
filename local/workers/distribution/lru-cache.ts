import { isInvalidated } from '../../../urls/invalidation.ts'
import type { CachedObject } from './messages.ts'

/** Bytes of all caches together; a laptop has other uses for its memory. */
const MAX_BYTES = 512 * 1024 * 1024

/** Measured: by so much workerd's memory grew for 30,000 URLs of 8,000 characters. The collector leaves room between texts. */
const CHARACTER_BYTES = 3

/** What a header line, and an object, take besides texts and body. */
const LINE_BYTES = 64
const OBJECT_BYTES = 1_024

/** `bytes`: what the object and its key take. */
type Entry = { object: CachedObject; bytes: number }

/** One edge location's cache, in memory: the objects that were used least recently go first. */
export class LruCache {
  readonly #entries = new Map<string, Entry>()
  readonly #maxBytes: number
  #bytes = 0

  /** @param locations how many caches share the memory */
  constructor(locations = 1) {
    this.#maxBytes = MAX_BYTES / locations
  }

  get(slot: string): CachedObject | undefined {
    const entry = this.#entries.get(slot)
    if (entry === undefined) return undefined
    this.#entries.delete(slot)
    this.#entries.set(slot, entry)
    return entry.object
  }

  put(slot: string, object: CachedObject): void {
    this.delete(slot)
    const bytes = bytesOf(slot, object)
    this.#entries.set(slot, { object, bytes })
    this.#bytes += bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.delete(oldest)
    }
  }

  delete(slot: string): void {
    const entry = this.#entries.get(slot)
    if (entry === undefined) return
    this.#entries.delete(slot)
    this.#bytes -= entry.bytes
  }

  /** @param tenant `undefined`: all tenants' @returns how many objects were removed */
  invalidate(paths: readonly string[], tenant?: string): number {
    const found = [...this.#entries].filter(
      ([
        ,
        {
          object: { key, tags },
        },
      ]) =>
        (tenant === undefined || key.tenant === tenant) && paths.some((path) => isInvalidated(path, { ...key, tags })),
    )
    for (const [slot] of found) this.delete(slot)
    return found.length
  }
}

/** The key is there twice: as the slot's text, and in its parts. */
function bytesOf(slot: string, { key, tags, headers, body }: CachedObject): number {
  const lines = [...headers, ...Object.entries(key.headers)]
  const texts = [slot, key.path, key.query, key.cookies, tags, ...lines.flat()]
  const characters = texts.reduce((sum, text) => sum + text.length, 0)
  return (body?.length ?? 0) + CHARACTER_BYTES * characters + LINE_BYTES * lines.length + OBJECT_BYTES
}
