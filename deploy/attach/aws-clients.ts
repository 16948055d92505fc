/** The AWS clients of attach, detach and status, and what else they take from their surroundings. */
import { setTimeout } from 'node:timers/promises'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { STSClient } from '@aws-sdk/client-sts'
import { askAtTerminal } from '../../cli/kit/ask.ts'
import { interrupt } from '../../cli/kit/interrupt.ts'
import type { SessionDependencies } from '../aws/session.ts'

export type Clients = { cloudfront: CloudFrontClient; lambda: LambdaClient; iam: IAMClient; sts: STSClient }

/** What the commands take from their surroundings: AWS, time, chance, a person. Tests bring their own. */
export type Dependencies = SessionDependencies<Clients> & { now(): Date }

/** Developer Guide, "Restrictions on Lambda@Edge": functions are in us-east-1; CloudFront and IAM are global there. */
export const REGION = 'us-east-1'

export const realDependencies: Dependencies = {
  clients() {
    const config = { region: REGION, maxAttempts: 5 }
    return {
      cloudfront: new CloudFrontClient(config),
      lambda: new LambdaClient(config),
      iam: new IAMClient(config),
      sts: new STSClient(config),
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
