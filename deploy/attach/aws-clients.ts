/** The AWS clients of attach, detach and status, and what else they take from their surroundings. */
import { setTimeout } from 'node:timers/promises'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { STSClient } from '@aws-sdk/client-sts'
import { type Ask, askAtTerminal } from '../../cli/kit/ask.ts'
import { type Interrupt, interrupt } from '../../cli/kit/interrupt.ts'

export type Clients = { cloudfront: CloudFrontClient; lambda: LambdaClient; iam: IAMClient; sts: STSClient }

/** What the commands take from their surroundings: AWS, time, chance, a person. Tests bring their own. */
export type Dependencies = {
  clients(): Clients
  /** Resolves after this time, and at once when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  now(): Date
  /** From 0 to 1. */
  random(): number
  /** Null: there is nobody to ask. */
  ask: Ask | null
  interrupt(): Interrupt
}

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
