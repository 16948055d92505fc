/** A request as S3 sees it. */
import { type Address, addressOf, parseQuery, type Query, splitTarget, type Target } from './address.ts'

export type S3Request = Target & {
  method: string
  host: string
  headers: Headers
  body: ReadableStream<Uint8Array> | null
  address: Address
  query: Query
}

export type RawRequest = Pick<S3Request, 'method' | 'host' | 'headers' | 'body'> & {
  /** Path and query, not a byte changed. */
  target: string
}

/** @throws S3Error for a target that is not one */
export function toS3Request({ target, ...request }: RawRequest): S3Request {
  const { rawPath, rawQuery } = splitTarget(target)
  return { ...request, rawPath, rawQuery, address: addressOf(rawPath, request.host), query: parseQuery(rawQuery) }
}
