import { isObject } from '../../../base/json-values.ts'
import type { Trigger } from '../../../edge/limits.ts'
import { messageChanges } from '../../platform/message-changes.ts'
import { redactedTrace } from '../../platform/redaction.ts'
import type { FunctionStep, PlainStep, RequestSummary, RequestTrace, TraceStep } from '../../protocol/messages.ts'

/** The changes that a function made are worked out when the trace is read. */
type RecordedStep = PlainStep | (() => FunctionStep)

/** Records a request's way through the distribution. */
export class Trace {
  readonly #steps: RecordedStep[] = []
  /** What the function at viewer-request gave to `cf.logCustomData`, URL-encoded; empty for nothing. */
  logData = ''

  add(step: PlainStep): void {
    this.#steps.push(step)
  }

  /** @param before what a function was given; @param value what it returned, `undefined` for nothing */
  addFunction(
    step: Trigger,
    milliseconds: number,
    before: unknown,
    value: unknown,
    problems: string[],
    logs: string[],
    logData = '',
  ): void {
    if (logData !== '') this.logData = logData
    const after = withoutBody(value)
    this.#steps.push(() => {
      const answered = step !== 'origin-response' && isObject(after) && ('statusCode' in after || 'status' in after)
      const found = after === undefined ? [] : messageChanges(answered ? {} : before, after)
      const result = problems.length > 0 ? 'failed' : answered ? 'answered' : found.length > 0 ? 'changed' : 'unchanged'
      return { step, milliseconds, result, changes: found, problems, logs, ...(logData !== '' && { logData }) }
    })
  }

  steps(): TraceStep[] {
    return this.#steps.map((step) => (typeof step === 'function' ? step() : step))
  }
}

/** A body may be a megabyte of base64: its length is kept in its place. */
function withoutBody(value: unknown): unknown {
  if (!isObject(value) || typeof value.body !== 'string' || value.body.length <= KEPT_CHARACTERS) return value
  return { ...value, body: `(${value.body.length} characters${value.bodyEncoding === 'base64' ? ' of base64' : ''})` }
}

const KEPT_CHARACTERS = 200

/** The traces of the last requests, by id; without what opens something. */
export class Traces {
  readonly #most: number
  readonly #kept = new Map<string, { trace: Trace; summary: RequestSummary }>()

  constructor(most: number) {
    this.#most = most
  }

  keep(trace: Trace, summary: RequestSummary): void {
    this.#kept.set(summary.id, { trace, summary })
    if (this.#kept.size > this.#most) this.#kept.delete(this.#kept.keys().next().value as string)
  }

  find(id: string): RequestTrace | undefined {
    const kept = this.#kept.get(id)
    return kept && redactedTrace({ summary: kept.summary, steps: kept.trace.steps() })
  }
}
