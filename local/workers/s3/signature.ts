/** Signature Version 4: S3 API Reference, "Authenticating Requests (AWS Signature Version 4)". */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { escapeAll, escapePath, parseQuery, type Target, tryUnescape } from './address.ts'

export type SignedRequest = Target & {
  method: string
  /** Names in lower case. */
  header(name: string): string | null
  signedHeaders: readonly string[]
  payloadHash: string
}

/** `YYYYMMDD/region/service/aws4_request` */
export type Scope = { date: string; region: string }

export const scopeText = ({ date, region }: Scope): string => `${date}/${region}/s3/aws4_request`

export const signingKey = (secretAccessKey: string, { date, region }: Scope): Buffer =>
  [date, region, 's3', 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`))

/** Hex. */
export const sign = (key: Buffer, text: string): string => hmac(key, text).toString('hex')

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** Hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** In constant time for texts of the same length. */
export const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

/** @param time `YYYYMMDDTHHMMSSZ` */
export const stringToSign = (time: string, scope: Scope, canonicalRequest: string): string =>
  ['AWS4-HMAC-SHA256', time, scopeText(scope), sha256(canonicalRequest)].join('\n')

/**
 * The two canonical requests that a signature may be of: with the target's escapes as they were sent, and with those
 * that S3 prescribes, for a client that signs more of them than it sends.
 */
export const canonicalRequests = (request: SignedRequest): string[] =>
  [
    [request.rawPath, rawQuery(request.rawQuery)],
    [escapedPath(request.rawPath), escapedQuery(request.rawQuery)],
  ].map(([path, query]) =>
    [
      request.method,
      path,
      query,
      ...request.signedHeaders.map((name) => `${name}:${canonicalValue(request.header(name))}`),
      '',
      request.signedHeaders.join(';'),
      request.payloadHash,
    ].join('\n'),
  )

const canonicalValue = (value: string | null): string => (value ?? '').trim().replace(/ +/g, ' ')

function escapedPath(rawPath: string): string {
  const path = tryUnescape(rawPath)
  return path.kind === 'text' ? escapePath(path.text) : rawPath
}

type Pair = readonly [name: string, value: string]

const rawQuery = (query: string): string =>
  inOrder(
    query
      .split('&')
      .filter((piece) => piece !== '')
      .map((piece) => {
        const at = piece.indexOf('=')
        return at < 0 ? [piece, ''] : [piece.slice(0, at), piece.slice(at + 1)]
      }),
  )

const escapedQuery = (query: string): string =>
  inOrder(parseQuery(query).map(([name, value]) => [escapeAll(name), escapeAll(value)]))

/** By name, then by value: both are ASCII by now. */
const inOrder = (pairs: readonly Pair[]): string =>
  pairs
    .filter(([name]) => name !== 'X-Amz-Signature')
    .toSorted(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
