/** What the Lambda functions run as: each has a role of its own, with no more than it needs. */
import { CfnPolicy, CfnRole } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { LambdaTrigger } from '../../edge/limits.ts'
import { logGroupArns, objectArn } from './arn.ts'
import type { BucketAccess } from './bucket-access.ts'

export type Roles = Record<LambdaTrigger, CfnRole>

type Statement = { Effect: 'Allow' | 'Deny'; Action: string | string[]; Resource: string | string[] }

const document = (Statement: readonly object[]) => ({ Version: '2012-10-17', Statement })

/** Developer Guide, "Set up IAM permissions and roles for Lambda@Edge": both services have to be trusted. */
const TRUST = document([
  {
    Effect: 'Allow',
    Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] },
    Action: 'sts:AssumeRole',
  },
])

export function roles(scope: Construct, access: readonly BucketAccess[]): Roles {
  const images = imageStatements(access)
  return {
    'origin-request': new CfnRole(scope, 'OriginRequestRole', {
      description: 'Rimlight: passes requests through to the origin',
      assumeRolePolicyDocument: TRUST,
    }),
    'origin-response': new CfnRole(scope, 'OriginResponseRole', {
      description: 'Rimlight: reads originals to make renditions of them',
      assumeRolePolicyDocument: TRUST,
      ...(images.length > 0 ? { policies: [{ policyName: 'ReadImages', policyDocument: document(images) }] } : {}),
    }),
  }
}

/** The denial is the bucket policies' as well; here it holds whatever those say. */
function imageStatements(access: readonly BucketAccess[]): Statement[] {
  const read = access.flatMap(({ bucket, images }) => images.map((key) => objectArn(bucket, key)))
  const never = access.flatMap(({ bucket, never }) => never.map((key) => objectArn(bucket, key)))
  if (read.length === 0) return []
  return [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: read },
    ...(never.length > 0 ? [{ Effect: 'Deny' as const, Action: 's3:*', Resource: never }] : []),
  ]
}

/** Apart from the role: the log group's name is the function's, and that has the role. */
export const logPolicy = (scope: Construct, id: string, role: CfnRole, logGroup: string): CfnPolicy =>
  new CfnPolicy(scope, id, {
    policyName: 'WriteLogs',
    roles: [role.ref],
    policyDocument: document([
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: logGroupArns(logGroup),
      },
    ]),
  })
