import { readBundle } from '../../bundle/read-bundle.ts'
import { TenantManager } from '../../tenants/manager.ts'
import { tenantSite } from '../../tenants/site.ts'
import type { Store } from '../../tenants/store/store.ts'
import type { Clock } from './clock.ts'

export const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/wildcard'

/** The manager behind the library, as the commands have it. */
export async function managerOf(
  { clock }: { clock: Clock },
  store: Store,
  dist: string,
  progress = (_: string) => {},
): Promise<TenantManager> {
  const site = tenantSite(await readBundle(dist), { certificateArn: CERTIFICATE })
  return new TenantManager({ store, site, dependencies: clock, signal: new AbortController().signal, progress })
}
