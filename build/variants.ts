/** How many variants one version of a source can ever have: what bounds the cache, whatever viewers ask for. */
import type { ImageRule } from '../edge/rules.ts'

export function variantCount(rule: ImageRule): number {
  const formats = rule.requestable.length + 1
  const inBox = (rule.widths.length + 1) ** 2
  const crops = rule.widths.flatMap((w) => rule.ratios.map((ratio) => `${w}x${Math.round(w / ratio)}`))
  return formats * (inBox + new Set(crops).size) * rule.qualities.length
}
