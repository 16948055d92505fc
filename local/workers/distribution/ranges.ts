/** Parts of an object. Developer Guide, "How CloudFront processes partial requests for an object"; RFC 9110, 14. */

import { headerValue } from '../../platform/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import { isStrong, type Validators } from './conditions.ts'

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

/** RFC 9110, 13.1.5: a strong entity tag or a date, and the very one. */
function isAboutThis(ifRange: string, { etag, lastModified }: Validators): boolean {
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

/** `Content-Range` of a part, or of a 416. RFC 9110, 14.4. */
export const contentRange = (part: Part | null, length: number): string =>
  part === null ? `bytes */${length}` : `bytes ${part[0]}-${part[1]}/${length}`

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
