/** What `shared` tenants share besides functions and policies: a multi-tenant distribution for each build, and its way in. */
import {
  CreateConnectionGroupCommand,
  CreateDistributionWithTagsCommand,
  type DistributionConfig,
  type DistributionSummary,
  GetConnectionGroupCommand,
  GetDistributionCommand,
  ListDistributionsByConnectionModeCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import { Failure } from '../../base/errors.ts'
import { configDifferences, differenceText } from '../../deploy/attach/config-diff.ts'
import { recordAnswer, unknownProblem, unknownSettings } from '../../deploy/attach/distribution.ts'
import { allPages, type Calls, Conflict, readOnlyCalls, retriedOnConflict, WouldChange } from '../aws.ts'
import {
  bundleParts,
  sharedCommentOf,
  sharedConfig,
  TENANT_PARAMETER,
  updatedConfig,
  viewerCertificate,
} from '../config.ts'
import type { SharedState } from '../options.ts'
import { ensureShard } from '../shard.ts'
import { BUNDLE_TAG, callerReference, connectionGroupName, prefixOf, siteTags, type TenantSite } from '../site.ts'

/** How often lists are asked before something that was made is taken to be gone: they may be late. */
const LOOKS = 3
const BETWEEN_LOOKS = 2_000

/** The multi-tenant distribution of the bundle, found or made. @returns its id */
export async function ensureMultiTenant(
  calls: Calls,
  site: TenantSite,
  progress: (text: string) => void,
): Promise<string> {
  const found = await findMultiTenant(calls, site)
  if (found !== null) return found
  const shared = await ensureShard(calls, site, 1, progress)
  const parts = bundleParts(site.bundle.policies, shared, prefixOf(site, `{{${TENANT_PARAMETER}}}`))
  const certificateArn = site.certificateArn ?? (await earlierCertificate(calls, site))
  progress(`Creating the multi-tenant distribution of ${site.name}, bundle ${site.version}`)
  // CloudFront never takes the reference of a deleted distribution again.
  for (let generation = 1; ; generation += 1) {
    const reference = callerReference(site, `shared ${site.version}`, generation)
    try {
      const answer = await calls.call('cloudfront:CreateDistribution', ({ cloudfront }) =>
        cloudfront.send(
          new CreateDistributionWithTagsCommand({
            DistributionConfigWithTags: {
              DistributionConfig: sharedConfig({ ...site, certificateArn }, reference, parts),
              Tags: { Items: [...siteTags(site), { Key: BUNDLE_TAG, Value: site.version }] },
            },
          }),
        ),
      )
      const id = answer.Distribution?.Id
      if (!id) throw new Failure('cloudfront:CreateDistribution: AWS told of no distribution', { code: 'no-answer' })
      return id
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      const made = await foundAtLast(calls, () => findMultiTenant(calls, site))
      if (made !== null) return made
    }
  }
}

/** A multi-tenant distribution as it is, and as the bundle has it. */
type Drift = SharedState & { etag: string; wanted: DistributionConfig; unknown: string[] }

/** @returns null: there is none of this bundle */
async function driftOf(calls: Calls, site: TenantSite, progress: (text: string) => void): Promise<Drift | null> {
  const distributionId = await findMultiTenant(calls, site)
  if (distributionId === null) return null
  let written = () => ''
  const answer = await calls.find('cloudfront:GetDistribution', ({ cloudfront }) => {
    const command = new GetDistributionCommand({ Id: distributionId })
    written = recordAnswer(command)
    return cloudfront.send(command)
  })
  const config = answer?.Distribution?.DistributionConfig
  if (!config) return null
  const shared = await ensureShard(calls, site, 1, progress)
  const parts = bundleParts(site.bundle.policies, shared, prefixOf(site, `{{${TENANT_PARAMETER}}}`))
  // Without --certificate, it has that of the build before.
  const certificate = site.certificateArn === null ? {} : { ViewerCertificate: viewerCertificate(site.certificateArn) }
  const wanted = updatedConfig(config, { ...parts, ...certificate, Enabled: true })
  const differences = configDifferences(config, wanted).map(differenceText)
  return { distributionId, differences, etag: answer?.ETag ?? '', wanted, unknown: unknownSettings(written(), config) }
}

/** Asks AWS; changes nothing. @returns null: there is none of this bundle */
export async function multiTenantState(calls: Calls, site: TenantSite): Promise<SharedState | null> {
  const asked = readOnlyCalls(calls)
  try {
    const drift = await driftOf(asked, site, () => {})
    return drift && { distributionId: drift.distributionId, differences: drift.differences }
  } catch (error) {
    if (!(error instanceof WouldChange)) throw error
    const distributionId = await findMultiTenant(asked, site)
    return distributionId === null ? null : { distributionId, differences: [sharedPartsText(error)] }
  }
}

/** For people: what tenants share is not as the bundle has it. */
export const sharedPartsText = ({ message }: WouldChange): string =>
  `what tenants share is not as the bundle has it: ${message}`

/** Puts it as the bundle says, for all of its tenants at once. @throws Failure for what an update would take away */
export const repairMultiTenant = (calls: Calls, site: TenantSite, progress: (text: string) => void): Promise<void> =>
  retriedOnConflict(calls, async () => {
    const drift = await driftOf(calls, site, progress)
    if (drift === null || drift.differences.length === 0) return
    const { distributionId: id, unknown, etag, wanted } = drift
    const loss = unknownProblem({ id, unknown })
    if (loss) throw new Failure(loss, { code: 'unknown-settings', found: unknown.join(', ') })
    progress(`Updating the multi-tenant distribution ${id}`)
    await calls.call('cloudfront:UpdateDistribution', ({ cloudfront }) =>
      cloudfront.send(new UpdateDistributionCommand({ Id: id, IfMatch: etag, DistributionConfig: wanted })),
    )
  })

/** Looks again for what has to be there, and may not be in lists yet; null: it is gone. */
export async function foundAtLast<T>(calls: Calls, look: () => Promise<T | null>): Promise<T | null> {
  for (let looks = 1; ; looks += 1) {
    const found = await look()
    if (found !== null || looks === LOOKS) return found
    await calls.sleep(BETWEEN_LOOKS)
  }
}

/** All multi-tenant distributions of the account, also those that are not Rimlight's. */
export const multiTenants = ({ call }: Calls): Promise<DistributionSummary[]> =>
  allPages(async (Marker) => {
    const { DistributionList: list } = await call('cloudfront:ListDistributionsByConnectionMode', ({ cloudfront }) =>
      cloudfront.send(
        new ListDistributionsByConnectionModeCommand({ ConnectionMode: 'tenant-only', ...(Marker ? { Marker } : {}) }),
      ),
    )
    return { items: list?.Items, next: list?.NextMarker }
  })

const findMultiTenant = async (calls: Calls, site: TenantSite): Promise<string | null> =>
  (await multiTenants(calls)).find(({ Comment }) => Comment === sharedCommentOf(site, site.version))?.Id ?? null

/** The certificate of the site's multi-tenant distribution of the build before. */
async function earlierCertificate(calls: Calls, site: TenantSite): Promise<string | null> {
  const earlier = (await multiTenants(calls)).find(({ Comment }) => Comment?.startsWith(sharedCommentOf(site, '')))
  if (!earlier?.Id) return null
  const answer = await calls.find('cloudfront:GetDistribution', ({ cloudfront }) =>
    cloudfront.send(new GetDistributionCommand({ Id: earlier.Id })),
  )
  return answer?.Distribution?.DistributionConfig?.ViewerCertificate?.ACMCertificateArn ?? null
}

/** `endpoint`: what tenants' host names are a CNAME of. */
export type ConnectionGroup = { id: string; endpoint: string }

/** It stays the same from build to build, so that no DNS changes. */
export async function ensureConnectionGroup({ call, find }: Calls, site: TenantSite): Promise<ConnectionGroup> {
  const Name = connectionGroupName(site)
  const read = () =>
    find('cloudfront:GetConnectionGroup', ({ cloudfront }) =>
      cloudfront.send(new GetConnectionGroupCommand({ Identifier: Name })),
    )
  let group = (await read())?.ConnectionGroup
  if (!group) {
    try {
      const answer = await call('cloudfront:CreateConnectionGroup', ({ cloudfront }) =>
        cloudfront.send(
          new CreateConnectionGroupCommand({ Name, Ipv6Enabled: true, Enabled: true, Tags: { Items: siteTags(site) } }),
        ),
      )
      group = answer.ConnectionGroup
    } catch (error) {
      if (!(error instanceof Conflict)) throw error
      group = (await read())?.ConnectionGroup
    }
  }
  return { id: group?.Id ?? '', endpoint: group?.RoutingEndpoint ?? '' }
}
