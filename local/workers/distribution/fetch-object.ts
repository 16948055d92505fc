/** What a cache miss sets off: origin-request, the origin, origin-response. */

import { at } from '../../../base/json-values.ts'
import type { Behaviour } from '../../../bundle/policies.ts'
import { RESPONSE_HEADERS_BYTES } from '../../../edge/limits.ts'
import { HOP_BY_HOP, headerValue, withHeader, withoutHeaders } from '../../protocol/header-lines.ts'
import { VIA } from '../../protocol/identity.ts'
import type { HeaderLine, ResultType } from '../../protocol/messages.ts'
import type { EdgeRequest } from './edge-request.ts'
import { type EdgeResponse, failureResponse } from './generated-responses.ts'
import {
  type OriginRequest,
  originObject,
  originRequestEvent,
  originResponseEvent,
  requestReturned,
  responseReturned,
} from './lambda-event.ts'
import { type Lambdas, runLambda } from './lambdas.ts'
import { fetchFromOrigin, type OriginAnswer, type Origins } from './origin-fetch.ts'
import type { Trace } from './trace.ts'

export type FetchedObject =
  | {
      kind: 'object'
      status: number
      headers: HeaderLine[]
      body: Uint8Array | ReadableStream<Uint8Array> | null
      /** Made by origin-request in the origin's place. */
      isGenerated: boolean
      /** Of the origin's body, as it announced it; 0 where it did not. */
      originBytes: number
    }
  /** `reason`: `x-edge-detailed-result-type`. */
  | { kind: 'failed'; status: 502 | 503 | 504; result: ResultType; reason: string; says: string }

export type ObjectRequest = {
  behaviour: Behaviour
  /** With the query and headers that the policies let through. */
  request: EdgeRequest
  body: ReadableStream<Uint8Array> | null
  /** What of a response's headers goes on. */
  passed(headers: readonly HeaderLine[]): HeaderLine[]
  /** Of the cached object that is to be revalidated. */
  validators: readonly HeaderLine[]
  clientIp: string
  requestId: string
  trace: Trace
}

export type Backend = { lambdas: Lambdas; origins: Origins }

export async function fetchObject(backend: Backend, asked: ObjectRequest): Promise<FetchedObject> {
  const { trace, requestId, behaviour } = asked
  const before = originRequestOf(backend.origins, asked)
  const event = originRequestEvent(before, requestId)
  const outcome = await runLambda(backend.lambdas, 'origin-request', event, messageOf(event, 'request'), trace)
  if (outcome.kind === 'failed') return lambdaFailure(outcome.error)
  // What a function generates does not go through origin-response: "Work with requests and responses".
  if ('status' in outcome.value) {
    const { status, headers, body } = responseReturned(outcome.value)
    return {
      kind: 'object',
      status,
      headers: asked.passed(headers),
      body: body ?? null,
      isGenerated: true,
      originBytes: 0,
    }
  }
  const returned = requestReturned(outcome.value, before)
  const request = { ...returned, headers: withHeader(returned.headers, 'x-amz-cf-id', requestId) }
  const answer = await fetchFromOrigin(backend.origins, request, asked.body, behaviour.originAccessControl, trace)
  if (answer.kind === 'failed') return { ...answer, result: 'Error' }
  if (headBytes(answer.headers) > RESPONSE_HEADERS_BYTES) {
    return {
      kind: 'failed',
      status: 502,
      result: 'Error',
      reason: 'OriginHeaderTooBigError',
      says: `The origin sent more than ${RESPONSE_HEADERS_BYTES} bytes of headers.`,
    }
  }
  if (answer.status < 200 || answer.status > 599) {
    return {
      kind: 'failed',
      status: 502,
      result: 'Error',
      reason: 'OriginInvalidResponseError',
      says: `The origin sent the status ${answer.status}.`,
    }
  }
  return respond(backend, request, answer, asked)
}

const headBytes = (headers: readonly HeaderLine[]) =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)

async function respond(
  backend: Backend,
  request: OriginRequest,
  answer: Extract<OriginAnswer, { kind: 'response' }>,
  { requestId, trace, passed }: ObjectRequest,
): Promise<FetchedObject> {
  const headers = withoutHeaders(answer.headers, HOP_BY_HOP)
  const event = originResponseEvent(request, { status: answer.status, statusText: '', headers }, requestId)
  const outcome = await runLambda(backend.lambdas, 'origin-response', event, messageOf(event, 'response'), trace)
  if (outcome.kind === 'failed') {
    await answer.body?.cancel()
    return lambdaFailure(outcome.error)
  }
  const response = responseReturned(outcome.value)
  const returned = { ...response, headers: passed(response.headers) }
  const originBytes = Number(headerValue(answer.headers, 'content-length')) || 0
  if (returned.body === undefined) {
    // The origin's body is as long as the origin says, whatever the function does.
    const announced = answer.headers.filter(([name]) => name === 'content-length')
    const headers = [...withoutHeaders(returned.headers, ['content-length']), ...announced]
    return { kind: 'object', ...returned, headers, body: answer.body, isGenerated: false, originBytes }
  }
  await answer.body?.cancel()
  const length: HeaderLine = ['content-length', String(returned.body.length)]
  return {
    kind: 'object',
    status: returned.status,
    headers: [...withoutHeaders(returned.headers, ['content-length']), length],
    body: returned.body,
    isGenerated: false,
    originBytes,
  }
}

/**
 * Developer Guide, "Request and response behavior for custom origins", the headers that CloudFront sets itself; and for
 * a revalidation, "Manage how long content stays in the cache".
 */
function originRequestOf({ policies }: Origins, asked: ObjectRequest): OriginRequest {
  const { request, behaviour, validators, clientIp } = asked
  const origin = policies.origins[behaviour.origin]
  if (origin === undefined)
    throw new Error(`policies.json has a behaviour for the origin ${behaviour.origin}, and no such origin`)
  const forwarded = headerValue(request.headers, 'x-forwarded-for')
  let headers = withHeader(
    request.headers,
    'x-forwarded-for',
    forwarded === '' ? clientIp : `${forwarded}, ${clientIp}`,
  )
  headers = withHeader(headers, 'via', VIA)
  headers = withHeader(headers, 'host', origin.domainName)
  if (headerValue(headers, 'user-agent') === '') headers = withHeader(headers, 'user-agent', 'Amazon CloudFront')
  return {
    ...request,
    headers: [
      ...withoutHeaders(
        headers,
        validators.map(([name]) => name),
      ),
      ...validators,
    ],
    clientIp,
    origin: originObject(origin),
  }
}

const messageOf = (event: unknown, name: 'request' | 'response') => at(event, 'Records', 0, 'cf', name)

/** Developer Guide, "HTTP 502 status code (Bad Gateway)" and "HTTP 503 status code (Service Unavailable)". */
const lambdaFailure = (error: ResultType): FetchedObject => ({
  kind: 'failed',
  status: error === 'LambdaValidationError' ? 502 : 503,
  result: error,
  reason: error,
  says: `The Lambda@Edge function failed: ${error}. The page of requests says why.`,
})

/** What a viewer gets of it, where nothing is in the cache. */
export function responseOf(fetched: FetchedObject, requestId: string): EdgeResponse {
  if (fetched.kind === 'failed') return failureResponse(fetched, requestId)
  const { status, headers, body, isGenerated } = fetched
  return { status, headers, body, result: isGenerated ? 'LambdaGeneratedResponse' : status >= 400 ? 'Error' : 'Miss' }
}
