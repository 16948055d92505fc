/** A tenant as CloudFront's distribution tenant: as its record and the bundle want it, and as it was found. */
import type { Customizations, DistributionTenant } from '@aws-sdk/client-cloudfront'
import { configDifferences, differenceText } from '../../deploy/attach/config-diff.ts'
import { TENANT_PARAMETER } from '../config.ts'
import type { TenantRecord } from '../record.ts'
import type { TenantSite } from '../site.ts'
import { type Found, isToServe, type Placement } from './kind.ts'
import type { ConnectionGroup } from './multi-tenant.ts'

export type FoundTenant = Found & { tenant: DistributionTenant }

/** The multi-tenant distribution of a bundle. */
export type SharedParts = { distributionId: string; connectionGroup: ConnectionGroup }

/** The parameters that creating and updating have in common. @param placement null: it stays where it is */
export const wantedTenant = (site: TenantSite, record: TenantRecord, placement: Placement | null) => ({
  ...(placement ? placedAt(placement) : {}),
  Domains: [ownDomain(site, record), ...record.settings.domains].map((Domain) => ({ Domain })),
  Parameters: [{ Name: TENANT_PARAMETER, Value: record.tenant }],
  Customizations: customizations(record),
  Enabled: isToServe(record),
})

export function placedAt({ parts }: Placement) {
  const { distributionId, connectionGroup } = parts as SharedParts
  return { DistributionId: distributionId, ConnectionGroupId: connectionGroup.id }
}

const ownDomain = (site: TenantSite, { tenant, domain }: TenantRecord): string => domain ?? `${tenant}.${site.domain}`

function customizations({ settings }: TenantRecord): Customizations {
  const { certificateArn, webAclArn, countries } = settings
  return {
    ...(webAclArn === null ? {} : { WebAcl: { Action: 'override', Arn: webAclArn } }),
    ...(certificateArn === null ? {} : { Certificate: { Arn: certificateArn } }),
    ...(countries === null
      ? {}
      : {
          GeoRestrictions:
            'allowed' in countries
              ? { RestrictionType: 'whitelist', Locations: countries.allowed }
              : { RestrictionType: 'blacklist', Locations: countries.blocked },
        }),
  }
}

/** Has CloudFront request a certificate, where none is there for its host names. */
export function managedCertificate(site: TenantSite, record: TenantRecord) {
  const { domains, certificateArn } = record.settings
  const first = site.certificateArn === null ? ownDomain(site, record) : domains[0]
  return certificateArn !== null || first === undefined
    ? {}
    : { ManagedCertificateRequest: { ValidationTokenHost: 'cloudfront' as const, PrimaryDomainName: first } }
}

/** One line for each setting that is not as it is wanted. */
export function tenantDifferences(
  site: TenantSite,
  record: TenantRecord,
  tenant: DistributionTenant,
  placement: Placement | null,
): string[] {
  const { Domains, ...rest } = wantedTenant(site, record, placement)
  const before = {
    DistributionId: placement ? tenant.DistributionId : undefined,
    ConnectionGroupId: placement ? tenant.ConnectionGroupId : undefined,
    Domains: tenant.Domains?.map(({ Domain }) => Domain),
    Parameters: tenant.Parameters,
    Customizations: tenant.Customizations,
    Enabled: tenant.Enabled,
  }
  return configDifferences(before, { ...rest, Domains: Domains.map(({ Domain }) => Domain) }).map(differenceText)
}

export function foundTenant(tenant: DistributionTenant, etag: string | undefined): FoundTenant {
  return {
    awsId: tenant.Id ?? '',
    distributionId: tenant.DistributionId ?? '',
    domain: tenant.Domains?.[0]?.Domain ?? '',
    etag: etag ?? '',
    isDeployed: tenant.Status === 'Deployed',
    isEnabled: tenant.Enabled === true,
    tenant,
  }
}
