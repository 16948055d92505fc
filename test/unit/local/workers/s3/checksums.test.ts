import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Algorithm, DIGEST_BYTES, digestOf } from '../../../../../local/workers/s3/checksums.ts'

const hexOf = (algorithm: Algorithm, ...pieces: Uint8Array[]): string => {
  const digest = digestOf(algorithm)
  for (const piece of pieces) digest.update(piece)
  return digest.value().toString('hex')
}

const ALGORITHMS = Object.keys(DIGEST_BYTES) as Algorithm[]

describe("of 123456789, the catalogues' check value", () => {
  it.each<[Algorithm, string]>([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
  ])('%s', (algorithm, expected) => {
    expect(hexOf(algorithm, Buffer.from('123456789'))).toBe(expected)
  })

  it.each<Algorithm>(['md5', 'sha1', 'sha256'])("%s is Node's", (algorithm) => {
    expect(hexOf(algorithm, Buffer.from('123456789'))).toBe(createHash(algorithm).update('123456789').digest('hex'))
  })
})

describe.each(ALGORITHMS)('%s', (algorithm) => {
  test('does not depend on the pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(), (bytes, at) => {
        const cut = at % (bytes.length + 1)
        expect(hexOf(algorithm, bytes.subarray(0, cut), bytes.subarray(cut))).toBe(hexOf(algorithm, bytes))
      }),
    )
  })

  test('has its length, of nothing as well', () => {
    expect(hexOf(algorithm)).toHaveLength(2 * DIGEST_BYTES[algorithm])
  })
})
