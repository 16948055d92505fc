import crypto from 'node:crypto'
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
  GetKeyGroupCommand,
  GetOriginRequestPolicyCommand,
  GetPublicKeyCommand,
  GetResponseHeadersPolicyCommand,
  ListKeyValueStoresCommand,
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

export function checkTag(given: unknown, etag: string): void {
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

/** What a function finds there besides its modules. It is made once: all that a function declares is within the call that runs it. */
const ENGINE = vm.createContext({ Buffer, TextEncoder })

/** Runs it, with what it is asked about, and the store that it is associated with. */
async function test(
  { code, config }: FunctionStage,
  eventObject: Uint8Array,
  { keyValueStores }: Account,
): Promise<{ output: string; error: string }> {
  try {
    const arn = config.KeyValueStoreAssociations?.Items?.[0]?.KeyValueStoreARN
    const store = [...keyValueStores.values()].find((one) => one.arn === arn)
    const get = async (key: string) => {
      const value = store?.values?.[key]
      if (value === undefined) throw new Error('KeyNotFound')
      return value
    }
    const cf = { kvs: () => ({ get }) }
    const event = Buffer.from(eventObject).toString()
    // What is an import there is none to Node's own scripts.
    const script = Buffer.from(code)
      .toString()
      .replace(/^import (\w+) from"cloudfront";/, 'const $1=cloudfront;')
    const run = vm.runInContext(
      `(cloudfront,require)=>{${script}\n;return Promise.resolve(handler(${event})).then(JSON.stringify)}`,
      ENGINE,
    )
    const answered = await run(cf, () => crypto)
    const answer = JSON.parse(answered)
    return { output: JSON.stringify('statusCode' in answer ? { response: answer } : { request: answer }), error: '' }
  } catch (error) {
    return { output: '', error: String(error) }
  }
}

/** CloudFront API Reference, CreateFunction: a store that is there, and ready. */
function checkStores(config: unknown, { keyValueStores }: Account): void {
  const items = (config as FunctionConfig).KeyValueStoreAssociations?.Items ?? []
  if (items.length > 1) throw cloudFrontError('InvalidArgument', 'A function has at most one key value store.')
  for (const { KeyValueStoreARN } of items) {
    const found = [...keyValueStores.values()].find(({ arn }) => arn === KeyValueStoreARN)
    if (found?.status !== 'READY')
      throw cloudFrontError('InvalidArgument', `Not a store that is ready: ${KeyValueStoreARN}`)
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
  read('GetKeyGroup', GetKeyGroupCommand, ({ Id }, { keyGroups }) => {
    const config = keyGroups.get(String(Id))
    if (!config) throw cloudFrontError('NoSuchResource', 'The specified key group does not exist.', 404)
    return { ETag: 'G1', KeyGroup: { Id, LastModifiedTime: new Date(0), KeyGroupConfig: config } }
  }),
  read('GetPublicKey', GetPublicKeyCommand, ({ Id }, { publicKeys }) => {
    const EncodedKey = publicKeys.get(String(Id))
    if (EncodedKey === undefined)
      throw cloudFrontError('NoSuchPublicKey', 'The specified public key does not exist.', 404)
    const PublicKeyConfig = { CallerReference: 'c', Name: String(Id), EncodedKey }
    return { ETag: 'P1', PublicKey: { Id, CreatedTime: new Date(0), PublicKeyConfig } }
  }),
  read('ListKeyValueStores', ListKeyValueStoresCommand, ({ Marker }, { keyValueStores }) => {
    const all = [...keyValueStores].map(([Name, { arn: ARN, status: Status }]) => ({
      ...{ Name, Id: 'id', Comment: '', ARN, Status, LastModifiedTime: new Date(0) },
    }))
    const start = Number(Marker ?? 0)
    const NextMarker = start + 1 < all.length ? { NextMarker: String(start + 1) } : {}
    return { KeyValueStoreList: { MaxItems: 1, Quantity: 1, Items: all.slice(start, start + 1), ...NextMarker } }
  }),
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
    checkStores(config, aws)
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
    checkStores(config, aws)
    Object.assign(development, { code: checkSize(FunctionCode), config, etag: aws.etag() })
    return { ETag: development.etag, FunctionSummary: summary(aws, Name, 'DEVELOPMENT', development) }
  }),
  read('TestFunction', TestFunctionCommand, async ({ Name, IfMatch, Stage, EventObject }, aws) => {
    const stage = stageOf(aws, Name, Stage)
    checkTag(IfMatch, stage.etag)
    const { output, error } = await test(stage, EventObject as Uint8Array, aws)
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
