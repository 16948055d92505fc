import { isObject, type JsonObject } from '../../../base/json-values.ts'
import type { ArtefactName } from '../../../bundle/manifest.ts'
import type { Trigger } from '../../../edge/limits.ts'
import { validateLambda } from '../../platform/validate-lambda.ts'
import type { ErrorName, InvocationOutcome, LambdaCall } from '../../protocol/invocation.ts'
import type { Host } from '../../protocol/secret.ts'
import type { Clock } from './clock.ts'
import type { Trace } from './trace.ts'

export type Lambdas = {
  /** The host, which runs them. */
  host: Host
  clock: Clock
}

export type LambdaOutcome = { kind: 'returned'; value: JsonObject } | { kind: 'failed'; error: ErrorName }

/** Runs a Lambda@Edge function on an event and holds what it returns to the platform's rules. */
export async function runLambda(
  { host, clock }: Lambdas,
  trigger: Trigger,
  event: JsonObject,
  message: unknown,
  trace: Trace,
): Promise<LambdaOutcome> {
  const started = Date.now()
  // The function's clock stands still during the invocation only where a test has moved the clock.
  const call: LambdaCall = { event, now: clock.offset === 0 ? null : clock.now() }
  // Its name in the bundle: at viewer-request, the trigger's own is the function's.
  const name: ArtefactName = trigger === 'viewer-request' ? 'viewer-request-lambda' : trigger
  const response = await host.fetch(`http://host/lambda/${name}`, { method: 'POST', body: JSON.stringify(call) })
  const outcome = (await response.json()) as InvocationOutcome
  const ended = (value: unknown, problems: string[]) =>
    trace.addFunction(trigger, Date.now() - started, message, value, problems, outcome.logs)
  if (outcome.kind === 'failed') {
    ended(undefined, [`${outcome.error}: ${outcome.reason}`])
    return { kind: 'failed', error: outcome.error }
  }
  const violations = validateLambda(trigger, event, outcome.value)
  ended(
    outcome.value,
    violations.map(({ error, reason }) => `${error}: ${reason}`),
  )
  return violations.length === 0 && isObject(outcome.value)
    ? { kind: 'returned', value: outcome.value }
    : { kind: 'failed', error: 'LambdaValidationError' }
}
