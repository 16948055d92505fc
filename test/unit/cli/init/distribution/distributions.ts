/** Distributions as CloudFront takes them, with what consoles and other tools put into them; `fast-check` picks. */
import { generateKeyPairSync } from 'node:crypto'
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import fc from 'fast-check'
import type { DistributionFacts } from '../../../../../cli/init/distribution/facts.ts'

export const PUBLIC_KEY = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({
  type: 'spki',
  format: 'pem',
}) as string

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined, freq: 2 })
const list = <T>(items: fc.Arbitrary<T[]>) => items.map((Items) => ({ Quantity: Items.length, Items }))
const someOf = (values: readonly string[], minLength: number, maxLength: number) =>
  list(fc.uniqueArray(fc.constantFrom(...values), { minLength, maxLength }))

const HOSTS = [
  'a-b.s3.eu-west-1.amazonaws.com',
  'pictures.s3.amazonaws.com',
  'old-one.s3-us-west-2.amazonaws.com',
  'my.site.s3-website-us-east-1.amazonaws.com',
  'abc.s3-website.eu-central-1.amazonaws.com',
  'api.example.com',
  'API.Example.com',
  'abc.execute-api.eu-west-1.amazonaws.com',
  'abc.lambda-url.eu-west-1.on.aws',
]

const IDS = ['S3-a', 'api', '1x', 'constructor', '__proto__', 'a b', 'with.dots', 'toString']

const originOf = (Id: string) =>
  fc.record({
    Id: fc.constant(Id),
    DomainName: fc.constantFrom(...HOSTS),
    OriginPath: fc.constantFrom('', '/prod', '/x/y', '/a b'),
    CustomHeaders: maybe(
      list(
        fc
          .uniqueArray(fc.constantFrom('X-Key', 'Referer', 'User-Agent', 'X_under'), { maxLength: 3 })
          .map((names) => names.map((HeaderName) => ({ HeaderName, HeaderValue: 'hidden' }))),
      ),
    ),
    OriginAccessControlId: maybe(fc.constantFrom('', 'E2')),
    CustomOriginConfig: maybe(
      fc.record({
        HTTPPort: fc.constant(80),
        HTTPSPort: fc.constantFrom(443, 8443),
        OriginProtocolPolicy: fc.constantFrom('http-only', 'match-viewer', 'https-only'),
      }),
    ),
    OriginShield: maybe(fc.record({ Enabled: fc.boolean(), OriginShieldRegion: fc.constant('eu-west-1') })),
  })

const groupOf = (names: readonly string[]) =>
  fc.record({
    Id: fc.constantFrom('group', 'other group'),
    FailoverCriteria: fc.record({
      StatusCodes: list(fc.uniqueArray(fc.constantFrom(403, 404, 416, 429, 500, 502, 503, 504), { minLength: 1 })),
    }),
    Members: list(
      fc
        .uniqueArray(fc.constantFrom(...names), { minLength: 2, maxLength: 2 })
        .map((ids) => ids.map((OriginId) => ({ OriginId }))),
    ),
  })

const HEADERS = [
  'Authorization',
  'Origin',
  'Accept',
  'Host',
  'CloudFront-Viewer-Country',
  'Accept-Language',
  'User-Agent',
  'Referer',
  'X_under',
  'Access-Control-Request-Method',
]

const NAMES = [
  ...['v', 'version', 'w', 'h', 'fm', 'q', 'fit', 'page', 'ids[]', 'a b', 'ünï', 'a+b', '%20', 'constructor'],
  ...['__proto__', '*', 'Signature', 'Expires', 'a&b', 'name{x}', 'dpr', "it's", 'a/b'],
]

const seconds = fc.constantFrom(0, 1, 10, 11, 90, 300, 3_600, 86_401, 31_536_000, 3_153_600_000)
const times = fc.record({ MinTTL: maybe(seconds), DefaultTTL: maybe(seconds), MaxTTL: maybe(seconds) })

const cachePolicy = fc
  .tuple(
    times,
    fc.record({
      QueryStringsConfig: fc.record({
        QueryStringBehavior: fc.constantFrom('none', 'whitelist', 'allExcept', 'all'),
        QueryStrings: someOf(NAMES, 1, 10),
      }),
      HeadersConfig: fc.record({
        HeaderBehavior: fc.constantFrom('none', 'whitelist'),
        Headers: someOf(HEADERS, 1, 8),
      }),
      CookiesConfig: fc.record({ CookieBehavior: fc.constantFrom('none', 'whitelist', 'all') }),
    }),
  )
  .map(([ttls, ParametersInCacheKeyAndForwardedToOrigin]) => ({
    Name: 'Mine',
    ...ttls,
    ParametersInCacheKeyAndForwardedToOrigin,
  }))

const ORIGINS = [
  ...['*', 'https://www.example.com', 'http://*.example.com', '*.example.com', 'example.com', 'https://example.com:*'],
  ...['HTTPS://Example.COM', 'http://localhost:3000', 'https://*', '*.org', 'https://192.0.2.1', 'localhost:3000'],
]

const cors = fc.record({
  AccessControlAllowOrigins: someOf(ORIGINS, 1, 5),
  AccessControlAllowHeaders: someOf(['*', 'Authorization', 'X-A', 'X_u'], 1, 3),
  AccessControlAllowMethods: someOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'ALL'], 1, 8),
  AccessControlExposeHeaders: maybe(someOf(['*', 'X-A', 'Content-Length'], 1, 3)),
  AccessControlAllowCredentials: fc.boolean(),
  AccessControlMaxAgeSec: maybe(fc.constantFrom(0, 5, 600, 2_147_483_647)),
  OriginOverride: fc.boolean(),
})

const OWN_HEADERS = [
  'X-A',
  'Cache-Control',
  'Server',
  'Link',
  'X_under',
  'Vary',
  'Date',
  'Permissions-Policy',
  'X-Cache',
]

const headersPolicy = fc.record({
  Name: fc.constant('Headers'),
  CorsConfig: maybe(cors),
  SecurityHeadersConfig: maybe(
    fc.record({
      XSSProtection: maybe(
        fc.constantFrom(
          { Protection: true, ModeBlock: true },
          { Protection: true, ReportUri: 'https://r.example.com' },
        ),
      ),
      FrameOptions: maybe(fc.record({ FrameOption: fc.constantFrom('DENY', 'SAMEORIGIN') })),
      ContentSecurityPolicy: maybe(
        fc.record({ ContentSecurityPolicy: fc.constantFrom("default-src 'none'", "default-src 'self';\n img-src *") }),
      ),
      StrictTransportSecurity: maybe(fc.record({ AccessControlMaxAgeSec: fc.constantFrom(0, 300) })),
    }),
  ),
  CustomHeadersConfig: maybe(
    list(
      fc
        .uniqueArray(fc.constantFrom(...OWN_HEADERS), { maxLength: 9 })
        .map((names) => names.map((Header, i) => ({ Header, Value: ['b', '', 'a "quoted"; b', 'ü'][i % 4] }))),
    ),
  ),
  RemoveHeadersConfig: maybe(
    list(
      fc
        .uniqueArray(fc.constantFrom('Server', 'X-Powered-By', 'Set-Cookie', 'ETag', 'Vary', 'Date', 'x-amz-meta-a'), {
          maxLength: 6,
        })
        .map((names) => names.map((Header) => ({ Header }))),
    ),
  ),
})

const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']

const behaviourOf = (targets: readonly string[]) =>
  fc
    .tuple(
      times,
      fc.record({
        TargetOriginId: fc.constantFrom(...targets),
        ViewerProtocolPolicy: fc.constantFrom('allow-all', 'https-only', 'redirect-to-https'),
        CachePolicyId: maybe(fc.constantFrom('c1', 'c2', 'nobody knows it')),
        OriginRequestPolicyId: maybe(fc.constant('o1')),
        ResponseHeadersPolicyId: maybe(fc.constantFrom('r1', 'r2', 'constructor')),
        AllowedMethods: maybe(fc.constantFrom({ Items: ['GET', 'HEAD'] }, { Items: ALL_METHODS })),
        ForwardedValues: maybe(
          fc.record({
            QueryString: fc.boolean(),
            QueryStringCacheKeys: maybe(someOf(NAMES, 0, 5)),
            Headers: maybe(someOf([...HEADERS, '*'], 0, 5)),
            Cookies: fc.record({ Forward: fc.constantFrom('none', 'all') }),
          }),
        ),
        TrustedKeyGroups: maybe(
          fc.constantFrom(
            { Enabled: true, Items: ['kg'] },
            { Enabled: true, Items: ['kg', 'odd'] },
            { Enabled: false },
          ),
        ),
        FunctionAssociations: maybe(
          fc.constant({ Items: [{ EventType: 'viewer-request', FunctionARN: 'arn:aws:cloudfront::1:function/a' }] }),
        ),
      }),
    )
    .map(([ttls, rest]) => ({ ...rest, ...ttls }))

const PATTERNS = [
  ...['*.jpg', '/*.jpg', 'images/*', '/images/*', '/images/?.png', '*/thumb/*', '/', '*', '/a$b/*', '/a"b"', '/a&b'],
  ...['~x', '/ABC', '/abc', "/it's", '/a@b', 'api/*', '/api/*', '/index.html', '/**', '//a', 'a?', '?', '/???'],
]

const configOf = (names: readonly string[], targets: readonly string[]) =>
  fc.record({
    CallerReference: fc.constant('by hand'),
    Comment: fc.constant(''),
    Enabled: fc.boolean(),
    Aliases: maybe(
      someOf(
        ['img.example.com', '*.example.com', 'IMG2.Example.com', 'a_b.example.com', 'xn--bcher-kva.example'],
        0,
        4,
      ),
    ),
    DefaultRootObject: fc.constantFrom('', 'index.html', '/index.html', 'a/index.html', 'index file.html', '/'),
    Origins: fc.tuple(...names.map(originOf)).map((Items) => ({ Quantity: Items.length, Items })),
    DefaultCacheBehavior: behaviourOf(targets),
    CacheBehaviors: list(
      fc
        .uniqueArray(fc.constantFrom(...PATTERNS), { maxLength: 6 })
        .chain((patterns) =>
          fc.tuple(...patterns.map((PathPattern) => behaviourOf(targets).map((one) => ({ PathPattern, ...one })))),
        ),
    ),
    CustomErrorResponses: maybe(
      list(
        fc
          .record({
            ErrorCode: fc.constantFrom(403, 404, 500),
            ErrorCachingMinTTL: maybe(fc.constantFrom(0, 10, 300, 2_147_483_647)),
            ResponsePagePath: fc.constantFrom('', '/404.html'),
          })
          .map((one) => [one]),
      ),
    ),
  })

/** What AWS has of a distribution: two policies of each kind, and two key groups. */
export const distributionFacts: fc.Arbitrary<DistributionFacts> = fc
  .uniqueArray(fc.constantFrom(...IDS), { minLength: 1, maxLength: 4 })
  .chain((names) => {
    const groups =
      names.length > 1
        ? fc.uniqueArray(groupOf(names), { selector: ({ Id }) => Id, maxLength: 2 })
        : fc.constant<{ Id: string }[]>([])
    return groups.chain((found) => {
      const config = configOf(names, [...names, ...found.map(({ Id }) => Id)]).map((one) => ({
        ...one,
        OriginGroups: { Quantity: found.length, Items: found },
      }))
      return fc.tuple(config, cachePolicy, cachePolicy, headersPolicy, headersPolicy)
    })
  })
  .map(([config, c1, c2, r1, r2]) => {
    const keys = [{ id: 'K', pem: PUBLIC_KEY }]
    const facts = {
      distribution: { id: 'EDFDVBD6EXAMPLE', domain: 'd1.cloudfront.net', config: config as DistributionConfig },
      policies: { cache: { c1, c2 }, originRequest: {}, responseHeaders: { r1, r2 } },
      keyGroups: { kg: { name: 'site', keys }, odd: { name: '__proto__', keys } },
    }
    return facts as unknown as DistributionFacts
  })
