/** What passes between the distribution and origins: by way of the host over HTTP, or to the embedded buckets. */
import type { HeaderLine } from './messages.ts'

/** Seconds, and attempts. Developer Guide, "Origin settings". */
export type OriginTimeouts = { connectionTimeout: number; readTimeout: number; connectionAttempts: number }

/** What an origin has unless it is set. */
export const DEFAULT_TIMEOUTS: OriginTimeouts = { connectionTimeout: 10, readTimeout: 30, connectionAttempts: 3 }

/** An HTTP request that the host is asked to send to an origin; the body follows. */
export type OriginCall = {
  /** `http:` or `https:`; what follows the authority is sent as it is. */
  url: string
  method: string
  /** Sent as they are, `host` included. */
  headers: readonly HeaderLine[]
  timeouts: OriginTimeouts
}

/** `Body`: how this side reads it. */
export type OriginResponse<Body> = OriginResponseHead & { body: Body }

type OriginResponseHead = { kind: 'response'; status: number; headers: HeaderLine[] }

/** No response, or none that CloudFront takes. */
export type OriginFailure = {
  kind: 'failed'
  /** What the viewer gets. */
  status: 502 | 504
  detailedResultType: OriginErrorType
  /** For people. */
  reason: string
}

/** `x-edge-detailed-result-type`: Developer Guide, "Standard logging reference". */
export type OriginErrorType =
  | 'OriginConnectError'
  | 'OriginDnsError'
  | 'OriginCommError'
  | 'OriginReadError'
  | 'OriginWriteError'
  | 'OriginHeaderTooBigError'
  | 'OriginInvalidResponseError'
  | 'ClientHungUpRequest'
  | 'Error'

/** What the host says of a call; the body of a response follows. */
export type OriginHead = OriginResponseHead | OriginFailure
