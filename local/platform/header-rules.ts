import { isObject, isUnchanged, type JsonObject } from '../../base/json-values.ts'
import { DISALLOWED_HEADERS, isListed } from '../../edge/limits.ts'

/**
 * CloudFront's rules for the headers that a function returns. Only what the function itself did counts: an entry that
 * stands in the event in the same form is never a fault. Faults are texts in CloudFront's words, as far as those are
 * known from reports of users.
 */

/** By header name, the values of its lines. */
export type HeaderLines = Map<string, string[]>

export type HeaderReading = { lines: HeaderLines; faults: string[] }

/** RFC 9110, 5.6.2, in lower case. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const ILLEGAL = /[\0-\x08\n-\x1f\x7f]/

/** `content-type` → `Content-Type`, as CloudFront prints names. */
export const titleCase = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())

/**
 * Reads a headers object of either kind of function.
 * `valuesOf` gives the values of one entry, or `undefined` for an entry of the wrong shape; `shape` says what is right.
 */
export function readHeaders(
  before: JsonObject,
  headers: unknown,
  { where, shape, valuesOf }: { where: string; shape: string; valuesOf: (entry: unknown, name: string) => unknown },
): HeaderReading {
  const lines: HeaderLines = new Map()
  if (headers === undefined) return { lines, faults: [] }
  if (!isObject(headers)) return { lines, faults: [`${where} must be an object`] }
  const faults: string[] = []
  for (const name of Object.keys(headers)) {
    const values = valuesOf(headers[name], name)
    if (isLines(values)) lines.set(name, values)
    if (isUnchanged(before, headers, name)) continue
    faults.push(...nameFaults(name, where))
    if (isLines(values)) faults.push(...values.flatMap((value) => valueFaults(name, value)))
    else faults.push(`${where} must have ${shape}. headerName : ${titleCase(name)}`)
  }
  return { lines, faults }
}

const isLines = (values: unknown): values is string[] =>
  Array.isArray(values) && values.every((value) => typeof value === 'string')

function nameFaults(name: string, where: string): string[] {
  if (TOKEN.test(name)) return []
  if (TOKEN.test(name.toLowerCase())) return [`${where} must have header names in lower case. headerName : ${name}`]
  const illegal = [...name].find((character) => !TOKEN.test(character.toLowerCase()))
  const what = illegal === undefined ? 'empty header name' : `invalid character : '${escaped(illegal)}' in header name`
  return [`the function returned an invalid header, ${what}, headerName : ${titleCase(name)}.`]
}

function valueFaults(name: string, value: string): string[] {
  const illegal = value.match(ILLEGAL)?.[0]
  return illegal === undefined
    ? []
    : [
        `the function returned an invalid header, invalid character : '${escaped(illegal)}' in header value, ` +
          `headerName : ${titleCase(name)}.`,
      ]
}

/** `\r` → `%0D`. */
export const escaped = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')

/** Disallowed headers may stay as they are or be removed, but not be added or changed. */
export const disallowedFaults = (before: HeaderLines, after: HeaderLines): string[] =>
  [...after]
    .filter(([name, values]) => isListed(name.toLowerCase(), DISALLOWED_HEADERS) && !equal(before.get(name), values))
    .map(([name]) => `The function tried to add or change a disallowed header. headerName : ${titleCase(name)}`)

export const readOnlyFaults = (before: HeaderLines, after: HeaderLines, readOnly: readonly string[]): string[] =>
  readOnly
    .filter((name) => !equal(before.get(name), after.get(name)))
    .map((name) => `The function tried to add, delete, or change a read-only header. headerName : ${titleCase(name)}`)

const equal = (one: string[] | undefined, other: string[] | undefined) => JSON.stringify(one) === JSON.stringify(other)

/** Bytes as on an HTTP/1.1 connection: `name: value` and a line end for each line. */
export const headerBytes = (lines: HeaderLines): number =>
  [...lines]
    .flatMap(([name, values]) => values.map((value) => Buffer.byteLength(name) + Buffer.byteLength(value) + 4))
    .reduce((sum, bytes) => sum + bytes, 0)
