/**
 * `rimlight/tenants`: a distribution for each tenant of a site, from one bundle.
 *
 * ```ts
 * import { openTenants } from 'rimlight/tenants'
 *
 * const tenants = await openTenants({ store: 'sqlite:tenants.db', dist: 'dist', domain: 'sites.example.com' })
 * const shop = await tenants.getOrCreate('shop')
 * await tenants.invalidate('shop', ['/*'])
 * console.log(await tenants.deploymentUrl('shop'))
 * await tenants.close()
 * ```
 */
import { optional } from '../base/optional-package.ts'
import { readBundle } from '../bundle/read-bundle.ts'
import { DISTRIBUTION_PACKAGES } from '../deploy/aws/packages.ts'
import type { Dependencies } from './aws.ts'
import type { TenantInvalidation } from './invalidations.ts'
import type { TenantManager } from './manager.ts'
import type { CreateOptions, TenantState, WaitOptions } from './options.ts'
import type { TenantKind, TenantRecord, TenantSettings } from './record.ts'
import { unfinishedTenant } from './refusals.ts'
import { settingsFrom } from './settings.ts'
import { type SiteOptions, tenantSite } from './site.ts'
import { openStore } from './store/open.ts'
import { allRecords, type Store } from './store/store.ts'

export type { TenantInvalidation } from './invalidations.ts'
export type { ManagedCertificate } from './kinds/kind.ts'
export type { CreateOptions, TenantState, WaitOptions } from './options.ts'
export type { TenantKind, TenantRecord, TenantSettings, TenantStatus } from './record.ts'
export type { Store, TenantPage } from './store/store.ts'

export type TenantsOptions = SiteOptions & {
  /** `sqlite:FILE`, `postgres://…`, `dynamodb://TABLE?region=…`, or a store of one's own. */
  store: string | Store
  /** The folder of the bundle; default `dist`. */
  dist?: string
  /** Of tenants that are created from now on; default `shared`. */
  kind?: TenantKind
  /** Ends what is under way between two calls of AWS; it carries on when it is called again. */
  signal?: AbortSignal
  /** Told of each step, in words. */
  onProgress?: (text: string) => void
}

/** All throw `InputError` for wrong input and `Failure` for what could not be done; whoever calls again carries on. */
export type Tenants = {
  /** @throws InputError: there is one of this id */
  create(tenant: string, options?: CreateOptions): Promise<TenantRecord>
  /** From the store alone. */
  get(tenant: string): Promise<TenantRecord | null>
  /** However often it is called, at once or not, by whichever process: one distribution, one row. */
  getOrCreate(tenant: string, options?: CreateOptions): Promise<TenantRecord>
  /** By their ids, in order, from the store alone. */
  list(): Promise<TenantRecord[]>
  /** Changes settings, of which those that are not given stay, or enables one that was disabled. */
  update(tenant: string, changes: Partial<TenantSettings>, options?: WaitOptions): Promise<TenantRecord>
  /** @param paths as viewers ask for them, without the tenant's prefix: `/*`; or `#` and a cache tag */
  invalidate(tenant: string, paths: readonly string[], options?: WaitOptions): Promise<TenantInvalidation>
  /** It answers nobody any more, and can be enabled again by `update`. */
  disable(tenant: string, options?: WaitOptions): Promise<TenantRecord>
  /**
   * Disables it, waits until that is deployed, and deletes it. Its objects stay in the bucket.
   * @param options `wait`, true unless said: without it, it is disabled, and the next call goes on
   */
  delete(tenant: string, options?: WaitOptions): Promise<TenantRecord>
  /** Where it is served: `https://shop.sites.example.com/`. */
  deploymentUrl(tenant: string): Promise<string>
  /** Asks AWS; changes nothing. */
  status(tenant: string): Promise<TenantState>
  /** Makes it as the row and its bundle say: what was changed by hand is put back, what was deleted is made again. */
  repair(tenant: string, options?: WaitOptions): Promise<TenantRecord>
  close(): Promise<void>
}

/**
 * Opens the store, and makes its tables where they are not there; asks AWS nothing yet.
 * @param dependencies for tests: AWS, time
 * @throws InputError for options or a bundle that are not right, Failure where the store can't be opened, and where one of
 * the packages of AWS is not installed (`package-missing`)
 */
export async function openTenants(options: TenantsOptions, dependencies?: Dependencies): Promise<Tenants> {
  const [{ TenantManager }, { realDependencies }] = await optional(
    'rimlight/tenants',
    DISTRIBUTION_PACKAGES,
    () => Promise.all([import('./manager.ts'), import('./aws.ts')]),
    'npm install',
  )
  const site = tenantSite(await readBundle(options.dist ?? 'dist'), options)
  const store = typeof options.store === 'string' ? await openStore(options.store) : options.store
  const manager = new TenantManager({
    store,
    site,
    dependencies: dependencies ?? realDependencies,
    signal: options.signal ?? new AbortController().signal,
    progress: options.onProgress ?? (() => {}),
  })
  return tenantsOf(manager, options.kind ?? 'shared')
}

export const tenantsOf = (manager: TenantManager, defaultKind: TenantKind): Tenants => ({
  create: (tenant, options = {}) => manager.create(tenant, { kind: defaultKind, ...options }, 'must-be-new'),
  getOrCreate: (tenant, options = {}) => manager.create(tenant, { kind: defaultKind, ...options }, 'may-exist'),
  get: (tenant) => manager.get(tenant),
  async list() {
    const records: TenantRecord[] = []
    for await (const record of allRecords(manager.store)) if (record.status !== 'deleted') records.push(record)
    return records.sort((a, b) => (a.tenant < b.tenant ? -1 : 1))
  },
  update: (tenant, changes, { wait = false } = {}) =>
    manager.change(tenant, wait, ({ awsId, settings }) => ({
      settings: settingsFrom(settings, changes),
      status: awsId === null ? 'creating' : 'deploying',
    })),
  invalidate: (tenant, paths, { wait = false } = {}) => manager.invalidate(tenant, paths, wait),
  disable: (tenant, { wait = false } = {}) => manager.change(tenant, wait, () => ({ status: 'disabling' })),
  delete: (tenant, { wait = true } = {}) => manager.delete(tenant, wait),
  async deploymentUrl(tenant) {
    const record = await manager.existing(tenant)
    if (record.domain === null) throw unfinishedTenant(record, 'a tenant that has a host name')
    return `https://${record.domain}/`
  },
  status: (tenant) => manager.status(tenant),
  repair: (tenant, { wait = false } = {}) => manager.repair(tenant, wait),
  close: () => manager.store.close(),
})
