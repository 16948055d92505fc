import { unexpectedInput } from '../base/errors.ts'

/** What a message may show of a value; keys and secrets are not shown at all. */
const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** An option that is not what it should be. @param code of the error @param found in words, where it is not to be shown */
export const wrong = (option: string, code: string, expected: string, value: unknown, found = shown(value)) =>
  unexpectedInput({ at: option, code, expected, found })
