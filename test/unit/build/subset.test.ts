import { describe, expect, it, test } from 'vitest'
import { outsideSubset } from '../../../build/subset.ts'
import { nodesOf, parseScript } from '../../../build/syntax.ts'

const findings = (code: string) => outsideSubset(nodesOf(parseScript(code)))
const found = (code: string) => findings(code).map(({ what }) => what)

describe('what the runtime does not document is found', () => {
  it.each([
    ['destructuring of an object', 'const { a } = b()', 'ObjectPattern'],
    ['destructuring of an array', 'const [a] = b()', 'ArrayPattern'],
    ['destructuring of a parameter', 'function f({ a }) {}', 'ObjectPattern'],
    ['spread in a call', 'function f(a) { f(...a) }', 'SpreadElement'],
    ['spread in an array', 'function f(a) { return [...a] }', 'SpreadElement'],
    ['spread in an object', 'function f(a) { return { ...a } }', 'SpreadElement'],
    ['for-of', 'function f(a) { for (const b of a) f(b) }', 'ForOfStatement'],
    ['a class', 'class A {}', 'ClassDeclaration'],
    ['a class expression', 'const A = class {}', 'ClassExpression'],
    ['a default parameter', 'function f(a = 1) {}', 'AssignmentPattern'],
    ['optional chaining', 'function f(a) { return a?.b }', 'ChainExpression'],
    ['??', 'function f(a, b) { return a ?? b }', '??'],
    ['??=', 'function f(a, b) { a ??= b }', '??'],
    ['||=', 'function f(a, b) { a ||= b }', 'an assignment by && or ||'],
    ['&&=', 'function f(a, b) { a &&= b }', 'an assignment by && or ||'],
    ['a generator', 'function* f() {}', 'a generator'],
    ['yield', 'function* f() { yield 1 }', 'YieldExpression'],
    ['catch without a parameter', 'try { f() } catch {}\nfunction f() {}', 'catch without a parameter'],
    ['a tagged template', 'function f() { return f`a` }', 'TaggedTemplateExpression'],
    ['new.target', 'function f() { return new.target }', 'MetaProperty'],
    ['import()', 'import("a")', 'ImportExpression'],
    ['debugger', 'debugger', 'DebuggerStatement'],
    ['with', 'with (Math) {}', 'WithStatement'],
    ['a big integer', 'const a = 1n', 'BigInt'],
    ['the flag u', 'const a = /a/u', 'this flag of a regular expression'],
    ['the flag s', 'const a = /a/s', 'this flag of a regular expression'],
    ['Array.from', 'const a = Array.from("abc")', 'Array.from'],
    ['.at', 'const a = [1].at(0)', 'the method at'],
    ['.flat', 'const a = [1].flat()', 'the method flat'],
    ['.flatMap', 'const a = [1].flatMap(String)', 'the method flatMap'],
    ['.findLast', 'const a = [1].findLast(Boolean)', 'the method findLast'],
    ['.toSorted', 'const a = [1].toSorted()', 'the method toSorted'],
    ['.matchAll', 'const a = "a".matchAll(/a/g)', 'the method matchAll'],
    ['.normalize', 'const a = "a".normalize()', 'the method normalize'],
    ['.localeCompare', 'const a = "a".localeCompare("b")', 'the method localeCompare'],
    ['Object.fromEntries', 'const a = Object.fromEntries([])', 'the method fromEntries'],
    ['Object.hasOwn', 'const a = Object.hasOwn({}, "a")', 'the method hasOwn'],
    ['Map', 'const a = new Map()', 'the global Map'],
    ['a global that is the name of a property, too', 'const a = { fetch: 1 }; fetch(a.fetch)', 'the global fetch'],
    ['Set', 'const a = new Set()', 'the global Set'],
    ['WeakMap', 'const a = new WeakMap()', 'the global WeakMap'],
    ['Proxy', 'const a = new Proxy({}, {})', 'the global Proxy'],
    ['Reflect', 'const a = Reflect', 'the global Reflect'],
    ['BigInt()', 'const a = BigInt(1)', 'the global BigInt'],
    ['URL', 'const a = new URL("a:b")', 'the global URL'],
    ['URLSearchParams', 'const a = new URLSearchParams()', 'the global URLSearchParams'],
    ['Intl', 'const a = Intl', 'the global Intl'],
    ['fetch', 'fetch("a")', 'the global fetch'],
    ['setTimeout', 'setTimeout(f, 1)\nfunction f() {}', 'the global setTimeout'],
    ['process', 'const a = process', 'the global process'],
    ['require', 'const a = require("fs")', 'the global require'],
    ['require as a value', 'const a = require', 'the global require'],
    ['require of what is computed', 'const a = require("cry" + "pto")', 'the global require'],
    ['an import of another module', 'import a from "crypto"', 'this import'],
    ['an import that is not first', 'const b = 1; import cf from "cloudfront"', 'this import'],
    ['an import by name', 'import { kvs } from "cloudfront"', 'ImportSpecifier'],
    ['await in arguments', 'async function f(a) { return f(await a) }', 'await in arguments'],
    ['await deep in arguments', 'async function f(a) { return f([1 + (await a)]) }', 'await in arguments'],
    ['await in a template', 'async function f(a) { return `$' + '{await a}` }', 'await in a template'],
    ['eval', 'eval("1")', 'the global eval'],
    ['Function', 'const a = Function("1")', 'the global Function'],
    ['structuredClone', 'const a = structuredClone({})', 'the global structuredClone'],
  ])('%s', (_rule, code, what) => {
    expect(found(code)).toContain(`${what} is not documented for cloudfront-js-2.0`)
  })
})

describe('what it documents passes', () => {
  it.each([
    ['const and let', 'const a = 1; let b = a; b += 1'],
    ['arrow functions', 'const f = (a) => a; const g = () => { f(1) }'],
    ['rest parameters', 'function f(...a) { return a }'],
    ['templates', `const a = 1; const b = \`x\${a}y\``],
    ['**', 'const a = 2 ** 3'],
    ['numeric separators', 'const a = 1_000'],
    ['async and await', 'async function f(a) { const b = await a; return b }'],
    ['named groups and the sticky flag', 'const a = /(?<y>a)/gimy'],
    ['try, catch, finally', 'try { f() } catch (e) { f(e) } finally { f() }\nfunction f() {}'],
    ['labels, break, continue', 'a: for (var i = 0; i < 1; i += 1) { if (i) continue a; break a }'],
    ['for-in', 'for (const a in {}) { void a }'],
    ['while, do, switch', 'var a = 1; while (a) a = 0; do { a = 0 } while (a); switch (a) { case 1: break; default: }'],
    [
      'throw, typeof, delete, in, instanceof',
      'if ("a" in {} && typeof {} instanceof Object) { delete this.a; throw new Error("a") }',
    ],
    ['literals with computed and short names', 'const a = "a"; const b = { a, [a]: 1, get c() { return 1 }, d() {} }'],
    ['methods of strings', '"a".padStart(2).trimEnd().replaceAll("a", "b").startsWith("b")'],
    ['methods of arrays', '[1].map(String).filter(Boolean).includes("1")'],
    ['Buffer.from', 'const a = Buffer.from("a")'],
    ['Uint8Array.from', 'const a = Uint8Array.from([1])'],
    ['TextEncoder', 'const a = new TextEncoder().encode("a")'],
    ['Promise.all', 'const a = Promise.all([])'],
    ['JSON, Math, Date', 'const a = JSON.parse("1") + Math.max(1, 2) + Date.now()'],
    ['rawQueryString', 'function f(event) { return event.request.rawQueryString() }'],
    ['console.log', 'console.log("a")'],
    ['the import of cloudfront, first', 'import cf from "cloudfront"; cf.logCustomData("a"); cf.kvs().get("a")'],
    ['crypto by require', 'const a = require("crypto").createHmac("sha256", "a").update("b").digest()'],
    [
      'await beside a call, and in a function that is an argument',
      'async function f(a) { const b = await a(1); return f(async () => await b) }',
    ],
    ['what the code declares itself', 'function fetch() {}\nfetch()'],
  ])('%s', (_rule, code) => {
    expect(findings(code)).toEqual([])
  })
})

test('every finding has its line', () => {
  expect(findings('const a = 1\nclass B {}\n\nconst c = new Map([[a, B]])')).toEqual([
    { line: 2, what: 'ClassDeclaration is not documented for cloudfront-js-2.0' },
    { line: 2, what: 'ClassBody is not documented for cloudfront-js-2.0' },
    { line: 4, what: 'the global Map is not documented for cloudfront-js-2.0' },
  ])
})
