/** A thousand tenants: linear, within AWS's rates, resumable. */

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { LEASE } from '../../../tenants/claims.ts'
import { openSqlite } from '../../../tenants/store/sqlite.ts'
import { tenantsOf } from '../../../tenants/tenants.ts'
import { upgrade } from '../../../tenants/upgrade.ts'
import { managerOf } from '../../tenants/manager.ts'
import { scene, useTenantBundles } from '../../tenants/scene.ts'
import { temporaryFolder } from '../local/fixture.ts'

const bundles = useTenantBundles()

/** Invalidations as documented; the others are ours, and below what the pace of one process would be without a burst. */
const RATES = {
  reads: { perSecond: 20, burst: 40 },
  writes: { perSecond: 5, burst: 10 },
  paths: { perSecond: 150, burst: 150 },
  wildcards: { perSecond: 1, burst: 1 },
}

async function withTenants(count: number) {
  const one = scene(bundles)
  const store = await openSqlite(':memory:')
  const tenants = tenantsOf(await managerOf(one, store, bundles.dist), 'shared')
  for (let index = 0; index < count; index += 1) await tenants.create(`t${index}`, { wait: true })
  one.aws.rates = RATES
  one.aws.calls.length = 0
  return { ...one, store, tenants }
}

async function upgraded(count: number) {
  const { store, aws, clock } = await withTenants(count)
  const receipt = join(await temporaryFolder(), 'receipt.json')
  const options = { receipt, batch: 50, verify: async () => [], now: () => clock.now(), onBatch: () => {} }
  const since = clock.time
  const manager = await managerOf({ clock }, store, bundles.newer)
  const outcome = await upgrade(manager, options)
  return { outcome, aws, calls: aws.calls.length, seconds: (clock.time - since) / 1_000, store, manager, options }
}

it('upgrades 1,000 with ten times the calls of 100, none of which AWS refuses', { timeout: 300_000 }, async () => {
  const few = await upgraded(100)
  const many = await upgraded(1_000)
  expect(many.outcome).toMatchObject({ kind: 'done' })
  expect(many.outcome.tenants).toHaveLength(1_000)
  expect([few.aws.refusedByRate, many.aws.refusedByRate]).toEqual([0, 0])
  expect(many.calls / few.calls).toBeGreaterThan(7)
  expect(many.calls / few.calls).toBeLessThan(11)
  expect(many.seconds / few.seconds).toBeLessThan(12)
})

it('lists 1,000 without asking AWS', async () => {
  const { aws, tenants } = await withTenants(1_000)
  expect(await tenants.list()).toHaveLength(1_000)
  expect(aws.calls).toEqual([])
})

it('invalidates one after the other, at the rate that all share', async () => {
  const { aws, clock, tenants } = await withTenants(30)
  const since = clock.time
  await Promise.all(Array.from({ length: 30 }, (_, index) => tenants.invalidate(`t${index}`, ['/*'])))
  expect(aws.invalidations).toHaveLength(30)
  expect(aws.refusedByRate).toBe(0)
  expect(clock.time - since).toBeGreaterThanOrEqual(29_000)
})

it('waits where other processes have used up the rate', async () => {
  const { aws, tenants } = await withTenants(1)
  aws.takes('wildcards')
  await tenants.invalidate('t0', ['/*'])
  expect(aws.invalidations).toHaveLength(1)
  expect(aws.refusedByRate).toBe(1)
})

it('an upgrade that was ended in the middle does the rest', async () => {
  const { store, aws, clock } = await withTenants(120)
  const receipt = join(await temporaryFolder(), 'receipt.json')
  const options = { receipt, batch: 20, verify: async () => [], now: () => clock.now(), onBatch: () => {} }
  aws.dieAt(150, true)
  await expect(upgrade(await managerOf({ clock }, store, bundles.newer), options)).rejects.toThrow()
  aws.revive()
  clock.time += LEASE
  const moved = () => aws.mutations.filter((action) => action === 'cloudfront:UpdateDistributionTenant').length
  const before = moved()
  expect(before).toBeGreaterThan(20)
  await upgrade(await managerOf({ clock }, store, bundles.newer), options)
  expect(moved()).toBe(120)
  expect(new Set([...aws.tenants.values()].map(({ tenant }) => tenant.DistributionId)).size).toBe(1)
})
