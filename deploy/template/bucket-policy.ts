/**
 * A bucket's policy: what this distribution and the image role may read. A missing key is a 403 to them, not a 404, as
 * they may not list the bucket; origin-response answers both as 404.
 */
import { InputError } from '../../base/errors.ts'
import { httpsOnly, policyDocument } from '../aws/iam.ts'
import { bucketArn, distributionArn } from './arn.ts'
import type { BucketAccess } from './bucket-access.ts'
import type { Reader } from './origins.ts'

export type Readers = {
  /** How CloudFront reads; `undefined`: no bucket. */
  reader: Reader | undefined
  distributionId: string
  /** ARN. */
  imageRole: string
}

export type BucketPolicy = { Version: string; Statement: object[] }

/** Bytes. Amazon S3 User Guide, "Bucket policies": the limit. */
const BUCKET_POLICY_BYTES = 20_480

/** Bytes that names, which are known when the stack is made, may take in place of the ones that stand for them here. */
const NAMES_BYTES = 2_048

/**
 * @param arn of the bucket, where it is a resource of the stack
 * @throws InputError for more than S3 takes
 */
export function bucketPolicy(access: BucketAccess, readers: Readers, arn = bucketArn(access.bucket)): BucketPolicy {
  const bytes = Buffer.byteLength(JSON.stringify(policyOf(access, readers, bucketArn(access.bucket)))) + NAMES_BYTES
  if (bytes > BUCKET_POLICY_BYTES) {
    throw new InputError(
      `the policy of the bucket ${access.bucket} takes ${bytes.toLocaleString('en')} bytes, S3 allows ${BUCKET_POLICY_BYTES.toLocaleString('en')}; give routes of it fewer or shorter paths`,
      { code: 'policy-too-large', expected: `at most ${BUCKET_POLICY_BYTES} bytes`, found: `${bytes} bytes` },
    )
  }
  return policyOf(access, readers, arn)
}

/**
 * `Sid`s end in the distribution's id: statements of two stacks can be merged into one policy, and told apart.
 * @param arn of the bucket
 */
function policyOf(access: BucketAccess, { reader, distributionId, imageRole }: Readers, arn: string): BucketPolicy {
  const { read, images, never } = access
  const sid = (name: string) => `Rimlight${name}${distributionId}`
  const objects = (keys: readonly string[]) => keys.map((key) => `${arn}/${key}`)
  const cloudFront = cloudFrontOf(reader, distributionId)
  return policyDocument<object>([
    ...(read.length > 0
      ? [{ Sid: sid('Read'), Effect: 'Allow', ...cloudFront, Action: 's3:GetObject', Resource: objects(read) }]
      : []),
    ...(images.length > 0
      ? [
          {
            Sid: sid('Images'),
            Effect: 'Allow',
            Principal: { AWS: imageRole },
            Action: 's3:GetObject',
            Resource: objects(images),
          },
        ]
      : []),
    ...(never.length > 0
      ? [
          { Sid: sid('NeverRead'), Effect: 'Deny', ...cloudFront, Action: 's3:*', Resource: objects(never) },
          {
            Sid: sid('NeverImages'),
            Effect: 'Deny',
            Principal: { AWS: imageRole },
            Action: 's3:*',
            Resource: objects(never),
          },
        ]
      : []),
    httpsOnly(sid('HttpsOnly'), 's3:*', [arn, `${arn}/*`]),
  ])
}

/** The service in the name of this distribution, or an identity. */
const cloudFrontOf = (reader: Reader | undefined, distributionId: string) =>
  reader?.kind === 'identity'
    ? { Principal: reader.principal }
    : {
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceArn': distributionArn(distributionId) } },
      }
