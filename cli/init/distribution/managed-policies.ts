/**
 * AWS's managed policies: a file has their ids alone, not what is in them. Developer Guide, "Use managed cache policies",
 * "Use managed origin request policies" and "Use managed response headers policies".
 */
import type {
  CachePolicyConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront'
import type { FoundPolicies } from '../../../deploy/attach/findings.ts'

const list = <T>(...Items: T[]) => ({ Quantity: Items.length, Items })

const YEAR = 31_536_000

/** Policies that leave it to the origin's `Cache-Control` for how long its responses are cached. */
const ofOrigin = (QueryStringBehavior: 'all' | 'none') => ({
  MinTTL: 0,
  DefaultTTL: 0,
  MaxTTL: YEAR,
  ParametersInCacheKeyAndForwardedToOrigin: {
    EnableAcceptEncodingGzip: true,
    QueryStringsConfig: { QueryStringBehavior },
    HeadersConfig: {
      HeaderBehavior: 'whitelist' as const,
      Headers: list('host', 'origin', 'x-http-method', 'x-http-method-override', 'x-method-override'),
    },
    CookiesConfig: { CookieBehavior: 'all' as const },
  },
})

const CACHE: Record<string, CachePolicyConfig> = {
  '658327ea-f89d-4fab-a63d-7e88639e58f6': { Name: 'Managed-CachingOptimized', MinTTL: 1 },
  'b2884449-e4de-46a7-ac36-70bc7f1ddd6d': { Name: 'Managed-CachingOptimizedForUncompressedObjects', MinTTL: 1 },
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': { Name: 'Managed-CachingDisabled', MinTTL: 0, DefaultTTL: 0, MaxTTL: 0 },
  '83da9c7e-98b4-4e11-a168-04f0df8e2c65': { Name: 'UseOriginCacheControlHeaders', ...ofOrigin('none') },
  '4cc15a8a-d715-48a4-82b8-cc0b614638fe': { Name: 'UseOriginCacheControlHeaders-QueryStrings', ...ofOrigin('all') },
}

/** Which headers, cookies and query parameters a policy forwards; more than that is not read of one. */
const forwarding = (Name: string, headers: string, cookies: string, query: string) =>
  ({
    Name,
    HeadersConfig: { HeaderBehavior: headers },
    CookiesConfig: { CookieBehavior: cookies },
    QueryStringsConfig: { QueryStringBehavior: query },
  }) as OriginRequestPolicyConfig

const ORIGIN_REQUEST: Record<string, OriginRequestPolicyConfig> = {
  '216adef6-5c7f-47e4-b989-5492eafa07d3': forwarding('Managed-AllViewer', 'allViewer', 'all', 'all'),
  '33f36d7e-f396-46d9-90e0-52428a34d9dc': forwarding(
    'Managed-AllViewerAndCloudFrontHeaders-2022-06',
    'allViewerAndWhitelistCloudFront',
    'all',
    'all',
  ),
  'b689b0a8-53d0-40ab-baf2-68738e2966ac': forwarding('Managed-AllViewerExceptHostHeader', 'allExcept', 'all', 'all'),
  '59781a5b-3903-41f3-afcb-af62929ccde1': forwarding('Managed-CORS-CustomOrigin', 'whitelist', 'none', 'none'),
  '88a5eaf4-2fd4-4709-b370-b4c650ea3fcf': forwarding('Managed-CORS-S3Origin', 'whitelist', 'none', 'none'),
  'bf0718e1-ba1e-49d1-88b1-f726733018ae': forwarding('Managed-HostHeaderOnly', 'whitelist', 'none', 'none'),
  'acba4595-bd28-49b8-b9fe-13317c0390fa': forwarding('Managed-UserAgentRefererHeaders', 'whitelist', 'none', 'none'),
}

const simpleCors = { AccessControlAllowOrigins: list('*'), OriginOverride: false }

const preflightCors = {
  ...simpleCors,
  AccessControlAllowMethods: list('DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'),
  AccessControlExposeHeaders: list('*'),
}

const security = {
  ReferrerPolicy: { Override: false, ReferrerPolicy: 'strict-origin-when-cross-origin' },
  StrictTransportSecurity: { Override: false, AccessControlMaxAgeSec: YEAR },
  ContentTypeOptions: { Override: true },
  FrameOptions: { Override: false, FrameOption: 'SAMEORIGIN' },
  XSSProtection: { Override: false, Protection: true, ModeBlock: true },
}

const withHeaders = (Name: string, cors?: object, SecurityHeadersConfig?: object) =>
  ({
    Name,
    ...(cors ? { CorsConfig: { AccessControlAllowCredentials: false, ...cors } } : {}),
    ...(SecurityHeadersConfig ? { SecurityHeadersConfig } : {}),
  }) as ResponseHeadersPolicyConfig

const RESPONSE_HEADERS: Record<string, ResponseHeadersPolicyConfig> = {
  '60669652-455b-4ae9-85a4-c4c02393f86c': withHeaders('Managed-SimpleCORS', simpleCors),
  '5cc3b908-e619-4b99-88e5-2cf7f45965bd': withHeaders('Managed-CORS-With-Preflight', preflightCors),
  '67f7725c-6f97-4210-82d7-5512b31e9d03': withHeaders('Managed-SecurityHeadersPolicy', undefined, security),
  'e61eb60c-9c35-4d20-a928-2b84e02af89c': withHeaders('Managed-CORS-and-SecurityHeadersPolicy', simpleCors, security),
  'eaab4381-ed33-4a86-88ca-d9558dc6cd63': withHeaders(
    'Managed-CORS-with-preflight-and-SecurityHeadersPolicy',
    preflightCors,
    security,
  ),
}

/** A file's own policies beside AWS's. */
export const withManaged = ({ cache, originRequest, responseHeaders }: FoundPolicies): FoundPolicies => ({
  cache: { ...CACHE, ...cache },
  originRequest: { ...ORIGIN_REQUEST, ...originRequest },
  responseHeaders: { ...RESPONSE_HEADERS, ...responseHeaders },
})
