/**
 * What can be done with tenants. Each change claims the tenant's row, so that no other process works on it, writes into the row
 * what is wanted, and then brings AWS to that.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type InputError, Interrupted, unexpectedInput } from '../base/errors.ts'
import { checkTenantId } from '../bundle/tenant.ts'
import { type Calls, type Dependencies, politeCalls, readOnlyCalls } from './aws.ts'
import { ClaimLost, type Hold, type TenantClaims, tenantClaims } from './claims.ts'
import { type Convergence, converge } from './converge.ts'
import { type Invalidations, invalidationsOf, type TenantInvalidation } from './invalidations.ts'
import type { Kind, Placement } from './kinds/kind.ts'
import { multiTenantState, repairMultiTenant } from './kinds/multi-tenant.ts'
import type { CreateOptions, SharedState, TenantState } from './options.ts'
import { kindsOf, Placements } from './placements.ts'
import { anew, NO_SETTINGS, newRecord, type TenantKind, type TenantRecord, type TenantSettings } from './record.ts'
import { deletedTenant, unfinishedTenant, unknownTenant } from './refusals.ts'
import { settingsFrom } from './settings.ts'
import { roomyShard } from './shard.ts'
import { prefixOf, type TenantSite } from './site.ts'
import { tenantState } from './state.ts'
import type { Store } from './store/store.ts'

export type ManagerOptions = {
  store: Store
  site: TenantSite
  dependencies: Dependencies
  signal: AbortSignal
  progress: (text: string) => void
}

export class TenantManager {
  readonly store: Store
  readonly site: TenantSite
  readonly calls: Calls
  readonly progress: (text: string) => void
  readonly #claims: TenantClaims
  readonly #kinds: Record<TenantKind, Kind>
  readonly #placements: Placements
  readonly #invalidations: Invalidations

  constructor({ store, site, dependencies, signal, progress }: ManagerOptions) {
    this.store = store
    this.site = site
    this.progress = progress
    this.calls = politeCalls(dependencies, signal)
    const holder = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
    this.#claims = tenantClaims(store, dependencies, this.calls, holder, progress)
    this.#kinds = kindsOf(this.calls, site, progress)
    this.#placements = new Placements(this.#kinds, kindsOf(readOnlyCalls(this.calls), site, progress))
    const hasTags = site.bundle.policies.cacheTagHeader !== undefined
    this.#invalidations = invalidationsOf(this.calls, dependencies, progress, hasTags)
  }

  kindOf({ kind }: Pick<TenantRecord, 'kind'>): Kind {
    return this.#kinds[kind]
  }

  /** Where tenants of the loaded bundle go. */
  placement(kind: TenantKind, shard: number): Promise<Placement> {
    return this.#placements.made(kind, shard)
  }

  /** Its row; null where there is none, or it was deleted. */
  async get(tenant: string): Promise<TenantRecord | null> {
    checkTenantId(tenant)
    const record = await this.store.get(tenant)
    return record === null || record.status === 'deleted' ? null : record
  }

  /** @throws InputError */
  async existing(tenant: string): Promise<TenantRecord> {
    const record = await this.get(tenant)
    if (record === null) throw unknown(tenant)
    return record
  }

  async create(
    tenant: string,
    options: CreateOptions & { kind: TenantKind },
    if_: 'must-be-new' | 'may-exist',
  ): Promise<TenantRecord> {
    checkTenantId(tenant)
    const { kind, wait: waits = false, ...given } = options
    if (!Object.hasOwn(this.#kinds, kind)) throw unknownKind(kind)
    const settings = settingsFrom(NO_SETTINGS, given)
    for (;;) {
      const record = await this.#claims.whenFree(tenant)
      if (record !== null && record.status !== 'creating' && record.status !== 'deleted') {
        if (if_ === 'must-be-new') {
          throw unexpectedInput({
            at: tenant,
            code: 'exists',
            expected: 'a tenant that is not there yet',
            found: `one that is ${record.status}`,
            remedy: `\`rimlight tenants show ${tenant}\` tells of it`,
          })
        }
        if (record.status === 'deleting') throw deletedTenant(tenant)
        if (!waits || record.status !== 'deploying') return record
      }
      const hold = await this.#claimed(tenant, record, kind, settings)
      if (hold === null) continue
      const done = await this.#work(hold, waits)
      if (done !== null) return done
    }
  }

  /** Claims a tenant that is to be made: a new one, one that was deleted, or one that another process left half made. */
  async #claimed(
    tenant: string,
    record: TenantRecord | null,
    kind: TenantKind,
    settings: TenantSettings,
  ): Promise<Hold | null> {
    if (record !== null && record.status !== 'deleted') return this.#claims.take(record)
    const fresh = newRecord(record, this.#claims.time(), {
      ...{ tenant, kind, settings },
      domain: kind === 'shared' ? `${tenant}.${this.site.domain}` : null,
      bucket: this.site.bucket,
      prefix: prefixOf(this.site, tenant),
      shard: kind === 'shared' ? 1 : await roomyShard(this.store),
    })
    return record === null ? this.#claims.insert(fresh) : this.#claims.take(fresh)
  }

  /** @param to the fields of its row that change */
  change(
    tenant: string,
    waits: boolean,
    to: (record: TenantRecord) => Partial<TenantRecord>,
    target?: Placement,
  ): Promise<TenantRecord> {
    return this.#workOn(tenant, async (record) => {
      if (record.status === 'deleting') throw deletedTenant(tenant)
      const hold = await this.#claims.take(record, to(record))
      return hold && this.#work(hold, waits, target)
    })
  }

  /** Puts it on another bundle, and waits until that is deployed. One that is disabled stays so. */
  place(tenant: string, placement: Placement): Promise<TenantRecord> {
    const to = ({ status }: TenantRecord): Partial<TenantRecord> => ({
      bundle: placement.bundle,
      status: status === 'disabled' || status === 'disabling' ? 'disabling' : 'deploying',
    })
    return this.change(tenant, true, to, placement)
  }

  /** Where it is, to go back to; null: nowhere. */
  placementOf(record: TenantRecord): Promise<Placement | null> {
    return this.kindOf(record).placementOf(record)
  }

  delete(tenant: string, waits: boolean): Promise<TenantRecord> {
    return this.#workOn(tenant, async (record) => {
      const hold = await this.#claims.take(record, { status: 'deleting' })
      return hold && this.#work(hold, waits)
    })
  }

  repair(tenant: string, waits: boolean): Promise<TenantRecord> {
    return this.#workOn(tenant, async (record) => {
      const hold = await this.#claims.take(record)
      return hold && this.#work(hold, waits, undefined, () => this.#markForRepair(hold))
    })
  }

  /** Sets the status in its row to one from which the work is done again. */
  async #markForRepair(hold: Hold): Promise<void> {
    const { record } = hold
    const { status, awsId } = record
    const isGone = awsId !== null && status !== 'deleting' && (await this.kindOf(record).find(record)) === null
    if (isGone) await hold.save(anew(record))
    else if (status === 'deployed') await hold.save({ status: 'deploying' })
    else if (status === 'disabled') await hold.save({ status: 'disabling' })
  }

  /**
   * Works on a tenant that is there, once no other process does, and begins again where another process has taken over its claim.
   * @param attempt gives null where one has
   */
  async #workOn(
    tenant: string,
    attempt: (record: TenantRecord) => Promise<TenantRecord | null>,
  ): Promise<TenantRecord> {
    checkTenantId(tenant)
    for (;;) {
      const record = await this.#claims.whenFree(tenant)
      if (record === null || record.status === 'deleted') throw unknown(tenant)
      const done = await attempt(record)
      if (done) return done
    }
  }

  async status(tenant: string): Promise<TenantState> {
    const record = await this.existing(tenant)
    return tenantState(record, this.kindOf(record), this.site.version, () =>
      this.#placements.found(record.kind, record.shard),
    )
  }

  /** Of the loaded bundle; null: there is none, as no shared tenant has it. */
  sharedState(): Promise<SharedState | null> {
    return multiTenantState(this.calls, this.site)
  }

  repairShared(): Promise<void> {
    return repairMultiTenant(this.calls, this.site, this.progress)
  }

  async invalidate(tenant: string, paths: readonly string[], waits: boolean): Promise<TenantInvalidation> {
    const record = await this.existing(tenant)
    if (record.awsId === null) throw unfinishedTenant(record, 'a tenant that is at AWS')
    return this.#invalidations(record, this.kindOf(record), paths, waits)
  }

  /** @param before what comes first, under the same claim @returns null: somebody else has taken over */
  async #work(
    hold: Hold,
    waits: boolean,
    target?: Placement,
    before: () => Promise<void> = async () => {},
  ): Promise<TenantRecord | null> {
    const { kind } = hold.record
    const work: Convergence = {
      kind: this.#kinds[kind],
      calls: this.calls,
      placement: (shard) => this.placement(kind, shard),
      bundle: this.site.version,
      progress: this.progress,
      waits,
      target,
    }
    try {
      await before()
      await converge(hold, work)
      await hold.release()
      return hold.record
    } catch (error) {
      if (error instanceof ClaimLost) return null
      const isInterruption = error instanceof Interrupted
      const message = error instanceof Error ? error.message : String(error)
      // What can't be said now is told by the claim, which runs out.
      await hold.release(isInterruption ? {} : { lastError: message }).catch(() => {})
      throw error
    }
  }
}

const unknownKind = (kind: string): InputError =>
  unexpectedInput({
    at: 'kind',
    code: 'tenant-settings',
    expected: 'shared or dedicated',
    found: JSON.stringify(kind),
  })

const unknown = (tenant: string): InputError => unknownTenant(tenant, 'the store', '`rimlight tenants list` lists them')
