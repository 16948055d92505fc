import { MOST_ACCEPT_CHARACTERS } from './bounds.ts'
import { type Field, joinedValues } from './event.ts'
import { replaced } from './path.ts'

/**
 * The members of an `Accept` header, over all its lines, with a comma on both sides of each, as `accepts` searches them. A
 * header of more than `MOST_ACCEPT_CHARACTERS` counts as empty.
 */
export function acceptList(accept: Field): string {
  const lines = joinedValues(accept)
  // biome-ignore lint/style/useTemplate: in the engine a template costs three times as much
  return lines.length > MOST_ACCEPT_CHARACTERS ? ',' : ',' + lines + ','
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
  // Up to the first quote, without white space: the member alone, or with parameters none of which is a weight of 0.
  return (
    (at >= 0 && list.lastIndexOf('"', at) < 0) ||
    replaced(replaced(list.split('"', 1)[0] as string, '\t', ''), ' ', '')
      .toLowerCase()
      .search(RegExp(`${member}(?=[,;])(?![^,]*;q=0[.0]*[,;])`)) >= 0
  )
}
