import vm from 'node:vm'
import {
  CloudFrontServiceException,
  CreateFunctionCommand,
  DescribeFunctionCommand,
  DescribeKeyValueStoreCommand,
  type DistributionConfig,
  type FunctionConfig,
  GetCachePolicyCommand,
  GetDistributionCommand,
  GetFunctionCommand,
  GetOriginRequestPolicyCommand,
  GetResponseHeadersPolicyCommand,
  PublishFunctionCommand,
  TestFunctionCommand,
  UpdateDistributionCommand,
  UpdateFunctionCommand,
} from '@aws-sdk/client-cloudfront'
import { associationProblem } from './associations.ts'
import { configProblem } from './config.ts'
import type { Account, CommandRow, FunctionStage } from './state.ts'

const POLLS = 3
const FUNCTION_BYTES = 10_240

export const cloudFrontError = (name: string, message: string, httpStatusCode = 400) =>
  new CloudFrontServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } })

function checkTag(given: unknown, etag: string): void {
  if (given === undefined) {
    throw cloudFrontError('InvalidIfMatchVersion', 'The If-Match version is missing or not valid for the resource.')
  }
  if (given === etag) return
  throw cloudFrontError(
    'PreconditionFailed',
    'The request failed because it did not meet the preconditions in one or more request-header fields.',
    412,
  )
}

const distributionOf = ({ distributions }: Account, id: unknown) => {
  const found = distributions.get(String(id))
  if (!found) throw cloudFrontError('NoSuchDistribution', 'The specified distribution does not exist.', 404)
  return found
}

function stageOf({ functions }: Account, name: unknown, stage: unknown): FunctionStage {
  const found = functions.get(String(name))
  const stageFound = stage === 'LIVE' ? found?.live : found?.development
  if (!stageFound) throw cloudFrontError('NoSuchFunctionExists', 'The specified function does not exist.', 404)
  return stageFound
}

const summary = ({ account }: Account, name: unknown, stage: unknown, { config }: FunctionStage) => ({
  Name: name,
  Status: 'UNPUBLISHED',
  FunctionConfig: config,
  FunctionMetadata: {
    FunctionARN: `arn:aws:cloudfront::${account}:function/${name}`,
    Stage: stage ?? 'DEVELOPMENT',
    LastModifiedTime: new Date(0),
  },
})

function checkSize(code: unknown): Uint8Array {
  const bytes = code as Uint8Array
  if (bytes.length <= FUNCTION_BYTES) return bytes
  throw cloudFrontError('FunctionSizeLimitExceeded', 'The function exceeds the maximum size.', 413)
}

/** Runs it, with what it is asked about. */
function test(code: Uint8Array, eventObject: Uint8Array): { output: string; error: string } {
  try {
    const event = Buffer.from(eventObject).toString()
    const source = `${Buffer.from(code).toString()}\n;JSON.stringify(handler(${event}))`
    const answer = JSON.parse(vm.runInNewContext(source, { TextEncoder }))
    return { output: JSON.stringify('statusCode' in answer ? { response: answer } : { request: answer }), error: '' }
  } catch (error) {
    return { output: '', error: String(error) }
  }
}

type Kind = 'cachePolicies' | 'originRequestPolicies' | 'responseHeadersPolicies'

const policyOf = (aws: Account, kind: Kind, id: unknown, error: string) => {
  const policy = aws[kind].get(String(id))
  if (!policy) throw cloudFrontError(error, 'The policy does not exist.', 404)
  return policy
}

const read = (action: string, command: CommandRow['command'], handle: CommandRow['handle']): CommandRow => ({
  action: `cloudfront:${action}`,
  command,
  isMutation: false,
  handle,
})

const write = (action: string, command: CommandRow['command'], handle: CommandRow['handle']): CommandRow => ({
  ...read(action, command, handle),
  isMutation: true,
})

export const cloudFrontCommands: readonly CommandRow[] = [
  read('GetDistribution', GetDistributionCommand, ({ Id }, aws) => {
    const found = distributionOf(aws, Id)
    const Status = found.polls > 0 ? 'InProgress' : 'Deployed'
    found.polls -= 1
    return {
      ETag: found.etag,
      Distribution: { Id, Status, DomainName: 'd111111abcdef8.cloudfront.net', DistributionConfig: found.config },
    }
  }),
  write('UpdateDistribution', UpdateDistributionCommand, ({ Id, IfMatch, DistributionConfig }, aws) => {
    const found = distributionOf(aws, Id)
    checkTag(IfMatch, found.etag)
    const config = DistributionConfig as DistributionConfig
    const problem = configProblem(found.config, config, aws) ?? associationProblem(config, aws)
    if (problem) throw cloudFrontError(problem.name, problem.message)
    Object.assign(found, { config, etag: aws.etag(), polls: POLLS })
    return { ETag: found.etag, Distribution: { Id, Status: 'InProgress', DistributionConfig: config } }
  }),
  read('GetCachePolicy', GetCachePolicyCommand, ({ Id }, aws) => ({
    CachePolicy: { Id, CachePolicyConfig: policyOf(aws, 'cachePolicies', Id, 'NoSuchCachePolicy') },
  })),
  read('GetOriginRequestPolicy', GetOriginRequestPolicyCommand, ({ Id }, aws) => ({
    OriginRequestPolicy: {
      Id,
      OriginRequestPolicyConfig: policyOf(aws, 'originRequestPolicies', Id, 'NoSuchOriginRequestPolicy'),
    },
  })),
  read('GetResponseHeadersPolicy', GetResponseHeadersPolicyCommand, ({ Id }, aws) => ({
    ResponseHeadersPolicy: {
      Id,
      ResponseHeadersPolicyConfig: policyOf(aws, 'responseHeadersPolicies', Id, 'NoSuchResponseHeadersPolicy'),
    },
  })),
  read('DescribeKeyValueStore', DescribeKeyValueStoreCommand, ({ Name }, { keyValueStores }) => {
    const found = keyValueStores.get(String(Name))
    if (!found) throw cloudFrontError('EntityNotFound', 'The entity was not found.', 404)
    const { arn: ARN, status: Status } = found
    return { ETag: 'K1', KeyValueStore: { Name, Id: 'id', Comment: '', ARN, Status, LastModifiedTime: new Date(0) } }
  }),
  read('DescribeFunction', DescribeFunctionCommand, ({ Name, Stage }, aws) => {
    const stage = stageOf(aws, Name, Stage)
    return { ETag: stage.etag, FunctionSummary: summary(aws, Name, Stage, stage) }
  }),
  read('GetFunction', GetFunctionCommand, ({ Name, Stage }, aws) => {
    const { code, etag } = stageOf(aws, Name, Stage)
    return { ETag: etag, FunctionCode: code }
  }),
  write('CreateFunction', CreateFunctionCommand, ({ Name, FunctionCode, FunctionConfig: config }, aws) => {
    const name = String(Name)
    if (aws.functions.has(name)) {
      throw cloudFrontError(
        'FunctionAlreadyExists',
        'A function with the same name already exists in this account.',
        409,
      )
    }
    const development = { code: checkSize(FunctionCode), config: config as FunctionConfig, etag: aws.etag() }
    aws.functions.set(name, { development, live: null })
    return { ETag: development.etag, FunctionSummary: summary(aws, Name, 'DEVELOPMENT', development) }
  }),
  write('UpdateFunction', UpdateFunctionCommand, ({ Name, IfMatch, FunctionCode, FunctionConfig: config }, aws) => {
    const development = stageOf(aws, Name, 'DEVELOPMENT')
    checkTag(IfMatch, development.etag)
    Object.assign(development, { code: checkSize(FunctionCode), config, etag: aws.etag() })
    return { ETag: development.etag, FunctionSummary: summary(aws, Name, 'DEVELOPMENT', development) }
  }),
  read('TestFunction', TestFunctionCommand, ({ Name, IfMatch, Stage, EventObject }, aws) => {
    const stage = stageOf(aws, Name, Stage)
    checkTag(IfMatch, stage.etag)
    const { output, error } = test(stage.code, EventObject as Uint8Array)
    const { uri } = JSON.parse(Buffer.from(EventObject as Uint8Array).toString()).request
    return {
      TestResult: {
        ComputeUtilization: String(aws.utilisation(uri)),
        FunctionExecutionLogs: [],
        FunctionErrorMessage: error,
        FunctionOutput: output,
      },
    }
  }),
  write('PublishFunction', PublishFunctionCommand, ({ Name, IfMatch }, aws) => {
    const development = stageOf(aws, Name, 'DEVELOPMENT')
    checkTag(IfMatch, development.etag)
    const found = aws.functions.get(String(Name))
    if (found) found.live = structuredClone(development)
    return { FunctionSummary: summary(aws, Name, 'LIVE', development) }
  }),
]
