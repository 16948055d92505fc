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
  const { call, find } = calls

  const read = async (Id: string): Promise<DedicatedDistribution | null> => {
    let written = () => ''
    const answer = await find('cloudfront:GetDistribution', ({ cloudfront }) => {
      const command = new GetDistributionCommand({ Id })
      written = recordAnswer(command)
      return cloudfront.send(command)
    })
    return answer?.Distribution ? foundOf(answer.Distribution, answer.ETag, written()) : null
  }

  /** Its comment is what lists tell, its tags are what holds. */
  const search = async ({ tenant }: TenantRecord): Promise<DedicatedDistribution | null> => {
    const all = await standardDistributions(calls)
    for (const { Id = '', ARN } of all.filter(({ Comment }) => Comment === commentOf(site, tenant))) {
      const answer = await find('cloudfront:ListTagsForResource', ({ cloudfront }) =>
        cloudfront.send(new ListTagsForResourceCommand({ Resource: ARN })),
      )
      const tags = new Map(answer?.Tags?.Items?.map(({ Key, Value }) => [Key, Value]))
      if (tags.get(SITE_TAG) === site.name && tags.get(TENANT_TAG) === tenant) return read(Id)
    }
    return null
  }

  const found = (record: TenantRecord) => (record.awsId === null ? search(record) : read(record.awsId))

  const wanted = (record: TenantRecord, placement: Placement | null) => ({
    ...(placement ? partsOf(record, placement) : {}),
    ...settingsParts(record.settings, isToServe(record)),
  })

  const partsOf = ({ tenant }: TenantRecord, { parts }: Placement): BundleParts => {
    const known = parts as Parts
    return 'config' in known ? known.config : bundleParts(site.bundle.policies, known.shared, prefixOf(site, tenant))
  }

  return {
    placement: async (shard) => ({
      bundle: site.version,
      parts: { shared: await ensureShard(calls, site, shard, progress) } satisfies Parts,
    }),

    find: found,

    async create(record, placement) {
      const { tenant, generation } = record
      const reference = callerReference(site, tenant, generation)
      const parts = { ...partsOf(record, placement), ...settingsParts(record.settings, true) }
      progress(`Creating the distribution of ${tenant}`)
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
    },

    differences: (record, found, placement) =>
      configDifferences(found.config, updatedConfig(found.config, wanted(record, placement))).map(differenceText),

    async update(record, found, placement) {
      const loss = unknownProblem({ id: found.awsId, unknown: found.unknown })
      if (loss) throw new Failure(loss, { code: 'unknown-settings', found: found.unknown.join(', ') })
      const answer = await call('cloudfront:UpdateDistribution', ({ cloudfront }) =>
        cloudfront.send(
          new UpdateDistributionCommand({
            Id: found.awsId,
            IfMatch: found.etag,
            DistributionConfig: updatedConfig(found.config, wanted(record, placement)),
          }),
        ),
      )
      return { ...found, ...(answer.Distribution ? foundOf(answer.Distribution, answer.ETag, '') : {}) }
    },

    async placementOf(record) {
      const config = (await found(record))?.config
      if (config === undefined) return null
      const { Origins, OriginGroups, DefaultCacheBehavior, CacheBehaviors, CustomErrorResponses, CacheTagConfig } =
        config
      const parts = {
        Origins,
        OriginGroups,
        DefaultCacheBehavior,
        CacheBehaviors,
        CustomErrorResponses,
        CacheTagConfig,
      }
      return { bundle: record.bundle ?? '', parts: { config: parts } satisfies Parts }
    },

    async remove({ awsId, etag }) {
      await find('cloudfront:DeleteDistribution', ({ cloudfront }) =>
        cloudfront.send(new DeleteDistributionCommand({ Id: awsId, IfMatch: etag })),
      )
    },

    async invalidate({ awsId }, reference, paths) {
      const answer = await call('cloudfront:CreateInvalidation', ({ cloudfront }) =>
        cloudfront.send(
          new CreateInvalidationCommand({
            DistributionId: awsId ?? '',
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
      const answer = await call('cloudfront:GetInvalidation', ({ cloudfront }) =>
        cloudfront.send(new GetInvalidationCommand({ DistributionId: awsId ?? '', Id })),
      )
      return answer.Invalidation?.Status === 'Completed'
    },

    certificate: async () => null,
  }
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
