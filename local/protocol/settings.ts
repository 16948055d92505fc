/** What the host tells the Workers when it starts them. */
import type { Policies } from '../../bundle/policies.ts'
import type { OriginTimeouts } from './origin.ts'

/** Bound to the distribution as `SETTINGS`. */
export type DistributionSettings = {
  policies: Policies
  /** Names of the edge locations. */
  pops: string[]
  /** Where viewers are redirected to; CloudFront's own is 443. */
  httpsPort: number
  /** What stands in for each origin on this machine, by the origin's name. */
  targets: Record<string, OriginTarget>
  /** Values of the headers that CloudFront adds, by the origin's name and the header's. */
  originHeaders: Record<string, Record<string, string>>
  accessCheck: AccessCheck
  /** Of a multi-tenant distribution; empty: it is one for a single site. */
  tenants: HostedTenant[]
}

/**
 * A tenant of the distribution, whose objects are the keys below its prefix in every bucket. Developer Guide,
 * "Understand how multi-tenant distributions work".
 */
export type HostedTenant = {
  id: string
  /** Lower case. */
  hostNames: string[]
  /** What `tenants/{{tenant}}` in origin paths becomes; without slashes at its ends. */
  prefix: string
}

/** When signed URLs and cookies are checked: before viewer-request, or what it returned. CloudFront's order is not documented. */
export type AccessCheck = 'before-viewer-request' | 'after-viewer-request'

/** Until when clocks can be moved on: years of dates in HTTP have four digits (RFC 9110, 5.6.7). Milliseconds since 1970. */
export const LAST_MOMENT = Date.UTC(9999, 11, 31)

export type OriginTarget =
  | { kind: 'bucket'; bucket: string }
  /** `url`: in the place of protocol, domain and origin path. `signing`: for an S3-compatible endpoint, where there are credentials. */
  | { kind: 'http'; url: string; timeouts: OriginTimeouts; signing?: Signing }

/** Who signs requests to a bucket. */
export type Signing = { region: string } & BucketCredentials

/** `sessionToken`: with one, requests must carry it; without one, they must not. */
export type BucketCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }

/** One of the embedded buckets; bound to their Worker as `BUCKETS`, by the bucket's name. */
export type BucketSettings = {
  /** The name of the R2 binding. */
  binding: string
  region: string
  /** Whether the host has a folder behind it. */
  folder: boolean
}

/**
 * How a request comes to a bucket. `oac`: the distribution vouches for it, as origin access control does. `unsigned`: it is
 * authorised by what it carries itself, as one from anybody is.
 */
export type OriginAccess = 'oac' | 'unsigned'

/** How the distribution tells the buckets what CloudFront would, on the service binding alone. `way`: a `OriginAccess`. */
export const BUCKET_HEADERS = { way: 'x-rimlight-origin', host: 'x-rimlight-host', target: 'x-rimlight-target' }
