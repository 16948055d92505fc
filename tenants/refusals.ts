/** What is said of a tenant that is not as it has to be for what was asked. */
import { type InputError, unexpectedInput } from '../base/errors.ts'
import type { TenantRecord } from './record.ts'

/**
 * @param where that has none of this id: `the store`, or its URL
 * @param remedy what to do, as a clause
 */
export const unknownTenant = (tenant: string, where: string, remedy: string): InputError =>
  unexpectedInput({
    at: 'unknown tenant',
    code: 'unknown-tenant',
    expected: `one that ${where} has`,
    found: `none called ${tenant}`,
    remedy,
  })

export const deletedTenant = (tenant: string): InputError =>
  unexpectedInput({
    at: tenant,
    code: 'deleting',
    expected: 'a tenant that is to stay',
    found: 'one that is being deleted',
    remedy: `\`rimlight tenants delete ${tenant}\` goes on with it, and then it can be created again`,
  })

/** @param expected `a tenant that has a host name` */
export const unfinishedTenant = ({ tenant, status }: TenantRecord, expected: string): InputError =>
  unexpectedInput({
    at: tenant,
    code: 'not-made',
    expected,
    found: `one that is ${status}`,
    remedy: `\`rimlight tenants create ${tenant}\` carries on`,
  })
