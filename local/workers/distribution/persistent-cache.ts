/** Cached objects on disk, for a cache that outlives the process: one R2 object each, its head before its body. */

import { isInvalidated } from '../../../urls/invalidation.ts'
import type { CachedObject } from './lru-cache.ts'

/** The part of an R2 bucket that is used. */
export type ObjectStore = {
  get(name: string): Promise<{ arrayBuffer(): Promise<ArrayBuffer> } | null>
  put(name: string, value: Uint8Array, options: { customMetadata: Record<string, string> }): Promise<unknown>
  delete(names: string[]): Promise<void>
  list(options: { prefix: string; cursor?: string; include: ['customMetadata'] }): Promise<{
    objects: { key: string; customMetadata?: Record<string, string> }[]
    truncated: boolean
    cursor?: string
  }>
}

/** Bytes that all metadata of an R2 object may have: R2, "Limits". What is longer is invalidated with anything. */
const METADATA_BYTES = 2_000

/** R2's `delete` takes no more names at a time. */
const AT_ONCE = 1_000

export class KeptObjects {
  readonly #store: ObjectStore
  readonly #location: string

  constructor(store: ObjectStore, location: string) {
    this.#store = store
    this.#location = location
  }

  /** What can't be read is not there: it is fetched again. */
  async recall(place: string): Promise<CachedObject | undefined> {
    try {
      const found = await this.#store.get(await this.#nameOf(place))
      return found ? unpacked(new Uint8Array(await found.arrayBuffer())) : undefined
    } catch {
      return undefined
    }
  }

  async keep(place: string, object: CachedObject): Promise<void> {
    const { path, query } = object.key
    const isShort = Buffer.byteLength(path) + Buffer.byteLength(query) < METADATA_BYTES
    const customMetadata: Record<string, string> = isShort ? { path, query } : {}
    await this.#store.put(await this.#nameOf(place), packed(object), { customMetadata })
  }

  async forget(place: string): Promise<void> {
    await this.#store.delete([await this.#nameOf(place)])
  }

  /** @returns how many objects were removed */
  async invalidate(paths: readonly string[]): Promise<number> {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await this.#store.list({
        prefix: `${this.#location}/`,
        include: ['customMetadata'],
        ...(cursor === undefined ? {} : { cursor }),
      })
      for (const { key, customMetadata } of page.objects) {
        const { path, query = '' } = customMetadata ?? {}
        if (path === undefined || paths.some((one) => isInvalidated(one, { path, query }))) names.push(key)
      }
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor !== undefined)
    for (let at = 0; at < names.length; at += AT_ONCE) await this.#store.delete(names.slice(at, at + AT_ONCE))
    return names.length
  }

  async #nameOf(place: string): Promise<string> {
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(place))
    return `${this.#location}/${Buffer.from(digest).toString('hex')}`
  }
}

/** Four bytes for the length of the head, the head as JSON, the body. */
function packed({ body, ...head }: CachedObject): Uint8Array {
  const text = Buffer.from(JSON.stringify({ ...head, hasBody: body !== null }))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text, body ?? new Uint8Array()])
}

function unpacked(bytes: Uint8Array): CachedObject {
  const start = 4 + Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32BE()
  const { hasBody, ...head } = JSON.parse(Buffer.from(bytes.subarray(4, start)).toString())
  return { ...head, body: hasBody ? bytes.slice(start) : null }
}
