/** Quotas, lists that are late, a store that was lost, and what others do by hand. */
import { describe, expect, it } from 'vitest'
import { scene, useTenantBundles } from '../../tenants/scene.ts'

const bundles = useTenantBundles()

describe('dedicated tenants', () => {
  it('go into another shard where the first is full', async () => {
    const { aws, open } = scene(bundles)
    const tenants = await open({ kind: 'dedicated' })
    for (let count = 1; count <= 101; count += 1) await tenants.create(`t${count}`)
    const shards = (await tenants.list()).map(({ shard }) => shard)
    expect([shards.filter((shard) => shard === 1).length, shards.filter((shard) => shard === 2).length]).toEqual([
      100, 1,
    ])
    expect([...aws.functions.keys()].map((name) => name.replace(/-[0-9a-f]{8}-/, '-HASH-'))).toEqual([
      'rimlight-sites-example-com-1-HASH-viewer-request',
      'rimlight-sites-example-com-2-HASH-viewer-request',
    ])
  })

  it('go into the next one, too, where CloudFront says that it is full', async () => {
    const { aws, open } = scene(bundles)
    aws.quotas.distributionsPerShard = 1
    const tenants = await open({ kind: 'dedicated' })
    expect((await tenants.create('one')).shard).toBe(1)
    expect((await tenants.create('two')).shard).toBe(2)
    expect((await tenants.create('three', { wait: true })).status).toBe('deployed')
  })

  it('that are more than the account may have: says so, and the row has it', async () => {
    const { aws, open } = scene(bundles)
    aws.quotas.distributions = 1
    const tenants = await open({ kind: 'dedicated' })
    await tenants.create('one')
    await expect(tenants.create('two')).rejects.toThrow(
      'cloudfront:CreateDistribution: a quota of the account is reached (TooManyDistributions',
    )
    expect(await tenants.get('two')).toMatchObject({
      status: 'creating',
      claim: null,
      lastError: expect.stringContaining('TooManyDistributions'),
    })
    aws.quotas.distributions = 2
    expect(await tenants.create('two', { wait: true })).toMatchObject({ status: 'deployed', lastError: null })
  })

  it('that need more policies than the account has room for: says how many', async () => {
    const { aws, open } = scene(bundles)
    for (const Name of ['theirs', 'theirs-too']) aws.cachePolicies.set(Name, { Name, MinTTL: 0 })
    aws.quotas.policies = 4
    const tenants = await open({ kind: 'dedicated' })
    await expect(tenants.create('shop')).rejects.toThrow(
      'the account has 2 cache policies, of which 20 are its quota unless it was raised, and 3 more are needed for sites-example-com-1;',
    )
  })

  it('of a store that was lost are found by their tags, though lists are late', async () => {
    const { aws, open } = scene(bundles)
    const before = await (await open({ kind: 'dedicated' })).create('shop', { wait: true })
    for (const id of aws.unlisted.keys()) aws.unlisted.set(id, 1)
    const after = await (await open({ kind: 'dedicated' })).create('shop', { wait: true })
    expect(after.awsId).toBe(before.awsId)
    expect(aws.distributions.size).toBe(1)
  })

  it('whose reference was used up by one that is gone', async () => {
    const { aws, open } = scene(bundles)
    const before = await (await open({ kind: 'dedicated' })).create('shop')
    aws.distributions.clear()
    const after = await (await open({ kind: 'dedicated' })).create('shop', { wait: true })
    expect(after).toMatchObject({ status: 'deployed', generation: 2 })
    expect(after.awsId).not.toBe(before.awsId)
  })
})

describe('shared tenants', () => {
  it('of a store that was lost are found by their names', async () => {
    const { aws, open } = scene(bundles)
    const before = await (await open()).create('shop')
    const after = await (await open()).create('shop', { wait: true })
    expect(after.awsId).toBe(before.awsId)
    expect([aws.tenants.size, aws.distributions.size]).toEqual([1, 1])
  })

  it('without a certificate for all are given one each, and say what proves the host name', async () => {
    const { open } = scene(bundles)
    const tenants = await open({ certificateArn: undefined })
    await tenants.create('shop', { wait: true })
    expect((await tenants.status('shop')).certificate).toEqual({
      status: 'pending-validation',
      arn: expect.stringContaining(':certificate/'),
      tokens: [
        {
          domain: 'shop.sites.example.com',
          redirectFrom: 'http://shop.sites.example.com/.well-known/pki-validation/token.txt',
          redirectTo: 'https://validation.example.com/token.txt',
        },
      ],
    })
  })

  it('whose host name is somebody else’s', async () => {
    const { open } = scene(bundles)
    const tenants = await open()
    await tenants.create('one', { domains: ['www.example.org'] })
    await expect(tenants.create('two', { domains: ['www.example.org'] })).rejects.toThrow('CNAMEAlreadyExists')
    expect((await tenants.get('two'))?.lastError).toContain('CNAMEAlreadyExists')
  })
})

describe.each(['shared', 'dedicated'] as const)('what others do by hand: %s', (kind) => {
  it('a tenant that was deleted is missing, and made again', async () => {
    const { aws, open } = scene(bundles)
    const tenants = await open({ kind })
    const { awsId } = await tenants.create('shop', { wait: true })
    aws.tenants.delete(String(awsId))
    if (kind === 'dedicated') aws.distributions.delete(String(awsId))
    expect((await tenants.status('shop')).found).toBe('missing')
    await expect(tenants.update('shop', {})).rejects.toThrow(
      `shop: expected ${awsId} at AWS, found none; \`rimlight tenants repair shop\` makes another`,
    )
    const repaired = await tenants.repair('shop', { wait: true })
    expect(repaired).toMatchObject({ status: 'deployed', generation: 2, lastError: null })
    expect(repaired.awsId).not.toBe(awsId)
    expect((await tenants.status('shop')).found).toBe('deployed')
  })

  it('a tenant that was changed says what, and is put right', async () => {
    const { aws, open } = scene(bundles)
    const tenants = await open({ kind })
    const { awsId } = await tenants.create('shop', { wait: true })
    const config = aws.distributions.get(String(awsId))?.config
    const tenant = aws.tenants.get(String(awsId))?.tenant
    if (config) Object.assign(config, { Enabled: false })
    if (tenant) Object.assign(tenant, { Enabled: false, Parameters: [{ Name: 'tenant', Value: 'other' }] })
    expect((await tenants.status('shop')).differences).toContain('Enabled: false → true')
    await tenants.repair('shop', { wait: true })
    expect(await tenants.status('shop')).toMatchObject({ isEnabled: true, differences: [] })
  })

  it('a tenant that is deleted by hand is deleted', async () => {
    const { aws, open } = scene(bundles)
    const tenants = await open({ kind })
    const { awsId } = await tenants.create('shop', { wait: true })
    aws.tenants.delete(String(awsId))
    if (kind === 'dedicated') aws.distributions.delete(String(awsId))
    expect((await tenants.delete('shop')).status).toBe('deleted')
  })
})

it.each(['', 'Shop', 'a_b', '-a', 'a-', 'a.b', '../b', 'a'.repeat(64)])('refuses %j as an id', async (tenant) => {
  const { aws, open } = scene(bundles)
  await expect((await open()).create(tenant)).rejects.toThrow(
    `expected a tenant's id of 1 to 63 lower-case letters, digits and hyphens, neither first nor last a hyphen, found ${JSON.stringify(tenant)}`,
  )
  expect(aws.mutations).toEqual([])
})
