import type { Metafile } from 'esbuild'
import { describe, expect, it, test } from 'vitest'
import { checkCode, checkSize } from '../../../build/check.ts'
import { type BuildTarget, TARGETS } from '../../../build/targets.ts'

const [viewerRequest, originRequest, originResponse] = TARGETS as [BuildTarget, BuildTarget, BuildTarget]

/** What esbuild tells of a bundle, reduced to what is read. */
function metafile(imports: readonly string[], modules: Record<string, number> = {}): Metafile {
  const inputs = Object.fromEntries(Object.entries(modules).map(([path, bytesInOutput]) => [path, { bytesInOutput }]))
  const output = {
    bytes: 0,
    inputs,
    imports: imports.map((path) => ({ path, kind: 'require-call' as const, external: true })),
    exports: [],
  }
  return { inputs: {}, outputs: { 'index.js': output } }
}

const check =
  (target: BuildTarget, code: string, imports: readonly string[] = []) =>
  () =>
    checkCode(target, { file: 'index.js', code, metafile: metafile(imports), packages: [] })

const SHARP = { name: 'sharp', version: '1.0.0', license: 'Apache-2.0' }

const HANDLER = 'function handler(event) { return event.request }'

test('plain code passes', () => {
  expect(check(viewerRequest, HANDLER)).not.toThrow()
  expect(check(originRequest, 'exports.handler = async (event) => event?.Records')).not.toThrow()
})

describe('imports', () => {
  it('all that are not declared are named', () => {
    expect(check(originRequest, HANDLER, ['node:fs', './transform.js'])).toThrow(
      'origin-request, index.js imports node:fs, ./transform.js; our own code may import the file that it loads later, ' +
        'and nothing else (build/targets.ts)',
    )
    expect(check(originResponse, HANDLER, ['./transform.ts'])).toThrow('imports ./transform.ts; our own code may')
  })

  it('an entry that loads nothing later has none, whatever it is called', () => {
    expect(check(originRequest, HANDLER, ['./undefined'])).toThrow('imports ./undefined; our own code may')
    expect(check(viewerRequest, HANDLER, ['./null'])).toThrow('imports ./null; our own code may')
  })

  it('what is loaded later lies beside the entry', () => {
    expect(check(originResponse, HANDLER, ['./transform.js'])).not.toThrow()
  })

  it('what stands before a package that is beside it has that, and what Node has', () => {
    const file = 'heic-worker.js'
    const ofFile = (imports: readonly string[]) => () =>
      checkCode(originResponse, { file, code: HANDLER, metafile: metafile(imports), packages: [] })
    expect(ofFile(['node:worker_threads', 'libheif-js/libheif-wasm/libheif.js'])).not.toThrow()
    expect(ofFile(['sharp'])).toThrow('origin-response, heic-worker.js imports sharp; our own code may')
    expect(check(originResponse, HANDLER, ['libheif-js/libheif-wasm/libheif.js'])).toThrow('our own code may')
  })

  it('a function has the modules of its platform, Lambda code does not', () => {
    const code = `import cf from "cloudfront";const c=require("crypto");${HANDLER};cf.kvs(c)`
    expect(check(viewerRequest, code, ['cloudfront', 'crypto'])).not.toThrow()
    expect(check(originRequest, HANDLER, ['cloudfront'])).toThrow(
      'origin-request, index.js imports cloudfront; our own',
    )
  })

  it('packages have what Node has, and do without some', () => {
    const packages = (imports: string[]) => () =>
      checkCode(originResponse, { file: 'transform.js', code: '', metafile: metafile(imports), packages: [SHARP] })
    expect(packages(['node:https', 'crypto', '@img/sharp-libvips-dev/include'])).not.toThrow()
    expect(packages(['crypto', '@img/sharp-wasm32/sharp.node'])).toThrow(
      'origin-response, transform.js imports @img/sharp-wasm32/sharp.node; packages may import what Node has, ' +
        'and nothing else (build/targets.ts)',
    )
  })
})

describe('a header that no function may add', () => {
  it.each([
    ['assigned', "const h = {}\nh['x-real-ip'] = []", 'x-real-ip', 2],
    ['as the name of a property', 'exports.a = { connection: 1 }', 'connection', 1],
    ['handed to a function, by the beginning of its name', "setHeader(h, 'x-edge-location')", 'x-edge-location', 1],
    ['in a template', 'setHeader(h, `x-amz-cf-id`)', 'x-amz-cf-id', 1],
  ])('%s', (_rule, code, name, line) => {
    expect(check(originRequest, code)).toThrow(
      `origin-request, index.js, line ${line}: sets ${name}, a header that no function may add (edge/limits.ts)`,
    )
  })

  it.each([
    ['read', "exports.a = headers['x-forwarded-proto']"],
    ['removed', "delete headers['x-real-ip']"],
    ['in a list of the config, such as a query parameter', "exports.query = ['expect']"],
    ['a variable of that name', 'const expect = 1\nf(expect)'],
  ])('not where it is %s', (_rule, code) => {
    expect(check(originRequest, code)).not.toThrow()
  })

  it('packages speak to others than CloudFront', () => {
    const bundle = {
      file: 'transform.js',
      code: 'exports.a = { expect: 1 }',
      metafile: metafile([]),
      packages: [SHARP],
    }
    expect(() => checkCode(originResponse, bundle)).not.toThrow()
  })

  it('a part of a longer text is none', () => {
    expect(check(originRequest, "exports.a = 'the connection was lost'")).not.toThrow()
  })
})

describe("the engine's subset", () => {
  it('every finding, with its line', () => {
    expect(check(viewerRequest, `${HANDLER}\nclass A {}\nnew Map()`)).toThrow(
      [
        "viewer-request is outside the engine's subset:",
        '  line 2: ClassDeclaration is not documented for cloudfront-js-2.0',
        '  line 2: ClassBody is not documented for cloudfront-js-2.0',
        '  line 3: the global Map is not documented for cloudfront-js-2.0',
      ].join('\n'),
    )
  })

  it('binds functions alone', () => {
    expect(check(originRequest, 'exports.a = new Map()')).not.toThrow()
  })
})

describe('size', () => {
  const sizes = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`edge/m${i}.ts`, i * 1_000]))

  it('at the limit', () => {
    const bundles = [{ file: 'index.js', code: '', metafile: metafile([], sizes), packages: [] }]
    expect(() => checkSize(viewerRequest, 10_240, bundles)).not.toThrow()
  })

  it('above it: the ten modules that take the most, and the options', () => {
    const bundles = [{ file: 'index.js', code: '', metafile: metafile([], sizes), packages: [] }]
    const options = [
      { option: 'auth.path', bytes: 603 },
      { option: 'index', bytes: 99 },
    ]
    expect(() => checkSize(viewerRequest, 10_241, bundles, options)).toThrow(
      [
        'viewer-request.js has 10241 bytes; the limit is 10240. What takes them:',
        '      11000  edge/m11.ts',
        '      10000  edge/m10.ts',
        ...[9, 8, 7, 6, 5, 4, 3, 2].map((i) => `       ${i}000  edge/m${i}.ts`),
        'Code that no route needs is left out. So much less without one of these, on all routes:',
        '        603  auth.path',
        '         99  index',
      ].join('\n'),
    )
  })
})
