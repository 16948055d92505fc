/** What the schemas are made of. A message names what was expected; `build/config.ts` adds where and what was found. */
import * as v from 'valibot'

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 }

export const string = v.string('a string')

/** A check that valibot lacks: to it, a list is an object as well. */
export const noList = (expected: string) =>
  v.pipe(
    v.any(),
    v.check((value) => !Array.isArray(value), expected),
  )

/** Unknown keys are errors; the message lists the known ones. */
export const object = <T extends v.ObjectEntries>(entries: T) =>
  v.pipe(
    noList('an object'),
    v.strictObject(entries, (issue) => {
      if (issue.expected === 'never') return `one of the keys ${Object.keys(entries).join(', ')}`
      return issue.received === 'undefined' ? 'a value: it is required' : 'an object'
    }),
  )

export const matching = (pattern: RegExp, expected: string) => v.pipe(v.string(expected), v.regex(pattern, expected))

export const integer = (min: number, max: number, unit = '') => {
  const expected = `a whole number from ${min} to ${max}${unit}`
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(min, expected), v.maxValue(max, expected))
}

const MAX_SECONDS = 10 * 365 * SECONDS.d

export const durationSchema = v.pipe(
  v.custom<number | string>(
    (value) =>
      typeof value === 'number'
        ? Number.isInteger(value) && value >= 0 && value <= MAX_SECONDS
        : typeof value === 'string' && /^\d{1,9}[smhd]$/.test(value),
    "a duration: whole seconds, or '30s', '5m', '24h', '365d'",
  ),
  v.transform((value) =>
    typeof value === 'number' ? value : Number.parseInt(value, 10) * SECONDS[value.at(-1) as keyof typeof SECONDS],
  ),
  v.maxValue(MAX_SECONDS, 'a duration of at most 3650d'),
)

export const list = <T extends v.GenericSchema>(item: T, expected: string) =>
  v.pipe(
    v.array(item, expected),
    v.check(
      (items) => new Set(items.map((entry) => JSON.stringify(entry))).size === items.length,
      `${expected}, each once`,
    ),
  )

export const nonEmpty = <T extends v.GenericSchema>(item: T, expected: string) =>
  v.pipe(list(item, expected), v.minLength(1, expected))

export const ascending = (item: v.GenericSchema<number>, expected: string) =>
  v.pipe(
    nonEmpty(item, expected),
    v.transform((values) => values.toSorted((a, b) => a - b)),
  )

/** Names such as `constructor` are refused: every object has that property, so the function could not tell whether a query has it. */
const isOwnName = v.check((name: string) => !(name in {}), 'a parameter name that is no property of every object')

/**
 * What a cache policy takes is any text: neither CloudFront's API model (QueryStringNames) nor CloudFormation's schema nor
 * CDK has a pattern, and the Developer Guide ("Understand cache policies") says that even `*` stands for itself. Here it is
 * what a URL's query may hold unescaped, so that a name is sent as it stands in the policy: `ids[]`, `page[number]`,
 * `$filter`, `name:exact`. How CloudFront compares a name with its escaped spelling is not documented; the function makes
 * both one.
 */
export const queryName = v.pipe(
  matching(
    /^[A-Za-z0-9._~[\]:@$!*(),-]{1,128}$/,
    'a parameter name of letters, digits and . _ ~ - [ ] : @ $ ! * ( ) ,',
  ),
  isOwnName,
)

/**
 * Characters that a query needs no escapes for, so that a name is written in one way. Names such as `constructor` are
 * refused.
 */
export const parameterName = v.pipe(
  matching(/^[A-Za-z0-9._~-]{1,128}$/, 'a parameter name of letters, digits and . _ ~ -'),
  isOwnName,
)
