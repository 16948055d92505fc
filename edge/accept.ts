import type { NegotiatedFormat } from './config.ts'
import { type Field, firstValue, valuesOf } from './event.ts'
import { asciiOf } from './path.ts'
import type { FormatRule } from './rules.ts'

/**
 * How an `Accept` list (RFC 9110, 12.5.1) names a format: in any case, by itself or with parameters, none of which is
 * a weight of 0. Wildcards do not count: every browser sends `image/*`, whether it knows WebP or not. Made at build
 * time; `plain` is the common form, which costs a fraction of `pattern` to find.
 */
export const formatRuleOf = (name: NegotiatedFormat): FormatRule => ({
  name,
  plain: `,image/${name},`,
  pattern: new RegExp(`(?:^|,)\\s*image/${name}\\s*(?:;(?!${ZERO_WEIGHT})[^;,]*)*(?:,|$)`, 'i'),
})

const ZERO_WEIGHT = '\\s*q\\s*=\\s*0(?:\\.0*)?\\s*(?:[;,]|$)'

/** Quoted parameter values may hold commas; one that is never closed goes to the end, so that none is read twice. */
const QUOTED = /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)/g

/** Whether a viewer that sent this `Accept`, of one line or several, takes the format. */
export function accepts(accept: Field, format: FormatRule): boolean {
  const list = accept.multiValue ? valuesOf(accept).join(',') : firstValue(accept)
  const at = list.indexOf(format.plain)
  const isPlain = at >= 0 && list.lastIndexOf('"', at) < 0
  return isPlain || asciiOf(list).replace(QUOTED, '').search(format.pattern) >= 0
}
