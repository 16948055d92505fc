/** What an upgrade leaves is deleted, once nobody uses it; ended anywhere, the next run does the rest. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LEASE } from '../../../tenants/claims.ts'
import { cleanUp, isNothing, leftoversOf } from '../../../tenants/cleanup.ts'
import type { TenantManager } from '../../../tenants/manager.ts'
import { openSqlite } from '../../../tenants/store/sqlite.ts'
import { tenantsOf } from '../../../tenants/tenants.ts'
import { upgrade } from '../../../tenants/upgrade.ts'
import { cloudFrontError } from '../../aws/cloudfront.ts'
import { ProcessDied } from '../../aws/memory-aws.ts'
import type { TenantAws } from '../../aws/tenant-aws.ts'
import { sampleOf } from '../../runs.ts'
import { managerOf } from '../../tenants/manager.ts'
import { mortal } from '../../tenants/mortal-store.ts'
import { scene, useTenantBundles } from '../../tenants/scene.ts'
import { temporaryFolder } from '../local/fixture.ts'

const bundles = useTenantBundles()

/** Two tenants on an old bundle. */
async function begun(kind: 'shared' | 'dedicated') {
  const one = scene(bundles)
  const store = await openSqlite(':memory:')
  const old = await managerOf(one, store, bundles.dist)
  for (const name of ['a', 'b']) await tenantsOf(old, kind).create(name, { wait: true })
  const manager = () => managerOf(one, mortal(store, one.aws), bundles.newer)
  const upgraded = async () => {
    const receipt = join(await temporaryFolder(), 'receipt.json')
    const options = { receipt, batch: 10, verify: async () => [], now: () => one.clock.now(), onBatch: () => {} }
    await upgrade(await manager(), options)
  }
  return { ...one, store, old, manager, upgraded }
}

const stateOf = (aws: TenantAws) => ({
  distributions: [...aws.distributions].map(([id, { config }]) => [id, config.Comment, config.Enabled]),
  tenants: [...aws.tenants.keys()],
  functions: [...aws.functions.keys()],
  policies: [aws.cachePolicies, aws.originRequestPolicies, aws.responseHeadersPolicies].map((map) => [...map.keys()]),
})

const cleaned = async (manager: TenantManager) => cleanUp(manager, await leftoversOf(manager))

describe.each(['shared', 'dedicated'] as const)('%s', (kind) => {
  it('while tenants are on a bundle, nothing of it is left over', async () => {
    const { manager, old } = await begun(kind)
    expect(isNothing(await leftoversOf(await manager()))).toBe(true)
    expect(isNothing(await leftoversOf(old))).toBe(true)
  })

  it('after an upgrade, what the bundle before used goes, and nothing else', async () => {
    const { aws, manager, upgraded } = await begun(kind)
    aws.cachePolicies.set('P-other', { Name: 'rimlight-other-site-1-a', MinTTL: 0 })
    aws.cachePolicies.set('P-foreign', { Name: 'sites-example-com-1-a', MinTTL: 0 })
    aws.cachePolicies.set('P-old', { Name: 'rimlight-sites-example-com-1-old', MinTTL: 0 })
    const before = [...aws.functions.keys()]
    await upgraded()
    const found = await leftoversOf(await manager())
    expect(found.functions).toEqual(before)
    expect(found.policies).toEqual([{ kind: 'cachePolicies', id: 'P-old', name: 'rimlight-sites-example-com-1-old' }])
    expect(found.distributions).toHaveLength(kind === 'shared' ? 1 : 0)

    expect(await cleanUp(await manager(), found)).toEqual([])
    expect([...aws.functions.keys()].filter((name) => before.includes(name))).toEqual([])
    expect([...aws.cachePolicies.keys()]).toEqual(expect.arrayContaining(['P-other', 'P-foreign']))
    expect([...aws.distributions.values()].every(({ config }) => config.Enabled)).toBe(true)
    expect(isNothing(await leftoversOf(await manager()))).toBe(true)
    const mutations = aws.mutations.length
    const states = tenantsOf(await manager(), kind)
    for (const name of ['a', 'b']) expect(await states.status(name)).toMatchObject({ differences: [], isCurrent: true })
    expect(aws.mutations.length).toBe(mutations)
  })

  it('ended anywhere, the next run does the rest', { timeout: 300_000 }, async () => {
    const whole = await begun(kind)
    await whole.upgraded()
    whole.aws.calls.length = 0
    await cleaned(await whole.manager())
    const [count, expected] = [whole.aws.calls.length, stateOf(whole.aws)]
    for (const call of sampleOf(Array.from({ length: count }, (_, index) => index + 1))) {
      const one = await begun(kind)
      await one.upgraded()
      one.aws.dieAt(call, call % 2 === 0)
      await expect(cleaned(await one.manager()), `at call ${call}`).rejects.toThrow(ProcessDied)
      one.aws.revive()
      one.clock.time += LEASE
      await cleaned(await one.manager())
      expect(stateOf(one.aws), `at call ${call}`).toEqual(expected)
    }
  })
})

it('a multi-tenant distribution stays that has tenants which this store does not know', async () => {
  const { aws, manager, upgraded } = await begun('shared')
  const [old] = aws.distributions.keys()
  await upgraded()
  const [id, one] = [...aws.tenants][0] ?? []
  if (id && one) aws.tenants.set('dt_other', { ...one, tenant: { ...one.tenant, Id: 'dt_other', DistributionId: old } })
  expect((await leftoversOf(await manager())).distributions).toEqual([])
})

it('one of this name without the site’s tag stays', async () => {
  const { aws, manager, upgraded } = await begun('shared')
  const [old = ''] = aws.distributions.keys()
  await upgraded()
  aws.tags.set(aws.arnOf(old), [])
  expect((await leftoversOf(await manager())).distributions).toEqual([])
})

it('what somebody takes into use meanwhile is kept, and said', async () => {
  const { aws, manager, upgraded } = await begun('dedicated')
  await upgraded()
  const found = await leftoversOf(await manager())
  aws.before = (action) => {
    if (action === 'cloudfront:DeleteFunction') throw cloudFrontError('FunctionInUse', 'in use', 409)
  }
  expect(await cleanUp(await manager(), found)).toEqual(found.functions)
})
