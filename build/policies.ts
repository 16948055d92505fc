/**
 * The policies that go with the functions, in CloudFront's own shapes (CloudFront API Reference: CachePolicyConfig,
 * OriginRequestPolicyConfig, ResponseHeadersPolicyConfig). What viewer-request keeps is what the cache policy keys on.
 */
import { createHash } from 'node:crypto'
import type {
  Behaviour,
  CachePolicy,
  CookiesConfig,
  KeyGroup,
  OriginRequestPolicy,
  Policies,
  ResponseHeadersPolicy,
} from '../bundle/policies.ts'
import { publicKeyOf } from '../bundle/public-key.ts'
import {
  hasPrivateResponses,
  isS3,
  originOf,
  publicKeyRules,
  type RouteSettings,
  routeFailover,
  type Settings,
  sharedKeyRules,
} from '../bundle/settings.ts'

import { CACHE_TAG_HEADER } from '../edge/cache-tags.ts'
import { POLICIES_PER_ACCOUNT, POLICY_COMMENT_CHARACTERS } from '../edge/limits.ts'
import { SIGNING_COOKIES, SIGNING_PARAMETERS } from '../edge/signed.ts'
import { parametersOf } from './compile.ts'
import { corsConfigOf } from './cors.ts'
import { ConfigError } from './error.ts'
import { forwardedNames } from './forwarded.ts'
import { ERROR_CACHING_MINIMUMS, policyOrigins } from './origins.ts'
import { removedNames, responseHeaders, SECURITY_HEADERS } from './response-headers.ts'

type CachePolicyHeaders = CachePolicy['ParametersInCacheKeyAndForwardedToOrigin']['HeadersConfig']

/** A policy without its name, which follows from it: equal policies are one policy. */
type Unnamed<Policy extends { Name: string }> = Omit<Policy, 'Name'> & { Comment: string }

const READ_METHODS = ['GET', 'HEAD']
const PREFLIGHT_METHODS = ['GET', 'HEAD', 'OPTIONS']
const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']

/** @throws ConfigError if an account can't have as many policies */
export function policiesOf(settings: Settings): Policies {
  const cache = new PolicySet<CachePolicy>('cache')
  const originRequest = new PolicySet<OriginRequestPolicy>('origin-request')
  const responseHeaders = new PolicySet<ResponseHeadersPolicy>('response-headers')
  const behaviours = settings.routes.map((route): Behaviour => {
    const isCached = route.cache !== 'never'
    const isBucket = isS3(originOf(settings, route))
    return {
      path: route.path,
      origin: route.origin,
      originAccessControl: isBucket && isCached,
      viewerProtocolPolicy: 'redirect-to-https',
      // CloudFront takes no other methods where there is an origin group (InvalidArgument: AllowedMethods).
      allowedMethods: (isBucket && isCached) || routeFailover(settings, route) ? PREFLIGHT_METHODS : ALL_METHODS,
      cachedMethods: READ_METHODS,
      compress: isCached,
      ...(publicKeyRules(route) ? { viewerRequest: 'lambda' as const } : {}),
      trustedKeyGroups: route.auth?.type === 'signed' ? route.auth.keyGroups : [],
      cachePolicy: cache.add(cachePolicy(route)),
      originRequestPolicy: originRequest.add(originRequestPolicy(route)),
      responseHeadersPolicy: responseHeaders.add(responseHeadersPolicy(route, settings, isBucket && isCached)),
    }
  })
  return {
    cachePolicies: cache.policies,
    originRequestPolicies: originRequest.policies,
    responseHeadersPolicies: responseHeaders.policies,
    behaviours,
    domains: settings.domains,
    origins: policyOrigins(settings),
    keyGroups: keyGroupsOf(settings),
    keyValueStore: settings.routes.some((route) => sharedKeyRules(route) !== null),
    ...(settings.cacheTags ? { cacheTagHeader: CACHE_TAG_HEADER } : {}),
    errorCachingMinimums: ERROR_CACHING_MINIMUMS,
  }
}

const keyGroupsOf = ({ keyGroups }: Settings): Record<string, KeyGroup> =>
  Object.fromEntries(Object.entries(keyGroups).map(([name, pems]) => [name, { publicKeys: pems.map(publicKeyOf) }]))

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

/** Policies of one kind, each once. */
class PolicySet<Policy extends { Name: string }> {
  readonly policies: Policy[] = []
  readonly #kind: string

  constructor(kind: string) {
    this.#kind = kind
  }

  /** @returns the policy's name */
  add(config: Unnamed<Policy>): string {
    const name = `rimlight-${this.#kind}-${hashOf(JSON.stringify(config))}`
    if (!this.policies.some(({ Name }) => Name === name))
      this.policies.push({ Name: name, ...config } as unknown as Policy)
    if (this.policies.length > POLICIES_PER_ACCOUNT) {
      throw new ConfigError(
        `the routes need more than ${POLICIES_PER_ACCOUNT} different ${this.#kind} policies, as many as an account can have; let routes share their settings`,
        {
          code: 'too-many-policies',
          expected: `at most ${POLICIES_PER_ACCOUNT} ${this.#kind} policies`,
          found: `${this.policies.length}`,
        },
      )
    }
    return name
  }
}

const list = <T>(items: readonly T[]) => ({ Quantity: items.length, Items: items })

const comment = (text: string): string => `Rimlight: ${text}`.slice(0, POLICY_COMMENT_CHARACTERS)

const NO_COOKIES: CookiesConfig = { CookieBehavior: 'none' }

function cachePolicy(route: RouteSettings): Unnamed<CachePolicy> {
  const isCached = route.cache !== 'never'
  const { min, default: usual, max } = route.cache === 'never' ? { min: 0, default: 0, max: 0 } : route.cache
  const parameters = parametersOf(route)
  const forwarded = forwardedNames(route)
  return {
    Comment: isCached ? comment(`keyed on ${['the path', ...parameters].join(', ')}`) : comment('never cached'),
    MinTTL: min,
    DefaultTTL: usual,
    MaxTTL: max,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: isCached,
      EnableAcceptEncodingBrotli: isCached,
      HeadersConfig: headersConfig(isCached ? [...new Set([...route.headers, ...forwarded.headers])] : []),
      CookiesConfig: isCached ? cookiesConfig(forwarded.cookies) : NO_COOKIES,
      QueryStringsConfig:
        parameters.length > 0
          ? { QueryStringBehavior: 'whitelist', QueryStrings: list(parameters) }
          : { QueryStringBehavior: 'none' },
    },
  }
}

const cookiesConfig = (names: readonly string[]): CookiesConfig =>
  names.length > 0 ? { CookieBehavior: 'whitelist', Cookies: list(names.toSorted()) } : NO_COOKIES

const headersConfig = (names: readonly string[]): CachePolicyHeaders =>
  names.length > 0 ? { HeaderBehavior: 'whitelist', Headers: list(names.toSorted()) } : { HeaderBehavior: 'none' }

/**
 * Beside the key, a cached route's origin gets what the function and CloudFront work with: the protocol, where a
 * behaviour allows HTTP, and `accept`, without which CloudFront would take it out of `vary`. A `never` route's
 * origin gets everything but the viewer's host: presigned URLs are made for the bucket's own.
 */
function originRequestPolicy(route: RouteSettings): Unnamed<OriginRequestPolicy> {
  if (route.cache === 'never') {
    const isSigned = route.auth?.type === 'signed'
    return {
      Comment: comment(isSigned ? 'everything but the host and signatures' : 'everything but the host'),
      HeadersConfig: { HeaderBehavior: 'allExcept', Headers: list(['host']) },
      // CloudFront has checked the signing cookies; the origin does not get to see them.
      CookiesConfig: isSigned
        ? { CookieBehavior: 'allExcept', Cookies: list(SIGNING_COOKIES) }
        : { CookieBehavior: 'all' },
      QueryStringsConfig: isSigned
        ? { QueryStringBehavior: 'allExcept', QueryStrings: list(SIGNING_PARAMETERS) }
        : { QueryStringBehavior: 'all' },
    }
  }
  const headers = ['cloudfront-forwarded-proto', ...(route.images ? ['accept'] : [])]
  return {
    Comment: comment(`the cache key, ${headers.toSorted().join(', ')}`),
    HeadersConfig: headersConfig(headers),
    CookiesConfig: NO_COOKIES,
    QueryStringsConfig: { QueryStringBehavior: 'none' },
  }
}

/** A value for one content type alone is left to origin-response: a policy knows no types. */
function responseHeadersPolicy(
  route: RouteSettings,
  { headers, cacheTags }: Pick<Settings, 'headers' | 'cacheTags'>,
  isReadOnly: boolean,
): Unnamed<ResponseHeadersPolicy> {
  const rows = responseHeaders(headers).filter(({ type }) => type === '')
  const custom = rows
    .filter(({ isSecurity }) => !isSecurity)
    .map(({ name, value }) => ({ Header: name, Value: value, Override: true }))
  // Viewers are told `private` by this policy; origin-response must not say it, or CloudFront would not cache the response.
  const isPrivate = hasPrivateResponses(route)
  if (isPrivate) custom.push({ Header: 'cache-control', Value: 'private', Override: false })
  const security = rows.flatMap(({ name, value }) => {
    const rule = SECURITY_HEADERS[name]
    return rule ? [[rule.field, { Override: true, ...rule.shape(value) }]] : []
  })
  // CloudFront reads the tags in what comes from the origin, before a policy changes what viewers get.
  const removed = [...removedNames(headers.dropResponse), ...(cacheTags ? [CACHE_TAG_HEADER] : [])]
  return {
    Comment: comment(`headers of every ${isPrivate ? 'private ' : ''}response${route.cors ? ', and CORS' : ''}`),
    ...(route.cors ? { CorsConfig: corsConfigOf(route.cors, isReadOnly, route.auth !== null) } : {}),
    ...(security.length > 0 ? { SecurityHeadersConfig: Object.fromEntries(security) } : {}),
    ...(custom.length > 0 ? { CustomHeadersConfig: list(custom) } : {}),
    ...(removed.length > 0 ? { RemoveHeadersConfig: list(removed.map((name) => ({ Header: name }))) } : {}),
  }
}
