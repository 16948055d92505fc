/** The distribution that the table is told to: behaviours that a config of ours could not all have. */
import type {
  Behaviour,
  CachePolicy,
  CorsConfig,
  OriginRequestPolicy,
  Policies,
  ResponseHeadersPolicy,
} from '../../../bundle/policies.ts'
import { KEY_GROUPS } from './signing.ts'

type Keyed = CachePolicy['ParametersInCacheKeyAndForwardedToOrigin']

type Settings = Partial<Omit<Behaviour, 'cachePolicy' | 'originRequestPolicy' | 'responseHeadersPolicy'>> & {
  /** Minimum, default and maximum. */
  ttls?: readonly [number, number, number]
  keyed?: Partial<Keyed>
  forwarded?: Partial<OriginRequestPolicy>
  response?: Partial<ResponseHeadersPolicy>
}

const list = <T>(...items: T[]) => ({ Quantity: items.length, Items: items })
const named = (...names: string[]) => ({ HeaderBehavior: 'whitelist', Headers: list(...names) }) as const
const BOTH = { EnableAcceptEncodingGzip: true, EnableAcceptEncodingBrotli: true }

const CORS: CorsConfig = {
  AccessControlAllowOrigins: list('*'),
  AccessControlAllowHeaders: list('*'),
  AccessControlAllowMethods: list('GET', 'HEAD'),
  AccessControlAllowCredentials: false,
  AccessControlMaxAgeSec: 600,
  OriginOverride: true,
}
const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']
const marked = (Value: string) => ({ CustomHeadersConfig: list({ Header: 'X-Behaviour', Value, Override: true }) })

const SETTINGS = {
  usual: {},
  minimum: { ttls: [60, 100, 1_000] },
  disabled: { ttls: [0, 0, 0], forwarded: { QueryStringsConfig: { QueryStringBehavior: 'all' } } },
  'no-default': { ttls: [0, 0, 1_000] },
  tight: { ttls: [0, 100, 100] },
  slow: { origin: 'slow' },
  bucket: { origin: 'bucket' },

  'methods-read': { allowedMethods: ['GET', 'HEAD'] },
  'methods-all': { allowedMethods: ALL_METHODS },
  'methods-options': { allowedMethods: ALL_METHODS, cachedMethods: ['GET', 'HEAD', 'OPTIONS'] },

  redirect: { viewerProtocolPolicy: 'redirect-to-https', allowedMethods: ALL_METHODS },
  'https-only': { viewerProtocolPolicy: 'https-only', allowedMethods: ALL_METHODS },

  compressed: { compress: true, keyed: BOTH },
  'compressed-gzip': { compress: true, keyed: { EnableAcceptEncodingGzip: true } },
  'compressed-unkeyed': { compress: true },
  encodings: { keyed: BOTH },

  'query-named': {
    keyed: { QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: list('color', 'b') } },
  },
  'query-except': { keyed: { QueryStringsConfig: { QueryStringBehavior: 'allExcept', QueryStrings: list('utm') } } },
  'query-all': { keyed: { QueryStringsConfig: { QueryStringBehavior: 'all' } } },
  'headers-named': { keyed: { HeadersConfig: named('Product', 'Accept-Language') } },
  'cookies-named': { keyed: { CookiesConfig: { CookieBehavior: 'whitelist', Cookies: list('country', 'a') } } },
  'cookies-all': { keyed: { CookiesConfig: { CookieBehavior: 'all' } } },

  'forward-named': {
    forwarded: {
      HeadersConfig: named('X-One', 'CloudFront-Forwarded-Proto', 'Accept-Language'),
      CookiesConfig: { CookieBehavior: 'whitelist', Cookies: list('a') },
      QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: list('a') },
    },
  },
  'forward-all': {
    forwarded: {
      HeadersConfig: { HeaderBehavior: 'allViewer' },
      CookiesConfig: { CookieBehavior: 'all' },
      QueryStringsConfig: { QueryStringBehavior: 'all' },
    },
  },
  'forward-except': {
    ttls: [0, 0, 0],
    allowedMethods: ALL_METHODS,
    forwarded: {
      HeadersConfig: { HeaderBehavior: 'allExcept', Headers: list('host', 'x-two') },
      CookiesConfig: { CookieBehavior: 'allExcept', Cookies: list('b') },
      QueryStringsConfig: { QueryStringBehavior: 'allExcept', QueryStrings: list('b') },
    },
  },

  policy: {
    response: {
      SecurityHeadersConfig: {
        StrictTransportSecurity: { Override: true, AccessControlMaxAgeSec: 63_072_000, IncludeSubdomains: true },
        ContentTypeOptions: { Override: true },
        FrameOptions: { Override: false, FrameOption: 'DENY' },
      },
      CustomHeadersConfig: list(
        { Header: 'X-Always', Value: 'policy', Override: true },
        { Header: 'X-Missing', Value: 'policy', Override: false },
        { Header: 'Cache-Control', Value: 'no-store', Override: true },
      ),
      RemoveHeadersConfig: list({ Header: 'Server' }, { Header: 'X-Powered-By' }, { Header: 'X-Always' }),
    },
  },
  signed: { trustedKeyGroups: ['members'] },
  'signed-by-two': { trustedKeyGroups: ['members', 'editors'] },
  'signed-query': {
    trustedKeyGroups: ['members'],
    keyed: { QueryStringsConfig: { QueryStringBehavior: 'all' } },
  },
  'signed-cookies': { trustedKeyGroups: ['members'], keyed: { CookiesConfig: { CookieBehavior: 'all' } } },
  'redirect-signed': { trustedKeyGroups: ['members'], viewerProtocolPolicy: 'redirect-to-https' },

  private: {
    trustedKeyGroups: ['members'],
    response: { CustomHeadersConfig: list({ Header: 'Cache-Control', Value: 'private', Override: false }) },
  },
  'policy-redirect': { viewerProtocolPolicy: 'redirect-to-https', response: marked('redirect') },
  'cors-any': { response: { CorsConfig: CORS }, allowedMethods: ['GET', 'HEAD', 'OPTIONS'] },
  'cors-list': {
    response: {
      CorsConfig: {
        ...CORS,
        AccessControlAllowOrigins: list('https://www.example.com', '*.example.org'),
        AccessControlAllowCredentials: true,
        AccessControlExposeHeaders: list('x-a'),
        OriginOverride: false,
      },
    },
  },

  failover: { origin: 'first' },
  'failover-all-methods': { origin: 'first', allowedMethods: ALL_METHODS },
  headed: {
    origin: 'headed',
    allowedMethods: ALL_METHODS,
    keyed: { HeadersConfig: named('X-Origin-Secret') },
    forwarded: { HeadersConfig: { HeaderBehavior: 'allViewer' } },
  },

  'match/a/b': { path: '/match/a/b*', response: marked('b') },
  'match/a': { path: 'match/a*', response: marked('a') },
  'match/?x': { path: '/match/?.jpg', response: marked('one') },
} satisfies Record<string, Settings>

export type BehaviourName = keyof typeof SETTINGS | 'default'

/** Origins by name: they are one server, but for their settings. */
export const ORIGINS: Policies['origins'] = {
  api: { domainName: 'api.example.com', originPath: '', s3: null },
  slow: { domainName: 'slow.example.com', originPath: '', s3: null },
  first: {
    domainName: 'first.example.com',
    originPath: '',
    s3: null,
    failover: { origin: 'second', statuses: [404, 503] },
  },
  second: { domainName: 'second.example.com', originPath: '', s3: null, headers: ['x-origin-secret'] },
  headed: { domainName: 'headed.example.com', originPath: '', s3: null, headers: ['x-origin-secret', 'x-valueless'] },
  bucket: {
    domainName: 'photos.s3.eu-central-1.amazonaws.com',
    originPath: '',
    s3: { bucket: 'photos', region: 'eu-central-1', prefix: '' },
  },
}

/** Values of the headers that CloudFront adds. */
export const ORIGIN_HEADER_VALUES = {
  second: { 'x-origin-secret': 'the second one' },
  headed: { 'X-Origin-Secret': 'of the distribution' },
}

export function policies(): Policies {
  const all: Record<string, Settings> = { ...SETTINGS, default: { path: '*', response: marked('default') } }
  const made = Object.entries(all).map(([name, settings]) => policiesOf(name, settings))
  return {
    domains: ['cdn.example.com'],
    origins: ORIGINS,
    keyGroups: KEY_GROUPS,
    keyValueStore: false,
    errorCachingMinimums: { 414: 0, 503: 30 },
    behaviours: made.map(({ behaviour }) => behaviour),
    cachePolicies: made.map(({ cache }) => cache),
    originRequestPolicies: made.map(({ originRequest }) => originRequest),
    responseHeadersPolicies: made.map(({ response }) => response),
  }
}

function policiesOf(Name: string, { ttls = [0, 100, 1_000], keyed, forwarded, response, ...settings }: Settings) {
  const [MinTTL, DefaultTTL, MaxTTL] = ttls
  const behaviour: Behaviour = {
    path: `/${Name}/*`,
    origin: 'api',
    originAccessControl: false,
    viewerProtocolPolicy: 'allow-all',
    allowedMethods: ['GET', 'HEAD', 'OPTIONS'],
    cachedMethods: ['GET', 'HEAD'],
    compress: false,
    trustedKeyGroups: [],
    cachePolicy: Name,
    originRequestPolicy: Name,
    responseHeadersPolicy: Name,
    ...settings,
  }
  const cache: CachePolicy = {
    Name,
    MinTTL,
    DefaultTTL,
    MaxTTL,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: false,
      EnableAcceptEncodingBrotli: false,
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
      ...keyed,
    },
  }
  const originRequest: OriginRequestPolicy = {
    Name,
    HeadersConfig: { HeaderBehavior: 'none' },
    CookiesConfig: { CookieBehavior: 'none' },
    QueryStringsConfig: { QueryStringBehavior: 'none' },
    ...forwarded,
  }
  return { behaviour, cache, originRequest, response: { Name, ...response } satisfies ResponseHeadersPolicy }
}

/** Thin functions: what passes through them is CloudFront's own doing, but for the paths that say otherwise. */
export const FUNCTIONS = {
  'viewer-request': `function handler(event) {
  const request = event.request
  if (request.uri.endsWith('/generated')) return { statusCode: 200, headers: { 'x-by': { value: 'function' } }, body: 'by the function' }
  if (request.uri.endsWith('/throws')) throw new Error('a fault of the function')
  if (request.uri.endsWith('/invalid')) return { statusCode: 200, headers: { 'x-cache': { value: 'mine' } } }
  return request
}`,
  'origin-request': `exports.handler = async (event) => {
  const request = event.Records[0].cf.request
  if (!request.uri.endsWith('/made')) return request
  return { status: '200', headers: { 'cache-control': [{ key: 'Cache-Control', value: 'max-age=60' }] }, body: 'by the Lambda' }
}`,
  'origin-response': 'exports.handler = async (event) => event.Records[0].cf.response',
}
