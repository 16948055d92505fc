import { MOST_QUERY_CHARACTERS } from './bounds.ts'
import { type Field, type Fields, firstParsed, valuesOf } from './event.ts'
import { NEEDS_ESCAPED_NAMES } from './needed.ts'
import { asciiOf, normalizedEscapes } from './path.ts'
import type { RouteRule } from './rules.ts'
import type { Variant } from './variant.ts'
import { parseVersion } from './version.ts'

/**
 * The query of the cache key: the parameters that the route knows, sorted by name, and no others.
 * @param isLong whether the path is long; escapes then stay as they are written, as they do in a long query
 */
export function canonicalQuery(query: Fields, route: RouteRule, variant: Variant, isLong?: boolean): string {
  const names = route.parameters
  const version = route.version
  const queryNames = route.query
  let key = ''
  for (let i = 0, count = names.length; i < count; i += 1) {
    const name = names[i] as string
    const value = name === version ? firstParsed(parseVersion, query[name]) : variant[name as keyof Variant]
    // biome-ignore lint/style/useTemplate: in the engine a template costs twice as much, for every parameter
    if (value) key += '&' + name + '=' + value
    // biome-ignore lint/complexity/useOptionalChain: what it becomes for the engine is longer
    else if (queryNames && queryNames.includes(name)) {
      key += NEEDS_ESCAPED_NAMES ? escapedPairs(name, query[name]) : pairsOf(name, query[name])
    }
  }
  key = key.slice(1)
  if (!queryNames) return key
  // Where a name may have brackets, which stay as they are, values have been escaped one by one; else all is at once.
  const ascii = NEEDS_ESCAPED_NAMES ? key : asciiOf(key)
  return (!isLong && ascii.length <= MOST_QUERY_CHARACTERS && normalizedEscapes(ascii, '')) || ascii
}

const escapedPairs = (name: string, field: Field | undefined): string =>
  valuesOf(field)
    .map((value) => `&${name}=${asciiOf(value)}`)
    .join('')

/** A parameter's values as they were received, as `&name=value` each. */
export const pairsOf = (name: string, field: Field | undefined): string =>
  valuesOf(field)
    .map((value) => `&${name}=${value}`)
    .join('')

/** A query string as CloudFront Functions has it; names and values stay as they are written. */
export function parseQuery(text: string): Fields {
  const fields: Fields = Object.create(null)
  const pairs = text === '' ? [] : text.split('&')
  pairs.forEach((pair) => {
    const name = pair.split('=', 1)[0] as string
    const line = { value: pair.slice(name.length + 1) }
    const field = fields[name]
    if (field) field.multiValue = (field.multiValue || [{ value: field.value }]).concat(line)
    else fields[name] = line
  })
  return fields
}
