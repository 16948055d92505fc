/** What the Lambda functions run as: each has a role of its own, with no more than it needs. */
import { CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { type LambdaName, type Manifest, type PerLambda, perLambda } from '../../bundle/manifest.ts'
import { LAMBDA_EDGE_TRUST, policyDocument, WRITE_LOGS } from '../aws/iam.ts'
import { logGroupArns, objectArn } from './arn.ts'
import type { BucketAccess } from './bucket-access.ts'
import { LOGICAL_IDS } from './inputs.ts'

export type Roles = PerLambda<CfnRole>

type Statement = { Effect: 'Allow' | 'Deny'; Action: string | string[]; Resource: string | string[] }

const PURPOSES: Record<LambdaName, string> = {
  'viewer-request-lambda': 'Rimlight: verifies tokens by public keys',
  'origin-request': 'Rimlight: passes requests through to the origin',
  'origin-response': 'Rimlight: reads originals to make renditions of them',
}

export function roles(scope: Construct, access: readonly BucketAccess[], manifest: Manifest): Roles {
  const images = imageStatements(access)
  const reading =
    images.length > 0 ? { policies: [{ policyName: 'ReadImages', policyDocument: policyDocument(images) }] } : {}
  return perLambda(
    manifest,
    (name) =>
      new CfnRole(scope, `${LOGICAL_IDS[name]}Role`, {
        description: PURPOSES[name],
        assumeRolePolicyDocument: LAMBDA_EDGE_TRUST,
        ...(name === 'origin-response' ? reading : {}),
      }),
  )
}

/** Bucket policies deny the same; here it holds whatever they say. */
function imageStatements(access: readonly BucketAccess[]): Statement[] {
  const read = access.flatMap(({ bucket, images }) => images.map((key) => objectArn(bucket, key)))
  const never = access.flatMap(({ bucket, never }) => never.map((key) => objectArn(bucket, key)))
  if (read.length === 0) return []
  return [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: read },
    ...(never.length > 0 ? [{ Effect: 'Deny' as const, Action: 's3:*', Resource: never }] : []),
  ]
}

/** Apart from the role, or there would be a circle: the log group is named after the function, which has the role. */
export const logPolicy = (scope: Construct, id: string, role: CfnRole, logGroup: string): CfnPolicy =>
  new CfnPolicy(scope, id, {
    policyName: 'WriteLogs',
    roles: [role.ref],
    policyDocument: policyDocument([
      {
        Effect: 'Allow',
        Action: WRITE_LOGS,
        Resource: logGroupArns(logGroup),
      },
    ]),
  })
