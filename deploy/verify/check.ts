/** A check: one rule of the contract, how it is asked for from outside, and what it means where the answer differs. */
import type { Viewer } from './http.ts'

export type CheckFinding =
  | { status: 'holds'; found: string }
  /** `means`: where the answer tells more than the check knows beforehand. */
  | { status: 'differs'; expected: string; found: string; means?: string }
  | { status: 'skipped'; reason: string }

/** @template Target a route (`CheckTarget`) or a bucket (`BucketTarget`) */
export type Check<Target> = {
  /** Stable; what scripts look for. */
  id: string
  /** What is true where it holds. */
  title: string
  /** Where the rule is written. */
  rule: string
  /** Requests at most. */
  asks: number
  /** Ids of checks of the same target that have to hold, or this one would show nothing. */
  after?: readonly string[]
  /** Ids of checks of the same target that explain all that this one would find, where they differ. */
  unless?: readonly string[]
  /** It shows something of a private route without a grant as well. */
  isOpen?: true
  /** It waits for something to expire: it comes last, beside the others that wait. */
  waits?: true
  appliesTo?(target: Target): boolean
  ask(target: Target, asking: Asking): Promise<CheckFinding>
  /** Where it differs: what that leads to, and what to do. */
  means(target: Target): string
}

export type Asking = {
  ask: Viewer['ask']
  /** Lets seconds pass. */
  wait(seconds: number): Promise<void>
  /** Where it listens for HTTP; `undefined`: that is not known. */
  httpUrl: URL | undefined
  /** Whether to wait for half a minute, where nothing shorter shows it. */
  isSlow: boolean
}

export const holds = (found: string): CheckFinding => ({ status: 'holds', found })
export const skipped = (reason: string): CheckFinding => ({ status: 'skipped', reason })
export const differs = (expected: string, found: string, means?: string): CheckFinding => ({
  status: 'differs',
  expected,
  found,
  ...(means !== undefined && { means }),
})

/** `holds` or `differs`, by what was found. */
export const judged = (isRight: boolean, expected: string, found: string, means?: string): CheckFinding =>
  isRight ? holds(found) : differs(expected, found, means)
