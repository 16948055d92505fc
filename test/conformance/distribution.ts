/** The distribution that the suite is put to: functions that change nothing, and a policy that forwards all headers. */
import { join } from 'node:path'
import type { CachePolicy, Policies } from '../../bundle/policies.ts'
import { writeBundle, writeJson } from '../unit/local/fixture.ts'

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']

const NAMES = ['cached', 'uncached'] as const

/** Seconds: minimum, default and maximum TTL of a cache policy that is made in the console, and of `CachingDisabled`. */
const TTLS = { cached: [0, 86_400, 31_536_000], uncached: [0, 0, 0] } as const

export type Settings = {
  /** Names of headers in the cache key. */
  key: readonly string[]
  /** Seconds, for all errors. */
  errorCachingMinimum: number
}

/** What CloudFront has where nobody sets it. */
export const PLAIN: Settings = { key: [], errorCachingMinimum: 10 }

/** As one sets it for an origin that says itself what its responses vary by, and how long its errors may be kept. */
export const BY_ORIGIN: Settings = { key: ['bar', 'baz', 'foo'], errorCachingMinimum: 0 }

/** Statuses that have an error-caching minimum: Developer Guide, "Control how long CloudFront caches errors". */
const ERRORS = [400, 403, 404, 405, 410, 414, 416, 500, 501, 502, 503, 504]

/** A policy that names none has no list of them: CloudFront API Reference, CachePolicyHeadersConfig. */
const keyedBy = (names: readonly string[]): CachePolicy['ParametersInCacheKeyAndForwardedToOrigin']['HeadersConfig'] =>
  names.length === 0
    ? { HeaderBehavior: 'none' }
    : { HeaderBehavior: 'whitelist', Headers: { Quantity: names.length, Items: names } }

/** The suite's own requests, by which it prepares a test and looks at what its origin saw, are never cached. */
const policies = ({ key, errorCachingMinimum }: Settings): Policies => ({
  domains: ['cdn.example.com'],
  origins: { origin: { domainName: 'origin.example.com', originPath: '', s3: null } },
  keyGroups: {},
  keyValueStore: false,
  errorCachingMinimums: Object.fromEntries(ERRORS.map((status) => [status, errorCachingMinimum])),
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
    MinTTL: TTLS[Name][0],
    DefaultTTL: TTLS[Name][1],
    MaxTTL: TTLS[Name][2],
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
