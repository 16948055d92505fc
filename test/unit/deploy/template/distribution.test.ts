import { describe, expect, it } from 'vitest'
import { bundleOf, CONFIG } from './bundles.ts'
import {
  behavioursOf,
  distributionConfig,
  joined,
  onlyResource,
  policyOf,
  resourcesOf,
  templateFor,
} from './templates.ts'

const template = templateFor(bundleOf(CONFIG))

describe('the distribution', () => {
  it('has a behaviour for each route in order, the last one as the default', () => {
    const { CacheBehaviors, DefaultCacheBehavior } = distributionConfig(template)
    expect((CacheBehaviors as { PathPattern: string }[]).map(({ PathPattern }) => PathPattern)).toEqual([
      '/projects/*',
      '/proxy-image/*',
      '/static/*',
    ])
    expect(DefaultCacheBehavior).not.toHaveProperty('PathPattern')
  })

  it('redirects to HTTPS and has the three functions on every behaviour', () => {
    const { id: viewerRequest } = onlyResource(template, 'AWS::CloudFront::Function')
    for (const behaviour of behavioursOf(template)) {
      expect(behaviour).toMatchObject({
        ViewerProtocolPolicy: 'redirect-to-https',
        CachedMethods: ['GET', 'HEAD'],
        FunctionAssociations: [
          { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': [viewerRequest, 'FunctionARN'] } },
        ],
        LambdaFunctionAssociations: [
          { EventType: 'origin-request', LambdaFunctionARN: { Ref: expect.stringMatching(/^OriginRequestVersion/) } },
          { EventType: 'origin-response', LambdaFunctionARN: { Ref: expect.stringMatching(/^OriginResponseVersion/) } },
        ],
      })
    }
  })

  it('compresses what is cached, and takes the methods that the route takes', () => {
    const all = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE']
    const read = ['GET', 'HEAD', 'OPTIONS']
    expect(behavioursOf(template).map(({ Compress }) => Compress)).toEqual([false, true, true, true])
    expect(behavioursOf(template).map(({ AllowedMethods }) => AllowedMethods)).toEqual([all, all, read, read])
  })

  it('speaks HTTP/2 and 3, over IPv6 as well', () => {
    expect(distributionConfig(template)).toMatchObject({
      Enabled: true,
      HttpVersion: { 'Fn::If': ['HasRolloutPolicyId', 'http2', 'http2and3'] },
      IPV6Enabled: true,
      PriceClass: { Ref: 'PriceClass' },
    })
  })

  it('keeps errors no longer than the handlers say', () => {
    expect(distributionConfig(template).CustomErrorResponses).toEqual([
      { ErrorCode: 404, ErrorCachingMinTTL: 0 },
      { ErrorCode: 500, ErrorCachingMinTTL: 5 },
      { ErrorCode: 502, ErrorCachingMinTTL: 5 },
      { ErrorCode: 503, ErrorCachingMinTTL: 5 },
      { ErrorCode: 504, ErrorCachingMinTTL: 5 },
    ])
  })

  it('keeps cache tags where the config says so', () => {
    expect(distributionConfig(template)).not.toHaveProperty('CacheTagConfig')
    const tagged = templateFor(bundleOf({ ...CONFIG, cacheTags: true }))
    expect(distributionConfig(tagged).CacheTagConfig).toEqual({ HeaderName: 'cache-tag' })
  })

  it('writes access logs to a bucket that takes them and forgets them', () => {
    const [logs] = resourcesOf(template, 'AWS::S3::Bucket')
    expect(distributionConfig(template).Logging).toEqual({
      Bucket: { 'Fn::GetAtt': [logs?.id, 'DomainName'] },
      Prefix: 'cloudfront/',
      IncludeCookies: false,
    })
    expect(logs?.properties).toMatchObject({
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
      LifecycleConfiguration: { Rules: [{ ExpirationInDays: { Ref: 'AccessLogDays' } }, expect.anything()] },
    })
  })

  it('is made after what its first request needs', () => {
    const { DependsOn } = Object.values(template.findResources('AWS::CloudFront::Distribution'))[0] as {
      DependsOn: string[]
    }
    expect(DependsOn.toSorted()).toEqual([
      'OriginRequestLogPolicy',
      'OriginRequestLogs',
      'OriginResponseLogPolicy',
      'OriginResponseLogs',
    ])
  })
})

describe('alternate names and the certificate', () => {
  it('are parameters, the names those of the config, and count together alone', () => {
    template.hasParameter('CertificateArn', { Default: '' })
    template.hasParameter('AlternateNames', { Default: 'cdn.example.com,img.example.com' })
    expect(distributionConfig(template)).toMatchObject({
      Aliases: {
        'Fn::If': ['HasAlternateNames', { 'Fn::Split': [',', { Ref: 'AlternateNames' }] }, { Ref: 'AWS::NoValue' }],
      },
      ViewerCertificate: {
        AcmCertificateArn: { 'Fn::If': ['HasCertificateArn', { Ref: 'CertificateArn' }, { Ref: 'AWS::NoValue' }] },
        SslSupportMethod: { 'Fn::If': ['HasCertificateArn', 'sni-only', { Ref: 'AWS::NoValue' }] },
        MinimumProtocolVersion: { 'Fn::If': ['HasCertificateArn', 'TLSv1.2_2021', { Ref: 'AWS::NoValue' }] },
        CloudFrontDefaultCertificate: { 'Fn::If': ['HasCertificateArn', { Ref: 'AWS::NoValue' }, true] },
      },
    })
    template.hasCondition('HasAlternateNames', {
      'Fn::And': [
        { Condition: 'HasCertificateArn' },
        { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'AlternateNames' }, ''] }] },
      ],
    })
  })

  it('are refused by the stack where names are given and no certificate', () => {
    const { Rules } = template.toJSON()
    expect(Rules.NamesNeedACertificate).toMatchObject({
      RuleCondition: { 'Fn::Equals': [{ Ref: 'CertificateArn' }, ''] },
      Assertions: [{ AssertDescription: 'AlternateNames need a CertificateArn that is for them.' }],
    })
  })

  it('take a certificate of us-east-1 alone', () => {
    const { AllowedPattern } = template.toJSON().Parameters.CertificateArn
    const of = (region: string) => `arn:aws:acm:${region}:123456789012:certificate/1`
    expect(of('us-east-1')).toMatch(new RegExp(AllowedPattern))
    expect('').toMatch(new RegExp(AllowedPattern))
    expect(of('eu-west-1')).not.toMatch(new RegExp(AllowedPattern))
  })
})

it('is refused by CloudFormation in a region other than us-east-1', () => {
  const { Rules } = template.toJSON()
  expect(Rules.OnlyInUsEast1.Assertions).toEqual([
    {
      Assert: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
      AssertDescription: 'Lambda@Edge functions, and what CloudFront measures, are in us-east-1: make the stack there.',
    },
  ])
})

describe('origins', () => {
  const origins = distributionConfig(template).Origins as { Id: string }[]
  const originOf = (index: number) => origins.find(({ Id }) => Id === behavioursOf(template)[index]?.TargetOriginId)

  it('are three: the bucket with OAC, the bucket without it for never routes, the API', () => {
    expect(origins.length).toBe(3)
    const control = onlyResource(template, 'AWS::CloudFront::OriginAccessControl')
    expect(control.properties).toMatchObject({
      OriginAccessControlConfig: {
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    })
    const bucket = {
      DomainName: 'example-photos.s3.us-east-1.amazonaws.com',
      S3OriginConfig: { OriginAccessIdentity: '' },
    }
    expect(originOf(3)).toEqual({
      Id: 'origin-photos',
      ...bucket,
      OriginAccessControlId: { 'Fn::GetAtt': [control.id, 'Id'] },
    })
    expect(originOf(2)).toBe(originOf(3))
    expect(originOf(0)).toEqual({ Id: 'presigned-photos', ...bucket })
    expect(originOf(1)).toEqual({
      Id: 'origin-api',
      DomainName: 'api.example.com',
      OriginPath: '/prod',
      CustomOriginConfig: { HTTPSPort: 443, OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
    })
  })

  it('are read by an identity on request, a new one or one that exists', () => {
    const created = templateFor(bundleOf(CONFIG), { originAccess: { kind: 'identity' } })
    const identity = onlyResource(created, 'AWS::CloudFront::CloudFrontOriginAccessIdentity')
    const identityIn = (origins: unknown) =>
      (origins as { Id: string; S3OriginConfig?: { OriginAccessIdentity: unknown } }[])
        .filter(({ Id }) => Id.endsWith('photos'))
        .map(({ Id, S3OriginConfig }) => [Id, joined(S3OriginConfig?.OriginAccessIdentity)])
    expect(identityIn(distributionConfig(created).Origins)).toEqual([
      ['presigned-photos', ''],
      ['origin-photos', `origin-access-identity/cloudfront/<${identity.id}>`],
    ])
    created.resourceCountIs('AWS::CloudFront::OriginAccessControl', 0)

    const existing = templateFor(bundleOf(CONFIG), {
      originAccess: { kind: 'existing-identity', id: 'E2QWRUHAPOMQZL' },
    })
    expect(identityIn(distributionConfig(existing).Origins)).toEqual([
      ['presigned-photos', ''],
      ['origin-photos', 'origin-access-identity/cloudfront/E2QWRUHAPOMQZL'],
    ])
    existing.resourceCountIs('AWS::CloudFront::CloudFrontOriginAccessIdentity', 0)
  })
})

describe('policies', () => {
  const names = (kind: string) =>
    resourcesOf(template, `AWS::CloudFront::${kind}`).map(({ properties }) =>
      joined((properties[`${kind}Config`] as { Name: unknown }).Name),
    )

  it('are shared where they are equal, and their names are the stack’s own', () => {
    expect(names('CachePolicy').length).toBe(4)
    expect(names('OriginRequestPolicy').length).toBe(3)
    // One says private, for the API that is keyed on authorization.
    expect(names('ResponseHeadersPolicy').length).toBe(2)
    const all = [...names('CachePolicy'), ...names('OriginRequestPolicy'), ...names('ResponseHeadersPolicy')]
    for (const name of all) {
      expect(name).toMatch(/^<AWS::StackName>-(cache|origin-request|response-headers)-[0-9a-f]{12}$/)
    }
    expect(new Set(all).size).toBe(all.length)
  })

  it('tell cached routes the protocol, and never routes everything but the host', () => {
    const headers = behavioursOf(template).map((behaviour) => {
      const policy = policyOf(template, behaviour, 'OriginRequestPolicy') as { HeadersConfig: unknown }
      return policy.HeadersConfig
    })
    expect(headers).toEqual([
      { HeaderBehavior: 'allExcept', Headers: ['host'] },
      { HeaderBehavior: 'whitelist', Headers: ['cloudfront-forwarded-proto'] },
      { HeaderBehavior: 'whitelist', Headers: ['cloudfront-forwarded-proto'] },
      { HeaderBehavior: 'whitelist', Headers: ['accept', 'cloudfront-forwarded-proto'] },
    ])
  })

  it('have the TTLs and the key of the route', () => {
    const [never, api, folder] = behavioursOf(template).map((one) => policyOf(template, one, 'CachePolicy'))
    expect(never).toMatchObject({ MinTTL: 0, DefaultTTL: 0, MaxTTL: 0 })
    expect(api).toMatchObject({
      DefaultTTL: 31_536_000,
      ParametersInCacheKeyAndForwardedToOrigin: {
        EnableAcceptEncodingBrotli: true,
        EnableAcceptEncodingGzip: true,
        HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['authorization'] },
        CookiesConfig: { CookieBehavior: 'none' },
        QueryStringsConfig: { QueryStringBehavior: 'whitelist', QueryStrings: ['v'] },
      },
    })
    expect(folder).toMatchObject({
      ParametersInCacheKeyAndForwardedToOrigin: { HeadersConfig: { HeaderBehavior: 'none' } },
    })
  })

  it('have all that a response headers policy may say', () => {
    const { routes, ...rest } = CONFIG
    const cors = { origins: ['https://www.example.com'], maxAge: '1h' as const }
    const configured = templateFor(
      bundleOf({
        ...rest,
        routes: routes.map((route) => ({ ...route, cors })),
        headers: { setResponse: { 'x-frame-options': 'DENY', 'x-own': '1' } },
      }),
    )
    const policy = policyOf(configured, behavioursOf(configured).at(-1) as object, 'ResponseHeadersPolicy')
    expect(policy).toMatchObject({
      CorsConfig: {
        AccessControlAllowOrigins: { Items: ['https://www.example.com'] },
        AccessControlAllowHeaders: { Items: ['*'] },
        AccessControlAllowMethods: { Items: ['GET', 'HEAD'] },
        AccessControlAllowCredentials: false,
        AccessControlMaxAgeSec: 3_600,
        OriginOverride: true,
      },
      SecurityHeadersConfig: {
        FrameOptions: { Override: true, FrameOption: 'DENY' },
        ContentTypeOptions: { Override: true },
        StrictTransportSecurity: {
          Override: true,
          AccessControlMaxAgeSec: 63_072_000,
          IncludeSubdomains: false,
          Preload: false,
        },
      },
      CustomHeadersConfig: {
        Items: expect.arrayContaining([{ Header: 'x-own', Value: '1', Override: true }]),
      },
      RemoveHeadersConfig: { Items: expect.arrayContaining([{ Header: 'x-amz-id-2' }]) },
    })
  })
})

describe('a rollout', () => {
  it('has a staging distribution with a policy that sends a part of the viewers there', () => {
    const staging = templateFor(bundleOf(CONFIG), { staging: true })
    const { id, properties } = onlyResource(staging, 'AWS::CloudFront::Distribution')
    expect(properties.DistributionConfig).toMatchObject({
      Staging: true,
      HttpVersion: 'http2',
      ViewerCertificate: { CloudFrontDefaultCertificate: true },
    })
    expect(properties.DistributionConfig).not.toHaveProperty('Aliases')
    const policy = onlyResource(staging, 'AWS::CloudFront::ContinuousDeploymentPolicy')
    expect(policy.properties.ContinuousDeploymentPolicyConfig).toMatchObject({
      Enabled: true,
      StagingDistributionDnsNames: [{ 'Fn::GetAtt': [id, 'DomainName'] }],
      TrafficConfig: { Type: 'SingleWeight', SingleWeightConfig: { Weight: { Ref: 'RolloutWeight' } } },
    })
    staging.hasParameter('RolloutWeight', { Default: 0.05, MinValue: 0, MaxValue: 0.15 })
    staging.hasOutput('RolloutPolicyId', { Value: { 'Fn::GetAtt': [policy.id, 'Id'] } })
    staging.resourceCountIs('AWS::Budgets::Budget', 0)
    expect(Object.keys(staging.toJSON().Parameters)).not.toContain('CertificateArn')
  })

  it('is taken up by the primary on request, and given up by taking the parameter away', () => {
    template.hasParameter('RolloutPolicyId', { Default: '' })
    expect(distributionConfig(template).ContinuousDeploymentPolicyId).toEqual({
      'Fn::If': ['HasRolloutPolicyId', { Ref: 'RolloutPolicyId' }, { Ref: 'AWS::NoValue' }],
    })
    template.resourceCountIs('AWS::CloudFront::ContinuousDeploymentPolicy', 0)
  })
})
