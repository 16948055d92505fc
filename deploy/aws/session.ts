/** A command's run at AWS: it can be interrupted, asks before it changes, and starts again if somebody else was faster. */
import { Failure, InputError, Interrupted } from '../../base/errors.ts'
import type { Ask } from '../../cli/kit/ask.ts'
import type { CommandContext } from '../../cli/kit/command.ts'
import type { Interrupt } from '../../cli/kit/interrupt.ts'
import { type StatusLine, statusLine } from '../../cli/kit/output.ts'
import { type AwsCalls, type CallDependencies, callsOf } from './calls.ts'
import { Conflict } from './faults.ts'

/** What a session takes from its surroundings, besides AWS. */
export type SessionDependencies<Clients> = CallDependencies<Clients> & {
  /** Null: there is nobody to ask. */
  ask: Ask | null
  interrupt(): Interrupt
}

/** `signal`: of Ctrl-C. */
export type AwsSession<Clients> = { calls: AwsCalls<Clients>; line: StatusLine; signal: AbortSignal }

/**
 * @param command whose help lists what it has to be allowed: `rimlight attach`
 * @param interrupted what to say of a Ctrl-C: how to carry on
 */
export async function inAwsSession<Clients, T>(
  dependencies: SessionDependencies<Clients>,
  { stderr }: CommandContext,
  command: string,
  interrupted: () => string,
  run: (session: AwsSession<Clients>) => Promise<T>,
): Promise<T> {
  const { signal, close } = dependencies.interrupt()
  const line = statusLine(stderr)
  try {
    return await run({ calls: callsOf(dependencies, signal, command), line, signal })
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted(interrupted(), { cause: error }) : error
  } finally {
    line.clear()
    close()
  }
}

/** Attempts before it gives up. */
const PLANS = 5

/** @param attempt reads, plans, asks and changes, once; `isRepeated`: one before it met a change of somebody else */
export async function untilUndisturbed<T>(
  { stderr }: CommandContext,
  { line }: Pick<AwsSession<never>, 'line'>,
  attempt: (isRepeated: boolean) => Promise<T>,
): Promise<T> {
  for (let plans = 1; ; plans += 1) {
    try {
      return await attempt(plans > 1)
    } catch (error) {
      line.clear()
      if (!(error instanceof Conflict)) throw error
      if (plans === PLANS) {
        throw new Failure(
          `expected nobody else to change it meanwhile, found changes ${PLANS} times (${error.message}); run the same command again when they are done: it carries on`,
          {
            code: 'changed-meanwhile',
            expected: 'nobody else to change it meanwhile',
            found: `changes ${PLANS} times`,
            cause: error,
          },
        )
      }
      stderr.write(`Somebody else changed something meanwhile (${error.message}): reading and planning again.\n`)
    }
  }
}

/**
 * @param instead what else there is where nobody can be asked
 * @throws InputError where there is nobody to ask
 */
export async function confirmed(
  { ask }: Pick<SessionDependencies<never>, 'ask'>,
  isYes: boolean,
  question: string,
  instead = '; --dry-run shows the plan alone',
): Promise<boolean> {
  if (isYes) return true
  if (!ask) {
    throw new InputError(`expected --yes, since stdin is no terminal and nobody can be asked${instead}`, {
      code: 'not-confirmed',
      expected: '--yes',
      found: 'no terminal at stdin',
    })
  }
  return ask(question)
}
