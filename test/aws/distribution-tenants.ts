/** Distribution tenants and connection groups. CloudFront API Reference: "Errors" of each action. */
import {
  type ConnectionGroup,
  CreateConnectionGroupCommand,
  CreateDistributionTenantCommand,
  type CreateDistributionTenantRequest,
  CreateInvalidationForDistributionTenantCommand,
  DeleteDistributionTenantCommand,
  type DistributionTenant,
  GetConnectionGroupCommand,
  GetDistributionTenantCommand,
  GetInvalidationForDistributionTenantCommand,
  GetManagedCertificateDetailsCommand,
  ListDistributionTenantsCommand,
  UpdateDistributionTenantCommand,
  type UpdateDistributionTenantRequest,
} from '@aws-sdk/client-cloudfront'
import { checkTag, cloudFrontError } from './cloudfront.ts'
import { addInvalidation, askInvalidation } from './invalidations.ts'
import { read, type TenantRow, write } from './rows.ts'
import type { MemoryTenant, TenantAws } from './tenant-aws.ts'

const POLLS = 1
const PAGE = 3

const tenantAt = (aws: TenantAws, identifier: unknown): MemoryTenant => {
  const found =
    aws.tenants.get(String(identifier)) ??
    [...aws.tenants.values()].find(({ tenant }) => [tenant.Name, tenant.Arn].includes(String(identifier)))
  if (!found) throw cloudFrontError('EntityNotFound', 'The entity was not found.', 404)
  return found
}

const told = ({ tenant, polls, tags }: MemoryTenant): DistributionTenant => ({
  ...tenant,
  Status: polls > 0 ? 'InProgress' : 'Deployed',
  Tags: { Items: tags },
})

const groupAt = (aws: TenantAws, identifier: unknown): ConnectionGroup => {
  const found = [...aws.connectionGroups.values()].find(({ Id, Name, Arn }) =>
    [Id, Name, Arn].includes(String(identifier)),
  )
  if (!found) throw cloudFrontError('EntityNotFound', 'The entity was not found.', 404)
  return found
}

/** What a tenant may be: a distribution that takes it, host names of nobody else's, a value for each parameter. */
function checkTenant(aws: TenantAws, tenant: DistributionTenant): void {
  const config = aws.distributions.get(String(tenant.DistributionId))?.config
  if (config?.ConnectionMode !== 'tenant-only') {
    throw cloudFrontError('EntityNotFound', 'There is no multi-tenant distribution of this id.', 404)
  }
  if (!tenant.Domains?.length) throw cloudFrontError('InvalidArgument', 'A tenant needs a domain.')
  for (const other of aws.tenants.values()) {
    if (other.tenant.Id === tenant.Id) continue
    if (other.tenant.Domains?.some(({ Domain }) => tenant.Domains?.some((one) => one.Domain === Domain))) {
      throw cloudFrontError('CNAMEAlreadyExists', 'The CNAME is already registered with another tenant.', 409)
    }
  }
  for (const { Name } of config.TenantConfig?.ParameterDefinitions ?? []) {
    if (!tenant.Parameters?.some((one) => one.Name === Name && one.Value)) {
      throw cloudFrontError('InvalidArgument', `The parameter ${Name} is required.`)
    }
  }
  if (tenant.ConnectionGroupId !== undefined) groupAt(aws, tenant.ConnectionGroupId)
}

export const tenantRows: readonly TenantRow[] = [
  write('CreateDistributionTenant', CreateDistributionTenantCommand, (input, aws) => {
    const { Tags, ManagedCertificateRequest, ...rest } = input as unknown as CreateDistributionTenantRequest
    if ([...aws.tenants.values()].some(({ tenant }) => tenant.Name === rest.Name)) {
      throw cloudFrontError('EntityAlreadyExists', 'The entity already exists.', 409)
    }
    const Id = aws.id('dt_')
    const tenant: DistributionTenant = {
      ...rest,
      Id,
      Arn: `arn:aws:cloudfront::${aws.account}:distribution-tenant/${Id}`,
      Domains: rest.Domains?.map(({ Domain }) => ({ Domain, Status: 'active' as const })),
      CreatedTime: new Date(0),
      LastModifiedTime: new Date(0),
      Enabled: rest.Enabled ?? true,
    }
    checkTenant(aws, tenant)
    if (aws.tenants.size >= aws.quotas.tenants) {
      throw cloudFrontError('EntityLimitExceeded', 'The entity limit has been exceeded.')
    }
    const certificate = ManagedCertificateRequest ? 'pending-validation' : null
    const found = { tenant, etag: aws.etag(), tags: Tags?.Items ?? [], certificate, polls: POLLS }
    aws.tenants.set(Id, found)
    return { DistributionTenant: told(found), ETag: found.etag }
  }),
  read('GetDistributionTenant', GetDistributionTenantCommand, ({ Identifier }, aws) => {
    const found = tenantAt(aws, Identifier)
    const answer = { DistributionTenant: told(found), ETag: found.etag }
    found.polls -= 1
    return answer
  }),
  write('UpdateDistributionTenant', UpdateDistributionTenantCommand, (input, aws) => {
    const { Id, IfMatch, ManagedCertificateRequest, ...rest } = input as unknown as UpdateDistributionTenantRequest
    const found = tenantAt(aws, Id)
    checkTag(IfMatch, found.etag)
    const tenant: DistributionTenant = {
      ...found.tenant,
      ...rest,
      Domains: rest.Domains?.map(({ Domain }) => ({ Domain, Status: 'active' as const })) ?? found.tenant.Domains,
    }
    checkTenant(aws, tenant)
    if (ManagedCertificateRequest) found.certificate = 'pending-validation'
    Object.assign(found, { tenant, etag: aws.etag(), polls: POLLS })
    return { DistributionTenant: told(found), ETag: found.etag }
  }),
  write('DeleteDistributionTenant', DeleteDistributionTenantCommand, ({ Id, IfMatch }, aws) => {
    const found = tenantAt(aws, Id)
    checkTag(IfMatch, found.etag)
    if (found.tenant.Enabled || found.polls > 0) {
      throw cloudFrontError('ResourceNotDisabled', 'The specified resource has not been disabled yet.', 409)
    }
    aws.tenants.delete(String(Id))
    return {}
  }),
  read('ListDistributionTenants', ListDistributionTenantsCommand, ({ Marker, AssociationFilter }, aws) => {
    const { DistributionId } = (AssociationFilter ?? {}) as { DistributionId?: string }
    const isWanted = ({ tenant }: MemoryTenant) =>
      DistributionId === undefined || tenant.DistributionId === DistributionId
    const all = [...aws.tenants.values()].filter(isWanted)
    const start = Number(Marker ?? 0)
    return {
      DistributionTenantList: all.slice(start, start + PAGE).map((one) => ({ ...told(one), ETag: one.etag })),
      ...(start + PAGE < all.length ? { NextMarker: String(start + PAGE) } : {}),
    }
  }),
  write('CreateConnectionGroup', CreateConnectionGroupCommand, ({ Name, Enabled, Ipv6Enabled }, aws) => {
    if ([...aws.connectionGroups.values()].some((one) => one.Name === Name)) {
      throw cloudFrontError('EntityAlreadyExists', 'The entity already exists.', 409)
    }
    const Id = aws.id('cg_')
    const group = {
      Id,
      Name: String(Name),
      Arn: `arn:aws:cloudfront::${aws.account}:connection-group/${Id}`,
      RoutingEndpoint: `${Id.replace('_', '')}.cloudfront.net`,
      Enabled: Enabled !== false,
      Ipv6Enabled: Ipv6Enabled === true,
      Status: 'Deployed',
    }
    aws.connectionGroups.set(Id, group)
    return { ConnectionGroup: group, ETag: aws.etag() }
  }),
  read('GetConnectionGroup', GetConnectionGroupCommand, ({ Identifier }, aws) => ({
    ConnectionGroup: groupAt(aws, Identifier),
    ETag: 'E',
  })),
  write('CreateInvalidationForDistributionTenant', CreateInvalidationForDistributionTenantCommand, (input, aws) => {
    const { Id, InvalidationBatch } = input
    tenantAt(aws, Id)
    return addInvalidation(aws, String(Id), InvalidationBatch)
  }),
  read('GetInvalidationForDistributionTenant', GetInvalidationForDistributionTenantCommand, (input, aws) =>
    askInvalidation(aws, String(input.DistributionTenantId), input.Id),
  ),
  read('GetManagedCertificateDetails', GetManagedCertificateDetailsCommand, ({ Identifier }, aws) => {
    const { certificate, tenant } = tenantAt(aws, Identifier)
    if (certificate === null) throw cloudFrontError('EntityNotFound', 'There is no managed certificate.', 404)
    const [first] = tenant.Domains ?? []
    return {
      ManagedCertificateDetails: {
        CertificateStatus: certificate,
        CertificateArn: `arn:aws:acm:us-east-1:${aws.account}:certificate/${tenant.Id}`,
        ValidationTokenHost: 'cloudfront',
        ValidationTokenDetails: [
          {
            Domain: first?.Domain,
            RedirectFrom: `http://${first?.Domain}/.well-known/pki-validation/token.txt`,
            RedirectTo: 'https://validation.example.com/token.txt',
          },
        ],
      },
    }
  }),
]
