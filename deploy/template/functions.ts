/**
 * The code: the CloudFront Function, the Lambda functions with the versions that the distribution names, their logs.
 */
import { createHash } from 'node:crypto'
import { CfnFunction as CloudFrontFunction } from 'aws-cdk-lib/aws-cloudfront'
import type { CfnRole } from 'aws-cdk-lib/aws-iam'
import { CfnVersion, CfnFunction as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs'
import { CfnDeletionPolicy } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { type Artefact, artefactOf, type LambdaName } from '../../bundle/manifest.ts'
import { type CodeLocation, type Inputs, LOGICAL_IDS } from './inputs.ts'
import { logPolicy, type Roles } from './roles.ts'

/** Characters of a hash that tell two builds apart. */
const HASH_CHARACTERS = 8

/**
 * Other code is another function, so that the distribution changes over to code and policies in one update.
 * @param store ARN of the key value store that it reads
 */
export function viewerRequestFunction(
  scope: Construct,
  { bundle, name, logRetentionDays }: Inputs,
  store: string | undefined,
): CloudFrontFunction {
  const { sha256, runtime } = bundle.manifest.artefacts['viewer-request']
  const hash = sha256.slice(0, HASH_CHARACTERS)
  const resource = new CloudFrontFunction(scope, `ViewerRequest${hash}`, {
    // Named here: log groups and metrics go by the name, and `ref` is an ARN.
    name: `${name}-viewer-request-${hash}`,
    autoPublish: true,
    functionCode: bundle.contents['viewer-request'].toString('utf8'),
    functionConfig: {
      comment: 'Rimlight: viewer-request',
      runtime,
      ...(store === undefined ? {} : { keyValueStoreAssociations: [{ keyValueStoreArn: store }] }),
    },
  })
  logGroup(scope, `ViewerRequestLogs${hash}`, `/aws/cloudfront/function/${resource.name}`, logRetentionDays)
  return resource
}

/** A log group, in us-east-1. In every other region Lambda@Edge makes one of the same name, which keeps its lines for ever. */
export const logGroup = (scope: Construct, id: string, name: string, days: number): CfnLogGroup =>
  new CfnLogGroup(scope, id, { logGroupName: name, retentionInDays: days })

export type LambdaResources = {
  resource: LambdaFunction
  version: CfnVersion
  /** What has to be there before the first request. */
  needs: (CfnLogGroup | ReturnType<typeof logPolicy>)[]
}

/**
 * No environment variables, layers, VPC or tracing, and x86_64: Developer Guide, "Restrictions on Lambda@Edge". What
 * was published before stays, to go back to; besides, Lambda does not delete what still has replicas at the edge.
 */
export function lambdaFunction(scope: Construct, name: LambdaName, inputs: Inputs, roles: Roles): LambdaResources {
  const id = LOGICAL_IDS[name]
  const artefact = artefactOf(inputs.bundle.manifest, name)
  const { bucket, key } = inputs.code[name] as CodeLocation
  const role = roles[name] as CfnRole
  const resource = new LambdaFunction(scope, `${id}Function`, {
    description: `Rimlight: ${name}`,
    code: { s3Bucket: bucket, s3Key: key },
    role: role.attrArn,
    handler: artefact.handler,
    runtime: artefact.runtime,
    architectures: ['x86_64'],
    ...(artefact.memory === undefined ? {} : { memorySize: artefact.memory }),
    ...(artefact.timeout === undefined ? {} : { timeout: artefact.timeout }),
  })
  if (inputs.retainFunctions) {
    resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
    // A function that another one replaces has replicas, too.
    resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  }
  const version = new CfnVersion(scope, `${id}Version${versionHash(artefact)}`, {
    functionName: resource.ref,
    codeSha256: artefact.codeSha256,
    description: `sha256 ${artefact.sha256}`,
  })
  version.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
  version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  const logGroupName = `/aws/lambda/us-east-1.${resource.ref}`
  const logs = logGroup(scope, `${id}Logs`, logGroupName, inputs.logRetentionDays)
  return { resource, version, needs: [logs, logPolicy(scope, `${id}LogPolicy`, role, logGroupName)] }
}

/** A version holds the code and the settings it was published with. */
const versionHash = ({ sha256, runtime, handler, memory, timeout }: Artefact): string =>
  createHash('sha256')
    .update(JSON.stringify([sha256, runtime, handler, memory ?? null, timeout ?? null]))
    .digest('hex')
    .slice(0, HASH_CHARACTERS)
