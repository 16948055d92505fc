/**
 * A distribution: what CloudFront does with a request, in its order. Developer Guide, "How CloudFront processes
 * requests", "Behavior settings", "Restrictions on edge functions".
 */

import type { Behaviour, CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy } from '../../../bundle/policies.ts'
import { REQUEST_BYTES, URL_CHARACTERS } from '../../../edge/limits.ts'
import { compileBehaviours } from '../../platform/behaviours.ts'
import { hasHeader, headerValue, withoutHeaders } from '../../protocol/header-lines.ts'
import { DISTRIBUTION, POP_HEADER, requestId } from '../../protocol/identity.ts'
import type { CacheKey, HeaderLine, ViewerRequest } from '../../protocol/messages.ts'
import type { DistributionSettings } from '../../protocol/settings.ts'
import type { Clock } from './clock.ts'
import { namedHeaders, withCloudFrontHeaders } from './cloudfront-headers.ts'
import { EdgeLocation } from './edge-location.ts'
import { type EdgeRequest, edgeRequest } from './edge-request.ts'
import { type Backend, fetchObject, responseOf } from './fetch-object.ts'
import { type EdgeResponse, errorResponse, FUNCTION_SAYS, redirectResponse } from './generated-responses.ts'
import { cacheKey, forwardedRequest, forwardsCookies } from './key.ts'
import { EdgeCache } from './lru-cache.ts'
import { passedHeaders } from './origin-response-headers.ts'
import { KeptObjects, type ObjectStore } from './persistent-cache.ts'
import { Trace } from './trace.ts'
import { type FunctionOutcome, type Handler, runViewerFunction } from './viewer-function.ts'

/** A behaviour with its policies at hand. */
type Route = Behaviour & {
  cache: CachePolicy
  originRequest: OriginRequestPolicy | undefined
  responseHeaders: ResponseHeadersPolicy | undefined
  /** `CloudFront-*` headers that its policies name. */
  named: string[]
}

export type Served = {
  answer: EdgeResponse
  policy: ResponseHeadersPolicy | undefined
  pop: string
  id: string
  trace: Trace
}

type Waiting = (work: Promise<unknown>) => void

export class Distribution {
  readonly #settings: DistributionSettings
  readonly #routeOf: (path: string) => Route
  readonly #handler: Handler
  readonly #backend: Backend
  readonly #locations: EdgeLocation[]

  /** @param store where caches outlive the process */
  constructor(
    settings: DistributionSettings,
    handler: Handler,
    backend: Backend,
    clock: Clock,
    store: ObjectStore | undefined,
  ) {
    this.#settings = settings
    this.#handler = handler
    this.#backend = backend
    this.#routeOf = compileBehaviours(routesOf(settings))
    this.#locations = settings.pops.map(
      (name) =>
        new EdgeLocation(
          name,
          new EdgeCache(settings.pops.length),
          store && new KeptObjects(store, name),
          backend,
          clock,
        ),
    )
  }

  /** Answers a viewer. Rejects for nothing that a viewer, a function or an origin does. */
  async serve(received: ViewerRequest, body: ReadableStream<Uint8Array> | null, waitUntil: Waiting): Promise<Served> {
    const id = received.id ?? requestId()
    const trace = new Trace()
    const location = this.#locationFor(received)
    // "Serve compressed files": what HTTP/1.0 says of encodings does not count.
    const dropped = received.httpVersion === '1.0' ? [POP_HEADER, 'accept-encoding'] : [POP_HEADER]
    const viewer = { ...received, headers: withoutHeaders(received.headers, dropped) }
    const path = edgeRequest(viewer).path
    const route = this.#routeOf(path)
    trace.add({ step: 'behaviour', path: route.path, origin: route.origin, says: '' })
    const answer =
      this.#refusal(viewer, route, body !== null, id) ??
      (await this.#run(viewer, route, body, location, id, trace, waitUntil))
    return { answer, policy: route.responseHeaders, pop: location.name, id, trace }
  }

  /** What the function makes of a request, and the key that it gets; nothing is fetched. */
  async keyFor(viewer: ViewerRequest): Promise<{ outcome: FunctionOutcome; key: CacheKey | undefined; trace: Trace }> {
    const trace = new Trace()
    const route = this.#routeOf(edgeRequest(viewer).path)
    const outcome = await this.#function(viewer, route, requestId(), trace)
    const key = outcome.kind === 'request' ? cacheKey(route.cache, outcome.request, route.path) : undefined
    return { outcome, key, trace }
  }

  /** @returns how many objects were removed, at all edge locations together */
  async invalidate(paths: readonly string[]): Promise<number> {
    const removed = await Promise.all(this.#locations.map((location) => location.invalidate(paths)))
    return removed.reduce((sum, count) => sum + count, 0)
  }

  #locationFor({ headers }: ViewerRequest): EdgeLocation {
    const wanted = headerValue(headers, POP_HEADER)
    const chosen = this.#locations.find(({ name }) => name === wanted)
    return chosen ?? (this.#locations[Math.floor(Math.random() * this.#locations.length)] as EdgeLocation)
  }

  /** What is refused or redirected before any function runs. */
  #refusal(
    { target, headBytes, scheme, method, httpVersion, headers }: ViewerRequest,
    route: Route,
    hasBody: boolean,
    id: string,
  ): EdgeResponse | undefined {
    const error = (status: number, says: string) => errorResponse(status, 'Error', says, id)
    if (target.length > URL_CHARACTERS) {
      return { ...error(414, `The URL is longer than ${URL_CHARACTERS} characters.`), close: true }
    }
    if (headBytes > REQUEST_BYTES) {
      return { ...error(494, `The request is longer than ${REQUEST_BYTES} bytes.`), close: true }
    }
    if (scheme === 'http' && route.viewerProtocolPolicy === 'https-only') return error(403, 'This is for HTTPS alone.')
    if (scheme === 'http' && route.viewerProtocolPolicy === 'redirect-to-https') {
      if (method === 'GET' || method === 'HEAD') return redirectResponse(301, this.#httpsUrl(headers, target))
      return httpVersion === '1.0'
        ? error(403, 'This is for HTTPS alone.')
        : redirectResponse(307, this.#httpsUrl(headers, target))
    }
    if (!route.allowedMethods.includes(method)) {
      return error(403, `The behaviour ${route.path} allows ${route.allowedMethods.join(', ')}.`)
    }
    return hasBody && method === 'GET' ? error(403, 'A GET request must not have a body.') : undefined
  }

  #httpsUrl(headers: ViewerRequest['headers'], target: string): string {
    const host = headerValue(headers, 'host').replace(/:\d+$/, '')
    const { httpsPort } = this.#settings
    return `https://${host}${httpsPort === 443 ? '' : `:${httpsPort}`}${target}`
  }

  async #run(
    viewer: ViewerRequest,
    route: Route,
    body: ReadableStream<Uint8Array> | null,
    location: EdgeLocation,
    id: string,
    trace: Trace,
    waitUntil: Waiting,
  ): Promise<EdgeResponse> {
    const outcome = await this.#function(viewer, route, id, trace)
    if (outcome.kind === 'failed') {
      return errorResponse(outcome.error === 'FunctionValidationError' ? 502 : 503, outcome.error, FUNCTION_SAYS, id)
    }
    if (outcome.kind === 'response') return { ...outcome.response, result: 'FunctionGeneratedResponse' }
    const { request } = outcome
    const forwarded = forwardedRequest(route.cache, route.originRequest, request)
    const { origins, errorCachingMinimums } = this.#settings.policies
    const isS3 = origins[route.origin]?.s3 != null
    const object = {
      passed: (headers: readonly HeaderLine[]) => passedHeaders(headers, route.cache, route.originRequest, isS3),
      behaviour: route,
      request: { ...request, ...forwarded },
      body,
      clientIp: viewer.ip,
      requestId: id,
      trace,
    }
    const changed = { ...viewer, headers: request.headers }
    if (!isCacheable(route, viewer.method)) return passThrough(this.#backend, object, changed)
    const key = cacheKey(route.cache, request, route.path)
    trace.add({ step: 'key', key })
    return location.answer({
      key,
      policy: route.cache,
      viewer: changed,
      object,
      errorCachingMinimums,
      isS3,
      forwardsCookies: forwardsCookies(route.cache, route.originRequest),
      waitUntil,
    })
  }

  #function(viewer: ViewerRequest, route: Route, id: string, trace: Trace): Promise<FunctionOutcome> {
    const request: EdgeRequest = edgeRequest({ ...viewer, headers: withCloudFrontHeaders(viewer, route.named) })
    return runViewerFunction(this.#handler, request, viewer.ip, { ...DISTRIBUTION, requestId: id }, trace)
  }
}

function routesOf({ policies }: DistributionSettings): Route[] {
  return policies.behaviours.map((behaviour) => {
    const cache = policies.cachePolicies.find(({ Name }) => Name === behaviour.cachePolicy)
    if (cache === undefined) throw new Error(`policies.json has no cache policy ${behaviour.cachePolicy}`)
    const originRequest = policies.originRequestPolicies.find(({ Name }) => Name === behaviour.originRequestPolicy)
    const responseHeaders = policies.responseHeadersPolicies.find(
      ({ Name }) => Name === behaviour.responseHeadersPolicy,
    )
    return { ...behaviour, cache, originRequest, responseHeaders, named: namedHeaders(cache, originRequest) }
  })
}

/** Caching is off where all TTLs are 0: Developer Guide, "Use managed cache policies", CachingDisabled. */
const isCacheable = ({ cachedMethods, cache }: Route, method: string): boolean =>
  cachedMethods.includes(method) && (cache.MaxTTL > 0 || cache.MinTTL > 0)

/** A response that is for this request alone goes on as it comes. */
async function passThrough(
  backend: Backend,
  object: Omit<Parameters<typeof fetchObject>[1], 'validators'>,
  viewer: ViewerRequest,
): Promise<EdgeResponse> {
  object.trace.add({ step: 'cache', result: 'Bypass', says: 'the behaviour does not cache this' })
  const range = viewer.headers.filter(([name]) => name === 'range' && !hasHeader(object.request.headers, 'range'))
  const request = { ...object.request, headers: [...object.request.headers, ...range] }
  const fetched = await fetchObject(backend, { ...object, request, validators: [] })
  return responseOf(fetched, object.requestId)
}
