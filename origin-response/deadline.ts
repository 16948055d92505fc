/** How long an answer may be worked on. All times in milliseconds. */
import { LAMBDA_TIMEOUT_SECONDS } from '../edge/limits.ts'

/** How long a viewer may be kept waiting: the original is there already. */
export const MAX_WORK_MS = 10_000

/** Before the function's timeout: the image step may still have to load, and the answer to be written. */
const ANSWER_RESERVE_MS = 500

/** @param remaining to the timeout @returns when to stop, by `performance.now()` */
export const deadlineWith = (remaining = LAMBDA_TIMEOUT_SECONDS * 1_000): number =>
  performance.now() + Math.min(remaining - ANSWER_RESERVE_MS, MAX_WORK_MS)

export const timeTo = (deadline: number): number => Math.max(0, deadline - performance.now())

/** For people and metrics: finer than that is noise. */
export const inTenths = (milliseconds: number): number => Math.round(milliseconds * 10) / 10
