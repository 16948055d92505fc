/** All of the stack, in the order in which one part needs the other. */
import type { CfnDistribution, CfnFunction } from 'aws-cdk-lib/aws-cloudfront'
import type { CfnRole } from 'aws-cdk-lib/aws-iam'
import type { CfnTopic } from 'aws-cdk-lib/aws-sns'
import { CfnRule, Fn, Stack, Token } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { unexpectedInput } from '../../base/errors.ts'
import { type LambdaName, lambdasOf, type PerLambda, perLambda } from '../../bundle/manifest.ts'
import { alarms } from './alarms.ts'
import { type BucketAccess, bucketAccess } from './bucket-access.ts'
import type { Readers } from './bucket-policy.ts'
import { type AccessLogs, accessLogs, bucketPolicies, createdBuckets } from './buckets.ts'
import { monthlyBudget } from './budget.ts'
import { distribution, V1_PREFIX } from './distribution.ts'
import { type LambdaResources, lambdaFunction, logGroup, viewerRequestFunction } from './functions.ts'
import type { Inputs } from './inputs.ts'
import { type KeyGroups, keyGroups, keyValueStore, type StackStore } from './keys.ts'
import { logDelivery, logTable, V2_PREFIX } from './log-delivery.ts'
import { bucketReader } from './origins.ts'
import { policyResources } from './policies.ts'
import { roles } from './roles.ts'
import { continuousDeployment } from './rollout.ts'
import { alarmTopic } from './topic.ts'

export type StackResources = {
  distribution: CfnDistribution
  viewerRequest: CfnFunction
  lambdas: PerLambda<LambdaResources>
  imageRole: CfnRole
  accessLogs: AccessLogs['bucket']
  /** Where `rimlight logs` finds them, without the distribution's id: s3://BUCKET/PREFIX. */
  accessLogsLocation: string
  alarmTopic: CfnTopic
  access: BucketAccess[]
  keyGroups: KeyGroups
  keyValueStore: StackStore | undefined
  /** What the buckets' policies are made from. */
  readers: Readers
  /** The id of the continuous deployment policy of a staging distribution. */
  rollout: string | undefined
}

/** @throws InputError for what can't be made of the config in one stack in us-east-1 */
export function stackResources(scope: Construct, inputs: Inputs): StackResources {
  requireRegion(scope)
  const { bundle, name, rollout } = inputs
  const access = bucketAccess(bundle)
  const created = inputs.buckets === 'created' ? createdBuckets(scope, access) : []
  const executionRoles = roles(scope, access, bundle.manifest)
  const store = keyValueStore(scope, inputs)
  const groups = keyGroups(scope, name, bundle.policies)
  const viewerRequest = viewerRequestFunction(scope, inputs, store?.arn)
  const lambdas = perLambda(bundle.manifest, (name) => lambdaFunction(scope, name, inputs, executionRoles))
  const lambdaOf = (name: LambdaName) => lambdas[name] as LambdaResources
  const reader = bucketReader(scope, name, inputs.originAccess, bundle.policies.behaviours)
  const { logs } = inputs
  const { bucket: logBucket, policy: logPolicy } = accessLogs(scope, inputs)
  const distributionResource = distribution(scope, inputs, {
    reader,
    policyIds: policyResources(scope, name, bundle.policies),
    keyGroups: groups,
    viewerRequest: viewerRequest.attrFunctionArn,
    lambdas: perLambda(bundle.manifest, (name) => lambdaOf(name).version.ref),
    accessLogs: logs.kind === 'v1' ? logBucket : undefined,
  })
  for (const part of [...created, ...Object.values(lambdas).flatMap(({ needs }) => needs)])
    distributionResource.addResourceDependency(part)
  logGroup(scope, 'DistributionLogs', `/aws/cloudfront/LambdaEdge/${distributionResource.ref}`, inputs.logRetentionDays)

  if (logs.kind === 'v2') {
    logDelivery(scope, name, distributionResource.ref, logBucket).addResourceDependency(logPolicy)
    if (logs.database !== undefined) logTable(scope, logs.database, distributionResource.ref, logBucket)
  }

  const imageRole = executionRoles['origin-response']
  const readers = { reader, distributionId: distributionResource.ref, imageRole: imageRole.attrArn }
  if (created.length > 0) bucketPolicies(scope, created, access, readers)

  const topic = alarmTopic(scope, inputs.email)
  alarms(scope, topic, {
    distributionId: distributionResource.ref,
    viewerRequest: viewerRequest.name,
    lambdas: lambdasOf(bundle.manifest).map((name) => [name, lambdaOf(name).resource.ref]),
  })
  if (inputs.budget) monthlyBudget(scope, topic, inputs.budget)
  return {
    distribution: distributionResource,
    viewerRequest,
    lambdas,
    imageRole,
    accessLogs: logBucket,
    accessLogsLocation: `s3://${logBucket.ref}/${logs.kind === 'v1' ? V1_PREFIX : V2_PREFIX}`,
    alarmTopic: topic,
    access,
    keyGroups: groups,
    keyValueStore: store,
    readers,
    rollout:
      rollout.kind === 'staging' ? continuousDeployment(scope, distributionResource, rollout.weight).attrId : undefined,
  }
}

/**
 * Developer Guide, "Restrictions on Lambda@Edge": the functions have to be in us-east-1; so do CloudFront's metrics.
 */
function requireRegion(scope: Construct): void {
  const { region } = Stack.of(scope)
  if (Token.isUnresolved(region)) {
    new CfnRule(scope, 'OnlyInUsEast1', {
      assertions: [
        {
          assert: Fn.conditionEquals(region, 'us-east-1'),
          assertDescription:
            'Lambda@Edge functions, and what CloudFront measures, are in us-east-1: make the stack there.',
        },
      ],
    })
  } else if (region !== 'us-east-1') {
    throw unexpectedInput({
      code: 'wrong-region',
      expected: 'a stack in us-east-1, where Lambda@Edge functions have to be',
      found: `one in ${region}`,
      remedy: "give the stack env: { region: 'us-east-1' }",
    })
  }
}
