import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { Bucket } from 'aws-cdk-lib/aws-s3'
import { Stack } from 'aws-cdk-lib/core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BuiltBundle } from '../../../../bundle/read-bundle.ts'
import { InputError, RimlightDistribution, type RimlightDistributionProps } from '../../../../deploy/cdk.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { bundleOf, CONFIG } from './bundles.ts'
import { distributionConfig, newApp, onlyResource, plain, resourcesOf } from './templates.ts'

const CERTIFICATE = 'arn:aws:acm:us-east-1:123456789012:certificate/1'

let bundle: BuiltBundle

beforeAll(async () => {
  const folder = await temporaryFolder()
  bundle = { ...bundleOf(CONFIG), folder }
  for (const trigger of ['origin-request', 'origin-response'] as const) {
    await writeFile(join(folder, `${trigger}.zip`), bundle.contents[trigger])
  }
})

const stackIn = (region: string) => new Stack(newApp(), 'Cdn', { env: { region } })

function made(props: Partial<RimlightDistributionProps> = {}, stack = stackIn('us-east-1')) {
  const construct = new RimlightDistribution(stack, 'Images', { bundle, ...props })
  return { stack, construct, template: () => Template.fromStack(stack) }
}

describe('the construct', () => {
  it('takes plain values, and asks for no parameters', () => {
    const template = made({
      domainNames: ['cdn.example.com'],
      certificateArn: CERTIFICATE,
      priceClass: 'PriceClass_100',
      webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1',
      monthlyBudget: 20,
      alarmEmail: 'ops@example.com',
      logRetentionDays: 7,
      accessLogDays: 14,
    }).template()
    expect(Object.keys(template.toJSON().Parameters)).toEqual(['BootstrapVersion'])
    expect(distributionConfig(template)).toMatchObject({
      Aliases: ['cdn.example.com'],
      ViewerCertificate: {
        AcmCertificateArn: CERTIFICATE,
        SslSupportMethod: 'sni-only',
        MinimumProtocolVersion: 'TLSv1.2_2021',
      },
      HttpVersion: 'http2and3',
      PriceClass: 'PriceClass_100',
      WebACLId: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/1',
    })
    template.hasResourceProperties('AWS::Budgets::Budget', { Budget: { BudgetLimit: { Amount: 20, Unit: 'USD' } } })
    template.hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'ops@example.com' })
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 })
  })

  it('has the defaults of the template where nothing is said', () => {
    const template = made().template()
    expect(distributionConfig(template)).toMatchObject({
      ViewerCertificate: { CloudFrontDefaultCertificate: true },
      PriceClass: 'PriceClass_All',
    })
    expect(distributionConfig(template)).not.toHaveProperty('Aliases')
    template.hasResourceProperties('AWS::Budgets::Budget', { Budget: { BudgetLimit: { Amount: 50 } } })
    template.resourceCountIs('AWS::SNS::Subscription', 0)
  })

  it('has no budget on request', () => {
    made({ monthlyBudget: null }).template().resourceCountIs('AWS::Budgets::Budget', 0)
  })

  it('delivers logs by standard logging v2 on request, with a table of them', () => {
    const { construct, template, stack } = made({ logs: 'v2', logDatabase: 'cdn_logs' })
    template().resourceCountIs('AWS::Logs::Delivery', 1)
    template().hasResourceProperties('AWS::Glue::Database', { DatabaseInput: { Name: 'cdn_logs' } })
    expect(distributionConfig(template())).not.toHaveProperty('Logging')
    expect(plain(stack.resolve(construct.accessLogsLocation))).toMatch(/^s3:\/\/<ImagesAccessLogs\w+>\/cloudfront-v2$/)
    expect(made({ logs: 'v2' }).template().findResources('AWS::Glue::Table')).toEqual({})
  })

  it.each<[Partial<RimlightDistributionProps>, string, string]>([
    [{ logDatabase: 'cdn_logs' }, "logs: 'v2' beside it", "logs: 'v1'"],
    [{ logs: 'v2', logDatabase: 'Cdn-Logs' }, 'a name of lower-case letters, digits and _', '"Cdn-Logs"'],
  ])('refuses %j', (props, expected, found) => {
    expect(() => made(props)).toThrow(
      new InputError(`logDatabase: expected ${expected}, found ${found}`, { code: 'log-database', expected, found }),
    )
  })

  it('has its code as assets: the very files', () => {
    const functions = resourcesOf(made().template(), 'AWS::Lambda::Function').map(({ properties }) => properties.Code)
    expect(functions).toEqual([
      expect.objectContaining({ S3Key: expect.stringMatching(/^[0-9a-f]{64}\.zip$/) }),
      expect.objectContaining({ S3Key: expect.stringMatching(/^[0-9a-f]{64}\.zip$/) }),
    ])
  })

  it('can be there twice in a stack: names are its own', () => {
    const { stack } = made()
    new RimlightDistribution(stack, 'Others', { bundle })
    const template = Template.fromStack(stack)
    const names = [
      ...resourcesOf(template, 'AWS::CloudFront::Function').map(({ properties }) => properties.Name as string),
      ...resourcesOf(template, 'AWS::CloudFront::CachePolicy').map(
        ({ properties }) => (properties.CachePolicyConfig as { Name: string }).Name,
      ),
    ]
    expect(names.length).toBe(10)
    expect(new Set(names).size).toBe(names.length)
    expect(names[0]).toMatch(/^[A-Za-z0-9-]{1,40}-viewer-request-[0-9a-f]{8}$/)
  })

  it('has statements for the policy of a bucket of the application', () => {
    const { construct, template, stack } = made()
    const bucket = new Bucket(stack, 'Photos', { bucketName: 'example-photos' })
    for (const statement of construct.bucketStatements('example-photos')) bucket.addToResourcePolicy(statement)
    const policies = resourcesOf(template(), 'AWS::S3::BucketPolicy').map(({ properties }) => plain(properties))
    expect(policies.at(-1)).toMatchObject({
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::example-photos/*' },
          { Effect: 'Allow', Action: 's3:GetObject' },
          { Effect: 'Deny', Resource: 'arn:aws:s3:::example-photos/projects/*' },
          { Effect: 'Deny', Resource: 'arn:aws:s3:::example-photos/projects/*' },
          { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        ],
      },
    })
    expect(() => construct.bucketStatements('other')).toThrow(
      new InputError('expected one of the buckets that routes use (example-photos), found "other"', {
        code: 'unknown-bucket',
        expected: 'one of the buckets that routes use (example-photos)',
        found: '"other"',
      }),
    )
  })

  it('can be referred to by the rest of the application', () => {
    const { construct, stack } = made()
    const { id } = onlyResource(Template.fromStack(stack), 'AWS::CloudFront::Distribution')
    expect(stack.resolve(construct.distribution.distributionId)).toEqual({ Ref: id })
    expect(stack.resolve(construct.distribution.distributionDomainName)).toEqual({ 'Fn::GetAtt': [id, 'DomainName'] })
    expect(stack.resolve(construct.imageRole.roleArn)).toEqual({
      'Fn::GetAtt': [expect.stringContaining('OriginResponseRole'), 'Arn'],
    })
    expect(construct.rolloutPolicyId).toBeUndefined()
  })

  it('rolls out: a staging distribution, whose policy the primary has', () => {
    const { construct, stack, template } = made({ staging: { weight: 0.1 } })
    new RimlightDistribution(stack, 'Primary', { bundle, rolloutPolicyId: construct.rolloutPolicyId as string })
    const [staging, primary] = resourcesOf(template(), 'AWS::CloudFront::Distribution').map(
      ({ properties }) => properties.DistributionConfig,
    )
    const [policy] = resourcesOf(template(), 'AWS::CloudFront::ContinuousDeploymentPolicy')
    expect(staging).toMatchObject({ Staging: true, HttpVersion: 'http2' })
    expect(primary).toMatchObject({
      HttpVersion: 'http2',
      ContinuousDeploymentPolicyId: { 'Fn::GetAtt': [policy?.id, 'Id'] },
    })
    expect(template().findResources('AWS::Budgets::Budget')).toEqual({
      [expectedBudget(template())]: expect.anything(),
    })
  })

  it('refuses another region', () => {
    expect(() => made({}, stackIn('eu-west-1'))).toThrow(
      new InputError(
        "expected a stack in us-east-1, where Lambda@Edge functions have to be, found one in eu-west-1; give the stack env: { region: 'us-east-1' }",
        {
          code: 'wrong-region',
          expected: 'a stack in us-east-1, where Lambda@Edge functions have to be',
          found: 'one in eu-west-1',
        },
      ),
    )
  })

  it('refuses names without a certificate', () => {
    expect(() => made({ domainNames: ['cdn.example.com'] })).toThrow(
      new InputError('expected a certificateArn for the domainNames cdn.example.com, found none', {
        code: 'certificate-missing',
        expected: 'a certificateArn for the domainNames cdn.example.com',
        found: 'none',
      }),
    )
  })
})

/** A staging distribution's costs are in its primary's budget. */
const expectedBudget = (template: Template): string => {
  const [id] = Object.keys(template.findResources('AWS::Budgets::Budget'))
  expect(id).toMatch(/^Primary/)
  return id as string
}
