/**
 * What earlier builds left at AWS and nobody uses: multi-tenant distributions without tenants, functions and policies that
 * no distribution of the account has. All of it is found by its name, and made again if it is needed after all; what is in
 * use CloudFront itself does not let be deleted. Ended anywhere, the next run finds the rest.
 */
import {
  type CacheBehavior,
  type DefaultCacheBehavior,
  DeleteDistributionCommand,
  DeleteFunctionCommand,
  DescribeFunctionCommand,
  type DistributionConfig,
  GetDistributionCommand,
  ListDistributionTenantsCommand,
  ListFunctionsCommand,
  ListTagsForResourceCommand,
  UpdateDistributionCommand,
} from '@aws-sdk/client-cloudfront'
import { allPages, awsName, type Calls, retriedOnConflict, standardDistributions } from './aws.ts'
import { sharedCommentOf } from './config.ts'
import { multiTenants } from './kinds/multi-tenant.ts'
import type { TenantManager } from './manager.ts'
import { deletePolicy, listedPolicies, type PolicyKind, policyName } from './policies.ts'
import { HASH_CHARACTERS } from './shard.ts'
import { SITE_TAG, type TenantSite } from './site.ts'
import { allRecords } from './store/store.ts'

export type Leftovers = {
  /** Multi-tenant distributions, by id. */
  distributions: { id: string; comment: string }[]
  /** CloudFront Functions, by name. */
  functions: string[]
  policies: { kind: PolicyKind; id: string; name: string }[]
}

export const isNothing = ({ distributions, functions, policies }: Leftovers): boolean =>
  distributions.length + functions.length + policies.length === 0

/** Asks AWS and the store; changes nothing. */
export async function leftoversOf({ calls, site, store }: TenantManager): Promise<Leftovers> {
  const used = new Set<string>()
  for await (const { status, distributionId } of allRecords(store)) {
    if (status !== 'deleted' && distributionId !== null) used.add(distributionId)
  }
  const shared = await multiTenants(calls)
  const distributions: Leftovers['distributions'] = []
  for (const { Id: id = '', ARN, Comment: comment = '' } of shared) {
    const isEarlier =
      comment.startsWith(sharedCommentOf(site, '')) && comment !== sharedCommentOf(site, site.version) && !used.has(id)
    if (isEarlier && (await isOfSite(calls, site, ARN)) && !(await hasTenants(calls, id))) {
      distributions.push({ id, comment })
    }
  }
  const gone = new Set(distributions.map(({ id }) => id))
  const others = (await allDistributions(calls, shared)).filter(({ Id = '' }) => !gone.has(Id))
  const inUse = new Set(others.flatMap(partsInUse))
  return { distributions, ...(await unusedParts(calls, site, inUse, sitesIn(others))) }
}

const isOfSite = async ({ find }: Calls, site: TenantSite, arn: string | undefined): Promise<boolean> => {
  const answer = await find('cloudfront:ListTagsForResource', ({ cloudfront }) =>
    cloudfront.send(new ListTagsForResourceCommand({ Resource: arn })),
  )
  return answer?.Tags?.Items?.some(({ Key, Value }) => Key === SITE_TAG && Value === site.name) ?? false
}

/** Whether a multi-tenant distribution has any tenant, be it one that this store does not know. */
async function hasTenants({ call }: Calls, DistributionId: string): Promise<boolean> {
  const answer = await call('cloudfront:ListDistributionTenants', ({ cloudfront }) =>
    cloudfront.send(new ListDistributionTenantsCommand({ AssociationFilter: { DistributionId }, MaxItems: 1 })),
  )
  return (answer.DistributionTenantList ?? []).length > 0
}

type Listed = {
  Id?: string | undefined
  Comment?: string | undefined
  DefaultCacheBehavior?: DefaultCacheBehavior | undefined
  CacheBehaviors?: { Items?: CacheBehavior[] | undefined } | undefined
}

/** All distributions of the account: CloudFront's list may leave out those that are multi-tenant. */
const allDistributions = async (calls: Calls, shared: readonly Listed[]): Promise<Listed[]> => [
  ...new Map<string | undefined, Listed>(
    [...shared, ...(await standardDistributions(calls))].map((one) => [one.Id, one]),
  ).values(),
]

/** Names of functions and ids of policies. */
const partsInUse = ({ DefaultCacheBehavior, CacheBehaviors }: Listed): string[] =>
  [DefaultCacheBehavior, ...(CacheBehaviors?.Items ?? [])].flatMap((behaviour) => [
    ...(behaviour?.FunctionAssociations?.Items ?? []).map(({ FunctionARN = '' }) => FunctionARN.replace(/^.*\//, '')),
    behaviour?.CachePolicyId ?? '',
    behaviour?.OriginRequestPolicyId ?? '',
    behaviour?.ResponseHeadersPolicyId ?? '',
  ])

/** The names of all sites with tenants in the account: what begins with a longer one of them is not this site's. */
const sitesIn = (distributions: readonly Listed[]): string[] =>
  distributions.flatMap(({ Comment = '' }) => /^Rimlight: tenants? .*?of ([a-z0-9-]+)/.exec(Comment)?.[1] ?? [])

async function unusedParts(
  calls: Calls,
  site: TenantSite,
  inUse: ReadonlySet<string>,
  sites: readonly string[],
): Promise<Pick<Leftovers, 'functions' | 'policies'>> {
  const { manifest, policies } = site.bundle
  const longer = sites.filter((one) => one !== site.name && one.startsWith(`${site.name}-`))
  const shardOf = (name: string): string | undefined => {
    if (longer.some((one) => new RegExp(`^rimlight-${one}-\\d+-`).test(name))) return undefined
    return new RegExp(`^rimlight-(${site.name}-\\d+)-`).exec(name)?.[1]
  }
  const hash = manifest.artefacts['viewer-request'].sha256.slice(0, HASH_CHARACTERS)
  const isEarlierFunction = (name: string) => {
    const [, own] =
      new RegExp(`^rimlight-${site.name}-\\d+-([0-9a-f]{${HASH_CHARACTERS}})-viewer-request$`).exec(name) ?? []
    return own !== undefined && own !== hash
  }
  const functions = (await functionNames(calls)).filter((name) => isEarlierFunction(name) && !inUse.has(name))
  const found: Leftovers['policies'] = []
  for (const { kind, id, name } of await listedPolicies(calls)) {
    const shard = shardOf(name)
    if (shard === undefined || inUse.has(id)) continue
    if (!policies[kind].some((policy) => policyName(shard, policy.Name) === name)) found.push({ kind, id, name })
  }
  return { functions, policies: found }
}

const functionNames = ({ call }: Calls): Promise<string[]> =>
  allPages(async (Marker) => {
    const { FunctionList: list } = await call('cloudfront:ListFunctions', ({ cloudfront }) =>
      cloudfront.send(new ListFunctionsCommand({ Stage: 'DEVELOPMENT', ...(Marker ? { Marker } : {}) })),
    )
    return { items: list?.Items?.map(({ Name = '' }) => Name), next: list?.NextMarker }
  })

/**
 * In the order in which CloudFront lets them go: distributions, which take minutes, then what they used.
 * @returns what is in use by now, and stays
 */
export async function cleanUp({ calls, progress }: TenantManager, leftovers: Leftovers): Promise<string[]> {
  const kept: string[] = []
  const removing = async (name: string, remove: () => Promise<void>) => {
    progress(`Deleting ${name}`)
    try {
      await retriedOnConflict(calls, remove)
    } catch (error) {
      if (!/InUse$/.test(awsName(error))) throw error
      kept.push(name)
    }
  }
  // All are disabled before the first is waited for: they are deployed at the same time.
  for (const { id } of leftovers.distributions) await retriedOnConflict(calls, () => disable(calls, id))
  for (const { id } of leftovers.distributions) await removing(id, () => removeDistribution(calls, id, progress))
  for (const name of leftovers.functions) await removing(name, () => removeFunction(calls, name))
  for (const policy of leftovers.policies) await removing(policy.name, () => deletePolicy(calls, policy))
  return kept
}

const readDistribution = async ({ find }: Calls, Id: string) =>
  find('cloudfront:GetDistribution', ({ cloudfront }) => cloudfront.send(new GetDistributionCommand({ Id })))

async function disable(calls: Calls, id: string): Promise<void> {
  const found = await readDistribution(calls, id)
  const config = found?.Distribution?.DistributionConfig
  if (!config?.Enabled || (await hasTenants(calls, id))) return
  const disabled: DistributionConfig = { ...config, Enabled: false }
  await calls.call('cloudfront:UpdateDistribution', ({ cloudfront }) =>
    cloudfront.send(new UpdateDistributionCommand({ Id: id, IfMatch: found?.ETag, DistributionConfig: disabled })),
  )
}

/** Milliseconds. */
const BETWEEN_LOOKS = 10_000

async function removeDistribution(calls: Calls, id: string, progress: (text: string) => void): Promise<void> {
  let found = await readDistribution(calls, id)
  while (found && found.Distribution?.Status !== 'Deployed') {
    progress(`Waiting until ${id} is disabled everywhere`)
    await calls.sleep(BETWEEN_LOOKS)
    found = await readDistribution(calls, id)
  }
  if (!found) return
  await calls.find('cloudfront:DeleteDistribution', ({ cloudfront }) =>
    cloudfront.send(new DeleteDistributionCommand({ Id: id, IfMatch: found.ETag })),
  )
}

async function removeFunction({ find }: Calls, Name: string): Promise<void> {
  const found = await find('cloudfront:DescribeFunction', ({ cloudfront }) =>
    cloudfront.send(new DescribeFunctionCommand({ Name, Stage: 'DEVELOPMENT' })),
  )
  if (!found) return
  await find('cloudfront:DeleteFunction', ({ cloudfront }) =>
    cloudfront.send(new DeleteFunctionCommand({ Name, IfMatch: found.ETag })),
  )
}
