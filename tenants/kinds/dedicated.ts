/** Tenants with a standard distribution each. */
import {
  CreateDistributionWithTagsCommand,
  CreateInvalidationCommand,
  DeleteDistributionCommand,
  type Distribution,
  type DistributionConfig,
  GetDistributionCommand,
  GetInvalidationCommand,
  ListTagsForResourceCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import { Failure } from '../../base/errors.ts'
import { configDifferences, differenceText } from '../../deploy/attach/config-diff.ts'
import { recordAnswer, unknownProblem, unknownSettings } from '../../deploy/attach/distribution.ts'
import { type Calls, Conflict, standardDistributions } from '../aws.ts'
import { type BundleParts, bundleParts, commentOf, dedicatedConfig, settingsParts, updatedConfig } from '../config.ts'
import type { TenantRecord } from '../record.ts'
import { ensureShard } from '../shard.ts'
import { callerReference, prefixOf, SITE_TAG, TENANT_TAG, type TenantSite, tagsOf } from '../site.ts'
import { type Found, isToServe, type Kind, type Placement } from './kind.ts'

export type DedicatedDistribution = Found & {
  config: DistributionConfig
  /** Settings that the SDK does not know, and an update would take away. */
  unknown: string[]
}

/** Ids and ARNs for `bundle`; for another bundle, the parts of the config as they were. */
type Parts = { shared: Parameters<typeof bundleParts>[1] } | { config: BundleParts }

export function dedicatedKind(
  calls: Calls,
  site: TenantSite,
  progress: (text: string) => void,
): Kind<DedicatedDistribution> {
  const find = ({ awsId, tenant }: TenantRecord) =>
    awsId === null ? findByTags(calls, site, tenant) : readDistribution(calls, awsId)

  return {
    placement: async (shard) => ({
      bundle: site.version,
      parts: { shared: await ensureShard(calls, site, shard, progress) } satisfies Parts,
    }),

    async placementOf(record) {
      const found = await find(record)
      return found && { bundle: record.bundle ?? '', parts: { config: ofBundle(found.config) } satisfies Parts }
    },

    find,

    create(record, placement) {
      progress(`Creating the distribution of ${record.tenant}`)
      return createDistribution(calls, site, record, placement)
    },

    differences: (record, { config }, placement) =>
      configDifferences(config, updatedConfig(config, wantedParts(site, record, placement))).map(differenceText),

    update: (record, found, placement) => updateDistribution(calls, found, wantedParts(site, record, placement)),

    async remove({ awsId, etag }) {
      await calls.find('cloudfront:DeleteDistribution', ({ cloudfront }) =>
        cloudfront.send(new DeleteDistributionCommand({ Id: awsId, IfMatch: etag })),
      )
    },

    invalidate: ({ awsId }, reference, paths) => invalidateDistribution(calls, awsId ?? '', reference, paths),

    async isInvalidated({ awsId }, Id) {
      const answer = await calls.call('cloudfront:GetInvalidation', ({ cloudfront }) =>
        cloudfront.send(new GetInvalidationCommand({ DistributionId: awsId ?? '', Id })),
      )
      return answer.Invalidation?.Status === 'Completed'
    },

    certificate: async () => null,
  }
}

/** The parts of a distribution's config that come from the bundle. */
function partsOf(site: TenantSite, tenant: string, { parts }: Placement): BundleParts {
  const known = parts as Parts
  return 'config' in known ? known.config : bundleParts(site.bundle.policies, known.shared, prefixOf(site, tenant))
}

/** The parts that come from the bundle, of a distribution that exists. */
function ofBundle(config: DistributionConfig): BundleParts {
  const { Origins, OriginGroups, DefaultCacheBehavior, CacheBehaviors, CustomErrorResponses, CacheTagConfig } = config
  return { Origins, OriginGroups, DefaultCacheBehavior, CacheBehaviors, CustomErrorResponses, CacheTagConfig }
}

/** What Rimlight decides of a tenant's distribution. @param placement null: it stays on the bundle that it is on */
const wantedParts = (site: TenantSite, record: TenantRecord, placement: Placement | null) => ({
  ...(placement ? partsOf(site, record.tenant, placement) : {}),
  ...settingsParts(record.settings, isToServe(record)),
})

async function readDistribution({ find }: Calls, Id: string): Promise<DedicatedDistribution | null> {
  let written = () => ''
  const answer = await find('cloudfront:GetDistribution', ({ cloudfront }) => {
    const command = new GetDistributionCommand({ Id })
    written = recordAnswer(command)
    return cloudfront.send(command)
  })
  return answer?.Distribution ? foundOf(answer.Distribution, answer.ETag, written()) : null
}

/** Finds a tenant's distribution: by comments first, which are in the list of distributions, then by tags, which people edit less. */
async function findByTags(calls: Calls, site: TenantSite, tenant: string): Promise<DedicatedDistribution | null> {
  const all = await standardDistributions(calls)
  for (const { Id = '', ARN } of all.filter(({ Comment }) => Comment === commentOf(site, tenant))) {
    const answer = await calls.find('cloudfront:ListTagsForResource', ({ cloudfront }) =>
      cloudfront.send(new ListTagsForResourceCommand({ Resource: ARN })),
    )
    const tags = new Map(answer?.Tags?.Items?.map(({ Key, Value }) => [Key, Value]))
    if (tags.get(SITE_TAG) === site.name && tags.get(TENANT_TAG) === tenant) return readDistribution(calls, Id)
  }
  return null
}

/** @returns `exists`: its caller reference has been used before, for this distribution or for one that was deleted since */
async function createDistribution(
  { call }: Calls,
  site: TenantSite,
  record: TenantRecord,
  placement: Placement,
): Promise<DedicatedDistribution | 'exists'> {
  const { tenant, generation, settings } = record
  const reference = callerReference(site, tenant, generation)
  const parts = { ...partsOf(site, tenant, placement), ...settingsParts(settings, true) }
  try {
    const answer = await call('cloudfront:CreateDistribution', ({ cloudfront }) =>
      cloudfront.send(
        new CreateDistributionWithTagsCommand({
          DistributionConfigWithTags: {
            DistributionConfig: dedicatedConfig(reference, commentOf(site, tenant), parts),
            Tags: { Items: tagsOf(site, record) },
          },
        }),
      ),
    )
    if (!answer.Distribution)
      throw new Failure('cloudfront:CreateDistribution: AWS told of no distribution', { code: 'no-answer' })
    return foundOf(answer.Distribution, answer.ETag, '')
  } catch (error) {
    if (error instanceof Conflict) return 'exists'
    throw error
  }
}

/** @throws Failure where an update would take settings away that the SDK does not know */
async function updateDistribution(
  { call }: Calls,
  found: DedicatedDistribution,
  parts: ReturnType<typeof wantedParts>,
): Promise<DedicatedDistribution> {
  const loss = unknownProblem({ id: found.awsId, unknown: found.unknown })
  if (loss) throw new Failure(loss, { code: 'unknown-settings', found: found.unknown.join(', ') })
  const answer = await call('cloudfront:UpdateDistribution', ({ cloudfront }) =>
    cloudfront.send(
      new UpdateDistributionCommand({
        Id: found.awsId,
        IfMatch: found.etag,
        DistributionConfig: updatedConfig(found.config, parts),
      }),
    ),
  )
  return { ...found, ...(answer.Distribution ? foundOf(answer.Distribution, answer.ETag, '') : {}) }
}

/** @returns the invalidation's id */
async function invalidateDistribution(
  { call }: Calls,
  DistributionId: string,
  reference: string,
  paths: readonly string[],
): Promise<string> {
  const Paths = { Quantity: paths.length, Items: [...paths] }
  const answer = await call('cloudfront:CreateInvalidation', ({ cloudfront }) =>
    cloudfront.send(
      new CreateInvalidationCommand({
        DistributionId,
        InvalidationBatch: { CallerReference: reference, Paths },
      }),
    ),
  )
  return answer.Invalidation?.Id ?? ''
}

/** @param written what CloudFront wrote, in full; empty where nothing is to be held against it */
function foundOf(distribution: Distribution, etag: string | undefined, written: string): DedicatedDistribution {
  const { Id = '', DomainName = '', Status } = distribution
  const config = distribution.DistributionConfig as DistributionConfig
  return {
    awsId: Id,
    distributionId: Id,
    domain: DomainName,
    etag: etag ?? '',
    isDeployed: Status === 'Deployed',
    isEnabled: config.Enabled === true,
    config,
    unknown: written === '' ? [] : unknownSettings(written, config),
  }
}
