/** Errors that a person can do something about. The message is for people; `code`, `expected`, `found` are for programs. */

export type ErrorFacts = {
  /** What went wrong, in kebab-case: `file-not-found`. It stays the same when the message is reworded. */
  code: string
  /** What would have been right, as the message has it: `an id such as E2QWRUHAPOMQZL`. */
  expected?: string | undefined
  /** What was there instead, as the message has it. */
  found?: string | undefined
  cause?: unknown
}

/** What all errors that are meant for people have in common. */
export abstract class RimlightError extends Error {
  readonly code: string
  /** `undefined` where the error is not about a value that differs from what it should be. */
  readonly expected: string | undefined
  readonly found: string | undefined

  constructor(message: string, { code, expected, found, cause }: ErrorFacts) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.expected = expected
    this.found = found
  }
}

/**
 * What a person can put right: a wrong option, path or file. The message may hold several, one to a line; then there is
 * neither `expected` nor `found`. Exit code 2.
 */
export class InputError extends RimlightError {
  override name = 'InputError'

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts)
  }
}

/**
 * Several errors as one, a line for each; a single one stays as it is.
 * @param errors at least one
 */
export function joinedError(errors: readonly InputError[]): InputError {
  const [first, ...others] = errors
  if (first && others.length === 0) return first
  const isOneKind = others.every(({ code }) => code === first?.code)
  return new InputError(errors.map(({ message }) => message).join('\n'), {
    code: first && isOneKind ? first.code : 'several',
  })
}

/** What was asked for could not be done; the message says why, and what to do. Exit code 1. */
export class Failure extends RimlightError {
  override name = 'Failure'

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts)
  }
}

/** What the system says of a file that it refused: `EACCES: permission denied, open '/a.json'`. */
export const systemMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))
