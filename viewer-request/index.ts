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
import { routeOf } from '../edge/routes.ts'
import { domains, dropRequest, imageRules, type RouteRule, routes, routeTable } from '../edge/rules.ts'
import { SIGNING_COOKIES } from '../edge/signed.ts'
import { extensionOf, takesImageParameters, type Variant, variantOf } from '../edge/variant.ts'
import { type Question, questionOf } from './admission.ts'
import { logRequest } from './log.ts'
import { response } from './response.ts'

/** `question`: what has to be known of the request before it may go on. */
export type ViewerEvent = { request: ViewerRequest; question?: Question }

/** A `Question` only where a route has tokens: `guarded.ts` has the answer. */
export function handler(event: ViewerEvent): ViewerRequest | ViewerResponse | Question {
  // biome-ignore lint/complexity/useOptionalChain: what it becomes for the engine is longer
  const request = event && event.request
  if (!request || typeof request.uri !== 'string' || request.uri[0] !== '/') return refused(400)
  const headers = fieldsOf(request.headers)
  const query = fieldsOf(request.querystring)
  const isRead = request.method === 'GET' || request.method === 'HEAD'

  // 1. HTTPS, and the host
  const isElsewhere = HAS_CANONICAL_HOST && isOtherHost(request, headers)
  if (isElsewhere || firstValue(headers['cloudfront-forwarded-proto']) === 'http') {
    const host = HAS_CANONICAL_HOST ? domains[0] : safeHost(firstValue(headers.host).toLowerCase(), domains)
    const location = { value: `https://${host}${locationAsReceived(request, query)}` }
    return { statusCode: isRead ? 301 : 308, headers: { location } }
  }

  // 2. One route, however the path is read
  const routing = routeOf(request.uri, routeTable)
  if (typeof routing === 'string') return refused(routing === 'long' ? 414 : 400)
  const route = routes[routing.index] as RouteRule
  const path = routing.canonical
  // Of a key, each escape is two characters more than its byte, and the slash before it is one.
  const isLong = request.uri.length > MOST_PATH_CHARACTERS
  if (route.s3 && isLong && path.length - 2 * path.split('%').length >= S3_KEY_BYTES) return refused(400)

  // The other artefact at viewer-request verifies its tokens: a behaviour that has this one is wrong, not open.
  if (HAS_CLOSED && route.closed) return refused(503)

  // Whoever has no token learns nothing else. A preflight needs none.
  if (HAS_TOKENS && route.token) {
    const asked = questionOf(request, headers, query, route, path)
    if (request.method !== 'OPTIONS') {
      if (!('key' in asked)) return asked
      event.question = asked
    }
  }

  if (route.cached && route.s3) {
    // 3. Method
    if (request.method === 'OPTIONS') {
      return { statusCode: 204, headers: HAS_CORS ? corsFields(route, headers) : { allow: ALLOWED_METHODS } }
    }
    if (!isRead) return refused(405)

    // 4. Path
    request.uri = path
    if (HAS_INDEX_REDIRECTS && route.index?.redirect) {
      // Where no dot comes after the last slash. Relative: on whatever host this is; `./` keeps a colon from ending a scheme.
      const uri = request.uri
      if (uri.indexOf('/', uri.lastIndexOf('.')) >= 0 && uri[uri.length - 1] !== '/') {
        request.uri = `${uri.slice(uri.lastIndexOf('/') + 1)}/`
        return { statusCode: 301, headers: { location: { value: `./${locationAsReceived(request, query)}` } } }
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

    // A signature is in no key, and is nobody's to read.
    if (HAS_LOGS) logRequest(routing.index, headers.accept, HAS_SIGNED && route.signed ? '' : request.querystring)

    // 6. Headers
    request.cookies = HAS_SIGNED || HAS_FORWARDED_TOKENS ? cookiesFor(route, fieldsOf(request.cookies)) : {}
    if (variant.fm || variant.q || variant.w || variant.h) {
      // A part of the original must never be taken for a part of the rendition.
      delete headers.range
      delete headers['if-range']
    }
  }
  for (let i = 0, count = dropRequest.length; i < count; i += 1) delete headers[dropRequest[i] as string]
  request.headers = headers
  return (HAS_TOKENS && route.token && event.question) || request
}

/** What CloudFront is to check, or the origin: of a route's cookies nothing else stays. A request may have thousands. */
function cookiesFor(route: RouteRule, cookies: Fields): Fields {
  const kept: Fields = {}
  const token = (HAS_FORWARDED_TOKENS && route.token?.forward && route.token.cookies) || []
  const names = HAS_SIGNED && route.signed ? SIGNING_COOKIES : token
  names.forEach((name) => {
    if (cookies[name]) kept[name] = cookies[name] as Field
  })
  return kept
}

/** One of ours, but the first: strangers' go on. Browsers follow no redirect of a preflight: Fetch Standard, "CORS-preflight fetch". */
function isOtherHost(request: ViewerRequest, headers: Fields): boolean {
  const host = firstValue(headers.host)
  if (host === domains[0] || domains.indexOf(host.toLowerCase()) < 1) return false
  return request.method !== 'OPTIONS' || !headers['access-control-request-method']
}

const ALLOWED_METHODS = { value: 'GET, HEAD, OPTIONS' }

function refused(statusCode: 400 | 405 | 414 | 503): ViewerResponse {
  const headers: ViewerResponse['headers'] = { 'cache-control': { value: 'no-store' } }
  if (statusCode === 405) headers.allow = ALLOWED_METHODS
  return { statusCode, headers }
}

function corsFields(route: RouteRule, headers: Fields): Fields {
  const answer = route.cors ? preflightHeaders(route.cors, firstValue(headers.origin)) : {}
  const fields = response(204, answer).headers
  fields.allow = ALLOWED_METHODS
  return fields
}
