/** What all tenants have in common: a bundle, and how things are called at AWS. */
import { createHash } from 'node:crypto'
import { InputError, unexpectedInput } from '../base/errors.ts'
import type { BuiltBundle } from '../bundle/read-bundle.ts'
import {
  checkTenantDomain,
  checkTenantKeyPrefix,
  TENANT_KEY_PREFIX,
  tenantBucket,
  tenantPrefix,
} from '../bundle/tenant.ts'
import type { TenantRecord } from './record.ts'

export type SiteOptions = {
  /** What names at AWS hold, so that two sites of one account share nothing; default: made of the first of `domains`. */
  name?: string | undefined
  /** `shared` tenants are `TENANT.domain`; default: the first of the config's `domains`. */
  domain?: string | undefined
  /** What keys begin with before the tenant's id; `''`: nothing; default `tenants`. */
  keyPrefix?: string | undefined
  /** ARN of a certificate of ACM in us-east-1 for `*.domain`; without it each `shared` tenant is given one of its own. */
  certificateArn?: string | undefined
}

export type TenantSite = {
  name: string
  domain: string
  keyPrefix: string
  certificateArn: string | null
  bundle: BuiltBundle
  /** Of the bundle: 16 hex digits that another build has others of. */
  version: string
  /** The first bucket of the config, where tenants' objects are. */
  bucket: string
}

/** Characters that a function's 64 leave: `rimlight-NAME-5-12345678-viewer-request`. CloudFront API, FunctionName. */
const NAME_CHARACTERS = 24

/** @throws InputError for a bundle without a bucket, with private routes or origin headers, and for options that are none */
export function tenantSite(bundle: BuiltBundle, options: SiteOptions = {}): TenantSite {
  const { policies, manifest } = bundle
  const domain = options.domain ?? policies.domains[0] ?? ''
  const name = options.name ?? nameOf(policies.domains[0] ?? '')
  const keyPrefix = options.keyPrefix ?? TENANT_KEY_PREFIX
  if (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name) || name.length > NAME_CHARACTERS) {
    throw unexpectedInput({
      at: '--site',
      code: 'option-value',
      expected: `at most ${NAME_CHARACTERS} lower-case letters, digits and hyphens`,
      found: JSON.stringify(name),
    })
  }
  checkTenantDomain(domain, '--domain')
  checkTenantKeyPrefix(keyPrefix, '--key-prefix')
  const { bucket } = tenantBucket(bundle)
  const withHeaders = Object.keys(policies.origins).filter((name) => policies.origins[name]?.headers)
  if (withHeaders.length > 0) {
    throw new InputError(
      `expected a bundle whose origins have no headers, found ${withHeaders.join(', ')}: their values are parameters of the template, which tenants have none of; give those routes a distribution of their own with \`rimlight template\``,
      { code: 'origin-headers', expected: 'origins without headers', found: withHeaders.join(', ') },
    )
  }
  const { config, policies: policiesFile, artefacts } = manifest
  const parts = [config.sha256, policiesFile.sha256, ...Object.values(artefacts).map(({ sha256 }) => sha256)]
  const version = sha256(parts.join('\n')).slice(0, 16)
  return { name, domain, keyPrefix, certificateArn: options.certificateArn ?? null, bundle, version, bucket }
}

/** `cdn.example.com` is `cdn-example-com`; a longer one ends in a hash. */
function nameOf(domain: string): string {
  const name = domain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '')
  if (name.length <= NAME_CHARACTERS) return name
  return `${name.slice(0, NAME_CHARACTERS - 7).replace(/-+$/, '')}-${sha256(domain).slice(0, 6)}`
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What the keys of a tenant begin with, before a slash. */
export const prefixOf = ({ keyPrefix }: TenantSite, tenant: string): string => tenantPrefix(keyPrefix, tenant)

/** At most 128 characters: CloudFront API, CreateDistributionTenant, Name. */
export const tenantName = (site: TenantSite, tenant: string): string => `rimlight-${site.name}-${tenant}`

export const connectionGroupName = (site: TenantSite): string => `rimlight-${site.name}`

/** Of what the tenants of a shard share; `hash` tells the functions of builds apart. */
export const shardName = (site: TenantSite, shard: number): string => `${site.name}-${shard}`

/** A request with the same one is the same request: CloudFront API, DistributionConfig, CallerReference. */
export const callerReference = (site: TenantSite, what: string, generation: number): string =>
  `rimlight-${sha256(JSON.stringify([site.name, what, generation])).slice(0, 40)}`

/** What is made for a tenant carries these, so that it is found again whatever happens to the store. */
export const tagsOf = (site: TenantSite, { tenant, uniqueId }: Pick<TenantRecord, 'tenant' | 'uniqueId'>) => [
  ...siteTags(site),
  { Key: TENANT_TAG, Value: tenant },
  { Key: 'rimlight:unique-id', Value: uniqueId },
]

export const siteTags = (site: TenantSite) => [{ Key: SITE_TAG, Value: site.name }]

export const SITE_TAG = 'rimlight:site'
export const TENANT_TAG = 'rimlight:tenant'
export const BUNDLE_TAG = 'rimlight:bundle'
