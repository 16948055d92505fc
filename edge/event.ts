/**
 * A CloudFront Functions event, read with care: tests and other tools send events with parts missing or misshapen.
 * Shapes: CloudFront Developer Guide, "CloudFront Functions event structure".
 */
import { MOST_DECODED, MOST_PARSED, MOST_VALUES } from './bounds.ts'

/** A header, query parameter or cookie: `value` is the first of `multiValue`, which is there where a name repeats. */
export type Field = { value: string; multiValue?: { value: string }[] }
export type Fields = Record<string, Field>

export type ViewerRequest = {
  method: string
  uri: string
  querystring: Fields | string
  headers: Fields
  cookies: Fields
  /** The query as received; `undefined` where there is none. The runtime has it since November 2025. */
  rawQueryString?: () => string | undefined
}

export type ViewerResponse = { statusCode: number; headers: Fields; body?: string }

/** The headers or the query of an event; none where they are missing. */
export const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value ? (value as Fields) : {})

/** The value of a field, the first one where it repeats; empty where it is missing or misshapen. */
export const firstValue = (field: Field | undefined): string =>
  field && typeof field.value === 'string' ? field.value : ''

/** The values of one header or parameter in the order received, the first ten or `most`. */
export function valuesOf(field: Field | undefined, most?: number): string[] {
  // biome-ignore lint/complexity/useOptionalChain: what it becomes for the engine is longer
  const lines = field && field.multiValue
  return (Array.isArray(lines) ? lines.slice(0, most || MOST_VALUES) : field ? [field] : []).map(firstValue)
}

/** The values of a field with commas between them. Most fields have one, which costs the engine a third. */
export const joinedValues = (field: Field): string => (field.multiValue ? valuesOf(field).join() : firstValue(field))

/**
 * What the first value of a parameter that parses gives; 0 where none does. `parse` gives 0 or an empty string for
 * what does not. Escapes count as what they stand for (`%36%34` is `64`).
 */
export function firstParsed<T>(parse: (value: string) => T, field: Field | undefined): T | 0 {
  if (!field) return 0
  const value = field.value
  return (typeof value === 'string' && parse(value)) || decodedValues(field).map(parse).find(Boolean) || 0
}

/** An escape of a character beyond ASCII, and what is none. */
export const NOT_ASCII_ESCAPE = /%(?![2-7][\da-f])/i

/**
 * The first five values with their escapes decoded, where all are of printable ASCII; else as they are. None where they are
 * too long together. They are joined by tabs, which no URL holds, to be decoded in one go.
 */
function decodedValues(field: Field): string[] {
  const text = valuesOf(field, MOST_PARSED).join('\t')
  if (text.length > MOST_DECODED) return []
  return (text.search(NOT_ASCII_ESCAPE) < 0 ? decodeURIComponent(text) : text).split('\t')
}
