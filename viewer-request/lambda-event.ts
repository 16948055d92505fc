/**
 * Requests and responses of Lambda@Edge as those of CloudFront Functions, and back. Developer Guide, "CloudFront Functions
 * event structure" and "Lambda@Edge event structure".
 */
import type { CloudFrontRequest, CloudFrontResultResponse } from 'aws-lambda'
import { type Fields, fieldsOf, type ViewerRequest, type ViewerResponse, valuesOf } from '../edge/event.ts'
import { type Headers, headersOf } from '../edge/headers.ts'
import { parseQuery } from '../edge/query.ts'

/** A request as a function is given it. Parts that are misshapen are as if they were missing. */
export function requestForFunction(request: CloudFrontRequest): ViewerRequest {
  const headers: Fields = Object.create(null)
  for (const [name, lines] of Object.entries(headersOf(request.headers))) {
    const field = fieldOf(textsOf(lines))
    if (field && name !== COOKIE) headers[name] = field
  }
  const { method, uri } = request
  return { method, uri, querystring: parseQuery(queryOf(request)), headers, cookies: cookiesOf(request) }
}

const COOKIE = 'cookie'

const queryOf = ({ querystring }: CloudFrontRequest): string => (typeof querystring === 'string' ? querystring : '')

const textsOf = (lines: unknown): string[] =>
  Array.isArray(lines) ? lines.map((line) => line?.value).filter((value) => typeof value === 'string') : []

function fieldOf([value, ...more]: string[]): Fields[string] | undefined {
  if (value === undefined) return undefined
  return more.length === 0 ? { value } : { value, multiValue: [value, ...more].map((text) => ({ value: text })) }
}

function cookiesOf(request: CloudFrontRequest): Fields {
  const values: Record<string, string[]> = Object.create(null)
  for (const pair of cookiePairs(request)) {
    const name = nameOf(pair)
    const own = values[name] ?? []
    own.push(pair.slice(name.length + 1))
    values[name] = own
  }
  const cookies: Fields = Object.create(null)
  for (const name in values) cookies[name] = fieldOf(values[name] as string[]) as Fields[string]
  return cookies
}

/** HTTP/2 may send each in a line of its own: RFC 9113, 8.2.3. */
const cookiePairs = ({ headers }: CloudFrontRequest): string[] =>
  textsOf(headersOf(headers)[COOKIE])
    .flatMap((line) => line.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')

const nameOf = (pair: string): string => pair.split('=', 1)[0] as string

/**
 * The same request, changed as a function changed its own. What it left alone stays as it was received, to the byte and to the
 * order of lines.
 * @param before a second reading of `request`, which the function did not have
 */
export function changedRequest(
  request: CloudFrontRequest,
  before: ViewerRequest,
  after: ViewerRequest,
): CloudFrontRequest {
  request.uri = after.uri
  const { querystring } = after
  if (typeof querystring === 'string') request.querystring = querystring
  else if (!hasAll(querystring, fieldsOf(before.querystring))) {
    const kept = queryOf(request).split('&')
    request.querystring = kept.filter((pair) => nameOf(pair) in querystring).join('&')
  }
  const headers: Headers = headersOf(request.headers)
  for (const name in before.headers) {
    if (!(name in after.headers)) delete headers[name]
  }
  for (const [name, field] of Object.entries(after.headers)) {
    const values = valuesOf(field)
    if (values.join('\n') !== valuesOf(before.headers[name]).join('\n')) {
      headers[name] = values.map((value) => ({ key: name, value }))
    }
  }
  if (!hasAll(after.cookies, before.cookies)) {
    const kept = cookiePairs(request).filter((pair) => nameOf(pair) in after.cookies)
    if (kept.length > 0) headers[COOKIE] = [{ key: COOKIE, value: kept.join('; ') }]
    else delete headers[COOKIE]
  }
  return request
}

const hasAll = (fields: Fields, before: Fields): boolean => Object.keys(before).every((name) => name in fields)

export const generatedResponse = ({ statusCode, headers, body }: ViewerResponse): CloudFrontResultResponse => ({
  status: `${statusCode}`,
  headers: Object.fromEntries(
    Object.entries(headers).map(([name, field]) => [name, valuesOf(field).map((value) => ({ key: name, value }))]),
  ),
  ...(body === undefined ? {} : { body }),
})
