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
  /** With what a command ends that meets it. */
  abstract readonly exitCode: number
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
  readonly exitCode = 2

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts)
  }
}

/**
 * A value that is not what it should be. The message is made of the facts, so that people and programs are told the same:
 * `--region: expected a region such as us-east-1, found "eu"; …`.
 * @param facts `at`: where the value is, as people know it: an option, a file; default: it is clear. `remedy`: what to do,
 * or why it is so, as a clause; default: it is clear
 */
export const unexpectedInput = ({
  at,
  remedy,
  ...facts
}: ErrorFacts & { expected: string; found: string; at?: string; remedy?: string | undefined }): InputError => {
  const [before, after] = [at === undefined ? '' : `${at}: `, remedy === undefined ? '' : `; ${remedy}`]
  return new InputError(`${before}expected ${facts.expected}, found ${facts.found}${after}`, facts)
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

/**
 * Problems told in one form, `expected A, found B`, as one error; a single one's `expected` and `found` are as its text has them.
 * @param problems at least one
 */
export function wrongInput(problems: readonly string[], code: string): InputError {
  const [, expected, found] = /\bexpected (.+?), found ("(?:[^"\\]|\\.)*"|[^;]+)/s.exec(problems[0] ?? '') ?? []
  return new InputError(problems.join('\n'), problems.length === 1 ? { code, expected, found } : { code })
}

/** What was asked for could not be done; the message says why, and what to do. Exit code 1. */
export class Failure extends RimlightError {
  override name = 'Failure'
  readonly exitCode: number = 1
  /** What was found out before it, for programs: it stands beside the error in what `--json` prints. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(message: string, { details = {}, ...facts }: ErrorFacts & { details?: Record<string, unknown> }) {
    super(message, facts)
    this.details = details
  }
}

/** Ctrl-C was pressed. What was done before that stays; the message says how to carry on. Exit code 130, as a shell has it. */
export class Interrupted extends Failure {
  override name = 'Interrupted'
  override readonly exitCode = 130

  constructor(message: string, facts: { cause?: unknown } = {}) {
    super(message, { code: 'interrupted', ...facts })
  }
}

/** What the disk refuses, whatever the file is called. */
const REFUSED_BY_DISK = ['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG', 'EMFILE', 'ENFILE']

/**
 * A file that an option names could not be written, before anything else was done.
 * @param cause what the system said
 * @returns Failure where the disk is full or broken, InputError for a name that can't be written
 */
export function notWritable(message: string, cause: unknown): InputError | Failure {
  const isOfDisk = REFUSED_BY_DISK.includes(systemCode(cause))
  return new (isOfDisk ? Failure : InputError)(message, { code: 'not-writable', found: systemMessage(cause), cause })
}

/** `ENOENT`; empty for what is no error of the system. */
const systemCode = (error: unknown): string =>
  error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : ''

/** An error of the system that nobody expected, such as a full disk, as a failure; others stay as they are. */
export const systemFailure = (error: unknown): unknown =>
  systemCode(error) === '' || error instanceof RimlightError
    ? error
    : new Failure(systemMessage(error), { code: 'system', cause: error })

/** What the system says of a file that it refused: `EACCES: permission denied, open '/a.json'`. */
export const systemMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))
