/** The distribution that the suite is put to: functions that change nothing, and a policy that forwards all headers. */
import { join } from 'node:path'
import type { CachePolicy, Policies } from '../../bundle/policies.ts'
import { writeBundle, writeJson } from '../unit/local/fixture.ts'

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']

const NAMES = ['cached', 'uncached'] as const

/** Seconds. */
const DAY = 86_400
const YEAR = 31_536_000

export type Settings = {
  /** Names of headers in the cache key. */
  key: readonly string[]
  /** Of what states no lifetime, in seconds. */
  defaultTtl: number
  /** Seconds by status; 10 for any other. */
  errorCachingMinimums: Record<number, number>
}

/** What CloudFront has where nobody sets it: the TTL of a cache policy that is made in the console. */
export const PLAIN: Settings = { key: [], defaultTtl: DAY, errorCachingMinimums: {} }

/**
 * As one sets it for an origin that says itself what its responses vary by, and how long its errors may be kept; of 414 and 501
 * the suite's says nothing.
 */
export const BY_ORIGIN: Settings = {
  key: ['bar', 'baz', 'foo'],
  defaultTtl: DAY,
  errorCachingMinimums: Object.fromEntries(
    [400, 403, 404, 405, 410, 416, 500, 502, 503, 504].map((status) => [status, 0]),
  ),
}

/** A policy that names none has no list of them: CloudFront API Reference, CachePolicyHeadersConfig. */
const keyedBy = (names: readonly string[]): CachePolicy['ParametersInCacheKeyAndForwardedToOrigin']['HeadersConfig'] =>
  names.length === 0
    ? { HeaderBehavior: 'none' }
    : { HeaderBehavior: 'whitelist', Headers: { Quantity: names.length, Items: names } }

/** The suite's own requests, by which it prepares a test and looks at what its origin saw, are never cached. */
const policies = ({ key, defaultTtl, errorCachingMinimums }: Settings): Policies => ({
  domains: ['cdn.example.com'],
  origins: { origin: { domainName: 'origin.example.com', originPath: '', s3: null } },
  keyGroups: {},
  keyValueStore: false,
  errorCachingMinimums,
  behaviours: (['cached', 'uncached'] as const).map((name) => ({
    path: name === 'cached' ? '/test/*' : '*',
    origin: 'origin',
    originAccessControl: false,
    viewerProtocolPolicy: 'allow-all',
    allowedMethods: METHODS,
    cachedMethods: ['GET', 'HEAD'],
    compress: false,
    trustedKeyGroups: [],
    cachePolicy: name,
    originRequestPolicy: 'all-headers',
    responseHeadersPolicy: 'none',
  })),
  cachePolicies: NAMES.map((Name) => ({
    Name,
    MinTTL: 0,
    // Those of `CachingDisabled` are 0.
    DefaultTTL: Name === 'cached' ? defaultTtl : 0,
    MaxTTL: Name === 'cached' ? YEAR : 0,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: false,
      EnableAcceptEncodingBrotli: false,
      HeadersConfig: keyedBy(Name === 'cached' ? key : []),
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: Name === 'cached' ? 'all' : 'none' },
    },
  })),
  originRequestPolicies: [
    {
      Name: 'all-headers',
      HeadersConfig: { HeaderBehavior: 'allViewer' },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'all' },
    },
  ],
  responseHeadersPolicies: [{ Name: 'none' }],
})

const PASS_THROUGH = {
  'viewer-request': 'function handler(event) { return event.request }',
  'origin-request': 'exports.handler = async (event) => event.Records[0].cf.request',
  'origin-response': 'exports.handler = async (event) => event.Records[0].cf.response',
}

/** @returns the folder of the bundle */
export async function writeDistribution(folder: string, settings: Settings): Promise<string> {
  const dist = await writeBundle(folder, PASS_THROUGH)
  await writeJson(join(dist, 'policies.json'), policies(settings))
  return dist
}
