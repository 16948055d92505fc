/** What becomes of an origin's response, before the header rules: one decision for each kind, in order. */
import {
  type Caching,
  cachingOf,
  isPrivate,
  missingCaching,
  NO_STORE,
  type OriginCaching,
  publicFor,
} from './cache-control.ts'
import type { LifetimeRule, RouteRule } from './rules.ts'
import { type ObjectFacts, type Verdict, verdictOn } from './version.ts'

export type RoutedRequest = {
  kind: 'routed'
  /** The route's, in the config's order. */
  index: number
  method: string
  route: RouteRule
  lifetime: LifetimeRule
  /** Empty: none was asked for. */
  version: string
  /** As in the cache key: `fm=webp&w=640`; empty: none was asked for. */
  variant: string
  /** Whether paths like this one do on this route: then the response varies with `Accept`. */
  takesImageParameters: boolean
}

/**
 * A request without a route header: origin-request is not attached, or belongs to another build. `isPersonal`: it came with
 * `authorization` or cookies.
 */
export type UnroutedRequest = { kind: 'unrouted'; method: string; isPersonal: boolean }

export type AskedRequest = RoutedRequest | UnroutedRequest

export type OriginResponse = { status: number; caching: OriginCaching; facts: ObjectFacts }

export type ResponseRule =
  /** A `never` route's, and an API's to what no cache keeps: nothing but the header rules. */
  | { kind: 'untouched' }
  /** A 404 of ours in place of S3's 403 or 404. */
  | { kind: 'missing'; cacheControl: string; status: number }
  | { kind: 'unrouted'; cacheControl: string }
  | { kind: 'error'; cacheControl: string }
  /**
   * `wantsImage`: worth asking whether the image step can make a rendition of it. `hasForeignEtag`: what is in the cache
   * may be a rendition, and the ETag is the original's.
   */
  | { kind: 'object'; caching: Caching; verdict: Verdict; wantsImage: boolean; hasForeignEtag: boolean }

/** How long a response without a route may be cached, in seconds. */
const UNROUTED_SECONDS = 60

/** @param now milliseconds since 1970 */
export function responseRule(request: AskedRequest, response: OriginResponse, now: number): ResponseRule {
  const { status, caching } = response
  const own = caching.cacheControl
  if (request.kind === 'routed' && !request.route.cached) return { kind: 'untouched' }
  if (!isRead(request.method) && !(request.kind === 'routed' && request.route.s3)) return { kind: 'untouched' }
  if (request.kind === 'routed' && isMissing(request, status)) {
    return { kind: 'missing', cacheControl: missingCaching(request.lifetime.missing, request.version !== ''), status }
  }
  if (status >= 500) return { kind: 'error', cacheControl: NO_STORE }
  if (status !== 200 && status !== 206 && status !== 304) return { kind: 'error', cacheControl: own || NO_STORE }
  if (request.kind === 'routed') return objectRule(request, response, now)
  return { kind: 'unrouted', cacheControl: isPrivate(own) ? own : unroutedCaching(request) }
}

/** What is asked for may be in a cache: RFC 9110, 9.2.3, but for POST, which none keeps. */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD'

/**
 * A request with credentials may have gone to an API that answered for this viewer alone, and whether the cache key holds the
 * credentials is not known here: neither CloudFront nor any cache behind it may keep the response.
 */
const unroutedCaching = ({ isPersonal }: UnroutedRequest): string =>
  isPersonal ? `private, max-age=${UNROUTED_SECONDS}` : publicFor(UNROUTED_SECONDS)

/** Whether there is no such object: S3 says so by 404, or by 403 to those who may not list the bucket. */
const isMissing = ({ method, route }: RoutedRequest, status: number): boolean =>
  route.s3 && (status === 403 || status === 404) && isRead(method)

function objectRule(request: RoutedRequest, { status, caching, facts }: OriginResponse, now: number): ResponseRule {
  const { route, lifetime, version } = request
  const verdict = route.s3 ? verdictOn(version, facts, { now, settle: lifetime.settle }) : 'unknown'
  const asksForImage = route.images >= 0 && request.variant !== '' && request.method === 'GET'
  return {
    kind: 'object',
    // A part of the original is not a part of the rendition.
    caching: asksForImage && status === 206 ? NEVER : cachingOf(verdict, caching, lifetime.default, route.s3),
    verdict,
    wantsImage: asksForImage && status === 200,
    // A 304 updates the headers of what it confirms: RFC 9111, 4.3.4.
    hasForeignEtag: asksForImage && status === 304,
  }
}

const NEVER: Caching = { cacheControl: NO_STORE, validators: 'kept' }
