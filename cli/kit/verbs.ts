/** Commands under one name: a verb stands first and says which, as in `rimlight publish` or `rimlight logs report`. */
import { InputError } from '../../base/errors.ts'
import { optional } from '../../base/optional-package.ts'
import { closest } from './closest.ts'
import { type Command, type Main, reportError } from './command.ts'
import { rowsOf, wrapped } from './help.ts'
import { asksForJson } from './options.ts'

export type Verb = {
  /** After the verb, in the list: `uploads what changed in a folder`. */
  about: string
  /** Optional peers that it can't be loaded without, and that have to be installed for it. */
  packages?: readonly string[]
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
  const main: Main = async ([verb, ...args], stdout, stderr) => {
    if (verb === undefined || isHelp(verb)) {
      // `help keys add` is `keys add --help`.
      if (args[0] !== undefined && !isHelp(args[0])) return main([...args, '--help'], stdout, stderr)
      stdout.write(helpOfVerbs(command))
      return verb === undefined ? 2 : 0
    }
    const found = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (found) {
      const loaded = await load(`${name} ${verb}`, found).catch((error: unknown) => ({ error }))
      if ('main' in loaded) return loaded.main(args, stdout, stderr)
      return reportError(loaded.error, asksForJson(args), stdout, stderr)
    }
    const expected = `a verb${name.includes(' ') ? ` after \`${name}\`` : ''}`
    const meant = closest(verb, Object.keys(verbs))
    const question = meant === undefined ? '' : `did you mean \`${name} ${meant}\`? `
    const message = `expected ${expected}, found ${JSON.stringify(verb)}; ${question}\`${name} --help\` has the list`
    const error = new InputError(message, { code: 'unknown-verb', expected, found: JSON.stringify(verb) })
    return reportError(error, asksForJson([verb, ...args]), stdout, stderr)
  }
  return main
}

/** @throws Failure (`package-missing`) without the packages that it takes */
const load = async (name: string, { packages = [], load }: Verb): Promise<{ main: Main }> =>
  packages.length === 0 ? load() : optional(name, packages, load)

const isHelp = (word: string): boolean => word === 'help' || word === '--help' || word === '-h'

const helpOfVerbs = ({ name, about, verbs, notes, examples }: VerbCommand): string => {
  const abouts = Object.entries(verbs).map(([verb, { about }]) => [verb, about] as const)
  const after = [
    [`${name} help VERB`, 'says what a verb takes, as does its --help'] as const,
    ...Object.entries(notes ?? {}),
  ]
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
