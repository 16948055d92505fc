/** What `edge/` may not use: it runs in an engine without Node, and its answers depend on its arguments alone. */
import { isSyntax, lineAt, type Syntax, walk } from './sources.ts'

const GLOBALS = [
  ...['Buffer', 'console', 'crypto', 'fetch', 'global', 'globalThis', 'performance', 'process', 'require'],
  ...['queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', '__dirname', '__filename'],
]

/** Methods that read a clock or dice. */
const METHODS = ['Date.now', 'Math.random']

/** One line for each use of the world outside. */
export function impurities(file: string, text: string): string[] {
  const found: string[] = []
  walk(file, text, (node, above) => {
    const what = impurityOf(node, above)
    if (what) found.push(`${file}:${lineAt(text, node.start)} uses ${what}`)
  })
  return found
}

function impurityOf(node: Syntax, above: Syntax | undefined): string | undefined {
  const name = String(node.name)
  if (node.type === 'Identifier' && GLOBALS.includes(name) && !isName(node, above)) return name
  if (node.type === 'MetaProperty' && nameOf(node.meta) === 'import') return 'import.meta'
  if (node.type === 'MemberExpression') {
    const member = `${nameOf(node.object)}.${node.computed ? (node.property as Syntax).value : nameOf(node.property)}`
    if (METHODS.includes(member)) return member
  }
  const isDate = nameOf(node.callee) === 'Date'
  if (node.type === 'NewExpression' && isDate && (node.arguments as unknown[]).length === 0) return 'new Date()'
  return node.type === 'CallExpression' && isDate ? 'Date()' : undefined
}

const nameOf = (node: unknown): string => (isSyntax(node) ? String(node.name) : '')

/** The name of a property, not of a variable. */
const isName = (node: Syntax, above: Syntax | undefined): boolean =>
  above !== undefined && !above.computed && !above.shorthand && (above.property === node || above.key === node)
