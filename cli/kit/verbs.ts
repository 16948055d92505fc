/** Commands under one name: a verb stands first and says which, as in `rimlight publish` or `rimlight logs report`. */
import { InputError } from '../../base/errors.ts'
import { type Command, type Main, reportError } from './command.ts'
import { rowsOf, wrapped } from './help.ts'

export type Verb = {
  /** After the verb, in the list: `uploads what changed in a folder`. */
  about: string
  /** Only the verb that was asked for is loaded. `main` may be of `defineVerbs` again. */
  load(): Promise<{ main: Main }>
}

/** In the order in which the help lists them. */
export type VerbRows = Record<string, Verb>

export type VerbCommand = {
  /** As it is typed: `rimlight logs`. */
  name: string
  /** A paragraph. */
  about: string
  verbs: VerbRows
  /** Whole lines below the verbs, such as those for options of the name itself: its text and what it does. */
  notes?: Readonly<Record<string, string>>
} & Partial<Pick<Command<never>, 'examples'>>

/** Runs the verb that stands first, with what follows it, and gives its exit code. */
export function defineVerbs(command: VerbCommand): Main {
  const { name, verbs } = command
  return async ([verb, ...args], stdout, stderr) => {
    if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
      stdout.write(helpOfVerbs(command))
      return verb === undefined ? 2 : 0
    }
    const found = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (found) return (await found.load()).main(args, stdout, stderr)
    const expected = `a verb${name.includes(' ') ? ` after \`${name}\`` : ''}`
    const message = `expected ${expected}, found ${JSON.stringify(verb)}; \`${name} --help\` has the list`
    return reportError(new InputError(message, { code: 'unknown-verb', expected, found: verb }), stderr)
  }
}

const helpOfVerbs = ({ name, about, verbs, notes, examples }: VerbCommand): string => {
  const abouts = Object.entries(verbs).map(([verb, { about }]) => [verb, about] as const)
  const after = [[`${name} VERB --help`, 'says what a verb takes'] as const, ...Object.entries(notes ?? {})]
  return [
    `Usage: ${name} VERB [options]`,
    '',
    wrapped(about, 0),
    '',
    ...rowsOf(abouts),
    '',
    ...rowsOf(after),
    ...(examples ? ['', 'Examples', ...examples.map((line) => `  ${line}`)] : []),
    '',
    'Exit code: 2 for wrong usage; each verb has its own.',
    '',
  ].join('\n')
}
