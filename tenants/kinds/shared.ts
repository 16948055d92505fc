/** Tenants of one multi-tenant distribution: each has a host name, and its id in the place of a parameter. */
import {
  CreateDistributionTenantCommand,
  CreateInvalidationForDistributionTenantCommand,
  type Customizations,
  DeleteDistributionTenantCommand,
  type DistributionTenant,
  GetDistributionTenantCommand,
  GetInvalidationForDistributionTenantCommand,
  GetManagedCertificateDetailsCommand,
  UpdateDistributionTenantCommand,
} from '@aws-sdk/client-cloudfront'
import { Failure } from '../../base/errors.ts'
import { configDifferences, differenceText } from '../../deploy/attach/config-diff.ts'
import { type Calls, Conflict } from '../aws.ts'
import { TENANT_PARAMETER } from '../config.ts'
import type { TenantRecord } from '../record.ts'
import { TENANT_TAG, type TenantSite, tagsOf, tenantName } from '../site.ts'
import { type Found, isToServe, type Kind, type Placement } from './kind.ts'
import { type ConnectionGroup, ensureConnectionGroup, ensureMultiTenant } from './multi-tenant.ts'

export type FoundTenant = Found & { tenant: DistributionTenant }

/** The multi-tenant distribution of a bundle. */
type Parts = { distributionId: string; connectionGroup: ConnectionGroup }

export function sharedKind(calls: Calls, site: TenantSite, progress: (text: string) => void): Kind<FoundTenant> {
  const { call, find } = calls

  const read = async (identifier: string): Promise<FoundTenant | null> => {
    const answer = await find('cloudfront:GetDistributionTenant', ({ cloudfront }) =>
      cloudfront.send(new GetDistributionTenantCommand({ Identifier: identifier })),
    )
    return answer?.DistributionTenant ? foundOf(answer.DistributionTenant, answer.ETag) : null
  }

  /** Asked for until it is known. */
  let group: ConnectionGroup | undefined
  const connection = async (): Promise<ConnectionGroup> => {
    group ??= await ensureConnectionGroup(calls, site)
    return group
  }

  const ownDomain = ({ tenant, domain }: TenantRecord): string => domain ?? `${tenant}.${site.domain}`

  /** What both creating and updating say. */
  const wanted = (record: TenantRecord, placement: Placement | null) => ({
    ...(placement ? placedAt(placement) : {}),
    Domains: [ownDomain(record), ...record.settings.domains].map((Domain) => ({ Domain })),
    Parameters: [{ Name: TENANT_PARAMETER, Value: record.tenant }],
    Customizations: customizations(record),
    Enabled: isToServe(record),
  })

  const placedAt = ({ parts }: Placement) => {
    const { distributionId, connectionGroup } = parts as Parts
    return { DistributionId: distributionId, ConnectionGroupId: connectionGroup.id }
  }

  /** Has CloudFront request a certificate, where none is there for its host names. */
  const managedCertificate = (record: TenantRecord) => {
    const { domains, certificateArn } = record.settings
    const first = site.certificateArn === null ? ownDomain(record) : domains[0]
    return certificateArn !== null || first === undefined
      ? {}
      : { ManagedCertificateRequest: { ValidationTokenHost: 'cloudfront' as const, PrimaryDomainName: first } }
  }

  return {
    async placement() {
      const connectionGroup = await connection()
      const distributionId = await ensureMultiTenant(calls, site, progress)
      return { bundle: site.version, parts: { distributionId, connectionGroup } satisfies Parts }
    },

    find: (record) => read(record.awsId ?? tenantName(site, record.tenant)),

    async create(record, placement) {
      progress(`Creating the distribution tenant ${record.tenant}`)
      try {
        const { DistributionTenant: tenant, ETag } = await call(
          'cloudfront:CreateDistributionTenant',
          ({ cloudfront }) =>
            cloudfront.send(
              new CreateDistributionTenantCommand({
                Name: tenantName(site, record.tenant),
                ...(wanted(record, placement) as ReturnType<typeof wanted> & { DistributionId: string }),
                ...managedCertificate(record),
                Tags: { Items: tagsOf(site, record) },
              }),
            ),
        )
        if (!tenant)
          throw new Failure('cloudfront:CreateDistributionTenant: AWS told of no tenant', { code: 'no-answer' })
        return foundOf(tenant, ETag)
      } catch (error) {
        if (!(error instanceof Conflict)) throw error
        const found = await read(tenantName(site, record.tenant))
        const owner = found?.tenant.Tags?.Items?.find(({ Key }) => Key === TENANT_TAG)?.Value
        if (found && owner !== record.tenant) {
          throw new Failure(
            `${tenantName(site, record.tenant)}: expected a distribution tenant that Rimlight made for ${record.tenant}, found one without the tag ${TENANT_TAG}; delete it, or name the site otherwise with --site`,
            { code: 'not-ours' },
          )
        }
        return 'exists'
      }
    },

    differences(record, { tenant }, placement) {
      const { Domains, ...rest } = wanted(record, placement)
      const before = {
        DistributionId: placement ? tenant.DistributionId : undefined,
        ConnectionGroupId: placement ? tenant.ConnectionGroupId : undefined,
        Domains: tenant.Domains?.map(({ Domain }) => Domain),
        Parameters: tenant.Parameters,
        Customizations: tenant.Customizations,
        Enabled: tenant.Enabled,
      }
      return configDifferences(before, { ...rest, Domains: Domains.map(({ Domain }) => Domain) }).map(differenceText)
    },

    async update(record, found, placement) {
      const hasNewDomain = record.settings.domains.some(
        (domain) => !found.tenant.Domains?.some((one) => one.Domain === domain),
      )
      const { DistributionTenant: tenant, ETag } = await call('cloudfront:UpdateDistributionTenant', ({ cloudfront }) =>
        cloudfront.send(
          new UpdateDistributionTenantCommand({
            Id: found.awsId,
            IfMatch: found.etag,
            ...wanted(record, placement),
            ...(hasNewDomain ? managedCertificate(record) : {}),
          }),
        ),
      )
      return tenant ? foundOf(tenant, ETag) : found
    },

    async placementOf({ bundle, distributionId }) {
      if (distributionId === null) return null
      return { bundle: bundle ?? '', parts: { distributionId, connectionGroup: await connection() } satisfies Parts }
    },

    async remove({ awsId, etag }) {
      await find('cloudfront:DeleteDistributionTenant', ({ cloudfront }) =>
        cloudfront.send(new DeleteDistributionTenantCommand({ Id: awsId, IfMatch: etag })),
      )
    },

    async invalidate({ awsId }, reference, paths) {
      const answer = await call('cloudfront:CreateInvalidationForDistributionTenant', ({ cloudfront }) =>
        cloudfront.send(
          new CreateInvalidationForDistributionTenantCommand({
            Id: awsId ?? '',
            InvalidationBatch: {
              CallerReference: reference,
              Paths: { Quantity: paths.length, Items: [...paths] },
            },
          }),
        ),
      )
      return answer.Invalidation?.Id ?? ''
    },

    async isInvalidated({ awsId }, Id) {
      const answer = await call('cloudfront:GetInvalidationForDistributionTenant', ({ cloudfront }) =>
        cloudfront.send(new GetInvalidationForDistributionTenantCommand({ DistributionTenantId: awsId ?? '', Id })),
      )
      return answer.Invalidation?.Status === 'Completed'
    },

    async certificate({ awsId }) {
      const answer = await find('cloudfront:GetManagedCertificateDetails', ({ cloudfront }) =>
        cloudfront.send(new GetManagedCertificateDetailsCommand({ Identifier: awsId ?? '' })),
      )
      const details = answer?.ManagedCertificateDetails
      if (!details?.CertificateStatus) return null
      return {
        status: details.CertificateStatus,
        arn: details.CertificateArn ?? null,
        tokens: (details.ValidationTokenDetails ?? []).map(({ Domain = '', RedirectFrom = '', RedirectTo = '' }) => ({
          domain: Domain,
          redirectFrom: RedirectFrom,
          redirectTo: RedirectTo,
        })),
      }
    },
  }
}

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

function foundOf(tenant: DistributionTenant, etag: string | undefined): FoundTenant {
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
