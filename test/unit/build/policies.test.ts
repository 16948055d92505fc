import { describe, expect, it, test } from 'vitest'
import { policiesOf } from '../../../build/policies.ts'
import type { Policies } from '../../../bundle/policies.ts'
import { settingsWith } from './settings.ts'

const policiesWith = (changes: Record<string, unknown>): Policies => policiesOf(settingsWith(changes))

/** The three policies of a route, without the names, which are hashes. */
function policiesFor(policies: Policies, route: number) {
  const behaviour = policies.behaviours[route] ?? expect.fail('no such route')
  const named = (list: { Name: string; Comment?: string }[], name: string) => {
    const { Name, ...config } = list.find(({ Name }) => Name === name) ?? expect.fail(`no policy is named ${name}`)
    expect(Name).toMatch(/^rimlight-[a-z-]+-[0-9a-f]{12}$/)
    return config
  }
  return {
    cache: named(policies.cachePolicies, behaviour.cachePolicy),
    originRequest: named(policies.originRequestPolicies, behaviour.originRequestPolicy),
    responseHeaders: named(policies.responseHeadersPolicies, behaviour.responseHeadersPolicy),
  }
}

const EVERY_RESPONSE = {
  SecurityHeadersConfig: {
    StrictTransportSecurity: {
      Override: true,
      AccessControlMaxAgeSec: 63_072_000,
      IncludeSubdomains: false,
      Preload: false,
    },
    ContentTypeOptions: { Override: true },
    ReferrerPolicy: { Override: true, ReferrerPolicy: 'strict-origin-when-cross-origin' },
  },
  CustomHeadersConfig: {
    Quantity: 1,
    Items: [{ Header: 'cross-origin-resource-policy', Value: 'cross-origin', Override: true }],
  },
  RemoveHeadersConfig: {
    Quantity: 5,
    Items: [
      { Header: 'x-amz-id-2' },
      { Header: 'x-amz-request-id' },
      { Header: 'x-amz-version-id' },
      { Header: 'x-amz-server-side-encryption' },
      { Header: 'server' },
    ],
  },
}

test('a route with images', () => {
  const policies = policiesWith({ 'routes[2].images': true, 'routes[2].cors': { origins: '*' } })
  expect(policiesFor(policies, 2)).toEqual({
    cache: {
      Comment: 'Rimlight: keyed on the path, crop, fit, fm, h, q, v, w',
      MinTTL: 0,
      DefaultTTL: 86_400,
      MaxTTL: 31_536_000,
      ParametersInCacheKeyAndForwardedToOrigin: {
        EnableAcceptEncodingGzip: true,
        EnableAcceptEncodingBrotli: true,
        HeadersConfig: { HeaderBehavior: 'none' },
        CookiesConfig: { CookieBehavior: 'none' },
        QueryStringsConfig: {
          QueryStringBehavior: 'whitelist',
          QueryStrings: { Quantity: 7, Items: ['crop', 'fit', 'fm', 'h', 'q', 'v', 'w'] },
        },
      },
    },
    originRequest: {
      Comment: 'Rimlight: the cache key, accept, cloudfront-forwarded-proto',
      HeadersConfig: {
        HeaderBehavior: 'whitelist',
        Headers: { Quantity: 2, Items: ['accept', 'cloudfront-forwarded-proto'] },
      },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    },
    responseHeaders: {
      Comment: 'Rimlight: headers of every response, and CORS',
      CorsConfig: {
        AccessControlAllowOrigins: { Quantity: 1, Items: ['*'] },
        AccessControlAllowHeaders: { Quantity: 1, Items: ['*'] },
        AccessControlAllowMethods: { Quantity: 2, Items: ['GET', 'HEAD'] },
        AccessControlAllowCredentials: false,
        OriginOverride: true,
      },
      ...EVERY_RESPONSE,
    },
  })
  expect(policies.behaviours[2]).toMatchObject({
    path: '/*',
    origin: 'photos',
    viewerProtocolPolicy: 'redirect-to-https',
    allowedMethods: ['GET', 'HEAD', 'OPTIONS'],
    cachedMethods: ['GET', 'HEAD'],
    compress: true,
  })
})

test('an API route: the headers and parameters that it names, sorted', () => {
  const policies = policiesWith({
    'routes[1].cache': { default: 60, max: '1h', min: 5 },
    'routes[1].query': ['term', 'page'],
    'routes[1].headers': ['X-Tenant', 'authorization'],
  })
  const { cache, originRequest, responseHeaders } = policiesFor(policies, 1)
  expect(cache).toEqual({
    Comment: 'Rimlight: keyed on the path, page, term, v',
    MinTTL: 5,
    DefaultTTL: 60,
    MaxTTL: 3_600,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: true,
      EnableAcceptEncodingBrotli: true,
      HeadersConfig: {
        HeaderBehavior: 'whitelist',
        Headers: { Quantity: 2, Items: ['authorization', 'x-tenant'] },
      },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: {
        QueryStringBehavior: 'whitelist',
        QueryStrings: { Quantity: 3, Items: ['page', 'term', 'v'] },
      },
    },
  })
  expect(originRequest).toMatchObject({
    HeadersConfig: { HeaderBehavior: 'whitelist', Headers: { Quantity: 1, Items: ['cloudfront-forwarded-proto'] } },
  })
  expect(responseHeaders).toEqual({
    ...EVERY_RESPONSE,
    Comment: 'Rimlight: headers of every private response',
    CustomHeadersConfig: {
      Quantity: 2,
      Items: [
        ...EVERY_RESPONSE.CustomHeadersConfig.Items,
        { Header: 'cache-control', Value: 'private', Override: false },
      ],
    },
  })
  expect(policies.behaviours[1]).toMatchObject({
    allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
    compress: true,
  })
})

test('an API route whose key has no authorization: nothing is said of who may keep its responses', () => {
  const policies = policiesWith({ 'routes[1].cache': {}, 'routes[1].headers': ['x-tenant'] })
  expect(policiesFor(policies, 1).responseHeaders).toEqual({
    Comment: 'Rimlight: headers of every response',
    ...EVERY_RESPONSE,
  })
})

test('a `never` route: nothing is cached, everything but the host goes on', () => {
  const policies = policiesWith({})
  const { cache, originRequest } = policiesFor(policies, 0)
  expect(cache).toEqual({
    Comment: 'Rimlight: never cached',
    MinTTL: 0,
    DefaultTTL: 0,
    MaxTTL: 0,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: false,
      EnableAcceptEncodingBrotli: false,
      HeadersConfig: { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    },
  })
  expect(originRequest).toEqual({
    Comment: 'Rimlight: everything but the host',
    HeadersConfig: { HeaderBehavior: 'allExcept', Headers: { Quantity: 1, Items: ['host'] } },
    CookiesConfig: { CookieBehavior: 'all' },
    QueryStringsConfig: { QueryStringBehavior: 'all' },
  })
  expect(policies.behaviours[0]).toMatchObject({
    allowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
    compress: false,
  })
})

test('a route that keys on nothing but the path', () => {
  const { cache } = policiesFor(policiesWith({ 'routes[2].version': null }), 2)
  expect(cache).toMatchObject({
    ParametersInCacheKeyAndForwardedToOrigin: { QueryStringsConfig: { QueryStringBehavior: 'none' } },
  })
})

test('CORS for a list of origins, remembered for a while', () => {
  const cors = { origins: ['https://a.example.com', 'https://b.example.com'], maxAge: '1d' }
  const { responseHeaders } = policiesFor(policiesWith({ 'routes[2].cors': cors }), 2)
  expect(responseHeaders).toMatchObject({
    CorsConfig: {
      AccessControlAllowOrigins: { Quantity: 2, Items: ['https://a.example.com', 'https://b.example.com'] },
      AccessControlMaxAgeSec: 86_400,
    },
  })
})

test('every security header that a policy has a field for', () => {
  const { responseHeaders } = policiesFor(
    policiesWith({
      'headers.dropResponse': [],
      'headers.setResponse': {
        'cross-origin-resource-policy': null,
        'strict-transport-security': 'max-age=10; includeSubDomains; preload',
        'x-frame-options': 'DENY',
        'content-security-policy': 'sandbox',
        'x-xss-protection': '1; mode=block',
        'referrer-policy': 'origin',
      },
    }),
    2,
  )
  expect(responseHeaders).toEqual({
    Comment: 'Rimlight: headers of every response',
    SecurityHeadersConfig: {
      StrictTransportSecurity: {
        Override: true,
        AccessControlMaxAgeSec: 10,
        IncludeSubdomains: true,
        Preload: true,
      },
      ContentTypeOptions: { Override: true },
      FrameOptions: { Override: true, FrameOption: 'DENY' },
      ContentSecurityPolicy: { Override: true, ContentSecurityPolicy: 'sandbox' },
      XSSProtection: { Override: true, Protection: true, ModeBlock: true },
      ReferrerPolicy: { Override: true, ReferrerPolicy: 'origin' },
    },
  })
})

describe('sharing', () => {
  const same = { path: '/static/*', origin: 'photos', cache: {} }
  const routes = [same, { ...same, path: '/fonts/*', missing: '1h', settle: '1h' }, { ...same, path: '/*' }]

  it('routes with the same content have the same policies', () => {
    const policies = policiesWith({ routes })
    expect(policies.behaviours.map(({ path }) => path)).toEqual(['/static/*', '/fonts/*', '/*'])
    expect(policies.cachePolicies).toHaveLength(1)
    expect(policies.originRequestPolicies).toHaveLength(1)
    expect(policies.responseHeadersPolicies).toHaveLength(1)
  })

  it('one difference makes another policy of one kind', () => {
    const policies = policiesWith({ routes: [same, { ...same, path: '/fonts/*', cache: { default: 5 } }, routes[2]] })
    expect(policies.cachePolicies).toHaveLength(2)
    expect(policies.originRequestPolicies).toHaveLength(1)
  })

  const different = (count: number) => [
    ...Array.from({ length: count - 1 }, (_, i) => ({ ...same, path: `/${i}/*`, cache: { default: i } })),
    { ...same, path: '/*' },
  ]

  it('20 of a kind are as many as an account can have', () => {
    expect(policiesWith({ routes: different(20) }).cachePolicies).toHaveLength(20)
    expect(() => policiesWith({ routes: different(21) })).toThrow(
      'the routes need more than 20 different cache policies, as many as an account can have; let routes share their settings',
    )
  })
})

test('a comment has 128 characters at most', () => {
  const { cache } = policiesFor(policiesWith({ 'routes[1].query': ['a'.repeat(100), 'b'.repeat(100)] }), 1)
  expect(cache.Comment).toHaveLength(128)
})
