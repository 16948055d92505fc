/** What is said of a tenant that is not as it has to be for what was asked. */
import { InputError } from '../base/errors.ts'
import type { TenantRecord } from './record.ts'

/**
 * @param where that has none of this id: `the store`, or its URL
 * @param remedy what to do, as a clause
 */
export const unknownTenant = (tenant: string, where: string, remedy: string): InputError =>
  new InputError(`unknown tenant: expected one that ${where} has, found none called ${tenant}; ${remedy}`, {
    code: 'unknown-tenant',
    expected: `one that ${where} has`,
    found: `none called ${tenant}`,
  })

export const deletedTenant = (tenant: string): InputError =>
  new InputError(
    `${tenant}: expected a tenant that is to stay, found one that is being deleted; \`rimlight tenants delete ${tenant}\` goes on with it, and then it can be created again`,
    { code: 'deleting', expected: 'a tenant that is to stay', found: 'one that is being deleted' },
  )

/** @param expected `a tenant that has a host name` */
export const unfinishedTenant = ({ tenant, status }: TenantRecord, expected: string): InputError =>
  new InputError(
    `${tenant}: expected ${expected}, found one that is ${status}; \`rimlight tenants create ${tenant}\` carries on`,
    { code: 'not-made', expected, found: `one that is ${status}` },
  )
