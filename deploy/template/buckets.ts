/** Buckets: the ones of access logs, and the ones of the config where the stack is to create them. */
import { CfnBucket, CfnBucketPolicy } from 'aws-cdk-lib/aws-s3'
import { CfnDeletionPolicy } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { InputError } from '../../base/errors.ts'
import { httpsOnly, policyDocument } from '../aws/iam.ts'
import type { BucketAccess } from './bucket-access.ts'
import { bucketPolicy, type Readers } from './bucket-policy.ts'
import type { Inputs } from './inputs.ts'
import { deliveryStatement } from './log-delivery.ts'
import { logicalIds } from './logical-ids.ts'

const PRIVATE = {
  publicAccessBlockConfiguration: {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  },
  bucketEncryption: {
    serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
  },
}

const UPLOADS = { id: 'BrokenUploads', status: 'Enabled', abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } }

/**
 * CloudFront delivers legacy logs by ACL: Developer Guide, "Configure standard logging (legacy)". Those of v2 are written by
 * the bucket's policy; it lets ACLs be, so that a stack can go from the one to the other.
 */
export function accessLogs(scope: Construct, { name, logs, accessLogDays }: LogBucketInputs): AccessLogs {
  const bucket = new CfnBucket(scope, 'AccessLogs', {
    ...PRIVATE,
    ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerPreferred' }] },
    lifecycleConfiguration: { rules: [{ id: 'Expiry', status: 'Enabled', expirationInDays: accessLogDays }, UPLOADS] },
  })
  retain(bucket)
  const policy = new CfnBucketPolicy(scope, 'AccessLogsPolicy', {
    bucket: bucket.ref,
    policyDocument: policyDocument<object>([
      ...(logs.kind === 'v2' ? [deliveryStatement(name, bucket.attrArn)] : []),
      httpsOnly('HttpsOnly', 's3:*', [bucket.attrArn, `${bucket.attrArn}/*`]),
    ]),
  })
  return { bucket, policy }
}

type LogBucketInputs = Pick<Inputs, 'name' | 'logs' | 'accessLogDays'>

export type AccessLogs = { bucket: CfnBucket; policy: CfnBucketPolicy }

/** What is in a bucket outlives the stack. */
function retain(bucket: CfnBucket): void {
  bucket.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
  bucket.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
}

/** Their policies name the distribution, and are made after it. @throws InputError for buckets of another region */
export function createdBuckets(scope: Construct, access: readonly BucketAccess[]): CfnBucket[] {
  const elsewhere = access.filter(({ region }) => region !== 'us-east-1')
  if (elsewhere.length > 0) {
    const found = elsewhere.map(({ bucket, region }) => `${bucket} is in ${region}`).join(', ')
    throw new InputError(
      `a stack in us-east-1 creates buckets in us-east-1 alone, and ${found}; create these in their regions, and merge the policies that the stack gives as outputs into theirs`,
      { code: 'wrong-region', expected: 'buckets in us-east-1', found },
    )
  }
  const ids = logicalIds(access.map(({ bucket }) => bucket))
  return access.map(({ bucket }, index) => {
    const resource = new CfnBucket(scope, `${ids[index]}Bucket`, {
      ...PRIVATE,
      bucketName: bucket,
      ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
      lifecycleConfiguration: { rules: [UPLOADS] },
    })
    retain(resource)
    return resource
  })
}

/** @param buckets the resources, in the order of `access` */
export function bucketPolicies(
  scope: Construct,
  buckets: readonly CfnBucket[],
  access: readonly BucketAccess[],
  readers: Readers,
): void {
  access.forEach((one, index) => {
    const bucket = buckets[index] as CfnBucket
    new CfnBucketPolicy(scope, `${bucket.node.id}Policy`, {
      bucket: bucket.ref,
      policyDocument: bucketPolicy(one, readers, bucket.attrArn),
    })
  })
}
