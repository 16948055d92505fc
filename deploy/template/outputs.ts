/** The stack's outputs. */
import { CfnOutput, Fn, Stack } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { distributionArn } from './arn.ts'
import { bucketPolicy } from './bucket-policy.ts'
import type { LambdaResources } from './functions.ts'
import { logicalIds } from './logical-ids.ts'
import type { StackResources } from './resources.ts'

/** @param hasExistingBuckets their policies are for their owner to merge, and the stack tells them */
export function outputs(scope: Construct, resources: StackResources, hasExistingBuckets: boolean): void {
  const { distribution, viewerRequest, lambdas, imageRole, accessLogs, accessLogsLocation, alarmTopic } = resources
  const { readers, rollout } = resources
  const verifying = lambdas['viewer-request-lambda']
  const every = verifying ? 'every behaviour without public keys' : 'every behaviour'
  const rows: [id: string, value: string, description: string][] = [
    ['DistributionId', distribution.ref, 'The distribution.'],
    ['DistributionDomainName', distribution.attrDomainName, 'What the alternate names are a CNAME or an alias of.'],
    ['DistributionArn', distributionArn(distribution.ref), 'The distribution.'],
    ['ViewerRequestArn', viewerRequest.attrFunctionArn, `The CloudFront Function of ${every}.`],
    ...(verifying ? [verifyingRow(verifying)] : []),
    ['OriginRequestArn', lambdas['origin-request'].version.ref, 'The version that every behaviour has.'],
    ['OriginResponseArn', lambdas['origin-response'].version.ref, 'The version that every behaviour has.'],
    ['ImageRoleArn', imageRole.attrArn, 'What origin-response reads originals as.'],
    ['AccessLogsBucket', accessLogs.ref, 'Where access logs are.'],
    ['AccessLogsLocation', accessLogsLocation, 'What `rimlight logs report` and `rimlight logs athena` read.'],
    ['AlarmTopicArn', alarmTopic.ref, 'Where alarms and the budget are told of.'],
    ...keyRows(resources),
    ...(readers.reader?.kind === 'identity'
      ? [['OriginAccessIdentityId', readers.reader.id, 'What reads the buckets.'] as [string, string, string]]
      : []),
    ...(rollout === undefined
      ? []
      : [['RolloutPolicyId', rollout, "The primary stack's parameter of this name."] as [string, string, string]]),
    ...(hasExistingBuckets ? policyRows(scope, resources) : []),
  ]
  for (const [id, value, description] of rows) new CfnOutput(scope, id, { value, description })
  storeOutputs(scope, resources)
}

const verifyingRow = ({ version }: LambdaResources): [string, string, string] => [
  'ViewerRequestLambdaArn',
  version.ref,
  'The version that behaviours have whose tokens public keys verify.',
]

const keyRows = ({ keyGroups }: StackResources): [string, string, string][] =>
  Object.entries(keyGroups).flatMap(([name, { id, publicKeys, logicalId }]) => [
    [`${logicalId}Id`, id, `The key group ${name}.`],
    [
      `${logicalId}KeyPairIds`,
      Fn.join(',', publicKeys),
      `The Key-Pair-Id of what is signed with a key of ${name}, for each key in the config's order.`,
    ],
  ])

/** The ARN of the stack's own store; that of another one was given by the user. */
function storeOutputs(scope: Construct, { keyValueStore }: StackResources): void {
  if (!keyValueStore?.own) return
  const { arn, condition } = keyValueStore.own
  const add = `rimlight keys add default --generate --out default.secret --store ${arn}`
  const made = [
    new CfnOutput(scope, 'KeyValueStoreArn', {
      value: arn,
      description: 'Where the function finds the secrets of tokens.',
    }),
    new CfnOutput(scope, 'AddFirstKey', {
      value: add,
      description: 'Adds a secret: without one, every token is refused.',
    }),
  ]
  if (condition) for (const output of made) output.condition = condition
}

function policyRows(scope: Construct, { access, readers }: StackResources): [string, string, string][] {
  const ids = logicalIds(access.map(({ bucket }) => bucket))
  return access.map((one, index) => [
    `${ids[index]}BucketPolicy`,
    Stack.of(scope).toJsonString(bucketPolicy(one, readers)),
    `To be merged into the policy of the bucket ${one.bucket}, which should block public access.`,
  ])
}
