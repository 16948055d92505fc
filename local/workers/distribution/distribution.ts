/**
 * A distribution: what CloudFront does with a request, in its order. Developer Guide, "How CloudFront processes
 * requests", "Behavior settings", "Restrictions on edge functions".
 */

import type { ResponseHeadersPolicy } from '../../../bundle/policies.ts'
import { compileBehaviours } from '../../platform/behaviours.ts'
import { forwardedRequest, forwardsCookies, keyText } from '../../platform/cache-key.ts'
import { connectionOptions, hasHeader, headerValue, withoutHeaders } from '../../platform/header-lines.ts'
import { hostNameOf } from '../../platform/host-names.ts'
import { DISTRIBUTION, requestId as newRequestId, POP_HEADER } from '../../platform/identity.ts'
import type { HeaderLine, KeyAnswer, ViewerRequest } from '../../protocol/messages.ts'
import type { DistributionSettings, HostedTenant } from '../../protocol/settings.ts'
import type { Clock } from './clock.ts'
import { withCloudFrontHeaders } from './cloudfront-headers.ts'
import { EdgeLocation } from './edge-location.ts'
import { type Backend, type FetchRequest, fetchObject, responseOf } from './fetch-object.ts'
import { reasonOfAnswer } from './function-answers.ts'
import { accessRefusal, errorResponse, FUNCTION_FAILED } from './generated-responses.ts'
import { passing } from './growing-body.ts'
import { KeptObjects } from './kept-objects.ts'
import { LruCache } from './lru-cache.ts'
import { type EdgeRequest, type EdgeResponse, edgeRequest } from './messages.ts'
import { originResponseHeaders } from './origin-response-headers.ts'
import { PersistentCache } from './persistent-cache.ts'
import { type RefusalSubject, requestRefusal } from './request-refusals.ts'
import { Room } from './room.ts'
import { checkedRequest, isCacheable, type RoutedBehaviour, requestKey, routedBehaviours } from './routed-behaviours.ts'
import { Trace } from './trace.ts'
import { ACCESS_MESSAGES, accessOf, needsGrant } from './viewer-access.ts'
import { type FunctionHandler, type FunctionOutcome, runViewerFunction } from './viewer-function.ts'
import { runViewerLambda } from './viewer-lambda.ts'
import { Viewers } from './viewers.ts'

/** A response, and what its last headers and its summary need besides. */
export type Served = {
  response: EdgeResponse
  policy: ResponseHeadersPolicy | undefined
  pop: string
  requestId: string
  tenant: HostedTenant | null
  trace: Trace
}

/** A request on its way, and where it goes. */
type ReceivedRequest = RefusalSubject & {
  behaviour: RoutedBehaviour
  location: EdgeLocation
  trace: Trace
  waitUntil: WaitUntil
}

/** Keeps the Worker awake for work that goes on after the response. */
type WaitUntil = (work: Promise<unknown>) => void

/** Bytes of bodies that come in and may be cached, at all edge locations together: half of what the caches have. */
const ROOM_BYTES = 256 * 1024 * 1024

/** "Maximum cacheable file size": CloudFront's is 50 GB, which is more than this machine has. */
const LARGEST_OBJECT_BYTES = 64 * 1024 * 1024

export class Distribution {
  readonly #settings: DistributionSettings
  readonly #behaviourOf: (path: string) => RoutedBehaviour
  readonly #handler: FunctionHandler
  readonly #backend: Backend
  readonly #clock: Clock
  readonly #locations: EdgeLocation[]
  readonly #shared = { room: new Room(ROOM_BYTES), viewers: new Viewers() }
  readonly #tenants: ReadonlyMap<string, HostedTenant>

  /** @param store where caches outlive the process */
  constructor(
    settings: DistributionSettings,
    handler: FunctionHandler,
    backend: Backend,
    clock: Clock,
    store: R2Bucket | undefined,
  ) {
    this.#settings = settings
    this.#handler = handler
    this.#backend = backend
    this.#clock = clock
    this.#behaviourOf = compileBehaviours(routedBehaviours(settings))
    this.#tenants = new Map(settings.tenants.flatMap((tenant) => tenant.hostNames.map((name) => [name, tenant])))
    this.#locations = settings.pops.map((name, _, { length }) => {
      const persistent = store && new PersistentCache(store, name)
      const limit = Math.min(LARGEST_OBJECT_BYTES, Math.floor(ROOM_BYTES / length))
      const kept = new KeptObjects(new LruCache(length), persistent)
      return new EdgeLocation(name, { kept, backend, clock, bodies: { ...this.#shared, limit } })
    })
  }

  /** Answers a viewer. Rejects for nothing that a viewer, a function or an origin does. */
  async serve(received: ViewerRequest, body: ReadableStream<Uint8Array> | null, waitUntil: WaitUntil): Promise<Served> {
    const requestId = received.id ?? newRequestId()
    const trace = new Trace()
    const location = this.#locationFor(received)
    // "Serve compressed files": what HTTP/1.0 says of encodings does not count.
    const dropped = received.httpVersion === '1.0' ? [POP_HEADER, 'accept-encoding'] : [POP_HEADER]
    const ofConnection = connectionOptions(received.headers).filter((name) => !NEEDED.includes(name))
    const viewer = { ...received, headers: withoutHeaders(received.headers, [...dropped, ...ofConnection]) }
    const tenant = this.#tenantOf(viewer)
    if (tenant) trace.add({ step: 'tenant', tenant: tenant.id, prefix: tenant.prefix })
    const behaviour = this.#behaviourOf(edgeRequest(viewer).path)
    trace.add({ step: 'behaviour', path: behaviour.path, origin: behaviour.origin, reason: '' })
    const request = { viewer, behaviour, body, tenant, location, requestId, trace, waitUntil }
    const response = requestRefusal(request, this.#settings) ?? (await this.#respond(request))
    return { response, policy: behaviour.responseHeaders, pop: location.name, requestId, tenant, trace }
  }

  /** What the function makes of a request, and the key that it gets; nothing is fetched, and no signature asked for. */
  async keyFor(viewer: ViewerRequest): Promise<KeyAnswer> {
    const trace = new Trace()
    const behaviour = this.#behaviourOf(edgeRequest(viewer).path)
    const tenant = this.#tenantOf(viewer)
    const refusal = requestRefusal({ viewer, behaviour, body: null, tenant, requestId: '' }, this.#settings)
    if (refusal) return answered('distribution', refusal, refusal.reason ?? '')
    const outcome = await this.#runFunction(viewer, behaviour, newRequestId(), trace)
    const step = trace.steps().find((one) => 'changes' in one)
    if (outcome.kind === 'response') {
      const reason = reasonOfAnswer(viewer, outcome.response, (path) => this.#behaviourOf(path).path)
      return answered('viewer-request', outcome.response, reason)
    }
    if (outcome.kind === 'failed' || step === undefined) return { kind: 'failed', problems: step?.problems ?? [] }
    const key = requestKey(behaviour, checkedRequest(behaviour, outcome.request), tenant)
    return { kind: 'key', key, text: keyText(key), changes: step.changes }
  }

  /** A viewer has left before it had all of its response. @param requestId its own */
  viewerLeft(requestId: string): void {
    this.#shared.viewers.hasLeft(requestId)
  }

  /** @param tenant `undefined`: all tenants' @returns how many objects were removed, at all edge locations together */
  async invalidate(paths: readonly string[], tenant: string | undefined): Promise<number> {
    const removed = await Promise.all(this.#locations.map((location) => location.invalidate(paths, tenant)))
    return removed.reduce((sum, count) => sum + count, 0)
  }

  #tenantOf({ headers }: ViewerRequest): HostedTenant | null {
    return this.#tenants.get(hostNameOf(headerValue(headers, 'host'))) ?? null
  }

  #locationFor({ headers }: ViewerRequest): EdgeLocation {
    const wanted = headerValue(headers, POP_HEADER)
    const chosen = this.#locations.find(({ name }) => name === wanted)
    return chosen ?? (this.#locations[Math.floor(Math.random() * this.#locations.length)] as EdgeLocation)
  }

  /** What viewer-request and the check of signatures make of it; what they let through goes on. */
  async #respond(received: ReceivedRequest): Promise<EdgeResponse> {
    const { viewer, behaviour, requestId, trace } = received
    const { accessCheck } = this.#settings
    const early = accessCheck === 'before-viewer-request' && this.#accessRefusal(received, edgeRequest(viewer))
    if (early) return early
    const outcome = await this.#runFunction(viewer, behaviour, requestId, trace)
    if (outcome.kind === 'failed') {
      const status = /ValidationError$/.test(outcome.error) ? 502 : 503
      return errorResponse(status, outcome.error, FUNCTION_FAILED, requestId)
    }
    if (outcome.kind === 'response') {
      const result = behaviour.viewerRequest === 'lambda' ? 'LambdaGeneratedResponse' : 'FunctionGeneratedResponse'
      return { ...outcome.response, result }
    }
    const late = accessCheck === 'after-viewer-request' && this.#accessRefusal(received, outcome.request)
    if (late) return late
    return this.#forward(received, checkedRequest(behaviour, outcome.request))
  }

  /** To the cache, or past it to the origin. @param request as viewer-request returned it */
  async #forward(received: ReceivedRequest, request: EdgeRequest): Promise<EdgeResponse> {
    const { behaviour, body, tenant, location, requestId, trace, waitUntil } = received
    const { cache, originRequest } = behaviour
    const { origins, errorCachingMinimums, cacheTagHeader } = this.#settings.policies
    const viewer = { ...received.viewer, headers: request.headers }
    const isS3 = origins[behaviour.origin]?.s3 != null
    const fetch = {
      responseHeaders: (headers: readonly HeaderLine[]) => originResponseHeaders(headers, cache, originRequest, isS3),
      behaviour,
      forwarded: { ...request, ...forwardedRequest(cache, originRequest, request) },
      body,
      tenant,
      clientIp: viewer.ip,
      requestId,
      trace,
    }
    if (!isCacheable(behaviour, viewer.method)) {
      const response = await passThrough(this.#backend, fetch, viewer)
      const { body: stream } = response
      if (!(stream instanceof ReadableStream)) return response
      return { ...response, body: passing(stream, requestId, this.#shared, waitUntil) }
    }
    const key = requestKey(behaviour, request, tenant)
    trace.add({ step: 'key', key })
    return location.respond({
      key,
      cacheKey: keyText(key),
      cachePolicy: cache,
      viewer,
      fetch,
      errorCachingMinimums,
      cacheTagHeader,
      isS3,
      forwardsCookies: forwardsCookies(cache, originRequest),
      waitUntil,
    })
  }

  /** The response to a request that no signature allows, if it needs one. */
  #accessRefusal({ viewer, behaviour, trace }: ReceivedRequest, request: EdgeRequest): EdgeResponse | undefined {
    const { scheme, ip } = viewer
    if (behaviour.trustedKeys === null || !needsGrant(request)) return undefined
    const access = accessOf({ request, scheme, ip, now: this.#clock.now() }, behaviour.trustedKeys)
    trace.add({ step: 'access', result: access.kind, reason: access.reason })
    return access.kind === 'refused' ? accessRefusal(access.code, ACCESS_MESSAGES[access.code]) : undefined
  }

  #runFunction(
    viewer: ViewerRequest,
    { cloudFrontHeaders, viewerRequest }: RoutedBehaviour,
    requestId: string,
    trace: Trace,
  ): Promise<FunctionOutcome> {
    if (viewerRequest === 'lambda') {
      return runViewerLambda(this.#backend.lambdas, edgeRequest(viewer), viewer.ip, requestId, trace)
    }
    const request = edgeRequest({ ...viewer, headers: withCloudFrontHeaders(viewer, cloudFrontHeaders) })
    return runViewerFunction(this.#handler, request, viewer.ip, { ...DISTRIBUTION, requestId }, trace)
  }
}

/** What `Connection` can't take out of a request: RFC 9110, 7.6.1, forbids to name what all recipients need. */
const NEEDED = ['host', 'content-length']

const answered = (
  by: 'distribution' | 'viewer-request',
  { status, headers }: { status: number; headers: HeaderLine[] },
  reason: string,
): KeyAnswer => ({ kind: 'answered', by, reason, status, headers })

/** A response that is for this request alone goes on as it comes. */
async function passThrough(
  backend: Backend,
  fetch: Omit<FetchRequest, 'validators'>,
  viewer: ViewerRequest,
): Promise<EdgeResponse> {
  fetch.trace.add({ step: 'cache', result: 'Bypass', reason: 'the behaviour does not cache this' })
  const { forwarded } = fetch
  const range = viewer.headers.filter(([name]) => name === 'range' && !hasHeader(forwarded.headers, 'range'))
  const withRange = { ...forwarded, headers: [...forwarded.headers, ...range] }
  const fetched = await fetchObject(backend, { ...fetch, forwarded: withRange, validators: [] })
  return responseOf(fetched, fetch.requestId)
}
