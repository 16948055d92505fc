/**
 * `dist/policies.json`: the distribution's behaviours in our own shape, and its policies in CloudFront's (CloudFront API
 * Reference: CachePolicyConfig, OriginRequestPolicyConfig, ResponseHeadersPolicyConfig), each with all that it may hold.
 */

import type { FailoverSettings } from './settings.ts'

export type Policies = {
  cachePolicies: CachePolicy[]
  originRequestPolicies: OriginRequestPolicy[]
  responseHeadersPolicies: ResponseHeadersPolicy[]
  /** In order; the last is the default behaviour. */
  behaviours: Behaviour[]
  /** Alternate domain names; the first is canonical. */
  domains: string[]
  /** By name. */
  origins: Record<string, Origin>
  /** Trusted key groups by their names in the config. */
  keyGroups: Record<string, KeyGroup>
  /** Whether viewer-request reads keys from a KeyValueStore, which then has to be associated with it. */
  keyValueStore: boolean
  /** `CacheTagConfig.HeaderName`; absent: CloudFront keeps no cache tags. */
  cacheTagHeader?: string
  /** Error-caching minimum TTLs: seconds by status; 10 for any other. */
  errorCachingMinimums: Record<string, number>
}

/** What a behaviour of the distribution has to be set to. Not in CloudFront's shape, which has the ids of policies. */
export type Behaviour = {
  /** A path pattern. */
  path: string
  /** A key of `origins`. */
  origin: string
  /** Whether CloudFront signs requests to the bucket; where not, the same bucket is a second origin without it. */
  originAccessControl: boolean
  viewerProtocolPolicy: 'allow-all' | 'redirect-to-https' | 'https-only'
  allowedMethods: readonly string[]
  cachedMethods: readonly string[]
  compress: boolean
  /** What it has at viewer-request in the place of the function, which refuses all requests there. */
  viewerRequest?: 'lambda'
  /** Names of `keyGroups`; empty: CloudFront checks no signature. */
  trustedKeyGroups: readonly string[]
  /** Policies by name. */
  cachePolicy: string
  originRequestPolicy: string
  responseHeadersPolicy: string
}

export type KeyGroup = { publicKeys: readonly PublicKey[] }

/** Named by its content (`public-key.ts`), and as SPKI in PEM. */
export type PublicKey = { name: string; encodedKey: string }

export type Origin = {
  domainName: string
  /** Empty, or with a leading slash and none at the end. */
  originPath: string
  /** Null for a custom origin. `prefix`: of all paths that origin-request passes on. */
  s3: { bucket: string; region: string; prefix: string } | null
  /** Names of the headers that CloudFront adds to requests; absent: none. Their values are nowhere in a bundle. */
  headers?: readonly string[]
  /** The AWS Region of its Origin Shield; absent: it has none. */
  shield?: string
  /** An origin group with another one; absent: where it fails, that is the answer. */
  failover?: FailoverSettings
}

/**
 * Where a behaviour's requests go if its origin fails. A bucket without origin access control is there for presigned URLs, which
 * are for that bucket alone.
 */
export function failoverOf({ origin, originAccessControl }: Behaviour, { origins }: Pick<Policies, 'origins'>) {
  const target = origins[origin]
  return target?.s3 && !originAccessControl ? undefined : target?.failover
}

/** Names of the origin of a behaviour, and of the one that it fails over to, if it does. */
export function originNames(behaviour: Behaviour, policies: Pick<Policies, 'origins'>): string[] {
  const failover = failoverOf(behaviour, policies)
  return failover ? [behaviour.origin, failover.origin] : [behaviour.origin]
}

/** What the keys under an origin's `prefix` begin with: `/site/%C3%A9t%C3%A9` is `site/été/` in keys. */
export const keyPrefix = (prefix: string): string => (prefix === '' ? '' : `${decodeURIComponent(prefix.slice(1))}/`)

/** An empty list may come without `Items`. */
export type List<T> = { Quantity: number; Items?: readonly T[] }

export const itemsOf = <T>(list: List<T> | undefined): readonly T[] => list?.Items ?? []

export type CookiesConfig = { CookieBehavior: 'none' | 'whitelist' | 'allExcept' | 'all'; Cookies?: List<string> }

export type QueryStringsConfig = {
  QueryStringBehavior: 'none' | 'whitelist' | 'allExcept' | 'all'
  QueryStrings?: List<string>
}

export type CachePolicy = {
  Name: string
  Comment?: string
  /** Seconds, as the other two. */
  MinTTL: number
  DefaultTTL: number
  MaxTTL: number
  ParametersInCacheKeyAndForwardedToOrigin: {
    EnableAcceptEncodingGzip: boolean
    EnableAcceptEncodingBrotli: boolean
    HeadersConfig: { HeaderBehavior: 'none' | 'whitelist'; Headers?: List<string> }
    CookiesConfig: CookiesConfig
    QueryStringsConfig: QueryStringsConfig
  }
}

export type OriginRequestPolicy = {
  Name: string
  Comment?: string
  HeadersConfig: {
    HeaderBehavior: 'none' | 'whitelist' | 'allViewer' | 'allViewerAndWhitelistCloudFront' | 'allExcept'
    Headers?: List<string>
  }
  CookiesConfig: CookiesConfig
  QueryStringsConfig: QueryStringsConfig
}

export type ResponseHeadersPolicy = {
  Name: string
  Comment?: string
  CorsConfig?: CorsConfig
  SecurityHeadersConfig?: SecurityHeadersConfig
  CustomHeadersConfig?: List<{ Header: string; Value: string; Override: boolean }>
  RemoveHeadersConfig?: List<{ Header: string }>
}

export type CorsConfig = {
  AccessControlAllowOrigins: List<string>
  AccessControlAllowHeaders: List<string>
  AccessControlAllowMethods: List<string>
  AccessControlAllowCredentials: boolean
  AccessControlExposeHeaders?: List<string>
  AccessControlMaxAgeSec?: number
  OriginOverride: boolean
}

export type SecurityHeadersConfig = {
  XSSProtection?: { Override: boolean; Protection: boolean; ModeBlock?: boolean; ReportUri?: string }
  FrameOptions?: { Override: boolean; FrameOption: 'DENY' | 'SAMEORIGIN' }
  ReferrerPolicy?: { Override: boolean; ReferrerPolicy: string }
  ContentSecurityPolicy?: { Override: boolean; ContentSecurityPolicy: string }
  ContentTypeOptions?: { Override: boolean }
  StrictTransportSecurity?: {
    Override: boolean
    AccessControlMaxAgeSec: number
    IncludeSubdomains?: boolean
    Preload?: boolean
  }
}
