/** An edge location's cache on disk, which outlives the process: one R2 object for each cached object. */

import { isInvalidated } from '../../../urls/invalidation.ts'
import { written } from '../s3/disk-patience.ts'
import type { CachedObject } from './messages.ts'

/** Bytes that all metadata of an R2 object may have: R2, "Limits". An object whose path and tags are longer goes with any invalidation. */
const METADATA_BYTES = 2_000

/** How long nothing is written after a write that failed: one that hangs holds its object in memory. */
const REST_MILLISECONDS = 30_000

/** R2's `delete` takes no more names at a time. */
const DELETED_AT_ONCE = 1_000

export class PersistentCache {
  readonly #store: R2Bucket
  readonly #location: string
  /** Milliseconds since 1970: nothing is written before, as the disk may be full. */
  #restsUntil = 0

  /** @param location name of the edge location */
  constructor(store: R2Bucket, location: string) {
    this.#store = store
    this.#location = location
  }

  /** An object that can't be read counts as absent: it is fetched again. */
  async get(slot: string): Promise<CachedObject | undefined> {
    try {
      const found = await this.#store.get(await this.#nameOf(slot))
      return found ? unpackedObject(new Uint8Array(await found.arrayBuffer())) : undefined
    } catch {
      return undefined
    }
  }

  /** What can't be written is kept in memory alone; the host says so. */
  async put(slot: string, object: CachedObject): Promise<void> {
    if (Date.now() < this.#restsUntil) return
    const { key, tags } = object
    const { tenant, path, query } = key
    const isShort = Buffer.byteLength(path + query + tags) < METADATA_BYTES
    const customMetadata: Record<string, string> = {
      ...(tenant === undefined ? {} : { tenant }),
      ...(isShort ? { path, query, ...(tags === '' ? {} : { tags }) } : {}),
    }
    const stored = this.#store.put(await this.#nameOf(slot), packedObject(object), { customMetadata })
    await written(stored, () => new Error('the disk takes nothing')).catch(() => {
      this.#restsUntil = Date.now() + REST_MILLISECONDS
    })
  }

  async delete(slot: string): Promise<void> {
    await this.#store.delete([await this.#nameOf(slot)])
  }

  /** @param tenant `undefined`: all tenants' @returns how many objects were removed */
  async invalidate(paths: readonly string[], tenant?: string): Promise<number> {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await this.#store.list({
        prefix: `${this.#location}/`,
        include: ['customMetadata'],
        ...(cursor === undefined ? {} : { cursor }),
      })
      for (const { key, customMetadata } of page.objects) {
        const { tenant: owner, path, query = '', tags = '' } = customMetadata ?? {}
        if (tenant !== undefined && owner !== tenant) continue
        if (path === undefined || paths.some((one) => isInvalidated(one, { path, query, tags }))) names.push(key)
      }
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor !== undefined)
    for (let at = 0; at < names.length; at += DELETED_AT_ONCE) {
      await this.#store.delete(names.slice(at, at + DELETED_AT_ONCE))
    }
    return names.length
  }

  async #nameOf(slot: string): Promise<string> {
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(slot))
    return `${this.#location}/${Buffer.from(digest).toString('hex')}`
  }
}

/** Four bytes for the length of the head, the head as JSON, the body. */
function packedObject({ body, ...head }: CachedObject): Uint8Array {
  const text = Buffer.from(JSON.stringify({ ...head, hasBody: body !== null }))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([length, text, body ?? new Uint8Array()])
}

/** What objects that an earlier version kept do not have. */
const ADDED_LATER = { tags: '', ageWhenStored: 0 }

function unpackedObject(bytes: Uint8Array): CachedObject {
  const start = 4 + Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32BE()
  const { hasBody, ...head } = JSON.parse(Buffer.from(bytes.subarray(4, start)).toString())
  return { ...ADDED_LATER, ...head, body: hasBody ? bytes.slice(start) : null }
}
