/**
 * How fast this process is of late. Lambda throttles functions by their memory, hosts are shared, and CPUs differ: what a
 * prediction is worth is told by the renditions before.
 */

/** Milliseconds that a rendition takes whatever its size, at the first one. */
const STARTING_MS = 50

/** After so long without another rendition, half of what was seen is believed: the next one shows. */
const HALF_LIFE_MS = 30_000

/** One stall is no pace. */
const MOST = 10

export type Pace = {
  /** @returns how many times what was predicted renditions take; 1: as long, or less */
  at: (now: number) => number
  /** @param took milliseconds @param predicted the same, without a margin @param now by `performance.now()` */
  observe: (took: number, predicted: number, now: number) => void
}

/** Slower is believed at once, faster by halves. */
export function paceOf(): Pace {
  let last = 1
  let seen = 0
  const at = (now: number) => 1 + (last - 1) * 2 ** (-(now - seen) / HALF_LIFE_MS)
  return {
    at,
    observe(took, predicted, now) {
      const found = Math.min(MOST, Math.max(1, (took - STARTING_MS) / predicted))
      const before = at(now)
      last = found > before ? found : (found + before) / 2
      seen = now
    },
  }
}
