import { readBundle } from '../../bundle/read-bundle.ts'
import { Crew } from '../../tenants/crew.ts'
import { tenantSite } from '../../tenants/site.ts'
import type { Store } from '../../tenants/store/store.ts'
import type { Clock } from './clock.ts'

export const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/wildcard'

/** The crew behind the library, as the commands have it. */
export async function crewOf(
  { clock }: { clock: Clock },
  store: Store,
  dist: string,
  progress = (_: string) => {},
): Promise<Crew> {
  const site = tenantSite(await readBundle(dist), { certificateArn: CERTIFICATE })
  return new Crew({ store, site, dependencies: clock, signal: new AbortController().signal, progress })
}
