/** Lambda@Edge, origin-response: what may be cached for how long, and under which headers. */
import type { CloudFrontResponseEvent, CloudFrontResultResponse } from 'aws-lambda'
import {
  type Caching,
  cachingOf,
  isPrivate,
  missingCaching,
  NO_STORE,
  publicFor,
  transientCaching,
} from '../edge/cache-control.ts'
import { addVary, headersOf, headerText, removeHeaders, setHeader } from '../edge/headers.ts'
import { checkSource, isTransient, originalBecause, RESULT_HEADER, type Reason, VERDICT_HEADER } from '../edge/image.ts'
import { dropResponse, imageLimits, setResponse } from '../edge/rules.ts'
import { type Verdict, verdictOn } from '../edge/version.ts'
import { type Asked, askedOf, type RoutedRequest } from './asked.ts'

type Response = CloudFrontResultResponse & { headers: NonNullable<CloudFrontResultResponse['headers']> }

/** Changes the response in place and returns it: another object would have lost its read-only headers. */
export const handler = async (event: CloudFrontResponseEvent): Promise<CloudFrontResultResponse> => {
  const cf = event?.Records?.[0]?.cf
  if (typeof cf?.response !== 'object' || cf.response === null) return { status: '500', headers: {} }
  const response = Object.assign(cf.response, { headers: headersOf(cf.response.headers) })
  const asked = askedOf(cf.request)
  applyCaching(response, asked)
  if (asked.kind === 'routed' && asked.takesImageParameters) addVary(response.headers, 'accept')
  applyHeaderRules(response)
  return response
}

function applyCaching(response: Response, asked: Asked): void {
  if (asked.kind === 'routed' && !asked.route.cached) return
  const status = typeof response.status === 'object' ? Number.NaN : Number(response.status)
  const own = headerText(response.headers, 'cache-control')
  const isRead = asked.method === 'GET' || asked.method === 'HEAD'

  if (asked.kind === 'routed' && asked.route.s3 && isRead && (status === 403 || status === 404)) {
    answerMissing(response, asked)
  } else if (status >= 500) {
    setHeader(response.headers, 'cache-control', NO_STORE)
  } else if (status !== 200 && status !== 206 && status !== 304) {
    if (own === '') setHeader(response.headers, 'cache-control', NO_STORE)
  } else if (asked.kind === 'routed') {
    applyVerdict(response, asked, status)
  } else {
    if (!isPrivate(own)) setHeader(response.headers, 'cache-control', publicFor(NO_ROUTE_SECONDS))
    setHeader(response.headers, RESULT_HEADER, originalBecause('no-route'))
  }
}

/** Seconds that a response may live of which nothing is known. */
const NO_ROUTE_SECONDS = 60

/** S3 answers 403 for what is not there to whoever may not list the bucket. */
function answerMissing(response: Response, asked: RoutedRequest): void {
  response.status = '404'
  response.statusDescription = 'Not Found'
  removeHeaders(response.headers, OF_THE_ORIGINALS_BODY)
  setHeader(response.headers, 'content-type', 'text/plain; charset=utf-8')
  setHeader(response.headers, 'cache-control', missingCaching(asked.lifetime.missing, asked.version !== ''))
  if (asked.method === 'GET') response.body = 'Not Found\n'
}

const OF_THE_ORIGINALS_BODY = [
  'accept-ranges',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'etag',
  'expires',
  'last-modified',
]

function applyVerdict(response: Response, asked: RoutedRequest, status: number): void {
  const { headers } = response
  const now = Date.now()
  const verdict = asked.route.s3
    ? objectVerdict(response, asked, now)
    : asked.version === ''
      ? 'unversioned'
      : 'unknown'
  const origin = {
    cacheControl: headerText(headers, 'cache-control'),
    expiresIn: secondsUntil(headerText(headers, 'expires'), now),
  }
  const caching = cachingOf(verdict, origin, asked.lifetime.default)
  if (verdict === 'unsettled') setHeader(headers, VERDICT_HEADER, verdict)
  const wantsImage = asked.variant !== '' && asked.method === 'GET'
  if (wantsImage && status === 206) setHeader(headers, 'cache-control', NO_STORE)
  else if (wantsImage && status === 200) set(response, withImage(response, asked, caching))
  else set(response, caching)
}

function objectVerdict({ headers }: Response, { version, lifetime }: RoutedRequest, now: number): Verdict {
  const facts = {
    lastModified: Date.parse(headerText(headers, 'last-modified')),
    etag: headerText(headers, 'etag'),
    metaVersion: headerText(headers, 'x-amz-meta-version'),
    metaSha256: headerText(headers, 'x-amz-meta-sha256'),
  }
  return verdictOn(version, facts, { now, settle: lifetime.settle })
}

/** RFC 9111, 5.3: a date that is none has passed. */
function secondsUntil(date: string, now: number): number | undefined {
  if (date === '') return undefined
  const time = Date.parse(date)
  return Number.isNaN(time) ? 0 : Math.floor((time - now) / 1000)
}

function set({ headers }: Response, { cacheControl, validators }: Caching): void {
  setHeader(headers, 'cache-control', cacheControl)
  if (validators === 'dropped') removeHeaders(headers, ['etag', 'last-modified'])
}

/** The image step. This release has none yet: whatever could have been transformed stays as it is, for a minute. */
function withImage({ headers }: Response, { route }: RoutedRequest, caching: Caching): Caching {
  const limit = imageLimits[route.images]
  if (!limit) return caching
  const length = headerText(headers, 'content-length')
  const source = checkSource(mediaTypeOf(headers), length === '' ? Number.NaN : Number(length), limit)
  const reason: Reason = source.kind === 'original' ? source.reason : 'disabled'
  setHeader(headers, RESULT_HEADER, originalBecause(reason))
  return isTransient(reason) ? transientCaching(caching) : caching
}

const mediaTypeOf = (headers: Response['headers']): string =>
  (headerText(headers, 'content-type').split(';', 1)[0] as string).trim().toLowerCase()

function applyHeaderRules({ headers }: Response): void {
  removeHeaders(headers, dropResponse)
  const type = mediaTypeOf(headers)
  for (const { name, value, type: only } of setResponse) {
    if (only === '' || only === type) setHeader(headers, name, value)
  }
}
