/** How many variants one version of a source can ever have: what bounds the cache, whatever viewers ask for. */

import { MOST_PIXELS, MOST_RATIO, PART_STEPS, RATIO_STEPS } from '../edge/canonical.ts'
import { nearestRatio } from '../edge/ladder.ts'
import type { ImageRule } from '../edge/rules.ts'
import { isPreview } from '../edge/variant.ts'

/** The middle, the other places of a grid of nine by nine, `attention` and `entropy`: see `edge/size.ts`. */
const POSITIONS = 9 * 9 + 2

/** @returns all, and of these what `rect` adds to the rest */
export function variantCount(rule: ImageRule): { variants: number; parts: number } {
  const previews = rule.requestable.filter(isPreview).length
  const qualities = rule.qualities.length + (rule.quality === 'auto' ? 1 : 0)
  const colours = rule.backgrounds?.length ?? 0
  // White behind a JPEG is no other picture.
  const isWhiteTwice = rule.requestable.includes('jpg') && rule.backgrounds?.includes('ffffff')
  const formats = (rule.requestable.length - previews + 1) * (1 + colours) - (isWhiteTwice ? 1 : 0)
  // `q=auto`, of WebP alone; where it is the default, and where there is no choice, it is in no key.
  const searched = rule.quality !== 'auto' && rule.qualities.length > 1 ? 1 + colours : 0
  const each = (formats * qualities + searched) * (1 + (rule.blurs?.length ?? 0))
  const inBox = (rule.widths.length + 1) ** 2
  const cuts = new Set(rule.widths.flatMap((w) => ratiosOf(rule).map((ratio) => `${w}x${Math.round(w / ratio) || 1}`)))
  const parts = rule.hasParts ? each * cuts.size * PARTS : 0
  return { variants: each * (inBox + cuts.size * POSITIONS) + previews + parts, parts }
}

/** Every ratio that a cut may have. */
export function ratiosOf({ ratios }: ImageRule): readonly number[] {
  if (ratios) return ratios
  const all = new Set<number>()
  for (let long = 1; long <= MOST_RATIO; long += 1 / (RATIO_STEPS * 2)) {
    all.add(nearestRatio(null, long))
    all.add(nearestRatio(null, 1 / long))
  }
  return [...all]
}

/**
 * What can be said with three numbers of at most `PART_STEPS` steps each, the last of them above 0, on a grid of one
 * pixel; and on each coarser one what can't be said on the one before. The coarsest is that of the largest number.
 */
const PARTS = partCount()

function partCount(): number {
  const triples = (steps: number) => (steps + 1) ** 2 * steps
  const grids = Math.log2(MOST_PIXELS / PART_STEPS)
  return triples(PART_STEPS) + grids * (triples(PART_STEPS) - triples(PART_STEPS / 2))
}
