/** Distributions, made and deleted, with tags and quotas. CloudFront API Reference: "Errors" of each action. */
import {
  CreateDistributionWithTagsCommand,
  CreateInvalidationCommand,
  DeleteDistributionCommand,
  type DistributionConfig,
  GetDistributionCommand,
  GetInvalidationCommand,
  ListDistributionsByConnectionModeCommand,
  ListDistributionsCommand,
  ListTagsForResourceCommand,
  type Tag,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import { associationProblem, behavioursOf } from './associations.ts'
import { checkTag, cloudFrontError } from './cloudfront.ts'
import { configProblem } from './config.ts'
import { addInvalidation, askInvalidation } from './invalidations.ts'
import { read, type TenantRow, write } from './rows.ts'
import type { TenantAws } from './tenant-aws.ts'

const POLLS = 2
const PAGE = 3

const isMultiTenant = ({ ConnectionMode }: DistributionConfig) => ConnectionMode === 'tenant-only'

const distributionAt = (aws: TenantAws, id: unknown) => {
  const found = aws.distributions.get(String(id))
  if (!found) throw cloudFrontError('NoSuchDistribution', 'The specified distribution does not exist.', 404)
  return found
}

const told = (aws: TenantAws, id: string) => {
  const { config, polls } = distributionAt(aws, id)
  return {
    Id: id,
    ARN: aws.arnOf(id),
    Status: polls > 0 ? 'InProgress' : 'Deployed',
    LastModifiedTime: new Date(0),
    InProgressInvalidationBatches: 0,
    DomainName: `d${id.toLowerCase()}.cloudfront.net`,
    DistributionConfig: config,
  }
}

/** What multi-tenant distributions have not: Developer Guide, "Unsupported features for SaaS Manager". */
const UNSUPPORTED = [
  'Aliases',
  'PriceClass',
  'Staging',
  'ContinuousDeploymentPolicyId',
  'IsIPV6Enabled',
  'Logging',
] as const

function checkConfig(aws: TenantAws, before: DistributionConfig, config: DistributionConfig, id: string | null): void {
  const problem = configProblem(before, config, aws) ?? associationProblem(config, aws)
  if (problem) throw cloudFrontError(problem.name, problem.message)
  const parameters = JSON.stringify(config.Origins).match(/\{\{\w+\}\}/g) ?? []
  if (isMultiTenant(config)) {
    const field = UNSUPPORTED.find((name) => config[name] !== undefined)
    if (field) throw cloudFrontError('InvalidArgument', `${field} is not supported for multi-tenant distributions.`)
    const defined = config.TenantConfig?.ParameterDefinitions?.map(({ Name }) => `{{${Name}}}`) ?? []
    const undefinedOne = parameters.find((name) => !defined.includes(name))
    if (undefinedOne) throw cloudFrontError('InvalidArgument', `The parameter ${undefinedOne} is not defined.`)
  } else if (config.TenantConfig || parameters.length > 0) {
    throw cloudFrontError('InvalidArgument', 'Parameters are for multi-tenant distributions.')
  }
  if ((config.Aliases?.Quantity ?? 0) > 0 && !config.ViewerCertificate?.ACMCertificateArn) {
    throw cloudFrontError('InvalidViewerCertificate', 'To add an alternate domain name you must attach a certificate.')
  }
  checkShares(aws, config, id)
}

const SHARES = [
  ['CachePolicyId', 'TooManyDistributionsAssociatedToCachePolicy'],
  ['OriginRequestPolicyId', 'TooManyDistributionsAssociatedToOriginRequestPolicy'],
  ['ResponseHeadersPolicyId', 'TooManyDistributionsAssociatedToResponseHeadersPolicy'],
] as const

function checkShares(aws: TenantAws, config: DistributionConfig, id: string | null): void {
  const others = [...aws.distributions].filter(([other]) => other !== id).map(([, { config: one }]) => one)
  const isFull = (uses: (one: DistributionConfig) => boolean) =>
    others.filter(uses).length >= aws.quotas.distributionsPerShard
  for (const behaviour of behavioursOf(config)) {
    for (const [key, error] of SHARES) {
      const policy = behaviour[key]
      if (policy && isFull((one) => behavioursOf(one).some((other) => other[key] === policy))) {
        throw cloudFrontError(error, 'The maximum number of distributions have been associated.')
      }
    }
    const arn = behaviour.FunctionAssociations?.Items?.[0]?.FunctionARN
    if (arn && isFull((one) => JSON.stringify(one.DefaultCacheBehavior).includes(arn))) {
      throw cloudFrontError('TooManyDistributionsWithFunctionAssociations', 'You have reached the maximum number.')
    }
  }
  for (const { OriginAccessControlId: control } of config.Origins?.Items ?? []) {
    if (!control) continue
    if (!aws.originAccessControls.has(control)) {
      throw cloudFrontError('InvalidOriginAccessControl', 'The origin access control is not valid.')
    }
    if (isFull((one) => one.Origins?.Items?.some((origin) => origin.OriginAccessControlId === control) === true)) {
      throw cloudFrontError('TooManyDistributionsAssociatedToOriginAccessControl', 'The maximum number.')
    }
  }
}

/** As lists tell of it. */
function summaries(aws: TenantAws, marker: unknown, isWanted: (config: DistributionConfig) => boolean) {
  const all = [...aws.distributions].filter(([id, { config }]) => {
    const lag = aws.unlisted.get(id) ?? 0
    aws.unlisted.set(id, lag - 1)
    return lag <= 0 && isWanted(config)
  })
  const start = Number(marker ?? 0)
  const items = all.slice(start, start + PAGE).map(([id, { config }]) => ({
    ...told(aws, id),
    DistributionConfig: undefined,
    ...config,
    CallerReference: undefined,
  }))
  const isMore = start + PAGE < all.length
  return {
    DistributionList: {
      Marker: String(start),
      MaxItems: PAGE,
      IsTruncated: isMore,
      Quantity: items.length,
      Items: items,
      ...(isMore ? { NextMarker: String(start + PAGE) } : {}),
    },
  }
}

export const distributionRows: readonly TenantRow[] = [
  write('CreateDistributionWithTags', CreateDistributionWithTagsCommand, ({ DistributionConfigWithTags }, aws) => {
    const { DistributionConfig: config, Tags } = DistributionConfigWithTags as {
      DistributionConfig: DistributionConfig
      Tags: { Items?: Tag[] }
    }
    const reference = String(config.CallerReference)
    if (aws.references.has(reference)) {
      throw cloudFrontError('DistributionAlreadyExists', 'The caller reference was used before.', 409)
    }
    checkConfig(aws, config, config, null)
    const same = [...aws.distributions.values()].filter((one) => isMultiTenant(one.config) === isMultiTenant(config))
    if (same.length >= (isMultiTenant(config) ? aws.quotas.multiTenant : aws.quotas.distributions)) {
      throw cloudFrontError('TooManyDistributions', 'Your request would exceed the maximum number of distributions.')
    }
    aws.references.add(reference)
    const id = aws.id('E')
    aws.distributions.set(id, { config, etag: aws.etag(), polls: POLLS })
    aws.unlisted.set(id, aws.listLag)
    aws.tags.set(aws.arnOf(id), Tags.Items ?? [])
    return { ETag: distributionAt(aws, id).etag, Distribution: told(aws, id), Location: id }
  }),
  read('GetDistribution', GetDistributionCommand, ({ Id }, aws) => {
    const found = distributionAt(aws, Id)
    const answer = { ETag: found.etag, Distribution: told(aws, String(Id)) }
    found.polls -= 1
    return answer
  }),
  write('UpdateDistribution', UpdateDistributionCommand, ({ Id, IfMatch, DistributionConfig }, aws) => {
    const found = distributionAt(aws, Id)
    checkTag(IfMatch, found.etag)
    const config = DistributionConfig as DistributionConfig
    checkConfig(aws, found.config, config, String(Id))
    Object.assign(found, { config, etag: aws.etag(), polls: POLLS })
    return { ETag: found.etag, Distribution: told(aws, String(Id)) }
  }),
  write('DeleteDistribution', DeleteDistributionCommand, ({ Id, IfMatch }, aws) => {
    const found = distributionAt(aws, Id)
    checkTag(IfMatch, found.etag)
    if (found.config.Enabled || found.polls > 0) {
      throw cloudFrontError('DistributionNotDisabled', 'The distribution has not been disabled.', 409)
    }
    if ([...aws.tenants.values()].some(({ tenant }) => tenant.DistributionId === Id)) {
      throw cloudFrontError('ResourceInUse', 'The distribution has tenants.', 409)
    }
    aws.distributions.delete(String(Id))
    aws.tags.delete(aws.arnOf(String(Id)))
    return {}
  }),
  read('ListDistributions', ListDistributionsCommand, ({ Marker }, aws) => summaries(aws, Marker, () => true)),
  read(
    'ListDistributionsByConnectionMode',
    ListDistributionsByConnectionModeCommand,
    ({ Marker, ConnectionMode }, aws) =>
      summaries(aws, Marker, (config) => isMultiTenant(config) === (ConnectionMode === 'tenant-only')),
  ),
  read('ListTagsForResource', ListTagsForResourceCommand, ({ Resource }, aws) => {
    const tags = aws.tags.get(String(Resource))
    if (!tags) throw cloudFrontError('NoSuchResource', 'The resource does not exist.', 404)
    return { Tags: { Items: tags } }
  }),
  write('CreateInvalidation', CreateInvalidationCommand, ({ DistributionId, InvalidationBatch }, aws) => {
    distributionAt(aws, DistributionId)
    return addInvalidation(aws, String(DistributionId), InvalidationBatch)
  }),
  read('GetInvalidation', GetInvalidationCommand, ({ DistributionId, Id }, aws) =>
    askInvalidation(aws, String(DistributionId), Id),
  ),
]
