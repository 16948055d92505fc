/** Whether variables are given a value before they are read, on every way through the code: what they held before can't matter then. */
import type { Identifier, Node } from 'acorn'
import { childrenOf, isFunction, nodesOf, referencesIn } from './syntax.ts'

/** Whether a variable has a value after an expression whose result is truthy (`true`), and after one whose result is falsy (`false`). */
type IsSet = { true: boolean; false: boolean }

type Parts = Node & {
  operator: string
  left: Node
  right: Node
  test: Node
  consequent: Node
  alternate: Node
  argument: Node
  expressions: Node[]
  computed: boolean
}

/** @param expression must have no functions in it: they might be called at any time */
export const isSetFirst = (expression: Node, name: string): boolean => follow(expression, name, false) !== null

const both = (isSet: boolean): IsSet => ({ true: isSet, false: isSet })

/**
 * Goes through an expression in the order in which it is evaluated.
 * @param isSet whether the variable has a value before
 * @returns null where the variable might be read without a value
 */
function follow(node: Node, name: string, isSet: boolean): IsSet | null {
  const { operator, left, right, test, consequent, alternate, argument } = node as Parts
  if (node.type === 'Identifier') return (node as Identifier).name === name && !isSet ? null : both(isSet)
  if (node.type === 'AssignmentExpression' && operator === '=' && left.type === 'Identifier') {
    const value = follow(right, name, isSet)
    return value && (left as Identifier).name === name ? both(true) : value
  }
  if (node.type === 'LogicalExpression') {
    const first = follow(left, name, isSet)
    const second = first && follow(right, name, operator === '&&' ? first.true : first.false)
    if (!first || !second) return null
    return operator === '&&'
      ? { true: second.true, false: first.false && second.false }
      : { true: first.true && second.true, false: second.false }
  }
  if (node.type === 'ConditionalExpression') {
    const asked = follow(test, name, isSet)
    const yes = asked && follow(consequent, name, asked.true)
    const no = asked && follow(alternate, name, asked.false)
    return yes && no && { true: yes.true && no.true, false: yes.false && no.false }
  }
  if (node.type === 'UnaryExpression' && operator === '!') {
    const value = follow(argument, name, isSet)
    return value && { true: value.false, false: value.true }
  }
  if (node.type === 'SequenceExpression') return inTurn((node as Parts).expressions, name, isSet)
  const last = inTurn(valuesOf(node), name, isSet)
  return last && both(last.true && last.false)
}

/** The same for several expressions that are evaluated one after the other: what holds after the last. */
const inTurn = (nodes: readonly Node[], name: string, isSet: boolean): IsSet | null =>
  nodes.reduce<IsSet | null>((before, node) => before && follow(node, name, before.true && before.false), both(isSet))

/** The parts of an expression that are evaluated: not `b` of `a.b` or `{b: 1}`, which is a name and no variable. */
const valuesOf = (node: Node): Node[] => {
  const { property, key } = node as Node & { property?: Node; key?: Node }
  return childrenOf(node).filter((child) => (node as Parts).computed || (child !== property && child !== key))
}

/** A range of the text, as positions, in which a variable has a value. */
type Span = { name: string; start: number; end: number }

type Declared = Node & { declarations: (Node & { id: Identifier })[] }

/**
 * Whether each variable that a block declares with a value is used only after its declaration, and only in the block of that, as if all
 * had been declared with `let`. False where functions are declared in there: they may be called before that declaration is reached.
 */
export function areSetFirst(block: Node): boolean {
  const spans = spansIn(block, block.end)
  const nodes = nodesOf(block)
  const made = nodes.flatMap((node) =>
    node.type === 'VariableDeclaration' ? (node as Declared).declarations.map(({ id }) => id) : [],
  )
  const isSet = ({ name, start }: Identifier): boolean =>
    spans.some((span) => span.name === name && span.start <= start && start < span.end)
  const names = new Set(spans.map(({ name }) => name))
  const uses = referencesIn(block).filter((one) => names.has(one.name) && !made.includes(one))
  return uses.every(isSet) && !nodes.some(({ type }) => type === 'FunctionDeclaration')
}

/** @param end up to where a variable that the node declares has its value: the end of the block, or of the node if that may be skipped */
function spansIn(node: Node, end: number): Span[] {
  if (isFunction(node)) return []
  if (node.type === 'VariableDeclaration') {
    return (node as Declared).declarations.map((one) => ({ name: one.id.name, start: one.end, end }))
  }
  const { init, left, body } = node as Node & { init?: Node; left?: Node; body: Node }
  const isBlock = /^(?:BlockStatement|SwitchCase)$/.test(node.type)
  return childrenOf(node).flatMap((child) => {
    if (node.type === 'ForStatement' && child === init) return spansIn(child, end)
    // In `for (var a in b)`, `b` is evaluated before `a` has its first value.
    if (node.type === 'ForInStatement' && child === left) {
      return spansIn(child, node.end).map((span) => ({ ...span, start: body.start }))
    }
    return spansIn(child, isBlock ? node.end : child.end)
  })
}
