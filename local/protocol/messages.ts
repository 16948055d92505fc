/**
 * What passes between the host (Node: sockets, Lambda processes, folders) and the distribution (workerd: CloudFront's
 * rules): viewers' requests and responses, traces, and the host's questions. Types alone, so that both sides mean the
 * same by them. What passes to origins is in `origin.ts`, what passes to functions in `invocation.ts`.
 */

import type { Trigger } from '../../edge/limits.ts'

/** Names in lower case, in the order and number received. */
export type HeaderLine = readonly [name: string, value: string]

export type HttpVersion = '1.0' | '1.1' | '2.0'

/** A request as a viewer sent it. */
export type ViewerRequest = {
  /** `x-amz-cf-id`; without one, it is given one. */
  id?: string
  scheme: 'http' | 'https'
  httpVersion: HttpVersion
  method: string
  /** Path and query, not a byte changed. */
  target: string
  headers: HeaderLine[]
  ip: string
  port: number
  tls: { protocol: string; cipher: string } | null
  /** Of the request's head on an HTTP/1.1 connection. */
  headBytes: number
}

/** The head of the response that the viewer gets; the body follows. */
export type ViewerResponse = {
  status: number
  headers: HeaderLine[]
  /** Whether CloudFront ends the connection after it. */
  close: boolean
  /** Of a body that is passed on while it comes in: the `x-amz-cf-id` of the request that brings it; null for any other. */
  streamedFrom: string | null
  summary: RequestSummary
}

/** `x-edge-result-type` and what `X-Cache` says: Developer Guide, "Access logs (standard logs)", field 14. */
export type ResultType =
  | 'Hit'
  | 'RefreshHit'
  | 'Miss'
  | 'Error'
  | 'Redirect'
  | 'FunctionGeneratedResponse'
  | 'FunctionExecutionError'
  | 'FunctionValidationError'
  | 'LambdaGeneratedResponse'
  | 'LambdaExecutionError'
  | 'LambdaValidationError'
  | 'LambdaLimitExceeded'

/** One request in short: for the request feed, the access log, and tests. */
export type RequestSummary = {
  /** `x-amz-cf-id`. */
  id: string
  /** Milliseconds since 1970, by the distribution's clock. */
  time: number
  /** `x-amz-cf-pop`, such as `FRA56-P1`. */
  pop: string
  scheme: 'http' | 'https'
  httpVersion: HttpVersion
  tls: { protocol: string; cipher: string } | null
  ip: string
  port: number
  method: string
  /** Of the `Host` header. */
  host: string
  /** Of a multi-tenant distribution: whose host name that is; absent where it is nobody's, or for a single site. */
  tenant?: string
  path: string
  /** Without `?`; empty where there is none. */
  query: string
  referer: string
  userAgent: string
  cookie: string
  forwardedFor: string
  status: number
  resultType: ResultType
  /** `x-edge-detailed-result-type`: what went wrong with the origin, or the result type. */
  detailedResultType: string
  contentType: string
  /** Of the response; -1 where it is not known beforehand. */
  contentLength: number
  /** First and last byte of a part; null for a whole. */
  range: readonly [number, number] | null
  /** Of the request's head; of its body where `content-length` says so. */
  requestBytes: number
  /** `x-rimlight`: what a rendition is, or why it is the original; empty for neither. */
  rimlight: string
  /** Length of the origin's body, as it announced it; 0 where it did not, or was not called. */
  originBytes: number
  /** `viewer-request-log-data`: what the function gave to `cf.logCustomData`, URL-encoded; empty for nothing. */
  logData: string
}

/** A finished request, as the host knows it. */
export type FinishedRequest = RequestSummary & {
  /** Head and body as sent. */
  sentBytes: number
  bodyBytes: number
  /** From the first byte of the request to the last of the response, and to the first. */
  milliseconds: number
  millisecondsToFirstByte: number
}

/** A request's way through the distribution, step by step. */
export type RequestTrace = { summary: RequestSummary; steps: TraceStep[] }

/** `milliseconds`: how long the step took. `reason`: why it came out as it did, for people; may be empty. */
export type TraceStep = FunctionStep | PlainStep

export type PlainStep =
  /** Of a multi-tenant distribution. `prefix`: what the origin paths of buckets are. */
  | { step: 'tenant'; tenant: string; prefix: string }
  | { step: 'behaviour'; path: string; origin: string; reason: string }
  /** Of a behaviour with trusted key groups. */
  | { step: 'access'; result: 'granted' | 'refused'; reason: string }
  | { step: 'key'; key: CacheKey }
  | { step: 'cache'; result: ResultType | 'Bypass'; reason: string }
  | {
      step: 'origin'
      milliseconds: number
      method: string
      url: string
      /** 0: no response. */
      status: number
      bytes: number
      reason: string
    }
  /** After an origin that failed; `origin`: the one that is asked in its place. */
  | { step: 'failover'; origin: string; reason: string }
  | { step: 'store'; reason: string }

/** What a function made of a request or a response. */
export type FunctionStep = {
  step: Trigger
  milliseconds: number
  /** `answered`: a response in place of the request. */
  result: 'unchanged' | 'changed' | 'answered' | 'failed'
  changes: ValueChange[]
  /** What was wrong, as CloudFront would put it. */
  problems: string[]
  /** What the function wrote, by line. */
  logs: string[]
  /** What it gave to `cf.logCustomData`, URL-encoded; absent where it gave nothing. */
  logData?: string
}

/** One difference of two values: `~` at a path that both have, `-` at one of the first alone, `+` at one of the second alone. */
export type ValueChange =
  | { sign: '~'; path: string; before: unknown; after: unknown }
  | { sign: '-'; path: string; before: unknown }
  | { sign: '+'; path: string; after: unknown }

/** What an object is cached under: Developer Guide, "Understand the cache key". */
export type CacheKey = {
  /** Of a multi-tenant distribution: whose object it is. */
  tenant?: string
  /** The pattern of the behaviour. */
  behaviour: string
  path: string
  query: string
  /** Of the cache policy, by name; `accept-encoding` normalised. */
  headers: Record<string, string>
  cookies: string
}

/** What the host asks the distribution besides viewers' requests, as JSON. The answer is the one in `HostAnswers`. */
export type HostQuestion =
  /** How a request went, by its `x-amz-cf-id`. */
  | { ask: 'trace'; id: string }
  /** Which key a request would get. */
  | { ask: 'key'; viewer: ViewerRequest }
  /** None: a viewer has left before it had all of its response. */
  | { ask: 'left'; id: string }
  /** `tenant`: of this one alone; absent: of all. */
  | { ask: 'invalidate'; paths: readonly string[]; tenant?: string }
  /** Moves the clocks of the distribution and of the embedded buckets on. */
  | { ask: 'advance'; milliseconds: number }

export type HostAnswers = {
  /** Null for a request that is not remembered. */
  trace: RequestTrace | null
  key: KeyAnswer
  left: Record<string, never>
  /** How many cached objects were removed. */
  invalidate: { removed: number }
  /** Milliseconds since 1970, by the clock that was moved on. */
  advance: { now: number }
}

/** `text`: the key in one line. */
export type KeyAnswer =
  | { kind: 'key'; key: CacheKey; text: string; changes: ValueChange[] }
  /** There is an answer before there is a key. `reason`: which rule it comes from, for people. */
  | {
      kind: 'answered'
      by: 'distribution' | 'viewer-request'
      reason: string
      status: number
      headers: HeaderLine[]
    }
  | { kind: 'failed'; problems: string[] }
