/** What is known of a tenant: the row of a store, and what the library gives. */
import { randomUUID } from 'node:crypto'

/**
 * `dedicated`: a standard distribution of its own, with a name below cloudfront.net. `shared`: a distribution tenant of
 * one multi-tenant distribution, with a host name of its own. Developer Guide, "Understand how multi-tenant
 * distributions work".
 */
export type TenantKind = 'dedicated' | 'shared'

/**
 * What a tenant is to be and how far it is: `creating`, `deploying` and `deployed` are to serve, `disabling` and
 * `disabled` are not to, `deleting` and `deleted` are to be gone. The row of a deleted one stays, for its generation.
 */
export const TENANT_STATUSES = [
  'creating',
  'deploying',
  'deployed',
  'disabling',
  'disabled',
  'deleting',
  'deleted',
] as const

export type TenantStatus = (typeof TENANT_STATUSES)[number]

/** What may differ from tenant to tenant. */
export type TenantSettings = {
  /** Host names besides the one that every tenant has. They need a certificate: `certificateArn`, or a managed one. */
  domains: string[]
  /** ARN of a certificate of ACM in us-east-1; null: `shared` tenants with `domains` are given one by CloudFront. */
  certificateArn: string | null
  /** ARN of a web ACL of AWS WAF, scope `CLOUDFRONT`. */
  webAclArn: string | null
  /** Countries that alone may or that may not ask, as ISO 3166-1 codes of two letters; null: all may. */
  countries: { allowed: string[] } | { blocked: string[] } | null
}

export const NO_SETTINGS: TenantSettings = { domains: [], certificateArn: null, webAclArn: null, countries: null }

export type TenantRecord = {
  /** The tenant's id: a label of a host name and a part of keys. */
  tenant: string
  kind: TenantKind
  status: TenantStatus
  /** A UUID, of this tenant since it was created; one that is deleted and created again has another. */
  uniqueId: string
  /** How often it was created: with the tenant's id it makes CloudFront's CallerReference. */
  generation: number
  /** Of the distribution or distribution tenant; null: not made yet. */
  awsId: string | null
  /** The distribution that serves it: its own, or the multi-tenant one. */
  distributionId: string | null
  /** A host name: `d111111abcdef8.cloudfront.net`, `shop.sites.example.com`. */
  domain: string | null
  settings: TenantSettings
  /** Where its objects are: keys of the bucket begin with the prefix and a slash. */
  bucket: string
  prefix: string
  /** Which bundle it has, by its version; null: none yet. */
  bundle: string | null
  /** Which of the groups that share functions and policies it is in, from 1 on; `shared` ones are all in 1. */
  shard: number
  /** ISO 8601, as `updatedAt`. */
  createdAt: string
  updatedAt: string
  /** What went wrong the last time; null: nothing. */
  lastError: string | null
  /** Who is at work on it, and when others may take over; null: nobody. */
  claim: { holder: string; until: string } | null
  /** Counts changes of the row: a change names the revision that it was made from. */
  revision: number
}

/** The row of a tenant that is to be made. @param earlier the row of a deleted tenant with that id; null: there is none */
export const newRecord = (
  earlier: TenantRecord | null,
  time: string,
  own: Pick<TenantRecord, 'tenant' | 'kind' | 'settings' | 'domain' | 'bucket' | 'prefix' | 'shard'>,
): TenantRecord => ({
  tenant: own.tenant,
  kind: own.kind,
  status: 'creating',
  uniqueId: randomUUID(),
  generation: (earlier?.generation ?? 0) + 1,
  awsId: null,
  distributionId: null,
  domain: own.domain,
  settings: own.settings,
  bucket: own.bucket,
  prefix: own.prefix,
  bundle: null,
  shard: own.shard,
  createdAt: time,
  updatedAt: time,
  lastError: null,
  claim: null,
  revision: earlier?.revision ?? 1,
})

/** Changes to the row of a tenant that has to be made again, since its resource at AWS is gone; one that was disabled stays so. */
export const anew = ({ generation, kind, domain, status }: TenantRecord): Partial<TenantRecord> => ({
  status: status === 'disabling' || status === 'disabled' ? 'disabled' : 'creating',
  generation: generation + 1,
  awsId: null,
  distributionId: null,
  domain: kind === 'shared' ? domain : null,
})
