/** The same code in another spelling: in fewer bytes, of which a function has 10,240, and in what its engine does faster. */
import type { FunctionDeclaration, Identifier, Node, Program, VariableDeclaration } from 'acorn'
import { childrenOf, edited, nodesOf, type TextEdit } from './syntax.ts'

/**
 * Functions of a module as arrow functions, which esbuild then writes behind one `var`: 5 to 7 bytes less each. Not those that wait, those
 * that are exported, and those that ask for what arrow functions have none of.
 */
export function withArrows(code: string, { body }: Program): string {
  const exported = new Set(
    body.flatMap((node) =>
      node.type === 'ExportNamedDeclaration' ? node.specifiers.map(({ local }) => (local as Identifier).name) : [],
    ),
  )
  const functions = body.filter(
    (node): node is FunctionDeclaration =>
      node.type === 'FunctionDeclaration' && !node.async && !exported.has(node.id.name) && !hasOwnThis(node),
  )
  const edits = functions.flatMap(({ start, end, id, params, body: block }): TextEdit[] => [
    {
      start,
      end: block.start,
      text: `;var ${id.name}=(${params.map((one) => code.slice(one.start, one.end)).join()})=>`,
    },
    { start: end, end, text: ';' },
  ])
  return edited(code, edits)
}

const hasOwnThis = (node: Node): boolean =>
  nodesOf(node).some(
    (one) => one.type === 'ThisExpression' || (one.type === 'Identifier' && (one as Identifier).name === 'arguments'),
  )

/**
 * `let` as `var`, which costs njs nothing to enter a block with. Where that would be something else, a function keeps its own: a name
 * that is there twice, one within the other's block; and in loops one that a function may hold on to, or that begins anew without a value.
 */
export const letsAsVars = (program: Program): TextEdit[] =>
  nodesOf(program)
    .filter(isFunction)
    .flatMap((one) => {
      const lets = letsOf(one, [one])
      return lets.every((each) => isPlainly(each, lets)) ? lets.map(({ node }) => asVar(node)) : []
    })

const asVar = ({ start }: Node): TextEdit => ({ start, end: start + 'let'.length, text: 'var' })

/** `around`: from the function inwards. */
type Let = { node: VariableDeclaration; names: string[]; around: readonly Node[] }

const isFunction = ({ type }: Node): boolean => /Function/.test(type)
const isLoop = ({ type }: Node): boolean => /^(?:For|ForIn|While|DoWhile)Statement$/.test(type)
const isBlock = ({ type }: Node): boolean => /^(?:For|ForIn|Block|Switch)Statement$/.test(type)

/** Those of a function, and of no other in it. */
const letsOf = (node: Node, around: readonly Node[]): Let[] =>
  childrenOf(node).flatMap((child): Let[] => {
    if (isFunction(child)) return []
    const inner = letsOf(child, [...around, child])
    if (child.type !== 'VariableDeclaration' || (child as VariableDeclaration).kind !== 'let') return inner
    return [
      { node: child as VariableDeclaration, names: identifiersOf(child as VariableDeclaration), around },
      ...inner,
    ]
  })

const identifiersOf = ({ declarations }: VariableDeclaration): string[] =>
  declarations.map(({ id }) => (id as Identifier).name)

/** Of what is around: a function's parameters, or what a `catch` calls its error. */
const parametersOf = (around: readonly Node[]): string[] =>
  around.flatMap((node) => {
    const { params = [], param } = node as Node & { params?: Identifier[]; param?: Identifier | null }
    return [...params, ...(param ? [param] : [])].map(({ name }) => name)
  })

function isPlainly({ node, names, around }: Let, all: readonly Let[]): boolean {
  const loops = around.filter(isLoop)
  const isHeld = loops.some((loop) => nodesOf(loop).some(isFunction))
  const twins = all.filter((other) => other.node !== node && other.names.some((name) => names.includes(name)))
  const isEmpty = node.declarations.some(({ init }) => !init) && (loops.length > 0 || twins.length > 0)
  const block = around.findLast((one) => isBlock(one) || isFunction(one)) as Node
  const isOutside = twins.some((twin) => twin.around.includes(block))
  const taken = parametersOf(around)
  return !isHeld && !isEmpty && !isOutside && !names.some((name) => taken.includes(name))
}
