/** The values of headers that CloudFront adds to requests: a bundle has their names alone. */
import { InputError, joinedError } from '../../base/errors.ts'
import type { Origin } from '../../bundle/policies.ts'
import { ORIGIN_HEADERS } from '../../edge/limits.ts'

type Values = Record<string, Record<string, string>>

/** RFC 9110, 5.5, without the obsolete part. */
const VALUE = /^[!-~](?:[ \t!-~]*[!-~])?$/

/**
 * @returns the values by names in lower case
 * @throws InputError (`origin-headers`) for an origin or a header that the config does not name, and for what is no value; the
 *   message says nothing of a value
 */
export function originHeaderValues(origins: Record<string, Origin>, given: Values): Values {
  const expected = headerNames(origins)
  const found: Values = {}
  const problems: InputError[] = []
  for (const [origin, values] of Object.entries(given)) {
    for (const [header, value] of Object.entries(values)) {
      const name = header.toLowerCase()
      if (!expected.includes(`${origin}: ${name}`)) problems.push(unknownHeader(`${origin}: ${name}`, expected))
      else if (!VALUE.test(value) || value.length > ORIGIN_HEADERS.valueCharacters) problems.push(noValue(origin, name))
      else found[origin] = { ...found[origin], [name]: value }
    }
  }
  if (problems.length > 0) throw joinedError(problems)
  return found
}

/** `api: x-origin-secret`: what the config names, and has no value here. */
export const missingHeaders = (origins: Record<string, Origin>, values: Values): string[] =>
  headerNames(origins).filter((named) => {
    const [origin = '', header = ''] = named.split(': ')
    return values[origin]?.[header] === undefined
  })

const headerNames = (origins: Record<string, Origin>): string[] =>
  Object.entries(origins).flatMap(([origin, { headers = [] }]) => headers.map((header) => `${origin}: ${header}`))

function unknownHeader(found: string, names: readonly string[]): InputError {
  const expected = names.join(', ') || 'none'
  const message = `origin headers: expected those that the config names (${expected}), found ${found}`
  return new InputError(message, { code: 'origin-headers', expected, found })
}

function noValue(origin: string, header: string): InputError {
  const expected = `visible ASCII characters, at most ${ORIGIN_HEADERS.valueCharacters}`
  return new InputError(`origin headers: expected ${expected} for ${header} of ${origin}, found something else`, {
    ...{ code: 'origin-headers', expected, found: 'something else' },
  })
}
