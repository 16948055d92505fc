/**
 * What passes between the host (Node: sockets, Lambda processes, folders) and the distribution (workerd: CloudFront's
 * rules). Types alone: both sides are told the same.
 */

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

/** What the viewer is to get. The body follows. */
export type ViewerResponse = {
  status: number
  headers: HeaderLine[]
  /** Whether CloudFront ends the connection after it. */
  close: boolean
  /** Whether the body goes on as it comes from the origin. */
  isStreamed: boolean
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

/** One request in a line: for the live list, the access log, and tests. */
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
  /** What the origin said is the length of its body; 0 where it did not, or was never asked. */
  originBytes: number
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
export type RequestTrace = { summary: RequestSummary; steps: Step[] }

/** `milliseconds`: how long the step took. Changes are those of `local/replay/diff.ts`. */
export type Step =
  | { step: 'behaviour'; path: string; origin: string; says: string }
  | {
      step: 'viewer-request' | 'origin-request' | 'origin-response'
      milliseconds: number
      result: 'unchanged' | 'changed' | 'answered' | 'failed'
      changes: Change[]
      /** What was wrong, as CloudFront would put it. */
      problems: string[]
      /** What the function wrote, by line. */
      logs: string[]
    }
  | { step: 'key'; key: CacheKey }
  | { step: 'cache'; result: ResultType | 'Bypass'; says: string }
  | {
      step: 'origin'
      milliseconds: number
      method: string
      url: string
      /** 0: no answer. */
      status: number
      bytes: number
      says: string
    }
  | { step: 'store'; says: string }

/** What the host asks the distribution besides viewers' requests. */
export type Question =
  | { ask: 'trace'; id: string }
  | { ask: 'key'; viewer: ViewerRequest }
  | { ask: 'invalidate'; paths: string[] }
  | { ask: 'advance'; milliseconds: number }

export type Change = { sign: '~' | '-' | '+'; path: string; before?: unknown; after?: unknown }

/** What an object is cached under: Developer Guide, "Understand the cache key". */
export type CacheKey = {
  /** The pattern of the behaviour. */
  behaviour: string
  path: string
  query: string
  /** Of the cache policy, by name; `accept-encoding` normalised. */
  headers: Record<string, string>
  cookies: string
}
