import { describe, expect, it } from 'vitest'
import type { Config } from '../../../../edge/config.ts'
import { bundleOf, CONFIG } from './bundles.ts'
import { joined, onlyResource, plain, resourcesOf, templateFor } from './templates.ts'

/** With what CloudFormation's own substitution would look for. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it stands in the code
const CODE = 'function handler(event) { return `${event}` }'

const bundle = bundleOf(CONFIG, { 'viewer-request': CODE })
const template = templateFor(bundle)

const idsOf = (type: string, from = template) => resourcesOf(from, type).map(({ id }) => id)

describe('the CloudFront Function', () => {
  it('has the built code, is published, and is named after the stack and the code', () => {
    const hash = bundle.manifest.artefacts['viewer-request'].sha256.slice(0, 8)
    expect(plain(onlyResource(template, 'AWS::CloudFront::Function').properties)).toMatchObject({
      Name: `<AWS::StackName>-viewer-request-${hash}`,
      AutoPublish: true,
      FunctionCode: CODE,
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
    })
  })

  it('is another one for other code, so that the distribution changes over to all at once', () => {
    const other = templateFor(bundleOf(CONFIG, { 'viewer-request': 'function handler() {}' }))
    expect(idsOf('AWS::CloudFront::Function', other)).not.toEqual(idsOf('AWS::CloudFront::Function'))
  })
})

describe('the Lambda functions', () => {
  it('have their code in a bucket, under a key of its own hash', () => {
    template.hasParameter('CodeBucket', { Type: 'String' })
    expect(template.toJSON().Parameters.CodeBucket).not.toHaveProperty('Default')
    const { sha256 } = bundle.manifest.artefacts['origin-response']
    template.hasParameter('OriginResponseKey', { Default: `rimlight/${sha256}/origin-response.zip` })
    template.hasResourceProperties('AWS::Lambda::Function', {
      Code: { S3Bucket: { Ref: 'CodeBucket' }, S3Key: { Ref: 'OriginResponseKey' } },
      Handler: 'index.handler',
      Runtime: 'nodejs22.x',
      MemorySize: 1024,
      Timeout: 30,
      Architectures: ['x86_64'],
    })
  })

  it('have nothing that Lambda@Edge does not take', () => {
    for (const { properties } of resourcesOf(template, 'AWS::Lambda::Function')) {
      for (const name of ['Environment', 'VpcConfig', 'Layers', 'TracingConfig', 'DeadLetterConfig', 'KmsKeyArn']) {
        expect(properties).not.toHaveProperty(name)
      }
    }
  })

  it('are published as versions of that very code, which are kept', () => {
    const versions = Object.values(template.findResources('AWS::Lambda::Version'))
    expect(versions).toMatchObject([
      {
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          FunctionName: { Ref: 'OriginRequestFunction' },
          CodeSha256: bundle.manifest.artefacts['origin-request'].codeSha256,
        },
      },
      {
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Properties: {
          FunctionName: { Ref: 'OriginResponseFunction' },
          CodeSha256: bundle.manifest.artefacts['origin-response'].codeSha256,
        },
      },
    ])
  })

  it('go with the stack, unless they are to be retained: replicas hold them for hours', () => {
    const policies = (made: typeof template) =>
      Object.values(made.findResources('AWS::Lambda::Function')).map(({ DeletionPolicy, UpdateReplacePolicy }) => {
        expect(UpdateReplacePolicy).toBe(DeletionPolicy)
        return DeletionPolicy
      })
    expect(policies(template)).toEqual([undefined, undefined])
    expect(policies(templateFor(bundle, { retainFunctions: true }))).toEqual(['Retain', 'Retain'])
  })

  it('get a new version for a changed zip, and keep the other’s', () => {
    const before = idsOf('AWS::Lambda::Version')
    const after = idsOf('AWS::Lambda::Version', templateFor(bundleOf(CONFIG, { 'origin-response': '// another' })))
    expect(after[0]).toBe(before[0])
    expect(after[1]).not.toBe(before[1])
    expect(after[1]).toMatch(/^OriginResponseVersion[0-9a-f]{8}$/)
  })

  it('get a new version for other settings: a version keeps those it was published with', () => {
    const changed = structuredClone(bundle)
    changed.contents = bundle.contents
    changed.manifest.artefacts['origin-response'].memory = 2048
    expect(idsOf('AWS::Lambda::Version', templateFor(changed))[1]).not.toBe(idsOf('AWS::Lambda::Version')[1])
  })

  it('may be assumed by both services that Lambda@Edge needs', () => {
    const roles = resourcesOf(template, 'AWS::IAM::Role')
    expect(roles.length).toBe(2)
    for (const { properties } of roles) {
      expect(properties.AssumeRolePolicyDocument).toEqual({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
            Action: 'sts:AssumeRole',
          },
        ],
      })
    }
  })

  it('may write their own logs, and origin-response may read the images: nothing else', () => {
    const [originRequest, originResponse] = resourcesOf(template, 'AWS::IAM::Role')
    expect(originRequest?.properties).not.toHaveProperty('Policies')
    expect(originResponse?.properties.Policies).toEqual([
      {
        PolicyName: 'ReadImages',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: 's3:GetObject', Resource: ['arn:aws:s3:::example-photos/*'] },
            { Effect: 'Deny', Action: 's3:*', Resource: ['arn:aws:s3:::example-photos/projects/*'] },
          ],
        },
      },
    ])
    const logs = (name: string) => [
      `arn:aws:logs:*:<AWS::AccountId>:log-group:/aws/lambda/us-east-1.<${name}>`,
      `arn:aws:logs:*:<AWS::AccountId>:log-group:/aws/lambda/us-east-1.<${name}>:*`,
    ]
    const Action = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']
    expect(resourcesOf(template, 'AWS::IAM::Policy').map(({ properties }) => plain(properties))).toMatchObject([
      {
        Roles: ['<OriginRequestRole>'],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: logs('OriginRequestFunction') }] },
      },
      {
        Roles: ['<OriginResponseRole>'],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: logs('OriginResponseFunction') }] },
      },
    ])
  })

  it('read no bucket where no route has images', () => {
    const config: Config = { ...CONFIG, routes: CONFIG.routes.map((route) => ({ ...route, images: null })) }
    for (const { properties } of resourcesOf(templateFor(bundleOf(config)), 'AWS::IAM::Role')) {
      expect(properties).not.toHaveProperty('Policies')
    }
  })

  it('read below the prefix of their origin alone', () => {
    const { photos, ...others } = CONFIG.origins
    const config = { ...CONFIG, origins: { ...others, photos: { ...photos, prefix: 'site' } } } as Config
    const [, role] = resourcesOf(templateFor(bundleOf(config)), 'AWS::IAM::Role')
    expect(JSON.stringify(role)).toContain('"Resource":["arn:aws:s3:::example-photos/site/*"]')
  })
})

it('log groups in us-east-1 forget what is in them', () => {
  const groups = resourcesOf(template, 'AWS::Logs::LogGroup').map(({ properties }) => plain(properties))
  const { properties } = onlyResource(template, 'AWS::CloudFront::Function')
  expect(groups).toEqual(
    [
      `/aws/cloudfront/function/${joined(properties.Name)}`,
      '/aws/lambda/us-east-1.<OriginRequestFunction>',
      '/aws/lambda/us-east-1.<OriginResponseFunction>',
      '/aws/cloudfront/LambdaEdge/<Distribution>',
    ].map((LogGroupName) => ({ LogGroupName, RetentionInDays: '<LogRetentionDays>' })),
  )
  template.hasParameter('LogRetentionDays', { Type: 'Number', Default: 30 })
})
