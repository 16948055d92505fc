/** What all commands have in common: a table of options, a help made from it, and exit codes for errors. */
import { Failure, RimlightError, systemFailure, unexpectedInput } from '../../base/errors.ts'
import { type Help, helpOf } from './help.ts'
import { signalsTold } from './interrupt.ts'
import { asksForJson, type OptionRows, parseOptions, type Values } from './options.ts'
import type { Output } from './output.ts'

export type Command<Rows extends OptionRows> = Help<Rows> & {
  /** Whether it takes operands; without this, they are refused. */
  takesOperands?: true
  /**
   * @returns the exit code
   * @throws InputError for 2, Failure for 1, Interrupted for 130; anything else is a fault of ours
   */
  run(values: Values<Rows>, context: CommandContext): Promise<number>
}

export type CommandContext = {
  /** Operands: all arguments that are not options. */
  positionals: string[]
  stdout: Output
  stderr: Output
  /** For the end of messages on wrong usage: which `--help` to read. */
  hint: string
}

/** Runs with these arguments, and gives the exit code. */
export type Main = (args: string[], stdout: Output, stderr: Output) => Promise<number>

export function defineCommand<const Rows extends OptionRows>(command: Command<Rows>): Main {
  const hint = `\`${command.name} --help\` says how to use it`
  return async (args, stdout, stderr) => {
    try {
      const { values, positionals, help } = parseOptions(args, command.options, hint)
      if (help) {
        stdout.write(helpOf(command))
        return 0
      }
      const [operand] = positionals
      if (operand !== undefined && !command.takesOperands) {
        throw unexpectedInput({
          code: 'operands',
          expected: 'options alone',
          found: JSON.stringify(operand),
          remedy: hint,
        })
      }
      return await command.run(values, { positionals, stdout, stderr, hint })
    } catch (error) {
      // By a Ctrl-C, it ends here.
      await signalsTold()
      return reportError(error, asksForJson(args), stdout, stderr)
    }
  }
}

/**
 * Writes an error's message, for people; where the output is for programs, as a JSON document as well.
 * @returns its exit code
 * @throws any error that is not meant for people
 */
export function reportError(thrown: unknown, isJson: boolean, stdout: Output, stderr: Output): number {
  const error = systemFailure(thrown)
  if (isJson) stdout.write(`${JSON.stringify(errorDocument(error))}\n`)
  if (!(error instanceof RimlightError)) throw error
  stderr.write(`${error.message}\n`)
  return error.exitCode
}

/** `expected` and `found` are null where the error is not about a value. */
function errorDocument(error: unknown) {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof RimlightError)) return { error: { code: 'fault', message, expected: null, found: null } }
  const { code, expected = null, found = null } = error
  const details = error instanceof Failure ? error.details : {}
  return { ...details, error: { code, message, expected, found } }
}
