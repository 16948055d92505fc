/** A multi-tenant distribution that somebody changed is reported, and put back; who only looks changes nothing. */
import { describe, expect, it } from 'vitest'
import { openSqlite } from '../../../tenants/store/sqlite.ts'
import { tenantsOf } from '../../../tenants/tenants.ts'
import { managerOf } from '../../tenants/manager.ts'
import { scene, useTenantBundles } from '../../tenants/scene.ts'

const bundles = useTenantBundles()

async function begun(kind: 'shared' | 'dedicated' = 'shared') {
  const one = scene(bundles)
  const store = await openSqlite(':memory:')
  const manager = await managerOf(one, store, bundles.dist)
  const tenants = tenantsOf(manager, kind)
  const { distributionId } = await tenants.create('shop', { wait: true })
  const distribution = one.aws.distributions.get(String(distributionId))
  if (!distribution) throw new Error('no distribution')
  one.aws.mutations.length = 0
  // Another process: it remembers nothing.
  return { ...one, tenants, distributionId, distribution, manager: () => managerOf(one, store, bundles.dist) }
}

describe('the multi-tenant distribution', () => {
  it('is as the bundle says', async () => {
    const { aws, manager, distributionId } = await begun()
    expect(await (await manager()).sharedState()).toEqual({ distributionId, differences: [] })
    expect(aws.mutations).toEqual([])
  })

  it('is none where no shared tenant is', async () => {
    const { manager } = await begun('dedicated')
    expect(await (await manager()).sharedState()).toBeNull()
  })

  it('that was changed is told of, and put back; what the bundle does not say stays', async () => {
    const { aws, manager, distribution, distributionId } = await begun()
    const [origin] = distribution.config.Origins?.Items ?? []
    const before = structuredClone(distribution.config)
    // All tenants would read one another's objects.
    if (origin) origin.OriginPath = ''
    Object.assign(distribution.config, {
      Comment: distribution.config.Comment,
      DefaultRootObject: 'x.html',
      Enabled: false,
    })
    const state = await (await manager()).sharedState()
    expect(state).toEqual({ distributionId, differences: [expect.any(String), expect.any(String)] })
    expect(state?.differences.join('\n')).toMatch(/OriginPath.*tenants\/\{\{tenant\}\}/)
    expect(aws.mutations).toEqual([])

    await (await manager()).repairShared()
    expect(aws.mutations).toEqual(['cloudfront:UpdateDistribution'])
    expect(aws.distributions.get(String(distributionId))?.config).toEqual({ ...before, DefaultRootObject: 'x.html' })
    expect((await (await manager()).sharedState())?.differences).toEqual([])
    await (await manager()).repairShared()
    expect(aws.mutations).toHaveLength(1)
  })
})

it.each(['shared', 'dedicated'] as const)(
  '%s: a function that was changed is told of, and not put back by looking',
  async (kind) => {
    const { aws, manager, tenants } = await begun(kind)
    const [name = ''] = aws.functions.keys()
    const found = aws.functions.get(name)
    if (found?.live) found.live.code = Buffer.from('function handler(event) { return event.request }')
    const text = 'what tenants share is not as the bundle has it: cloudfront:'
    const looking = await manager()
    if (kind === 'shared') expect((await looking.sharedState())?.differences.join()).toContain(text)
    else expect((await looking.status('shop')).differences.join()).toContain(text)
    expect(aws.mutations).toEqual([])
    const repairing = await manager()
    if (kind === 'shared') await repairing.repairShared()
    else await repairing.repair('shop', true)
    const after = await manager()
    expect((await after.status('shop')).differences).toEqual([])
    expect((await after.sharedState())?.differences ?? []).toEqual([])
    await tenants.close()
  },
)
