/**
 * Which process is at work on a tenant. A claim is in the row before anything is called at AWS; it runs out by itself, so that the
 * work of a process that ended is taken over. It is there for order, not for safety: two that hold the same tenant call
 * AWS by the same references and names, and only one of them can change the row.
 */
import { Failure } from '../base/errors.ts'
import type { Calls, Dependencies } from './aws.ts'
import type { TenantRecord } from './record.ts'
import type { Store } from './store/store.ts'

/** Milliseconds from the last change of the row until others may take over. */
export const LEASE = 60_000

const PAUSE = 1_000
/** Milliseconds that a claim of somebody else is waited for. */
const PATIENCE = 60 * 60_000

/** The row was changed by somebody else, who has taken over. */
export class ClaimLost extends Failure {
  override name = 'ClaimLost'
}

export type Hold = {
  /** As it is in the store. */
  readonly record: TenantRecord
  /** @throws ClaimLost */
  save(changes: Partial<TenantRecord>): Promise<void>
  /** Keeps the claim while nothing else is to be saved. */
  renew(): Promise<void>
  /** The last change, and the end of the claim, in one. Once it is released, nothing more is done. */
  release(changes?: Partial<TenantRecord>): Promise<void>
}

export type TenantClaims = {
  /** @returns null: there is a row already */
  insert(record: TenantRecord): Promise<Hold | null>
  /** @param changes of a row that was just read @returns null: somebody else was faster */
  take(record: TenantRecord, changes?: Partial<TenantRecord>): Promise<Hold | null>
  isFree(record: TenantRecord): boolean
  /** The row once nobody is at work on it; null: there is none. @throws Failure after an hour */
  whenFree(tenant: string): Promise<TenantRecord | null>
  time(): string
}

/** @param holder of this process alone */
export function tenantClaims(
  store: Store,
  dependencies: Pick<Dependencies, 'now'>,
  calls: Pick<Calls, 'sleep'>,
  holder: string,
  progress: (text: string) => void,
): TenantClaims {
  const now = () => dependencies.now().getTime()
  const time = () => new Date(now()).toISOString()
  const claim = () => ({ holder, until: new Date(now() + LEASE).toISOString() })

  const holdOf = (first: TenantRecord): Hold => {
    let record = first
    const replace = async (next: TenantRecord) => {
      if (!(await store.replace(next, record.revision))) {
        throw new ClaimLost(
          `${record.tenant}: somebody else has taken over; run the same command again to see how it ended`,
          { code: 'claim-lost' },
        )
      }
      record = { ...next, revision: record.revision + 1 }
    }
    return {
      get record() {
        return record
      },
      save: (changes) => replace({ ...record, ...changes, updatedAt: time(), claim: claim() }),
      async renew() {
        if (Date.parse(record.claim?.until ?? '') - now() < LEASE / 2) await replace({ ...record, claim: claim() })
      },
      async release(changes) {
        if (record.claim !== null) await replace({ ...record, ...changes, updatedAt: time(), claim: null })
      },
    }
  }

  const isFree = ({ claim: held }: TenantRecord) => held === null || Date.parse(held.until) <= now()

  return {
    time,
    isFree,
    async insert(record) {
      const claimed = { ...record, claim: claim() }
      return (await store.insert(claimed)) ? holdOf(claimed) : null
    },
    async take(record, changes = {}) {
      const next = { ...record, ...changes, claim: claim() }
      if (!(await store.replace(next, record.revision))) return null
      return holdOf({ ...next, revision: record.revision + 1 })
    },
    async whenFree(tenant) {
      const since = now()
      for (;;) {
        const record = await store.get(tenant)
        if (record === null || isFree(record)) return record
        if (now() - since > PATIENCE) {
          throw new Failure(
            `${tenant}: expected the process ${record.claim?.holder} to end its work on it, found it still at work after an hour; run the same command again later`,
            { code: 'busy', found: `${record.claim?.holder} at work` },
          )
        }
        progress(`Waiting for ${record.claim?.holder}, which is at work on ${tenant}`)
        await calls.sleep(PAUSE)
      }
    },
  }
}
