/**
 * The distribution that `policies.json` describes, before anybody's spelling of it: the template writes it for
 * CloudFormation, `tenants/` for CloudFront's API.
 */
import { type Behaviour, failoverOf, type Policies } from './policies.ts'

export type DescribedOrigin = {
  id: string
  /** In the config. */
  name: string
  domainName: string
  /** Empty, or with a leading slash and none at the end. */
  originPath: string
  /** Who proves to the origin that it may ask: CloudFront, to a bucket; whoever presigned the URL; nobody, to an API. */
  access: 'signed' | 'presigned' | 'none'
  /** Names of the headers that CloudFront adds. */
  headers: readonly string[]
  /** The AWS Region of its Origin Shield, or none. */
  shield: string | null
}

/** An origin group: ids of the origin and of the one that is asked where it fails. */
export type DescribedGroup = { id: string; members: readonly [string, string]; statuses: readonly number[] }

/** `originId`: of an origin, or of a group. */
export type DescribedBehaviour = Behaviour & { originId: string }

export type DescribedDistribution = {
  origins: DescribedOrigin[]
  groups: DescribedGroup[]
  /** In order, without the default one. */
  behaviours: DescribedBehaviour[]
  defaultBehaviour: DescribedBehaviour
  /** Error-caching minimum TTLs, in seconds. */
  errors: { status: number; seconds: number }[]
  /** The header that has cache tags; absent: none are kept. */
  cacheTagHeader?: string
}

export function describedDistribution(policies: Policies): DescribedDistribution {
  const origins = new Map<string, DescribedOrigin>()
  const groups = new Map<string, DescribedGroup>()
  const behaviours = policies.behaviours.map((behaviour) => {
    const origin = describedOrigin(behaviour, policies)
    origins.set(origin.id, origin)
    const failover = failoverOf(behaviour, policies)
    if (!failover) return { ...behaviour, originId: origin.id }
    const other = describedOrigin({ ...behaviour, origin: failover.origin }, policies)
    origins.set(other.id, other)
    const id = `failover-${behaviour.origin}`
    groups.set(id, { id, members: [origin.id, other.id], statuses: failover.statuses })
    return { ...behaviour, originId: id }
  })
  return {
    origins: [...origins.values()],
    groups: [...groups.values()],
    behaviours: behaviours.slice(0, -1),
    defaultBehaviour: behaviours.at(-1) as DescribedBehaviour,
    errors: Object.entries(policies.errorCachingMinimums).map(([status, seconds]) => ({
      status: Number(status),
      seconds,
    })),
    ...(policies.cacheTagHeader === undefined ? {} : { cacheTagHeader: policies.cacheTagHeader }),
  }
}

/**
 * The two prefixes keep the ids apart, whatever the config calls its origins. Nothing that is presigned is cached, so that there is
 * nothing for a shield to keep.
 */
function describedOrigin({ origin: name, originAccessControl }: Behaviour, { origins }: Policies): DescribedOrigin {
  const { domainName, originPath, s3, headers = [], shield = null } = origins[name] as Policies['origins'][string]
  const origin = { name, domainName, originPath, headers }
  return s3 && !originAccessControl
    ? { id: `presigned-${name}`, ...origin, access: 'presigned', shield: null }
    : { id: `origin-${name}`, ...origin, access: s3 ? 'signed' : 'none', shield }
}

/** How CloudFront speaks to origins that are no buckets. */
export const ORIGIN_PROTOCOL = { policy: 'https-only', tls: ['TLSv1.2'], port: 443 } as const

/** How viewers connect where the distribution has a certificate of its own. Developer Guide, "Supported protocols and ciphers between viewers and CloudFront". */
export const TLS = { sslSupportMethod: 'sni-only', minimumProtocolVersion: 'TLSv1.2_2021' } as const

export const HTTP_VERSION = 'http2and3'

/** Characters. CloudFront API, DistributionConfig, Comment. */
export const COMMENT_CHARACTERS = 128
