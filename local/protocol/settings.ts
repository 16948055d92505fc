import type { Policies } from '../../bundle/policies.ts'

/** What the host tells the distribution when it starts. */
export type DistributionSettings = {
  policies: Policies
  /** Names of the edge locations. */
  pops: string[]
  /** Where viewers are redirected to; CloudFront's own is 443. */
  httpsPort: number
  /** What stands behind each origin on this machine. */
  targets: Record<string, OriginTarget>
}

/** Seconds, and attempts. Developer Guide, "Origin settings". */
export type OriginTimeouts = { connectionTimeout: number; readTimeout: number; connectionAttempts: number }

/** What an origin has unless it is set. */
export const DEFAULT_TIMEOUTS: OriginTimeouts = { connectionTimeout: 10, readTimeout: 30, connectionAttempts: 3 }

export type OriginTarget =
  | { kind: 'bucket'; bucket: string }
  /** `url`: in the place of protocol, domain and origin path. `signing`: of an S3-compatible endpoint, where there are credentials. */
  | { kind: 'http'; url: string; timeouts: OriginTimeouts; signing?: Signing }

/** Who signs requests to a bucket. */
export type Signing = { region: string; accessKeyId: string; secretAccessKey: string; sessionToken?: string }

/** What the host is asked to run; it answers with an `Outcome`. `now`: null for the machine's own clock. */
export type LambdaCall = { event: unknown; now: number | null }

/** What the host is asked to send to an origin; the body follows. */
export type OriginCall = {
  url: string
  method: string
  headers: (readonly [string, string])[]
  timeouts: OriginTimeouts
}

/** What the host says of an answer; its body follows. */
export type OriginHead =
  | { kind: 'response'; status: number; headers: (readonly [string, string])[] }
  | { kind: 'failed'; status: 502 | 504; reason: string; says: string }

/** How the distribution tells the buckets what CloudFront would: on the service binding alone. */
export const BUCKET_HEADERS = { way: 'x-rimlight-origin', host: 'x-rimlight-host', target: 'x-rimlight-target' }

/** Carries a head as JSON between host and Workers: bodies travel as they are. */
export const HEAD_HEADER = 'x-rimlight-head'
