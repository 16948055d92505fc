/** How long an answer may be worked on. */
import { LAMBDA_TIMEOUT_SECONDS } from '../edge/limits.ts'

/** Milliseconds that a viewer may be kept waiting: the original is there already. */
export const MOST_WORK = 10_000

/** Milliseconds before the function's timeout: the image step may still have to load, and the answer to be written. */
const FOR_THE_ANSWER = 500

/** @param remaining milliseconds to the timeout @returns when to stop, by `performance.now()` */
export const deadlineWith = (remaining = LAMBDA_TIMEOUT_SECONDS * 1_000): number =>
  performance.now() + Math.min(remaining - FOR_THE_ANSWER, MOST_WORK)

export const timeTo = (deadline: number): number => Math.max(0, deadline - performance.now())
