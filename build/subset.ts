/**
 * What a CloudFront Function may be written in: CloudFront Developer Guide, "JavaScript runtime 2.0 features for
 * CloudFront Functions". esbuild refuses the syntax that it can't lower; this looks at what is left, because the
 * engine takes some of what is not documented, and nobody promises that it will tomorrow.
 */
import { type Node, parse } from 'acorn'
import { nodesOf } from './syntax.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** ES5.1, and of later editions: const, let, arrow functions, rest parameters, templates, `**`, async and await. */
const SYNTAX = words(`
  Program ExpressionStatement BlockStatement EmptyStatement ReturnStatement LabeledStatement BreakStatement
  ContinueStatement IfStatement SwitchStatement SwitchCase ThrowStatement TryStatement CatchClause WhileStatement
  DoWhileStatement ForStatement ForInStatement FunctionDeclaration FunctionExpression ArrowFunctionExpression
  VariableDeclaration VariableDeclarator ThisExpression ArrayExpression ObjectExpression Property UnaryExpression
  UpdateExpression BinaryExpression AssignmentExpression LogicalExpression MemberExpression ConditionalExpression
  CallExpression NewExpression SequenceExpression TemplateLiteral TemplateElement RestElement AwaitExpression
  Identifier Literal
`)

const GLOBALS = words(`
  Array ArrayBuffer Boolean Buffer DataView Date Error EvalError Float32Array Float64Array Infinity Int16Array
  Int32Array Int8Array InternalError JSON Math NaN Number Object Promise RangeError ReferenceError RegExp String
  Symbol SyntaxError TextDecoder TextEncoder TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray
  arguments atob btoa console decodeURI decodeURIComponent encodeURI encodeURIComponent globalThis isFinite isNaN
  parseFloat parseInt undefined
`)

/** Methods of all documented objects together: whose a method is can't be seen from the text. */
const METHODS = words(`
  create defineProperties defineProperty freeze getOwnPropertyDescriptor getOwnPropertyDescriptors
  getOwnPropertyNames getPrototypeOf isExtensible isFrozen isSealed keys preventExtensions seal assign entries values
  hasOwnProperty isPrototypeOf propertyIsEnumerable toString valueOf is setPrototypeOf
  fromCharCode fromCodePoint charAt charCodeAt concat indexOf lastIndexOf match replace search slice split substr
  substring toLowerCase trim toUpperCase codePointAt endsWith includes repeat startsWith padStart padEnd trimStart
  trimEnd replaceAll isFinite isInteger isNaN isSafeInteger parseInt parseFloat toExponential toFixed toPrecision
  abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 floor fround hypot imul log log1p
  log2 log10 max min pow random round sign sinh sin sqrt tan tanh trunc now getTime toISOString parse stringify
  apply bind call exec test isArray of every filter forEach join map pop push reduce reduceRight reverse shift some
  sort splice unshift copyWithin fill find findIndex from set subarray isView all allSettled any race reject resolve
  catch finally then decode encode encodeInto rawQueryString
`)

type Parts = Node & {
  operator?: string
  generator?: boolean
  param?: unknown
  regex?: { flags: string }
  object?: { name?: string }
  property?: { name?: string }
}

/** What the type of a node alone does not show. */
const UNDOCUMENTED: readonly { what: string; is: (node: Parts) => boolean }[] = [
  { what: '??', is: ({ operator = '' }) => operator.startsWith('??') },
  { what: 'an assignment by && or ||', is: ({ operator = '' }) => operator === '&&=' || operator === '||=' },
  { what: 'a generator', is: ({ generator }) => generator === true },
  { what: 'catch without a parameter', is: ({ type, param }) => type === 'CatchClause' && param === null },
  { what: 'this flag of a regular expression', is: ({ regex }) => /[^gimy]/.test(regex?.flags ?? '') },
  { what: 'Array.from', is: ({ object, property }) => object?.name === 'Array' && property?.name === 'from' },
]

export type Finding = { line: number; what: string }

/** @returns what is outside the documented runtime; empty: nothing */
export function outsideSubset(code: string): Finding[] {
  const nodes = nodesOf(parse(code, { ecmaVersion: 'latest', sourceType: 'script', locations: true }))
  const declared = declaredNames(nodes)
  return nodes.flatMap((node) => {
    const what = problemWith(node, declared)
    return what ? [{ line: node.loc?.start.line ?? 0, what }] : []
  })
}

function problemWith(node: Node, declared: ReadonlySet<string>): string | undefined {
  if (!SYNTAX.has(node.type)) return `${node.type} is not documented for cloudfront-js-2.0`
  if (node.type === 'Literal' && 'bigint' in node) return 'BigInt is not documented for cloudfront-js-2.0'
  const what = UNDOCUMENTED.find(({ is }) => is(node as Parts))?.what
  if (what) return `${what} is not documented for cloudfront-js-2.0`
  const call = node as Node & { callee?: Node & { computed?: boolean; property?: { name?: string } } }
  if (node.type === 'CallExpression' && call.callee?.type === 'MemberExpression' && !call.callee.computed) {
    const name = call.callee.property?.name ?? ''
    if (!METHODS.has(name)) return `the method ${name} is not documented for cloudfront-js-2.0`
  }
  const { name } = node as Node & { name?: string }
  if (node.type === 'Identifier' && name !== undefined && !declared.has(name) && !GLOBALS.has(name)) {
    return `the global ${name} is not documented for cloudfront-js-2.0`
  }
  return undefined
}

/** Every name that the code itself declares or uses as a property, wherever: scopes are the engine's business. */
function declaredNames(nodes: readonly Node[]): ReadonlySet<string> {
  const names = new Set<string>()
  const add = (node: unknown) => {
    const { type, name, argument } = (node ?? {}) as { type?: string; name?: string; argument?: unknown }
    if (type === 'Identifier' && name) names.add(name)
    if (type === 'RestElement') add(argument)
  }
  for (const node of nodes) {
    const parts = node as Node & {
      id?: unknown
      params?: unknown[]
      param?: unknown
      key?: unknown
      property?: unknown
      label?: unknown
      computed?: boolean
    }
    add(parts.id)
    parts.params?.forEach(add)
    add(parts.param)
    add(parts.label)
    if (!parts.computed) {
      add(parts.key)
      add(parts.property)
    }
  }
  return names
}
