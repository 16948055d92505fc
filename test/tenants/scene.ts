/** A site with tenants: a bundle, an AWS in memory, a store, and the library on them. */
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { openTenants, type Tenants, type TenantsOptions } from '../../tenants/tenants.ts'
import { install } from '../aws/memory-aws.ts'
import { TenantAws } from '../aws/tenant-aws.ts'
import { TENANT_COMMANDS } from '../aws/tenant-commands.ts'
import { type TenantBundles, tenantBundles } from './bundles.ts'
import { type Clock, clockDependencies } from './clock.ts'
import { CERTIFICATE } from './manager.ts'

/** Built once for a file. */
export function useTenantBundles(): TenantBundles {
  const bundles = { dist: '', newer: '' }
  let remove = async () => {}
  beforeAll(async () => {
    const { remove: removed, ...made } = await tenantBundles()
    Object.assign(bundles, made)
    remove = removed
  })
  afterAll(() => remove())
  return bundles
}

let installed: { restore(): void } | undefined

export function newAws(clock: { time: number }): TenantAws {
  installed?.restore()
  const aws = new TenantAws()
  aws.now = () => clock.time
  const mocks = install(aws, TENANT_COMMANDS)
  installed = mocks
  onTestFinished(() => mocks.restore())
  return aws
}

export type Scene = { aws: TenantAws; clock: Clock; open(options?: Partial<TenantsOptions>): Promise<Tenants> }

/** @param store as `--store` has it; default: one of SQLite in memory for each `open` */
export function scene({ dist }: TenantBundles, store = 'sqlite::memory:'): Scene {
  const clock = clockDependencies()
  const aws = newAws(clock)
  return {
    aws,
    clock,
    open: (options = {}) => openTenants({ store, dist, certificateArn: CERTIFICATE, ...options }, clock),
  }
}
