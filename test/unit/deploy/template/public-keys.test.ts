/** The Lambda function at viewer-request in the template: where public keys verify a route's tokens. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { Stack } from 'aws-cdk-lib/core'
import { expect, it } from 'vitest'
import { LAMBDA_NAMES } from '../../../../bundle/manifest.ts'
import { RimlightDistribution } from '../../../../deploy/cdk.ts'
import { codeUploads } from '../../../../deploy/template/next-steps.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { bundleOf } from './bundles.ts'
import { PRIVATE, VERIFYING } from './private.ts'
import { behavioursOf, newApp, onlyResource, plain, resourcesOf, templateFor } from './templates.ts'

const bundle = bundleOf(VERIFYING)
const template = templateFor(bundle)
const { sha256, codeSha256 } = bundle.manifest.artefacts['viewer-request-lambda'] ?? { sha256: '', codeSha256: '' }
const version = resourcesOf(template, 'AWS::Lambda::Version')[0]?.id

it('is at viewer-request of these behaviours, without the CloudFront Function; the others have that', () => {
  const { id } = onlyResource(template, 'AWS::CloudFront::Function')
  const atViewer = behavioursOf(template).map(({ FunctionAssociations, LambdaFunctionAssociations }) => [
    plain(FunctionAssociations),
    (plain(LambdaFunctionAssociations) as { EventType: string }[]).filter(({ EventType }) =>
      EventType.startsWith('viewer'),
    ),
  ])
  expect(atViewer[0]).toEqual([undefined, [{ EventType: 'viewer-request', LambdaFunctionARN: `<${version}>` }]])
  expect(atViewer.slice(1)).toEqual(
    Array(PRIVATE.routes.length).fill([[{ EventType: 'viewer-request', FunctionARN: `<${id}.FunctionARN>` }], []]),
  )
})

it('is a Lambda function within what viewer triggers allow, with a role and a log group of its own', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: 'Rimlight: viewer-request-lambda',
    Code: { S3Bucket: { Ref: 'CodeBucket' }, S3Key: { Ref: 'ViewerRequestLambdaKey' } },
    Handler: 'index.handler',
    MemorySize: 128,
    Timeout: 5,
    Architectures: ['x86_64'],
    Role: { 'Fn::GetAtt': ['ViewerRequestLambdaRole', 'Arn'] },
  })
  template.hasParameter('ViewerRequestLambdaKey', { Default: `rimlight/${sha256}/viewer-request.zip` })
  const [role] = resourcesOf(template, 'AWS::IAM::Role')
  expect(role).toEqual({
    id: 'ViewerRequestLambdaRole',
    properties: {
      Description: 'Rimlight: verifies tokens by public keys',
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
            Action: 'sts:AssumeRole',
          },
        ],
      },
    },
  })
  const logs = resourcesOf(template, 'AWS::IAM::Policy').map(({ properties }) => plain(properties))[0]
  const group = 'arn:aws:logs:*:<AWS::AccountId>:log-group:/aws/lambda/us-east-1.<ViewerRequestLambdaFunction>'
  expect(logs).toMatchObject({
    Roles: ['<ViewerRequestLambdaRole>'],
    PolicyDocument: { Statement: [{ Effect: 'Allow', Resource: [group, `${group}:*`] }] },
  })
  const groups = resourcesOf(template, 'AWS::Logs::LogGroup').map(({ properties }) => plain(properties.LogGroupName))
  expect(groups).toContain('/aws/lambda/us-east-1.<ViewerRequestLambdaFunction>')
})

it('is published as a version of that very code, which is kept; other code is another version', () => {
  expect(template.findResources('AWS::Lambda::Version')[version ?? '']).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: { FunctionName: { Ref: 'ViewerRequestLambdaFunction' }, CodeSha256: codeSha256 },
  })
  const after = templateFor(bundleOf(VERIFYING, { 'viewer-request-lambda': '// another' }))
  const [first, ...others] = resourcesOf(after, 'AWS::Lambda::Version').map(({ id }) => id)
  expect(first).toMatch(/^ViewerRequestLambdaVersion[0-9a-f]{8}$/)
  expect(first).not.toBe(version)
  expect(others).toEqual(
    resourcesOf(template, 'AWS::Lambda::Version')
      .slice(1)
      .map(({ id }) => id),
  )
})

it('has alarms and an output, and its zip is among what is to be uploaded', () => {
  const names = resourcesOf(template, 'AWS::CloudWatch::Alarm').flatMap(({ properties }) => {
    const dimensions = plain(properties.Dimensions) as { Value: string }[]
    return dimensions.some(({ Value }) => Value === 'us-east-1.<ViewerRequestLambdaFunction>')
      ? [properties.MetricName]
      : []
  })
  expect(names).toEqual(['Errors', 'Throttles'])
  const { Outputs } = template.toJSON()
  expect(plain(Outputs.ViewerRequestLambdaArn.Value)).toBe(`<${version}>`)
  expect(Outputs.ViewerRequestArn.Description).toBe('The CloudFront Function of every behaviour without public keys.')
  expect(codeUploads(bundle).map(({ file }) => file)).toEqual([
    'dist/viewer-request.zip',
    'dist/origin-request.zip',
    'dist/origin-response.zip',
  ])
})

it('is not there where no route has public keys', () => {
  const without = templateFor(bundleOf(PRIVATE))
  without.resourceCountIs('AWS::Lambda::Function', 2)
  without.resourceCountIs('AWS::IAM::Role', 2)
  expect(JSON.stringify(without.toJSON())).not.toContain('ViewerRequestLambda')
})

it('is in the construct as well, which tells its ARN', async () => {
  const folder = await temporaryFolder()
  for (const name of LAMBDA_NAMES) {
    writeFileSync(join(folder, bundle.manifest.artefacts[name]?.file ?? ''), bundle.contents[name] ?? '')
  }
  const make = (bundle: Parameters<typeof bundleOf>[0]) => {
    const stack = new Stack(newApp(), 'Cdn', { env: { region: 'us-east-1' } })
    const construct = new RimlightDistribution(stack, 'Images', { bundle: { ...bundleOf(bundle), folder } })
    return { stack, construct }
  }
  const { stack, construct } = make(VERIFYING)
  const made = Template.fromStack(stack)
  const [first] = resourcesOf(made, 'AWS::Lambda::Version')
  expect(stack.resolve(construct.viewerRequestLambdaArn)).toEqual({ Ref: first?.id })
  expect(plain(behavioursOf(made)[0]?.LambdaFunctionAssociations)).toContainEqual({
    EventType: 'viewer-request',
    LambdaFunctionARN: `<${first?.id}>`,
  })
  expect(make(PRIVATE).construct.viewerRequestLambdaArn).toBeUndefined()
})
