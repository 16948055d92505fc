/** What CloudFront allows on behaviours. Developer Guide, "Restrictions on edge functions" and "on Lambda@Edge". */
import type { CacheBehavior, DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'
import { VIEWER_LAMBDA } from '../../edge/limits.ts'
import { trusted } from './iam.ts'
import { roleOfArn } from './lambda.ts'
import type { Account } from './state.ts'

export type Problem = { name: string; message: string }
type Behaviour = CacheBehavior | DefaultCacheBehavior

export const behavioursOf = ({ CacheBehaviors, DefaultCacheBehavior }: DistributionConfig): Behaviour[] => [
  ...(CacheBehaviors?.Items ?? []),
  ...(DefaultCacheBehavior ? [DefaultCacheBehavior] : []),
]

export function associationProblem(config: DistributionConfig, aws: Account): Problem | undefined {
  for (const behaviour of behavioursOf(config)) {
    const problem = problemOf(behaviour, aws)
    if (problem) return problem
  }
  return undefined
}

function problemOf(behaviour: Behaviour, aws: Account): Problem | undefined {
  const { FunctionAssociations: functions, LambdaFunctionAssociations: lambdas } = behaviour
  const events = [...(functions?.Items ?? []), ...(lambdas?.Items ?? [])].map(({ EventType }) => EventType)
  if (new Set(events).size !== events.length) {
    return { name: 'InvalidFunctionAssociation', message: 'There is more than one function on an event type.' }
  }
  const isViewer = (item: { EventType: string | undefined }) => item.EventType?.startsWith('viewer-') === true
  if (functions?.Items?.length && lambdas?.Items?.some(isViewer)) {
    return {
      name: 'InvalidFunctionAssociation',
      message: 'You cannot associate Lambda@Edge and CloudFront Functions with viewer events of one cache behavior.',
    }
  }
  for (const { FunctionARN = '', EventType } of functions?.Items ?? []) {
    const name = FunctionARN.split(':function/')[1] ?? ''
    if (!FunctionARN.includes(`::${aws.account}:`) || !isViewer({ EventType }) || !aws.functions.get(name)?.live) {
      return {
        name: 'InvalidFunctionAssociation',
        message: `A CloudFront function association is invalid: ${FunctionARN} is not published to LIVE`,
      }
    }
  }
  for (const { LambdaFunctionARN = '', EventType, IncludeBody } of lambdas?.Items ?? []) {
    const isBodiless = EventType?.endsWith('-response') && IncludeBody
    const message = isBodiless
      ? 'IncludeBody is for request events.'
      : (lambdaProblem(LambdaFunctionARN, aws) ??
        (isViewer({ EventType }) ? viewerProblem(LambdaFunctionARN, aws) : null))
    if (message) return { name: 'InvalidLambdaFunctionAssociation', message }
  }
  return undefined
}

const versionOf = (arn: string, { lambdas }: Account) => {
  const [name = '', number] = arn.split(':').slice(6)
  return lambdas.get(name)?.versions.find(({ Version }) => Version === number)
}

/** Viewer triggers have less: memory, time. */
function viewerProblem(arn: string, aws: Account): string | null {
  const { MemorySize = 0, Timeout = 0 } = versionOf(arn, aws) ?? {}
  if (MemorySize > VIEWER_LAMBDA.memory) return `The function memory size must be at most 128 MB: ${arn}`
  return Timeout > VIEWER_LAMBDA.timeoutSeconds ? `The function timeout must be at most 5 seconds: ${arn}` : null
}

function lambdaProblem(arn: string, aws: Account): string | undefined {
  const [, region, account, , number] = /^arn:aws:lambda:([^:]+):(\d+):function:([^:]+):(\d+)$/.exec(arn) ?? []
  if (!number) return `The function ARN must reference a specific function version: ${arn}`
  if (region !== 'us-east-1' || account !== aws.account)
    return `The function must be in us-east-1 of your account: ${arn}`
  const version = versionOf(arn, aws)
  if (!version) return `The function does not exist: ${arn}`
  if (version.State !== 'Active') return `The function must be in an Active state: ${arn}`
  if (version.Architectures?.join() !== 'x86_64') return `The function architecture must be x86_64: ${arn}`
  if (Object.keys(version.Environment?.Variables ?? {}).length > 0)
    return 'The function cannot have environment variables'
  if ((version.Layers ?? []).length > 0) return `The function cannot have layers: ${arn}`
  if ((version.VpcConfig?.SubnetIds ?? []).length > 0) return `The function cannot be in a VPC: ${arn}`
  const role = roleOfArn(aws, version.Role)
  if (!role || !trusted(role).includes('edgelambda.amazonaws.com') || role.unknownTo.edge > 0) {
    if (role) role.unknownTo.edge -= 1
    return 'The function execution role must be assumable with edgelambda.amazonaws.com as well as lambda.amazonaws.com principals.'
  }
  return undefined
}
