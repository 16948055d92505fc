/** What follows a cache miss: origin-request, the origin, origin-response; and the same once more, where the origin fails over. */

import { at } from '../../../base/json-values.ts'
import { type Behaviour, failoverOf, type Origin } from '../../../bundle/policies.ts'
import type { FailoverSettings } from '../../../bundle/settings.ts'
import { FAILOVER_METHODS, RESPONSE_HEADERS_BYTES } from '../../../edge/limits.ts'
import { connectionOptions, HOP_BY_HOP, headerValue, withHeader, withoutHeaders } from '../../platform/header-lines.ts'
import { VIA } from '../../platform/identity.ts'
import {
  lambdaRequest,
  lambdaResponse,
  type OriginRequest,
  originObject,
  originRequestEvent,
  originResponseEvent,
} from '../../platform/lambda-event.ts'
import type { HeaderLine, ResultType } from '../../protocol/messages.ts'
import type { OriginErrorType, OriginFailure, OriginResponse } from '../../protocol/origin.ts'
import type { HostedTenant } from '../../protocol/settings.ts'
import { failureResponse } from './generated-responses.ts'
import { type Lambdas, runLambda } from './lambdas.ts'
import type { EdgeRequest, EdgeResponse, FetchedObject } from './messages.ts'
import { fetchFromOrigin, type Origins } from './origin-fetch.ts'
import type { Trace } from './trace.ts'

export type FetchRequest = {
  behaviour: Behaviour
  /** With the query and headers that the policies let through. */
  forwarded: EdgeRequest
  body: ReadableStream<Uint8Array> | null
  /** Those of the origin's response headers that go on. */
  responseHeaders(headers: readonly HeaderLine[]): HeaderLine[]
  /** Of the cached object that is to be revalidated. */
  validators: readonly HeaderLine[]
  /** Whose objects it may have; null: of a distribution for a single site. */
  tenant: HostedTenant | null
  clientIp: string
  requestId: string
  trace: Trace
}

export type Backend = { lambdas: Lambdas; origins: Origins }

/**
 * Developer Guide, "Optimize high availability with CloudFront origin failover": the second origin is asked as the first one
 * was, functions included. A request with a body can't be sent again.
 */
export async function fetchObject(backend: Backend, fetch: FetchRequest): Promise<FetchedObject> {
  const { behaviour, forwarded, body } = fetch
  const failover = failoverOf(behaviour, backend.origins.policies)
  if (!failover || !FAILOVER_METHODS.includes(forwarded.method) || body !== null) {
    return fetchFrom(backend, fetch, behaviour.origin)
  }
  const first = await fetchFrom(backend, fetch, behaviour.origin, failover)
  return first ?? fetchFrom(backend, fetch, failover.origin)
}

/** @param failover what not to answer, but to fail over on: then there is no answer */
async function fetchFrom(backend: Backend, fetch: FetchRequest, origin: string): Promise<FetchedObject>
async function fetchFrom(
  backend: Backend,
  fetch: FetchRequest,
  origin: string,
  failover: FailoverSettings,
): Promise<FetchedObject | undefined>
async function fetchFrom(
  backend: Backend,
  fetch: FetchRequest,
  origin: string,
  failover?: FailoverSettings,
): Promise<FetchedObject | undefined> {
  const { trace, requestId, behaviour } = fetch
  const before = originRequestOf(backend.origins, fetch, origin)
  const event = originRequestEvent(before, requestId)
  const outcome = await runLambda(backend.lambdas, 'origin-request', event, messageOf(event, 'request'), trace)
  if (outcome.kind === 'failed') return lambdaFailure(outcome.error)
  // What a function generates does not go through origin-response: "Work with requests and responses".
  if ('status' in outcome.value) {
    const { status, headers, body } = lambdaResponse(outcome.value)
    return {
      kind: 'object',
      status,
      headers: fetch.responseHeaders(headers),
      body: body ?? null,
      isGenerated: true,
      originBytes: 0,
    }
  }
  const returned = lambdaRequest(outcome.value, before)
  const request = { ...returned, headers: withHeader(returned.headers, 'x-amz-cf-id', requestId) }
  const response = await fetchFromOrigin(backend.origins, request, fetch.body, behaviour.originAccessControl, trace)
  if (failover && (response.kind === 'failed' || failover.statuses.includes(response.status))) {
    trace.add({ step: 'failover', origin: failover.origin, reason: `${origin} has failed: ${failureText(response)}` })
    if (response.kind === 'response') await response.body?.cancel()
    return undefined
  }
  if (response.kind === 'failed') return { ...response, result: 'Error' }
  if (headBytes(response.headers) > RESPONSE_HEADERS_BYTES) {
    return badGateway(
      'OriginHeaderTooBigError',
      `The origin sent more than ${RESPONSE_HEADERS_BYTES} bytes of headers.`,
    )
  }
  if (response.status < 200 || response.status > 599) {
    return badGateway('OriginInvalidResponseError', `The origin sent the status ${response.status}.`)
  }
  return afterOriginResponse(backend, request, response, fetch)
}

const failureText = (response: OriginResponse<unknown> | OriginFailure): string =>
  response.kind === 'failed' ? response.reason : `it answered ${response.status}`

const badGateway = (detailedResultType: OriginErrorType, reason: string): FetchedObject => ({
  kind: 'failed',
  status: 502,
  result: 'Error',
  detailedResultType,
  reason,
})

const headBytes = (headers: readonly HeaderLine[]) =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)

/** What origin-response makes of the origin's response. */
async function afterOriginResponse(
  backend: Backend,
  request: OriginRequest,
  response: OriginResponse<ReadableStream<Uint8Array> | null>,
  { requestId, trace, responseHeaders }: FetchRequest,
): Promise<FetchedObject> {
  const received = withoutHeaders(response.headers, [...HOP_BY_HOP, ...connectionOptions(response.headers)])
  const event = originResponseEvent(request, { status: response.status, headers: received }, requestId)
  const outcome = await runLambda(backend.lambdas, 'origin-response', event, messageOf(event, 'response'), trace)
  if (outcome.kind === 'failed') {
    await response.body?.cancel()
    return lambdaFailure(outcome.error)
  }
  const { status, headers, body } = lambdaResponse(outcome.value)
  const kept = withoutHeaders(responseHeaders(headers), ['content-length'])
  const originBytes = Number(headerValue(response.headers, 'content-length')) || 0
  if (body === undefined) {
    // The origin's body is as long as the origin says, whatever the function does.
    const announced = response.headers.filter(([name]) => name === 'content-length')
    return {
      kind: 'object',
      status,
      headers: [...kept, ...announced],
      body: response.body,
      isGenerated: false,
      originBytes,
    }
  }
  await response.body?.cancel()
  const length: HeaderLine = ['content-length', String(body.length)]
  return { kind: 'object', status, headers: [...kept, length], body, isGenerated: false, originBytes }
}

/**
 * Developer Guide, "Request and response behavior for custom origins", the headers that CloudFront sets itself; and for
 * a revalidation, "Manage how long content stays in the cache".
 */
function originRequestOf({ policies, originHeaders }: Origins, fetch: FetchRequest, name: string): OriginRequest {
  const { forwarded, validators, tenant, clientIp } = fetch
  const origin = policies.origins[name]
  if (origin === undefined) throw new Error(`policies.json has a behaviour for the origin ${name}, and no such origin`)
  const forwardedFor = headerValue(forwarded.headers, 'x-forwarded-for')
  let headers = withHeader(
    forwarded.headers,
    'x-forwarded-for',
    forwardedFor === '' ? clientIp : `${forwardedFor}, ${clientIp}`,
  )
  headers = withHeader(headers, 'via', VIA)
  headers = withHeader(headers, 'host', origin.domainName)
  if (headerValue(headers, 'user-agent') === '') headers = withHeader(headers, 'user-agent', 'Amazon CloudFront')
  return {
    ...forwarded,
    headers: [
      ...withoutHeaders(
        headers,
        validators.map(([name]) => name),
      ),
      ...validators,
    ],
    clientIp,
    origin: originObject(ofTenant(origin, tenant), originHeaders[name] ?? {}),
  }
}

/** Objects of a tenant are under its prefix in each bucket; an API is one for all. */
const ofTenant = (origin: Origin, tenant: HostedTenant | null): Origin =>
  tenant && origin.s3 ? { ...origin, originPath: `${origin.originPath}/${tenant.prefix}` } : origin

const messageOf = (event: unknown, name: 'request' | 'response') => at(event, 'Records', 0, 'cf', name)

/** Developer Guide, "HTTP 502 status code (Bad Gateway)" and "HTTP 503 status code (Service Unavailable)". */
const lambdaFailure = (error: ResultType): FetchedObject => ({
  kind: 'failed',
  status: error === 'LambdaValidationError' ? 502 : 503,
  result: error,
  detailedResultType: error,
  reason: `The Lambda@Edge function failed: ${error}. The page of requests says why.`,
})

/** A fetched object as the response to the request that it was fetched for. */
export function responseOf(fetched: FetchedObject, requestId: string): EdgeResponse {
  if (fetched.kind === 'failed') return failureResponse(fetched, requestId)
  const { status, headers, body, isGenerated } = fetched
  const result = isGenerated ? 'LambdaGeneratedResponse' : status >= 400 ? 'Error' : 'Miss'
  return { status, headers, body, result, ...(body instanceof ReadableStream && { bodyOf: requestId }) }
}
