/** What the handlers need of the distribution besides behaviours and policies. */

import type { Origin } from '../bundle/policies.ts'
import { type ApiOriginSettings, isS3, type S3OriginSettings, type Settings } from '../bundle/settings.ts'
import { canonicalPath } from '../edge/path.ts'
import { bucketDomains } from '../urls/s3-domains.ts'
import { nearestShield, regionInDomain } from './shield.ts'

/**
 * Seconds, by status. What the handlers let live shorter than CloudFront's default of 10 needs a lower minimum:
 * a missing object that was asked for by version, and the 5xx that must not outlive their cause.
 * Developer Guide, "How CloudFront caches HTTP 4xx and 5xx status codes".
 */
export const ERROR_CACHING_MINIMUMS: Record<string, number> = { 404: 0, 500: 5, 502: 5, 503: 5, 504: 5 }

export const policyOrigins = (settings: Settings): Record<string, Origin> =>
  Object.fromEntries(Object.entries(settings.origins).map(([name, origin]) => [name, toOrigin(origin)]))

function toOrigin(origin: S3OriginSettings | ApiOriginSettings): Origin {
  const { failover } = origin
  const shield = shieldOf(origin)
  const common = { ...(shield ? { shield } : {}), ...(failover ? { failover } : {}) }
  if (!isS3(origin)) {
    const { domain, path = '', headers = [] } = origin
    return { domainName: domain, originPath: path, s3: null, ...(headers.length > 0 ? { headers } : {}), ...common }
  }
  const { bucket, region } = origin
  return {
    domainName: bucketDomains(bucket, region)[0],
    originPath: '',
    s3: { bucket, region, prefix: pathOfPrefix(origin.prefix ?? '') },
    ...common,
  }
}

/** The Region of an origin's shield; `undefined`: it has none, or none is known for where it is. */
export const shieldOf = (origin: S3OriginSettings | ApiOriginSettings): string | undefined =>
  origin.shield === true ? nearestShield(regionOf(origin) ?? '') : origin.shield

export const regionOf = (origin: S3OriginSettings | ApiOriginSettings): string | undefined =>
  isS3(origin) ? origin.region : regionInDomain(origin.domain)

/** A key prefix, which is text, as the beginning of a canonical path. */
export const pathOfPrefix = (prefix: string): string =>
  prefix
    .split('/')
    .filter((part) => part !== '')
    .map((part) => canonicalPath(`/${encodeURIComponent(part)}`))
    .join('')
