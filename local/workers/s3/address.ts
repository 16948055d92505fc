/** What a request is about, from its raw target and its host: S3 User Guide, "Virtual hosting of buckets". */
import { tryUnescape } from './escapes.ts'
import { S3Error } from './s3-error.ts'

export type Target = {
  /** As received. */
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

/** The bucket in front of an endpoint of S3's, or of this machine. */
const HOST = /^(.+)\.(?:s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?|localhost)(?::\d+)?$/i

/** Scheme and authority of RFC 9112, 3.2.2. */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i

export function splitTarget(target: string): Target {
  const origin = target.replace(ABSOLUTE_FORM, '')
  const mark = origin.indexOf('?')
  const rawPath = mark < 0 ? origin : origin.slice(0, mark)
  return { rawPath: rawPath === '' ? '/' : rawPath, rawQuery: mark < 0 ? '' : origin.slice(mark + 1) }
}

/** @throws S3Error for a path that is none, or whose escapes are broken or no UTF-8 */
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
