/** What tenants were on before an upgrade, so that they can go back. */
import { rename } from 'node:fs/promises'
import { unexpectedInput } from '../base/errors.ts'
import { isObject } from '../base/json-values.ts'
import { readReceiptFile, writeReceiptFile } from '../deploy/aws/receipt-file.ts'
import type { Placement } from './kinds/kind.ts'
import type { TenantSite } from './site.ts'

const FORMAT = 'rimlight-tenants-receipt-1'

export type UpgradeReceipt = {
  format: typeof FORMAT
  site: string
  /** The bundle that tenants are brought to. */
  bundle: string
  /** ISO 8601. */
  startedAt: string
  /** By tenant: where it was. What is written first stays, however often the upgrade is run. */
  tenants: Record<string, Placement>
}

export const upgradeReceiptName = (site: TenantSite): string => `rimlight-${site.name}.tenants.receipt.json`

/** @throws InputError if it is none, or one of another site */
export async function readUpgradeReceipt(file: string, site: TenantSite): Promise<UpgradeReceipt | null> {
  const value = await readReceiptFile(file)
  if (value === null) return null
  if (!isObject(value) || value.format !== FORMAT || !isObject(value.tenants)) {
    throw unexpectedInput({
      at: file,
      code: 'not-a-receipt',
      expected: 'a receipt that `rimlight tenants upgrade` wrote',
      found: 'something else',
      remedy: 'name another file with --receipt',
    })
  }
  if (value.site !== site.name) {
    throw unexpectedInput({
      at: file,
      code: 'other-site',
      expected: `the receipt of ${site.name}`,
      found: `that of ${value.site}`,
      remedy: 'name another file with --receipt',
    })
  }
  return value as UpgradeReceipt
}

/** Goes on with a receipt of the same bundle. One of another bundle is renamed, and a new one begun. */
export async function upgradeReceiptFor(file: string, site: TenantSite, now: Date): Promise<UpgradeReceipt> {
  const existing = await readUpgradeReceipt(file, site)
  if (existing?.bundle === site.version) return existing
  if (existing) await rename(file, `${file}.${existing.startedAt.replace(/[:.]/g, '')}`)
  return { format: FORMAT, site: site.name, bundle: site.version, startedAt: now.toISOString(), tenants: {} }
}

/** @throws InputError: without it nothing is changed */
export const writeUpgradeReceipt = (file: string, receipt: UpgradeReceipt): Promise<void> =>
  writeReceiptFile(file, `${JSON.stringify(receipt)}\n`)
