/** Files that were broken on purpose. All of it follows from the bytes and the seed. */

export type Mutant = {
  /** With which, and with the file, it can be made again. */
  name: string
  bytes: Buffer
}

/** Numbers from 0 up to 1: mulberry32, small and good enough to break files by. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What an upload that broke off leaves, at every twentieth of the file. */
export const truncations = (bytes: Buffer): Mutant[] =>
  Array.from({ length: 20 }, (_, i) => ({
    name: `the first ${i * 5} %`,
    bytes: bytes.subarray(0, Math.floor((bytes.length * i) / 20)),
  }))

const HEADER_BYTES = 256

/** Every byte of the header, turned over and one more: signatures, sizes, counts, lengths and offsets are there. */
export const headerMutants = (bytes: Buffer): Mutant[] =>
  Array.from({ length: Math.min(HEADER_BYTES, bytes.length) }, (_, at) => at).flatMap((at) => [
    { name: `byte ${at} turned over`, bytes: withByte(bytes, at, (byte) => byte ^ 0xff) },
    { name: `byte ${at} one more`, bytes: withByte(bytes, at, (byte) => byte + 1) },
  ])

function withByte(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = change(copy[at] ?? 0)
  return copy
}

/** Picks whole numbers from 0 up to `below`. */
type Pick = (below: number) => number

type Mutation = (bytes: Buffer, pick: Pick, donor: Buffer) => Buffer

/** Values that sizes, counts and offsets go wrong at. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff]

const span = (bytes: Buffer, pick: Pick): [from: number, to: number] => {
  const from = pick(bytes.length)
  return [from, Math.min(bytes.length, from + 1 + pick(Math.max(1, bytes.length >> 3)))]
}

const insert = (bytes: Buffer, at: number, part: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)])

const without = (bytes: Buffer, from: number, to: number): Buffer =>
  Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'bits flipped'(bytes, pick) {
    const copy = Buffer.from(bytes)
    for (let i = 1 + pick(4); i > 0; i -= 1) {
      const at = pick(copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << pick(8))
    }
    return copy
  },
  'a run overwritten'(bytes, pick) {
    const copy = Buffer.from(bytes)
    const at = pick(copy.length)
    return copy.fill(EDGES[pick(EDGES.length)] ?? 0, at, Math.min(copy.length, at + 1 + pick(8)))
  },
  'a run of noise'(bytes, pick) {
    const copy = Buffer.from(bytes)
    const [from, to] = span(copy, pick)
    for (let at = from; at < to; at += 1) copy[at] = pick(256)
    return copy
  },
  'a span deleted'(bytes, pick) {
    return without(bytes, ...span(bytes, pick))
  },
  'a span repeated'(bytes, pick) {
    const [from, to] = span(bytes, pick)
    return insert(bytes, from, bytes.subarray(from, to))
  },
  'a span moved'(bytes, pick) {
    const [from, to] = span(bytes, pick)
    const rest = without(bytes, from, to)
    return insert(rest, pick(rest.length + 1), bytes.subarray(from, to))
  },
  'a span of another file'(bytes, pick, donor) {
    const [from, to] = span(donor, pick)
    const at = pick(bytes.length)
    const replaced = pick(2) === 0 ? 0 : to - from
    return insert(without(bytes, at, Math.min(bytes.length, at + replaced)), at, donor.subarray(from, to))
  },
}

const NAMES = Object.keys(MUTATIONS)

/** One mutation of a file, or two or three, so that not every one ends all decoding. `donors`: of parts to get in. */
export function randomMutant(bytes: Buffer, seed: number, donors: readonly Buffer[]): Mutant {
  const random = randomFrom(seed)
  const pick: Pick = (below) => Math.floor(random() * below)
  const names: string[] = []
  let mutated = bytes
  for (let i = Math.max(1, pick(6) - 2); i > 0 && mutated.length > 0; i -= 1) {
    const name = NAMES[pick(NAMES.length)] as keyof typeof MUTATIONS
    const donor = donors[pick(donors.length)]
    mutated = MUTATIONS[name]?.(mutated, pick, donor?.length ? donor : mutated) ?? mutated
    names.push(name)
  }
  return { name: `seed ${seed}: ${names.join(', ')}`, bytes: mutated }
}
