/** Parts of an object. Developer Guide, "How CloudFront processes partial requests for an object"; RFC 9110, 14. */

import { headerValue } from '../../platform/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import { isStrong, type Validators } from './conditions.ts'
import type { ServedObject } from './messages.ts'

/** First and last byte, both included. */
export type Part = readonly [first: number, last: number]

export type Range = { kind: 'whole' } | { kind: 'parts'; parts: Part[] } | { kind: 'unsatisfiable' }

const WHOLE: Range = { kind: 'whole' }

/** RFC 9110, 17.15, lets a server ignore requests for many small parts; CloudFront's own limit is not documented. */
const MOST_PARTS = 100

/**
 * What of an object a GET asks for. A list whose ranges are not all valid, ascending and apart asks for the whole; of one
 * that is, those beyond the end are left out (RFC 9110, 14.1.2), and all of them beyond the end can't be satisfied.
 *
 * @param entity `length` in bytes
 */
export function rangeOf(headers: readonly HeaderLine[], entity: Validators & { length: number }): Range {
  const ranges = headers.filter(([name]) => name === 'range')
  const value = ranges[0]?.[1]
  if (value === undefined || ranges.length > 1 || !isAboutThis(headerValue(headers, 'if-range'), entity)) return WHOLE
  if (!/^bytes=/i.test(value) || value.length > MOST_PARTS * 50) return WHOLE
  const specs = value
    .slice('bytes='.length)
    .split(',')
    .map((spec) => spec.trim())
  const parts: Part[] = []
  let end = -1
  for (const spec of specs) {
    // RFC 9110, 5.6.1.2: empty elements of a list are nothing.
    if (spec === '') continue
    const part = partOf(spec, entity.length)
    if (part === null || part[0] <= end) return WHOLE
    end = part[1]
    parts.push([part[0], Math.min(part[1], entity.length - 1)])
  }
  const found = parts.filter(([first, last]) => first <= last)
  if (parts.length === 0 || found.length > MOST_PARTS) return WHOLE
  if (found.length > 0) return { kind: 'parts', parts: found }
  return entity.length === 0 ? WHOLE : { kind: 'unsatisfiable' }
}

/** RFC 9110, 13.1.5: a strong entity tag or a date, and the very one. @param ifRange `''`: not stated */
export function isAboutThis(ifRange: string, { etag, lastModified }: Validators): boolean {
  if (ifRange === '') return true
  return isStrong(ifRange) ? ifRange === etag : ifRange === lastModified
}

/** The bytes of `0-99`, `100-` or `-100`, which may lie beyond the end; null: not a range. */
function partOf(spec: string, length: number): Part | null {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(spec) ?? []
  if (first !== '') {
    const part: Part = [Number(first), last === '' ? Number.POSITIVE_INFINITY : Number(last)]
    return part[0] <= part[1] ? part : null
  }
  if (last === '') return null
  return Number(last) === 0 ? [length, length] : [Math.max(0, length - Number(last)), Math.max(0, length - 1)]
}

/** What a part in the cache holds. `length` of the whole; null where the origin did not say. */
export type StoredPart = { part: Part; length: number | null }

/** The bytes that a 206 holds; null for several parts, and for one that is not as long as it says. RFC 9110, 14.4. */
export function storedPart({
  status,
  headers,
  body,
}: Pick<ServedObject, 'status' | 'headers' | 'body'>): StoredPart | null {
  const found = /^bytes (\d+)-(\d+)\/(\d+|\*)$/i.exec(headerValue(headers, 'content-range'))
  if (status !== 206 || !found || !(body instanceof Uint8Array)) return null
  const part: Part = [Number(found[1]), Number(found[2])]
  if (body.length !== part[1] - part[0] + 1) return null
  return { part, length: found[3] === '*' ? null : Number(found[3]) }
}

/** The one range that a request asks for, if a stored part has all of it. */
export function partWithin({ part, length }: StoredPart, headers: readonly HeaderLine[]): Part | null {
  const ranges = headers.filter(([name]) => name === 'range')
  const spec = /^bytes=([\d-]+)$/i.exec(ranges[0]?.[1] ?? '')?.[1]
  if (spec === undefined || ranges.length > 1) return null
  // Without the whole's length, neither its end nor what is beyond that can be told.
  if (length === null && !/^\d+-\d+$/.test(spec)) return null
  const wanted = partOf(spec, length ?? Number.POSITIVE_INFINITY)
  if (wanted === null) return null
  const last = length === null ? wanted[1] : Math.min(wanted[1], length - 1)
  return wanted[0] <= last && wanted[0] >= part[0] && last <= part[1] ? [wanted[0], last] : null
}

/** `Content-Range` of a part, or of a 416. RFC 9110, 14.4. */
export const contentRange = (part: Part | null, length: number | null): string =>
  part === null ? `bytes */${length}` : `bytes ${part[0]}-${part[1]}/${length ?? '*'}`

/** Several parts in one body, `multipart/byteranges`. RFC 9110, 14.6. */
export function multipartBody(
  parts: readonly Part[],
  body: Uint8Array,
  contentType: string,
  boundary: string,
): Uint8Array {
  const encoder = new TextEncoder()
  const type = contentType === '' ? '' : `Content-Type: ${contentType}\r\n`
  const pieces = parts.flatMap((part) => [
    encoder.encode(`\r\n--${boundary}\r\n${type}Content-Range: ${contentRange(part, body.length)}\r\n\r\n`),
    body.subarray(part[0], part[1] + 1),
  ])
  pieces.push(encoder.encode(`\r\n--${boundary}--\r\n`))
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
