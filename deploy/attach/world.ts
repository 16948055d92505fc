/** What the commands get from outside besides their arguments: AWS, time, a person. Tests bring their own. */
import { createInterface } from 'node:readline/promises'
import { setTimeout } from 'node:timers/promises'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { IAMClient } from '@aws-sdk/client-iam'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { STSClient } from '@aws-sdk/client-sts'

export type Clients = { cloudfront: CloudFrontClient; lambda: LambdaClient; iam: IAMClient; sts: STSClient }

export type Interrupt = { signal: AbortSignal; close(): void }

export type World = {
  clients(): Clients
  /** Ends early, and quietly, when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  now(): Date
  /** From 0 to 1. */
  random(): number
  /** Puts a question to a person; null: nobody is there. */
  ask: ((question: string) => Promise<boolean>) | null
  interrupt(): Interrupt
}

/** Developer Guide, "Restrictions on Lambda@Edge": functions are in us-east-1; CloudFront and IAM are global there. */
export const REGION = 'us-east-1'

export const realWorld: World = {
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
    return process.stdin.isTTY ? askPerson : null
  },
  interrupt,
}

/** On stderr, so that stdout holds results alone. */
async function askPerson(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // Ctrl-C, or the end of the input, is a no.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  const answer = await Promise.race([terminal.question(question).catch(() => ''), closed])
  terminal.close()
  return /^\s*y(?:es)?\s*$/i.test(answer)
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal is heeded between two calls of AWS; at the second the process ends at once. */
function interrupt(): Interrupt {
  const controller = new AbortController()
  const heed = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  for (const name of SIGNALS) process.on(name, heed)
  return {
    signal: controller.signal,
    close() {
      for (const name of SIGNALS) process.off(name, heed)
    },
  }
}
