/**
 * What attach and detach have in common: they plan, ask, change, and start again if somebody else changed something.
 */

import { Failure, InputError } from '../../base/errors.ts'
import type { CommandContext } from '../../cli/kit/command.ts'
import { type StatusLine, statusLine } from '../../cli/kit/output.ts'
import { Conflict } from '../aws/faults.ts'
import type { Dependencies } from './aws-clients.ts'
import { type Calls, callsOf, Interrupted } from './calls.ts'

/** What the options of both commands say about how they run. */
export type RunOptions = {
  /** Show the plan, and change nothing. */
  isDry: boolean
  /** Do not ask before the change. */
  isYes: boolean
  /** stdout gets one JSON document, and what is for people goes to stderr. */
  isJson: boolean
  /** Wait until CloudFront has deployed the change. */
  waits: boolean
}

export const runOptionsOf = (values: {
  'dry-run': boolean
  yes: boolean
  json: boolean
  'no-wait': boolean
}): RunOptions => ({ isDry: values['dry-run'], isYes: values.yes, isJson: values.json, waits: !values['no-wait'] })

export type Session = { calls: Calls; line: StatusLine; dependencies: Dependencies }

/** @param interrupted what to say of a Ctrl-C: how to carry on */
export async function inSession<T>(
  dependencies: Dependencies,
  { stderr }: CommandContext,
  interrupted: () => string,
  run: (session: Session) => Promise<T>,
): Promise<T> {
  const { signal, close } = dependencies.interrupt()
  const line = statusLine(stderr)
  try {
    return await run({ calls: callsOf(dependencies, signal), line, dependencies })
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted(interrupted(), { code: 'interrupted', cause: error }) : error
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
  { line }: Session,
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

/** @throws InputError where there is nobody to ask */
export async function confirmed(dependencies: Dependencies, isYes: boolean, question: string): Promise<boolean> {
  if (isYes) return true
  if (!dependencies.ask) {
    throw new InputError(
      'expected --yes, since stdin is no terminal and nobody can be asked; --dry-run shows the plan alone',
      { code: 'not-confirmed', expected: '--yes', found: 'no terminal at stdin' },
    )
  }
  return dependencies.ask(question)
}

/** @throws InputError with the option's name */
export function distributionId(value: string | undefined, hint: string): string {
  if (value === undefined) {
    throw new InputError(`expected --distribution ID, found none; ${hint}`, {
      code: 'option-missing',
      expected: '--distribution ID',
      found: 'none',
    })
  }
  // CloudFront's ids are letters and digits; it becomes a part of names.
  if (!/^[A-Z0-9]{1,32}$/.test(value)) {
    throw new InputError(
      `--distribution: expected an id such as EDFDVBD6EXAMPLE, found ${JSON.stringify(value)}; \`aws cloudfront list-distributions\` lists them`,
      { code: 'option-value', expected: 'an id such as EDFDVBD6EXAMPLE', found: JSON.stringify(value) },
    )
  }
  return value
}
