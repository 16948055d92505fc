/** Events for functions, and what running them leads to: between the distribution, replay, and the engines and processes. */

/** The names under which CloudFront reports a failed function (`x-cache`, logs). */
export type ErrorName =
  | 'FunctionExecutionError'
  | 'FunctionValidationError'
  | 'LambdaExecutionError'
  | 'LambdaValidationError'
  | 'LambdaLimitExceeded'

/** An event for a Lambda@Edge function. `now`, in milliseconds since 1970: null for the machine's own clock. */
export type LambdaCall = { event: unknown; now: number | null }

/**
 * What handing one event to a function led to. `logs`: what it wrote meanwhile, by line. `customData`: what it gave to
 * `cf.logCustomData`, as it stands in the access log; absent where it gave nothing.
 */
export type InvocationOutcome = { logs: string[]; customData?: string } & (
  | {
      kind: 'returned'
      /** As JSON carries it: the platform sees no more of it. */
      value: unknown
    }
  | { kind: 'failed'; error: ErrorName; reason: string }
)

/** A rule of the platform that a result breaks. */
export type Violation = { error: ErrorName; reason: string }

export const returned = (value: unknown, logs: string[] = []): InvocationOutcome => ({ kind: 'returned', value, logs })

export const failed = (error: ErrorName, reason: string, logs: string[] = []): InvocationOutcome => ({
  kind: 'failed',
  error,
  reason,
  logs,
})
