/**
 * Brings all tenants to the bundle that is loaded, batch by batch, and stops at the first batch of which one is not as it
 * should be. Run again, it carries on; the receipt takes tenants back to where they were.
 */
import pMap from 'p-map'
import { unexpectedInput } from '../base/errors.ts'
import type { Placement } from './kinds/kind.ts'
import type { TenantManager } from './manager.ts'
import { readUpgradeReceipt, type UpgradeReceipt, upgradeReceiptFor, writeUpgradeReceipt } from './receipt.ts'
import type { TenantRecord } from './record.ts'
import { allRecords } from './store/store.ts'

/** What is wrong with a tenant, in words; empty: nothing. */
export type VerifyTenant = (record: TenantRecord) => Promise<string[]>

export type UpgradeOptions = {
  receipt: string
  /** Tenants in a batch. */
  batch: number
  verify: VerifyTenant
  now(): Date
  /** Called after each batch. */
  onBatch(done: number, total: number): void
}

export type UpgradeOutcome =
  | { kind: 'done'; tenants: string[] }
  /** `left`: those that no batch has come to. */
  | { kind: 'stopped'; tenants: string[]; failed: Record<string, string[]>; left: string[] }

/** How many tenants are upgraded at a time, within the rates that AWS's API allows. */
const AT_A_TIME = 4

const isSettled = ({ status }: TenantRecord) => status === 'deployed' || status === 'disabled'

/** The tenants that are not settled on this bundle yet, sorted by id. */
export async function tenantsToUpgrade(manager: TenantManager): Promise<TenantRecord[]> {
  const found: TenantRecord[] = []
  for await (const record of allRecords(manager.store)) {
    const isThere = record.awsId !== null && record.status !== 'deleting' && record.status !== 'deleted'
    if (isThere && (record.bundle !== manager.site.version || !isSettled(record))) found.push(record)
  }
  return found.sort((a, b) => (a.tenant < b.tenant ? -1 : 1))
}

export async function upgrade(manager: TenantManager, options: UpgradeOptions): Promise<UpgradeOutcome> {
  const records = await tenantsToUpgrade(manager)
  if (records.length === 0) return { kind: 'done', tenants: [] }
  const receipt = await upgradeReceiptFor(options.receipt, manager.site, options.now())
  const before = async (batch: readonly TenantRecord[]) => {
    const isNew = batch.filter(({ tenant, bundle }) => !(tenant in receipt.tenants) && bundle !== manager.site.version)
    const placements = await pMap(isNew, (record) => manager.placementOf(record), { concurrency: AT_A_TIME })
    isNew.forEach(({ tenant }, index) => {
      const placement = placements[index]
      if (placement) receipt.tenants[tenant] = placement
    })
    if (isNew.length > 0) await writeUpgradeReceipt(options.receipt, receipt)
  }
  return batches(records, options, before, async ({ tenant, kind, shard }) =>
    manager.place(tenant, await manager.placement(kind, shard)),
  )
}

/** @throws InputError where there is no receipt */
export async function requiredReceipt(manager: TenantManager, file: string): Promise<UpgradeReceipt> {
  const receipt = await readUpgradeReceipt(file, manager.site)
  if (receipt) return receipt
  throw unexpectedInput({
    at: file,
    code: 'receipt-not-found',
    expected: 'the receipt of an upgrade',
    found: 'none',
    remedy: 'name it with --receipt',
  })
}

/** The tenants of a receipt, back to where they were; those that are gone by now are left out. */
export async function goBack(manager: TenantManager, options: UpgradeOptions): Promise<UpgradeOutcome> {
  const { tenants } = await requiredReceipt(manager, options.receipt)
  const records: TenantRecord[] = []
  for (const tenant of Object.keys(tenants).toSorted()) {
    const record = await manager.get(tenant)
    if (record !== null && record.status !== 'deleting') records.push(record)
  }
  return batches(
    records,
    options,
    async () => {},
    ({ tenant }) => manager.place(tenant, tenants[tenant] as Placement),
  )
}

async function batches(
  records: readonly TenantRecord[],
  { batch: size, verify, onBatch }: UpgradeOptions,
  before: (batch: readonly TenantRecord[]) => Promise<void>,
  place: (record: TenantRecord) => Promise<TenantRecord>,
): Promise<UpgradeOutcome> {
  const done: string[] = []
  for (let start = 0; start < records.length; start += size) {
    const batch = records.slice(start, start + size)
    await before(batch)
    const placed = await pMap(batch, place, { concurrency: AT_A_TIME })
    const problems = await pMap(
      placed,
      async (record) => [record.tenant, record.status === 'disabled' ? [] : await verify(record)] as const,
      { concurrency: AT_A_TIME },
    )
    const failed = Object.fromEntries(problems.filter(([, found]) => found.length > 0))
    done.push(...batch.map(({ tenant }) => tenant))
    onBatch(done.length, records.length)
    if (Object.keys(failed).length > 0) {
      const left = records.slice(start + size).map(({ tenant }) => tenant)
      return { kind: 'stopped', tenants: done, failed, left }
    }
  }
  return { kind: 'done', tenants: done }
}
