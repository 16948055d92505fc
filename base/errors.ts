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

/** A value that is not what it should be. */
export type Unexpected = {
  /** Where the value is, as people know it: an option, a file. Left out where that is clear. */
  at?: string
  expected: string
  found: string
  /** What to do, or why it is so, as a clause. Left out where that is clear. */
  remedy?: string | undefined
}

/** The facts as one line: `--region: expected a region such as us-east-1, found "eu"; …`. */
export function unexpectedText({ at, expected, found, remedy }: Unexpected): string {
  const [before, after] = [at === undefined ? '' : `${at}: `, remedy === undefined ? '' : `; ${remedy}`]
  return `${before}expected ${expected}, found ${found}${after}`
}

/** The message is made of the facts, so that people and programs are told the same. */
export const unexpectedInput = (facts: ErrorFacts & Unexpected): InputError =>
  new InputError(unexpectedText(facts), facts)

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
  readonly exitCode: number = 1
  /** What was found out before it, for programs: it stands beside the error in what `--json` prints. */
  readonly details: Readonly<Record<string, unknown>>

  constructor(message: string, { details = {}, ...facts }: ErrorFacts & { details?: Record<string, unknown> }) {
    super(message, facts)
    this.details = details
  }
}

/** The exit code after Ctrl-C, as a shell has it. */
export const INTERRUPTED = 130

/** Ctrl-C was pressed. What was done before that stays; the message says how to carry on. */
export class Interrupted extends Failure {
  override name = 'Interrupted'
  override readonly exitCode = INTERRUPTED

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

/** An unexpected error of the system, such as a full disk, as a failure; others stay as they are. */
export const systemFailure = (error: unknown): unknown =>
  systemCode(error) === '' || error instanceof RimlightError
    ? error
    : new Failure(systemMessage(error), { code: 'system', cause: error })

/** What the system says of a file that it refused: `EACCES: permission denied, open '/a.json'`. */
export const systemMessage = (error: unknown): string => (error instanceof Error ? error.message : String(error))
