/** Where a tenant's objects are, from the store alone: what publishing needs of it. */
import { InputError } from '../base/errors.ts'
import { checkTenantId } from '../bundle/tenant.ts'
import type { TenantPlace } from '../deploy/publish.ts'
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
      throw new InputError(
        `unknown tenant: expected one that ${url} has, found none called ${id}; \`rimlight tenants create ${id}\` makes it`,
        { code: 'unknown-tenant', found: id },
      )
    }
    const { status, domain, bucket, prefix } = record
    if (status === 'deleting') {
      throw new InputError(`${id}: expected a tenant that is to stay, found one that is being deleted`, {
        code: 'deleting',
        found: status,
      })
    }
    if (domain === null) {
      throw new InputError(
        `${id}: expected a tenant that has a host name, found one that is ${status}; \`rimlight tenants create ${id}\` carries on`,
        { code: 'not-made', found: status },
      )
    }
    return { id, url: `https://${domain}/`, status, bucket, prefix }
  } finally {
    await store.close()
  }
}
