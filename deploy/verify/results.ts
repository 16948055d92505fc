/** The results of the checks, as `--json` prints them. */
import type { Answer } from './http.ts'
import type { Timing } from './timing.ts'

export type CheckResult = {
  /** What the check was asked about: the route's pattern, or the bucket. */
  place: string
  id: string
  title: string
  rule: string
} & CheckOutcome

export type CheckOutcome =
  | { status: 'holds'; found: string }
  | { status: 'differs'; expected: string; found: string; means: string; asked: Exchange[] }
  | { status: 'skipped'; reason: string }
  /** No answer came. */
  | { status: 'unasked'; reason: string }

/** What was asked and answered, bodies left out. */
export type Exchange = Pick<Answer, 'method' | 'target' | 'sent' | 'status' | 'headers' | 'bytes'>

export const exchangeOf = ({ method, target, sent, status, headers, bytes }: Answer): Exchange => ({
  method,
  target,
  sent,
  status,
  headers,
  bytes,
})

export type ObservationResult = { id: string; title: string; place: string; found: string }

export type Report = {
  url: string
  /** Null: not known. */
  httpUrl: string | null
  isLocal: boolean
  /** sha256 of the config that the bundle was built from. */
  config: string
  places: { name: string; about: string }[]
  checks: CheckResult[]
  observations: ObservationResult[]
  /** Where it was asked for. */
  timing?: Timing
  counts: Record<CheckOutcome['status'], number>
  requests: { made: number; atMost: number }
  milliseconds: number
}

export function checkCounts(checks: readonly CheckResult[]): Report['counts'] {
  const count = (status: CheckOutcome['status']) => checks.filter((check) => check.status === status).length
  return { holds: count('holds'), differs: count('differs'), skipped: count('skipped'), unasked: count('unasked') }
}

/** Whether something was found to hold, and nothing was not. */
export const allHold = ({ holds, differs, unasked }: Report['counts']): boolean => holds > 0 && differs + unasked === 0
