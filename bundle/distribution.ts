/**
 * The distribution that `policies.json` describes, before anybody's spelling of it: the template writes it for
 * CloudFormation, `tenants/` for CloudFront's API.
 */
import type { Behaviour, Policies } from './policies.ts'

export type DescribedOrigin = {
  id: string
  domainName: string
  /** Empty, or with a leading slash and none at the end. */
  originPath: string
  /** Who proves to the origin that it may ask: CloudFront, to a bucket; whoever presigned the URL; nobody, to an API. */
  access: 'signed' | 'presigned' | 'none'
}

export type DescribedBehaviour = Behaviour & { originId: string }

export type DescribedDistribution = {
  origins: DescribedOrigin[]
  /** In order, without the default one. */
  behaviours: DescribedBehaviour[]
  defaultBehaviour: DescribedBehaviour
  /** Error-caching minimum TTLs, in seconds. */
  errors: { status: number; seconds: number }[]
  /** The header that has cache tags; absent: none are kept. */
  cacheTagHeader?: string
}

export function describedDistribution(policies: Policies): DescribedDistribution {
  const behaviours = policies.behaviours.map((behaviour) => ({ ...behaviour, originId: originId(behaviour, policies) }))
  const byId = new Map(behaviours.map((behaviour) => [behaviour.originId, behaviour]))
  const origins = [...byId].map(([id, { origin, originAccessControl }]): DescribedOrigin => {
    const { domainName, originPath, s3 } = policies.origins[origin] as Policies['origins'][string]
    return { id, domainName, originPath, access: !s3 ? 'none' : originAccessControl ? 'signed' : 'presigned' }
  })
  return {
    origins,
    behaviours: behaviours.slice(0, -1),
    defaultBehaviour: behaviours.at(-1) as DescribedBehaviour,
    errors: Object.entries(policies.errorCachingMinimums).map(([status, seconds]) => ({
      status: Number(status),
      seconds,
    })),
    ...(policies.cacheTagHeader === undefined ? {} : { cacheTagHeader: policies.cacheTagHeader }),
  }
}

/** The two prefixes keep the ids apart, whatever the config calls its origins. */
const originId = ({ origin, originAccessControl }: Behaviour, { origins }: Policies): string =>
  origins[origin]?.s3 && !originAccessControl ? `presigned-${origin}` : `origin-${origin}`

/** Of origins that are no buckets. */
export const ORIGIN_PROTOCOL = { policy: 'https-only', tls: ['TLSv1.2'], port: 443 } as const

/** With a certificate. Developer Guide, "Supported protocols and ciphers between viewers and CloudFront". */
export const TLS = { sslSupportMethod: 'sni-only', minimumProtocolVersion: 'TLSv1.2_2021' } as const

export const HTTP_VERSION = 'http2and3'

/** Characters. CloudFront API, DistributionConfig, Comment. */
export const COMMENT_CHARACTERS = 128
