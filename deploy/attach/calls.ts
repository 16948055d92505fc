/**
 * Every call of AWS goes through here: Ctrl-C takes effect between two calls, and what may succeed later is repeated.
 */
import { Failure } from '../../base/errors.ts'
import { type AwsFault, awsFailure, CALL_TRIES, faultOf } from '../aws/faults.ts'
import type { Clients, Dependencies } from './aws-clients.ts'

/** Ctrl-C was pressed. What was changed before that stays changed. */
export class Interrupted extends Failure {
  override name = 'Interrupted'
}

export type Calls = {
  /** @param action as IAM names it: `cloudfront:UpdateDistribution` @throws Failure, Conflict, Interrupted */
  call<T>(action: string, send: (clients: Clients) => Promise<T>): Promise<T>
  /** The same; null where AWS has no such thing. */
  find<T>(action: string, send: (clients: Clients) => Promise<T>): Promise<T | null>
  /** @throws Interrupted */
  sleep(milliseconds: number): Promise<void>
}

/** Milliseconds before the second try; twice as long before each one after it. */
const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 20_000

export function callsOf(dependencies: Dependencies, signal: AbortSignal): Calls {
  const clients = dependencies.clients()

  const heed = () => {
    if (signal.aborted) throw new Interrupted('interrupted', { code: 'interrupted' })
  }

  async function sleep(milliseconds: number): Promise<void> {
    heed()
    await dependencies.sleep(milliseconds, signal)
    heed()
  }

  /**
   * The SDK itself repeats what the network lost; this repeats, with longer pauses, what AWS refuses for the moment.
   */
  async function tried<T>(action: string, send: (clients: Clients) => Promise<T>, isFind: boolean): Promise<T | null> {
    for (let tries = 1; ; tries += 1) {
      heed()
      try {
        return await send(clients)
      } catch (error) {
        const fault = faultOf(error)
        if (fault === null) throw error
        if (fault === 'not-found' && isFind) return null
        if (!isWorthAnotherTry(fault) || tries === CALL_TRIES) throw awsFailure(fault, action, error as Error)
        const pause = Math.min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
        await sleep(pause * (0.5 + dependencies.random() / 2))
      }
    }
  }

  return {
    call: async (action, send) => (await tried(action, send, false)) as Awaited<ReturnType<typeof send>>,
    find: (action, send) => tried(action, send, true),
    sleep,
  }
}

const isWorthAnotherTry = (fault: AwsFault): boolean => fault === 'throttled' || fault === 'role-is-new'

/** What whoever runs attach has to be allowed: each call of ours, and what CloudFront does in the caller's name. */
export const PERMISSIONS: Record<string, readonly string[]> = {
  sts: ['GetCallerIdentity'],
  cloudfront: [
    'GetDistribution',
    'UpdateDistribution',
    'GetCachePolicy',
    'GetOriginRequestPolicy',
    'GetResponseHeadersPolicy',
    'DescribeFunction',
    'GetFunction',
    'CreateFunction',
    'UpdateFunction',
    'TestFunction',
    'PublishFunction',
  ],
  lambda: [
    'ListVersionsByFunction',
    'GetFunctionConfiguration',
    'CreateFunction',
    'UpdateFunctionCode',
    'UpdateFunctionConfiguration',
    'PublishVersion',
    // Developer Guide, "Set up IAM permissions and roles for Lambda@Edge": of whoever associates a function.
    'GetFunction',
    'EnableReplication*',
    'DisableReplication*',
  ],
  iam: [
    'GetRole',
    'GetRolePolicy',
    'CreateRole',
    'UpdateAssumeRolePolicy',
    'PutRolePolicy',
    'PassRole',
    'CreateServiceLinkedRole',
  ],
}

/** Wrapped for the help. */
export const permissionText = Object.entries(PERMISSIONS)
  .map(([service, actions]) => wrapped(`${service}:`, actions))
  .join('\n')

function wrapped(title: string, words: readonly string[]): string {
  const lines = [`  ${title}`]
  for (const word of words) {
    const last = lines.at(-1) as string
    if (last.length + word.length + 1 > 118) lines.push(`    ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}
