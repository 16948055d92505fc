/** Lambda@Edge, origin-response: what may be cached for how long, under which headers, and renditions of images. */
import type { CloudFrontResponseEvent, CloudFrontResultResponse } from 'aws-lambda'
import {
  type Caching,
  commonLifetime,
  isPrivate,
  isSharedDespiteAuthorization,
  madePrivate,
} from '../edge/cache-control.ts'
import { CACHE_TAG_HEADER, cacheTagText, TAGS_OF_OBJECT } from '../edge/cache-tags.ts'
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
import { missingAs, originalBecause, RESULT_HEADER, VERDICT_HEADER } from '../edge/image.ts'
import { isPicture } from '../edge/picture.ts'
import {
  type AskedRequest,
  isRead,
  type OriginResponse,
  type ResponseRule,
  type RoutedRequest,
  responseRule,
} from '../edge/response.ts'
import { dropResponse, placeholders, setResponse } from '../edge/rules.ts'
import { imageStep, type LambdaContext } from './image.ts'
import { placeholderStep } from './placeholder.ts'
import { imageRequest, type LambdaRequest, routedRequest, sourceOf } from './routing.ts'
import { isVague, typeStep } from './type-step.ts'

type Request = CloudFrontResponseEvent['Records'][number]['cf']['request']
type Response = CloudFrontResultResponse & { headers: Headers }

/** Changes the response in place and returns it: another object would have lost its read-only headers. */
export const handler = async (
  event: CloudFrontResponseEvent,
  context?: LambdaContext,
): Promise<CloudFrontResultResponse> => {
  const cf = event?.Records?.[0]?.cf
  if (typeof cf?.response !== 'object' || cf.response === null) return { status: '500', headers: {} }
  const response = Object.assign(cf.response, { headers: headersOf(cf.response.headers) })
  // An origin's own would pass for what is said here: to viewers, and in logs.
  removeHeaders(response.headers, [`${RESULT_HEADER}*`])
  const request = routedRequest(cf.request)
  const now = Date.now()
  const received = originResponse(response, now)
  const rule = responseRule(request, received, now)
  applyResponseRule(response, rule, request.method)
  if (rule.kind === 'object') {
    const isImage = rule.wantsImage && request.kind === 'routed'
    const image = isImage ? imageRequest(request, cf.request) : undefined
    applyCaching(response.headers, image ? await imageStep(response, image, rule.caching, context ?? {}) : rule.caching)
    // It updates what is stored: RFC 9111, 3.2. What was told by its bytes knows better than a type that says nothing.
    if (HAS_IMAGES && `${response.status}` === '304' && isVague(response.headers)) {
      removeHeaders(response.headers, ['content-type'])
    }
    if (HAS_IMAGES && !image && hasBody(response, request)) {
      await typeAsItIs(response.headers, request, cf.request, context ?? {})
    }
  }
  if (HAS_CACHE_TAGS && request.kind === 'routed' && rule.kind !== 'untouched')
    applyCacheTags(response, request, cf.request)
  if (HAS_PLACEHOLDERS && rule.kind === 'missing' && request.kind === 'routed') {
    await showPlaceholder(response, request, cf.request, rule, context)
  }
  if (request.kind === 'routed' && request.lifetime.private) {
    applyPrivacy(response.headers, rule, request, now - received.caching.age * 1000)
  }
  if (request.kind === 'routed' && request.takesImageParameters) addVary(response.headers, 'accept')
  if (request.kind === 'routed' && rule.kind !== 'untouched') {
    for (const name of request.lifetime.vary) addVary(response.headers, name)
  }
  if (rule.kind === 'object' && isImageByTypeAlone(request, response.headers)) {
    setHeader(response.headers, RESULT_HEADER, originalBecause('extension'))
  }
  applyHeaderRules(response.headers)
  return response
}

/** An original that no rendition was asked of, whole or in part. */
const hasBody = ({ status }: Response, { method }: AskedRequest): boolean =>
  method === 'GET' && (`${status}` === '200' || `${status}` === '206')

async function typeAsItIs(
  headers: Headers,
  request: AskedRequest,
  lambdaRequest: LambdaRequest,
  context: LambdaContext,
): Promise<void> {
  if (request.kind !== 'routed' || !request.takesImageParameters) return
  const source = sourceOf(request.index, lambdaRequest)
  if (source) await typeStep(headers, source, context)
}

/** Whether an image is told only by its content type: its path has no extension of an image, so its image parameters were dropped. */
const isImageByTypeAlone = (request: AskedRequest, headers: Headers): boolean =>
  request.kind === 'routed' &&
  request.route.images >= 0 &&
  !request.takesImageParameters &&
  mediaTypeOf(headers).startsWith('image/')

function applyResponseRule(response: Response, rule: ResponseRule, method: string): void {
  const { headers } = response
  if (rule.kind === 'missing') {
    replaceByMissing(response, method)
    setHeader(headers, RESULT_HEADER, missingAs(rule.status))
  }
  if (rule.kind === 'unrouted') setHeader(headers, RESULT_HEADER, originalBecause('no-route'))
  if (rule.kind === 'object' && rule.verdict === 'unsettled') setHeader(headers, VERDICT_HEADER, rule.verdict)
  if (rule.kind === 'object' && rule.hasForeignEtag) removeHeaders(headers, ['etag', 'content-type'])
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
      // RFC 9111, 5.1: of several the first; what is no number is nothing.
      age: Number(/^\s*(\d{1,9})\s*(?:,|$)/.exec(headerText(headers, 'age'))?.[1] ?? 0),
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

async function showPlaceholder(
  response: Response,
  routed: RoutedRequest,
  { uri }: Request,
  { cacheControl, status }: Extract<ResponseRule, { kind: 'missing' }>,
  context: LambdaContext = {},
): Promise<void> {
  const caching: Caching = { cacheControl, validators: 'kept' }
  const placeholder = placeholders[routed.index]
  if (!placeholder || typeof uri !== 'string' || !isPicture(uri)) return
  const { method, variant } = routed
  const isRendition = HAS_IMAGES && variant !== '' && method === 'GET' && routed.route.images >= 0
  const picture = { uri, method, placeholder, image: isRendition ? imageRequest(routed, { uri }) : undefined }
  const { headers } = response
  applyCaching(headers, await placeholderStep(response, picture, caching, context, loadReader))
  // S3's status stays visible: a placeholder for every picture may be a missing permission of the bucket.
  setHeader(headers, RESULT_HEADER, missingAs(status, headerText(headers, RESULT_HEADER)))
}

/** Sites without images have no more than this of the module that makes renditions. */
const loadReader = () => (HAS_IMAGES ? import('./transform.ts') : import('./source.ts'))

/** Sets a header only where it changes, so that others keep the lines that the origin sent. */
function applyCaching(headers: Headers, { cacheControl, validators }: Caching): void {
  if (headerText(headers, 'cache-control') !== cacheControl) setHeader(headers, 'cache-control', cacheControl)
  if (validators === 'dropped') removeHeaders(headers, ['etag', 'last-modified'])
}

/**
 * CloudFront does not cache what says `private`. So its lifetime is left to `Expires`, and `cache-control` to the response
 * headers policy, which says `private` to viewers wherever there is none, and touches nothing that is cached. Browsers heed it, too:
 * it is no longer than either may keep it. What is missing is no other: it is not everybody's to know. Errors of an API may be
 * about whoever asks, and keep what they say where no cache behind may keep them anyway.
 * @param made when the origin made it, in milliseconds since 1970: lifetimes count from then
 */
function applyPrivacy(headers: Headers, rule: ResponseRule, { method, lifetime }: RoutedRequest, made: number): void {
  const own = headerText(headers, 'cache-control')
  if (isPrivate(own)) return
  if (rule.kind === 'untouched') {
    if (own !== '' && isRead(method)) setHeader(headers, 'cache-control', madePrivate(own))
    return
  }
  const isKeyedByBearer = lifetime.vary.includes('authorization') && !lifetime.vary.includes('cookie')
  if (rule.kind === 'error' && isKeyedByBearer && !isSharedDespiteAuthorization(own)) return
  setHeader(headers, 'expires', new Date(made + commonLifetime(own) * 1000).toUTCString())
  delete headers['cache-control']
}

/**
 * A 304 of S3 has no metadata, and updates what is cached: RFC 9111, 4.3.4. A missing picture goes with what was shown in its
 * place, too.
 */
function applyCacheTags({ status, headers }: Response, { index }: RoutedRequest, request: Request): void {
  const own = [headerText(headers, CACHE_TAG_HEADER), headerText(headers, TAGS_OF_OBJECT)].join(',')
  if (status === '304' && own === ',') return
  const shown = Number(status) === 404 ? placeholders[index] : null
  const tags = cacheTagText([`${request.uri}`, ...(shown ? [shown.path] : [])], own)
  if (tags !== '') setHeader(headers, CACHE_TAG_HEADER, tags)
}

function applyHeaderRules(headers: Headers): void {
  removeHeaders(headers, dropResponse)
  const type = mediaTypeOf(headers)
  for (const { name, value, type: only } of setResponse) {
    if (only === '' || only === type) setHeader(headers, name, value)
  }
}
