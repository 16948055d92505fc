/** What came of the checks. */
import type { Answer } from './http.ts'

export type CheckResult = {
  /** The route's pattern, or the bucket. */
  place: string
  id: string
  title: string
  rule: string
} & Outcome

export type Outcome =
  | { status: 'holds'; found: string }
  | { status: 'differs'; expected: string; found: string; means: string; asked: Asked[] }
  | { status: 'skipped'; reason: string }
  /** No answer came. */
  | { status: 'unasked'; reason: string }

/** What was asked and answered, bodies left out. */
export type Asked = Pick<Answer, 'method' | 'target' | 'sent' | 'status' | 'headers' | 'bytes'>

export const askedOf = ({ method, target, sent, status, headers, bytes }: Answer): Asked => ({
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
  counts: Record<Outcome['status'], number>
  requests: { made: number; atMost: number }
  milliseconds: number
}

export function countsOf(checks: readonly CheckResult[]): Report['counts'] {
  const count = (status: Outcome['status']) => checks.filter((check) => check.status === status).length
  return { holds: count('holds'), differs: count('differs'), skipped: count('skipped'), unasked: count('unasked') }
}

/** Whether something was found to hold, and nothing was not. */
export const isFine = ({ holds, differs, unasked }: Report['counts']): boolean => holds > 0 && differs + unasked === 0
