/**
 * The body of an origin's response while it comes in: viewers get it from its first byte on, and the cache gets it when it is
 * whole. Developer Guide, "How CloudFront processes partial requests for an object"; "Request and response behavior for
 * custom origins", "Canceled requests", "Dropped TCP connections" and "Maximum cacheable file size".
 *
 * A stream may be read in the request that made it alone: workerd, "Cannot perform I/O on behalf of a different request". So
 * one request reads, and the others get what it has read: see `waiting.ts`.
 */

import { joined, readerOf } from './chunks.ts'
import type { Room } from './room.ts'
import type { Viewers } from './viewers.ts'
import { whileWaiting } from './waiting.ts'

/** How far bytes are read ahead of the viewer that is furthest, or, if they are not collected, of the one that is last. */
const AHEAD = 1024 * 1024

/** Milliseconds in which a viewer begins to read, or has left before there was anything to read. */
const PATIENCE = 5_000

/** Milliseconds that a body stays open for without a viewer, such as during a revalidation. */
const PATIENCE_WITHOUT_VIEWERS = 60_000

/** Milliseconds between looks at these. */
const LOOKS = 1_000

export type Collected =
  | { kind: 'whole'; bytes: Uint8Array }
  /** `broken`: the origin ended it before its end; `left`: all viewers did. */
  | { kind: 'too-large' | 'broken' | 'left' }

export type Collecting = {
  /** Bytes; of a larger body nothing is kept. */
  limit: number
  room: Room
  viewers: Viewers
  /** As the origin announced it; null where it did not. */
  length: number | null
  /** Called once: before anybody sees the end of a body that is whole, or as soon as it is not going to be collected. */
  onCollected(collected: Collected): void
}

/** `next`: number of the chunk that it gets next; `at`: where that begins, in bytes. */
type Reader = { next: number; at: number; since: number; isReading: boolean; remove(): void }

export class GrowingBody {
  readonly #collecting: Collecting
  readonly #readers = new Set<Reader>()
  #chunks: Uint8Array[] = []
  /** How many chunks have been dropped, because every reader had them and they are not collected. */
  #dropped = 0
  #received = 0
  #taken = 0
  #isCollected = false
  #isWhole = false
  #state: 'collecting' | 'passing' | 'ended' | 'broken' = 'collecting'
  #error: unknown
  /** Since when it is read to its end although no viewer may be reading; null: it is read only as far as viewers read. */
  #withoutViewersSince: number | null = null
  #more = Promise.withResolvers<void>()
  #wanted = Promise.withResolvers<void>()
  readonly #left = Promise.withResolvers<void>()
  readonly #since = Date.now()

  constructor(collecting: Collecting) {
    this.#collecting = collecting
    if (collecting.length !== null && collecting.length > collecting.limit) this.#pass('too-large')
  }

  /** Whether a viewer that comes now can still be sent all of it. */
  get isJoinable(): boolean {
    return this.#state === 'collecting' || this.#isWhole
  }

  /** Reads on to the end, for the cache, although no viewer may be reading. */
  goOn(): void {
    if (this.#state === 'collecting') this.#withoutViewersSince ??= Date.now()
    this.#wanted.resolve()
  }

  /**
   * Reads `source` to its end, in the request that `source` belongs to, and no further ahead of the viewers than `AHEAD`. Never
   * rejects.
   */
  async readFrom(source: ReadableStream<Uint8Array>): Promise<void> {
    const reader = readerOf(source)
    let hasLeft = false
    void this.#left.promise.then(() => {
      hasLeft = true
      this.#wanted.resolve()
      return reader.cancel().catch(() => {})
    })
    const looks = setInterval(() => this.#lookForViewers(), LOOKS)
    try {
      for (;;) {
        while (!hasLeft && !this.#isWanted()) {
          this.#wanted = Promise.withResolvers()
          await this.#wanted.promise
        }
        const { value } = await reader.read()
        if (hasLeft) break
        if (value === undefined) {
          this.#end()
          break
        }
        this.#add(value)
      }
    } catch (error) {
      if (!hasLeft) {
        this.#state = 'broken'
        this.#error = error
        this.#collected({ kind: 'broken' })
      }
    } finally {
      clearInterval(looks)
      if (hasLeft) this.#collected({ kind: 'left' })
      if (this.#state !== 'broken') this.#state = 'ended'
      this.#wake()
    }
  }

  /**
   * The bytes from `first` to `last`, both included. Whoever has them all need not wait for the others.
   * @param requestId of the viewer that they are for
   */
  stream(requestId: string, first = 0, last = Number.POSITIVE_INFINITY): ReadableStream<Uint8Array> {
    const reader: Reader = { next: 0, at: 0, since: Date.now(), isReading: false, remove() {} }
    this.#readers.add(reader)
    reader.remove = this.#collecting.viewers.add(requestId, () => this.#leave(reader, false))
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
      reader.isReading = true
      for (;;) {
        const chunk = this.#chunks[reader.next - this.#dropped]
        if (chunk) {
          const part = chunk.subarray(Math.max(0, first - reader.at), Math.max(0, last + 1 - reader.at))
          reader.next += 1
          reader.at += chunk.length
          this.#drop()
          this.#wanted.resolve()
          if (part.length > 0) controller.enqueue(part)
          if (reader.at > last) {
            this.#leave(reader, true)
            return controller.close()
          }
          if (part.length > 0) return
        } else if (this.#state === 'broken') {
          this.#remove(reader)
          return controller.error(this.#error)
        } else if (this.#state === 'ended') {
          this.#remove(reader)
          return controller.close()
        } else {
          this.#wanted.resolve()
          await whileWaiting(this.#more.promise)
        }
      }
    }
    // Nothing is read before the viewer's connection asks for it: that tells that there is one.
    return new ReadableStream({ pull, cancel: () => this.#leave(reader, false) }, { highWaterMark: 0 })
  }

  #isWanted(): boolean {
    if (this.#state === 'collecting' && this.#withoutViewersSince !== null) return true
    const positions = [...this.#readers].map(({ at }) => at)
    const position = this.#state === 'collecting' ? Math.max(0, ...positions) : Math.min(...positions)
    return this.#received < (positions.length > 0 ? position : 0) + AHEAD
  }

  #add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#received += chunk.length
    if (this.#state === 'collecting') {
      if (this.#received <= this.#collecting.limit && this.#collecting.room.take(chunk.length)) {
        this.#taken += chunk.length
      } else this.#pass('too-large')
    }
    // Whoever knows the length has seen the end with the last byte.
    if (this.#received === this.#collecting.length) this.#collectWhole()
    this.#drop()
    this.#wake()
  }

  /** "Dropped TCP connections": what is not as long as was announced is not cached. */
  #end(): void {
    const { length } = this.#collecting
    if (length !== null && this.#received !== length) this.#collected({ kind: 'broken' })
    this.#collectWhole()
    this.#state = 'ended'
  }

  #collectWhole(): void {
    if (this.#state !== 'collecting' || this.#isCollected) return
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first ? first : joined(this.#chunks, this.#received)
    this.#collected({ kind: 'whole', bytes })
  }

  /** From here on, bytes are kept for as long as a reader lacks them, and no longer. */
  #pass(kind: 'too-large'): void {
    this.#state = 'passing'
    this.#withoutViewersSince = null
    this.#collected({ kind })
    this.#drop()
    if (this.#readers.size === 0 && this.#received > 0) this.#left.resolve()
  }

  #collected(collected: Collected): void {
    this.#collecting.room.giveBack(this.#taken)
    this.#taken = 0
    if (this.#isCollected) return
    this.#isCollected = true
    this.#isWhole = collected.kind === 'whole'
    this.#collecting.onCollected(collected)
  }

  #drop(): void {
    if (this.#state !== 'passing' || this.#readers.size === 0) return
    const next = Math.min(...[...this.#readers].map((reader) => reader.next))
    const count = Math.min(next - this.#dropped, this.#chunks.length)
    if (count <= 0) return
    this.#chunks.splice(0, count)
    this.#dropped += count
  }

  /** @param hasAll what is still to come may be for the cache */
  #leave(reader: Reader, hasAll: boolean): void {
    if (!this.#remove(reader) || this.#readers.size > 0) {
      this.#drop()
      this.#wanted.resolve()
      return
    }
    if (hasAll) this.goOn()
    if (this.#withoutViewersSince === null) this.#left.resolve()
  }

  #remove(reader: Reader): boolean {
    reader.remove()
    return this.#readers.delete(reader)
  }

  #lookForViewers(): void {
    const now = Date.now()
    for (const reader of this.#readers) {
      if (!reader.isReading && now - reader.since > PATIENCE) this.#leave(reader, false)
    }
    if (this.#readers.size > 0) return
    const since = this.#withoutViewersSince
    const isOver = since === null ? now - this.#since > PATIENCE : now - since > PATIENCE_WITHOUT_VIEWERS
    if (isOver) this.#left.resolve()
  }

  #wake(): void {
    const { resolve } = this.#more
    this.#more = Promise.withResolvers()
    resolve()
  }
}

/** A body that is for one viewer alone, and not kept. */
export function passing(
  source: ReadableStream<Uint8Array>,
  requestId: string,
  shared: Pick<Collecting, 'room' | 'viewers'>,
  waitUntil: (work: Promise<unknown>) => void,
): ReadableStream<Uint8Array> {
  const body = new GrowingBody({ ...shared, limit: 0, length: null, onCollected() {} })
  const stream = body.stream(requestId)
  waitUntil(body.readFrom(source))
  return stream
}
