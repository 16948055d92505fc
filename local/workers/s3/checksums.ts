/** The digests that S3 takes beside a body: S3 User Guide, "Checking object integrity for data uploads". */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export type Algorithm = 'md5' | 'sha1' | 'sha256' | 'crc32' | 'crc32c' | 'crc64nvme'

export type Digest = {
  update(bytes: Uint8Array): void
  /** Big-endian. */
  value(): Buffer
}

/** Bytes of each. */
export const DIGEST_BYTES: Readonly<Record<Algorithm, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
}

export function digestOf(algorithm: Algorithm): Digest {
  if (algorithm === 'crc32') return crc32Digest((bytes, crc) => crc32(bytes, crc))
  if (algorithm === 'crc32c') return crc32Digest(crc32c)
  if (algorithm === 'crc64nvme') return crc64()
  const hash = createHash(algorithm)
  return { update: (bytes) => void hash.update(bytes), value: () => hash.digest() }
}

function crc32Digest(next: (bytes: Uint8Array, crc: number) => number): Digest {
  let crc = 0
  return {
    update(bytes) {
      crc = next(bytes, crc)
    },
    value() {
      const value = Buffer.alloc(4)
      value.writeUInt32BE(crc)
      return value
    },
  }
}

/** Castagnoli's polynomial, reflected: RFC 3720, 12.1. */
const CRC32C = tableOf(0x82f63b78)

function crc32c(bytes: Uint8Array, before: number): number {
  let crc = ~before
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC32C[(crc ^ byte) & 0xff] as number)
  return ~crc >>> 0
}

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let crc = index
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    return crc
  })
}

/** The polynomial of NVM Express's "64b CRC", reflected, in two halves: JavaScript's bit operations have 32 bits. */
const CRC64_HIGH = 0x9a6c9329
const CRC64_LOW = 0xac4bc9b5

const CRC64 = Array.from({ length: 256 }, (_, index) => {
  let high = 0
  let low = index
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = low & 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (isOdd) {
      low ^= CRC64_LOW
      high ^= CRC64_HIGH
    }
  }
  return { high, low }
})
const HIGH = Int32Array.from(CRC64, ({ high }) => high)
const LOW = Int32Array.from(CRC64, ({ low }) => low)

function crc64(): Digest {
  let high = -1
  let low = -1
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ (LOW[index] as number)
        high = (high >>> 8) ^ (HIGH[index] as number)
      }
    },
    value() {
      const value = Buffer.alloc(8)
      value.writeInt32BE(~high, 0)
      value.writeInt32BE(~low, 4)
      return value
    },
  }
}
