/** The tenants that the local CloudFront serves by their host names. */
import { InputError, joinedError, unexpectedInput } from '../../base/errors.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import {
  checkTenantDomain,
  checkTenantId,
  checkTenantKeyPrefix,
  TENANT_KEY_PREFIX,
  tenantBucket,
  tenantPrefix,
} from '../../bundle/tenant.ts'
import type { HostedTenant } from '../protocol/settings.ts'

/**
 * A tenant's folder; `''`: none, its objects are uploaded. `hostNames`: besides `TENANT.localhost` and `TENANT.DOMAIN`.
 */
export type TenantOption = string | { folder?: string; hostNames?: readonly string[] }

export type TenantOptions = {
  tenants?: Record<string, TenantOption>
  tenantDomain?: string
  tenantKeyPrefix?: string
}

export type LocalTenant = HostedTenant & { folder: string | undefined }

/**
 * In the order given; none without `tenants`.
 * @throws InputError naming everything that is wrong
 */
export async function localTenants(
  { tenants = {}, tenantDomain, tenantKeyPrefix = TENANT_KEY_PREFIX }: TenantOptions,
  bundle: () => Promise<BuiltBundle>,
): Promise<LocalTenant[]> {
  if (Object.keys(tenants).length === 0) return []
  const problems: InputError[] = []
  const check = (attempt: () => void) => {
    try {
      attempt()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(error)
    }
  }
  const read = await bundle()
  const domain = (tenantDomain ?? read.policies.domains[0] ?? '').toLowerCase()
  check(() => tenantBucket(read))
  check(() => checkTenantDomain(domain, 'the domain of tenants'))
  check(() => checkTenantKeyPrefix(tenantKeyPrefix, 'the key prefix of tenants'))
  const found = Object.entries(tenants).map(([id, option]): LocalTenant => {
    const { folder, hostNames = [] } = typeof option === 'string' ? { folder: option } : option
    check(() => checkTenantId(id))
    for (const name of hostNames) check(() => checkTenantDomain(name.toLowerCase(), `tenant ${id}`))
    return {
      id,
      hostNames: [`${id}.localhost`, `${id}.${domain}`, ...hostNames.map((name) => name.toLowerCase())],
      prefix: tenantPrefix(tenantKeyPrefix, id),
      folder: folder || undefined,
    }
  })
  problems.push(...namedTwice(found))
  if (problems.length > 0) throw joinedError(problems)
  return found
}

/** CloudFront takes a host name once: CreateDistributionTenant, "Errors", CNAMEAlreadyExists. */
function namedTwice(tenants: readonly LocalTenant[]): InputError[] {
  const byName = Map.groupBy(
    tenants.flatMap(({ id, hostNames }) => [...new Set(hostNames)].map((name) => ({ id, name }))),
    ({ name }) => name,
  )
  return [...byName]
    .filter(([, owners]) => owners.length > 1)
    .map(([name, owners]) => {
      const [expected, found] = ['one tenant', owners.map(({ id }) => id).join(' and ')]
      return unexpectedInput({ at: name, code: 'host-name-twice', expected: `${expected} of this name`, found })
    })
}
