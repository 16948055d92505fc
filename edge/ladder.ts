/** Numbers as clients write them, and the ladders that they go to. */

import { MOST_RATIO, RATIO_STEPS } from './canonical.ts'
import { NEEDS_ALL_RATIOS, NEEDS_RATIO_LISTS } from './needed.ts'
import type { Ladder } from './rules.ts'

/** Searches for what a number may not hold: in the engine, `$` also matches before a final line feed. */
export const NOT_A_NUMBER = /[^0-9.]/

/** Digits, and a point between them or beside them. @returns 0 for what is no such number, or none above 0 */
export const parseNumber = (value: string): number => (value.search(NOT_A_NUMBER) < 0 ? +value || 0 : 0)

/** The lowest rung that is not below the value; for more than the top rung, that. */
export function rungAbove(rungs: Ladder, value: number): number {
  let i = 0
  while ((rungs[i] as number) < value) i += 1
  return (rungs[i] || rungs[i - 1]) as number
}

/** How far apart two ratios are, as a factor: the order is that of the difference of their logarithms. */
const factor = (a: number, b: number): number => (a > b ? a / b : b / a)

/**
 * The nearest of these ratios; `null`: of all. From 1:1 to 2:1 that is a ladder in steps of 1/36, which hits 5:4, 4:3,
 * 3:2 and 16:9, and is never off by more than 1.4 %; from there to 16:1 each octave has as many steps; and the inverses.
 */
export function nearestRatio(ratios: Ladder | null, asked: number): number {
  if (NEEDS_RATIO_LISTS && (!NEEDS_ALL_RATIOS || ratios)) {
    return (ratios as Ladder).reduce((best, ratio) => (factor(ratio, asked) < factor(best, asked) ? ratio : best))
  }
  const long = Math.min(MOST_RATIO, asked < 1 ? 1 / asked : asked)
  let steps = RATIO_STEPS
  while (long * steps > 2 * RATIO_STEPS) steps /= 2
  const nearest = Math.round(long * steps) / steps
  return asked < 1 ? 1 / nearest : nearest
}
