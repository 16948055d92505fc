/** The columns of `rimlight_tenants`: how a record is written to a row and read back. */
import type { TenantRecord } from '../record.ts'

export const TABLE = 'rimlight_tenants'

type Column = { name: string; write(record: TenantRecord): string | number | null }

/** In the order of the table. Times are ISO 8601 in UTC, so that they sort as text; settings are JSON. */
const COLUMNS: readonly Column[] = [
  { name: 'tenant', write: ({ tenant }) => tenant },
  { name: 'kind', write: ({ kind }) => kind },
  { name: 'status', write: ({ status }) => status },
  { name: 'unique_id', write: ({ uniqueId }) => uniqueId },
  { name: 'generation', write: ({ generation }) => generation },
  { name: 'aws_id', write: ({ awsId }) => awsId },
  { name: 'distribution_id', write: ({ distributionId }) => distributionId },
  { name: 'domain', write: ({ domain }) => domain },
  { name: 'settings', write: ({ settings }) => JSON.stringify(settings) },
  { name: 'bucket', write: ({ bucket }) => bucket },
  { name: 'prefix', write: ({ prefix }) => prefix },
  { name: 'bundle', write: ({ bundle }) => bundle },
  { name: 'shard', write: ({ shard }) => shard },
  { name: 'created_at', write: ({ createdAt }) => createdAt },
  { name: 'updated_at', write: ({ updatedAt }) => updatedAt },
  { name: 'last_error', write: ({ lastError }) => lastError },
  { name: 'claim_holder', write: ({ claim }) => claim?.holder ?? null },
  { name: 'claim_until', write: ({ claim }) => claim?.until ?? null },
  { name: 'revision', write: ({ revision }) => revision },
]

export const NAMES = COLUMNS.map(({ name }) => name)

type Row = Record<string, unknown>

export const rowOf = (record: TenantRecord): Record<string, string | number | null> =>
  Object.fromEntries(COLUMNS.map(({ name, write }) => [name, write(record)]))

/** PostgreSQL's and DynamoDB's drivers give some numbers as text. */
export function recordOf(row: Row): TenantRecord {
  const text = (name: string) => String(row[name])
  const textOrNull = (name: string) => (row[name] === null || row[name] === undefined ? null : String(row[name]))
  const [holder, until] = [textOrNull('claim_holder'), textOrNull('claim_until')]
  return {
    tenant: text('tenant'),
    kind: text('kind') as TenantRecord['kind'],
    status: text('status') as TenantRecord['status'],
    uniqueId: text('unique_id'),
    generation: Number(row.generation),
    awsId: textOrNull('aws_id'),
    distributionId: textOrNull('distribution_id'),
    domain: textOrNull('domain'),
    settings: JSON.parse(text('settings')),
    bucket: text('bucket'),
    prefix: text('prefix'),
    bundle: textOrNull('bundle'),
    shard: Number(row.shard),
    createdAt: text('created_at'),
    updatedAt: text('updated_at'),
    lastError: textOrNull('last_error'),
    claim: holder === null || until === null ? null : { holder, until },
    revision: Number(row.revision),
  }
}
