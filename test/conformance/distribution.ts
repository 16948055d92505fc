/** The distribution that the suite is put to: functions that change nothing, and a policy that forwards all headers. */
import { join } from 'node:path'
import type { Policies } from '../../bundle/policies.ts'
import { writeBundle, writeJson } from '../unit/local/fixture.ts'

const METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']

const NAMES = ['cached', 'uncached'] as const

/** Seconds: minimum, default and maximum TTL of a cache policy that is made in the console, and of `CachingDisabled`. */
const TTLS = { cached: [0, 86_400, 31_536_000], uncached: [0, 0, 0] } as const

/** The suite's own requests, by which it prepares a test and looks at what its origin saw, are never cached. */
const policies: Policies = {
  domains: ['cdn.example.com'],
  origins: { origin: { domainName: 'origin.example.com', originPath: '', s3: null } },
  keyGroups: {},
  keyValueStore: false,
  errorCachingMinimums: {},
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
      HeadersConfig: { HeaderBehavior: 'none' },
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
}

const PASS_THROUGH = {
  'viewer-request': 'function handler(event) { return event.request }',
  'origin-request': 'exports.handler = async (event) => event.Records[0].cf.request',
  'origin-response': 'exports.handler = async (event) => event.Records[0].cf.response',
}

/** @returns the folder of the bundle */
export async function writeDistribution(folder: string): Promise<string> {
  const dist = await writeBundle(folder, PASS_THROUGH)
  await writeJson(join(dist, 'policies.json'), policies)
  return dist
}
