/** The known word that a misspelt one was probably meant to be. */

/** Shorter beginnings are those of too many words. */
const BEGINNING = 3

/** @returns the nearest word, or the one that begins so; `undefined` where none is near, or several begin so */
export function closest(found: string, words: readonly string[]): string | undefined {
  const text = found.toLowerCase()
  const near = words
    .map((word) => ({ word, edits: editsBetween(text, word) }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.floor(Math.max(text.length, word.length) / 3)))
    .toSorted((one, other) => one.edits - other.edits)
  if (near[0] && text.length > 1) return near[0].word
  const longer = text.length < BEGINNING ? [] : words.filter((word) => word.startsWith(text))
  return longer.length === 1 ? longer[0] : undefined
}

/** Characters left out, added or changed, and neighbours that changed places (optimal string alignment). */
export function editsBetween(one: string, other: string): number {
  const rows = [[...Array(other.length + 1).keys()]]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= one.length; row++) {
    rows.push([row])
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const areSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          areSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
  }
  return at(one.length, other.length)
}
