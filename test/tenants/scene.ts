/** A site with tenants: a bundle, an AWS in memory, a store, and the library on them. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { readBundle } from '../../bundle/read-bundle.ts'
import { Crew } from '../../tenants/crew.ts'
import { siteOf } from '../../tenants/site.ts'
import type { Store } from '../../tenants/store/store.ts'
import { openTenants, type Tenants, type TenantsOptions } from '../../tenants/tenants.ts'
import { tenantRows } from '../aws/distribution-tenants.ts'
import { distributionRows } from '../aws/distributions.ts'
import { CONFIG, changeFunction, shrink, type TestDependencies, testDependencies } from '../aws/fixture.ts'
import { install } from '../aws/memory-aws.ts'
import { policyCommands } from '../aws/policies.ts'
import { TenantAws } from '../aws/tenant-aws.ts'
import { type Built, built } from '../e2e/site.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'

export const TENANT_COMMANDS = [...distributionRows, ...tenantRows, ...policyCommands]

/** Without a prefix of its own: keys begin with the tenant's. */
const SITE_CONFIG = {
  ...CONFIG,
  domains: ['sites.example.com'],
  origins: { ...CONFIG.origins, photos: { bucket: 'example-sites', region: 'us-east-1' } },
}

export type TenantBundles = { dist: string; newer: string }

/** Built once for a file: a bundle, and a newer one. */
export function useTenantBundles(): TenantBundles {
  const bundles = { dist: '', newer: '' }
  let first: Built
  beforeAll(async () => {
    first = await built(SITE_CONFIG)
    bundles.dist = first.dist
    bundles.newer = join(await temporaryFolder(), 'dist')
    await shrink(first.dist, 'one')
    await cp(first.dist, bundles.newer, { recursive: true })
    await shrink(bundles.newer, 'two')
    await changeFunction(bundles.newer)
  })
  afterAll(() => first.remove())
  return bundles
}

export type Clock = TestDependencies & { time: number }

/** Time passes when somebody sleeps, and only then: whoever is to wake first does so first. */
export function clockDependencies(): Clock {
  const dependencies = testDependencies()
  const clock = Object.assign(dependencies, { time: Date.parse('2026-11-20T12:00:00Z') })
  const { sleep } = dependencies
  const sleepers: { at: number; wake(): void }[] = []
  const wakeFirst = () => {
    sleepers.sort((one, other) => one.at - other.at)
    const first = sleepers.shift()
    clock.time = Math.max(clock.time, first?.at ?? 0)
    first?.wake()
  }
  clock.sleep = async (milliseconds, signal) => {
    await sleep(milliseconds, signal)
    await new Promise<void>((wake) => {
      sleepers.push({ at: clock.time + milliseconds, wake })
      setImmediate(wakeFirst)
    })
  }
  clock.now = () => new Date(clock.time)
  return clock
}

let installed: { restore(): void } | undefined
afterEach(() => installed?.restore())

export function newAws(clock: { time: number }): TenantAws {
  installed?.restore()
  const aws = new TenantAws()
  aws.now = () => clock.time
  installed = install(aws, TENANT_COMMANDS)
  return aws
}

export const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/wildcard'

/** The crew behind the library, as the commands have it. */
export async function crewOf(
  { clock }: Scene,
  store: Store,
  dist: string,
  progress = (_: string) => {},
): Promise<Crew> {
  const site = siteOf(await readBundle(dist), { certificateArn: CERTIFICATE })
  return new Crew({ store, site, dependencies: clock, signal: new AbortController().signal, progress })
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
