import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Signer } from '../../../../../local/workers/s3/authorization.ts'
import { unchunked } from '../../../../../local/workers/s3/aws-chunked.ts'
import { signingKey } from '../../../../../local/workers/s3/signature.ts'
import { runs } from '../../../../runs.ts'

/** The body comes in pieces of so many bytes. */
async function decode(body: Uint8Array, signer: Signer | null = null, size = 1024) {
  const trailers: Record<string, string> = {}
  async function* pieces() {
    for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size)
  }
  const decoded: Uint8Array[] = []
  const onTrailer = (name: string, value: string) => {
    trailers[name] = value
  }
  for await (const bytes of unchunked({ body: pieces(), signer, onTrailer })) decoded.push(bytes)
  return { bytes: Buffer.concat(decoded), trailers }
}

const text = (body: string) => Buffer.from(body, 'latin1')

describe('without signatures', () => {
  it.each([
    ['one chunk', '5\r\nhello\r\n0\r\n\r\n', 'hello', {}],
    ['two', '3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n', 'hello', {}],
    ['none', '0\r\n\r\n', '', {}],
    ['a length in upper case', 'A\r\n0123456789\r\n0\r\n\r\n', '0123456789', {}],
    ['line ends in a chunk', '4\r\n\r\n\r\n\r\n0\r\n\r\n', '\r\n\r\n', {}],
    ['a trailer', '1\r\na\r\n0\r\nx-amz-checksum-crc32:6Le+Qw==\r\n\r\n', 'a', { 'x-amz-checksum-crc32': '6Le+Qw==' }],
    ['a trailer with space', '1\r\na\r\n0\r\nX-Amz-Meta: b \r\n\r\n', 'a', { 'x-amz-meta': 'b' }],
    ['no last line', '1\r\na\r\n0\r\n', 'a', {}],
    ['signatures that nobody checks', `1;chunk-signature=${'0'.repeat(64)}\r\na\r\n0\r\n\r\n`, 'a', {}],
  ])('%s', async (_name, body, expected, trailers) => {
    const decoded = await decode(text(body))
    expect(decoded.bytes.toString('latin1')).toBe(expected)
    expect(decoded.trailers).toEqual(trailers)
  })

  test('whatever the pieces it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        async (chunks, size) => {
          const body = Buffer.concat([
            ...chunks.map((chunk) => Buffer.concat([text(`${chunk.length.toString(16)}\r\n`), chunk, text('\r\n')])),
            text('0\r\nx-a:b\r\n\r\n'),
          ])
          const decoded = await decode(body, null, size)
          expect(decoded.bytes.equals(Buffer.concat(chunks))).toBe(true)
          expect(decoded.trailers).toEqual({ 'x-a': 'b' })
        },
      ),
      { numRuns: runs(200) },
    )
  })

  it.each([
    ['a chunk cut off', '5\r\nhel', 'The chunks of the body are broken: it ends within a chunk.'],
    ['nothing', '', 'The chunks of the body are broken: it ends before its last chunk.'],
    ['no last chunk', '5\r\nhello\r\n', 'The chunks of the body are broken: it ends before its last chunk.'],
    [
      'a chunk that is longer',
      '4\r\nhello\r\n0\r\n\r\n',
      'The chunks of the body are broken: a chunk is longer than it says.',
    ],
    [
      'a line end without its return',
      '4\r\nhell\n0\r\n\r\n',
      'The chunks of the body are broken: a line does not end as one.',
    ],
    ['no length', 'hello\r\n', 'The chunks of the body are broken: a chunk does not start with its length.'],
    [
      'a negative length',
      '-1\r\nhello\r\n',
      'The chunks of the body are broken: a chunk does not start with its length.',
    ],
    ['a line without an end', 'a'.repeat(9000), 'The chunks of the body are broken: a line has no end.'],
    ['a trailer without a name', '0\r\nnothing\r\n\r\n', 'The chunks of the body are broken: a trailer is none.'],
  ])('refused: %s', async (_name, body, message) => {
    await expect(decode(text(body))).rejects.toMatchObject({ code: 'IncompleteBody', message })
  })
})

/** The examples of the S3 API Reference, of 66,560 bytes in chunks of 64 KiB. */
const scope = { date: '20130524', region: 'us-east-1' }
const key = signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', scope)
const signerFrom = (signature: string): Signer => ({ key, scope, time: '20130524T000000Z', signature })
const chunk = (bytes: string, signature: string) =>
  `${bytes.length.toString(16)};chunk-signature=${signature}\r\n${bytes}${bytes === '' ? '' : '\r\n'}`

const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
const CHUNKS = [
  chunk('a'.repeat(65536), 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
  chunk('a'.repeat(1024), '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
  chunk('', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
]

const SEED_WITH_TRAILERS = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e'
const CHUNKS_WITH_TRAILERS = [
  chunk('a'.repeat(65536), 'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2'),
  chunk('a'.repeat(1024), '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7'),
  chunk('', '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992'),
]
const TRAILER = 'x-amz-checksum-crc32c:sOO8/Q==\r\n'
const TRAILER_SIGNATURE = 'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n'

describe('signed', () => {
  test('the example of the S3 API Reference', async () => {
    const { bytes } = await decode(text(`${CHUNKS.join('')}\r\n`), signerFrom(SEED))
    expect(bytes.toString()).toBe('a'.repeat(66_560))
  })

  test('the example with a trailer', async () => {
    const body = `${CHUNKS_WITH_TRAILERS.join('')}${TRAILER}${TRAILER_SIGNATURE}\r\n`
    const { bytes, trailers } = await decode(text(body), signerFrom(SEED_WITH_TRAILERS))
    expect(bytes.length).toBe(66_560)
    expect(trailers).toEqual({ 'x-amz-checksum-crc32c': 'sOO8/Q==' })
  })

  it.each([
    ['another seed', CHUNKS, SEED_WITH_TRAILERS, '', 'a chunk'],
    ['another byte', CHUNKS.with(0, CHUNKS[0]?.replace('\r\na', '\r\nb') ?? ''), SEED, '', 'a chunk'],
    ['a chunk left out', CHUNKS.toSpliced(1, 1), SEED, '', 'a chunk'],
    ['chunks without signatures', ['5\r\nhello\r\n', '0\r\n'], SEED, '', 'a chunk'],
    [
      'another trailer',
      CHUNKS_WITH_TRAILERS,
      SEED_WITH_TRAILERS,
      `${TRAILER.replace('sOO8', 'sOO9')}${TRAILER_SIGNATURE}`,
      'trailers',
    ],
    ['a trailer that is not signed', CHUNKS_WITH_TRAILERS, SEED_WITH_TRAILERS, TRAILER, 'trailers'],
    [
      'a trailer after the signature',
      CHUNKS_WITH_TRAILERS,
      SEED_WITH_TRAILERS,
      `${TRAILER}${TRAILER_SIGNATURE}x-amz-meta-a:b\r\n`,
      'trailers',
    ],
  ])('refused: %s', async (_name, chunks, seed, trailers, what) => {
    await expect(decode(text(`${chunks.join('')}${trailers}\r\n`), signerFrom(seed))).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      message: `The body has ${what} with another signature than expected.`,
    })
  })
})
