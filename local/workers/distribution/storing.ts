/** How a response becomes an object of the cache: RFC 9111, 3. Viewers get it from its first byte on; the cache, when it is whole. */
import type { AcceptedEncodings } from '../../platform/accepted-encodings.ts'
import { headerValue, withoutHeaders } from '../../platform/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import { cacheLifetime, cacheTagsOf, type LookupRequest } from './cache-lookup.ts'
import { compressedHeaders, compressing, compressionOf } from './compression.ts'
import { deliver, WITHOUT_BODY } from './delivery.ts'
import { responseOf } from './fetch-object.ts'
import { ageIn, unstoredFields } from './freshness.ts'
import { type Collected, type Collecting, GrowingBody } from './growing-body.ts'
import type { KeptObjects } from './kept-objects.ts'
import type { CachedObject, EdgeResponse, FetchedObject, FetchResult, ServedObject } from './messages.ts'
import type { Sharing } from './request-collapsing.ts'

export type StoringContext = {
  kept: KeptObjects
  /** Which bodies are kept while they come in, and who reads them. */
  bodies: Pick<Collecting, 'limit' | 'room' | 'viewers'>
}

/** A fetched object for the request that fetched it, for those that wait for it, and for the cache where it may be kept. */
export function received(
  context: StoringContext,
  request: LookupRequest,
  fetched: FetchedObject,
  now: number,
  sharing: Sharing,
): FetchResult {
  const { fetch } = request
  const response = responseOf(fetched, fetch.requestId)
  const { bodyOf } = response
  const { headers, body } = contentOf(response, request)
  const object = {
    ...{ key: request.key, status: response.status, headers },
    result: response.result === 'Miss' ? null : response.result,
    detailedResultType: response.detailedResultType ?? null,
    originBytes: fetched.kind === 'object' ? fetched.originBytes : 0,
    tags: cacheTagsOf(request, headers),
    storedAt: now,
    ageWhenStored: ageIn(headers),
  }
  sharing.tagged(object.tags)
  const lifetime = cacheLifetime(object, request, now)
  if (lifetime.kind === 'uncacheable') {
    fetch.trace.add({ step: 'store', reason: lifetime.reason })
    context.kept.remove(request)
    // Although it is not cached, conditions and ranges of the viewer's request are evaluated against it.
    const expired = { ...object, freshUntil: now, staleWhileRevalidateUntil: now, staleIfErrorUntil: now }
    const served = { ...expired, body: growing({ ...context.bodies, limit: 0 }, headers, body, request, () => {}) }
    return { kind: 'uncached', response: deliver(served, 'Miss', request, now, undefined, bodyOf) }
  }
  const { reason, kind: _, ...times } = lifetime
  const cacheable = { ...object, ...times }
  const served = { ...cacheable, body: storedBody(context, cacheable, reason, body, request, sharing) }
  return { kind: 'object', object: served, result: 'Miss', ...(bodyOf && { bodyOf }) }
}

/** Headers and body as they are cached: compressed, where CloudFront does that. */
function contentOf(
  { status, headers, body }: EdgeResponse,
  { fetch, key, viewer, waitUntil }: LookupRequest,
): Pick<EdgeResponse, 'headers' | 'body'> {
  if (viewer.method === 'HEAD' || WITHOUT_BODY.includes(status)) {
    if (body instanceof ReadableStream) waitUntil(body.cancel())
    return { headers, body: viewer.method === 'HEAD' ? null : new Uint8Array() }
  }
  if (body === null || (body instanceof Uint8Array && body.length === 0)) return { headers, body: new Uint8Array() }
  const accepted = (key.headers['accept-encoding'] ?? '') as AcceptedEncodings
  const encoding = fetch.behaviour.compress ? compressionOf({ status, headers }, accepted, viewer.httpVersion) : null
  if (encoding === null) return { headers, body }
  const source = body instanceof ReadableStream ? body : new Blob([body]).stream()
  return { headers: compressedHeaders(headers, encoding), body: source.pipeThrough(compressing(encoding)) }
}

/**
 * The body as viewers get it. The cache gets the object as soon as all of the body is there, and only then.
 * @param reason for how long it is cached, for the trace
 */
function storedBody(
  { kept, bodies }: StoringContext,
  object: Omit<CachedObject, 'body'>,
  reason: string,
  body: EdgeResponse['body'],
  request: LookupRequest,
  sharing: Sharing,
): ServedObject['body'] {
  const { trace } = request.fetch
  const unstored = unstoredFields(object.headers)
  const store = (bytes: Uint8Array | null) => {
    kept.store({ ...object, headers: withoutHeaders(object.headers, unstored), body: bytes }, request)
    trace.add({ step: 'store', reason })
  }
  const served = growing(bodies, object.headers, body, request, (collected) => {
    if (collected.kind === 'whole' && sharing.isWanted()) store(collected.bytes)
    else {
      if (collected.kind === 'too-large') kept.remove(request)
      const why = collected.kind === 'whole' ? 'it was invalidated on its way' : NOT_STORED[collected.kind]
      trace.add({ step: 'store', reason: `not cached: ${why}` })
    }
    sharing.over()
  })
  if (!(served instanceof GrowingBody)) store(served)
  return served
}

/** Why a body that came in is not cached. */
const NOT_STORED: Record<Exclude<Collected['kind'], 'whole'>, string> = {
  broken: 'the origin broke off its response',
  'too-large': 'it is larger than what is kept on this machine',
  left: 'no viewer waited for its end',
}

/** A stream as a body that several can read, and that is read in this request; bytes as they are. */
function growing(
  bodies: StoringContext['bodies'],
  headers: readonly HeaderLine[],
  body: EdgeResponse['body'],
  { waitUntil }: LookupRequest,
  onCollected: Collecting['onCollected'],
): ServedObject['body'] {
  if (!(body instanceof ReadableStream)) return body
  const announced = headerValue(headers, 'content-length')
  const length = /^\d+$/.test(announced) ? Number(announced) : null
  const growing = new GrowingBody({ ...bodies, length, onCollected })
  waitUntil(growing.readFrom(body))
  return growing
}
