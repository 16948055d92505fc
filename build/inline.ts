/** A module's code without calls: each costs its bytes, and the engine as much as a search of a short text. */
import type { ArrowFunctionExpression, CallExpression, Identifier, Node, Program, RestElement } from 'acorn'
import { identifiersOf } from './compact.ts'
import { areSetFirst, isSetFirst } from './set-first.ts'
import { childrenOf, edited, isFunction, nodesOf, parseModule, referencesIn, type TextEdit } from './syntax.ts'

/** Of one function: of 16 and more, njs 0.7.9 loses arguments. `test/unit/build/parameters.test.ts` shows it. */
const MOST_PARAMETERS = 15

/**
 * Variables of arrow functions as parameters that nobody passes, so that esbuild writes what is left as one expression: 7 bytes less
 * each. Not one that might be read before it has a value: a list's methods pass more than a function asks for, and that would be read.
 * The function's own `length` grows: nothing here may ask for it.
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
      if (head.length > MOST_PARAMETERS || !areSetFirst(arrow.body)) return []
      return [
        { start: arrow.start, end: arrow.body.start, text: `(${head.join()})=>` },
        ...declarations.map(({ start, declarations: [first] }) => ({ start, end: (first as Node).start, text: '' })),
      ]
    })
  return edited(code, edits)
}

/** A call of a function that is called nowhere else. `around`: the functions around it, from the outermost to `caller`. */
type Call = { name: string; arrow: Arrow; call: CallExpression; parent: Node; around: readonly Node[]; caller: Node }

/**
 * Functions that are called in one place, there, if they are one expression. Their parameters become variables of the function that
 * calls them, but for those that are passed a name or a literal and keep it. Where that could mean something else, the call stays.
 * @param code as esbuild wrote it: without `{a}` for `{a:a}`, and what is within a function has no name that the module has, too
 */
export function withoutCalls(code: string): string {
  const program = parseModule(code)
  const references = referencesIn(program)
  const body: readonly Node[] = program.body
  const declarators = body.filter(isDeclaration).flatMap(({ declarations }) => declarations)
  const edits: TextEdit[] = []
  const changed = new Set<Node>()
  for (const { id, init } of declarators) {
    if (!init || !isArrow(init) || init.body.type === 'BlockStatement' || nodesOf(init.body).some(isFunction)) continue
    const [use, ...others] = references.filter((one) => one !== id && one.name === id.name)
    if (!use || others.length > 0) continue
    const path = pathTo(use, program)
    const [parent, call] = path.slice(-3)
    const around = path.filter(isFunction)
    const caller = around.at(-1)
    // Its own body is no other place.
    if (!parent || !call || !isCall(call) || call.callee !== use || !caller || path.includes(init)) continue
    const functions = [init, around[0] as Node]
    // What is changed already is looked at anew, as it is then.
    if (functions.some((one) => changed.has(one))) continue
    const own = inlined(code, program, { name: id.name, arrow: init, call, parent, around, caller })
    if (!own) continue
    edits.push(...own, { start: init.start, end: init.end, text: '0' })
    for (const one of functions) changed.add(one)
  }
  return edits.length > 0 ? withoutCalls(edited(code, edits)) : code
}

/** @returns null where it would not be the same */
function inlined(code: string, program: Program, one: Call): TextEdit[] | null {
  const { name, arrow, call, caller } = one
  if (!isSameThere(one)) return null
  const { body } = arrow
  const text = ({ start, end }: Node): string => code.slice(start, end)
  const uses = referencesIn(body)
  const assigned = assignedIn(body)
  const isKept = keptBy(program, one)
  const params = namesOf(arrow.params).map((param, i) => {
    const argument = call.arguments[i]
    if (argument && !assigned.includes(param) && isKept(argument)) {
      // Behind a number, a dot would be its own.
      return {
        param,
        use: argument.type === 'Literal' ? `(${text(argument)})` : text(argument),
        variables: [],
        steps: [],
      }
    }
    const variable = `${name}_${param}`
    const variables = uses.some((use) => use.name === param) ? [variable] : []
    // Parentheses are no part of what is in them.
    const value = argument && (argument.type === 'SequenceExpression' ? `(${text(argument)})` : text(argument))
    const isStep = value && (variables.length > 0 || !isMember(argument))
    return { param, use: variable, variables, steps: isStep ? [[...variables, value].join('=')] : [] }
  })
  const variables = params.flatMap((each) => each.variables)
  if (referencesIn(program).some((other) => variables.includes(other.name))) return null
  const renamed = uses.flatMap(({ start, end, name: used }): TextEdit[] =>
    params
      .filter(({ param }) => param === used)
      .map(({ use }) => ({ start: start - body.start, end: end - body.start, text: use })),
  )
  const steps = [...params.flatMap((each) => each.steps), edited(text(body), renamed)]
  const declared = withVariables(code, caller, variables)
  return declared && [{ start: call.start, end: call.end, text: `(${steps.join()})` }, ...declared]
}

/** Whether all that a function reads, but for its parameters, is the same where it is called, and these have a value when they are read. */
function isSameThere({ arrow, call, parent, around }: Call): boolean {
  const params = namesOf(arrow.params)
  const taken = around.flatMap(bindingsIn)
  const passed = call.arguments.length
  return (
    referencesIn(arrow.body).every(({ name }) => params.includes(name) || !taken.includes(name)) &&
    passed <= params.length &&
    call.arguments.every(({ type }) => type !== 'SpreadElement') &&
    params.slice(passed).every((param) => isSetFirst(arrow.body, param)) &&
    !isOfMember(call, parent)
  )
}

/** Whether a member in the call's place would be more than its value: what is called has its object as `this`, and `delete` removes it. */
function isOfMember(call: Node, parent: Node): boolean {
  const { callee, tag, operator } = parent as Node & { callee?: Node; tag?: Node; operator?: string }
  return callee === call || tag === call || operator === 'delete'
}

/** Tells arguments that are the same later, whenever a function reads them: literals, and names of what nothing changes meanwhile. */
function keptBy(program: Program, { call, around, caller }: Call): (argument: Node) => boolean {
  const own = bindingsOf(caller)
  const taken = around.flatMap(bindingsIn)
  const changing = [
    ...call.arguments.flatMap(assignedIn),
    ...nodesOf(caller)
      .filter((one) => one !== caller && isFunction(one))
      .flatMap(assignedIn),
  ]
  return (argument) => {
    // Each time that it is read, a regular expression is another, and begins anew.
    if (argument.type === 'Literal') return !('regex' in argument)
    if (argument.type !== 'Identifier') return false
    const { name } = argument as Identifier
    if (own.includes(name)) return !changing.includes(name)
    return !taken.includes(name) && !assignedIn(program).includes(name)
  }
}

/** A function with more variables: parameters, or where it has statements, its own. Null where it can have neither. */
function withVariables(code: string, caller: Node, names: readonly string[]): TextEdit[] | null {
  const { start, body } = caller as Node & { body: Node & { body: (Node & { directive?: string })[] } }
  const params = isArrow(caller) ? [...namesOf(caller.params), ...names] : []
  if (names.length === 0) return []
  if (isArrow(caller) && params.length <= MOST_PARAMETERS) {
    return [{ start, end: code.lastIndexOf('=>', body.start), text: `(${params.join()})` }]
  }
  if (body.type !== 'BlockStatement') return null
  const at = body.body.find(({ directive }) => !directive)?.start ?? body.start + 1
  return [{ start: at, end: at, text: `var ${names.join()};` }]
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
  const { params, body } = node as Node & { params: (Identifier | RestElement)[]; body: Node }
  const own = params.map((one) => (one.type === 'RestElement' ? one.argument : one) as Identifier)
  return [...namesOf(own), ...ownNodes(body).filter(isDeclaration).flatMap(identifiersOf)]
}

/** The same, and of all that is in it, what functions are called there, and errors that are caught. */
const bindingsIn = (node: Node): string[] =>
  nodesOf(node).flatMap((one) => {
    const { id, param } = one as Node & { id?: Identifier | null; param?: Identifier | null }
    if (isFunction(one)) return [...(id ? [id.name] : []), ...bindingsOf(one)]
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

/** From a node inwards to one in it. */
const pathTo = (node: Node, from: Node): Node[] => {
  const next = childrenOf(from).find(({ start, end }) => start <= node.start && node.end <= end)
  return from === node || !next ? [from] : [from, ...pathTo(node, next)]
}
