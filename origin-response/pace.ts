/**
 * How fast this process is of late. Lambda throttles functions by their memory, hosts are shared, and CPUs differ: what a
 * prediction is worth is told by the renditions before.
 */

/** Milliseconds that a rendition takes whatever its size, at the first one. */
const STARTING_MS = 50

/** After so long without a rendition, the pace that was seen counts half: it may have changed, and the next rendition will show. */
const HALF_LIFE_MS = 30_000

/** More would refuse what may well be in time. */
const MOST = 4

export type Pace = {
  /** @returns how many times what was predicted renditions take; 1: as long, or less */
  at: (now: number) => number
  /** @param took milliseconds @param predicted the same, without a margin @param now by `performance.now()` */
  observe: (took: number, predicted: number, now: number) => void
}

/**
 * Of two renditions in a row the quicker one counts: one stall is no pace, nor is one picture that was made to be slow. Slower is
 * believed at once then, faster by halves.
 */
export function paceOf(): Pace {
  let last = 1
  let seen = 0
  let previous = 1
  const at = (now: number) => 1 + (last - 1) * 2 ** (-(now - seen) / HALF_LIFE_MS)
  return {
    at,
    observe(took, predicted, now) {
      const found = Math.min(MOST, Math.max(1, (took - STARTING_MS) / predicted))
      const [before, quicker] = [at(now), Math.min(found, previous)]
      previous = found
      last = quicker > before ? quicker : (quicker + before) / 2
      seen = now
    },
  }
}
