/** The shape of the conformance table: a rule, its cases, and what each driver can't do. */
import type { Trigger } from '../../edge/limits.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'

export type DriverName = 'source' | 'njs' | 'workerd' | 'zip'

export type Case = {
  name: string
  event: unknown
  /** Milliseconds since 1970: what the handler takes the time to be. */
  now?: number
  /** The `Result` of each line that the handler logs; default: none. */
  logs?: readonly string[]
  /** Throws where the value is not what the rule asks for. */
  check: (value: unknown) => void
  /** Drivers that can't run it, each with the reason. */
  skips?: Partial<Record<DriverName, string>>
}

/** `rule` cites behaviour.md: the trigger's section and number, then what the cases show. */
export type Group = { rule: string; cases: Case[] }

export type Table = { trigger: Trigger; groups: Group[] }

/** The value that a handler returned; a failure fails the test that asks. */
export function returnedValue(outcome: InvocationOutcome | undefined): unknown {
  if (outcome === undefined) throw new Error('the driver gave no outcome')
  if (outcome.kind === 'failed') throw new Error(`${outcome.error}: ${outcome.reason}`)
  return outcome.value
}
