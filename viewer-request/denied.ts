import { preflightHeaders } from '../edge/cors.ts'
import { fieldsOf, firstValue, type ViewerRequest, type ViewerResponse } from '../edge/event.ts'
import type { RouteRule } from '../edge/rules.ts'
import type { Admission } from '../edge/token.ts'
import { response } from './response.ts'

const answerOf = (statusCode: number, body: string): ViewerResponse => ({
  statusCode,
  headers: {
    'cache-control': { value: 'no-store' },
    'content-type': { value: 'text/plain' },
    'www-authenticate': { value: `Bearer ${body}` },
  },
  body,
})

const REALM = 'realm="private"'

/** What most are told who may not read, made once. */
const UNASKED = /* @__PURE__ */ answerOf(401, REALM)

/** RFC 6750, 3: what a viewer is told who may not read. */
export function denied(admission: Admission, request: ViewerRequest, route: RouteRule): ViewerResponse {
  if (HAS_TOKEN_REDIRECTS && route.token?.redirect && asksForPage(request)) {
    return response(302, { 'cache-control': 'no-store', location: route.token.redirect })
  }
  const isHead = request.method === 'HEAD'
  const cors = HAS_TOKEN_CORS && route.cors
  if (!admission && !isHead && !cors) return UNASKED
  const isScope = (HAS_TOKEN_CLAIMS || HAS_TOKEN_PATHS) && admission === 403
  const error = isScope ? 'error="insufficient_scope"' : 'error="invalid_token"'
  const answer = answerOf(admission || 401, admission ? error : REALM)
  if (cors) {
    const origin = firstValue(fieldsOf(request.headers).origin)
    Object.assign(answer.headers, response(0, preflightHeaders(cors, origin)).headers)
  }
  if (isHead) delete answer.body
  return answer
}

const asksForPage = (request: ViewerRequest): boolean =>
  request.method === 'GET' && firstValue(fieldsOf(request.headers).accept).indexOf('text/html') >= 0
