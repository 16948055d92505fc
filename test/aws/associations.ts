/** What CloudFront allows on behaviours. Developer Guide, "Restrictions on edge functions" and "on Lambda@Edge". */
import type { CacheBehavior, DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'
import { trusted } from './iam.ts'
import { roleOfArn } from './lambda.ts'
import type { Account } from './state.ts'

type Problem = { name: string; message: string }
type Behaviour = CacheBehavior | DefaultCacheBehavior

export function associationProblem(config: DistributionConfig, aws: Account): Problem | undefined {
  const all: Behaviour[] = [
    ...(config.CacheBehaviors?.Items ?? []),
    ...(config.DefaultCacheBehavior ? [config.DefaultCacheBehavior] : []),
  ]
  if (config.CacheBehaviors && config.CacheBehaviors.Quantity !== (config.CacheBehaviors.Items ?? []).length) {
    return { name: 'InconsistentQuantities', message: 'CacheBehaviors' }
  }
  for (const behaviour of all) {
    const problem = problemOf(behaviour, aws)
    if (problem) return problem
  }
  return undefined
}

function problemOf(behaviour: Behaviour, aws: Account): Problem | undefined {
  const { FunctionAssociations: functions, LambdaFunctionAssociations: lambdas } = behaviour
  for (const list of [functions, lambdas]) {
    if (list && list.Quantity !== (list.Items ?? []).length) {
      return { name: 'InconsistentQuantities', message: "The value of Quantity and the size of Items don't match." }
    }
  }
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
  for (const { LambdaFunctionARN = '' } of lambdas?.Items ?? []) {
    const message = lambdaProblem(LambdaFunctionARN, aws)
    if (message) return { name: 'InvalidLambdaFunctionAssociation', message }
  }
  return undefined
}

function lambdaProblem(arn: string, aws: Account): string | undefined {
  const [, region, account, name = '', number] = /^arn:aws:lambda:([^:]+):(\d+):function:([^:]+):(\d+)$/.exec(arn) ?? []
  if (!number) return `The function ARN must reference a specific function version: ${arn}`
  if (region !== 'us-east-1' || account !== aws.account)
    return `The function must be in us-east-1 of your account: ${arn}`
  const version = aws.lambdas.get(name)?.versions.find(({ Version }) => Version === number)
  if (!version) return `The function does not exist: ${arn}`
  if (version.State !== 'Active') return `The function must be in an Active state: ${arn}`
  if (version.Architectures?.join() !== 'x86_64') return `The function architecture must be x86_64: ${arn}`
  if (Object.keys(version.Environment?.Variables ?? {}).length > 0)
    return 'The function cannot have environment variables'
  const role = roleOfArn(aws, version.Role)
  if (!role || !trusted(role).includes('edgelambda.amazonaws.com') || role.unknownTo.edge > 0) {
    if (role) role.unknownTo.edge -= 1
    return 'The function execution role must be assumable with edgelambda.amazonaws.com as well as lambda.amazonaws.com principals.'
  }
  return undefined
}
