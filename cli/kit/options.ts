/** What options a command takes: one table yields their types and their parser, and `help.ts` makes its text of it. */
import { parseArgs } from 'node:util'
import { InputError, unexpectedInput } from '../../base/errors.ts'
import { closest } from './closest.ts'

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
 * `--help` and `-h` are taken besides what the table has: with one of them, nothing else is looked at.
 * @param hint the end of messages: where to read on
 * @throws InputError for what is no option
 */
export function parseOptions<Rows extends OptionRows>(args: string[], rows: Rows, hint: string) {
  // Not strict: what is wrong is said here, in our words.
  const { values, positionals, tokens } = parseArgs({
    args,
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(Object.entries(rows).map(parseArgsRow)),
      help: { type: 'boolean' as const, short: 'h' },
    },
  })
  const options = tokens.filter((token) => token.kind === 'option')
  // As the value of an option it is none: whoever forgot that value asks for help.
  const help = options.some(({ name, value, inlineValue }) => name === 'help' || (!inlineValue && isHelp(value)))
  const problem = help ? undefined : options.map((token) => optionProblem(token, args, rows, hint)).find(Boolean)
  if (problem) throw problem
  const { help: _, ...given } = values as Record<string, unknown>
  return { values: { ...absent(rows), ...given } as Values<Rows>, positionals, help }
}

const isHelp = (text: string | undefined): boolean => text === '--help' || text === '-h'

/** Whether `--json` is among the options, whatever else is wrong with them. */
export const asksForJson = (args: readonly string[]): boolean => isAmong(args, ['--json'])

/** `--version` or `-v`. Values that begin with a dash are written `--NAME=-v`. */
export const asksForVersion = (args: readonly string[]): boolean => isAmong(args, ['--version', '-v'])

function isAmong(args: readonly string[], options: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? args.length : end).some((arg) => options.includes(arg))
}

type OptionToken = { index: number; name: string; rawName: string } & (
  | { value: string; inlineValue: boolean }
  | { value: undefined; inlineValue: undefined }
)

function optionProblem(token: OptionToken, args: readonly string[], rows: OptionRows, hint: string) {
  const { index, name, rawName, value, inlineValue } = token
  const row = Object.hasOwn(rows, name) && rawName.startsWith('--') ? rows[name] : undefined
  if (!row) {
    // Of `-out`, which a parser takes for the options o, u and t, all is shown.
    const found = rawName.startsWith('--') ? rawName : (args[index] ?? rawName)
    const meant = closest(found.replace(/^-+|=.*$/gs, ''), [...Object.keys(rows), 'help'])
    return wrongOption('unknown-option', '', 'an option that it takes', JSON.stringify(found), hint, meant)
  }
  if (row.type === 'boolean') {
    if (!inlineValue) return undefined
    return wrongOption('option-value', `${rawName}: `, 'no value', JSON.stringify(value), hint)
  }
  // No file has an empty name: a script's variable holds nothing.
  const isNothing = value === undefined || (value === '' && (row.value === 'FILE' || row.value === 'DIR'))
  if (isNothing) return wrongOption('option-value', `${rawName}: `, row.value, 'nothing', hint)
  if (inlineValue || value === '-' || !value.startsWith('-')) return undefined
  const way = `a value that begins with a dash is written ${rawName}=${value}; ${hint}`
  return wrongOption('option-value', `${rawName}: `, row.value, `the option ${JSON.stringify(value)}`, way)
}

function wrongOption(code: string, subject: string, expected: string, found: string, hint: string, meant?: string) {
  const question = meant === undefined ? '' : `did you mean --${meant}? `
  return new InputError(`${subject}expected ${expected}, found ${found}; ${question}${hint}`, { code, expected, found })
}

/** For an option or an operand that has to be given, and was not. */
export const missingInput = (expected: string, code: string, hint: string): InputError =>
  unexpectedInput({ code, expected, found: 'none', remedy: hint })

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
