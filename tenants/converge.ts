/**
 * Brings a tenant to where its row says that it is to be. Each step reads what is there, does what is missing and says
 * so in the row: whoever begins again, wherever the one before ended, does the rest.
 */
import { Failure } from '../base/errors.ts'
import { awsName, type Calls, retriedOnConflict } from './aws.ts'
import type { Hold } from './claims.ts'
import type { Found, Kind, Placement } from './kinds/kind.ts'
import { foundAtLast } from './kinds/multi-tenant.ts'
import type { TenantRecord } from './record.ts'

export type Convergence = {
  kind: Kind
  calls: Calls
  /** Of the bundle that is loaded. */
  placement(shard: number): Promise<Placement>
  /** Its version. */
  bundle: string
  progress(text: string): void
  /** Until CloudFront has deployed it; without, what takes minutes is left to the next run. */
  waits: boolean
  /** Where to put it, if not where the row's bundle is. */
  target?: Placement | undefined
}

/** What AWS no longer has, though the row says so. */
class Missing extends Failure {
  override name = 'Missing'
}

export async function converge(hold: Hold, work: Convergence): Promise<void> {
  let found: Found | null = null
  if (hold.record.status === 'creating') found = await created(hold, work)
  switch (hold.record.status) {
    case 'deploying':
      return deployed(hold, work, 'deployed', found)
    case 'disabling':
      return deployed(hold, work, 'disabled', found)
    case 'deleting':
      return deleted(hold, work)
    default:
      return
  }
}

/** A quota of what a shard shares: the tenant goes into the next one. CloudFront API, "Errors" of CreateDistribution. */
const SHARD_IS_FULL =
  /^TooManyDistributions(?:AssociatedTo(?:CachePolicy|OriginRequestPolicy|ResponseHeadersPolicy|OriginAccessControl)|WithFunctionAssociations|WithSingleFunctionARN)$/

async function created(hold: Hold, work: Convergence): Promise<Found> {
  const { kind, calls } = work
  for (;;) {
    const placement = await work.placement(hold.record.shard)
    await hold.renew()
    let made: Found | 'exists' | null
    try {
      made = await kind.create(hold.record, placement)
    } catch (error) {
      if (!SHARD_IS_FULL.test(awsName(error))) throw error
      await hold.save({ shard: hold.record.shard + 1 })
      continue
    }
    if (made === 'exists') made = await foundAtLast(calls, () => kind.find({ ...hold.record, awsId: null }))
    if (made === null) {
      // Its reference was used by one that is gone.
      await hold.save({ generation: hold.record.generation + 1 })
      continue
    }
    const { awsId, distributionId, domain } = made
    await hold.save({ awsId, distributionId, domain, bundle: placement.bundle, status: 'deploying', lastError: null })
    return made
  }
}

/** Made as wanted, and deployed. */
async function deployed(hold: Hold, work: Convergence, then: 'deployed' | 'disabled', first: Found | null) {
  const { kind } = work
  const placement = work.target ?? (hold.record.bundle === work.bundle ? await work.placement(hold.record.shard) : null)
  let known = first
  let found = await retriedOnConflict(work.calls, async () => {
    const there = known ?? existing(hold.record, await kind.find(hold.record))
    known = null
    if (kind.differences(hold.record, there, placement).length === 0) return there
    work.progress(`Updating ${hold.record.tenant}`)
    return kind.update(hold.record, there, placement)
  })
  const { awsId, distributionId, domain } = found
  if (hold.record.distributionId !== distributionId) await hold.save({ awsId, distributionId, domain })
  if (!work.waits && !found.isDeployed) return
  found = await whenDeployed(hold, work, found)
  await hold.release({ status: then, lastError: null })
}

/** Disabled, deployed, and then gone: who finds it gone is done. */
async function deleted(hold: Hold, work: Convergence): Promise<void> {
  const { kind, calls, waits } = work
  const find = () => kind.find(hold.record)
  const attempt = async (): Promise<void> => {
    let found = hold.record.awsId === null ? await foundAtLast(calls, find) : await find()
    if (found === null) return hold.release({ status: 'deleted', lastError: null })
    if (hold.record.awsId === null) await hold.save({ awsId: found.awsId, distributionId: found.distributionId })
    if (found.isEnabled) {
      work.progress(`Disabling ${hold.record.tenant}`)
      found = await kind.update(hold.record, found, null)
    }
    if (!waits && !found.isDeployed) return
    found = await whenDeployed(hold, work, found)
    // Somebody may have enabled it again meanwhile.
    if (found.isEnabled) return attempt()
    work.progress(`Deleting ${hold.record.tenant}`)
    await kind.remove(found)
    await hold.release({ status: 'deleted', lastError: null })
  }
  try {
    await retriedOnConflict(calls, attempt)
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    await hold.release({ status: 'deleted', lastError: null })
  }
}

/** Milliseconds; a distribution takes minutes, a distribution tenant seconds. */
const FIRST_PAUSE = 2_000
const LONGEST_PAUSE = 15_000
const PATIENCE = 45 * 60_000

async function whenDeployed(hold: Hold, { kind, calls, progress }: Convergence, first: Found): Promise<Found> {
  let found = first
  for (let [waited, pause] = [0, FIRST_PAUSE]; !found.isDeployed; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    if (waited > PATIENCE) {
      throw new Failure(
        `${hold.record.tenant} is not deployed after ${PATIENCE / 60_000} minutes; CloudFront goes on by itself: run the same command again later`,
        { code: 'not-deployed' },
      )
    }
    progress(`Waiting until ${hold.record.tenant} is deployed: ${Math.round(waited / 1_000)} s`)
    await calls.sleep(pause)
    waited += pause
    await hold.renew()
    found = existing(hold.record, await kind.find(hold.record))
  }
  return found
}

function existing(record: TenantRecord, found: Found | null): Found {
  if (found !== null) return found
  throw new Missing(
    `${record.tenant}: expected ${record.awsId} at AWS, found none; \`rimlight tenants repair ${record.tenant}\` makes another`,
    { code: 'missing' },
  )
}
