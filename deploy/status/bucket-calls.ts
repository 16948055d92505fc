/** What S3 and KMS tell of a bucket, its policy and its key. */
import { DescribeKeyCommand, GetKeyPolicyCommand } from '@aws-sdk/client-kms'
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  HeadBucketCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Failure } from '../../base/errors.ts'
import type { Clients } from '../attach/aws-clients.ts'
import type { Calls } from '../attach/calls.ts'
import { regionIn } from '../aws/bucket-region.ts'
import type { PolicyDocument } from '../aws/policy-verdict.ts'

/** The permissions that reading a bucket's settings takes, in IAM's names; those that are missing are reported. */
export const BUCKET_PERMISSIONS = [
  's3:ListBucket',
  's3:GetBucketPolicy',
  's3:GetEncryptionConfiguration',
  'kms:DescribeKey',
  'kms:GetKeyPolicy',
] as const

export type Looked<T> = { kind: 'found'; value: T } | { kind: 'none' } | { kind: 'unknown'; why: string }

/** What may not be looked at, or can't be reached, is no reason to say nothing of the rest. @throws Interrupted */
async function looked<T>(
  { find }: Calls,
  action: (typeof BUCKET_PERMISSIONS)[number],
  send: (clients: Clients) => Promise<T>,
): Promise<Looked<NonNullable<T>>> {
  try {
    const value = await find(action, send)
    return value === null || value === undefined ? { kind: 'none' } : { kind: 'found', value }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { kind: 'unknown', why: error.code === 'denied' ? `whoever runs this may not ${action}` : error.message }
  }
}

/** The region that a bucket is in. S3 says so with any error but 404: S3 API Reference, "HeadBucket". */
export const bucketRegionOf = (calls: Calls, bucket: string, expected: string): Promise<Looked<string>> =>
  looked(calls, 's3:ListBucket', (clients) => regionBy(clients.s3(expected), bucket, expected))

async function regionBy(s3: S3Client, bucket: string, expected: string): Promise<string | null> {
  try {
    return (await s3.send(new HeadBucketCommand({ Bucket: bucket }))).BucketRegion ?? expected
  } catch (error) {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return null
    const found = regionIn(error)
    if (found === undefined) throw error
    return found
  }
}

/** A bucket without a policy has an empty one. */
export async function bucketPolicyOf(calls: Calls, bucket: string, region: string): Promise<Looked<PolicyDocument>> {
  const found = await looked(calls, 's3:GetBucketPolicy', ({ s3 }) =>
    s3(region).send(new GetBucketPolicyCommand({ Bucket: bucket })),
  )
  if (found.kind === 'unknown') return found
  return { kind: 'found', value: documentOf(found.kind === 'found' ? found.value.Policy : undefined) }
}

/** What new objects are encrypted with, as the bucket names it; none: a key of S3's own, which nobody needs to be allowed. */
export async function bucketKeyOf(calls: Calls, bucket: string, region: string): Promise<Looked<string>> {
  const found = await looked(calls, 's3:GetEncryptionConfiguration', ({ s3 }) =>
    s3(region).send(new GetBucketEncryptionCommand({ Bucket: bucket })),
  )
  if (found.kind !== 'found') return found
  const rule = found.value.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
  // S3 User Guide, "Using server-side encryption with AWS KMS keys": without a name it is the account's aws/s3.
  return rule?.SSEAlgorithm?.startsWith('aws:kms')
    ? { kind: 'found', value: rule.KMSMasterKeyID || 'alias/aws/s3' }
    : { kind: 'none' }
}

export type BucketKey = { arn: string; isManaged: boolean; state: string; policy: PolicyDocument }

/** @param name an id, an ARN, or those of an alias */
export async function keyNamed(calls: Calls, name: string, region: string): Promise<Looked<BucketKey>> {
  const found = await looked(calls, 'kms:DescribeKey', ({ kms }) =>
    kms(region).send(new DescribeKeyCommand({ KeyId: name })),
  )
  if (found.kind !== 'found') return found
  const { Arn: arn = '', KeyManager, KeyState: state = 'Enabled' } = found.value.KeyMetadata ?? {}
  const isManaged = KeyManager === 'AWS'
  if (isManaged) return { kind: 'found', value: { arn, isManaged, state, policy: {} } }
  const policy = await looked(calls, 'kms:GetKeyPolicy', ({ kms }) =>
    kms(region).send(new GetKeyPolicyCommand({ KeyId: arn })),
  )
  if (policy.kind !== 'found') return policy
  return { kind: 'found', value: { arn, isManaged, state, policy: documentOf(policy.value.Policy) } }
}

const documentOf = (text: string | undefined): PolicyDocument => (text ? JSON.parse(text) : {})
