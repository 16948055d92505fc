import { NO_SETTINGS, type TenantRecord } from '../../tenants/record.ts'

export const recordOf = (changes: Partial<TenantRecord> = {}): TenantRecord => ({
  tenant: 'shop',
  kind: 'shared',
  status: 'creating',
  uniqueId: '7d0f1f0c-0a55-4f3e-9c2a-6b1f2d3c4e5f',
  generation: 1,
  awsId: null,
  distributionId: null,
  domain: null,
  settings: NO_SETTINGS,
  bucket: 'example-sites',
  prefix: 'tenants/shop',
  bundle: null,
  shard: 1,
  createdAt: '2026-11-20T12:00:00.000Z',
  updatedAt: '2026-11-20T12:00:00.000Z',
  lastError: null,
  claim: null,
  revision: 1,
  ...changes,
})
