/** The project's files, as git sees them, and what is in them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync, rawTransferSupported } from 'oxc-parser'

export const ROOT = join(import.meta.dirname, '../..')

/** All files that are or will be committed, by their paths from the root. */
export const projectFiles: readonly string[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)))
  .toSorted()

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

/** Paths and texts of all code. */
export const codeFiles = (): Record<string, string> =>
  Object.fromEntries(
    projectFiles.filter((file) => /\.(?:[cm]?[jt]s|tsx)$/.test(file)).map((file) => [file, textOf(file)]),
  )

/** A node of the syntax tree (ESTree, and its extension for TypeScript), read with care: fields depend on the type. */
export type Syntax = { type: string; start: number; [field: string]: unknown }

export const isSyntax = (value: unknown): value is Syntax =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'

/** What `find` says of a file, found once for a text of it: each check looks at all files. */
export function onceForEach<T>(find: (file: string, text: string) => T): (file: string, text: string) => T {
  const known = new Map<string, { text: string; found: T }>()
  return (file, text) => {
    const last = known.get(file)
    if (last?.text === text) return last.found
    const found = find(file, text)
    known.set(file, { text, found })
    return found
  }
}

/** Where the parser can leave its tree in memory, to be read there, that takes half the time of JSON. Its types do not have that yet. */
const PARSING = { range: false, experimentalRawTransfer: rawTransferSupported() }

/** Calls `visit` for every node, with the node above it. @throws Error if the text does not parse */
export function walk(file: string, text: string, visit: (node: Syntax, above: Syntax | undefined) => void): void {
  const { program, errors } = parseSync(file, text, PARSING)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  const enter = (value: unknown, above: Syntax | undefined): void => {
    if (Array.isArray(value)) for (const item of value) enter(item, above)
    if (!isSyntax(value)) return
    visit(value, above)
    for (const field of Object.values(value)) if (typeof field === 'object') enter(field, value)
  }
  enter(program, undefined)
}

export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length
