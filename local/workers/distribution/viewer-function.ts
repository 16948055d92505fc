import { isObject } from '../../../base/json-values.ts'
import {
  type FunctionContext,
  functionEvent,
  functionRequest,
  functionResponse,
  type GeneratedResponse,
} from '../../platform/function-event.ts'
import { validateFunction } from '../../platform/validate-function.ts'
import type { ErrorName } from '../../protocol/invocation.ts'
import type { EdgeRequest } from './messages.ts'
import type { Trace } from './trace.ts'

/** The function of the bundle, as its module exports it. */
export type FunctionHandler = (event: unknown) => unknown

export type FunctionOutcome =
  | { kind: 'request'; request: EdgeRequest }
  | { kind: 'response'; response: GeneratedResponse }
  | { kind: 'failed'; error: ErrorName }

/** Runs the CloudFront Function on a viewer's request and holds what it returns to the platform's rules. */
export async function runViewerFunction(
  handler: FunctionHandler,
  request: EdgeRequest,
  ip: string,
  context: FunctionContext,
  trace: Trace,
): Promise<FunctionOutcome> {
  // Two of them: the function may change its own in place.
  const event = functionEvent(request, ip, context)
  const given = functionEvent(request, ip, context)
  offerRawQuery(given.request, request)
  const { logs, run, written } = captured(handler)
  const started = performance.now()
  const ended = (value: unknown, problems: string[], logs: string[]) =>
    trace.addFunction('viewer-request', performance.now() - started, event.request, value, problems, logs, written())

  let value: unknown
  try {
    const result = run(given)
    value = isPromise(result) ? await result : result
  } catch (error) {
    ended(undefined, [`FunctionExecutionError: ${textOf(error)}`], logs)
    return { kind: 'failed', error: 'FunctionExecutionError' }
  }
  const problems = validateFunction(event, value).map(({ error, reason }) => `${error}: ${reason}`)
  ended(value, problems, logs)
  if (problems.length > 0 || !isObject(value)) return { kind: 'failed', error: 'FunctionValidationError' }
  return 'statusCode' in value
    ? { kind: 'response', response: functionResponse(value) }
    : { kind: 'request', request: functionRequest(value, event, request) }
}

/** Developer Guide, "Helper methods in CloudFront Functions": `undefined` where there is no `?`. */
function offerRawQuery(target: object, { query }: EdgeRequest): void {
  Object.defineProperty(target, 'rawQueryString', { value: () => (query === '' ? undefined : query) })
}

/** CloudFront's `console.log` takes one argument. What is written before the handler returns counts as its own. */
function captured(handler: FunctionHandler) {
  const logs: string[] = []
  let logData = ''
  const run = (event: unknown) => {
    const { log } = console
    const platform = (globalThis as { rimlightPlatform?: { customData?: string } }).rimlightPlatform ?? {}
    delete platform.customData
    console.log = (line: unknown) => void logs.push(String(line))
    try {
      return handler(event)
    } finally {
      console.log = log
      logData = platform.customData ?? ''
    }
  }
  return { logs, run, written: () => logData }
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  isObject(value) && 'then' in value && typeof value.then === 'function'

function textOf(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'a value that has no text'
  }
}
