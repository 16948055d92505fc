/** The names of errors as the real clients read them off the wire: the table of faults goes by them. */
import { createServer } from 'node:http'
import { CloudFrontClient, GetDistributionCommand, UpdateDistributionCommand } from '@aws-sdk/client-cloudfront'
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { callsOf } from '../../../../deploy/attach/calls.ts'
import { failureOf, faultOf } from '../../../../deploy/aws/faults.ts'
import { testWorld } from '../../../aws/fixture.ts'
import { type Listener, listening } from '../../../listener.ts'

/** What the server answers next. */
let next = { status: 200, headers: {} as Record<string, string>, body: '' }
let requests = 0
let server: Listener
beforeAll(async () => {
  server = await listening(
    createServer((request, response) => {
      requests += 1
      request.resume()
      response.writeHead(next.status, next.headers).end(next.body)
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
  expect(failureOf('unreachable', 'sts:GetCallerIdentity', error as Error).message).toMatch(
    /^sts:GetCallerIdentity: expected an answer from AWS, found none \(.*ECONNREFUSED.*\); when the network is there, run the same command again: it carries on$/,
  )
})

it('a config goes over the wire and comes back as it was', async () => {
  const parts = {
    CallerReference: 'c',
    Origins: { Quantity: 1, Items: [{ Id: 'a', DomainName: 'a.example.com', OriginPath: '' }] },
    DefaultCacheBehavior: { TargetOriginId: 'a', ViewerProtocolPolicy: 'allow-all' as const },
    Comment: '',
    Enabled: true,
  }
  next = {
    status: 200,
    headers: { 'content-type': 'text/xml', etag: 'E2' },
    body: '<?xml version="1.0"?><Distribution xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>E</Id><Status>Deployed</Status><DistributionConfig><CallerReference>c</CallerReference><Origins><Quantity>1</Quantity><Items><Origin><Id>a</Id><DomainName>a.example.com</DomainName><OriginPath></OriginPath></Origin></Items></Origins><DefaultCacheBehavior><TargetOriginId>a</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy></DefaultCacheBehavior><Comment></Comment><Enabled>true</Enabled></DistributionConfig></Distribution>',
  }
  const client = new CloudFrontClient(config())
  const read = await client.send(new GetDistributionCommand({ Id: 'E' }))
  expect(JSON.parse(JSON.stringify(read.Distribution?.DistributionConfig))).toEqual(parts)
  const update = new UpdateDistributionCommand({ Id: 'E', IfMatch: 'E1', DistributionConfig: parts })
  expect((await client.send(update)).ETag).toBe('E2')
})

it('nothing is called after an interruption', async () => {
  const { signal } = { signal: AbortSignal.abort() }
  const { call } = callsOf(testWorld(), signal)
  requests = 0
  await expect(call('sts:GetCallerIdentity', SERVICES.sts)).rejects.toThrow('interrupted')
  expect(requests).toBe(0)
})
