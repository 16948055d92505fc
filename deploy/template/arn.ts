/** ARNs of what the parts of the stack refer to. */
import { Aws } from 'aws-cdk-lib/core'

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`

export const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`

export const distributionArn = (id: string): string => `arn:aws:cloudfront::${Aws.ACCOUNT_ID}:distribution/${id}`

/** Lambda@Edge logs where it runs: in any region. */
export const logGroupArns = (logGroup: string): string[] => {
  const arn = `arn:aws:logs:*:${Aws.ACCOUNT_ID}:log-group:${logGroup}`
  return [arn, `${arn}:*`]
}
