/** The life of a tenant, of both kinds. */
import { describe, expect, it } from 'vitest'
import { CERTIFICATE } from '../../tenants/manager.ts'
import { scene, useTenantBundles } from '../../tenants/scene.ts'

const bundles = useTenantBundles()

describe.each(['shared', 'dedicated'] as const)('%s', (kind) => {
  it('is created, found, changed, invalidated, disabled, enabled, deleted and created again', async () => {
    const { aws, open } = scene(bundles)
    const tenants = await open({ kind })
    const made = await tenants.create('shop', { wait: true })
    expect(made).toMatchObject({
      tenant: 'shop',
      kind,
      status: 'deployed',
      generation: 1,
      claim: null,
      lastError: null,
    })
    expect(await tenants.get('shop')).toEqual(made)
    expect(await tenants.getOrCreate('shop')).toEqual(made)
    expect(await tenants.list()).toEqual([made])
    expect(await tenants.deploymentUrl('shop')).toBe(`https://${made.domain}/`)
    expect(await tenants.status('shop')).toMatchObject({ found: 'deployed', isEnabled: true, differences: [] })

    const invalidation = await tenants.invalidate('shop', ['/a.jpg', '/*', '/b*'], { wait: true })
    expect(invalidation).toMatchObject({ tenant: 'shop', paths: ['/*'], isCompleted: true })
    expect(aws.invalidations.map(({ of, paths }) => ({ of, paths }))).toEqual([{ of: made.awsId, paths: ['/*'] }])

    const changed = await tenants.update(
      'shop',
      { domains: ['shop.example.org'], certificateArn: CERTIFICATE, countries: { blocked: ['AQ'] } },
      { wait: true },
    )
    expect(changed).toMatchObject({ status: 'deployed', settings: { domains: ['shop.example.org'] } })
    expect((await tenants.status('shop')).differences).toEqual([])

    expect((await tenants.disable('shop', { wait: true })).status).toBe('disabled')
    expect(await tenants.status('shop')).toMatchObject({ isEnabled: false, differences: [] })
    expect((await tenants.update('shop', {}, { wait: true })).status).toBe('deployed')

    expect((await tenants.delete('shop')).status).toBe('deleted')
    expect(await tenants.get('shop')).toBeNull()
    expect(await tenants.list()).toEqual([])
    expect(aws.tenants.size).toBe(0)
    expect(aws.distributions.size).toBe(kind === 'shared' ? 1 : 0)

    const again = await tenants.create('shop', { wait: true })
    expect(again).toMatchObject({ status: 'deployed', generation: 2 })
    expect(again.uniqueId).not.toBe(made.uniqueId)
    await tenants.close()
  })
})
