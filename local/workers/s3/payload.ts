/** The body of an upload, checked against the length, digests and signatures that came with it. */
import { type S3Request, valueIn } from './address.ts'
import type { Signer } from './authorization.ts'
import { unchunked } from './aws-chunked.ts'
import { type Algorithm, DIGEST_BYTES, type Digest, digestOf } from './checksums.ts'
import { type ErrorCode, S3Error } from './s3-error.ts'

export type Payload = {
  /** Bytes. */
  length: number
  /** Rejects with an S3Error before its last byte if the body is not what was announced. */
  bytes: AsyncGenerator<Uint8Array>
  /** In base64. `null`: there is none, or it comes after the bytes. */
  checksum: { algorithm: string; value: string } | null
}

/** S3 User Guide, "Uploading objects": the most in a single PUT. */
const MAX_BYTES = 5 * 1024 ** 3

const CHECKSUM_HEADER = /^x-amz-checksum-(?!algorithm$|type$|mode$)(.+)$/

type Expected = {
  header: string
  algorithm: Algorithm
  /** `null` until the trailer is there. */
  value: Buffer | null
  mismatch: ErrorCode
  digest: Digest
}

/** @throws S3Error for a body that S3 refuses before it has read it */
export function payloadOf(request: S3Request, signer: Signer | null): Payload {
  const { headers, body } = request
  const hash =
    headers.get('x-amz-content-sha256') ?? valueIn(request.query, 'X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD'
  const isChunked = hash.startsWith('STREAMING-') || /\baws-chunked\b/i.test(headers.get('content-encoding') ?? '')
  const length = lengthOf(headers.get(isChunked ? 'x-amz-decoded-content-length' : 'content-length'))
  const expected = [...contentHash(hash), ...contentMd5(headers), ...checksums(headers, isChunked)]
  const checksum = expected.find(({ header }) => CHECKSUM_HEADER.test(header))
  const raw = read(body)
  const bytes = isChunked
    ? unchunked({
        body: raw,
        signer: hash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD') ? signer : null,
        onTrailer(name, value) {
          const awaited = expected.find(({ header }) => header === name)
          if (awaited) awaited.value = parseDigest(awaited, value)
        },
      })
    : raw
  return {
    length,
    bytes: verified(bytes, length, expected),
    checksum: checksum?.value ? { algorithm: checksum.algorithm, value: checksum.value.toString('base64') } : null,
  }
}

function lengthOf(text: string | null): number {
  if (text === null || !/^\d{1,15}$/.test(text)) {
    throw new S3Error('MissingContentLength', 'The length of the body must be said beforehand.')
  }
  if (Number(text) > MAX_BYTES) {
    throw new S3Error('EntityTooLarge', 'The body is larger than what one upload may be.', {
      ProposedSize: text,
      MaxSizeAllowed: String(MAX_BYTES),
    })
  }
  return Number(text)
}

/** Reads a body. Where a reader stops early, the rest is not thrown away, so that `worker.ts` can drain it. */
async function* read(body: S3Request['body']): AsyncGenerator<Uint8Array> {
  if (body) yield* body.values({ preventCancel: true })
}

/** What `x-amz-content-sha256` says of a body whose hash is not in it. */
const UNHASHED =
  /^(?:UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER|STREAMING-AWS4-HMAC-SHA256-PAYLOAD(?:-TRAILER)?)$/

function contentHash(hash: string): Expected[] {
  if (UNHASHED.test(hash)) return []
  if (!/^[0-9a-f]{64}$/i.test(hash)) {
    const message = 'x-amz-content-sha256 is no SHA-256 and no other way to say what the body is.'
    throw new S3Error('InvalidArgument', message, {
      ArgumentName: 'x-amz-content-sha256',
      ArgumentValue: hash,
    })
  }
  return [
    {
      header: 'x-amz-content-sha256',
      algorithm: 'sha256',
      value: Buffer.from(hash, 'hex'),
      mismatch: 'XAmzContentSHA256Mismatch',
      digest: digestOf('sha256'),
    },
  ]
}

function contentMd5(headers: Headers): Expected[] {
  const text = headers.get('content-md5')
  if (text === null) return []
  const value = Buffer.from(text, 'base64')
  if (value.length !== DIGEST_BYTES.md5) throw new S3Error('InvalidDigest', 'Content-MD5 is no MD5 in base64.')
  return [{ header: 'content-md5', algorithm: 'md5', value, mismatch: 'BadDigest', digest: digestOf('md5') }]
}

function checksums(headers: Headers, isChunked: boolean): Expected[] {
  const announced = isChunked ? (headers.get('x-amz-trailer') ?? '').toLowerCase().split(/\s*,\s*/) : []
  const names = [...headers.keys(), ...announced].filter((name) => CHECKSUM_HEADER.test(name))
  if (names.length > 1) {
    throw new S3Error('InvalidRequest', 'A body has one checksum of the x-amz-checksum headers alone.')
  }
  return names.map((header) => {
    const algorithm = header.replace(CHECKSUM_HEADER, '$1')
    if (!isAlgorithm(algorithm)) throw new S3Error('NotImplemented', `The local bucket cannot check ${header}.`)
    const awaited: Expected = { header, algorithm, value: null, mismatch: 'BadDigest', digest: digestOf(algorithm) }
    const text = headers.get(header)
    return text === null ? awaited : { ...awaited, value: parseDigest(awaited, text) }
  })
}

const isAlgorithm = (name: string): name is Algorithm => name !== 'md5' && Object.hasOwn(DIGEST_BYTES, name)

function parseDigest({ header, algorithm }: Expected, text: string): Buffer {
  const value = Buffer.from(text, 'base64')
  if (value.length === DIGEST_BYTES[algorithm]) return value
  throw new S3Error('InvalidRequest', `${header} is no checksum of its kind in base64.`)
}

/** Holds the last piece back until length and digests are checked: R2 may store an object once it has all its bytes. */
async function* verified(
  bytes: AsyncIterable<Uint8Array>,
  length: number,
  expected: readonly Expected[],
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | undefined
  let total = 0
  for await (const piece of bytes) {
    if (piece.length === 0) continue
    total += piece.length
    if (total > length) break
    for (const { digest } of expected) digest.update(piece)
    if (held) yield held
    held = piece
  }
  if (total !== length) {
    throw new S3Error('IncompleteBody', `The body has ${total > length ? 'more' : 'fewer'} bytes than it says.`)
  }
  for (const { header, value, mismatch, digest } of expected) {
    if (value === null) throw new S3Error('InvalidRequest', `The trailer ${header} was announced and did not come.`)
    if (!value.equals(digest.value())) throw new S3Error(mismatch, `The body does not have the digest of ${header}.`)
  }
  if (held) yield held
}
