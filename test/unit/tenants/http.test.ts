/** The life of a tenant over the wire: the SDK's real clients, and what they write and read. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { realDependencies } from '../../../tenants/aws.ts'
import { openTenants } from '../../../tenants/tenants.ts'
import { listeningAws } from '../../aws/http.ts'
import { TenantAws } from '../../aws/tenant-aws.ts'
import { TENANT_COMMANDS } from '../../aws/tenant-commands.ts'
import type { Listener } from '../../listener.ts'
import { clockDependencies } from '../../tenants/clock.ts'
import { CERTIFICATE } from '../../tenants/manager.ts'
import { useTenantBundles } from '../../tenants/scene.ts'

const bundles = useTenantBundles()

let aws: TenantAws
let server: Listener
beforeEach(async () => {
  aws = new TenantAws()
  server = await listeningAws(aws, TENANT_COMMANDS)
  vi.stubEnv('AWS_ENDPOINT_URL', server.url)
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await server.close()
})

it.each(['shared', 'dedicated'] as const)('%s', async (kind) => {
  const clock = clockDependencies()
  aws.now = () => clock.time
  const dependencies = { ...clock, clients: () => realDependencies.clients() }
  const options = { store: 'sqlite::memory:', dist: bundles.dist, certificateArn: CERTIFICATE, kind }
  const tenants = await openTenants(options, dependencies)
  const made = await tenants.create('shop', { wait: true })
  expect(made.status).toBe('deployed')
  expect(await tenants.status('shop')).toMatchObject({ found: 'deployed', isEnabled: true, differences: [] })
  const changed = { domains: ['shop.example.org'], certificateArn: CERTIFICATE, countries: { allowed: ['CH'] } }
  await tenants.update('shop', changed, { wait: true })
  expect((await tenants.status('shop')).differences).toEqual([])
  expect((await tenants.invalidate('shop', ['/*'], { wait: true })).isCompleted).toBe(true)
  await tenants.delete('shop')
  expect([aws.tenants.size, aws.distributions.size]).toEqual([0, kind === 'shared' ? 1 : 0])
  await tenants.close()
})
