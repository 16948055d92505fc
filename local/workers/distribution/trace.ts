import { isObject } from '../../../base/json-values.ts'
import { changes } from '../../platform/diff.ts'
import type { RequestSummary, RequestTrace, Step } from '../../protocol/messages.ts'

/** A step whose changes are worked out when somebody asks. */
type RawStep = Exclude<Step, { changes: unknown }> | (() => Step)

/** Records a request's way through the distribution. */
export class Trace {
  readonly #steps: RawStep[] = []

  add(step: Exclude<Step, { changes: unknown }>): void {
    this.#steps.push(step)
  }

  /** What a function was given and what it returned; `value`: `undefined` for nothing. */
  ran(
    step: 'viewer-request' | 'origin-request' | 'origin-response',
    milliseconds: number,
    before: unknown,
    value: unknown,
    problems: string[],
    logs: string[],
  ): void {
    const after = withoutBody(value)
    this.#steps.push(() => {
      const answered = step !== 'origin-response' && isObject(after) && ('statusCode' in after || 'status' in after)
      const found = after === undefined ? [] : changes(answered ? {} : before, after)
      const result = problems.length > 0 ? 'failed' : answered ? 'answered' : found.length > 0 ? 'changed' : 'unchanged'
      return { step, milliseconds, result, changes: found, problems, logs }
    })
  }

  steps(): Step[] {
    return this.#steps.map((step) => (typeof step === 'function' ? step() : step))
  }
}

/** A megabyte of base64 is nothing to keep. */
function withoutBody(value: unknown): unknown {
  if (!isObject(value) || typeof value.body !== 'string' || value.body.length <= SHORT) return value
  return { ...value, body: `(${value.body.length} characters${value.bodyEncoding === 'base64' ? ' of base64' : ''})` }
}

const SHORT = 200

/** The traces of the last requests, by id. */
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
    return kept && { summary: kept.summary, steps: kept.trace.steps() }
  }
}
