/** How a response leaves the distribution: conditions, ranges, policy, and the headers that CloudFront adds. */

import type { ResponseHeadersPolicy } from '../../../bundle/policies.ts'
import { HOP_BY_HOP, hasHeader, headerValue, withHeader, withoutHeaders } from '../../platform/header-lines.ts'
import { VIA } from '../../platform/identity.ts'
import type { HeaderLine, ResultType, ViewerRequest } from '../../protocol/messages.ts'
import { conditionOf } from './conditions.ts'
import { errorResponse } from './generated-responses.ts'
import type { CachedObject, EdgeResponse } from './messages.ts'
import { contentRange, multipartBody, rangeOf } from './ranges.ts'
import { applyResponseHeadersPolicy } from './response-headers-policy.ts'

/** A cached object as the response to a request: the whole, a part, a 304 or a 412. */
export function responseFromCache(
  object: CachedObject,
  viewer: Pick<ViewerRequest, 'method' | 'headers'>,
  result: ResultType,
  now: number,
  requestId: string,
): EdgeResponse {
  const headers: HeaderLine[] =
    result === 'Miss'
      ? object.headers
      : withHeader(object.headers, 'age', String(Math.max(0, Math.floor((now - object.storedAt) / 1000))))
  const { status, body } = object
  const { method } = viewer
  if (status !== 200) return { status, headers, body, result }
  const entity = { etag: headerValue(headers, 'etag'), lastModified: headerValue(headers, 'last-modified') }
  const condition = conditionOf(method, viewer.headers, entity)
  if (condition === 'not-modified') {
    return { status: 304, headers: withoutHeaders(headers, OF_THE_CONTENT), body: null, result }
  }
  if (condition === 'precondition-failed') {
    return errorResponse(412, 'Error', 'The object is not the one that the request is about.', requestId)
  }
  if (method === 'HEAD' || body === null) return { status, headers, body: null, result }
  if (method !== 'GET') return { status, headers, body, result }
  return rangeResponse(object, body, headers, viewer.headers, result, requestId)
}

/** RFC 9110, 15.4.5: the headers that a 304 leaves out. */
const OF_THE_CONTENT = ['content-length', 'content-type', 'content-encoding', 'content-range', 'accept-ranges']

/** The whole, the parts that a `Range` header asks for, or a 416. */
function rangeResponse(
  { status }: CachedObject,
  body: Uint8Array,
  headers: HeaderLine[],
  requestHeaders: readonly HeaderLine[],
  result: ResultType,
  requestId: string,
): EdgeResponse {
  const range = rangeOf(requestHeaders, {
    length: body.length,
    etag: headerValue(headers, 'etag'),
    lastModified: headerValue(headers, 'last-modified'),
  })
  if (range.kind === 'whole') return { status, headers, body, result }
  if (range.kind === 'unsatisfiable') {
    const refusal = errorResponse(416, 'Error', 'No part of the object is in the range that was asked for.', requestId)
    return { ...refusal, headers: [...refusal.headers, ['content-range', contentRange(null, body.length)]] }
  }
  const [first] = range.parts
  if (range.parts.length === 1 && first) {
    const bytes = body.subarray(first[0], first[1] + 1)
    const described = withHeader(
      withHeader(headers, 'content-range', contentRange(first, body.length)),
      'content-length',
      String(bytes.length),
    )
    return { status: 206, headers: described, body: bytes, result, range: first }
  }
  const boundary = `CloudFront:${requestId.slice(0, 32).replaceAll(/[^A-Za-z0-9]/g, '0')}`
  const bytes = multipartBody(range.parts, body, headerValue(headers, 'content-type'), boundary)
  const described = withHeader(headers, 'content-type', `multipart/byteranges; boundary="${boundary}"`)
  return { status: 206, headers: withHeader(described, 'content-length', String(bytes.length)), body: bytes, result }
}

/** The headers of a response, with those that every response carries. Developer Guide, "Understand response headers policies". */
export function viewerResponseHeaders(
  response: EdgeResponse,
  viewer: ViewerRequest,
  policy: ResponseHeadersPolicy | undefined,
  { pop, requestId, now }: { pop: string; requestId: string; now: number },
): HeaderLine[] {
  const added: HeaderLine[] = [
    ['x-cache', `${response.result} from cloudfront`],
    ['via', VIA],
    ['x-amz-cf-pop', pop],
    ['x-amz-cf-id', requestId],
  ]
  let headers: HeaderLine[] = [...withoutHeaders(response.headers, SET_BY_CLOUDFRONT), ...added]
  const length = lengthOf(response, viewer.method)
  if (length !== undefined) {
    headers = withoutHeaders(headers, ['content-length'])
    if (length !== null) headers.push(['content-length', String(length)])
  }
  if (policy) headers = applyResponseHeadersPolicy(policy, viewer.headers, headers, viewer.method)
  return hasHeader(headers, 'date') ? headers : [...headers, ['date', new Date(now).toUTCString()]]
}

/** The value of `content-length`: RFC 9110, 8.6. Null: there is none; `undefined`: it stays as the origin stated it. */
function lengthOf({ status, body }: EdgeResponse, method: string): number | null | undefined {
  if (status === 204) return null
  if (status === 205) return 0
  if (status === 304 || method === 'HEAD' || body instanceof ReadableStream) return undefined
  return body?.length ?? 0
}

const SET_BY_CLOUDFRONT = [...HOP_BY_HOP, 'x-cache', 'x-amz-cf-pop', 'x-amz-cf-id']
