/** Lambda@Edge, origin-response: what may be cached for how long, under which headers, and renditions of images. */
import type { CloudFrontResponseEvent, CloudFrontResultResponse } from 'aws-lambda'
import { type Caching, isPrivate, madePrivate, sharedLifetime } from '../edge/cache-control.ts'
import {
  addVary,
  type Headers,
  headersOf,
  headerText,
  mediaTypeOf,
  OF_THE_BODY,
  removeHeaders,
  setHeader,
} from '../edge/headers.ts'
import { httpDate } from '../edge/http-date.ts'
import { originalBecause, RESULT_HEADER, VERDICT_HEADER } from '../edge/image.ts'
import { type AskedRequest, type OriginResponse, type ResponseRule, responseRule } from '../edge/response.ts'
import { dropResponse, setResponse } from '../edge/rules.ts'
import { imageStep, type LambdaContext } from './image.ts'
import { imageRequest, routedRequest } from './routing.ts'

type Response = CloudFrontResultResponse & { headers: Headers }

/** Changes the response in place and returns it: another object would have lost its read-only headers. */
export const handler = async (
  event: CloudFrontResponseEvent,
  context?: LambdaContext,
): Promise<CloudFrontResultResponse> => {
  const cf = event?.Records?.[0]?.cf
  if (typeof cf?.response !== 'object' || cf.response === null) return { status: '500', headers: {} }
  const response = Object.assign(cf.response, { headers: headersOf(cf.response.headers) })
  const request = routedRequest(cf.request)
  const now = Date.now()
  const rule = responseRule(request, originResponse(response, now), now)
  applyResponseRule(response, rule, request.method)
  if (rule.kind === 'object') {
    const isImage = rule.wantsImage && request.kind === 'routed'
    const image = isImage ? imageRequest(request, cf.request) : undefined
    applyCaching(response.headers, image ? await imageStep(response, image, rule.caching, context ?? {}) : rule.caching)
  }
  if (request.kind === 'routed' && request.lifetime.private) applyPrivacy(response.headers, rule, now)
  if (request.kind === 'routed' && request.takesImageParameters) addVary(response.headers, 'accept')
  if (rule.kind === 'object' && isImageByTypeAlone(request, response.headers)) {
    setHeader(response.headers, RESULT_HEADER, originalBecause('extension'))
  }
  applyHeaderRules(response.headers)
  return response
}

/** Where image parameters were dropped, if there were any: the path's extension is none of an image that is worked on. */
const isImageByTypeAlone = (request: AskedRequest, headers: Headers): boolean =>
  request.kind === 'routed' &&
  request.route.images >= 0 &&
  !request.takesImageParameters &&
  mediaTypeOf(headers).startsWith('image/')

function applyResponseRule(response: Response, rule: ResponseRule, method: string): void {
  const { headers } = response
  if (rule.kind === 'missing') replaceByMissing(response, method)
  if (rule.kind === 'unrouted') setHeader(headers, RESULT_HEADER, originalBecause('no-route'))
  if (rule.kind === 'object' && rule.verdict === 'unsettled') setHeader(headers, VERDICT_HEADER, rule.verdict)
  if (rule.kind === 'object' && rule.hasForeignEtag) removeHeaders(headers, ['etag'])
  if ('cacheControl' in rule) applyCaching(headers, { cacheControl: rule.cacheControl, validators: 'kept' })
}

function originResponse({ status, headers }: Response, now: number): OriginResponse {
  const time = (name: string) => httpDate(headerText(headers, name), now) ?? Number.NaN
  const expires = headerText(headers, 'expires')
  return {
    status: typeof status === 'object' ? Number.NaN : Number(status),
    caching: {
      cacheControl: headerText(headers, 'cache-control'),
      // RFC 9111, 5.3: a date that is none has passed.
      expiresIn: expires === '' ? undefined : Math.floor((time('expires') - now) / 1000) || 0,
    },
    facts: {
      lastModified: time('last-modified'),
      etag: headerText(headers, 'etag'),
      metaVersion: headerText(headers, 'x-amz-meta-version'),
      metaSha256: headerText(headers, 'x-amz-meta-sha256'),
    },
  }
}

function replaceByMissing(response: Response, method: string): void {
  response.status = '404'
  response.statusDescription = 'Not Found'
  removeHeaders(response.headers, OF_THE_BODY)
  setHeader(response.headers, 'content-type', 'text/plain; charset=utf-8')
  if (method === 'GET') response.body = 'Not Found\n'
}

/** What is as the origin has it stays, line by line. */
function applyCaching(headers: Headers, { cacheControl, validators }: Caching): void {
  if (headerText(headers, 'cache-control') !== cacheControl) setHeader(headers, 'cache-control', cacheControl)
  if (validators === 'dropped') removeHeaders(headers, ['etag', 'last-modified'])
}

/**
 * CloudFront does not cache what says `private`. So its lifetime is left to `Expires`, and `cache-control` to the response
 * headers policy, which says `private` to viewers wherever there is none, and touches nothing that is cached.
 */
function applyPrivacy(headers: Headers, rule: ResponseRule, now: number): void {
  const own = headerText(headers, 'cache-control')
  if (isPrivate(own)) return
  if (rule.kind === 'object') {
    const lifetime = sharedLifetime(own) || 0
    setHeader(headers, 'expires', new Date(now + lifetime * 1000).toUTCString())
    delete headers['cache-control']
  } else if (rule.kind === 'untouched' && own !== '') setHeader(headers, 'cache-control', madePrivate(own))
}

function applyHeaderRules(headers: Headers): void {
  removeHeaders(headers, dropResponse)
  const type = mediaTypeOf(headers)
  for (const { name, value, type: only } of setResponse) {
    if (only === '' || only === type) setHeader(headers, name, value)
  }
}
