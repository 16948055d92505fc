import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { type Bundle, bundle } from '../../../build/bundle.ts'
import { compile } from '../../../build/compile.ts'
import { withLiteralKeys } from '../../../build/s3-client.ts'
import { type BuildTarget, TARGETS } from '../../../build/targets.ts'
import { settingsWith } from './settings.ts'

describe('withLiteralKeys', () => {
  const CONSTANTS = 'const _hH = "httpHeader";\nconst _s_1 = "a.b:c";\nconst _ = "";\n'

  it.each([
    ['a known constant', '{ [_hH]: 1 }', '{ "httpHeader": 1 }'],
    [
      'several, as deep as they are',
      '[{ [_hH]: { [_s_1]: _hH, [_]: 1 } }]',
      '[{ "httpHeader": { "a.b:c": _hH, "": 1 } }]',
    ],
    ['the same one twice', '[{ [_hH]: 1 }, { [_hH]: 2 }]', '[{ "httpHeader": 1 }, { "httpHeader": 2 }]'],
  ])('%s becomes literal', (_rule, code, expected) => {
    expect(withLiteralKeys(CONSTANTS + code)).toBe(CONSTANTS + expected)
  })

  it.each([
    ['an unknown constant', '{ [_hE]: 1 }'],
    ['the beginning of a known one', '{ [_h]: 1 }'],
    ['another variable', '{ [key]: 1, [$hH]: 2 }'],
    ['an expression', '{ [_hH + _s_1]: 1, [_hH()]: 2 }'],
    ['a literal key', '{ _hH: 1, "_hH": 2 }'],
    ['an element of a list', '[_hH]'],
    ['a property that is read', 'a[_hH] = b[_hH]'],
  ])('%s stays', (_rule, code) => {
    expect(withLiteralKeys(CONSTANTS + code)).toBe(CONSTANTS + code)
  })

  it.each([
    ['a number', 'const _hH = 5;'],
    ['a variable', 'let _hH = "a";'],
    ['another constant', 'const _hH = _s;'],
    ['an expression', 'const _hH = "a" + b;'],
    ['in single quotes', "const _hH = 'a';"],
    ['inside a function', '  const _hH = "a";'],
  ])('what is not a constant text of the module stays: %s', (_rule, declaration) => {
    const code = `${declaration}\nexport const a = { [_hH]: 1 }`
    expect(withLiteralKeys(code)).toBe(code)
  })

  it('where constants come later, too, as they may in a module', () => {
    expect(withLiteralKeys('const a = () => ({ [_b]: 1 });\nconst _b = "c";')).toBe(
      'const a = () => ({ "c": 1 });\nconst _b = "c";',
    )
  })

  it('leaves the module the same to whoever imports it', async () => {
    const code = `${CONSTANTS}export const a = { [_hH]: { [_s_1]: [_hH] }, [_]: _s_1 };`
    const load = (module: string) => import(`data:text/javascript,${encodeURIComponent(module)}`)
    const changed = withLiteralKeys(code)
    expect(changed).not.toBe(code)
    expect((await load(changed)).a).toEqual((await load(code)).a)
    expect((await load(changed)).a).toEqual({ httpHeader: { 'a.b:c': ['httpHeader'] }, '': 'a.b:c' })
  })
})

describe('the S3 client of a site with images', () => {
  const SCHEMAS = 'node_modules/@aws-sdk/client-s3/dist-es/schemas/schemas_0.js'
  /** Shapes of other operations, and names of what they send. */
  const OTHERS = [
    'CreateBucketConfiguration',
    'CompletedPart',
    'DeleteObjects',
    'LifecycleConfiguration',
    'ListObjectsV2',
    'PutObject',
    'x-amz-bypass-governance-retention',
    'x-amz-copy-source',
  ]

  let lazy: Bundle
  let schemas: string
  beforeAll(async () => {
    const target = TARGETS.find(({ lazy }) => lazy.length > 0) as BuildTarget
    const bundles = await bundle(target, compile(settingsWith({ 'routes[2].images': true })))
    lazy = bundles.find(({ file }) => file === 'transform.js') as Bundle
    schemas = await readFile(join(ROOT, SCHEMAS), 'utf8')
  })

  it('has what one GET of an object needs', () => {
    expect(Object.keys(lazy.metafile.inputs)).toContain(SCHEMAS)
    const code = lazy.code.toLowerCase()
    expect(['getobject', 'nosuchkey', 'if-match'].filter((name) => !code.includes(name))).toEqual([])
  })

  it.each(OTHERS)('has nothing of %s', (name) => {
    expect(schemas).toContain(name)
    // Of half a million characters, what was found says enough.
    expect(lazy.code.includes(name)).toBe(false)
  })

  it('knows every computed key of the schemas', () => {
    expect(schemas.match(/\[_\w*\]:/g)?.length).toBeGreaterThan(100)
    expect(withLiteralKeys(schemas).match(/\[_\w*\]:/g)).toBeNull()
  })

  it('has a part of the schemas that is a small one', () => {
    const [output] = Object.values(lazy.metafile.outputs)
    const kept = output?.inputs[SCHEMAS]?.bytesInOutput ?? Number.NaN
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(schemas.length / 10)
  })

  it('does not look for credentials in files, SSO and other services', () => {
    const inputs = Object.keys(lazy.metafile.inputs)
    expect(
      inputs.filter((path) => /@aws-sdk\/(?:credential-provider-|token-providers|nested-clients)/.test(path)),
    ).toEqual([])
    expect(lazy.code.includes('give the S3 client its credentials')).toBe(true)
  })
})
