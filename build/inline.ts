/**
 * Shortens functions: variables become parameters, and a function that is called once stands where it was called. A call takes 8 bytes,
 * and 400 instructions in njs.
 */
import type {
  ArrowFunctionExpression,
  CallExpression,
  FunctionDeclaration,
  Identifier,
  Node,
  Program,
  RestElement,
} from 'acorn'
import { identifiersOf } from './compact.ts'
import { areSetFirst, isSetFirst } from './set-first.ts'
import { childrenOf, edited, isFunction, nodesOf, parseModule, referencesIn, type TextEdit } from './syntax.ts'

/** What a function has at most: with 16 and more, njs 0.7.9 loses arguments, as `test/unit/build/parameters.test.ts` shows. */
const MOST_PARAMETERS = 15

/**
 * Turns variables of arrow functions into parameters that nobody passes, so that esbuild can write the body as one expression: 7 bytes
 * less each. Only where every variable is given a value before it is read, because a parameter may hold something already: `map` passes
 * a callback three arguments, however many it names. A function's `length` grows by this, so nothing in the handlers may use it.
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

/**
 * The only call of the function `name`, whose code is `arrow`. `parent`: the node that the call is a part of. `caller`: the innermost
 * function that the call is in. `taken`: every name that is declared in the outermost one.
 */
type Call = { name: string; arrow: Arrow; call: CallExpression; parent: Node; caller: Node; taken: ReadonlySet<string> }

/** A module's text, where each of its names stands, and the names of variables that are changed. */
type Module = { code: string; references: ReadonlyMap<string, Identifier[]>; assigned: ReadonlySet<string> }

/**
 * Replaces the call of a function by the function's code, where that is one expression and no other place calls it. A parameter becomes
 * a variable of the calling function; or, where a name or a literal is passed whose value can't change meanwhile, that is written for it.
 * Where the meaning could change, the call stays.
 * @param code as esbuild writes it: `{a:a}` and not `{a}`, and no name of the module is used for something else inside a function
 */
export function withoutCalls(code: string): string {
  const program = parseModule(code)
  const references = Map.groupBy(referencesIn(program), ({ name }) => name)
  const module = { code, references, assigned: new Set(assignedIn(program)) }
  const body: readonly Node[] = program.body
  const declarators = body.filter(isDeclaration).flatMap(({ declarations }) => declarations)
  const edits: TextEdit[] = []
  const changed = new Set<Node>()
  for (const { id, init } of declarators) {
    if (!init || !isArrow(init) || init.body.type === 'BlockStatement' || nodesOf(init.body).some(isFunction)) continue
    const [use, ...others] = (references.get(id.name) ?? []).filter((one) => one !== id)
    if (!use || others.length > 0) continue
    const path = pathTo(use, program)
    const [parent, call] = path.slice(-3)
    const around = path.filter(isFunction)
    const caller = around.at(-1)
    // A function that calls itself has no other place to stand in.
    if (!parent || !call || !isCall(call) || call.callee !== use || !caller || path.includes(init)) continue
    const outermost = around[0] as Node
    const functions = [init, outermost]
    // One that has changed in this pass has other positions now: the next pass takes it.
    if (functions.some((one) => changed.has(one))) continue
    const taken = new Set(bindingsIn(outermost))
    const own = inlined(module, { name: id.name, arrow: init, call, parent, caller, taken })
    if (!own) continue
    edits.push(...own, { start: init.start, end: init.end, text: '0' })
    for (const one of functions) changed.add(one)
  }
  return edits.length > 0 ? withoutCalls(edited(code, edits)) : code
}

/**
 * Replaces `return f(a)`, where it ends a declared function and nothing else calls `f`, by the statements of `f`. Not after an `await`,
 * where what a function calls costs njs less than what stands there.
 * @param code as for `withoutCalls`
 */
export function withoutLastCalls(code: string, program: Program): string {
  const references = referencesIn(program)
  const body: readonly Node[] = program.body
  const arrows = body
    .filter(isDeclaration)
    .flatMap(({ declarations }) => declarations)
    .flatMap(({ id, init }) =>
      init && isArrow(init) && init.body.type === 'BlockStatement' ? [{ id, arrow: init }] : [],
    )
  const edits = body.flatMap((caller): TextEdit[] => {
    const last = caller.type === 'FunctionDeclaration' ? (caller as FunctionDeclaration).body.body.at(-1) : undefined
    const call = last?.type === 'ReturnStatement' ? last.argument : undefined
    const one = arrows.find(
      ({ id }) => call && isCall(call) && references.some((use) => use === call.callee && use.name === id.name),
    )
    if (!last || !call || !isCall(call) || !one) return []
    const { id, arrow } = one
    const own = bindingsIn(arrow)
    const others = bindingsIn(caller)
    const params = namesOf(arrow.params)
    const assigned = assignedIn(arrow)
    const isSame = (param: string, i: number) =>
      (call.arguments[i] as Identifier | undefined)?.name === param && !assigned.includes(param)
    const isOnlyCall = references.filter((use) => use.name === id.name && use !== id).length === 1
    const isClear =
      own.every((name) => !others.includes(name) || params.some((param, i) => param === name && isSame(param, i))) &&
      referencesIn(arrow).every(({ name }) => own.includes(name) || !others.includes(name))
    // What is passed changes nothing while it is read.
    const isRead =
      call.arguments.length === params.length &&
      call.arguments
        .flatMap((argument) => nodesOf(argument))
        .every(({ type }) => /^(?:Identifier|Literal|MemberExpression)$/.test(type))
    // A function in the caller could hold on to one of its variables, which a parameter becomes.
    const isPlain = nodesOf(caller).every(
      (node) => node === caller || (!isFunction(node) && node.type !== 'AwaitExpression'),
    )
    if (!isOnlyCall || !isClear || !isRead || !isPlain) return []
    const text = ({ start, end }: Node): string => code.slice(start, end)
    const variables = params.flatMap((param, i) =>
      isSame(param, i) ? [] : [`var ${param}=${text(call.arguments[i] as Node)};`],
    )
    return [
      { start: last.start, end: last.end, text: variables.join('') + text(arrow.body).slice(1, -1) },
      { start: arrow.start, end: arrow.end, text: '0' },
    ]
  })
  return edited(code, edits)
}

/** @returns what puts the function's code in the place of its call; null where the meaning could change */
function inlined(module: Module, one: Call): TextEdit[] | null {
  const { code, references } = module
  const { name, arrow, call, caller } = one
  if (!isSameThere(one)) return null
  const { body } = arrow
  const text = ({ start, end }: Node): string => code.slice(start, end)
  const uses = referencesIn(body)
  const assigned = assignedIn(body)
  const isKept = keptBy(module, one)
  const params = namesOf(arrow.params).map((param, i) => {
    const argument = call.arguments[i]
    if (argument && !assigned.includes(param) && isKept(argument)) {
      // In parentheses, because in `5.toFixed()` the dot would belong to the number.
      return {
        param,
        use: argument.type === 'Literal' ? `(${text(argument)})` : text(argument),
        variables: [],
        steps: [],
      }
    }
    const variable = `${name}_${param}`
    const variables = uses.some((use) => use.name === param) ? [variable] : []
    // The positions of `a,b` are without its parentheses, and `v=a,b` would assign `a`.
    const value = argument && (argument.type === 'SequenceExpression' ? `(${text(argument)})` : text(argument))
    const isStep = value && (variables.length > 0 || !isMember(argument))
    return { param, use: variable, variables, steps: isStep ? [[...variables, value].join('=')] : [] }
  })
  const variables = params.flatMap((each) => each.variables)
  if (variables.some((variable) => references.has(variable))) return null
  const renamed = uses.flatMap(({ start, end, name: used }): TextEdit[] =>
    params
      .filter(({ param }) => param === used)
      .map(({ use }) => ({ start: start - body.start, end: end - body.start, text: use })),
  )
  const steps = [...params.flatMap((each) => each.steps), edited(text(body), renamed)]
  const declared = withVariables(code, caller, variables)
  return declared && [{ start: call.start, end: call.end, text: `(${steps.join()})` }, ...declared]
}

/**
 * Whether the function's code means the same in the place of its call: every name that it reads, other than its parameters, stands for
 * the same there; no argument is spread or has no parameter; and a parameter that is not passed is given a value before it is read.
 */
function isSameThere({ arrow, call, parent, taken }: Call): boolean {
  const params = namesOf(arrow.params)
  const passed = call.arguments.length
  return (
    referencesIn(arrow.body).every(({ name }) => params.includes(name) || !taken.has(name)) &&
    passed <= params.length &&
    call.arguments.every(({ type }) => type !== 'SpreadElement') &&
    params.slice(passed).every((param) => isSetFirst(arrow.body, param)) &&
    !isOfMember(call, parent)
  )
}

/** Whether `a.b` in the call's place would be more than its value: `a.b()` has `a` as `this`, and `delete a.b` removes it. */
function isOfMember(call: Node, parent: Node): boolean {
  const { callee, tag, operator } = parent as Node & { callee?: Node; tag?: Node; operator?: string }
  return callee === call || tag === call || operator === 'delete'
}

/** @returns whether an argument may be written for the parameter: a literal, or a name whose value nothing changes meanwhile */
function keptBy({ assigned }: Module, { call, taken, caller }: Call): (argument: Node) => boolean {
  const own = bindingsOf(caller)
  const changing = [
    ...call.arguments.flatMap(assignedIn),
    ...nodesOf(caller)
      .filter((one) => one !== caller && isFunction(one))
      .flatMap(assignedIn),
  ]
  return (argument) => {
    // Written twice, a regular expression would be two objects, each with a `lastIndex` of its own.
    if (argument.type === 'Literal') return !('regex' in argument)
    if (argument.type !== 'Identifier') return false
    const { name } = argument as Identifier
    if (own.includes(name)) return !changing.includes(name)
    return !taken.has(name) && !assigned.has(name)
  }
}

/** Declares variables in a function: as parameters, or by `var` where it has a body of statements. Null where it can have neither. */
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

/** Such as `route.token`, which need not be read where nobody uses it: rules and events have no getters, and their objects are there. */
const isMember = ({ type, object, computed }: Node & { object?: Node; computed?: boolean }): boolean =>
  type === 'MemberExpression' && !computed && object?.type === 'Identifier'

const isDeclaration = (node: Node): node is Declaration => node.type === 'VariableDeclaration'
const isCall = (node: Node): node is CallExpression => node.type === 'CallExpression'

const namesOf = (params: readonly Identifier[]): string[] => params.map(({ name }) => name)

/** The nodes of a function, without those of functions inside it. */
function ownNodes(node: Node, into: Node[] = []): Node[] {
  into.push(node)
  for (const child of childrenOf(node)) if (!isFunction(child)) ownNodes(child, into)
  return into
}

/** Names of a function's own parameters and variables. */
function bindingsOf(node: Node): string[] {
  const { params, body } = node as Node & { params: (Identifier | RestElement)[]; body: Node }
  const own = params.map((one) => (one.type === 'RestElement' ? one.argument : one) as Identifier)
  return [...namesOf(own), ...ownNodes(body).filter(isDeclaration).flatMap(identifiersOf)]
}

/** Every name that is declared in a node: parameters, variables and names of all functions there, and errors of `catch`. */
const bindingsIn = (node: Node): string[] =>
  nodesOf(node).flatMap((one) => {
    const { id, param } = one as Node & { id?: Identifier | null; param?: Identifier | null }
    if (isFunction(one)) return [...(id ? [id.name] : []), ...bindingsOf(one)]
    return param ? [param.name] : []
  })

/** Names of variables that are changed in a node: by an assignment, by `for (… in …)`, or by `++` and `--`. */
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

/** All nodes from one down to another that is inside it, both included. */
const pathTo = (node: Node, from: Node): Node[] => {
  const next = childrenOf(from).find(({ start, end }) => start <= node.start && node.end <= end)
  return from === node || !next ? [from] : [from, ...pathTo(node, next)]
}
