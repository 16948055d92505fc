/**
 * Every call of AWS goes through here: Ctrl-C takes effect between two calls, or after some seconds in a call without an answer,
 * and what may succeed later is repeated.
 */
import { Interrupted } from '../../base/errors.ts'
import { type AwsFault, awsFailure, CALL_TRIES, faultOf } from './faults.ts'

/** What calls take from their surroundings. */
export type CallDependencies<Clients> = {
  clients(): Clients
  /** Resolves after this time, and at once when the signal is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>
  /** From 0 to 1. */
  random(): number
}

export type AwsCalls<Clients> = {
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

/** Milliseconds that a call under way is waited for after Ctrl-C, since its answer tells whether something was changed. */
const LAST_ANSWER = 3_000

/** @param command whose help lists what it has to be allowed: `rimlight attach` */
export function callsOf<Clients>(
  dependencies: CallDependencies<Clients>,
  signal: AbortSignal,
  command: string,
): AwsCalls<Clients> {
  const clients = dependencies.clients()
  const unanswered = interruptedLate(signal)

  const heed = () => {
    if (signal.aborted) throw new Interrupted('interrupted')
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
        return await Promise.race([send(clients), unanswered])
      } catch (error) {
        const fault = faultOf(error)
        if (fault === null) throw error
        if (fault === 'not-found' && isFind) return null
        if (!isWorthAnotherTry(fault) || tries === CALL_TRIES) throw awsFailure(fault, action, error as Error, command)
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

/** Rejects `LAST_ANSWER` milliseconds after Ctrl-C; never before. */
function interruptedLate(signal: AbortSignal): Promise<never> {
  const late = Promise.withResolvers<never>()
  // Where no call is under way then, it must not be an unhandled rejection.
  late.promise.catch(() => {})
  const giveUp = () => setTimeout(() => late.reject(new Interrupted('interrupted')), LAST_ANSWER).unref()
  signal.addEventListener('abort', giveUp, { once: true })
  return late.promise
}

const isWorthAnotherTry = (fault: AwsFault): boolean => fault === 'throttled' || fault === 'role-is-new'
