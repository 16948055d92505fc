import { describe, expect, it } from 'vitest'
import { NO_SETTINGS } from '../../../tenants/record.ts'
import { settingsFrom } from '../../../tenants/settings.ts'
import { CERTIFICATE } from '../../tenants/manager.ts'
import { scene, useTenantBundles } from '../../tenants/scene.ts'

const bundles = useTenantBundles()

const WEB_ACL = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/0d1e-2f'

it('what is given replaces what was, and what is not given stays', () => {
  const before = { ...NO_SETTINGS, domains: ['shop.example.org'], certificateArn: CERTIFICATE }
  const given = { webAclArn: WEB_ACL, countries: { allowed: ['CH'] }, domains: undefined } as object
  expect(settingsFrom(before, given)).toEqual({ ...before, webAclArn: WEB_ACL, countries: { allowed: ['CH'] } })
  expect(settingsFrom(before, { certificateArn: null, domains: ['*.example.org'] })).toEqual({
    ...NO_SETTINGS,
    domains: ['*.example.org'],
  })
})

const WRONG: [given: object, message: string][] = [
  [
    { domains: 'a.example.com' },
    'domains: expected a list of host names such as shop.example.org, found "a.example.com"',
  ],
  [{ domains: ['a.example.com', '../b'] }, 'found ["a.example.com","../b"]'],
  [{ domains: null }, 'found null'],
  [{ certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/a' }, 'ACM in us-east-1, or null, found "arn'],
  [{ webAclArn: 'arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/b' }, 'of AWS WAF for CloudFront, or null'],
  [{ countries: { allowed: ['ch'] } }, "countries: expected { allowed: ['CH'] } or { blocked: ['CH'] }"],
  [{ countries: { allowed: [] } }, 'found {"allowed":[]}'],
  [{ countries: { allowed: ['CH'], blocked: ['DE'] } }, 'found {"allowed":["CH"],"blocked":["DE"]}'],
  [{ domain: ['a.example.com'] }, 'an option: expected domains, certificateArn, webAclArn, countries, found domain'],
  [JSON.parse('{"__proto__": 1}'), 'found __proto__'],
]

describe('what is none of them is refused before anything is written', () => {
  it.each(WRONG)('%j', async (given, message) => {
    const { aws, open } = scene(bundles)
    const tenants = await open()
    const refused = expect.objectContaining({ code: 'tenant-settings', message: expect.stringContaining(message) })
    await expect(tenants.create('shop', given)).rejects.toEqual(refused)
    await expect(tenants.getOrCreate('shop', given)).rejects.toEqual(refused)
    expect(await tenants.get('shop')).toBeNull()
    expect(aws.calls).toEqual([])
    const made = await tenants.create('shop')
    await expect(tenants.update('shop', given)).rejects.toEqual(refused)
    expect(await tenants.get('shop')).toMatchObject({ settings: made.settings, claim: null })
    await tenants.close()
  })

  it('nor is another kind', async () => {
    const { open } = scene(bundles)
    const tenants = await open()
    await expect(tenants.create('shop', { kind: 'toString' as 'shared' })).rejects.toThrow(
      'kind: expected shared or dedicated, found "toString"',
    )
    await tenants.close()
  })
})
