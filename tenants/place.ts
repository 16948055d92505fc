/** Where a tenant's objects are, from the store alone: what publishing needs of it. */
import { checkTenantId } from '../bundle/tenant.ts'
import type { TenantPlace } from '../deploy/publish.ts'
import { deletedTenant, unfinishedTenant, unknownTenant } from './refusals.ts'
import { shownStore } from './store/failures.ts'
import { openStore } from './store/open.ts'

/**
 * One that is still being made has a place already: what is published is there when it is served.
 * @param url of the store
 * @throws InputError: there is none of this id, it is being deleted, or it has no host name yet
 */
export async function tenantPlace(id: string, url: string): Promise<TenantPlace> {
  checkTenantId(id)
  const store = await openStore(url)
  try {
    const record = await store.get(id)
    if (record === null || record.status === 'deleted') {
      throw unknownTenant(id, shownStore(url), `\`rimlight tenants create ${id}\` makes it`)
    }
    const { status, domain, bucket, prefix } = record
    if (status === 'deleting') throw deletedTenant(id)
    if (domain === null) throw unfinishedTenant(record, 'a tenant that has a host name')
    return { id, url: `https://${domain}/`, status, bucket, prefix }
  } finally {
    await store.close()
  }
}
