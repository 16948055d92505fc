/**
 * Whether a distribution, and the role that makes renditions, may read the buckets of its cached routes. To a viewer a permission
 * that lacks looks like an object that is missing, so the policies are read instead. Developer Guide, "Restrict access to an
 * Amazon S3 origin"; S3 User Guide, "Using server-side encryption with AWS KMS keys".
 */
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { bucketDomains } from '../../urls/s3-domains.ts'
import type { Calls } from '../attach/calls.ts'
import type { Identity } from '../attach/distribution.ts'
import { elsewhere } from '../aws/bucket-region.ts'
import type { PolicyPrincipal, PolicyRequest } from '../aws/policy-verdict.ts'
import { type BucketAccess, bucketAccess } from '../template/bucket-access.ts'
import { bucketKeyOf, bucketPolicyOf, bucketRegionOf, keyNamed } from './bucket-calls.ts'
import { type Asked, type Finding, keyFindings, readerFindings, roleFindings, UNREADABLE } from './bucket-findings.ts'

export type BucketStatus = {
  bucket: string
  /** The config's. */
  region: string
  /** Names in the config. */
  origins: string[]
  /** By the distribution, and by the role where routes have images. Null: it could not be told. */
  isReadable: boolean | null
  problems: string[]
  /** What could not be looked at, and what no policy tells. */
  notes: string[]
}

export type BucketReaders = {
  distribution: { id: string; config: DistributionConfig }
  identity: Identity
  /** ARN of the role of origin-response. */
  role: string
}

/** One for each bucket that a cached route uses, in the order of the routes. */
export async function bucketStatuses(
  calls: Calls,
  readers: BucketReaders,
  bundle: BuiltBundle,
): Promise<BucketStatus[]> {
  const statuses: BucketStatus[] = []
  for (const access of bucketAccess(bundle).filter(({ read }) => read.length > 0)) {
    const found = await findingsFor(calls, access, readers)
    const texts = (...kinds: Finding['kind'][]) =>
      found.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text)
    const problems = texts('problem')
    statuses.push({
      bucket: access.bucket,
      region: access.region,
      origins: access.origins,
      isReadable: problems.length > 0 ? false : texts('unknown').length > 0 ? null : true,
      problems,
      notes: texts('unknown', 'note'),
    })
  }
  return statuses
}

async function findingsFor(calls: Calls, access: BucketAccess, readers: BucketReaders): Promise<Finding[]> {
  const { bucket, region, origins } = access
  const reader = readerOf(access, readers)
  if (!reader) return [{ kind: 'unknown', text: 'no origin access control or identity reads it: it has to be public' }]
  const place = await bucketRegionOf(calls, bucket, region)
  if (place.kind === 'none')
    return [{ kind: 'problem', text: `expected a bucket of this name, found none: ${UNREADABLE}` }]
  if (place.kind === 'found' && place.value !== region) {
    const text = `expected it in ${region}, found it in ${place.value}: ${elsewhere(origins.join(', '), region)}`
    return [{ kind: 'problem', text }]
  }
  return [
    ...(place.kind === 'unknown' ? [notKnown('whether it is there, and where', place.why)] : []),
    ...(await policyFindings(calls, access, readers, reader)),
    ...(await encryptionFindings(calls, access, readers, reader)),
  ]
}

const notKnown = (what: string, why: string): Finding => ({ kind: 'unknown', text: `not known ${what}: ${why}` })

async function policyFindings(
  calls: Calls,
  access: BucketAccess,
  readers: BucketReaders,
  reader: PolicyPrincipal,
): Promise<Finding[]> {
  const policy = await bucketPolicyOf(calls, access.bucket, access.region)
  if (policy.kind === 'unknown') return [notKnown('whether its policy lets the distribution read', policy.why)]
  const document = policy.kind === 'found' ? policy.value : {}
  const arn = `arn:${readers.identity.partition}:s3:::${access.bucket}`
  return [
    ...readerFindings(document, access, requestsOf(reader, readers), { arn, distribution: readers.distribution.id }),
    ...roleFindings(document, access, requestsOf(roleOf(readers), readers), arn),
  ]
}

async function encryptionFindings(
  calls: Calls,
  { bucket, region, images }: BucketAccess,
  readers: BucketReaders,
  reader: PolicyPrincipal,
): Promise<Finding[]> {
  const name = await bucketKeyOf(calls, bucket, region)
  if (name.kind === 'none') return []
  if (name.kind === 'unknown') return [notKnown('whether a key of KMS keeps the distribution from reading', name.why)]
  const key = await keyNamed(calls, name.value, region)
  if (key.kind === 'unknown') return [notKnown(`whether the key ${name.value} lets the distribution decrypt`, key.why)]
  if (key.kind === 'none') {
    return [{ kind: 'problem', text: `expected the key ${name.value} in ${region}, found none: ${UNREADABLE}` }]
  }
  const role = images.length > 0 ? requestsOf(roleOf(readers), readers) : null
  return keyFindings(key.value, { reader: requestsOf(reader, readers), role }, readers.distribution.id)
}

/** Who reads for CloudFront: it itself, in the name of the distribution, or an identity; `undefined`: anybody. */
function readerOf({ bucket, region }: BucketAccess, { distribution }: BucketReaders): PolicyPrincipal | undefined {
  const domains = bucketDomains(bucket, region)
  const origins = (distribution.config.Origins?.Items ?? []).filter(({ DomainName = '' }) =>
    domains.includes(DomainName.toLowerCase()),
  )
  if (origins.some(({ OriginAccessControlId }) => OriginAccessControlId)) {
    return { kind: 'service', name: 'cloudfront.amazonaws.com' }
  }
  const [, id] = origins.flatMap(
    ({ S3OriginConfig }) => /([^/]+)$/.exec(S3OriginConfig?.OriginAccessIdentity ?? '') ?? [],
  )
  return id === undefined
    ? undefined
    : { kind: 'identity', arn: `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${id}` }
}

const roleOf = ({ role, identity }: BucketReaders): PolicyPrincipal => ({
  kind: 'role',
  arn: role,
  account: identity.account,
})

/** What is known of these requests: none of them comes out of a network of one's own, and a service is no user of an account. */
function requestsOf(principal: PolicyPrincipal, { identity, distribution }: BucketReaders): Asked {
  const { account, partition } = identity
  const isService = principal.kind === 'service'
  const context: PolicyRequest['context'] = {
    'aws:securetransport': 'true',
    'aws:sourcevpc': null,
    'aws:sourcevpce': null,
    'aws:sourcearn': isService ? `arn:${partition}:cloudfront::${account}:distribution/${distribution.id}` : null,
    'aws:sourceaccount': isService ? account : null,
    'aws:principalisawsservice': `${isService}`,
    'aws:principalservicename': isService ? principal.name : null,
    'aws:principalarn': isService ? null : principal.arn,
    ...(isService ? { 'aws:principalaccount': null, 'aws:principalorgid': null, 'aws:userid': null } : {}),
    ...(principal.kind === 'role' ? { 'aws:principalaccount': account } : {}),
  }
  return (action, resource) => ({ principal, action, resource, context })
}
