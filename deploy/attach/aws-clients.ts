/** The AWS clients of attach, detach and status, and what else they take from their surroundings. */
import { setTimeout } from 'node:timers/promises'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { askAtTerminal } from '../../cli/kit/ask.ts'
import { interrupt } from '../../cli/kit/interrupt.ts'
import type { SessionDependencies } from '../aws/session.ts'

export type Clients = {
  cloudfront: CloudFrontClient
  lambda: LambdaClient
  iam: IAMClient
  sts: STSClient
  /** Buckets and their keys are in regions of their own. */
  s3(region: string): S3Client
  kms(region: string): KMSClient
}

/** What the commands take from their surroundings: AWS, time, chance, a person. Tests bring their own. */
export type Dependencies = SessionDependencies<Clients> & { now(): Date }

/** Developer Guide, "Restrictions on Lambda@Edge": functions are in us-east-1; CloudFront and IAM are global there. */
export const REGION = 'us-east-1'

const hasOwnEndpoint = (): boolean => Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL)

export const realDependencies: Dependencies = {
  clients() {
    const config = { region: REGION, maxAttempts: 5 }
    return {
      cloudfront: new CloudFrontClient(config),
      lambda: new LambdaClient(config),
      iam: new IAMClient(config),
      sts: new STSClient(config),
      // An endpoint of one's own has no host name for each bucket; publish does the same.
      s3: (region) => new S3Client({ ...config, region, forcePathStyle: hasOwnEndpoint() }),
      kms: (region) => new KMSClient({ ...config, region }),
    }
  },
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }).catch(() => {}),
  now: () => new Date(),
  random: Math.random,
  get ask() {
    return askAtTerminal()
  },
  interrupt,
}
