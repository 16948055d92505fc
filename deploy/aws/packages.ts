/** The parts of the AWS SDK that verbs and `rimlight/tenants` take: optional peers, installed by whoever uses these. */

const clientsOf = (...services: string[]): string[] => services.map((service) => `@aws-sdk/client-${service}`)

/** CloudFront, Lambda and IAM, whose account it is, and what keeps the distribution from reading its buckets. */
export const DISTRIBUTION_PACKAGES = clientsOf('cloudfront', 'iam', 'kms', 'lambda', 's3', 'sts')

/** Key value stores take signatures of a kind of their own. */
export const KEYS_PACKAGES = [...clientsOf('cloudfront', 'cloudfront-keyvaluestore'), '@aws-sdk/signature-v4a']

export const INVALIDATION_PACKAGES = clientsOf('cloudfront')

export const BUCKET_PACKAGES = clientsOf('s3')
