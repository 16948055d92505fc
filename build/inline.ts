/** A module's code without calls: each costs its bytes, and the engine as much as a search of a short text. */
import type { ArrowFunctionExpression, AssignmentExpression, CallExpression, Identifier, Node, Program } from 'acorn'
import { identifiersOf } from './compact.ts'
import { childrenOf, edited, isFunction, nodesOf, parseModule, referencesIn, type TextEdit } from './syntax.ts'

/** Of one function: with 16 and more, njs 0.7.9 gives those that are not passed to others. */
const MOST_PARAMETERS = 15

/**
 * Variables of arrow functions as parameters that nobody passes, so that esbuild writes what is left as one expression: 7 bytes less
 * each. Not one that might be read before it has a value, because a list's methods pass more than a function asks for.
 */
export function withParameters(code: string, program: Program): string {
  const edits = nodesOf(program)
    .filter(isArrow)
    .flatMap((arrow): TextEdit[] => {
      const own = ownNodes(arrow.body)
      const loops = own.flatMap((node) =>
        node.type === 'ForInStatement' ? [(node as Node & { left: Node }).left] : [],
      )
      const declarations = own.filter(isDeclaration)
      const names = declarations.flatMap(identifiersOf)
      const params = namesOf(arrow.params)
      const isMovable = declarations.every(
        (one) => one.kind === 'var' && (loops.includes(one) || one.declarations.every(({ init }) => init)),
      )
      const head = [...new Set([...params, ...names])]
      if (names.length === 0 || !isMovable || names.some((name) => params.includes(name))) return []
      if (head.length > MOST_PARAMETERS) return []
      return [
        { start: arrow.start, end: arrow.body.start, text: `(${head.join()})=>` },
        ...declarations.map(({ start, declarations: [first] }) => ({ start, end: (first as Node).start, text: '' })),
      ]
    })
  return edited(code, edits)
}

/**
 * Functions that are called in one place, there, if they are one expression. Their parameters become variables of the function that
 * calls them, but for those that are passed a name or a literal and keep it.
 * @param code of `withParameters`, where names are not short yet: hardly one has two meanings
 */
export function withoutCalls(code: string): string {
  const program = parseModule(code)
  const references = referencesIn(program)
  const body: readonly Node[] = program.body
  const declarators = body.filter(isDeclaration).flatMap(({ declarations }) => declarations)
  for (const { id, init } of declarators) {
    if (!init || !isArrow(init) || init.body.type === 'BlockStatement' || nodesOf(init.body).some(isFunction)) continue
    const [use, ...others] = references.filter((one) => one !== id && one.name === id.name)
    const around = use && others.length === 0 ? pathTo(use, program) : []
    // Its own body is no other place.
    const call = around.includes(init) ? undefined : around.at(-2)
    const edits =
      call && isCall(call) && call.callee === use && inlined(code, id.name, init, call, around.filter(isFunction))
    if (edits) return withoutCalls(edited(code, [...edits, { start: init.start, end: init.end, text: '0' }]))
  }
  return code
}

/** @param around the functions around the call, from the outermost @returns null where it would not be the same */
function inlined(
  code: string,
  name: string,
  arrow: Arrow,
  call: CallExpression,
  around: readonly Node[],
): TextEdit[] | null {
  const caller = around.at(-1)
  const params = namesOf(arrow.params)
  const uses = referencesIn(arrow.body)
  const taken = new Set(around.flatMap((one) => bindingsIn(one)))
  if (!caller || uses.some((one) => !params.includes(one.name) && taken.has(one.name))) return null
  if (params.slice(call.arguments.length).some((param) => !isAssignedFirst(arrow.body, param))) return null

  const text = ({ start, end }: Node): string => code.slice(start, end)
  const assigned = assignedIn(arrow.body)
  const changing = [
    ...call.arguments.flatMap(assignedIn),
    ...nodesOf(caller)
      .filter((one) => one !== caller && isFunction(one))
      .flatMap(assignedIn),
  ]
  const keeps = (argument: Node): boolean =>
    argument.type === 'Literal' ||
    (argument.type === 'Identifier' &&
      !changing.includes((argument as Identifier).name) &&
      (!taken.has((argument as Identifier).name) || bindingsOf(caller).includes((argument as Identifier).name)))
  const names = new Map<string, string>()
  const variables: string[] = []
  const steps: string[] = []
  params.forEach((param, i) => {
    const argument = call.arguments[i]
    const isUsed = uses.some((one) => one.name === param)
    if (argument && keeps(argument) && !assigned.includes(param)) {
      names.set(param, text(argument))
      return
    }
    const variable = `${name}_${param}`
    if (isUsed) {
      names.set(param, variable)
      variables.push(variable)
    }
    // Parentheses are no part of what is in them.
    const value = argument && (argument.type === 'SequenceExpression' ? `(${text(argument)})` : text(argument))
    if (value && (isUsed || !isMember(argument))) steps.push(isUsed ? `${variable}=${value}` : value)
  })
  const { body } = arrow
  const renamed = uses.flatMap(({ start, end, name: used }): TextEdit[] =>
    names.has(used) ? [{ start: start - body.start, end: end - body.start, text: names.get(used) as string }] : [],
  )
  const declared = withVariables(code, caller, variables)
  return (
    declared && [
      { start: call.start, end: call.end, text: `(${[...steps, edited(text(body), renamed)].join()})` },
      ...declared,
    ]
  )
}

/** A function with more variables: parameters, or where it has statements, its own. Null where it can have neither. */
function withVariables(code: string, caller: Node, names: readonly string[]): TextEdit[] | null {
  const { start, body } = caller as Node & { body: Node }
  const params = isArrow(caller) ? [...namesOf(caller.params), ...names] : []
  if (names.length === 0) return []
  if (isArrow(caller) && params.length <= MOST_PARAMETERS) {
    return [{ start, end: code.lastIndexOf('=>', body.start), text: `(${params.join()})` }]
  }
  return body.type === 'BlockStatement'
    ? [{ start: body.start + 1, end: body.start + 1, text: `var ${names.join()};` }]
    : null
}

type Arrow = ArrowFunctionExpression & { params: Identifier[] }
type Declarator = Node & { id: Identifier; init: Node | null }
type Declaration = Node & { kind: string; declarations: Declarator[] }

const isArrow = (node: Node): node is Arrow =>
  node.type === 'ArrowFunctionExpression' &&
  (node as Arrow).params.every(({ type }) => type === 'Identifier') &&
  !(node as Arrow).async

/** `route.token`: to read it does nothing else, as rules and events have no getters, and what is passed one of has it. */
const isMember = ({ type, object, computed }: Node & { object?: Node; computed?: boolean }): boolean =>
  type === 'MemberExpression' && !computed && object?.type === 'Identifier'

const isDeclaration = (node: Node): node is Declaration => node.type === 'VariableDeclaration'
const isCall = (node: Node): node is CallExpression => node.type === 'CallExpression'

const namesOf = (params: readonly Identifier[]): string[] => params.map(({ name }) => name)

/** Of a function, and of no other in it. */
const ownNodes = (node: Node): Node[] => [
  node,
  ...childrenOf(node).flatMap((child) => (isFunction(child) ? [] : ownNodes(child))),
]

/** What a function itself calls its parameters and variables. */
function bindingsOf(node: Node): string[] {
  const { params, body } = node as Node & { params: Identifier[]; body: Node }
  return [...namesOf(params), ...ownNodes(body).filter(isDeclaration).flatMap(identifiersOf)]
}

/** The same, and of all that is in it, and errors that are caught there. */
const bindingsIn = (node: Node): string[] =>
  nodesOf(node).flatMap((one) => {
    if (isFunction(one)) return bindingsOf(one)
    const { param } = one as Node & { param?: Identifier | null }
    return param ? [param.name] : []
  })

/** What is assigned, and by `for (… in …)`, and counted. */
const assignedIn = (node: Node): string[] =>
  nodesOf(node).flatMap((one) => {
    const { left, argument } = one as Node & { left?: Identifier; argument?: Identifier }
    const target = /^(?:Assignment|ForIn)/.test(one.type)
      ? left
      : one.type === 'UpdateExpression'
        ? argument
        : undefined
    return target?.type === 'Identifier' ? [target.name] : []
  })

const isAssignedFirst = (body: Node, name: string): boolean => {
  const [first] = referencesIn(body).filter((one) => one.name === name)
  return (
    first === undefined ||
    nodesOf(body).some((one) => one.type === 'AssignmentExpression' && (one as AssignmentExpression).left === first)
  )
}

/** From a node inwards to one in it. */
const pathTo = (node: Node, from: Node): Node[] => {
  const next = childrenOf(from).find(({ start, end }) => start <= node.start && node.end <= end)
  return from === node || !next ? [from] : [from, ...pathTo(node, next)]
}
