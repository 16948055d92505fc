/**
 * What distributions of a bundle share, up to as many as CloudFront lets share it: the function, the Lambdas, the
 * policies and the origin access control. Another build has other functions and policies beside, so that tenants change
 * over one by one.
 */

import type { BuiltBundle } from '../bundle/read-bundle.ts'
import { readIdentity } from '../deploy/attach/distribution.ts'
import { planFunction, prepareFunction, publishFunction, testEvents, testFunction } from '../deploy/attach/function.ts'
import { applyLambda, planLambda } from '../deploy/attach/lambdas.ts'
import { applyRole, planRole } from '../deploy/attach/role.ts'
import { LAMBDA_TRIGGERS } from '../edge/limits.ts'
import { type Calls, retriedOnConflict } from './aws.ts'
import type { SharedIds } from './config.ts'
import { ensureOriginAccessControl, ensurePolicies } from './policies.ts'
import { shardName, type TenantSite } from './site.ts'
import { allRecords, type Store } from './store/store.ts'

/** Developer Guide, "Quotas": "Distributions associated with the same cache policy", and the same for the others. */
const DISTRIBUTIONS_PER_SHARD = 100

/** Characters of a hash that tell two builds apart. */
export const HASH_CHARACTERS = 8

/**
 * The first shard with room for one more distribution. Two processes that count at the same time may both take its last place:
 * then CloudFront refuses one of them, which goes on to the next shard.
 */
export async function roomyShard(store: Store): Promise<number> {
  const counts = new Map<number, number>()
  for await (const { kind, status, shard } of allRecords(store)) {
    if (kind === 'dedicated' && status !== 'deleted') counts.set(shard, (counts.get(shard) ?? 0) + 1)
  }
  let shard = 1
  while ((counts.get(shard) ?? 0) >= DISTRIBUTIONS_PER_SHARD) shard += 1
  return shard
}

/** Finds done what an earlier run did, and what another process does meanwhile. */
export const ensureShard = (
  calls: Calls,
  site: TenantSite,
  shard: number,
  progress: (text: string) => void,
): Promise<SharedIds> => retriedOnConflict(calls, () => attempt(calls, site, shardName(site, shard), progress))

async function attempt(
  calls: Calls,
  site: TenantSite,
  shard: string,
  progress: (text: string) => void,
): Promise<SharedIds> {
  const bundle = bundleOfTenants(site)
  const { manifest, policies } = bundle
  const identity = await readIdentity(calls)
  const role = await planRole(calls, shard, identity, bundle)
  await applyRole(calls, role)

  const lambdas = { 'origin-request': '', 'origin-response': '' }
  for (const trigger of LAMBDA_TRIGGERS) {
    const plan = await planLambda(calls, trigger, shard, identity, role.arn, bundle)
    // Also where there is a version: it may have been published a moment ago, and not be usable yet.
    lambdas[trigger] = await applyLambda(calls, plan, bundle, progress)
  }

  const hash = manifest.artefacts['viewer-request'].sha256.slice(0, HASH_CHARACTERS)
  const plan = await planFunction(calls, `${shard}-${hash}`, identity, bundle, undefined)
  if (plan.change !== 'keep') {
    progress(`Testing ${plan.name}`)
    const etag = await prepareFunction(calls, plan, bundle)
    await testFunction(calls, plan, etag, testEvents(shard, bundle))
    progress(`Publishing ${plan.name}`)
    await publishFunction(calls, plan, etag)
  }

  const isReader = policies.behaviours.some(({ originAccessControl }) => originAccessControl)
  return {
    viewerRequest: plan.arn,
    lambdas,
    policyIds: await ensurePolicies(calls, shard, policies, progress),
    originAccessControl: isReader ? await ensureOriginAccessControl(calls, shard) : null,
  }
}

/** Its buckets' prefixes are those of all tenants: what the functions' role may read. */
export function bundleOfTenants({ bundle, keyPrefix }: TenantSite): BuiltBundle {
  const { policies } = bundle
  const prefix = keyPrefix === '' ? '' : `/${keyPrefix}`
  const origins = Object.fromEntries(
    Object.entries(policies.origins).map(([name, origin]) => [
      name,
      origin.s3 ? { ...origin, s3: { ...origin.s3, prefix } } : origin,
    ]),
  )
  return { ...bundle, policies: { ...policies, origins } }
}
