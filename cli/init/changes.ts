/** What `rimlight init` does to each file: it makes what is missing, adds what is missing inside, and changes nothing else. */
import { isObject } from '../../base/json-values.ts'
import { SCRIPTS } from './project-files.ts'

export type FileChange = {
  /** Below the project's folder, with slashes. */
  file: string
  /** `left-alone`: it is there, and differs from what would be written. */
  change: 'created' | 'added-to' | 'unchanged' | 'left-alone'
  /** What was added, or why it was left alone; empty: there is nothing to say. */
  note: string
  /** The whole file; null where it stays as it is. */
  content: string | null
}

/** A file on the disk: its text, null where there is none, or why it can't be read. */
export type FoundFile = { text: string | null } | { unreadable: string }

const leftAlone = (file: string, note: string): FileChange => ({ file, change: 'left-alone', note, content: null })
const unchanged = (file: string): FileChange => ({ file, change: 'unchanged', note: '', content: null })

/** A file that is init's from the first line to the last. */
export function wholeFile(file: string, wanted: string, found: FoundFile): FileChange {
  if ('unreadable' in found) return leftAlone(file, found.unreadable)
  if (found.text === null) return { file, change: 'created', note: '', content: wanted }
  return withoutReturns(found.text) === wanted
    ? unchanged(file)
    : leftAlone(file, 'it is there, and says something else')
}

/** Git may have written the line ends of Windows. */
const withoutReturns = (text: string): string => text.replaceAll('\r\n', '\n')

/** Lines that are missing are put at the end. */
export function ignoreFile(file: string, wanted: readonly string[], found: FoundFile): FileChange {
  if ('unreadable' in found) return leftAlone(file, found.unreadable)
  const text = found.text ?? ''
  // `/dist`, `dist` and `dist/` leave out the same folder.
  const bare = (line: string) => line.trim().replace(/^\/|\/$/g, '')
  const lines = new Set(text.split('\n').map(bare))
  const missing = wanted.filter((line) => !lines.has(bare(line)))
  if (missing.length === 0) return unchanged(file)
  const end = text === '' || text.endsWith('\n') ? '' : '\n'
  const content = `${text}${end}${missing.map((line) => `${line}\n`).join('')}`
  if (found.text === null) return { file, change: 'created', note: '', content }
  return { file, change: 'added-to', note: missing.join(' '), content }
}

/** What `npm init` writes in the place of a test. */
const NO_TEST = /^echo "Error: no test specified" && exit 1$/

type PackageFacts = {
  /** Of a package.json that is new. */
  name: string
  /** Of this package. */
  version: string
}

/** Scripts that are missing, each under a name that is free, and the dependency. */
export function packageFile(file: string, { name, version }: PackageFacts, found: FoundFile): FileChange {
  if ('unreadable' in found) return leftAlone(file, found.unreadable)
  const isNew = found.text === null
  const project = found.text === null ? { name, private: true, type: 'module' } : parsed(found.text)
  if (!isObject(project)) return leftAlone(file, 'it is no JSON object')
  const { scripts = {}, dependencies = {}, devDependencies = {} } = project as Record<string, unknown>
  if (!isObject(scripts) || !isObject(dependencies) || !isObject(devDependencies)) {
    return leftAlone(file, 'its scripts or dependencies are no objects')
  }
  const { added, taken } = missingScripts(scripts)
  const isDependency = name === 'rimlight' || 'rimlight' in dependencies || 'rimlight' in devDependencies
  const notes = [
    ...Object.keys(added).map((script) => `script ${script}`),
    ...(isDependency ? [] : ['devDependency rimlight']),
  ]
  const left = taken.map((script) => `scripts ${script} and edge:${script} are something else`)
  if (notes.length === 0) return left.length > 0 ? leftAlone(file, left.join('; ')) : unchanged(file)
  const content = {
    ...project,
    ...(Object.keys(added).length > 0 ? { scripts: { ...scripts, ...added } } : {}),
    ...(isDependency ? {} : { devDependencies: { ...devDependencies, rimlight: `^${version}` } }),
  }
  const text = `${JSON.stringify(content, null, indentOf(found.text ?? ''))}\n`
  if (isNew) return { file, change: 'created', note: '', content: text }
  return { file, change: 'added-to', note: [notes.join(', '), ...left].join('; '), content: text }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return null
  }
}

/** As the file has it: spaces, or a tab. */
const indentOf = (text: string): string => /^\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? '  '

/** `taken`: neither its own name nor the longer one is free. */
function missingScripts(scripts: Record<string, unknown>): { added: Record<string, string>; taken: string[] } {
  const added: Record<string, string> = {}
  const taken: string[] = []
  for (const [name, command] of Object.entries(SCRIPTS)) {
    if (Object.values(scripts).includes(command)) continue
    const free = [name, `edge:${name}`].find(
      (one) => scripts[one] === undefined || NO_TEST.test(String(scripts[one]).trim()),
    )
    if (free === undefined) taken.push(name)
    else added[free] = command
  }
  return { added, taken }
}
