/** A new bundle for all tenants: in batches, stopped by what fails, resumed, and taken back. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LEASE } from '../../../tenants/claims.ts'
import { openSqlite } from '../../../tenants/store/sqlite.ts'
import { allRecords, type Store } from '../../../tenants/store/store.ts'
import { tenantsOf } from '../../../tenants/tenants.ts'
import { goBack, type UpgradeOptions, upgrade } from '../../../tenants/upgrade.ts'
import { ProcessDied } from '../../aws/memory-aws.ts'
import type { TenantAws } from '../../aws/tenant-aws.ts'
import { sampleOf } from '../../runs.ts'
import { managerOf } from '../../tenants/manager.ts'
import { mortal } from '../../tenants/mortal-store.ts'
import { scene, useTenantBundles } from '../../tenants/scene.ts'
import { temporaryFolder } from '../local/fixture.ts'

const bundles = useTenantBundles()

const NAMES = ['a', 'b', 'c', 'd', 'e']

/** What serves each tenant: for a dedicated one its function, for a shared one its distribution. */
const servedBy = (aws: TenantAws) => ({
  tenants: [...aws.tenants.values()].map(({ tenant }) => [tenant.Name, tenant.DistributionId]),
  functions: [...aws.distributions].map(([id, { config }]) => [
    id,
    config.DefaultCacheBehavior?.FunctionAssociations?.Items?.[0]?.FunctionARN,
    config.DefaultCacheBehavior?.LambdaFunctionAssociations?.Items?.map(({ LambdaFunctionARN }) => LambdaFunctionARN),
  ]),
})

async function begun(kind: 'shared' | 'dedicated') {
  const one = scene(bundles)
  const store: Store = await openSqlite(':memory:')
  const old = tenantsOf(await managerOf(one, store, bundles.dist), kind)
  for (const name of NAMES) await old.create(name, { wait: true })
  await old.disable('c', { wait: true })
  const options: UpgradeOptions = {
    receipt: join(await temporaryFolder(), 'receipt.json'),
    batch: 2,
    verify: async () => [],
    now: () => one.clock.now(),
    onBatch: () => {},
  }
  const bundlesOf = async () => {
    const found = new Set<string | null>()
    for await (const { bundle } of allRecords(store)) found.add(bundle)
    return [...found]
  }
  return { ...one, store, options, bundlesOf, manager: () => managerOf(one, mortal(store, one.aws), bundles.newer) }
}

describe.each(['shared', 'dedicated'] as const)('%s', (kind) => {
  it('goes through all in batches, leaves alone what is there, and goes back', async () => {
    const { aws, options, manager, bundlesOf, store } = await begun(kind)
    const [before, old] = [servedBy(aws), await bundlesOf()]
    const seen: string[] = []
    const batches: number[] = []
    const outcome = await upgrade(await manager(), {
      ...options,
      verify: async ({ tenant }) => {
        seen.push(tenant)
        return []
      },
      onBatch: (done) => batches.push(done),
    })
    expect(outcome).toEqual({ kind: 'done', tenants: NAMES })
    // One that is disabled answers nobody.
    expect([seen.toSorted(), batches]).toEqual([
      ['a', 'b', 'd', 'e'],
      [2, 4, 5],
    ])
    expect((await store.get('c'))?.status).toBe('disabled')
    const [after, version] = [servedBy(aws), (await manager()).site.version]
    expect(await bundlesOf()).toEqual([version])
    for (const [index, name] of NAMES.entries()) {
      if (kind === 'shared') expect(after.tenants[index], name).not.toEqual(before.tenants[index])
      else expect(after.functions[index], name).not.toEqual(before.functions[index])
    }
    const mutations = aws.mutations.length
    expect(await upgrade(await manager(), options)).toEqual({ kind: 'done', tenants: [] })
    expect(aws.mutations.length).toBe(mutations)

    expect(await goBack(await manager(), options)).toEqual({ kind: 'done', tenants: NAMES })
    expect(servedBy(aws).tenants).toEqual(before.tenants)
    if (kind === 'dedicated') expect(servedBy(aws).functions).toEqual(before.functions)
    expect(await bundlesOf()).toEqual(old)
    expect((await store.get('c'))?.status).toBe('disabled')
  })

  it('stops at the first batch that fails, and carries on', async () => {
    const { options, manager, bundlesOf } = await begun(kind)
    const failing = { ...options, verify: async ({ tenant }: { tenant: string }) => (tenant === 'b' ? ['404'] : []) }
    expect(await upgrade(await manager(), failing)).toEqual({
      kind: 'stopped',
      tenants: ['a', 'b'],
      failed: { b: ['404'] },
      left: ['c', 'd', 'e'],
    })
    expect(await bundlesOf()).toHaveLength(2)
    expect(await upgrade(await manager(), options)).toEqual({ kind: 'done', tenants: ['c', 'd', 'e'] })
    expect(await bundlesOf()).toHaveLength(1)
    expect(Object.keys(JSON.parse(await readFile(options.receipt, 'utf8')).tenants)).toEqual(NAMES)
  })

  it('ended anywhere, carries on to the same end', { timeout: 300_000 }, async () => {
    const whole = await begun(kind)
    whole.aws.calls.length = 0
    await upgrade(await whole.manager(), whole.options)
    const [count, expected] = [whole.aws.calls.length, servedBy(whole.aws)]
    for (const call of sampleOf(Array.from({ length: count }, (_, index) => index + 1))) {
      const one = await begun(kind)
      one.aws.dieAt(call, call % 2 === 0)
      await expect(upgrade(await one.manager(), one.options), `at call ${call}`).rejects.toThrow(ProcessDied)
      one.aws.revive()
      one.clock.time += LEASE
      await upgrade(await one.manager(), one.options)
      expect(servedBy(one.aws), `at call ${call}`).toEqual(expected)
      await goBack(await one.manager(), one.options)
      expect(await one.bundlesOf(), `at call ${call}`).toHaveLength(1)
      expect((await one.bundlesOf())[0], `at call ${call}`).not.toBe((await one.manager()).site.version)
    }
  })
})
