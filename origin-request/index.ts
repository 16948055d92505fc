/** Lambda@Edge, origin-request: passes the request through, and tells origin-response in headers what it is. */
import type { CloudFrontOrigin, CloudFrontRequest, CloudFrontRequestEvent, CloudFrontRequestResult } from 'aws-lambda'
import { missingCaching, NO_STORE } from '../edge/cache-control.ts'
import { type Fields, firstParsed } from '../edge/event.ts'
import {
  type Headers,
  headersOf,
  headerText,
  ROUTE_HEADER,
  removeHeaders,
  setHeader,
  VARIANT_HEADER,
  VERSION_HEADER,
} from '../edge/headers.ts'
import { indexPath } from '../edge/index-path.ts'
import { originIndex } from '../edge/origin.ts'
import { decoded } from '../edge/path.ts'
import { parseQuery } from '../edge/query.ts'
import { routeOf } from '../edge/routes.ts'
import { imageRules, lifetimes, type OriginRule, origins, type RouteRule, routes, routeTable } from '../edge/rules.ts'
import { checkedVariant, extensionOf, takesImageParameters, variantText } from '../edge/variant.ts'
import { parseVersion } from '../edge/version.ts'

/** `async`, though nothing is awaited: Lambda's Node.js 22 takes a plain return value for none. */
export const handler = async (event: CloudFrontRequestEvent): Promise<CloudFrontRequestResult> => {
  const request = event?.Records?.[0]?.cf?.request
  if (typeof request?.uri !== 'string' || !request.uri.startsWith('/')) return generated('400', 'Bad Request', NO_STORE)
  request.headers = headersOf(request.headers)
  if (isSecondCall(request)) return request
  removeHeaders(request.headers, ['x-rimlight-*'])

  const routing = routeOf(request.uri, routeTable)
  if (typeof routing === 'number') return generated('400', 'Bad Request', NO_STORE)
  const route = routes[routing.index] as RouteRule
  const own = origins[routing.index] as readonly OriginRule[]
  const origin = own[originIndex(request.origin, own)]
  if (!origin) return generated('404', 'Not Found', NO_STORE)

  setHeader(request.headers, ROUTE_HEADER, `${routing.index}`)
  const path = route.s3 && HAS_INDEXES ? indexPath(request.uri, route.index) : request.uri
  if (HAS_INDEXES && path !== request.uri && !isAsOpen(path, origin)) return generated('400', 'Bad Request', NO_STORE)
  if (route.cached && route.s3) {
    const query = parseQuery(typeof request.querystring === 'string' ? request.querystring : '')
    const version = route.version ? firstParsed(parseVersion, query[route.version]) || '' : ''
    // A GET of the bucket itself would list it.
    if (path.slice(origin.strip) === '/') {
      const missing = lifetimes[routing.index]?.missing ?? 0
      return generated('404', 'Not Found', missingCaching(missing, version !== ''), request.method)
    }
    request.querystring = ''
    if (version) setHeader(request.headers, VERSION_HEADER, version)
    passVariant(request.headers, requestedVariant(path, query, route))
  }
  // S3 keeps dots as a part of the key. What stands in its place may not, and above an origin path are other tenants' objects.
  if (route.s3 && hasOriginPath(request.origin) && decoded(path).search(DOT_SEGMENT) >= 0) {
    return generated('400', 'Bad Request', NO_STORE)
  }
  if (route.s3) request.uri = origin.prefix + path.slice(origin.strip)
  return request
}

const hasOriginPath = (origin: CloudFrontOrigin | undefined): boolean => Boolean((origin?.s3 ?? origin?.custom)?.path)

/** A dot segment (RFC 3986, 3.3) of a path whose escapes are decoded; some servers take a backslash for a slash. */
const DOT_SEGMENT = /[/\\]\.{1,2}(?![^/\\])/

/** The index document that a path stands for may be on another route: only who may read that one gets it here. */
function isAsOpen(path: string, { guard }: OriginRule): boolean {
  const routing = routeOf(path, routeTable)
  return typeof routing !== 'number' && origins[routing.index]?.[0]?.guard === guard
}

/**
 * Where an origin fails, CloudFront calls the function again, for the other one. Whether it then gives it the request as it
 * came or as the first call returned it is not documented, so this is right either way: a request that has been through here
 * has a route header, which no viewer's has after viewer-request, and needs the other origin's prefix alone.
 */
function isSecondCall(request: CloudFrontRequest): boolean {
  const route = headerText(request.headers, ROUTE_HEADER)
  const own = /^\d+$/.test(route) ? (origins[Number(route)] ?? []) : []
  const [first, second] = own
  if (!first || !second || originIndex(request.origin, own) !== 1 || !request.uri.startsWith(`${first.prefix}/`))
    return false
  request.uri = second.prefix + request.uri.slice(first.prefix.length)
  return true
}

function requestedVariant(uri: string, query: Fields, route: RouteRule): string {
  const rule = imageRules[route.images]
  return rule && takesImageParameters(extensionOf(uri)) ? variantText(checkedVariant(query, rule)) : ''
}

/** A part of the original is not a part of the rendition. `if-range` is read-only here, and nothing without `range`. */
function passVariant(headers: Headers, variant: string): void {
  if (variant === '') return
  setHeader(headers, VARIANT_HEADER, variant)
  delete headers.range
}

function generated(
  status: string,
  statusDescription: string,
  cacheControl: string,
  method = 'GET',
): CloudFrontRequestResult {
  const headers: Headers = {}
  setHeader(headers, 'cache-control', cacheControl)
  if (method === 'HEAD') return { status, statusDescription, headers }
  setHeader(headers, 'content-type', 'text/plain; charset=utf-8')
  return { status, statusDescription, headers, body: `${statusDescription}\n` }
}
