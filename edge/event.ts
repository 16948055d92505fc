/**
 * A CloudFront Functions event, read with care: tests and other tools send events with parts missing or misshapen.
 * Shapes: CloudFront Developer Guide, "CloudFront Functions event structure".
 */
import { normalizedEscapes } from './path.ts'

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

/** The values of one header or parameter in the order received. */
export const valuesOf = (field: Field | undefined): string[] =>
  Array.isArray(field?.multiValue) ? field.multiValue.map(firstValue) : field ? [firstValue(field)] : []

/**
 * What the first value of a parameter that parses gives; 0 where none does. `parse` gives 0 or an empty string for
 * what does not. Escapes count as what they stand for (`%36%34` is `64`); what parses holds none.
 */
export function firstParsed<T>(parse: (value: string) => T, field: Field | undefined): T | 0 {
  if (!field) return 0
  const value = field.value
  return (
    (typeof value === 'string' && parse(value)) || valuesOf(field).map(normalizedEscapes).map(parse).find(Boolean) || 0
  )
}
