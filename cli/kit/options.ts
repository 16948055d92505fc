/** What options a command takes: one table yields their types and their parser, and `help.ts` makes its text of it. */
import { parseArgs } from 'node:util'
import { InputError } from '../../base/errors.ts'

export type OptionRow =
  | { type: 'boolean'; about: string }
  /** `value`: what the help calls the value, such as `FILE`. */
  | { type: 'string'; value: string; about: string; default?: string; multiple?: false }
  | { type: 'string'; value: string; about: string; multiple: true }

/** By name, without its dashes. */
export type OptionRows = Record<string, OptionRow>

/** What was given, by option: `false`, `[]` and `undefined` where nothing was. */
export type Values<Rows extends OptionRows> = {
  [Name in keyof Rows]: Rows[Name] extends { type: 'boolean' }
    ? boolean
    : Rows[Name] extends { multiple: true }
      ? string[]
      : Rows[Name] extends { default: string }
        ? string
        : string | undefined
}

/**
 * `--help` is taken besides what the table has.
 * @param hint the end of messages: where to read on
 * @throws InputError for what is no option
 */
export function parseOptions<Rows extends OptionRows>(args: string[], rows: Rows, hint: string) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...Object.fromEntries(Object.entries(rows).map(parseArgsRow)), help: { type: 'boolean' as const } },
    })
    const { help, ...given } = values as Record<string, unknown>
    return { values: { ...absent(rows), ...given } as Values<Rows>, positionals, help: help === true }
  } catch (cause) {
    const code = cause instanceof TypeError && 'code' in cause ? String(cause.code) : ''
    if (!code.startsWith('ERR_PARSE_ARGS_')) throw cause
    throw new InputError(`${(cause as Error).message}; ${hint}`, { code: CODES[code] ?? 'wrong-option', cause })
  }
}

/** For reading all options before any error is thrown: `read` gives what was read, and keeps what is wrong. */
export function collectProblems() {
  const problems: InputError[] = []
  const read = <T>(found: T | InputError): T | undefined => {
    if (!(found instanceof InputError)) return found
    problems.push(found)
    return undefined
  }
  return { problems, read }
}

/** What Node calls what is wrong with options. */
const CODES: Readonly<Record<string, string>> = {
  ERR_PARSE_ARGS_UNKNOWN_OPTION: 'unknown-option',
  ERR_PARSE_ARGS_INVALID_OPTION_VALUE: 'option-value',
}

const parseArgsRow = ([name, row]: [string, OptionRow]) => [
  name,
  {
    type: row.type,
    ...('default' in row && row.default !== undefined && { default: row.default }),
    ...('multiple' in row && row.multiple && { multiple: true }),
  },
]

/** The values of options that are not given and have no default. */
const absent = (rows: OptionRows) =>
  Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, row.type === 'boolean' ? false : row.multiple ? [] : undefined]),
  )
