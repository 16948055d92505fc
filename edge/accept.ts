import { type Field, firstValue, valuesOf } from './event.ts'
import { asciiOf } from './path.ts'

/** Quoted parameter values may hold commas; one that is never closed goes to the end, so that none is read twice. */
const QUOTED = /"(?:[^"\\]|\\[\s\S]?)*(?:"|$)/g
const SPACES = /\s/g

/** What is accepted with a weight of 0, of a list without spaces, in lower case. */
const REFUSED = /,[^,]*;q=0(?:\.0*)?(?=[;,])[^,]*/g

/** An `Accept` of one line or several, a comma before and behind each of its members. */
export function acceptList(accept: Field): string {
  const lines = accept.multiValue ? valuesOf(accept).join(',') : firstValue(accept)
  // biome-ignore lint/style/useTemplate: in the engine a template costs three times as much
  return ',' + lines + ','
}

/**
 * Whether an `Accept` list (RFC 9110, 12.5.1) names an image format: in any case, by itself or with parameters, none of
 * which is a weight of 0. Wildcards do not count: every browser sends `image/*`, whether it knows WebP or not. The
 * common form, plain and between commas, costs a fraction of the others to find.
 */
export function accepts(list: string, format: string): boolean {
  // biome-ignore lint/style/useTemplate: as above
  const member = ',image/' + format
  // biome-ignore lint/style/useTemplate: as above
  const at = list.indexOf(member + ',')
  if (at >= 0 && list.lastIndexOf('"', at) < 0) return true
  const members = asciiOf(list).replace(QUOTED, '').replace(SPACES, '').toLowerCase().replace(REFUSED, '').split(';')
  return members.join(',').indexOf(`${member},`) >= 0
}
