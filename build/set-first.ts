/** Whether a variable has a value before it is read, whichever way the code takes: then nobody sees what it held before. */
import type { Identifier, Node } from 'acorn'
import { childrenOf, isFunction, nodesOf, referencesIn } from './syntax.ts'

/** Whether a variable has a value when an expression has given something true, and when it has given something false. */
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

/** @param expression without functions in it, which might be called at any time */
export const isSetFirst = (expression: Node, name: string): boolean => follow(expression, name, false) !== null

const both = (isSet: boolean): IsSet => ({ true: isSet, false: isSet })

/** In the order in which an engine goes through it. Null: there is a way on which the variable is read without a value. */
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

/** One after the other; what the last one gave. */
const inTurn = (nodes: readonly Node[], name: string, isSet: boolean): IsSet | null =>
  nodes.reduce<IsSet | null>((before, node) => before && follow(node, name, before.true && before.false), both(isSet))

/** What is in an expression but names of properties, which are no variables. */
const valuesOf = (node: Node): Node[] => {
  const { property, key } = node as Node & { property?: Node; key?: Node }
  return childrenOf(node).filter((child) => (node as Parts).computed || (child !== property && child !== key))
}

/** A part of the text in which a variable has a value. */
type Span = { name: string; start: number; end: number }

type Declared = Node & { declarations: (Node & { id: Identifier })[] }

/**
 * The same of all variables that statements declare with a value: each is used only behind that, in the same block, as if it were declared
 * with `let`. Not with functions in there that may be called before they stand there.
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

/** @param end of the block that a node is a statement of, or of the node, where it is one only under a condition */
function spansIn(node: Node, end: number): Span[] {
  if (isFunction(node)) return []
  if (node.type === 'VariableDeclaration') {
    return (node as Declared).declarations.map((one) => ({ name: one.id.name, start: one.end, end }))
  }
  const { init, left, body } = node as Node & { init?: Node; left?: Node; body: Node }
  const isBlock = /^(?:BlockStatement|SwitchCase)$/.test(node.type)
  return childrenOf(node).flatMap((child) => {
    if (node.type === 'ForStatement' && child === init) return spansIn(child, end)
    // What it goes through is found before the variable has its first value.
    if (node.type === 'ForInStatement' && child === left) {
      return spansIn(child, node.end).map((span) => ({ ...span, start: body.start }))
    }
    return spansIn(child, isBlock ? node.end : child.end)
  })
}
