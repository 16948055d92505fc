import { DescribeKeyCommand, GetKeyPolicyCommand, KMSServiceException } from '@aws-sdk/client-kms'
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  HeadBucketCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type { Account, Bucket, CommandRow, Key } from './state.ts'

export const s3Error = (name: string, httpStatusCode: number, region?: string) =>
  Object.assign(
    new S3ServiceException({ name, message: `it is ${name}`, $fault: 'client', $metadata: { httpStatusCode } }),
    region === undefined ? {} : { $response: { headers: { 'x-amz-bucket-region': region } } },
  )

/** S3 answers for the region that it is asked in alone. */
function bucketIn({ buckets }: Account, name: unknown, region: string): Bucket {
  const bucket = buckets.get(String(name))
  if (!bucket) throw s3Error('NoSuchBucket', 404)
  if (bucket.region !== region) throw s3Error('PermanentRedirect', 301, bucket.region)
  return bucket
}

export const s3Commands: readonly CommandRow[] = [
  {
    action: 's3:ListBucket',
    command: HeadBucketCommand,
    isMutation: false,
    handle: ({ Bucket }, aws, { region }) => ({ BucketRegion: bucketIn(aws, Bucket, region).region }),
  },
  {
    action: 's3:GetBucketPolicy',
    command: GetBucketPolicyCommand,
    isMutation: false,
    handle({ Bucket }, aws, { region }) {
      const { policy } = bucketIn(aws, Bucket, region)
      if (policy === null) throw s3Error('NoSuchBucketPolicy', 404)
      return { Policy: policy }
    },
  },
  {
    action: 's3:GetEncryptionConfiguration',
    command: GetBucketEncryptionCommand,
    isMutation: false,
    handle({ Bucket }, aws, { region }) {
      const { key } = bucketIn(aws, Bucket, region)
      const rule = key
        ? { SSEAlgorithm: key.algorithm, ...(key.name === undefined ? {} : { KMSMasterKeyID: key.name }) }
        : { SSEAlgorithm: 'AES256' }
      return { ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: rule }] } }
    },
  },
]

function keyOf({ keys }: Account, name: unknown): Key {
  const key = keys.get(String(name)) ?? [...keys.values()].find(({ arn }) => arn === name)
  if (key) return key
  const metadata = { httpStatusCode: 400 }
  throw new KMSServiceException({
    name: 'NotFoundException',
    message: `no ${name}`,
    $fault: 'client',
    $metadata: metadata,
  })
}

export const kmsCommands: readonly CommandRow[] = [
  {
    action: 'kms:DescribeKey',
    command: DescribeKeyCommand,
    isMutation: false,
    handle({ KeyId }, aws) {
      const { arn, isManaged, state } = keyOf(aws, KeyId)
      return { KeyMetadata: { Arn: arn, KeyManager: isManaged ? 'AWS' : 'CUSTOMER', KeyState: state } }
    },
  },
  {
    action: 'kms:GetKeyPolicy',
    command: GetKeyPolicyCommand,
    isMutation: false,
    handle: ({ KeyId }, aws) => ({ Policy: keyOf(aws, KeyId).policy }),
  },
]
