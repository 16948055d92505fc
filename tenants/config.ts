/** A tenant's distribution in the words of CloudFront's API: what the bundle says, and what the tenant's settings say. */
import type {
  CacheBehavior,
  DefaultCacheBehavior,
  DistributionConfig,
  Origin,
  OriginGroup,
  Restrictions,
  ViewerCertificate,
} from '@aws-sdk/client-cloudfront'
import { isObject, type JsonObject } from '../base/json-values.ts'
import {
  COMMENT_CHARACTERS,
  type DescribedBehaviour,
  type DescribedGroup,
  type DescribedOrigin,
  describedDistribution,
  HTTP_VERSION,
  ORIGIN_PROTOCOL,
  TLS,
} from '../bundle/distribution.ts'
import type { Policies } from '../bundle/policies.ts'
import type { TenantSettings } from './record.ts'
import type { TenantSite } from './site.ts'

/** Ids and ARNs of what distributions of a shard share. */
export type SharedIds = {
  /** By the names that `policies.json` calls policies by. */
  policyIds: Record<string, string>
  /** Null where CloudFront reads no bucket itself. */
  originAccessControl: string | null
  viewerRequest: string
  /** ARNs of versions. */
  lambdas: { 'origin-request': string; 'origin-response': string }
}

/** What a bundle says of a distribution. */
export type BundleParts = Pick<
  DistributionConfig,
  'Origins' | 'OriginGroups' | 'DefaultCacheBehavior' | 'CacheBehaviors' | 'CustomErrorResponses' | 'CacheTagConfig'
>

/** @param prefix what keys begin with: of one tenant, or with a parameter in its place */
export function bundleParts(policies: Policies, ids: SharedIds, prefix: string): BundleParts {
  const { origins, groups, behaviours, defaultBehaviour, errors, cacheTagHeader } = describedDistribution(policies)
  return {
    Origins: list(origins.map((origin) => originConfig(origin, ids, prefix))),
    OriginGroups: list(groups.map(groupConfig)),
    DefaultCacheBehavior: behaviourConfig(defaultBehaviour, ids),
    CacheBehaviors: list(
      behaviours.map(
        (behaviour): CacheBehavior => ({ PathPattern: behaviour.path, ...behaviourConfig(behaviour, ids) }),
      ),
    ),
    CustomErrorResponses: list(
      errors.map(({ status, seconds }) => ({
        ErrorCode: status,
        ResponsePagePath: '',
        ResponseCode: '',
        ErrorCachingMinTTL: seconds,
      })),
    ),
    ...(cacheTagHeader === undefined ? {} : { CacheTagConfig: { HeaderName: cacheTagHeader } }),
  }
}

const list = <T>(items: T[]): { Quantity: number; Items: T[] } => ({ Quantity: items.length, Items: items })

/** Objects of a tenant are under its prefix, whoever signed for them; an API is one for all. */
function originConfig(
  { id, domainName, originPath, access, shield }: DescribedOrigin,
  ids: SharedIds,
  prefix: string,
): Origin {
  const common = {
    Id: id,
    DomainName: domainName,
    CustomHeaders: list([]),
    // Never left out: an update without it would leave the shield that was there.
    OriginShield: shield === null ? { Enabled: false } : { Enabled: true, OriginShieldRegion: shield },
  }
  if (access === 'none') {
    return {
      ...common,
      OriginPath: originPath,
      CustomOriginConfig: {
        HTTPPort: 80,
        HTTPSPort: ORIGIN_PROTOCOL.port,
        OriginProtocolPolicy: ORIGIN_PROTOCOL.policy,
        OriginSslProtocols: list([...ORIGIN_PROTOCOL.tls]),
      },
    }
  }
  return {
    ...common,
    OriginPath: `${originPath}/${prefix}`,
    S3OriginConfig: { OriginAccessIdentity: '' },
    OriginAccessControlId: access === 'signed' ? (ids.originAccessControl ?? '') : '',
  }
}

const groupConfig = ({ id, members, statuses }: DescribedGroup): OriginGroup => ({
  Id: id,
  FailoverCriteria: { StatusCodes: list([...statuses]) },
  Members: list(members.map((OriginId) => ({ OriginId }))),
})

/** `tenantSite` takes no private routes, whose key groups would have to be here. */
const behaviourConfig = (behaviour: DescribedBehaviour, ids: SharedIds): DefaultCacheBehavior => ({
  TargetOriginId: behaviour.originId,
  ViewerProtocolPolicy: behaviour.viewerProtocolPolicy,
  AllowedMethods: {
    ...list([...behaviour.allowedMethods] as never[]),
    CachedMethods: list([...behaviour.cachedMethods] as never[]),
  },
  Compress: behaviour.compress,
  CachePolicyId: policyId(ids, behaviour.cachePolicy),
  OriginRequestPolicyId: policyId(ids, behaviour.originRequestPolicy),
  ResponseHeadersPolicyId: policyId(ids, behaviour.responseHeadersPolicy),
  FunctionAssociations: list([{ EventType: 'viewer-request' as const, FunctionARN: ids.viewerRequest }]),
  LambdaFunctionAssociations: list([
    { EventType: 'origin-request' as const, LambdaFunctionARN: ids.lambdas['origin-request'], IncludeBody: false },
    { EventType: 'origin-response' as const, LambdaFunctionARN: ids.lambdas['origin-response'], IncludeBody: false },
  ]),
})

function policyId({ policyIds }: SharedIds, name: string): string {
  const id = policyIds[name]
  if (id === undefined) throw new Error(`policies.json: a behaviour names the policy ${name}, which is not in it`)
  return id
}

/** What a tenant's settings say of its own distribution. */
export type SettingsParts = Pick<
  DistributionConfig,
  'Aliases' | 'ViewerCertificate' | 'Restrictions' | 'WebACLId' | 'Enabled'
>

export const settingsParts = (settings: TenantSettings, isEnabled: boolean): SettingsParts => ({
  Enabled: isEnabled,
  Aliases: list([...settings.domains]),
  ViewerCertificate: viewerCertificate(settings.certificateArn),
  Restrictions: restrictions(settings.countries),
  WebACLId: settings.webAclArn ?? '',
})

export const viewerCertificate = (arn: string | null): ViewerCertificate =>
  arn === null
    ? { CloudFrontDefaultCertificate: true }
    : {
        ACMCertificateArn: arn,
        SSLSupportMethod: TLS.sslSupportMethod,
        MinimumProtocolVersion: TLS.minimumProtocolVersion,
      }

function restrictions(countries: TenantSettings['countries']): Restrictions {
  if (countries === null) return { GeoRestriction: { RestrictionType: 'none', Quantity: 0, Items: [] } }
  return 'allowed' in countries
    ? { GeoRestriction: { RestrictionType: 'whitelist', ...list(countries.allowed) } }
    : { GeoRestriction: { RestrictionType: 'blacklist', ...list(countries.blocked) } }
}

export const commentOf = (site: TenantSite, tenant: string): string =>
  `Rimlight: tenant ${tenant} of ${site.name}`.slice(0, COMMENT_CHARACTERS)

export const sharedCommentOf = (site: TenantSite, version: string): string =>
  `Rimlight: tenants of ${site.name}, bundle ${version}`

/** A standard distribution. */
export const dedicatedConfig = (
  reference: string,
  comment: string,
  parts: BundleParts & SettingsParts,
): DistributionConfig => ({
  CallerReference: reference,
  Comment: comment,
  HttpVersion: HTTP_VERSION,
  IsIPV6Enabled: true,
  PriceClass: 'PriceClass_All',
  DefaultRootObject: '',
  ...parts,
})

/** In the place of a tenant's id. */
export const TENANT_PARAMETER = 'tenant'

/**
 * A multi-tenant distribution. It has none of: aliases, price class, IPv6 (its connection group's), logging. Developer
 * Guide, "Unsupported features for SaaS Manager for Amazon CloudFront".
 */
export const sharedConfig = (site: TenantSite, reference: string, parts: BundleParts): DistributionConfig => ({
  CallerReference: reference,
  Comment: sharedCommentOf(site, site.version),
  Enabled: true,
  HttpVersion: HTTP_VERSION,
  DefaultRootObject: '',
  ConnectionMode: 'tenant-only',
  TenantConfig: {
    ParameterDefinitions: [
      {
        Name: TENANT_PARAMETER,
        Definition: { StringSchema: { Required: true, Comment: "The tenant's id, which its keys begin with" } },
      },
    ],
  },
  ViewerCertificate: viewerCertificate(site.certificateArn),
  ...parts,
})

/**
 * What is there with what is wanted over it: an update takes the place of all, and what CloudFront or somebody else set
 * besides stays. A certificate that is the wanted one stays as it is told.
 */
export function updatedConfig(
  found: DistributionConfig,
  wanted: Partial<BundleParts & SettingsParts>,
): DistributionConfig {
  const { ViewerCertificate: certificate, ...rest } = wanted
  const isSameCertificate = (found.ViewerCertificate?.ACMCertificateArn || undefined) === certificate?.ACMCertificateArn
  return {
    ...overlaid(found, rest),
    ...(certificate && !isSameCertificate ? { ViewerCertificate: certificate } : {}),
  }
}

/** Lists are merged item by item: an item is the same as another if CloudFront would take it for the same. */
function overlaid<T>(found: T, wanted: unknown): T {
  if (Array.isArray(wanted)) {
    const before: unknown[] = Array.isArray(found) ? found : []
    return wanted.map((item) =>
      overlaid(
        before.find((one) => isSame(one, item)),
        item,
      ),
    ) as T
  }
  if (!isObject(wanted)) return (wanted === undefined ? found : wanted) as T
  const base: JsonObject = isObject(found) ? found : {}
  const keys = Object.keys(wanted).map((key) => [key, overlaid(base[key], wanted[key])])
  return { ...base, ...Object.fromEntries(keys) } as T
}

const isSame = (one: unknown, other: unknown): boolean =>
  isObject(one) &&
  isObject(other) &&
  ['PathPattern', 'Id', 'EventType', 'ErrorCode'].some((name) => name in one && one[name] === other[name])
