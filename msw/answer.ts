/** A request's way through the site, without a cache. */
import { isObject, type JsonObject } from '../base/json-values.ts'
import type { Behaviour, CachePolicy, Origin, Policies } from '../bundle/policies.ts'
import { compileBehaviours } from '../local/platform/behaviours.ts'
import { cacheKeyOf, forwardedRequest } from '../local/platform/cache-key.ts'
import {
  type FunctionRequest,
  functionEvent,
  functionRequest,
  functionResponse,
} from '../local/platform/function-event.ts'
import { headerValue, withHeader, withoutHeaders } from '../local/platform/header-lines.ts'
import { DISTRIBUTION, requestId, VIA } from '../local/platform/identity.ts'
import {
  lambdaRequest,
  lambdaResponse,
  originObject,
  originRequestEvent,
  originResponseEvent,
} from '../local/platform/lambda-event.ts'
import { applyResponseHeadersPolicy } from '../local/platform/response-headers-policy.ts'
import type { HeaderLine } from '../local/protocol/messages.ts'
import type { KeptObject, MockedStore } from './objects.ts'
import type { Handler, Triggers } from './triggers.ts'

export type MockedSite = {
  policies: Policies
  triggers: Triggers
  /** By bucket. */
  stores: ReadonlyMap<string, MockedStore>
}

export type Answered = {
  response: Response
  /** Path and query of the cache key: `/a.jpg?fm=webp&w=640`; empty: a function answered, or the route is never cached. */
  key: string
}

type Reply = { status: number; headers: HeaderLine[]; body: Uint8Array | null; xCache: string }

/** From the documentation: RFC 5737. */
const VIEWER = '192.0.2.1'

/** As much as Lambda has: what a picture becomes depends on no machine. */
const CONTEXT = { memoryLimitInMB: '10240', getRemainingTimeInMillis: () => 30_000 }

/** @returns null: the origin is an API, whose answer is for other handlers */
export async function answer({ policies, triggers, stores }: MockedSite, request: Request): Promise<Answered | null> {
  const url = new URL(request.url)
  const { method } = request
  const scheme: HeaderLine[] = url.protocol === 'http:' ? [['cloudfront-forwarded-proto', 'http']] : []
  const before: FunctionRequest = {
    method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: [['host', url.host], ...withoutHeaders([...request.headers], ['host', 'connection']), ...scheme],
  }
  const behaviour = compileBehaviours(policies.behaviours)(before.path)
  const id = requestId()
  const finished = (reply: Reply, key = ''): Answered => ({
    response: responseOf(policies, behaviour, before, reply, id),
    key,
  })
  if (!behaviour.allowedMethods.includes(method)) {
    return finished({ status: 403, headers: [], body: null, xCache: 'Error from cloudfront' })
  }
  const eventOf = () => functionEvent(before, VIEWER, { ...DISTRIBUTION, requestId: id })
  const returned = (await triggers['viewer-request'](eventOf())) as JsonObject
  if ('statusCode' in returned) {
    return finished({ ...functionResponse(returned), xCache: 'FunctionGeneratedResponse from cloudfront' })
  }
  const after = functionRequest(returned, eventOf(), before)
  const origin = policies.origins[behaviour.origin] as Origin
  if (!origin.s3) return null
  const store = stores.get(origin.s3.bucket) as MockedStore
  const cachePolicy = policyNamed(policies.cachePolicies, behaviour.cachePolicy)
  const isCached = cachePolicy.MaxTTL !== 0
  const { path, query } = cacheKeyOf(cachePolicy, after, behaviour.path)
  const reply = await fetched({ policies, triggers, behaviour, origin, store, cachePolicy, after, id, request })
  return finished(reply, isCached ? `${path}${query && '?'}${query}` : '')
}

type Fetch = Pick<MockedSite, 'policies' | 'triggers'> & {
  behaviour: Behaviour
  origin: Origin
  store: MockedStore
  cachePolicy: CachePolicy
  after: FunctionRequest
  id: string
  /** As it came, for its body. */
  request: Request
}

async function fetched({
  policies,
  triggers,
  behaviour,
  origin,
  store,
  cachePolicy,
  after,
  id,
  request,
}: Fetch): Promise<Reply> {
  const more = policies.originRequestPolicies.find(({ Name }) => Name === behaviour.originRequestPolicy)
  const forwarded = forwardedRequest(cachePolicy, more, after)
  const sent = {
    ...after,
    query: forwarded.query,
    headers: [
      ...forwarded.headers,
      ['host', origin.domainName],
      ['via', VIA],
      ['x-forwarded-for', VIEWER],
    ] as HeaderLine[],
    clientIp: VIEWER,
    origin: originObject(origin),
  }
  const passed = await invoked(triggers['origin-request'], originRequestEvent(sent, id))
  if ('status' in passed) {
    const { status, headers, body = null } = lambdaResponse(passed)
    return { status, headers, body, xCache: 'LambdaGeneratedResponse from cloudfront' }
  }
  const asked = lambdaRequest(passed, sent)
  const key = keyOf(`${origin.originPath}${asked.path}`)
  if (!['GET', 'HEAD'].includes(after.method)) return written(store, key, request)
  const object = await store.get(key)
  const found = object ? { status: 200, ...object } : MISSING
  const changed = await invoked(triggers['origin-response'], originResponseEvent(asked, found, id))
  const { status, headers, body } = lambdaResponse(changed)
  return {
    status,
    headers,
    body: body ?? found.body,
    xCache: status < 400 ? 'Miss from cloudfront' : 'Error from cloudfront',
  }
}

const MISSING: KeptObject & { status: number } = {
  status: 404,
  headers: [['content-type', 'application/xml']],
  body: new Uint8Array(),
}

/** Uploads and removals by presigned URL. Nobody verifies the signature. */
async function written(store: MockedStore, key: string, request: Request): Promise<Reply> {
  const { method, headers } = request
  const [contentType, cacheControl] = ['content-type', 'cache-control'].map((name) => headers.get(name))
  if (method === 'PUT') {
    const body = new Uint8Array(await request.arrayBuffer())
    store.put(key, { body, ...(contentType && { contentType }), ...(cacheControl && { cacheControl }) })
  } else if (method === 'DELETE') store.delete(key)
  else return { status: 405, headers: [], body: null, xCache: 'Error from cloudfront' }
  return { status: method === 'PUT' ? 200 : 204, headers: [], body: null, xCache: 'Miss from cloudfront' }
}

const invoked = async (handler: Handler, event: unknown): Promise<JsonObject> => {
  const value = await handler(event, CONTEXT)
  if (!isObject(value)) throw new Error('expected a request or a response of the function, found neither')
  return value
}

const keyOf = (path: string): string => decodeURIComponent(path.slice(1))

function policyNamed<Policy extends { Name?: string }>(policies: readonly Policy[], name: string): Policy {
  const found = policies.find(({ Name }) => Name === name)
  if (!found) throw new Error(`expected a policy, found none called ${name}`)
  return found
}

/** As the viewer gets it. */
function responseOf(
  policies: Policies,
  behaviour: Behaviour,
  request: FunctionRequest,
  reply: Reply,
  id: string,
): Response {
  const policy = policies.responseHeadersPolicies.find(({ Name }) => Name === behaviour.responseHeadersPolicy)
  const { status, body, xCache } = unlessKnown(request, reply)
  const isBare = request.method === 'HEAD' || status === 204 || status === 304 || (status >= 300 && status < 400)
  const length = headerValue(reply.headers, 'content-length') || `${reply.body?.length ?? 0}`
  let headers = policy
    ? applyResponseHeadersPolicy(policy, request.headers, reply.headers, request.method)
    : reply.headers
  headers = withoutHeaders(headers, ['content-length', 'transfer-encoding', 'connection'])
  if (status !== 204 && status !== 304) {
    headers = withHeader(
      headers,
      'content-length',
      request.method === 'HEAD' ? length : `${isBare ? 0 : (body?.length ?? 0)}`,
    )
  }
  const own: [string, string][] = [
    ['x-cache', xCache],
    ['via', VIA],
    ['x-amz-cf-id', id],
  ]
  for (const [name, value] of own) headers = withHeader(headers, name, value)
  return new Response(isBare ? null : (body as BodyInit | null), {
    status,
    headers: headers.map(([name, value]) => [name, value]),
  })
}

/** RFC 9110, 13.1.2: what the viewer has already. */
function unlessKnown({ method, headers }: FunctionRequest, reply: Reply): Reply {
  const etag = headerValue(reply.headers, 'etag')
  const known = headerValue(headers, 'if-none-match')
    .split(',')
    .map((text) => text.trim().replace(/^W\//, ''))
  const isRead = method === 'GET' || method === 'HEAD'
  return isRead && reply.status === 200 && etag !== '' && known.includes(etag)
    ? { ...reply, status: 304, body: null }
    : reply
}
