/** The behaviours of a distribution with their policies resolved, and what these decide about a request. */
import type { Behaviour, CachePolicy, OriginRequestPolicy, ResponseHeadersPolicy } from '../../../bundle/policies.ts'
import { cacheKeyOf } from '../../platform/cache-key.ts'
import type { CacheKey } from '../../protocol/messages.ts'
import type { DistributionSettings, HostedTenant } from '../../protocol/settings.ts'
import { namedCloudFrontHeaders } from './cloudfront-headers.ts'
import type { EdgeRequest } from './messages.ts'
import { withoutSignature, withoutSigningCookies } from './signing-parts.ts'
import { type TrustedKeys, trustedKeys } from './viewer-access.ts'

export type RoutedBehaviour = Behaviour & {
  cache: CachePolicy
  originRequest: OriginRequestPolicy | undefined
  responseHeaders: ResponseHeadersPolicy | undefined
  /** `CloudFront-*` headers that its policies name. */
  cloudFrontHeaders: string[]
  /** Null: it is public. */
  trustedKeys: TrustedKeys | null
}

export function routedBehaviours({ policies }: DistributionSettings): RoutedBehaviour[] {
  return policies.behaviours.map((behaviour) => {
    const cache = policies.cachePolicies.find(({ Name }) => Name === behaviour.cachePolicy)
    if (cache === undefined) throw new Error(`policies.json has no cache policy ${behaviour.cachePolicy}`)
    const originRequest = policies.originRequestPolicies.find(({ Name }) => Name === behaviour.originRequestPolicy)
    const responseHeaders = policies.responseHeadersPolicies.find(
      ({ Name }) => Name === behaviour.responseHeadersPolicy,
    )
    const cloudFrontHeaders = namedCloudFrontHeaders(cache, originRequest)
    return {
      ...behaviour,
      ...{ cache, originRequest, responseHeaders, cloudFrontHeaders },
      trustedKeys: trustedKeys(behaviour, policies),
    }
  })
}

/** A request as the cache and the origin get it: where the behaviour trusts keys, without the signature in its query. */
export const checkedRequest = ({ trustedKeys }: RoutedBehaviour, request: EdgeRequest): EdgeRequest =>
  trustedKeys === null ? request : withoutSignature(request)

export function requestKey(
  { cache, path, trustedKeys }: RoutedBehaviour,
  request: EdgeRequest,
  tenant: HostedTenant | null,
): CacheKey {
  const headers = trustedKeys === null ? request.headers : withoutSigningCookies(request.headers)
  const key = cacheKeyOf(cache, { ...request, headers }, path)
  return tenant ? { tenant: tenant.id, ...key } : key
}

/** Caching is off where all TTLs are 0: Developer Guide, "Use managed cache policies", CachingDisabled. */
export const isCacheable = ({ cachedMethods, cache }: RoutedBehaviour, method: string): boolean =>
  cachedMethods.includes(method) && (cache.MaxTTL > 0 || cache.MinTTL > 0)
