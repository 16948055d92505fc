/**
 * Caches, many at a time: which objects each of them holds, until when, and which of them goes first. Objects and caches are
 * numbers, and all that is known of them is in typed arrays: some 32 to 64 bytes for each pair that was ever asked for, and 16
 * to 32 more where caches are bounded, so that the order of use has to be known.
 */

/** When what is not there expires. */
export const ABSENT = Number.NEGATIVE_INFINITY

const FIRST_SIZE = 1 << 12
const NONE = -1

export class CacheModel {
  readonly #capacity: number
  readonly #places: number
  #table = new Int32Array(FIRST_SIZE).fill(NONE)
  #count = 0
  #keys = new Float64Array(FIRST_SIZE / 2)
  #expiries = new Float64Array(FIRST_SIZE / 2)
  readonly #isBounded: boolean
  #sizes: Float64Array
  #newer: Int32Array
  #older: Int32Array
  #newest: Int32Array
  #oldest: Int32Array
  #used: Float64Array

  /**
   * @param places how many caches
   * @param capacity bytes that each of them holds; beyond it the least recently used goes. `Infinity`: nothing ever goes
   */
  constructor(places: number, capacity: number) {
    this.#places = places
    this.#capacity = capacity
    this.#isBounded = Number.isFinite(capacity)
    const size = this.#isBounded ? FIRST_SIZE / 2 : 0
    this.#sizes = new Float64Array(size)
    this.#newer = new Int32Array(size)
    this.#older = new Int32Array(size)
    this.#newest = new Int32Array(places).fill(NONE)
    this.#oldest = new Int32Array(places).fill(NONE)
    this.#used = new Float64Array(places)
  }

  /** When it expires, or has expired, in seconds; `ABSENT` where it is not there. It has been used now. */
  expiryOf(place: number, object: number): number {
    const slot = this.#slotOf(place, object)
    const expiry = this.#expiries[slot] as number
    if (expiry === ABSENT || !this.#isBounded) return expiry
    this.#unlink(place, slot)
    this.#link(place, slot)
    return expiry
  }

  keep(place: number, object: number, expiry: number, bytes: number): void {
    const slot = this.#slotOf(place, object)
    if (!this.#isBounded) {
      this.#expiries[slot] = expiry
      return
    }
    if (this.#expiries[slot] !== ABSENT) this.#unlink(place, slot)
    // What is larger than a cache never was in it.
    if (bytes > this.#capacity) {
      this.#expiries[slot] = ABSENT
      return
    }
    this.#expiries[slot] = expiry
    this.#sizes[slot] = bytes
    this.#link(place, slot)
    while ((this.#used[place] as number) > this.#capacity) {
      const oldest = this.#oldest[place] as number
      this.#unlink(place, oldest)
      this.#expiries[oldest] = ABSENT
    }
  }

  #link(place: number, slot: number): void {
    const newest = this.#newest[place] as number
    this.#older[slot] = newest
    this.#newer[slot] = NONE
    if (newest === NONE) this.#oldest[place] = slot
    else this.#newer[newest] = slot
    this.#newest[place] = slot
    this.#used[place] = (this.#used[place] as number) + (this.#sizes[slot] as number)
  }

  #unlink(place: number, slot: number): void {
    const newer = this.#newer[slot] as number
    const older = this.#older[slot] as number
    if (newer === NONE) this.#newest[place] = older
    else this.#older[newer] = older
    if (older === NONE) this.#oldest[place] = newer
    else this.#newer[older] = newer
    this.#used[place] = (this.#used[place] as number) - (this.#sizes[slot] as number)
  }

  /** Open addressing, with linear probing. What a cache let go keeps its slot. */
  #slotOf(place: number, object: number): number {
    const key = object * this.#places + place
    const table = this.#table
    const mask = table.length - 1
    let at = hashOf(key) & mask
    for (;;) {
      const slot = table[at] as number
      if (slot === NONE) break
      if (this.#keys[slot] === key) return slot
      at = (at + 1) & mask
    }
    const slot = this.#count
    table[at] = slot
    this.#keys[slot] = key
    this.#expiries[slot] = ABSENT
    this.#count += 1
    if (this.#count * 2 >= table.length) this.#grow()
    return slot
  }

  #grow(): void {
    const size = this.#table.length * 2
    const table = new Int32Array(size).fill(NONE)
    for (let slot = 0; slot < this.#count; slot += 1) {
      let at = hashOf(this.#keys[slot] as number) & (size - 1)
      while (table[at] !== NONE) at = (at + 1) & (size - 1)
      table[at] = slot
    }
    this.#table = table
    const grown = <T extends Float64Array | Int32Array>(old: T, made: T): T => {
      made.set(old as never)
      return made
    }
    this.#keys = grown(this.#keys, new Float64Array(size / 2))
    this.#expiries = grown(this.#expiries, new Float64Array(size / 2))
    if (!this.#isBounded) return
    this.#sizes = grown(this.#sizes, new Float64Array(size / 2))
    this.#newer = grown(this.#newer, new Int32Array(size / 2))
    this.#older = grown(this.#older, new Int32Array(size / 2))
  }
}

/** Both halves of a number below 2 ** 53, mixed as MurmurHash3's last step mixes them. */
function hashOf(key: number): number {
  let hash = (key | 0) ^ Math.imul((key / 4_294_967_296) | 0, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
