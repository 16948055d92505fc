/** Which bundles and options tenants take. */
import { expect, it } from 'vitest'
import type { Config, Route } from '../../../edge/config.ts'
import { prefixOf, tenantSite } from '../../../tenants/site.ts'
import { CONFIG } from '../../aws/fixture.ts'
import { bundleOf } from '../deploy/template/bundles.ts'

const refusal = (config: Config) => {
  try {
    tenantSite(bundleOf(config))
    return 'taken'
  } catch (error) {
    return (error as Error).message
  }
}

it('a config without a bucket is refused', () => {
  const routes = [{ path: '/*', origin: 'api', cache: 'never' as const }]
  expect(refusal({ ...CONFIG, origins: { api: { domain: 'api.example.com' } }, routes, headers: {} })).toBe(
    'expected a bundle with a route to a bucket, whose prefixes tenants are given, found none; give the config an origin with a bucket',
  )
})

it('private routes are refused: their grants would be those of all tenants', () => {
  const auth: Route['auth'] = { type: 'jwt', algorithms: ['HS256'], path: 'path' }
  const routes: Route[] = [{ path: '/mine/*', origin: 'photos', cache: {}, auth }, ...CONFIG.routes]
  expect(refusal({ ...CONFIG, routes })).toBe(
    "expected a bundle without private routes, found /mine/*: their keys and grants would be those of all tenants, so that a viewer of one could read another's objects; give those routes a distribution of their own with `rimlight template` or `rimlight attach`",
  )
})

it('headers that CloudFront adds are refused: tenants have no parameters for their values', () => {
  const origins = { ...CONFIG.origins, api: { domain: 'api.example.com', headers: ['x-origin-secret'] } }
  expect(refusal({ ...CONFIG, origins })).toBe(
    'expected a bundle whose origins have no headers, found api: their values are parameters of the template, which tenants have none of; give those routes a distribution of their own with `rimlight template`',
  )
})

it('names are made of the first host name, and long ones end in a hash', () => {
  const nameOf = (domain: string) => tenantSite(bundleOf({ ...CONFIG, domains: [domain] })).name
  expect(nameOf('cdn.example.com')).toBe('cdn-example-com')
  expect(nameOf('images.very-long-name.example.com')).toMatch(/^images-very-long-[0-9a-f]{6}$/)
  expect(nameOf('images.very-long-name.example.com')).not.toBe(nameOf('images.very-long-name.example.org'))
})

it('keys are below the prefix, or below nothing', () => {
  const bundle = bundleOf(CONFIG)
  expect(prefixOf(tenantSite(bundle), 'shop')).toBe('tenants/shop')
  expect(prefixOf(tenantSite(bundle, { keyPrefix: '' }), 'shop')).toBe('shop')
})
