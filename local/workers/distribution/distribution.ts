/**
 * A distribution: what CloudFront does with a request, in its order. Developer Guide, "How CloudFront processes
 * requests", "Behavior settings", "Restrictions on edge functions".
 */

import type { Behaviour, CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy } from '../../../bundle/policies.ts'
import { REQUEST_BYTES, URL_CHARACTERS } from '../../../edge/limits.ts'
import { compileBehaviours } from '../../platform/behaviours.ts'
import { cacheKeyOf, forwardedRequest, forwardsCookies, keyText } from '../../platform/cache-key.ts'
import { connectionOptions, hasHeader, headerValue, withoutHeaders } from '../../platform/header-lines.ts'
import { hostNameOf, isOwnHost } from '../../platform/host-names.ts'
import { DISTRIBUTION, requestId as newRequestId, POP_HEADER } from '../../platform/identity.ts'
import type { CacheKey, HeaderLine, KeyAnswer, ViewerRequest } from '../../protocol/messages.ts'
import type { DistributionSettings, HostedTenant } from '../../protocol/settings.ts'
import type { Clock } from './clock.ts'
import { namedCloudFrontHeaders, withCloudFrontHeaders } from './cloudfront-headers.ts'
import { EdgeLocation } from './edge-location.ts'
import { type Backend, type FetchRequest, fetchObject, responseOf } from './fetch-object.ts'
import { reasonOfAnswer } from './function-answers.ts'
import { accessRefusal, errorResponse, FUNCTION_FAILED, redirectResponse } from './generated-responses.ts'
import { passing } from './growing-body.ts'
import { KeptObjects } from './kept-objects.ts'
import { LruCache } from './lru-cache.ts'
import { type EdgeRequest, type EdgeResponse, edgeRequest } from './messages.ts'
import { originResponseHeaders } from './origin-response-headers.ts'
import { PersistentCache } from './persistent-cache.ts'
import { Room } from './room.ts'
import { withoutSignature, withoutSigningCookies } from './signing-parts.ts'
import { Trace } from './trace.ts'
import { ACCESS_MESSAGES, accessOf, needsGrant, type TrustedKeys, trustedKeys } from './viewer-access.ts'
import { type FunctionHandler, type FunctionOutcome, runViewerFunction } from './viewer-function.ts'
import { runViewerLambda } from './viewer-lambda.ts'
import { Viewers } from './viewers.ts'

/** A behaviour with its policies at hand. */
type RoutedBehaviour = Behaviour & {
  cache: CachePolicy
  originRequest: OriginRequestPolicy | undefined
  responseHeaders: ResponseHeadersPolicy | undefined
  /** `CloudFront-*` headers that its policies name. */
  cloudFrontHeaders: string[]
  /** Null: everybody may have what it has. */
  trustedKeys: TrustedKeys | null
}

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
type ReceivedRequest = {
  viewer: ViewerRequest
  behaviour: RoutedBehaviour
  body: ReadableStream<Uint8Array> | null
  /** Null: of a distribution for a single site, or of one that no tenant has this name of. */
  tenant: HostedTenant | null
  location: EdgeLocation
  requestId: string
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
      return new EdgeLocation(name, kept, backend, clock, { ...this.#shared, limit })
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
    const response = this.#refusal(request) ?? (await this.#respond(request))
    return { response, policy: behaviour.responseHeaders, pop: location.name, requestId, tenant, trace }
  }

  /** What the function makes of a request, and the key that it gets; nothing is fetched, and no signature asked for. */
  async keyFor(viewer: ViewerRequest): Promise<KeyAnswer> {
    const trace = new Trace()
    const behaviour = this.#behaviourOf(edgeRequest(viewer).path)
    const tenant = this.#tenantOf(viewer)
    const refusal = this.#refusal({ viewer, behaviour, body: null, tenant, requestId: '' })
    if (refusal) return answered('distribution', refusal, refusal.reason ?? '')
    const outcome = await this.#runFunction(viewer, behaviour, newRequestId(), trace)
    const step = trace.steps().find((one) => 'changes' in one)
    if (outcome.kind === 'response') {
      const reason = reasonOfAnswer(viewer, outcome.response, (path) => this.#behaviourOf(path).path)
      return answered('viewer-request', outcome.response, reason)
    }
    if (outcome.kind === 'failed' || step === undefined) return { kind: 'failed', problems: step?.problems ?? [] }
    const key = keyOf(behaviour, checkedRequest(behaviour, outcome.request), tenant)
    return { kind: 'key', key, text: keyText(key), changes: step.changes }
  }

  /** A viewer has left before it had all of its response. @param requestId its own */
  viewerLeft(requestId: string): void {
    this.#shared.viewers.hasLeft(requestId)
  }

  /** @param tenant whose alone; `undefined`: all. @returns how many objects were removed, at all edge locations together */
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

  /** The response where a request is refused or redirected before any function runs. */
  #refusal({
    viewer,
    behaviour,
    body,
    tenant,
    requestId,
  }: Pick<ReceivedRequest, 'viewer' | 'behaviour' | 'body' | 'tenant' | 'requestId'>): EdgeResponse | undefined {
    const { target, headBytes, scheme, method, httpVersion, headers } = viewer
    const { viewerProtocolPolicy } = behaviour
    const error = (status: number, reason: string) => errorResponse(status, 'Error', reason, requestId)
    const host = headerValue(headers, 'host')
    // "HTTP 403 status code (Forbidden)", alternate domain names: CloudFront has no distribution, or no tenant, of this name.
    if (tenant === null && this.#tenants.size > 0) return error(403, `No tenant here is called ${host}.`)
    if (target.length > URL_CHARACTERS) {
      return { ...error(414, `The URL is longer than ${URL_CHARACTERS} characters.`), close: true }
    }
    if (headBytes > REQUEST_BYTES) {
      return { ...error(494, `The request is longer than ${REQUEST_BYTES} bytes.`), close: true }
    }
    if (scheme === 'http' && viewerProtocolPolicy === 'https-only') return error(403, HTTPS_ONLY)
    if (scheme === 'http' && viewerProtocolPolicy === 'redirect-to-https') {
      // At CloudFront, a name that no distribution has leads nowhere; here it must not lead to wherever it says.
      if (tenant === null && !isOwnHost(host, this.#settings.policies.domains))
        return error(403, `No domain here is called ${host}.`)
      if (method === 'GET' || method === 'HEAD') return redirectResponse(301, this.#httpsUrl(headers, target))
      return httpVersion === '1.0' ? error(403, HTTPS_ONLY) : redirectResponse(307, this.#httpsUrl(headers, target))
    }
    if (!behaviour.allowedMethods.includes(method)) {
      return error(403, `The behaviour ${behaviour.path} allows ${behaviour.allowedMethods.join(', ')}.`)
    }
    return body !== null && method === 'GET' ? error(403, 'A GET request must not have a body.') : undefined
  }

  #httpsUrl(headers: ViewerRequest['headers'], target: string): string {
    const host = headerValue(headers, 'host').replace(/:\d+$/, '')
    const { httpsPort } = this.#settings
    return `https://${host}${httpsPort === 443 ? '' : `:${httpsPort}`}${target}`
  }

  async #respond(routed: ReceivedRequest): Promise<EdgeResponse> {
    const { viewer, behaviour, body, tenant, location, requestId, trace, waitUntil } = routed
    const { accessCheck, policies } = this.#settings
    const early = accessCheck === 'before-viewer-request' && this.#accessRefusal(routed, edgeRequest(viewer))
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
    const late = accessCheck === 'after-viewer-request' && this.#accessRefusal(routed, outcome.request)
    if (late) return late
    const request = checkedRequest(behaviour, outcome.request)
    const { origins, errorCachingMinimums, cacheTagHeader } = policies
    const isS3 = origins[behaviour.origin]?.s3 != null
    const fetch = {
      responseHeaders: (headers: readonly HeaderLine[]) =>
        originResponseHeaders(headers, behaviour.cache, behaviour.originRequest, isS3),
      behaviour,
      forwarded: { ...request, ...forwardedRequest(behaviour.cache, behaviour.originRequest, request) },
      body,
      tenant,
      clientIp: viewer.ip,
      requestId,
      trace,
    }
    const changed = { ...viewer, headers: request.headers }
    if (!isCacheable(behaviour, viewer.method)) {
      const response = await passThrough(this.#backend, fetch, changed)
      const { body: stream } = response
      if (!(stream instanceof ReadableStream)) return response
      return { ...response, body: passing(stream, requestId, this.#shared, waitUntil) }
    }
    const key = keyOf(behaviour, request, tenant)
    trace.add({ step: 'key', key })
    return location.respond({
      key,
      cachePolicy: behaviour.cache,
      viewer: changed,
      fetch,
      errorCachingMinimums,
      cacheTagHeader,
      isS3,
      forwardsCookies: forwardsCookies(behaviour.cache, behaviour.originRequest),
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

const HTTPS_ONLY = 'This is for HTTPS alone.'

const answered = (
  by: 'distribution' | 'viewer-request',
  { status, headers }: { status: number; headers: HeaderLine[] },
  reason: string,
): KeyAnswer => ({ kind: 'answered', by, reason, status, headers })

function routedBehaviours({ policies }: DistributionSettings): RoutedBehaviour[] {
  return policies.behaviours.map((behaviour) => {
    const cache = policies.cachePolicies.find(({ Name }) => Name === behaviour.cachePolicy)
    if (cache === undefined) throw new Error(`policies.json has no cache policy ${behaviour.cachePolicy}`)
    const originRequest = policies.originRequestPolicies.find(({ Name }) => Name === behaviour.originRequestPolicy)
    const responseHeaders = policies.responseHeadersPolicies.find(
      ({ Name }) => Name === behaviour.responseHeadersPolicy,
    )
    const cloudFrontHeaders = namedCloudFrontHeaders(cache, originRequest)
    return {
      ...behaviour,
      ...{ cache, originRequest, responseHeaders, cloudFrontHeaders },
      trustedKeys: trustedKeys(behaviour, policies),
    }
  })
}

const checkedRequest = ({ trustedKeys }: RoutedBehaviour, request: EdgeRequest): EdgeRequest =>
  trustedKeys === null ? request : withoutSignature(request)

function keyOf(
  { cache, path, trustedKeys }: RoutedBehaviour,
  request: EdgeRequest,
  tenant: HostedTenant | null,
): CacheKey {
  const headers = trustedKeys === null ? request.headers : withoutSigningCookies(request.headers)
  const key = cacheKeyOf(cache, { ...request, headers }, path)
  return tenant ? { tenant: tenant.id, ...key } : key
}

/** Caching is off where all TTLs are 0: Developer Guide, "Use managed cache policies", CachingDisabled. */
const isCacheable = ({ cachedMethods, cache }: RoutedBehaviour, method: string): boolean =>
  cachedMethods.includes(method) && (cache.MaxTTL > 0 || cache.MinTTL > 0)

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
