/** The help of a command, from the table that its options are read by. */

import { wrap } from '../../base/wrap-lines.ts'
import type { OptionRow, OptionRows } from './options.ts'

export type Help<Rows extends OptionRows> = {
  /** As it is typed: `rimlight publish`. */
  name: string
  /** What follows the name: `DIR s3://BUCKET/PREFIX [--dry-run]`. */
  usage: string
  /** Paragraphs; lines that begin with a space stay as they are. */
  about: string
  /** Without `--help`, which every command has. */
  options: Rows
  /** Command lines, whole. */
  examples?: readonly string[]
  /** What its exit code means: `0 done; 1 not done; 2 wrong usage or input`; that 130 is Ctrl-C is added. */
  exitCode: string
}

/** Characters. */
const LINE = 120

export function helpOf<Rows extends OptionRows>({
  name,
  usage,
  about,
  options,
  examples,
  exitCode,
}: Help<Rows>): string {
  return [
    wrapped(`Usage: ${name} ${usage}`, 4),
    '',
    reflowed(about.trim()),
    '',
    'Options',
    ...rowsOf([...Object.entries(options).map(row), ['-h, --help', 'print this']]),
    ...(examples ? ['', 'Examples', ...examples.map((line) => `  ${line}`)] : []),
    '',
    wrapped(`Exit code: ${exitCode}${exitCode.includes('130 ') ? '' : '; 130 ended by Ctrl-C'}.`, 0),
    '',
  ].join('\n')
}

/** Two columns, the second of which is wrapped. */
export function rowsOf(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length)) + 4
  return rows.map(([left, right]) => `  ${left}`.padEnd(width) + wrapped(right, width))
}

const row = ([name, option]: [string, OptionRow]): readonly [string, string] => {
  if (option.type === 'boolean') return [`--${name}`, option.about]
  const notes = [
    option.about,
    ...(option.multiple ? ['may be repeated'] : option.default !== undefined ? [`default: ${option.default}`] : []),
  ]
  return [`--${name} ${option.value}`, notes.join('; ')]
}

/** Each paragraph as lines of at most 120 characters. */
const reflowed = (text: string): string =>
  text
    .replace(/(?<=^\S.*)\n(?=\S)/gm, ' ')
    .split('\n')
    .map((line) => (line.startsWith(' ') ? line : wrapped(line, 0)))
    .join('\n')

/** The second and all further lines are indented. */
export const wrapped = (text: string, indent: number): string =>
  wrap(text, LINE - indent).join(`\n${' '.repeat(indent)}`)
