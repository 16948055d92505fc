/**
 * What a tenant is called and where its objects are: one for distributions at AWS (`tenants/`), for what is published, and
 * for the local CloudFront.
 */
import { InputError, unexpectedInput } from '../base/errors.ts'
import type { Policies } from './policies.ts'
import type { Settings } from './settings.ts'

/** What keys begin with before the tenant's id, unless it is set otherwise. */
export const TENANT_KEY_PREFIX = 'tenants'

const KEY_PREFIX = /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/

const TENANT_ID = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

const HOST_NAME = /^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/

/** What the keys of a tenant begin with, before a slash; after one, the path of its origin. */
export const tenantPrefix = (keyPrefix: string, tenant: string): string =>
  keyPrefix === '' ? tenant : `${keyPrefix}/${tenant}`

/** @throws InputError: it becomes a label of a host name (RFC 1123, 2.1) and a part of keys and names at AWS */
export function checkTenantId(tenant: string): void {
  if (TENANT_ID.test(tenant)) return
  throw unexpectedInput({
    code: 'tenant-id',
    expected: "a tenant's id of 1 to 63 lower-case letters, digits and hyphens, neither first nor last a hyphen",
    found: JSON.stringify(tenant),
  })
}

/** @param option what people know it as. @throws InputError */
export function checkTenantKeyPrefix(keyPrefix: string, option: string): void {
  if (keyPrefix === '' || KEY_PREFIX.test(keyPrefix)) return
  throw unexpectedInput({
    at: option,
    code: 'option-value',
    expected: 'letters, digits, hyphens and underscores with slashes between them',
    found: JSON.stringify(keyPrefix),
  })
}

export const isHostName = (domain: string): boolean => HOST_NAME.test(domain)

/** @param option what people know it as. @throws InputError */
export function checkTenantDomain(domain: string, option: string): void {
  if (isHostName(domain)) return
  throw unexpectedInput({
    at: option,
    code: 'option-value',
    expected: 'a host name such as sites.example.com',
    found: JSON.stringify(domain),
  })
}

/**
 * Where a bundle has tenants' objects: the first origin that is a bucket, in the order of its behaviours. `prefix`: of all
 * paths that origin-request passes on.
 * @throws InputError for a bundle without a bucket, or with private routes, whose keys and grants would be all tenants'
 */
export function tenantBucket({ policies, settings }: { policies: Policies; settings: Settings }): {
  bucket: string
  region: string
  prefix: string
} {
  const guarded = settings.routes.filter(({ auth }) => auth !== null).map(({ path }) => path)
  if (guarded.length > 0) {
    throw new InputError(
      `expected a bundle without private routes, found ${guarded.join(', ')}: their keys and grants would be those of all tenants, so that a viewer of one could read another's objects; give those routes a distribution of their own with \`rimlight template\` or \`rimlight attach\``,
      { code: 'private-routes', expected: 'a bundle without private routes', found: guarded.join(', ') },
    )
  }
  const bucket = policies.behaviours.map(({ origin }) => policies.origins[origin]?.s3).find((s3) => s3 != null)
  if (bucket) return bucket
  throw unexpectedInput({
    code: 'no-bucket',
    expected: 'a bundle with a route to a bucket, whose prefixes tenants are given',
    found: 'none',
    remedy: 'give the config an origin with a bucket',
  })
}
