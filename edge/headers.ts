/**
 * Headers as Lambda@Edge has them: lower-case names, each with its lines in order. A missing `key` CloudFront makes
 * from the name. Events of tests and tools may be misshapen; what is not a string counts as not there.
 */
import { isListed } from './limits.ts'

export type Headers = Record<string, { key?: string | undefined; value: string }[]>

/** By these origin-request tells origin-response what a request is; viewers' own are removed at both request triggers. */
export const ROUTE_HEADER = 'x-rimlight-route'
export const VERSION_HEADER = 'x-rimlight-version'
export const VARIANT_HEADER = 'x-rimlight-variant'
export const INTERNAL_HEADERS = [ROUTE_HEADER, VERSION_HEADER, VARIANT_HEADER]

/** The headers of an event; none where they are missing or misshapen. */
export const headersOf = (value: unknown): Headers =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Headers) : {}

/** The lines of a header as one value (RFC 9110, 5.3); empty where there is none. */
export function headerText(headers: Headers, name: string): string {
  const lines: unknown = headers[name]
  if (!Array.isArray(lines)) return ''
  return lines
    .map((line) => line?.value)
    .filter((value) => typeof value === 'string' && value !== '')
    .join(', ')
}

export function setHeader(headers: Headers, name: string, value: string): void {
  headers[name] = [{ value }]
}

/** Removes every header whose name is in the list; entries may end in `*`. */
export function removeHeaders(headers: Headers, names: readonly string[]): void {
  for (const name in headers) if (isListed(name, names)) delete headers[name]
}

/** Adds a field name to `vary`, unless it is there or everything varies (RFC 9110, 12.5.5). */
export function addVary(headers: Headers, field: string): void {
  const vary = headerText(headers, 'vary')
  const fields = vary.split(',').map((name) => name.trim().toLowerCase())
  if (fields.includes(field) || fields.includes('*')) return
  setHeader(headers, 'vary', vary === '' ? field : `${vary}, ${field}`)
}

/** The media type of a message, in lower case and without parameters; empty where it has none. */
export const mediaTypeOf = (headers: Headers): string =>
  (headerText(headers, 'content-type').split(';', 1)[0] as string).trim().toLowerCase()

/**
 * Headers that describe the bytes of a body, and would be wrong on a rendition of it. A rendition gets no ETag of its own
 * either: each revalidation would be a new transform. `accept-ranges`, which CloudFront answers for itself, and
 * `content-disposition`, which is true of any rendition, stay.
 */
export const OF_THE_BYTES: readonly string[] = [
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'digest',
  'etag',
  'repr-digest',
  'x-amz-checksum-*',
]

/** Headers that describe the object that a body is of, and must go where another body takes its place. */
export const OF_THE_BODY: readonly string[] = [
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'etag',
  'expires',
  'last-modified',
]
