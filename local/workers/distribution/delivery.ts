/** How a response leaves the distribution: conditions, ranges, policy, and the headers that CloudFront adds. */

import type { ResponseHeadersPolicy } from '../../../bundle/policies.ts'
import { HOP_BY_HOP, hasHeader, headerValue, withHeader, withoutHeaders } from '../../platform/header-lines.ts'
import { VIA } from '../../platform/identity.ts'
import { applyResponseHeadersPolicy } from '../../platform/response-headers-policy.ts'
import type { HeaderLine, ResultType, ViewerRequest } from '../../protocol/messages.ts'
import type { LookupRequest } from './cache-lookup.ts'
import { conditionOf } from './conditions.ts'
import { errorResponse } from './generated-responses.ts'
import { GrowingBody } from './growing-body.ts'
import type { CachedObject, EdgeResponse, ServedObject } from './messages.ts'
import { contentRange, multipartBody, type Part, partWithin, rangeOf, storedPart } from './ranges.ts'

/** Statuses of responses that have none: RFC 9110, 15.3.5, 15.3.6 and 15.4.5. */
export const WITHOUT_BODY = [204, 205, 304]

/**
 * An object as the response to a request.
 * @param reason why this object is the response, for the trace; `undefined`: the trace has it already
 * @param bodyOf the request whose fetch the body comes from, while it comes in
 */
export function deliver(
  object: ServedObject,
  result: ResultType,
  { viewer, fetch }: LookupRequest,
  now: number,
  reason: string | undefined,
  bodyOf?: string,
): EdgeResponse {
  const shown = object.result !== null && (object.status >= 400 || result === 'Miss') ? object.result : result
  if (reason !== undefined) fetch.trace.add({ step: 'cache', result: shown, reason })
  const response = responseFromCache(object, viewer, result, now, fetch.requestId)
  const isStreamed = response.body instanceof ReadableStream
  // The cache gets it although this viewer does not.
  if (!isStreamed && object.body instanceof GrowingBody) object.body.goOn()
  // A refused condition or range is an error of its own.
  if (response.result !== result) return response
  const { originBytes, detailedResultType } = object
  return {
    ...response,
    result: shown,
    originBytes,
    ...(detailedResultType && { detailedResultType }),
    ...(isStreamed && bodyOf !== undefined && { bodyOf }),
  }
}

/** An object as the response to a request: the whole, a part, a 304 or a 412. */
export function responseFromCache(
  object: ServedObject,
  viewer: Pick<ViewerRequest, 'method' | 'headers'>,
  result: ResultType,
  now: number,
  requestId: string,
): EdgeResponse {
  const headers = result === 'Miss' ? object.headers : withHeader(object.headers, 'age', String(ageOf(object, now)))
  const { status } = object
  const { method } = viewer
  if (status !== 200 && status !== 206) return { status, headers, body: wholeOf(object, requestId), result }
  const entity = { etag: headerValue(headers, 'etag'), lastModified: headerValue(headers, 'last-modified') }
  const condition = conditionOf(method, viewer.headers, entity)
  if (condition === 'not-modified') {
    return { status: 304, headers: withoutHeaders(headers, OF_THE_CONTENT), body: null, result }
  }
  if (condition === 'precondition-failed') {
    return errorResponse(412, 'Error', 'The object is not the one that the request is about.', requestId)
  }
  if (method === 'HEAD' || object.body === null) return { status, headers, body: null, result }
  if (method !== 'GET') return { status, headers, body: wholeOf(object, requestId), result }
  const delivery = { headers, result, requestId }
  return status === 206
    ? partResponse(object, viewer.headers, delivery)
    : rangeResponse(object, viewer.headers, delivery)
}

/** Seconds. RFC 9111, 4.2.3: how old it was, and how long it has been here. */
const ageOf = ({ ageWhenStored, storedAt }: Pick<CachedObject, 'ageWhenStored' | 'storedAt'>, now: number) =>
  ageWhenStored + Math.max(0, Math.floor((now - storedAt) / 1000))

/** RFC 9110, 15.4.5: the headers that a 304 leaves out. */
const OF_THE_CONTENT = ['content-length', 'content-type', 'content-encoding', 'content-range', 'accept-ranges']

const wholeOf = ({ body }: ServedObject, requestId: string) =>
  body instanceof GrowingBody ? body.stream(requestId) : body

const partOf = (body: Uint8Array | GrowingBody, [first, last]: Part, requestId: string) =>
  body instanceof GrowingBody ? body.stream(requestId, first, last) : body.subarray(first, last + 1)

/** Bytes; null while that is not known. */
function lengthOfBody({ body, headers }: ServedObject): number | null {
  if (!(body instanceof GrowingBody)) return body?.length ?? 0
  const length = headerValue(headers, 'content-length')
  return /^\d+$/.test(length) ? Number(length) : null
}

/** What a response has whatever part of the object it is. `headers`: of the whole. */
type Delivery = { headers: HeaderLine[]; result: ResultType; requestId: string }

/** The whole, the parts that a `Range` header asks for, or a 416. */
function rangeResponse(object: ServedObject, requestHeaders: readonly HeaderLine[], delivery: Delivery): EdgeResponse {
  const { status, body } = object
  const { headers, result, requestId } = delivery
  const length = lengthOfBody(object)
  const whole = () => ({ status, headers, body: wholeOf(object, requestId), result })
  // "Range GETs": of what comes in chunks, the viewer gets all.
  if (body === null || length === null) return whole()
  const range = rangeOf(requestHeaders, {
    length,
    etag: headerValue(headers, 'etag'),
    lastModified: headerValue(headers, 'last-modified'),
  })
  if (range.kind === 'whole') return whole()
  if (range.kind === 'unsatisfiable') {
    const refusal = errorResponse(416, 'Error', 'No part of the object is in the range that was asked for.', requestId)
    return { ...refusal, headers: [...refusal.headers, ['content-range', contentRange(null, length)]] }
  }
  const [first] = range.parts
  if (range.parts.length === 1 && first) return onePart(body, first, first, length, delivery)
  // Not before all of it is there.
  if (body instanceof GrowingBody) return whole()
  const boundary = `CloudFront:${requestId.slice(0, 32).replaceAll(/[^A-Za-z0-9]/g, '0')}`
  const bytes = multipartBody(range.parts, body, headerValue(headers, 'content-type'), boundary)
  const described = withHeader(headers, 'content-type', `multipart/byteranges; boundary="${boundary}"`)
  return { status: 206, headers: withHeader(described, 'content-length', String(bytes.length)), body: bytes, result }
}

/** The part itself, or the part of it that a request is about: "Range GETs". */
function partResponse(object: ServedObject, requestHeaders: readonly HeaderLine[], delivery: Delivery): EdgeResponse {
  const { status, body } = object
  const stored = storedPart(object)
  const wanted = stored && partWithin(stored, requestHeaders)
  if (!(body instanceof Uint8Array) || !stored || !wanted) {
    const { headers, result, requestId } = delivery
    return { status, headers, body: wholeOf(object, requestId), result }
  }
  const within: Part = [wanted[0] - stored.part[0], wanted[1] - stored.part[0]]
  return onePart(body, within, wanted, stored.length, delivery)
}

/** @param within where it is in `body` @param part where it is in the object @param length of the object; null: not known */
function onePart(
  body: Uint8Array | GrowingBody,
  within: Part,
  part: Part,
  length: number | null,
  { headers, result, requestId }: Delivery,
): EdgeResponse {
  const described = withHeader(
    withHeader(headers, 'content-range', contentRange(part, length)),
    'content-length',
    String(part[1] - part[0] + 1),
  )
  return { status: 206, headers: described, body: partOf(body, within, requestId), result, range: part }
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
