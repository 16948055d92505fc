/**
 * What a request and its response are called on their way through the distribution.
 *
 * A request: a `ViewerRequest`, as the viewer sent it → an `EdgeRequest`, which viewer-request is given and returns → an
 * `OriginRequest`, which origin-request is given and returns → an `OriginCall`, the HTTP request that is sent.
 *
 * A response: an `OriginResponse`, as it came → a `FetchedObject`, after origin-response → a `CachedObject`, in a cache, or a
 * `ServedObject`, on its way there → an `EdgeResponse`, what of it answers this request → a `ViewerResponse`, with the headers that every response carries.
 */
import type { FunctionRequest } from '../../platform/function-event.ts'
import type { CacheKey, HeaderLine, ResultType, ViewerRequest } from '../../protocol/messages.ts'
import type { GrowingBody } from './growing-body.ts'

export type EdgeRequest = FunctionRequest

type Body = Uint8Array | ReadableStream<Uint8Array> | null

export type FetchedObject =
  | {
      kind: 'object'
      status: number
      headers: HeaderLine[]
      body: Body
      /** Made by origin-request in the origin's place. */
      isGenerated: boolean
      /** Bytes of the origin's body, as it announced them; 0 where it did not. */
      originBytes: number
    }
  | FetchFailure

/** No object was to be had. */
export type FetchFailure = {
  kind: 'failed'
  status: 502 | 503 | 504
  result: ResultType
  /** `x-edge-detailed-result-type`. */
  detailedResultType: string
  /** For people. */
  reason: string
}

/** Times in milliseconds since 1970. */
export type CachedObject = {
  key: CacheKey
  status: number
  /** As origin-response left them. */
  headers: HeaderLine[]
  /** Null: the response to a HEAD, which can't answer a GET. */
  body: Uint8Array | null
  /** What `x-cache` says of it in place of Hit and Miss; null for what is neither generated nor an error. */
  result: ResultType | null
  /** Of a failure; else null. */
  detailedResultType: string | null
  originBytes: number
  /** Cache tags, separated by commas; empty: none. */
  tags: string
  storedAt: number
  /** How old it was when it was stored, by the origin's `Age`: RFC 9111, 4.2.3. */
  ageWhenStored: number
  freshUntil: number
  /** Until when it may be served while it is being revalidated. */
  staleWhileRevalidateUntil: number
  /** Until when it may be served in place of an error. */
  staleIfErrorUntil: number
}

/** An object as it is served: from the cache, or while it comes in. */
export type ServedObject = Omit<CachedObject, 'body'> & { body: CachedObject['body'] | GrowingBody }

/** How a fetch for the cache ended. */
export type FetchResult =
  /**
   * With an object, for all requests that wait for it. `bodyOf`: the request whose fetch the body comes from, while it comes in.
   * `isWhole`: the origin was asked for a part and sent all, which is what the viewer gets: "Range GETs".
   */
  | { kind: 'object'; object: ServedObject; result: ResultType; bodyOf?: string; isWhole?: boolean }
  /** With a response that is for this request alone. */
  | { kind: 'uncached'; response: EdgeResponse }

export type EdgeResponse = {
  status: number
  headers: HeaderLine[]
  body: Body
  result: ResultType
  /** Where it says more than `result`. */
  detailedResultType?: string
  /** Whether CloudFront ends the connection after it. */
  close?: boolean
  /** First and last byte of a part. */
  range?: readonly [number, number]
  originBytes?: number
  /** Of a refusal or a redirect: which rule it comes from, for people. */
  reason?: string
  /** Whose request brought the body that comes in: its `x-amz-cf-id`. Absent where none does. */
  bodyOf?: string
}

/** Not a byte of the target changes: a bare `?` is an empty query. */
export function edgeRequest({ method, target, headers }: ViewerRequest): EdgeRequest {
  const at = target.indexOf('?')
  return at < 0
    ? { method, path: target, query: '', headers }
    : { method, path: target.slice(0, at), query: target.slice(at + 1), headers }
}
