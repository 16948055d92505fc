/** A tenant as it is at AWS, compared with what its row says. */
import { WouldChange } from './aws.ts'
import type { Kind, Placement } from './kinds/kind.ts'
import { sharedPartsText } from './kinds/multi-tenant.ts'
import type { TenantState } from './options.ts'
import type { TenantRecord } from './record.ts'

/**
 * Asks AWS; changes nothing.
 * @param version of the loaded bundle
 * @param placementOf where tenants of that bundle are: asked only for one that is on it
 */
export async function tenantState(
  record: TenantRecord,
  kind: Kind,
  version: string,
  placementOf: () => Promise<Placement | WouldChange>,
): Promise<TenantState> {
  const isCurrent = record.bundle === version
  const found = await kind.find(record)
  if (found === null) {
    return { record, found: 'missing', isEnabled: false, differences: [], isCurrent, certificate: null }
  }
  const placement = isCurrent ? await placementOf() : null
  const isUnknown = placement instanceof WouldChange
  return {
    record,
    found: found.isDeployed ? 'deployed' : 'deploying',
    isEnabled: found.isEnabled,
    differences: [
      ...(isUnknown ? [sharedPartsText(placement)] : []),
      ...kind.differences(record, found, isUnknown ? null : placement),
    ],
    isCurrent,
    certificate: await kind.certificate({ ...record, awsId: found.awsId }),
  }
}
