/**
 * A request as S3 sees it: the bucket and the key that its raw target and its host name, and its query. S3 User Guide,
 * "Virtual hosting of buckets".
 */
import { S3Error } from './s3-error.ts'

export type Target = {
  /** As received, not a byte changed. */
  rawPath: string
  /** As received, without its `?`. */
  rawQuery: string
}

export type Address = {
  /** `null`: the service itself. */
  bucket: string | null
  /** Empty: the bucket itself. */
  key: string
}

/** Names and values, escapes decoded, in the order received. */
export type Query = readonly (readonly [name: string, value: string])[]

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

/** A host name with a bucket in front: of one of S3's endpoints, or of `localhost`. */
const HOST = /^(.+)\.(?:s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?|localhost)(?::\d+)?$/i

/** Scheme and authority of a target in absolute form: RFC 9112, 3.2.2. */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i

export function splitTarget(target: string): Target {
  const origin = target.replace(ABSOLUTE_FORM, '')
  const mark = origin.indexOf('?')
  const rawPath = mark < 0 ? origin : origin.slice(0, mark)
  return { rawPath: rawPath === '' ? '/' : rawPath, rawQuery: mark < 0 ? '' : origin.slice(mark + 1) }
}

/** @throws S3Error for a path that does not begin with a slash, or whose escapes are broken or not UTF-8 */
export function addressOf(rawPath: string, host: string): Address {
  const path = tryUnescape(rawPath)
  if (!rawPath.startsWith('/') || path.kind === 'malformed') throw invalidUri(rawPath)
  const [, bucketOfHost] = HOST.exec(host) ?? []
  if (bucketOfHost) return { bucket: bucketOfHost.toLowerCase(), key: path.text.slice(1) }
  const slash = path.text.indexOf('/', 1)
  return slash < 0
    ? { bucket: path.text.slice(1) || null, key: '' }
    : { bucket: path.text.slice(1, slash), key: path.text.slice(slash + 1) }
}

/** @throws S3Error for broken escapes */
export function parseQuery(rawQuery: string): Query {
  const pieces = rawQuery.split('&').filter((piece) => piece !== '')
  return pieces.map((piece) => {
    const [, rawName = '', rawValue = ''] = /^([^=]*)=?([\s\S]*)$/.exec(piece) ?? []
    const name = tryUnescape(rawName)
    const value = tryUnescape(rawValue)
    if (name.kind === 'malformed' || value.kind === 'malformed') throw invalidUri(piece)
    return [name.text, value.text]
  })
}

/** The first value of a name; `undefined`: there is none. */
export const valueIn = (query: Query, name: string): string | undefined =>
  query.find(([candidate]) => candidate === name)?.[1]

const invalidUri = (uri: string) =>
  new S3Error('InvalidURI', 'The target of the request is no path with whole escapes of UTF-8.', { URI: uri })

/** @throws S3Error for a target whose path or query is malformed */
export function toS3Request({ target, ...request }: RawRequest): S3Request {
  const { rawPath, rawQuery } = splitTarget(target)
  return { ...request, rawPath, rawQuery, address: addressOf(rawPath, request.host), query: parseQuery(rawQuery) }
}

/** Decodes percent escapes. S3 takes a raw `+` for a space (github.com/imgix/js-core/issues/88); a key is UTF-8. */
export function tryUnescape(text: string): { kind: 'text'; text: string } | { kind: 'malformed' } {
  try {
    return { kind: 'text', text: decodeURIComponent(text.replaceAll('+', ' ')) }
  } catch {
    return { kind: 'malformed' }
  }
}

/** Escapes all but RFC 3986's unreserved characters (2.3): S3 API Reference, "Signature Calculations", `UriEncode`. */
export const escapeAll = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

/** The same, with slashes as they are. */
export const escapePath = (text: string): string => escapeAll(text).replaceAll('%2F', '/')
