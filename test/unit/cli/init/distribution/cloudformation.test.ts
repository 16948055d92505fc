import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RimlightError } from '../../../../../base/errors.ts'
import { checkConfig, loadConfig } from '../../../../../build/config.ts'
import { importedTemplate } from '../../../../../cli/init/distribution/cloudformation.ts'
import { parseTemplate } from '../../../../../cli/init/distribution/template-text.ts'
import { resolvedValue } from '../../../../../cli/init/distribution/template-values.ts'
import { initCommand } from '../../../../../cli/init.ts'
import { run } from '../../../../aws/fixture.ts'
import { temporaryFolder } from '../../../local/fixture.ts'
import { expectedSettings, PEM } from './same-site.ts'

const TEMPLATE = `
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Domain: { Type: String, Default: img.example.com }
  OldTtl: { Type: Number, Default: 3600 }
  Certificate: { Type: String }
Conditions:
  IsProduction: !Equals [!Ref Domain, img.example.com]
Resources:
  Photos:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub 'example-\${stage}'
  Access:
    Type: AWS::CloudFront::OriginAccessControl
    Properties: { OriginAccessControlConfig: { Name: oac, OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4 } }
  Mine:
    Type: AWS::CloudFront::CachePolicy
    Properties:
      CachePolicyConfig:
        Name: mine
        MinTTL: 0
        DefaultTTL: !Ref OldTtl
        MaxTTL: '31536000'
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: true
          QueryStringsConfig: { QueryStringBehavior: whitelist, QueryStrings: [v, page] }
          HeadersConfig: { HeaderBehavior: none }
          CookiesConfig: { CookieBehavior: none }
  Headers:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties:
      ResponseHeadersPolicyConfig:
        Name: headers
        CorsConfig:
          AccessControlAllowCredentials: false
          AccessControlAllowHeaders: { Items: ['*'] }
          AccessControlAllowMethods: { Items: [GET] }
          AccessControlAllowOrigins: { Items: ['https://www.example.com'] }
          AccessControlMaxAgeSec: 600
          OriginOverride: true
        SecurityHeadersConfig:
          ContentTypeOptions: { Override: true }
          StrictTransportSecurity: { AccessControlMaxAgeSec: 300, IncludeSubdomains: true, Override: true }
        CustomHeadersConfig:
          Items: [{ Header: X-A, Value: b, Override: true }]
  Key:
    Type: AWS::CloudFront::PublicKey
    Properties:
      PublicKeyConfig:
        Name: key
        CallerReference: a
        EncodedKey: |
${PEM.replaceAll(/^/gm, '          ')}
  Group:
    Type: AWS::CloudFront::KeyGroup
    Properties: { KeyGroupConfig: { Name: site, Items: [!Ref Key] } }
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Aliases: [!Ref Domain]
        ViewerCertificate: { AcmCertificateArn: !Ref Certificate }
        Origins:
          - Id: photos
            DomainName: !GetAtt Photos.RegionalDomainName
            OriginAccessControlId: !GetAtt Access.Id
            S3OriginConfig: { OriginAccessIdentity: '' }
          - Id: api
            DomainName: !Join ['.', [api, example, com]]
            OriginPath: !If [IsProduction, /prod, /test]
            CustomOriginConfig: { HTTPSPort: '443', OriginProtocolPolicy: https-only }
            OriginCustomHeaders: [{ HeaderName: X-Key, HeaderValue: hidden }]
        DefaultCacheBehavior:
          TargetOriginId: photos
          ViewerProtocolPolicy: redirect-to-https
          CachePolicyId: !Ref Mine
          ResponseHeadersPolicyId: !GetAtt [Headers, Id]
        CacheBehaviors:
          - PathPattern: /api/*
            TargetOriginId: api
            ViewerProtocolPolicy: https-only
            CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad
          - PathPattern: /old/*
            TargetOriginId: photos
            ViewerProtocolPolicy: redirect-to-https
            ForwardedValues: { QueryString: 'true', QueryStringCacheKeys: [v], Cookies: { Forward: none } }
            MinTTL: 0
            DefaultTTL: !Ref OldTtl
            MaxTTL: 86400
          - PathPattern: /private/*
            TargetOriginId: photos
            ViewerProtocolPolicy: redirect-to-https
            CachePolicyId: 658327ea-f89d-4fab-a63d-7e88639e58f6
            TrustedKeyGroups: [!Ref Group]
`

async function init(template: string, args: string[] = []) {
  const folder = await temporaryFolder()
  const file = join(folder, 'template.yaml')
  await writeFile(file, template)
  const main = initCommand({ ask: null, aws: () => Promise.reject(new Error('AWS was asked')) })
  return { folder, file, ...(await run(main, ['--dir', folder, '--from-cloudformation', file, ...args])) }
}

describe('rimlight init --from-cloudformation', () => {
  it('makes a config of what the template has, and asks nobody', async () => {
    const { folder, code, stderr, stdout } = await init(TEMPLATE)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const settings = await loadConfig(join(folder, 'edge.config.ts'))
    expect(settings).toMatchObject(expectedSettings({ bucket: 'example-stage', region: 'us-east-1' }))
    const text = await readFile(join(folder, 'edge.config.ts'), 'utf8')
    expect(text).toContain('// From the distribution Site.')
    expect(text).not.toContain('hidden')
    for (const what of [
      'the parameter Certificate',
      'the parameter stage',
      'the condition IsProduction, which is taken to hold',
      'the region of the bucket Photos, which is taken to be us-east-1',
    ]) {
      expect(stdout).toContain(`note: The template does not say ${what}.\n`)
      expect(text).toContain(`// The template does not say ${what}.`)
    }
  })

  it('JSON is the same, and so is what `aws cloudformation get-template` prints', async () => {
    const template = parseTemplate(TEMPLATE, 'a file')
    const configOf = async (text: string) => readFile(join((await init(text)).folder, 'edge.config.ts'), 'utf8')
    const expected = await configOf(TEMPLATE)
    expect(await configOf(JSON.stringify(template))).toBe(expected)
    expect(await configOf(JSON.stringify({ TemplateBody: template, StagesAvailable: ['Original'] }))).toBe(expected)
    expect(await configOf(JSON.stringify({ TemplateBody: TEMPLATE }))).toBe(expected)
  })

  it('of several, --from-distribution says which, by its logical id', async () => {
    const { Resources, ...rest } = parseTemplate(TEMPLATE, 'a file')
    const { Site, ...others } = Resources as Record<string, { Type: string; Properties: object }>
    const Other = structuredClone(Site) as { Properties: { DistributionConfig: { Aliases: unknown } } }
    Other.Properties.DistributionConfig.Aliases = ['two.example.com']
    const two = JSON.stringify({ ...rest, Resources: { ...others, Site, Other } })
    const { code, stderr, file } = await init(two)
    expect([code, stderr]).toEqual([
      2,
      `${file}: expected one distribution, found Site, Other; --from-distribution says which\n`,
    ])
    const { folder } = await init(two, ['--from-distribution', 'Other'])
    expect((await loadConfig(join(folder, 'edge.config.ts'))).domains).toEqual(['two.example.com'])
  })

  it.each([
    ['{}', /: expected a CloudFormation template, found no Resources in it\n$/],
    ['- a', /: expected a CloudFormation template, found no Resources in it\n$/],
    [
      'Resources: {}',
      /: expected one distribution, found none; it is read from the resources AWS::CloudFront::Distribution\n$/,
    ],
    ['{ "Resources": ', /: expected JSON or YAML, found Flow map .* at line 1, column \d+\n$/],
    ['{ "terraform_version": "1.9.0" }', /found no Resources in it; --from-terraform reads what Terraform prints\n$/],
    ['Resources: { A: !Foo b }', /: expected JSON or YAML, found Unresolved tag: !Foo at line 1, column 17\n$/],
    [
      'Resources: { A: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Aliases: &a [*a, *a] } } } }',
      /^the template: expected functions and anchors that come to an end, found more than 100000 values in a resource; one of them may be made of itself\n$/,
    ],
    [' '.repeat(4_000_001), /: expected a template, of which CloudFormation takes 1 MB, found 4 MB\n$/],
    ['a: b: c', /: expected JSON or YAML, found Nested mappings are not allowed .* at line 1, column 4\n$/],
    [
      'a: &a [b]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\nResources: *d',
      /: expected (?:JSON or YAML, found Excessive alias count|a CloudFormation template)/,
    ],
  ])('%s is none', async (text, message) => {
    const { code, stderr } = await init(text)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })

  it('a file that is not there, and two files', async () => {
    const main = initCommand({ ask: null, aws: () => Promise.reject(new Error('AWS was asked')) })
    const missing = await run(main, ['--from-cloudformation', '/nowhere/at/all.yaml'])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toMatch(/^--from-cloudformation: expected a file, found none at \/nowhere\/at\/all\.yaml \(/)
    const both = await run(main, ['--from-cloudformation', 'a', '--from-terraform', 'b'])
    expect(both.stderr).toMatch(
      /^expected one of --from-distribution, --from-terraform and --from-cloudformation alone/,
    )
  })
})

describe('functions of templates', () => {
  const template = {
    Parameters: {
      Names: { Type: 'CommaDelimitedList', Default: 'a,b' },
      Ami: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/x' },
    },
    Mappings: { Regions: { 'us-east-1': { Bucket: 'east' } } },
    Resources: {
      B: { Type: 'AWS::S3::Bucket' },
      P: { Type: 'AWS::CloudFront::CachePolicy' },
      F: { Type: 'AWS::Lambda::Function' },
    },
  }
  it.each<[unknown, unknown, string[]]>([
    [{ Ref: 'Names' }, ['a', 'b'], []],
    [{ Ref: 'P' }, 'P', []],
    [{ 'Fn::GetAtt': 'P.Id' }, 'P', []],
    [{ 'Fn::GetAtt': ['F', 'Arn'] }, 'F.Arn', []],
    [{ Ref: 'Missing' }, 'Missing', ['the parameter Missing']],
    [{ Ref: 'Ami' }, '/x', ['the parameter Ami']],
    [{ Ref: 'B' }, 'stack-b', ['the name of the bucket B, which CloudFormation makes']],
    [{ 'Fn::Select': ['1', { Ref: 'Names' }] }, 'b', []],
    [{ 'Fn::Select': [0, { 'Fn::Split': ['/', 'x/y'] }] }, 'x', []],
    [{ 'Fn::Sub': `\${!Literal}-\${P.Id}` }, `\${Literal}-P`, []],
    [{ 'Fn::Sub': [`\${x}.s3`, { x: { Ref: 'P' } }] }, 'P.s3', []],
    [
      { 'Fn::FindInMap': ['Regions', { Ref: 'AWS::Region' }, 'Bucket'] },
      'east',
      ['AWS::Region, which is taken to be us-east-1'],
    ],
    [{ 'Fn::FindInMap': ['Regions', 'nowhere', 'Bucket'] }, '', ['the mapping Regions.nowhere.Bucket']],
    [{ 'Fn::ImportValue': 'other' }, 'other', ['the export other of another stack']],
    [{ a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }, []],
    [{ 'Fn::Cidr': ['a'] }, { 'Fn::Cidr': ['a'] }, []],
  ])('%j', (value, expected, unknown) => {
    expect(resolvedValue(template, value)).toEqual({ value: expected, unknown })
  })

  it('end where a name is made of itself twice, with an error', () => {
    const Properties = { BucketName: { 'Fn::Sub': `\${B}\${B}` } }
    const loop = { Resources: { B: { Type: 'AWS::S3::Bucket', Properties } } }
    expect(() => resolvedValue(loop, { Ref: 'B' })).toThrow('functions and anchors that come to an end')
  })

  it.each(['constructor', '__proto__', 'toString'])('%s is a name like any other', (name) => {
    expect(resolvedValue(template, { Ref: name })).toEqual({ value: name, unknown: [`the parameter ${name}`] })
    expect(resolvedValue(template, { toString: ['a'] }).value).toEqual({ toString: ['a'] })
  })

  it('end, whatever refers to whatever', () => {
    const loop = { Resources: { B: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'B' } } } } }
    expect(resolvedValue(loop, { Ref: 'B' }).value).toBe('')
  })
})

it('whatever a template has in it, there is a config of it, or an error that says why', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      'x',
      0,
      true,
      [],
      {},
      ['x'],
      { Ref: 'Site' },
      { Ref: 'AWS::NoValue' },
      { 'Fn::If': [] },
    ),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const fields = [
    'Aliases',
    'Origins',
    'DefaultCacheBehavior',
    'CacheBehaviors',
    'OriginGroups',
    'CustomErrorResponses',
  ]
  const config = fc.dictionary(fc.constantFrom(...fields), odd)
  fc.assert(
    fc.property(config, (DistributionConfig) => {
      const template = {
        Resources: { Site: { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig } } },
      }
      try {
        importedTemplate(template, 'a file', undefined)
      } catch (error) {
        expect(error).toBeInstanceOf(RimlightError)
      }
    }),
  )
})

describe('what a template leaves open', () => {
  const built = (properties: object, more: object = {}) => {
    const DistributionConfig = {
      Enabled: true,
      Origins: [{ Id: 'a', DomainName: { 'Fn::GetAtt': 'B.RegionalDomainName' }, OriginAccessControlId: 'E2' }],
      DefaultCacheBehavior: { TargetOriginId: 'a', ViewerProtocolPolicy: 'redirect-to-https' },
      ...properties,
    }
    const Resources = {
      Site: { Type: 'AWS::CloudFront::Distribution', Properties: { DistributionConfig } },
      B: { Type: 'AWS::S3::Bucket' },
      ...more,
    }
    const { config, notes } = importedTemplate({ Parameters: { Host: {} }, Resources }, 'a file', undefined)
    return { settings: checkConfig(config, 'a config'), notes }
  }

  it('a bucket that CloudFormation names, and a distribution without names: the config builds, and the notes say so', () => {
    const { settings, notes } = built({})
    expect(settings).toMatchObject({
      domains: ['d111111abcdef8.cloudfront.net'],
      origins: { a: { bucket: 'stack-b' } },
    })
    expect(notes).toEqual(
      expect.arrayContaining([
        "domains: The distribution has no alternate domain name that is known, nor one of CloudFront's own; d111111abcdef8.cloudfront.net stands for it, and is to be put right.",
        'The template does not say the name of the bucket B, which CloudFormation makes.',
      ]),
    )
  })

  it('a host that a parameter without a default says', () => {
    const Origins = [
      { Id: 'a', DomainName: { Ref: 'Host' }, CustomOriginConfig: { OriginProtocolPolicy: 'https-only' } },
    ]
    const { settings, notes } = built({ Origins, Aliases: [{ Ref: 'Host' }] })
    expect(settings).toMatchObject({ origins: { a: { domain: 'host.example.com' } } })
    expect(notes).toContain(
      'origins.a: domain: "Host" is host.example.com here, which is to be put right; a config takes a host name such as cdn.example.com.',
    )
  })

  it('truth as YAML 1.1 writes it', () => {
    const Origins = [
      {
        Id: 'a',
        DomainName: 'a-b.s3.eu-west-1.amazonaws.com',
        OriginAccessControlId: 'E2',
        OriginShield: { Enabled: 'no', OriginShieldRegion: 'eu-west-1' },
      },
    ]
    const ForwardedValues = { QueryString: 'no' }
    const { settings } = built({
      Origins,
      DefaultCacheBehavior: { TargetOriginId: 'a', ViewerProtocolPolicy: 'redirect-to-https', ForwardedValues },
    })
    expect(settings.origins.a).not.toHaveProperty('shield')
    expect(settings.routes).toMatchObject([{ version: null, query: [] }])
  })

  it("AWS's own policies are known by their ids", () => {
    const { settings, notes } = built({
      DefaultCacheBehavior: {
        TargetOriginId: 'a',
        ViewerProtocolPolicy: 'redirect-to-https',
        CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        ResponseHeadersPolicyId: 'e61eb60c-9c35-4d20-a928-2b84e02af89c',
      },
    })
    expect(settings.routes).toMatchObject([{ cache: { min: 1, default: 86_400 }, cors: { origins: '*' } }])
    expect(settings.headers.setResponse).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-frame-options': 'SAMEORIGIN',
    })
    expect(notes.join('\n')).toContain('Managed-AllViewerExceptHostHeader forwards headers, cookies, query parameters')
  })

  it('policies that nobody can read are told of', () => {
    const { notes } = built({
      DefaultCacheBehavior: {
        TargetOriginId: 'a',
        ViewerProtocolPolicy: 'redirect-to-https',
        CachePolicyId: 'one',
        OriginRequestPolicyId: 'constructor',
        ResponseHeadersPolicyId: '__proto__',
      },
    })
    expect(notes).toEqual(
      expect.arrayContaining([
        "routes[0]: The cache policy one can't be read; CloudFront's defaults stand here.",
        "routes[0]: The response headers policy __proto__ can't be read; none of what it sets or removes is here.",
        "routes[0]: The origin request policy constructor can't be read; here what reaches the origin is in the cache key.",
      ]),
    )
  })
})
