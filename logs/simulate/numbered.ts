/**
 * Numbers for texts, from 0 on in the order in which they come: 12 bytes a place of a table that is half empty, whatever the
 * texts are. They are compared by 53 bits of a hash: of three million texts two are taken for one once in two thousand logs.
 */

const FIRST_SIZE = 1 << 12
const NONE = -1

export class Numbered {
  #size = 0
  #numbers = new Int32Array(FIRST_SIZE).fill(NONE)
  #hashes = new Float64Array(FIRST_SIZE)

  /** How many there are. */
  get size(): number {
    return this.#size
  }

  /** @param rest follows `text`: given apart, so that the two need not be joined */
  numberOf(text: string, rest = ''): number {
    const hash = hashOf(text, rest)
    const at = placeOf(this.#numbers, this.#hashes, hash)
    if (this.#numbers[at] !== NONE) return this.#numbers[at] as number
    const number = this.#size
    this.#numbers[at] = number
    this.#hashes[at] = hash
    this.#size += 1
    if (this.#size * 2 >= this.#numbers.length) this.#grow()
    return number
  }

  #grow(): void {
    const numbers = new Int32Array(this.#numbers.length * 2).fill(NONE)
    const hashes = new Float64Array(numbers.length)
    for (let old = 0; old < this.#numbers.length; old += 1) {
      if (this.#numbers[old] === NONE) continue
      const at = placeOf(numbers, hashes, this.#hashes[old] as number)
      numbers[at] = this.#numbers[old] as number
      hashes[at] = this.#hashes[old] as number
    }
    this.#numbers = numbers
    this.#hashes = hashes
  }
}

/** Where it is, or has to be: open addressing, with linear probing. */
function placeOf(numbers: Int32Array, hashes: Float64Array, hash: number): number {
  const mask = numbers.length - 1
  let at = hash & mask
  while (numbers[at] !== NONE && hashes[at] !== hash) at = (at + 1) & mask
  return at
}

/** 53 bits of two sums that are multiplied for each character, and mixed as MurmurHash3's last step mixes. */
function hashOf(text: string, rest: string): number {
  let low = 0xdeadbeef
  let high = 0x41c6ce57
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 0x9e3779b1)
    high = Math.imul(high ^ code, 0x5f356495)
  }
  // Nothing that a text has: where one part ends counts.
  low = Math.imul(low ^ 0x10000, 0x9e3779b1)
  for (let i = 0; i < rest.length; i += 1) {
    const code = rest.charCodeAt(i)
    low = Math.imul(low ^ code, 0x9e3779b1)
    high = Math.imul(high ^ code, 0x5f356495)
  }
  low = mixed(low, high)
  high = mixed(high, low)
  return (high & 0x1f_ffff) * 0x1_0000_0000 + (low >>> 0)
}

function mixed(hash: number, other: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return once ^ Math.imul(other ^ (other >>> 13), 0xc2b2ae35)
}
