/** A check: one rule of the contract, how it is asked for from outside, and what it means where the answer differs. */
import type { Viewer } from './http.ts'

export type Finding =
  | { status: 'holds'; found: string }
  /** `means`: where the answer tells more than the check knows beforehand. */
  | { status: 'differs'; expected: string; found: string; means?: string }
  | { status: 'skipped'; reason: string }

export type Check<Place> = {
  /** Stable; what scripts look for. */
  id: string
  /** What is so where it holds. */
  title: string
  /** Where the rule is written. */
  rule: string
  /** Requests at most. */
  asks: number
  /** Ids of checks of the same place that have to hold, or this one would show nothing. */
  after?: readonly string[]
  /** Ids of checks of the same place that explain all that this one would find, where they differ. */
  unless?: readonly string[]
  /** It waits for something to expire: it comes last, beside the others that wait. */
  waits?: true
  appliesTo?(place: Place): boolean
  ask(place: Place, asking: Asking): Promise<Finding>
  /** Where it differs: what that leads to, and what to do. */
  means(place: Place): string
}

export type Asking = {
  ask: Viewer['ask']
  /** Lets seconds pass. */
  wait(seconds: number): Promise<void>
  /** Where HTTP is asked for; `undefined`: nobody knows. */
  httpUrl: URL | undefined
  /** Whether to wait for half a minute, where nothing shorter shows it. */
  isSlow: boolean
}

export const holds = (found: string): Finding => ({ status: 'holds', found })
export const skipped = (reason: string): Finding => ({ status: 'skipped', reason })
export const differs = (expected: string, found: string, means?: string): Finding => ({
  status: 'differs',
  expected,
  found,
  ...(means !== undefined && { means }),
})

/** `holds` or `differs`, by what was found. */
export const judged = (isRight: boolean, expected: string, found: string, means?: string): Finding =>
  isRight ? holds(found) : differs(expected, found, means)
