import { unexpectedInput } from '../../base/errors.ts'
import { checkTenantId } from '../../bundle/tenant.ts'
import { defineCommand, type Main } from '../../cli/kit/command.ts'
import { painter } from '../../cli/kit/output.ts'
import type { TenantRecord } from '../record.ts'
import { unknownTenant } from '../refusals.ts'
import { shownStore } from '../store/failures.ts'
import { openStore } from '../store/open.ts'
import { allRecords } from '../store/store.ts'
import { recordLines, TENANT_STORE_OPTIONS, type TenantDependencies, tenantIds } from './session.ts'

export const tenantsList = (_: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants list',
    usage: '[--store URL] [--json]',
    about:
      'Lists the tenants of a store, by their ids. It asks the store alone, and needs neither credentials nor a bundle.',
    options: TENANT_STORE_OPTIONS,
    exitCode: '0 done; 1 the store can not be used; 2 wrong usage or input',
    async run({ store: url, json }, { stdout }) {
      const records = await recordsOf(url)
      if (json) stdout.write(`${JSON.stringify({ tenants: records })}\n`)
      else stdout.write(records.length > 0 ? recordLines(records, painter(stdout)) : 'No tenants.\n')
      return 0
    },
  })

export const tenantsShow = (_: TenantDependencies): Main =>
  defineCommand({
    name: 'rimlight tenants show',
    usage: 'ID [--store URL] [--json]',
    about: 'Shows what the store has of a tenant.',
    takesOperands: true,
    options: TENANT_STORE_OPTIONS,
    exitCode: '0 done; 1 the store can not be used; 2 wrong usage or input, or no such tenant',
    async run({ store: url, json }, { positionals, stdout, hint }) {
      const [id, ...more] = tenantIds(positionals, hint)
      if (id === undefined || more.length > 0)
        throw unexpectedInput({ code: 'operands', expected: "one tenant's id", found: 'more', remedy: hint })
      checkTenantId(id)
      const record = (await recordsOf(url)).find(({ tenant }) => tenant === id)
      if (!record) throw unknownTenant(id, shownStore(url), '`rimlight tenants list` lists them')
      stdout.write(json ? `${JSON.stringify(record)}\n` : detailsOf(record))
      return 0
    },
  })

async function recordsOf(url: string): Promise<TenantRecord[]> {
  const store = await openStore(url)
  try {
    const records: TenantRecord[] = []
    for await (const record of allRecords(store)) if (record.status !== 'deleted') records.push(record)
    return records.sort((one, other) => (one.tenant < other.tenant ? -1 : 1))
  } finally {
    await store.close()
  }
}

function detailsOf(record: TenantRecord): string {
  const { claim, settings, bucket, prefix } = record
  const rows: [string, string][] = [
    ['tenant', record.tenant],
    ['kind', record.kind],
    ['status', record.status],
    ['url', record.domain === null ? '-' : `https://${record.domain}/`],
    ['host names', settings.domains.join(', ') || '-'],
    ['id at AWS', record.awsId ?? '-'],
    ['distribution', record.distributionId ?? '-'],
    ['unique id', record.uniqueId],
    ['objects', `s3://${bucket}/${prefix}/`],
    ['bundle', record.bundle ?? '-'],
    ['created', record.createdAt],
    ['updated', record.updatedAt],
    ['at work', claim === null ? 'nobody' : `${claim.holder}, until ${claim.until}`],
    ['last error', record.lastError ?? 'none'],
  ]
  return `${rows.map(([name, value]) => `${name.padEnd(14)}${value}`).join('\n')}\n`
}
