/** The names of errors as the real clients read them off the wire: the table of faults goes by them. */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { CloudFrontClient, GetDistributionCommand } from '@aws-sdk/client-cloudfront'
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, it, test, vi } from 'vitest'
import { readDistribution, updateDistribution } from '../../../../deploy/attach/distribution.ts'
import { callsOf } from '../../../../deploy/aws/calls.ts'
import { awsFailure, faultOf } from '../../../../deploy/aws/faults.ts'
import { testDependencies } from '../../../aws/fixture.ts'
import { type Listener, listening } from '../../../listener.ts'

/** What the server answers next. */
let next = { status: 200, headers: {} as Record<string, string>, body: '' }
let requests = 0
/** Of the last request. */
let sent = ''
let server: Listener
beforeAll(async () => {
  server = await listening(
    createServer((request, response) => {
      requests += 1
      text(request).then((body) => {
        sent = body
        response.writeHead(next.status, next.headers).end(next.body)
      })
    }),
  )
})
afterAll(() => server.close())

const xml = (code: string) => ({
  'content-type': 'text/xml',
  body: `<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>said</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
})

const config = () => ({
  region: 'us-east-1',
  endpoint: server.url,
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  maxAttempts: 1,
})

const SERVICES = {
  cloudfront: () => new CloudFrontClient(config()).send(new GetDistributionCommand({ Id: 'E' })),
  iam: () => new IAMClient(config()).send(new GetRoleCommand({ RoleName: 'r' })),
  sts: () => new STSClient(config()).send(new GetCallerIdentityCommand({})),
  lambda: () => new LambdaClient(config()).send(new GetFunctionConfigurationCommand({ FunctionName: 'f' })),
}

const faultFrom = (call: () => Promise<unknown>) =>
  call().then(
    () => 'none',
    (error: unknown) => faultOf(error),
  )

test.each([
  ['cloudfront', 404, 'NoSuchDistribution', 'not-found'],
  ['cloudfront', 403, 'AccessDenied', 'denied'],
  ['cloudfront', 412, 'PreconditionFailed', 'conflict'],
  ['cloudfront', 400, 'InvalidIfMatchVersion', 'conflict'],
  ['cloudfront', 400, 'TooManyDistributionsWithLambdaAssociations', 'quota'],
  ['cloudfront', 400, 'Throttling', 'throttled'],
  ['cloudfront', 403, 'ExpiredToken', 'bad-credentials'],
  ['iam', 404, 'NoSuchEntity', 'not-found'],
  ['iam', 409, 'LimitExceeded', 'quota'],
  ['iam', 409, 'EntityAlreadyExists', 'conflict'],
  ['iam', 403, 'AccessDenied', 'denied'],
  ['sts', 403, 'InvalidClientTokenId', 'bad-credentials'],
] as const)('%s, %i %s: %s', async (service, status, code, fault) => {
  const { body, ...headers } = xml(code)
  next = { status, headers, body }
  expect(await faultFrom(SERVICES[service])).toBe(fault)
})

test.each([
  [404, 'ResourceNotFoundException', 'not-found'],
  [403, 'AccessDeniedException', 'denied'],
  [409, 'ResourceConflictException', 'conflict'],
  [429, 'TooManyRequestsException', 'throttled'],
  [400, 'CodeStorageExceededException', 'quota'],
  [403, 'UnrecognizedClientException', 'bad-credentials'],
  [400, 'InvalidParameterValueException', 'refused'],
] as const)('lambda, %i %s: %s', async (status, code, fault) => {
  next = {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': `${code}:http://internal.amazon.com/` },
    body: JSON.stringify({ Message: 'said', message: 'said' }),
  }
  expect(await faultFrom(SERVICES.lambda)).toBe(fault)
})

it('no AWS at all', async () => {
  const nowhere = new STSClient({ ...config(), endpoint: 'http://127.0.0.1:1' })
  const error = await nowhere.send(new GetCallerIdentityCommand({})).catch((cause: unknown) => cause as Error)
  expect(faultOf(error)).toBe('unreachable')
  expect(awsFailure('unreachable', 'sts:GetCallerIdentity', error as Error).message).toMatch(
    /^sts:GetCallerIdentity: expected an answer from AWS, found none \(.*ECONNREFUSED.*\); when the network is there, run the same command again: it carries on$/,
  )
})

it('a config goes back over the wire as it came, to the letter', async () => {
  const behaviour =
    '<TargetOriginId>group</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy><TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></TrustedSigners><AllowedMethods><Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items></AllowedMethods><SmoothStreaming>false</SmoothStreaming><LambdaFunctionAssociations><Quantity>0</Quantity><Items/></LambdaFunctionAssociations><FieldLevelEncryptionId></FieldLevelEncryptionId><RealtimeLogConfigArn>arn:x</RealtimeLogConfigArn><GrpcConfig><Enabled>false</Enabled></GrpcConfig><ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies></ForwardedValues><MinTTL>0</MinTTL>'
  const parts = [
    '<CallerReference>c</CallerReference>',
    '<Origins><Quantity>1</Quantity><Items><Origin><Id>a</Id><DomainName>a.example.com</DomainName><OriginPath></OriginPath><CustomHeaders><Quantity>1</Quantity><Items><OriginCustomHeader><HeaderName>x-a</HeaderName><HeaderValue> a &amp; \u00e9 &lt; </HeaderValue></OriginCustomHeader></Items></CustomHeaders><S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin></Items></Origins>',
    `<DefaultCacheBehavior>${behaviour}</DefaultCacheBehavior>`,
    '<Comment></Comment>',
    '<Enabled>false</Enabled>',
    '<Aliases><Quantity>2</Quantity><Items><CNAME>b.example.com</CNAME><CNAME>a.example.com</CNAME></Items></Aliases>',
    '<OriginGroups><Quantity>1</Quantity><Items><OriginGroup><Id>group</Id><FailoverCriteria><StatusCodes><Quantity>1</Quantity><Items><StatusCode>404</StatusCode></Items></StatusCodes></FailoverCriteria><Members><Quantity>1</Quantity><Items><OriginGroupMember><OriginId>a</OriginId></OriginGroupMember></Items></Members></OriginGroup></Items></OriginGroups>',
    `<CacheBehaviors><Quantity>1</Quantity><Items><CacheBehavior><PathPattern>/a/*</PathPattern>${behaviour}</CacheBehavior></Items></CacheBehaviors>`,
    '<Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket></Bucket><Prefix></Prefix></Logging>',
    '<Restrictions><GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity></GeoRestriction></Restrictions>',
    '<ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId><Staging>false</Staging>',
    '<TenantConfig><ParameterDefinitions><member><Name>x</Name><Definition><StringSchema><Required>true</Required></StringSchema></Definition></member></ParameterDefinitions></TenantConfig><ConnectionMode>tenant-only</ConnectionMode>',
  ]
  const xml = `<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">${parts.join('')}</DistributionConfig>`
  next = {
    status: 200,
    headers: { 'content-type': 'text/xml', etag: 'E1' },
    body: `<?xml version="1.0"?><Distribution><Id>E</Id><Status>Deployed</Status>${xml}</Distribution>`,
  }
  const client = new CloudFrontClient(config())
  const dependencies = {
    ...testDependencies(),
    clients: () => ({ ...testDependencies().clients(), cloudfront: client }),
  }
  const calls = callsOf(dependencies, new AbortController().signal, 'rimlight attach')
  const found = await readDistribution(calls, 'E', { account: '1', partition: 'aws' })
  expect(found.unknown).toEqual([])
  // By way of a receipt.
  await updateDistribution(calls, found, JSON.parse(JSON.stringify(found.config)))
  expect(sent).toBe(`<?xml version="1.0" encoding="UTF-8"?>${xml}`)
})

it('nothing is called after an interruption', async () => {
  const { call } = callsOf(testDependencies(), AbortSignal.abort(), 'rimlight attach')
  requests = 0
  await expect(call('sts:GetCallerIdentity', SERVICES.sts)).rejects.toThrow('interrupted')
  expect(requests).toBe(0)
})

it('after Ctrl-C a call under way is waited for three seconds: its answer counts, and without one it is interrupted', async () => {
  vi.useFakeTimers()
  try {
    const controller = new AbortController()
    const { call } = callsOf(testDependencies(), controller.signal, 'rimlight attach')
    const answer = Promise.withResolvers<string>()
    const answered = call('sts:GetCallerIdentity', () => answer.promise)
    const unanswered = call('sts:GetCallerIdentity', () => new Promise(() => {}))
    let isOver = false
    const over = expect(unanswered.finally(() => (isOver = true))).rejects.toThrow('interrupted')
    controller.abort()
    await vi.advanceTimersByTimeAsync(2_000)
    answer.resolve('done')
    expect(await answered).toBe('done')
    expect(isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(2_000)
    await over
  } finally {
    vi.useRealTimers()
  }
})
