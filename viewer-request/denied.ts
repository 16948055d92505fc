import { preflightHeaders } from '../edge/cors.ts'
import { type Fields, fieldsOf, firstValue, type ViewerRequest, type ViewerResponse } from '../edge/event.ts'
import type { RouteRule } from '../edge/rules.ts'
import type { Admission } from '../edge/token.ts'
import { response } from './response.ts'

/** RFC 6750, 3: what a viewer is told who may not read. */
export function denied(admission: Admission, request: ViewerRequest, route: RouteRule): ViewerResponse {
  const headers = HAS_TOKEN_REDIRECTS || HAS_TOKEN_CORS ? fieldsOf(request.headers) : {}
  if (HAS_TOKEN_REDIRECTS && route.token?.redirect && asksForPage(request.method, headers)) {
    return response(302, { 'cache-control': 'no-store', location: route.token.redirect })
  }
  const isScope = (HAS_TOKEN_CLAIMS || HAS_TOKEN_PATHS) && admission === 403
  const says = isScope ? 'error="insufficient_scope"' : admission ? 'error="invalid_token"' : 'realm="private"'
  const answer: ViewerResponse = {
    statusCode: admission || 401,
    headers: {
      'cache-control': { value: 'no-store' },
      'content-type': { value: 'text/plain' },
      'www-authenticate': { value: `Bearer ${says}` },
    },
  }
  if (HAS_TOKEN_CORS && route.cors) {
    Object.assign(answer.headers, response(0, preflightHeaders(route.cors, firstValue(headers.origin))).headers)
  }
  if (request.method !== 'HEAD') answer.body = says
  return answer
}

const asksForPage = (method: string, headers: Fields): boolean =>
  method === 'GET' && firstValue(headers.accept).indexOf('text/html') >= 0
