/** The names under which CloudFront reports a failed function (`x-cache`, logs). */
export type ErrorName =
  | 'FunctionExecutionError'
  | 'FunctionValidationError'
  | 'LambdaExecutionError'
  | 'LambdaValidationError'
  | 'LambdaLimitExceeded'

/**
 * What came of handing one event to a function. `logs`: what it wrote meanwhile, by line. `customData`: what it gave to
 * `cf.logCustomData`, as it stands in the access log; absent where it gave nothing.
 */
export type Outcome = { logs: string[]; customData?: string } & (
  | {
      kind: 'returned'
      /** As it survives JSON: that is all the platform sees of it. */
      value: unknown
    }
  | { kind: 'failed'; error: ErrorName; reason: string }
)

/** A rule of the platform that a result breaks. */
export type Violation = { error: ErrorName; reason: string }

export const returned = (value: unknown, logs: string[] = []): Outcome => ({ kind: 'returned', value, logs })

export const failed = (error: ErrorName, reason: string, logs: string[] = []): Outcome => ({
  kind: 'failed',
  error,
  reason,
  logs,
})
