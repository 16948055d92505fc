/** Tenants of one multi-tenant distribution: each has a host name, and its id in the place of a parameter. */
import {
  CreateDistributionTenantCommand,
  CreateInvalidationForDistributionTenantCommand,
  DeleteDistributionTenantCommand,
  GetDistributionTenantCommand,
  GetInvalidationForDistributionTenantCommand,
  GetManagedCertificateDetailsCommand,
  UpdateDistributionTenantCommand,
} from '@aws-sdk/client-cloudfront'
import { Failure } from '../../base/errors.ts'
import { type Calls, Conflict } from '../aws.ts'
import type { TenantRecord } from '../record.ts'
import { TENANT_TAG, type TenantSite, tagsOf, tenantName } from '../site.ts'
import {
  type FoundTenant,
  foundTenant,
  managedCertificate,
  placedAt,
  type SharedParts,
  tenantDifferences,
  wantedTenant,
} from './distribution-tenant.ts'
import type { Kind, ManagedCertificate, Placement } from './kind.ts'
import { type ConnectionGroup, ensureConnectionGroup, ensureMultiTenant } from './multi-tenant.ts'

export function sharedKind(calls: Calls, site: TenantSite, progress: (text: string) => void): Kind<FoundTenant> {
  /** Asked for until it is known. */
  let group: ConnectionGroup | undefined
  const connection = async (): Promise<ConnectionGroup> => {
    group ??= await ensureConnectionGroup(calls, site)
    return group
  }

  return {
    async placement() {
      const connectionGroup = await connection()
      const distributionId = await ensureMultiTenant(calls, site, progress)
      return { bundle: site.version, parts: { distributionId, connectionGroup } satisfies SharedParts }
    },

    async placementOf({ bundle, distributionId }) {
      if (distributionId === null) return null
      const parts = { distributionId, connectionGroup: await connection() } satisfies SharedParts
      return { bundle: bundle ?? '', parts }
    },

    find: (record) => readTenant(calls, record.awsId ?? tenantName(site, record.tenant)),

    create(record, placement) {
      progress(`Creating the distribution tenant ${record.tenant}`)
      return createTenant(calls, site, record, placement)
    },

    differences: (record, { tenant }, placement) => tenantDifferences(site, record, tenant, placement),

    update: (record, found, placement) => updateTenant(calls, site, record, found, placement),

    async remove({ awsId, etag }) {
      await calls.find('cloudfront:DeleteDistributionTenant', ({ cloudfront }) =>
        cloudfront.send(new DeleteDistributionTenantCommand({ Id: awsId, IfMatch: etag })),
      )
    },

    invalidate: ({ awsId }, reference, paths) => invalidateTenant(calls, awsId ?? '', reference, paths),

    async isInvalidated({ awsId }, Id) {
      const answer = await calls.call('cloudfront:GetInvalidationForDistributionTenant', ({ cloudfront }) =>
        cloudfront.send(new GetInvalidationForDistributionTenantCommand({ DistributionTenantId: awsId ?? '', Id })),
      )
      return answer.Invalidation?.Status === 'Completed'
    },

    certificate: ({ awsId }) => certificateOf(calls, awsId ?? ''),
  }
}

/** @param identifier its id, its name or its ARN */
async function readTenant({ find }: Calls, identifier: string): Promise<FoundTenant | null> {
  const answer = await find('cloudfront:GetDistributionTenant', ({ cloudfront }) =>
    cloudfront.send(new GetDistributionTenantCommand({ Identifier: identifier })),
  )
  return answer?.DistributionTenant ? foundTenant(answer.DistributionTenant, answer.ETag) : null
}

/** @returns `exists`: it was created in the meantime, or before. @throws Failure where its name is taken by one of another tenant */
async function createTenant(
  calls: Calls,
  site: TenantSite,
  record: TenantRecord,
  placement: Placement,
): Promise<FoundTenant | 'exists'> {
  const Name = tenantName(site, record.tenant)
  try {
    const { DistributionTenant: tenant, ETag } = await calls.call(
      'cloudfront:CreateDistributionTenant',
      ({ cloudfront }) =>
        cloudfront.send(
          new CreateDistributionTenantCommand({
            Name,
            ...wantedTenant(site, record, placement),
            ...placedAt(placement),
            ...managedCertificate(site, record),
            Tags: { Items: tagsOf(site, record) },
          }),
        ),
    )
    if (!tenant) throw new Failure('cloudfront:CreateDistributionTenant: AWS told of no tenant', { code: 'no-answer' })
    return foundTenant(tenant, ETag)
  } catch (error) {
    if (!(error instanceof Conflict)) throw error
    const found = await readTenant(calls, Name)
    const owner = found?.tenant.Tags?.Items?.find(({ Key }) => Key === TENANT_TAG)?.Value
    if (found && owner !== record.tenant) {
      throw new Failure(
        `${Name}: expected a distribution tenant that Rimlight made for ${record.tenant}, found one without the tag ${TENANT_TAG}; delete it, or name the site otherwise with --site`,
        { code: 'not-ours' },
      )
    }
    return 'exists'
  }
}

async function updateTenant(
  { call }: Calls,
  site: TenantSite,
  record: TenantRecord,
  found: FoundTenant,
  placement: Placement | null,
): Promise<FoundTenant> {
  const hasNewDomain = record.settings.domains.some(
    (domain) => !found.tenant.Domains?.some((one) => one.Domain === domain),
  )
  const { DistributionTenant: tenant, ETag } = await call('cloudfront:UpdateDistributionTenant', ({ cloudfront }) =>
    cloudfront.send(
      new UpdateDistributionTenantCommand({
        Id: found.awsId,
        IfMatch: found.etag,
        ...wantedTenant(site, record, placement),
        ...(hasNewDomain ? managedCertificate(site, record) : {}),
      }),
    ),
  )
  return tenant ? foundTenant(tenant, ETag) : found
}

/** @returns the invalidation's id */
async function invalidateTenant(
  { call }: Calls,
  Id: string,
  reference: string,
  paths: readonly string[],
): Promise<string> {
  const Paths = { Quantity: paths.length, Items: [...paths] }
  const answer = await call('cloudfront:CreateInvalidationForDistributionTenant', ({ cloudfront }) =>
    cloudfront.send(
      new CreateInvalidationForDistributionTenantCommand({
        Id,
        InvalidationBatch: { CallerReference: reference, Paths },
      }),
    ),
  )
  return answer.Invalidation?.Id ?? ''
}

/** Null: none was asked for. */
async function certificateOf({ find }: Calls, Identifier: string): Promise<ManagedCertificate | null> {
  const answer = await find('cloudfront:GetManagedCertificateDetails', ({ cloudfront }) =>
    cloudfront.send(new GetManagedCertificateDetailsCommand({ Identifier })),
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
}
