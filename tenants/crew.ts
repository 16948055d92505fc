/** Does what is asked for a tenant: claims its row, says in it what is to be, and brings it there. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { type InputError, Interrupted, unexpectedInput } from '../base/errors.ts'
import { checkTenantId } from '../bundle/tenant.ts'
import { type Calls, type Dependencies, politeCalls, readOnlyCalls, WouldChange } from './aws.ts'
import { ClaimLost, type Hold, type TenantClaims, tenantClaims } from './claims.ts'
import { type Convergence, converge } from './converge.ts'
import { type Invalidations, invalidationsOf, type TenantInvalidation } from './invalidations.ts'
import { dedicatedKind } from './kinds/dedicated.ts'
import type { Kind, Placement } from './kinds/kind.ts'
import { multiTenantState, repairMultiTenant, sharedPartsText } from './kinds/multi-tenant.ts'
import { sharedKind } from './kinds/shared.ts'
import type { CreateOptions, SharedState, TenantState } from './options.ts'
import { NO_SETTINGS, type TenantKind, type TenantRecord, type TenantSettings } from './record.ts'
import { deletedTenant, unfinishedTenant, unknownTenant } from './refusals.ts'
import { settingsFrom } from './settings.ts'
import { DISTRIBUTIONS_PER_SHARD } from './shard.ts'
import { prefixOf, type TenantSite } from './site.ts'
import { allRecords, type Store } from './store/store.ts'

export type CrewOptions = {
  store: Store
  site: TenantSite
  dependencies: Dependencies
  signal: AbortSignal
  progress: (text: string) => void
}

export class Crew {
  readonly store: Store
  readonly site: TenantSite
  readonly calls: Calls
  readonly progress: (text: string) => void
  readonly #claims: TenantClaims
  readonly #kinds: Record<TenantKind, Kind>
  /** For those who only look. */
  readonly #readers: Record<TenantKind, Kind>
  readonly #invalidations: Invalidations
  /** By kind and shard: what is made once for many tenants. */
  readonly #placements = new Map<string, Promise<Placement>>()
  readonly #known = new Map<string, Promise<Placement | WouldChange>>()

  constructor({ store, site, dependencies, signal, progress }: CrewOptions) {
    this.store = store
    this.site = site
    this.progress = progress
    this.calls = politeCalls(dependencies, signal)
    const holder = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
    this.#claims = tenantClaims(store, dependencies, this.calls, holder, progress)
    this.#kinds = kindsOf(this.calls, site, progress)
    this.#readers = kindsOf(readOnlyCalls(this.calls), site, progress)
    const hasTags = site.bundle.policies.cacheTagHeader !== undefined
    this.#invalidations = invalidationsOf(this.calls, dependencies, progress, hasTags)
  }

  kindOf({ kind }: Pick<TenantRecord, 'kind'>): Kind {
    return this.#kinds[kind]
  }

  /** Where tenants of the loaded bundle go. */
  placement(kind: TenantKind, shard: number): Promise<Placement> {
    const key = `${kind} ${shard}`
    const known = this.#placements.get(key)
    if (known) return known
    const made = this.#kinds[kind].placement(shard)
    this.#placements.set(key, made)
    // A failure is not for ever.
    made.catch(() => this.#placements.delete(key))
    return made
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
    const time = this.#claims.time()
    const fresh: TenantRecord = {
      tenant,
      kind,
      status: 'creating',
      uniqueId: randomUUID(),
      generation: (record?.generation ?? 0) + 1,
      awsId: null,
      distributionId: null,
      domain: kind === 'shared' ? `${tenant}.${this.site.domain}` : null,
      settings,
      bucket: this.site.bucket,
      prefix: prefixOf(this.site, tenant),
      bundle: null,
      shard: kind === 'shared' ? 1 : await this.#roomyShard(),
      createdAt: time,
      updatedAt: time,
      lastError: null,
      claim: null,
      revision: record?.revision ?? 1,
    }
    return record === null ? this.#claims.insert(fresh) : this.#claims.take(fresh)
  }

  /**
   * The first shard with room. Two processes that count at the same time may both take its last place: then CloudFront
   * refuses one of them, which goes on to the next shard.
   */
  async #roomyShard(): Promise<number> {
    const counts = new Map<number, number>()
    for await (const { kind, status, shard } of allRecords(this.store)) {
      if (kind === 'dedicated' && status !== 'deleted') counts.set(shard, (counts.get(shard) ?? 0) + 1)
    }
    let shard = 1
    while ((counts.get(shard) ?? 0) >= DISTRIBUTIONS_PER_SHARD) shard += 1
    return shard
  }

  /** @param to what its row is to say */
  async change(
    tenant: string,
    waits: boolean,
    to: (record: TenantRecord) => Partial<TenantRecord>,
    target?: Placement,
  ): Promise<TenantRecord> {
    checkTenantId(tenant)
    for (;;) {
      const record = await this.#claims.whenFree(tenant)
      if (record === null || record.status === 'deleted') throw unknown(tenant)
      if (record.status === 'deleting') throw deletedTenant(tenant)
      const hold = await this.#claims.take(record, to(record))
      const done = hold && (await this.#work(hold, waits, target))
      if (done) return done
    }
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

  async delete(tenant: string, waits: boolean): Promise<TenantRecord> {
    checkTenantId(tenant)
    for (;;) {
      const record = await this.#claims.whenFree(tenant)
      if (record === null || record.status === 'deleted') throw unknown(tenant)
      const hold = await this.#claims.take(record, { status: 'deleting' })
      const done = hold && (await this.#work(hold, waits))
      if (done) return done
    }
  }

  async repair(tenant: string, waits: boolean): Promise<TenantRecord> {
    checkTenantId(tenant)
    for (;;) {
      const record = await this.#claims.whenFree(tenant)
      if (record === null || record.status === 'deleted') throw unknown(tenant)
      const hold = await this.#claims.take(record)
      if (hold === null) continue
      const done = await this.#work(hold, waits, undefined, async () => {
        const { status, awsId } = hold.record
        const isGone = awsId !== null && status !== 'deleting' && (await this.kindOf(record).find(record)) === null
        if (isGone) await hold.save(anew(hold.record))
        else if (status === 'deployed') await hold.save({ status: 'deploying' })
        else if (status === 'disabled') await hold.save({ status: 'disabling' })
      })
      if (done) return done
    }
  }

  async status(tenant: string): Promise<TenantState> {
    const record = await this.existing(tenant)
    const kind = this.kindOf(record)
    const isCurrent = record.bundle === this.site.version
    const found = await kind.find(record)
    if (found === null) {
      return { record, found: 'missing', isEnabled: false, differences: [], isCurrent, certificate: null }
    }
    const placement = isCurrent ? await this.#knownPlacement(record.kind, record.shard) : null
    const isUnknown = placement instanceof WouldChange
    return {
      record,
      found: found.isDeployed ? 'deployed' : 'deploying',
      isEnabled: found.isEnabled,
      differences: [
        ...(isUnknown ? [sharedPartsText(placement)] : []),
        ...kind.differences(record, found, isUnknown ? null : placement),
      ],
      isCurrent,
      certificate: await kind.certificate({ ...record, awsId: found.awsId }),
    }
  }

  /** Where tenants of the loaded bundle are, if all that they share is there. */
  #knownPlacement(kind: TenantKind, shard: number): Promise<Placement | WouldChange> {
    const key = `${kind} ${shard}`
    const known = this.#known.get(key)
    if (known) return known
    const asked = this.#readers[kind].placement(shard).catch((error) => {
      if (error instanceof WouldChange) return error
      this.#known.delete(key)
      throw error
    })
    this.#known.set(key, asked)
    return asked
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

const kindsOf = (calls: Calls, site: TenantSite, progress: (text: string) => void): Record<TenantKind, Kind> => ({
  dedicated: dedicatedKind(calls, site, progress) as unknown as Kind,
  shared: sharedKind(calls, site, progress) as unknown as Kind,
})

/** The row of a tenant that is to be made again, as what it had at AWS is gone; one that was disabled stays so. */
const anew = ({ generation, kind, domain, status }: TenantRecord): Partial<TenantRecord> => ({
  status: status === 'disabling' || status === 'disabled' ? 'disabled' : 'creating',
  generation: generation + 1,
  awsId: null,
  distributionId: null,
  domain: kind === 'shared' ? domain : null,
})

const unknownKind = (kind: string): InputError =>
  unexpectedInput({
    at: 'kind',
    code: 'tenant-settings',
    expected: 'shared or dedicated',
    found: JSON.stringify(kind),
  })

const unknown = (tenant: string): InputError => unknownTenant(tenant, 'the store', '`rimlight tenants list` lists them')
