/**
 * What a CloudFront Function may be written in: CloudFront Developer Guide, "JavaScript runtime 2.0 features for
 * CloudFront Functions". esbuild refuses the syntax that it can't lower; this checks the rest. The engine also takes
 * some of what is not documented, but may stop doing so.
 */
import type { Node } from 'acorn'
import { childrenOf } from './syntax.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** ES5.1, and of later editions: const, let, arrow functions, rest parameters, templates, `**`, async and await. */
const SYNTAX = words(`
  Program ExpressionStatement BlockStatement EmptyStatement ReturnStatement LabeledStatement BreakStatement
  ContinueStatement IfStatement SwitchStatement SwitchCase ThrowStatement TryStatement CatchClause WhileStatement
  DoWhileStatement ForStatement ForInStatement FunctionDeclaration FunctionExpression ArrowFunctionExpression
  VariableDeclaration VariableDeclarator ThisExpression ArrayExpression ObjectExpression Property UnaryExpression
  UpdateExpression BinaryExpression AssignmentExpression LogicalExpression MemberExpression ConditionalExpression
  CallExpression NewExpression SequenceExpression TemplateLiteral TemplateElement RestElement AwaitExpression
  Identifier Literal ImportDeclaration ImportDefaultSpecifier
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
  createHash createHmac update digest kvs get exists meta logCustomData readInt32LE
`)

type Parts = Node & {
  name?: string
  operator?: string
  generator?: boolean
  computed?: boolean
  regex?: { flags: string }
  id?: Parts
  params?: Parts[]
  param?: Parts | null
  label?: Parts | null
  argument?: Parts
  key?: Parts
  callee?: Parts
  object?: Parts
  property?: Parts
  source?: Parts
  value?: unknown
  local?: Parts
  arguments?: Parts[]
  expressions?: Parts[]
}

/** What `require` may be asked for. */
const MODULES = ['buffer', 'crypto', 'querystring']

/** What is not documented, and can't be told by the type of a node alone. */
const UNDOCUMENTED: readonly { what: string; is: (node: Parts) => boolean }[] = [
  { what: '??', is: ({ operator = '' }) => operator.startsWith('??') },
  { what: 'an assignment by && or ||', is: ({ operator = '' }) => operator === '&&=' || operator === '||=' },
  { what: 'a generator', is: ({ generator }) => generator === true },
  { what: 'catch without a parameter', is: ({ type, param }) => type === 'CatchClause' && param === null },
  { what: 'this flag of a regular expression', is: ({ regex }) => /[^gimy]/.test(regex?.flags ?? '') },
  // njs before 0.9.7, and with it CloudFront: "await in arguments not supported".
  {
    what: 'await in arguments',
    is: ({ type, arguments: given = [] }) => type === 'CallExpression' && given.some(awaits),
  },
  {
    what: 'await in a template',
    is: ({ type, expressions = [] }) => type === 'TemplateLiteral' && expressions.some(awaits),
  },
  {
    what: 'this import',
    is: ({ type, source, start }) => type === 'ImportDeclaration' && !(source?.value === 'cloudfront' && start === 0),
  },
  { what: 'Array.from', is: ({ object, property }) => object?.name === 'Array' && property?.name === 'from' },
]

export type SubsetFinding = { line: number; what: string }

/**
 * @param nodes all of a script
 * @returns what is outside the documented runtime; empty: nothing
 */
export function outsideSubset(nodes: readonly Parts[]): SubsetFinding[] {
  const declared = declaredNames(nodes)
  const properties = new Set(nodes.flatMap((node: Parts) => (node.computed ? [] : [node.key, node.property])))
  const requires = new Set(nodes.flatMap((node: Parts) => (isRequire(node) ? [node.callee] : [])))
  return nodes.flatMap((node) => {
    const what =
      problemWith(node) ?? (properties.has(node) || requires.has(node) ? undefined : undocumentedGlobal(node, declared))
    return what ? [{ line: node.loc?.start.line ?? 0, what: `${what} is not documented for cloudfront-js-2.0` }] : []
  })
}

function problemWith(node: Parts): string | undefined {
  if (!SYNTAX.has(node.type)) return node.type
  if (node.type === 'Literal' && 'bigint' in node) return 'BigInt'
  const what = UNDOCUMENTED.find(({ is }) => is(node))?.what
  if (what) return what
  const { callee } = node
  if (node.type !== 'CallExpression' || callee?.type !== 'MemberExpression' || callee.computed) return undefined
  const name = callee.property?.name ?? ''
  return METHODS.has(name) ? undefined : `the method ${name}`
}

const isRequire = ({ type, callee, arguments: [asked, ...more] = [] }: Parts): boolean =>
  type === 'CallExpression' && callee?.name === 'require' && more.length === 0 && MODULES.includes(`${asked?.value}`)

/** Whether it awaits anything itself, not counting the functions inside it. */
const awaits = (node: Parts): boolean =>
  node.type === 'AwaitExpression' || (!/Function/.test(node.type) && childrenOf(node).some(awaits))

const undocumentedGlobal = ({ type, name }: Parts, declared: ReadonlySet<string>): string | undefined =>
  type === 'Identifier' && name && !declared.has(name) && !GLOBALS.has(name) ? `the global ${name}` : undefined

/** Every name that the code declares, in whatever scope. */
function declaredNames(nodes: readonly Parts[]): ReadonlySet<string> {
  const declarations = nodes.flatMap(({ type, id, params = [], param, label, local }) => [
    id,
    ...params,
    param,
    label,
    type === 'ImportDefaultSpecifier' ? local : undefined,
  ])
  const names = declarations.map((node) => (node?.type === 'RestElement' ? node.argument : node)?.name)
  return new Set(names.filter((name) => name !== undefined))
}
