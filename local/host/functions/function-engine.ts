import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../base/root.ts'
import { failed, type InvocationOutcome, returned } from '../../protocol/invocation.ts'

/** A CloudFront Function loaded in an engine. */
export type FunctionEngine = {
  name: 'njs' | 'workerd'
  /** Outcomes in the order of the events; each event is handed over as JSON. Does not reject for what a function does. */
  run(events: unknown[]): Promise<InvocationOutcome[]>
  close(): Promise<void>
}

export type EngineOptions = {
  /** Milliseconds that a batch may take before it counts as hanging; default 5,000. A batch of 1,000 takes about 50. */
  patience?: number
  /** What its KeyValueStore holds; without it, none is associated. */
  keyValues?: Record<string, string>
}

export const PATIENCE_MS = 5_000

/** njs frees no memory before it exits: 1,000 events take about 23 MB, 100,000 in one process 1.8 GB. */
const BATCH_EVENTS = 1_000

/** What came of a batch: the outcomes of the events it got through and, if those are not all, why it stopped. */
export type Batch = { outcomes: InvocationOutcome[]; stopped?: string }

/** Text that defines `globalThis.driveRimlightFunction`, for both engines. */
export const driver = readFileSync(join(ROOT, 'local/host/functions/function-driver.js'), 'utf8')

/**
 * An event as JSON. A lone surrogate has no place in UTF-8, so no request can hold one; njs reads it as U+FFFD and V8
 * keeps it. Both get U+FFFD: what then differs between them is the function's doing.
 */
const eventText = (event: unknown): string =>
  (JSON.stringify(event) ?? 'null').replace(/\\(u[dD][89a-fA-F][0-9a-fA-F]{2}|.)/g, (found, escaped: string) =>
    escaped.length > 1 ? '\ufffd' : found,
  )

/** Reads a line that the driver reported. @throws SyntaxError if it was torn */
export function outcomeOf(line: string): InvocationOutcome {
  const { value, threw, missing, logs, customData } = JSON.parse(line)
  const custom = customData === undefined ? {} : { customData }
  if (threw !== undefined) return { ...failed('FunctionExecutionError', threw, logs), ...custom }
  if (missing === undefined) return { ...returned(value, logs), ...custom }
  const what = missing === 'undefined' ? 'nothing' : `a ${missing}`
  const reason = `The CloudFront function returned an invalid value: a request or a response is expected, the function returned ${what}.`
  return { ...failed('FunctionValidationError', reason, logs), ...custom }
}

/**
 * Runs events in batches. After a batch that stopped, its remaining events go one at a time, so that the failure
 * is told of the event that caused it.
 */
export async function runInBatches(
  events: unknown[],
  runBatch: (texts: string[]) => Promise<Batch>,
): Promise<InvocationOutcome[]> {
  const outcomes: InvocationOutcome[] = []
  let single = 0
  while (outcomes.length < events.length) {
    const size = single > 0 ? 1 : BATCH_EVENTS
    const texts = events.slice(outcomes.length, outcomes.length + size).map(eventText)
    const batch = await runBatch(texts)
    outcomes.push(...batch.outcomes)
    single = Math.max(0, single - 1)
    if (batch.stopped === undefined) continue
    if (texts.length > 1) single = texts.length - batch.outcomes.length
    else {
      outcomes.push(failed('FunctionExecutionError', batch.stopped))
      single = 0
    }
  }
  return outcomes
}
