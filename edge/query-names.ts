import { MOST_NAMES } from './bounds.ts'
import { type Fields, NOT_ASCII_ESCAPE, valuesOf } from './event.ts'

/** A name has at most 128 characters, escaped three times as many. */
const MAX_CHARACTERS = 384

/**
 * The query with names such as `ids[]` as the config has them: some clients escape what others do not (`ids%5B%5D`), and
 * servers take both for the same. Values of both spellings stand under one name, those under the plain one first.
 */
export function withPlainNames(query: Fields, names: readonly string[]): Fields {
  const all = Object.keys(query).slice(0, MOST_NAMES)
  all.forEach((name) => {
    if (name.indexOf('%') < 0 || name.length > MAX_CHARACTERS || name.search(NOT_ASCII_ESCAPE) >= 0) return
    const plain = decodeURIComponent(name)
    if (plain === name || !names.includes(plain)) return
    const multiValue = valuesOf(query[plain])
      .concat(valuesOf(query[name]))
      .map((value) => ({ value }))
    query[plain] = { value: '', multiValue }
  })
  return query
}
