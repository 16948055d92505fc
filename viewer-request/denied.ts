import { preflightHeaders } from '../edge/cors.ts'
import { type Fields, firstValue, type ViewerResponse } from '../edge/event.ts'
import type { RouteRule } from '../edge/rules.ts'
import type { Admission } from '../edge/token.ts'
import { NOT_KEPT } from './not-kept.ts'

const answerOf = (statusCode: number, body: string): ViewerResponse => ({
  statusCode,
  headers: {
    'cache-control': NOT_KEPT,
    'content-type': { value: 'text/plain' },
    // biome-ignore lint/style/useTemplate: in the engine a template costs twice as much
    'www-authenticate': { value: 'Bearer ' + body },
  },
  body,
})

/** RFC 6750, 3: the responses to a viewer that may not read, each made once. */
const NO_TOKEN = /* @__PURE__ */ answerOf(401, 'realm="private"')
const BAD_TOKEN = /* @__PURE__ */ answerOf(401, 'error="invalid_token"')
const OTHER_SCOPE = /* @__PURE__ */ answerOf(403, 'error="insufficient_scope"')

/** The public keys could not be had, so the token could not be verified. */
const UNAVAILABLE = { statusCode: 503, headers: { 'cache-control': NOT_KEPT, 'retry-after': { value: '5' } } }

export function denied(admission: Admission, method: string, headers: Fields, route: RouteRule): ViewerResponse {
  if (HAS_TOKEN_REDIRECTS) {
    if (
      (SAME_REDIRECT ?? route.token?.redirect) &&
      method === 'GET' &&
      firstValue(headers.accept).indexOf('text/html') >= 0
    ) {
      return {
        statusCode: 302,
        headers: { 'cache-control': NOT_KEPT, location: { value: SAME_REDIRECT ?? (route.token?.redirect as string) } },
      }
    }
  }
  if (HAS_PUBLIC_KEYS && admission === 503) return UNAVAILABLE
  // In one expression, so that esbuild leaves out the answers that no route of the config gives.
  let answer =
    (HAS_TOKEN_CLAIMS || HAS_TOKEN_PATHS) && admission === 403 ? OTHER_SCOPE : admission ? BAD_TOKEN : NO_TOKEN
  if (HAS_TOKEN_CORS && route.cors) {
    // A page may read the status.
    const fields = Object.assign(preflightHeaders(route.cors, firstValue(headers.origin)), answer.headers)
    answer = { statusCode: answer.statusCode, headers: fields, body: answer.body as string }
  }
  return method === 'HEAD' ? Object.assign({}, answer, { body: '' }) : answer
}
