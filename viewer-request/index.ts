/** CloudFront Function, viewer-request: one route for every request, one spelling for every cache key. */
import { MOST_PATH_CHARACTERS } from '../edge/bounds.ts'
import { preflightHeaders } from '../edge/cors.ts'
import {
  type Field,
  type Fields,
  fieldsOf,
  firstValue,
  type ViewerRequest,
  type ViewerResponse,
} from '../edge/event.ts'
import { locationAsReceived, safeHost } from '../edge/https.ts'
import { indexPath } from '../edge/index-path.ts'
import { S3_KEY_BYTES } from '../edge/limits.ts'
import { canonicalQuery } from '../edge/query.ts'
import { withPlainNames } from '../edge/query-names.ts'
import { type Routing, routeOf } from '../edge/routes.ts'
import { domains, dropRequest, imageRules, type RouteRule, routes, routeTable } from '../edge/rules.ts'
import { SIGNING_COOKIES } from '../edge/signed.ts'
import { type Admission, keyOf, partsOf, TOKEN_KEYS } from '../edge/token.ts'
import { extensionOf, takesImageParameters, type Variant, variantOf } from '../edge/variant.ts'
import { admissionOf, isSigned, takeToken, textOf, type Verify } from './admission.ts'
import { denied } from './denied.ts'
import { logRequest } from './log.ts'
import { NOT_KEPT } from './not-kept.ts'
import { cf } from './platform.ts'

/** `verify`: checks signatures by public keys, which the function can't; set by the Lambda function that takes its place. */
export type ViewerEvent = { request: ViewerRequest; verify?: Verify }

/** The build takes `async` away where no route has tokens, since nothing is awaited then. */
export async function handler(event: ViewerEvent): Promise<ViewerRequest | ViewerResponse> {
  // biome-ignore-start lint/complexity/useOptionalChain: what it becomes for the engine is longer
  const request = event && event.request
  const uri = request && request.uri
  // biome-ignore-end lint/complexity/useOptionalChain: as above
  if (typeof uri !== 'string' || uri[0] !== '/') return refused(400)
  const headers = fieldsOf(request.headers)
  const query = fieldsOf(request.querystring)
  const method = request.method
  const isRead = method === 'GET' || method === 'HEAD'

  // 1. HTTPS, and the host
  const isElsewhere = HAS_CANONICAL_HOST && isOtherHost(request, headers)
  if (isElsewhere || firstValue(headers['cloudfront-forwarded-proto']) === 'http') {
    const host = HAS_CANONICAL_HOST ? domains[0] : safeHost(firstValue(headers.host).toLowerCase(), domains)
    const received = locationAsReceived(request, query)
    if (!received) return refused(414)
    return { statusCode: isRead ? 301 : 308, headers: { location: { value: `https://${host}${received}` } } }
  }

  // 2. One route, however the path is read
  const routing = routeOf(uri, routeTable)
  if (typeof routing === 'number') return refused(routing)
  const route = routes[routing.index] as RouteRule
  const path = routing.canonical

  // The other artefact at viewer-request verifies this route's tokens. If its behaviour has this one, nobody gets in.
  if (HAS_CLOSED && route.closed) return refused(503)

  // Before all that follows: a viewer that may not read learns nothing else of the route. A preflight needs no token.
  if (HAS_TOKENS && route.token) {
    const token = takeToken(request, headers, query, route.token)
    if (method !== 'OPTIONS') {
      let admission: Admission = token ? 401 : 0
      try {
        const parts = token && partsOf(token)
        if (parts && parts.length === 3) {
          if (HAS_PUBLIC_KEYS) {
            // V8 reads names by those of texts before: claims that anybody can make are not parsed there.
            const verdict = await (event.verify as Verify)(parts, route.token)
            admission = verdict === 200 ? admissionOf(parts, route.token, path, routing.others) : verdict
          } else {
            const granted = admissionOf(parts, route.token, path, routing.others)
            const key = keyOf(textOf(parts[0]))
            const secret = key && (await cf.kvs().get(TOKEN_KEYS + key))
            if (isSigned(parts, secret)) admission = granted
          }
        }
      } catch (_) {
        // No store, or no such key in it.
      }
      if (admission !== 200) return denied(admission, method, headers, route)
    }
  }

  return answered(request, headers, query, isRead, routing, route, path)
}

/**
 * What the function answers to a viewer that may read: the request as it goes on, or a response. Whatever an async function calls once
 * it has awaited something costs 900 instructions more, and what that calls does not: so all of this is one call.
 */
function answered(
  request: ViewerRequest,
  headers: Fields,
  query: Fields,
  isRead: boolean,
  routing: Exclude<Routing, number>,
  route: RouteRule,
  path: string,
): ViewerRequest | ViewerResponse {
  // Bytes of the key: an escape has two characters more than its byte, and the first slash is not in the key.
  const isLong = request.uri.length > MOST_PATH_CHARACTERS
  if (isLong && route.s3 && path.length - 2 * path.split('%').length >= S3_KEY_BYTES) return refused(400)

  if (route.cached && route.s3) {
    // 3. Method
    if (request.method === 'OPTIONS') {
      const fields = { allow: ALLOWED_METHODS }
      if (HAS_CORS && route.cors) Object.assign(fields, preflightHeaders(route.cors, firstValue(headers.origin)))
      return { statusCode: 204, headers: fields }
    }
    if (!isRead) return refused(405)

    // 4. Path
    request.uri = path
    // biome-ignore lint/complexity/useOptionalChain: what it becomes for the engine is longer
    if (HAS_INDEX_REDIRECTS && route.index && route.index.redirect) {
      // Where no dot comes after the last slash. Relative: on whatever host this is; `./` keeps a colon from ending a scheme.
      if (path.indexOf('/', path.lastIndexOf('.')) >= 0 && path[path.length - 1] !== '/') {
        request.uri = `${path.slice(path.lastIndexOf('/') + 1)}/`
        const received = locationAsReceived(request, query)
        return received ? { statusCode: 301, headers: { location: { value: `./${received}` } } } : refused(414)
      }
    }
  }

  if (route.cached) {
    // 5. Query
    const rule = imageRules[isLong ? -1 : route.images]
    const extension =
      HAS_IMAGES && rule ? extensionOf(HAS_INDEXES ? indexPath(request.uri, route.index) : request.uri) : ''
    // A query that is signed gets no format that it does not name.
    const variant: Variant =
      HAS_IMAGES && rule && takesImageParameters(extension)
        ? variantOf(query, HAS_SIGNED && route.signed ? undefined : headers.accept, extension, rule)
        : {}
    request.querystring = canonicalQuery(
      HAS_ESCAPED_NAMES && route.query ? withPlainNames(query, route.query) : query,
      route,
      variant,
      isLong,
    )

    // A signature is in no cache key, and must not be in a log.
    if (HAS_LOGS) logRequest(routing.index, headers.accept, HAS_SIGNED && route.signed ? '' : request.querystring)

    // 6. Headers
    request.cookies = HAS_SIGNED || HAS_FORWARDED_TOKENS ? cookiesFor(route, fieldsOf(request.cookies)) : {}
    if (
      variant.fm ||
      variant.q ||
      variant.w ||
      variant.h ||
      (HAS_BACKGROUNDS && variant.bg) ||
      (HAS_BLURS && variant.blur)
    ) {
      // A part of the original must never be taken for a part of the rendition.
      delete headers.range
      delete headers['if-range']
    }
  }
  let i = dropRequest.length
  while (i) {
    i -= 1
    delete headers[dropRequest[i] as string]
  }
  request.headers = headers
  return request
}

/** The cookies that CloudFront or the origin is to check; all others are removed. A request may have thousands. */
function cookiesFor(route: RouteRule, cookies: Fields): Fields {
  const kept: Fields = {}
  const rule = route.token
  // biome-ignore lint/complexity/useOptionalChain: what it becomes for the engine is longer
  const token = (HAS_FORWARDED_TOKENS && rule && rule.forward && rule.cookieNames) || []
  const names = HAS_SIGNED && route.signed ? SIGNING_COOKIES : token
  names.forEach((name) => {
    if (cookies[name]) kept[name] = cookies[name] as Field
  })
  return kept
}

/**
 * Whether the host is one of the site's other domains; hosts that are none of the site's go on. A preflight goes on as well, as
 * browsers follow no redirect of one: Fetch Standard, "CORS-preflight fetch".
 */
function isOtherHost(request: ViewerRequest, headers: Fields): boolean {
  const host = firstValue(headers.host)
  if (host === domains[0] || domains.indexOf(host.toLowerCase()) < 1) return false
  return request.method !== 'OPTIONS' || !headers['access-control-request-method']
}

const ALLOWED_METHODS = { value: 'GET, HEAD, OPTIONS' }

function refused(statusCode: 400 | 405 | 414 | 503): ViewerResponse {
  const headers: Fields = { 'cache-control': NOT_KEPT }
  if (statusCode === 405) headers.allow = ALLOWED_METHODS
  return { statusCode, headers }
}
