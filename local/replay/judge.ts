import { at, isObject } from '../../base/json-values.ts'
import type { ArtefactName } from '../../bundle/manifest.ts'
import type { Trigger } from '../../edge/limits.ts'
import type { FunctionEngine } from '../host/functions/function-engine.ts'
import { messageChanges, valueChanges } from '../platform/message-changes.ts'
import { validateFunction } from '../platform/validate-function.ts'
import { validateLambda } from '../platform/validate-lambda.ts'
import type { InvocationOutcome, Violation } from '../protocol/invocation.ts'
import type { FunctionStep, ValueChange } from '../protocol/messages.ts'
import type { EventItem } from './events.ts'

/** What a replayed event led to, and whether that is right. */
export type Judgement = {
  /** `answered`: a request trigger gave a response in place of the request. `failed`: nothing was returned. */
  result: FunctionStep['result']
  /** From the request (or response) in the event to the value that was returned; for an answer, the whole value. */
  changes: ValueChange[]
  /** What was returned; absent if nothing was. */
  value?: unknown
  /** The platform's rules that the value breaks, or how the function failed. */
  violations: Violation[]
  /** `recorded`: by this run. */
  expectation: 'none' | 'met' | 'unmet' | 'recorded'
  /** From the expected value to the one that was returned. */
  unmet: ValueChange[]
  disagreement: Disagreement | null
  /** What the function wrote, by line. */
  logs: string[]
}

/** Two engines in which the function does not return the same. */
export type Disagreement = { engines: [string, string]; differences: ValueChange[] }

/** Judges what an artefact made of an event. */
export function judge(artefact: ArtefactName, item: EventItem, outcome: InvocationOutcome): Judgement {
  const trigger: Trigger = artefact === 'viewer-request-lambda' ? 'viewer-request' : artefact
  const { logs } = outcome
  const wanted = item.expect
  if (outcome.kind === 'failed') {
    const violations = [{ error: outcome.error, reason: outcome.reason }]
    const expectation = wanted ? 'unmet' : 'none'
    return { result: 'failed', changes: [], violations, expectation, unmet: [], disagreement: null, logs }
  }
  const { value } = outcome
  const answered = trigger !== 'origin-response' && isObject(value) && ('status' in value || 'statusCode' in value)
  const found = messageChanges(answered ? {} : eventMessage(artefact, item.event), value)
  const unmet = wanted ? valueChanges(wanted.value, value) : []
  return {
    result: answered ? 'answered' : found.length > 0 ? 'changed' : 'unchanged',
    changes: found,
    value,
    violations:
      artefact === 'viewer-request' ? validateFunction(item.event, value) : validateLambda(trigger, item.event, value),
    expectation: wanted === undefined ? 'none' : unmet.length > 0 ? 'unmet' : 'met',
    unmet,
    disagreement: null,
    logs,
  }
}

/** The request or response in the event that an artefact returns, changed or not. */
function eventMessage(artefact: ArtefactName, event: unknown): unknown {
  if (artefact === 'viewer-request') return at(event, 'request')
  return at(event, 'Records', 0, 'cf', artefact === 'origin-response' ? 'response' : 'request')
}

/** Compares what two engines made of one event. The texts of errors differ between engines and are not compared. */
export function disagreementOf(
  [one, outcome]: readonly [FunctionEngine, InvocationOutcome],
  [other, otherOutcome]: readonly [FunctionEngine, InvocationOutcome],
): Disagreement | null {
  const differences = valueChanges(comparable(outcome), comparable(otherOutcome))
  return differences.length > 0 ? { engines: [one.name, other.name], differences } : null
}

const comparable = (outcome: InvocationOutcome) =>
  outcome.kind === 'returned' ? outcome.value : { failed: outcome.error }
