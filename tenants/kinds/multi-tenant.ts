/** What `shared` tenants share besides functions and policies: a multi-tenant distribution for each build, and its way in. */
import {
  CreateConnectionGroupCommand,
  CreateDistributionWithTagsCommand,
  type DistributionSummary,
  GetConnectionGroupCommand,
  GetDistributionCommand,
  ListDistributionsByConnectionModeCommand,
} from '@aws-sdk/client-cloudfront'
import { Failure } from '../../base/errors.ts'
import { allPages, type Calls, Conflict } from '../aws.ts'
import { bundleParts, sharedCommentOf, sharedConfig, TENANT_PARAMETER } from '../config.ts'
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
  // One that was deleted has used its reference up.
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

/** Looks again for what has to be there, and may not be in lists yet; null: it is gone. */
export async function foundAtLast<T>(calls: Calls, look: () => Promise<T | null>): Promise<T | null> {
  for (let looks = 1; ; looks += 1) {
    const found = await look()
    if (found !== null || looks === LOOKS) return found
    await calls.sleep(BETWEEN_LOOKS)
  }
}

const multiTenants = ({ call }: Calls): Promise<DistributionSummary[]> =>
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

/** Of the build before. */
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
