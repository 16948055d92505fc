/** Names that two files export for things of their own, and functions that two places write out. */
import { posix } from 'node:path'
import { parseSync } from 'oxc-parser'
import { isSyntax, lineAt, onceForEach, type Syntax, walk } from './sources.ts'

export type Files = Record<string, string>

export type ExportedName = { name: string; file: string }

/** What a file declares and exports, types too; what it passes on from another file is that file's. */
export const exportedNames = onceForEach((file, text): ExportedName[] => {
  const declared = new Set<string>()
  const listed: { local: string; exported: string }[] = []
  const exported: string[] = []
  walk(file, text, (node, above) => {
    if (above?.type === 'Program') for (const name of namesDeclaredBy(node)) declared.add(name)
    if (node.type !== 'ExportNamedDeclaration' || node.source) return
    if (isSyntax(node.declaration)) exported.push(...namesDeclaredBy(node.declaration))
    for (const one of node.specifiers as Syntax[]) {
      listed.push({ local: nameOf(one.local), exported: nameOf(one.exported) })
    }
  })
  exported.push(...listed.filter(({ local }) => declared.has(local)).map(({ exported }) => exported))
  return [...new Set(exported)].map((name) => ({ name, file }))
})

function namesDeclaredBy(node: Syntax): string[] {
  if (node.type === 'VariableDeclaration') return (node.declarations as Syntax[]).flatMap(({ id }) => boundNames(id))
  return /^(?:TS)?(?:Function|Class|TypeAlias|Interface|Enum)/.test(node.type) ? [nameOf(node.id)] : []
}

/** A name is free to be used twice, where `reason` says why: in these files and no others, or in any. */
export type Exception = { name: string; files: readonly string[] | 'any'; reason: string }

/** One line for each name that two files declare, and for each exception that there is no need for. */
export function nameProblems(files: Files, exceptions: readonly Exception[]): string[] {
  const places = Map.groupBy(
    Object.entries(files).flatMap(([file, text]) => exportedNames(file, text)),
    ({ name }) => name,
  )
  const repeated = [...places].map(([name, all]) => ({ name, at: all.map(({ file }) => file) }))
  const wrong = repeated
    .map(({ name, at }) => ({ name, at, free: exceptions.find((one) => one.name === name)?.files ?? [] }))
    .filter(({ at, free }) => at.length > 1 && free !== 'any' && at.some((file) => !free.includes(file)))
    .map(({ name, at }) => `${name} is exported by ${at.join(', ')}`)
  const needless = exceptions.flatMap(({ name, files }) => {
    const at = places.get(name)?.map(({ file }) => file) ?? []
    return at.length > 1
      ? (files === 'any' ? [] : files)
          .filter((file) => !at.includes(file))
          .map((file) => `exception ${name}: ${file} does not export it`)
      : [`exception ${name}: it is not exported twice`]
  })
  return [...wrong, ...needless]
}

/**
 * One line for each value that a file exports and no other file imports; an import by a test counts. Exported types are not
 * looked at, since they may be there for the signatures of others.
 * @param looked the files whose exports are checked
 * @param all the files whose imports count
 * @param isFree whether an export need not be imported
 */
export function unusedExports(looked: Files, all: Files, isFree: (one: ExportedName) => boolean): string[] {
  const taken = new Set(Object.entries(all).flatMap(([file, text]) => takenNames(file, text)))
  return Object.entries(looked)
    .flatMap(([file, text]) => exportedValues(file, text))
    .filter((one) => !isFree(one) && !taken.has(`${one.file} ${one.name}`) && !taken.has(`${one.file} *`))
    .map(({ name, file }) => `${file} exports ${name}, which no other file takes`)
}

function exportedValues(file: string, text: string): ExportedName[] {
  const { staticExports } = parseSync(file, text).module
  return staticExports
    .flatMap(({ entries }) => entries)
    .filter(({ isType, moduleRequest, exportName }) => !isType && moduleRequest === null && exportName.kind === 'Name')
    .map(({ exportName }) => ({ name: exportName.name ?? '', file }))
}

/** `FILE NAME` for each name that a file imports, `FILE *` where it imports all, or by `import()`. */
function takenNames(file: string, text: string): string[] {
  const { staticImports, staticExports, dynamicImports } = parseSync(file, text).module
  const at = (source: string) => posix.join(posix.dirname(file), source)
  const imported = staticImports.flatMap(({ moduleRequest, entries }) =>
    entries.map(({ importName }) => `${at(moduleRequest.value)} ${importName.name ?? '*'}`),
  )
  const passedOn = staticExports
    .flatMap(({ entries }) => entries)
    .flatMap(({ moduleRequest, importName }) =>
      moduleRequest ? [`${at(moduleRequest.value)} ${importName.name ?? '*'}`] : [],
    )
  const loaded = dynamicImports.map(({ moduleRequest }) => {
    const source = text.slice(moduleRequest.start, moduleRequest.end).replaceAll(/^['"]|['"]$/g, '')
    return `${at(source)} *`
  })
  return [...imported, ...passedOn, ...loaded]
}

/** The nodes of the smallest function that counts as written twice: smaller ones are alike by chance. */
const SMALLEST = 16

export type FunctionText = { place: string; start: number; end: number; nodes: number; body: string }

/** All functions of a file, as what they do: without the names that they give and without types. */
export const functionTexts = onceForEach((file, text): FunctionText[] => {
  const found: FunctionText[] = []
  walk(file, text, (node) => {
    if (!FUNCTIONS.includes(node.type) || !isSyntax(node.body)) return
    const { body, nodes } = normalised(node)
    if (nodes < SMALLEST) return
    const place = `${file}:${lineAt(text, node.start)}`
    found.push({ place, start: node.start, end: Number(node.end), nodes, body })
  })
  return found
})

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']

/** Functions of these files may be alike, where `reason` says why. */
export type TwinException = { files: readonly string[]; reason: string }

/**
 * One line for each function that is written twice, and for each exception that there is no need for. What lies within
 * two such is not said again.
 */
export function twinProblems(files: Files, exceptions: readonly TwinException[] = []): string[] {
  const all = Object.entries(files).flatMap(([file, text]) =>
    functionTexts(file, text).map((one) => ({ ...one, file })),
  )
  const groups = [...Map.groupBy(all, ({ body }) => body).values()].filter((group) => group.length > 1)
  const members = groups.flat()
  const isWithinAnother = (one: (typeof all)[number]) =>
    members.some(
      (other) => other.file === one.file && other !== one && other.start <= one.start && other.end >= one.end,
    )
  const found = groups.filter((group) => !group.every(isWithinAnother))
  const isFreeBy = (group: typeof all, { files }: TwinException) => group.every(({ file }) => files.includes(file))
  const wrong = found
    .filter((group) => !exceptions.some((exception) => isFreeBy(group, exception)))
    .map((group) => group.map(({ place }) => place).join(' is written again in '))
  const needless = exceptions
    .filter((exception) => !found.some((group) => isFreeBy(group, exception)))
    .map((exception) => `exception ${exception.files.join(', ')}: no function is written twice`)
  return [...wrong, ...needless]
}

/** Says nothing of what a function does. */
const IGNORED = ['start', 'end', 'range', 'loc', 'typeAnnotation', 'returnType', 'typeParameters', 'typeArguments']

const TYPE_WRAPPERS = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'ParenthesizedExpression']

/** Parameters and body, with the names that the function gives by the order in which they come. */
function normalised(root: Syntax): { body: string; nodes: number } {
  const own = ownNames(root)
  const numbers = new Map<string, number>()
  let nodes = 0
  const write = (value: unknown, key: string, above: Syntax): unknown => {
    if (typeof value === 'bigint' || value instanceof RegExp) return String(value)
    if (Array.isArray(value)) return value.map((item) => write(item, key, above))
    if (!isSyntax(value)) return typeof value === 'object' && value !== null ? { ...value } : value
    if (TYPE_WRAPPERS.includes(value.type)) return write(value.expression, key, above)
    nodes += 1
    const name = String(value.name)
    if (value.type === 'Identifier' && own.has(name) && !isPropertyName(key, above)) {
      if (!numbers.has(name)) numbers.set(name, numbers.size)
      return numbers.get(name)
    }
    return fieldsOf(value)
  }
  const fieldsOf = (node: Syntax): object =>
    Object.fromEntries(
      Object.entries(node)
        .filter(([field]) => !IGNORED.includes(field))
        .map(([field, value]) => [field, write(value, field, node)]),
    )
  // A body of `{ return … }` is what an arrow function has as an expression.
  const statements = (root.body as Syntax).body
  const [only] = Array.isArray(statements) && statements.length === 1 ? (statements as Syntax[]) : []
  const what = only?.type === 'ReturnStatement' ? only.argument : root.body
  const parts = { async: root.async, generator: root.generator, params: root.params, body: what } as unknown as Syntax
  return { body: JSON.stringify(fieldsOf(parts)), nodes }
}

const isPropertyName = (key: string, above: Syntax): boolean =>
  !above.computed && (key === 'property' || (key === 'key' && above.type === 'Property'))

/** What the function, or a function within it, gives a name to. */
function ownNames(root: Syntax): Set<string> {
  const names = new Set<string>()
  const add = (pattern: unknown) => {
    for (const name of boundNames(pattern)) names.add(name)
  }
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    if (!isSyntax(value)) return
    if (FUNCTIONS.includes(value.type)) (value.params as unknown[]).forEach(add)
    if (value.type === 'FunctionDeclaration' && value !== root) add(value.id)
    if (value.type === 'VariableDeclarator') add(value.id)
    if (value.type === 'CatchClause') add(value.param)
    for (const field of Object.values(value)) if (typeof field === 'object') visit(field)
  }
  visit(root)
  return names
}

/** The names in a pattern: `a`, `{ a, b: [c = 1], ...d }`. */
function boundNames(pattern: unknown): string[] {
  if (!isSyntax(pattern)) return []
  switch (pattern.type) {
    case 'Identifier':
      return [nameOf(pattern)]
    case 'ObjectPattern':
      return (pattern.properties as Syntax[]).flatMap((one) => boundNames(one.value ?? one))
    case 'ArrayPattern':
      return (pattern.elements as unknown[]).flatMap(boundNames)
    case 'AssignmentPattern':
      return boundNames(pattern.left)
    case 'RestElement':
      return boundNames(pattern.argument)
    default:
      return []
  }
}

const nameOf = (node: unknown): string => (isSyntax(node) ? String(node.name ?? node.value) : '')
