import { describe, expect, it, test } from 'vitest'
import {
  type Exception,
  exportedNames,
  functionTexts,
  nameProblems,
  type TwinException,
  twinProblems,
  unusedExports,
} from './names.ts'
import { codeFiles, textOf } from './sources.ts'

const all = codeFiles()
const files = Object.fromEntries(Object.entries(all).filter(([file]) => !file.startsWith('test/')))

/** What applications import, by `exports` of package.json, whatever the condition. */
const ENTRIES = [...textOf('package.json').matchAll(/"\.\/lib\/(?!types\/)([^"]+)\.js"/g)].map(
  ([, path]) => `${path}.ts`,
)

/** Files that are bundled and run by what they export. */
const BUNDLED = [
  'msw/browser.ts',
  'origin-request/index.ts',
  'origin-response/index.ts',
  'viewer-request/index.ts',
  'viewer-request/lambda.ts',
  'local/workers/distribution/worker.ts',
  'local/workers/s3/worker.ts',
]

const NAMES: readonly Exception[] = [
  { name: 'main', files: 'any', reason: 'a verb runs by it, whichever it is: cli/kit/verbs.ts' },
  {
    name: 'handler',
    files: [
      'origin-request/index.ts',
      'origin-response/index.ts',
      'viewer-request/index.ts',
      'viewer-request/lambda.ts',
    ],
    reason: 'CloudFront and Lambda call it so',
  },
  {
    name: 'cloudfrontHandlers',
    files: ['msw/browser.ts', 'msw/handlers.ts'],
    reason: 'bundlers for browsers find the one where Node finds the other: `exports` of package.json',
  },
  // What runs at AWS is bundled by itself; local/ may not import it, and has HTTP where it has CloudFront's events.
  {
    name: 'ViewerRequest',
    files: ['edge/event.ts', 'local/protocol/messages.ts'],
    reason: 'a field of an event, and what a viewer sent',
  },
  {
    name: 'ViewerResponse',
    files: ['edge/event.ts', 'local/protocol/messages.ts'],
    reason: 'what a function returns, and what a viewer gets',
  },
  {
    name: 'OriginResponse',
    files: ['edge/response.ts', 'local/protocol/origin.ts'],
    reason: 'a field of an event, and what an origin sent',
  },
  {
    name: 'parseQuery',
    files: ['edge/query.ts', 'local/workers/s3/address.ts'],
    reason: 'into the fields of an event, without what the engine lacks; and into pairs, as S3 reads them',
  },
  {
    name: 'Bucket',
    files: ['edge/rules.ts', 'local/workers/s3/environment.ts'],
    reason: 'where the image step reads from, and the S3 of this machine',
  },
  {
    name: 'Settings',
    files: ['bundle/settings.ts', 'origin-response/settings.ts'],
    reason: "of a site, and of an encoder; origin-response/ reads a site's from edge/rules.ts alone",
  },
  {
    name: 'Origin',
    files: ['bundle/policies.ts', 'local/workers/s3/worker.ts'],
    reason: "an origin of the policies; and the S3's entry point for CloudFront, by its name in the Worker",
  },
  {
    name: 'OriginAccess',
    files: ['deploy/template/inputs.ts', 'local/protocol/settings.ts'],
    reason: 'an option of the template, and how one request is signed; neither room may import the other',
  },
  {
    name: 'cloudfrontHandlers',
    files: ['msw/handlers.ts', 'msw/browser.ts'],
    reason: '`rimlight/msw`, for Node and as bundlers for browsers find it',
  },
]

const TWINS: readonly TwinException[] = [
  {
    files: ['build/validate-route.ts', 'deploy/attach/function.ts'],
    reason: "one line that writes an event's fields: deploy/ may not import build/, and edge/ only reads them",
  },
  {
    files: ['deploy/verify/checks/keys.ts', 'local/platform/cache-key.ts'],
    reason: 'sorting by name, with a `nameOf` of its own in each: a parameter, and a cookie',
  },
]

describe('the project', () => {
  test('was looked at', () => {
    const names = Object.entries(files).flatMap(([file, text]) => exportedNames(file, text))
    const functions = Object.entries(files).flatMap(([file, text]) => functionTexts(file, text))
    expect(Object.keys(files).length).toBeGreaterThan(250)
    expect(names.length).toBeGreaterThan(800)
    expect(functions.length).toBeGreaterThan(1_500)
    for (const name of ['handler', 'defineConfig', 'RimlightError', 'Config', 'startCloudFront']) {
      expect(names.map((one) => one.name)).toContain(name)
    }
  })

  test('exports a name for one thing', () => {
    expect(nameProblems(files, NAMES)).toEqual([])
  })

  test('exports only values that other files import', () => {
    expect(ENTRIES).toEqual(expect.arrayContaining(['edge/config.ts', 'msw/browser.ts']))
    const isFree = ({ file }: { file: string }) =>
      [...ENTRIES, ...BUNDLED].includes(file) || /^(?:docs|examples)\//.test(file)
    expect(unusedExports(files, all, isFree)).toEqual([])
  })

  test('says nothing twice', () => {
    expect(twinProblems(files, TWINS)).toEqual([])
  })
})

describe('every form of export is seen', () => {
  it.each([
    ['a function', 'export function a() {}', ['a']],
    ['an async function', 'export async function a() {}', ['a']],
    ['a class', 'export class A {}', ['A']],
    ['an abstract class', 'export abstract class A {}', ['A']],
    ['constants', 'export const a = 1, b = 2', ['a', 'b']],
    ['a pattern', 'export const { a, b: [c = 1], ...d } = e', ['a', 'c', 'd']],
    ['a type', 'export type A = string', ['A']],
    ['an interface', 'export interface A {}', ['A']],
    ['a declaration', 'export declare const a: string', ['a']],
    ['a list', 'const a = 1\nexport { a }', ['a']],
    ['a list under another name', 'const a = 1\nexport { a as b }', ['b']],
    [
      'overloads, once',
      'export function a(b: 1): 1\nexport function a(b: 2): 2\nexport function a(b: 1 | 2) { return b }',
      ['a'],
    ],
    ['not what is another file’s', "export { a } from './b.ts'", []],
    ['not what is imported', "import { a } from './b.ts'\nexport { a }", []],
    ['not what is inside', 'function a() { const b = 1 }', []],
    ['not the default', 'export default function a() {}', []],
  ])('%s', (_form, text, names) => {
    expect(exportedNames('a.ts', text)).toEqual(names.map((name) => ({ name, file: 'a.ts' })))
  })
})

describe('an export counts as imported', () => {
  const [used, free] = [{ 'x/a.ts': 'export const a = 1, b = 2\nexport type C = 1' }, () => false]
  const unused = (name: string) => `x/a.ts exports ${name}, which no other file takes`

  it.each([
    ['by its name', "import { a } from '../x/a.ts'", ['b']],
    ['under another name', "import { a as z } from '../x/a.ts'", ['b']],
    ['by a file that exports it again', "export { b } from '../x/a.ts'", ['a']],
    ['with all others', "import * as all from '../x/a.ts'", []],
    ['with all others, exported again', "export * from '../x/a.ts'", []],
    ['by import(), which may take any', "await import('../x/a.ts')", []],
    ['not where another file of that name is imported', "import { a, b } from './a.ts'", ['a', 'b']],
  ])('%s', (_, text, names) => {
    expect(unusedExports(used, { ...used, 'y/b.ts': text }, free)).toEqual(names.map(unused))
  })

  it('and need not be where it is free', () => {
    expect(unusedExports(used, used, ({ name }) => name === 'a')).toEqual([unused('b')])
  })
})

describe('a name of two things', () => {
  const two = { 'a.ts': 'export const one = 1', 'b.ts': 'export type one = 1', 'c.ts': 'export const two = 2' }

  test('is reported', () => {
    expect(nameProblems(two, [])).toEqual(['one is exported by a.ts, b.ts'])
  })

  test('is free in the files of its exception, and there alone', () => {
    const exception = { name: 'one', files: ['a.ts', 'b.ts'], reason: '' }
    expect(nameProblems(two, [exception])).toEqual([])
    expect(nameProblems({ ...two, 'd.ts': 'export const one = 4' }, [{ ...exception, files: 'any' }])).toEqual([])
    expect(nameProblems({ ...two, 'd.ts': 'export const one = 4' }, [exception])).toEqual([
      'one is exported by a.ts, b.ts, d.ts',
    ])
  })

  test('an exception that nothing needs is reported', () => {
    expect(nameProblems(two, [{ name: 'two', files: ['c.ts'], reason: '' }])).toEqual([
      'one is exported by a.ts, b.ts',
      'exception two: it is not exported twice',
    ])
    expect(nameProblems(two, [{ name: 'one', files: ['a.ts', 'b.ts', 'c.ts'], reason: '' }])).toEqual([
      'exception one: c.ts does not export it',
    ])
  })
})

describe('a function that is written twice', () => {
  const ONE = 'export function total(list: number[]) { let sum = 0; for (const one of list) sum += one; return sum }'
  const twinsOf = (other: string) => twinProblems({ 'a.ts': ONE, 'b.ts': `\n${other}` })
  const SEEN = ['a.ts:1 is written again in b.ts:2']

  it.each([
    ['word for word', ONE],
    ['in other lines', ONE.replaceAll('; ', '\n')],
    ['under other names', 'const add = function (all) { let s = 0; for (const x of all) s += x; return s }'],
    ['as an arrow function', 'const add = (all) => { let s = 0; for (const x of all) s += x; return s }'],
    ['as a method', 'class A { add(all) { let s = 0; for (const x of all) s += x; return s } }'],
    ['with other types', ONE.replace('number[]', 'readonly bigint[]')],
    ['with an assertion', ONE.replace('of list', 'of list as any')],
  ])('%s', (_how, other) => {
    expect(twinsOf(other)).toEqual(SEEN)
  })

  it.each([
    ['another number', ONE.replace('= 0', '= 1')],
    ['another operator', ONE.replace('+=', '-=')],
    ['another name from outside', ONE.replace('return sum', 'return Number')],
    ['async', ONE.replace('function', 'async function')],
    ['another order', 'function add(list) { let sum = 0; for (const one of list) one += sum; return sum }'],
  ])('not with %s', (_what, other) => {
    expect(twinsOf(other)).toEqual([])
  })

  test('not where a property has another name', () => {
    const body = (name: string) =>
      `const f = (a, b) => ({ x: a.${name} + b.${name}, y: a.${name} * b.${name}, z: [a, b] })`
    expect(twinProblems({ 'a.ts': body('left'), 'b.ts': body('right') })).toEqual([])
    expect(twinProblems({ 'a.ts': body('left'), 'b.ts': body('left') })).toHaveLength(1)
  })

  test('with an expression, and with a body that returns it', () => {
    const expression = '[a + 1, a + 2, a + 3, a + 4, a + 5]'
    const both = {
      'a.ts': `const f = (a) => ${expression}`,
      'b.ts': `function g(b) { return ${expression.replaceAll('a', 'b')} }`,
    }
    expect(twinProblems(both)).toEqual(['a.ts:1 is written again in b.ts:1'])
  })

  test('once, not again for what lies within', () => {
    const outer = `function outer() { return ${ONE.replace('export function total', 'function')} }`
    expect(twinProblems({ 'a.ts': outer, 'b.ts': outer })).toEqual(['a.ts:1 is written again in b.ts:1'])
  })

  test('not where it is too small to be anything else', () => {
    expect(twinProblems({ 'a.ts': 'const f = (a) => a.b', 'b.ts': 'const f = (a) => a.b' })).toEqual([])
  })

  test('is free in the files of its exception; one that nothing needs is reported', () => {
    const both = { 'a.ts': ONE, 'b.ts': ONE }
    expect(twinProblems(both, [{ files: ['a.ts', 'b.ts'], reason: '' }])).toEqual([])
    expect(twinProblems(both, [{ files: ['a.ts', 'c.ts'], reason: '' }])).toEqual([
      'a.ts:1 is written again in b.ts:1',
      'exception a.ts, c.ts: no function is written twice',
    ])
  })
})
