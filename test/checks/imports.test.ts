import { describe, expect, it, test } from 'vitest'
import { COMPUTED, cyclesIn, importsOf, roomCircles, roomOf, roomsOf, wrongImports } from './imports.ts'
import { codeFiles } from './sources.ts'

const files = codeFiles()
const imports = Object.entries(files).flatMap(([file, text]) => importsOf(file, text))

describe('the project', () => {
  test('was looked at', () => {
    expect(Object.keys(files).length).toBeGreaterThan(100)
    expect(imports.length).toBeGreaterThan(400)
    expect(imports.filter(({ isType }) => isType).length).toBeGreaterThan(30)
    for (const room of ['edge', 'viewer-request', 'origin-request', 'origin-response', 'build', 'local', 'test']) {
      expect(imports.filter(({ from }) => from.startsWith(`${room}/`)).length, room).toBeGreaterThan(0)
    }
  })

  test('imports in the directions of the architecture alone', () => {
    expect(wrongImports(files)).toEqual([])
  })

  test('has no cycle, not even of types', () => {
    expect(cyclesIn(files)).toEqual([])
  })

  test('has no circle of rooms, not even of types', () => {
    const { rooms, imports } = roomsOf(files)
    expect(rooms.size).toBeGreaterThan(30)
    expect(imports).toBeGreaterThan(500)
    for (const room of [
      'local/workers/distribution',
      'local/host',
      'local/start',
      'deploy/attach',
      'cli/kit',
      'base',
    ]) {
      expect([...rooms.keys()], 'rooms').toContain(room)
    }
    expect(roomCircles(files)).toEqual([])
  })

  test('reaches sharp and the S3 client from these files alone', () => {
    const from = (name: string) =>
      new Set(
        imports
          .filter(({ from, to, isType }) => to === name && !isType && !from.startsWith('test/'))
          .map(({ from }) => from),
      )
    expect([...from('sharp')]).toEqual(['origin-response/render.ts'])
    expect([...from('@aws-sdk/client-s3')].toSorted()).toEqual([
      'deploy/attach/aws-clients.ts',
      'deploy/publish/bucket.ts',
      'deploy/status/bucket-calls.ts',
      'logs/s3.ts',
      'origin-response/source.ts',
      'sign/presign.ts',
    ])
  })
})

describe('every form of import is seen', () => {
  it.each([
    ['static', "import { b } from './b.ts'", 'edge/b.ts', false],
    ['static, of everything', "import * as b from './b.ts'", 'edge/b.ts', false],
    ['static, for its effects', "import './b.ts'", 'edge/b.ts', false],
    ['of a type', "import type { B } from './b.ts'", 'edge/b.ts', true],
    ['of types, one by one', "import { type B, type C } from './b.ts'", 'edge/b.ts', true],
    ['of a type and a value', "import { type B, c } from './b.ts'", 'edge/b.ts', false],
    ['a re-export', "export { b } from './b.ts'", 'edge/b.ts', false],
    ['a re-export of everything', "export * from './b.ts'", 'edge/b.ts', false],
    ['a re-export of a type', "export type { B } from './b.ts'", 'edge/b.ts', true],
    ['dynamic', "const b = await import('./b.ts')", 'edge/b.ts', false],
    ['dynamic, somewhere', "const f = () => () => [import('./b.ts')]", 'edge/b.ts', false],
    ['dynamic, computed', 'const f = (name: string) => import(name)', COMPUTED, false],
    ['of a type, in place', "type B = import('./b.ts').B", 'edge/b.ts', true],
    ['of a type, by typeof', "type B = typeof import('./b.ts')", 'edge/b.ts', true],
    ['by require', "const b = require('./b.ts')", 'edge/b.ts', false],
    ['by import =', "import b = require('./b.ts')", 'edge/b.ts', false],
    ['from above', "import { b } from '../build/b.ts'", 'build/b.ts', false],
    ['of a package', "import b from 'b/c'", 'b', false],
    ['of a package with a scope', "import b from '@a/b/c'", '@a/b', false],
    ['of a built-in', "import b from 'node:fs/promises'", 'node:fs/promises', false],
  ])('%s', (_form, text, to, isType) => {
    expect(importsOf('edge/a.ts', text)).toEqual([{ from: 'edge/a.ts', to, isType }])
  })

  it('none in text that only looks like it', () => {
    expect(importsOf('edge/a.ts', `// import './b.ts'\nconst text = "import './b.ts'"\nexport const b = text`)).toEqual(
      [],
    )
  })
})

describe('an import against the direction is reported', () => {
  it.each([
    [
      'edge → build',
      { 'edge/a.ts': "import '../build/b.ts'", 'build/b.ts': '' },
      'edge/a.ts may not import build/b.ts',
    ],
    [
      'edge → a handler',
      { 'edge/a.ts': "import type { B } from '../origin-request/b.ts'" },
      'edge/a.ts may not import origin-request/b.ts',
    ],
    ['edge → node:', { 'edge/a.ts': "import 'node:crypto'" }, 'edge/a.ts may not import node:crypto'],
    [
      'edge → a package, for types',
      { 'edge/a.ts': "import type { A } from 'aws-lambda'" },
      'edge/a.ts may not import aws-lambda',
    ],
    [
      'edge → whatever comes',
      { 'edge/a.ts': 'export const a = (b: string) => import(b)' },
      `edge/a.ts may not import ${COMPUTED}`,
    ],
    [
      'viewer-request → a package, for types',
      { 'viewer-request/index.ts': "import type { A } from 'aws-lambda'" },
      'viewer-request/index.ts may not import aws-lambda',
    ],
    [
      'origin-request → a package, for its values',
      { 'origin-request/index.ts': "import 'aws-lambda'" },
      'origin-request/index.ts may not import aws-lambda',
    ],
    [
      'a handler → another',
      { 'origin-response/index.ts': "import '../origin-request/b.ts'" },
      'origin-response/index.ts may not import origin-request/b.ts',
    ],
    [
      'a handler → build, for a type in place',
      { 'origin-request/a.ts': "type A = import('../build/b.ts').A" },
      'origin-request/a.ts may not import build/b.ts',
    ],
    [
      'sharp from another file',
      { 'origin-response/index.ts': "const sharp = await import('sharp')" },
      'origin-response/index.ts may not import sharp',
    ],
    [
      'the S3 client from another file',
      { 'origin-response/render.ts': "import '@aws-sdk/client-s3'" },
      'origin-response/render.ts may not import @aws-sdk/client-s3',
    ],
    ['build → local', { 'build/a.ts': "import '../local/b.ts'" }, 'build/a.ts may not import local/b.ts'],
    ['build → test', { 'build/a.ts': "import '../test/b.ts'" }, 'build/a.ts may not import test/b.ts'],
    [
      'build → a package that is not its own',
      { 'build/a.ts': "import 'miniflare'" },
      'build/a.ts may not import miniflare',
    ],
    [
      'local → a rule',
      { 'local/host/a.ts': "import '../../edge/path.ts'" },
      'local/host/a.ts may not import edge/path.ts',
    ],
    [
      'local → build',
      { 'local/host/a.ts': "import type { A } from '../../build/b.ts'" },
      'local/host/a.ts may not import build/b.ts',
    ],
    [
      'local → a handler',
      { 'local/host/a.ts': "import '../../viewer-request/index.ts'" },
      'local/host/a.ts may not import viewer-request/index.ts',
    ],
    [
      'host → listeners, for a type',
      { 'local/host/a.ts': "import type { B } from '../listeners/b.ts'" },
      'local/host/a.ts may not import local/listeners/b.ts',
    ],
    [
      'platform → workers',
      { 'local/platform/a.ts': "import '../workers/distribution/b.ts'" },
      'local/platform/a.ts may not import local/workers/distribution/b.ts',
    ],
    [
      'a Worker → what runs in Node',
      { 'local/workers/distribution/a.ts': "import '../../host/b.ts'" },
      'local/workers/distribution/a.ts may not import local/host/b.ts',
    ],
    [
      'Node → a Worker',
      { 'local/host/a.ts': "import type { B } from '../workers/distribution/b.ts'" },
      'local/host/a.ts may not import local/workers/distribution/b.ts',
    ],
    [
      'protocol → platform',
      { 'local/protocol/a.ts': "import '../platform/b.ts'" },
      'local/protocol/a.ts may not import local/platform/b.ts',
    ],
    ['a file of local/ beside its rooms', { 'local/a.ts': '' }, 'local/a.ts: no rule says what it may import'],
    ['a file that no rule knows', { 'elsewhere/a.ts': '' }, 'elsewhere/a.ts: no rule says what it may import'],
    [
      'a file that is not there',
      { 'edge/a.ts': "import './b.ts'" },
      'edge/a.ts imports edge/b.ts, which is no file of the project',
    ],
  ] as [string, Record<string, string>, string][])('%s', (_direction, files, expected) => {
    expect(wrongImports(files)).toEqual([expected])
  })

  it('one along it is not', () => {
    expect(
      wrongImports({
        'edge/a.ts': "import './b.ts'",
        'edge/b.ts': '',
        'origin-request/index.ts': "import type { A } from 'aws-lambda'\nimport '../edge/a.ts'",
        'origin-response/render.ts': "import sharp from 'sharp'",
        'local/host/a.ts': "import '../../edge/limits.ts'\nimport type { B } from '../protocol/b.ts'",
        'local/protocol/b.ts': '',
        'local/start.ts': "import './start/a.ts'",
        'local/start/a.ts': '',
        'edge/limits.ts': '',
        'build/a.ts': "import 'node:fs'\nimport 'esbuild'\nimport '../edge/a.ts'",
      }),
    ).toEqual([])
  })
})

describe('a cycle is reported', () => {
  it.each([
    ['of one', { 'a.ts': "import './a.ts'" }, ['a.ts → a.ts']],
    ['of two', { 'a.ts': "import './b.ts'", 'b.ts': "export * from './a.ts'" }, ['a.ts → b.ts → a.ts']],
    [
      'of types',
      { 'a.ts': "import type { B } from './b.ts'", 'b.ts': "type A = import('./a.ts').A" },
      ['a.ts → b.ts → a.ts'],
    ],
    [
      'of three, behind a file',
      { 'a.ts': "import './b.ts'", 'b.ts': "import './c.ts'", 'c.ts': "import './d.ts'", 'd.ts': "import './b.ts'" },
      ['b.ts → c.ts → d.ts → b.ts'],
    ],
    [
      'and another',
      { 'a.ts': "import './b.ts'\nimport './c.ts'", 'b.ts': "import './a.ts'", 'c.ts': "import './a.ts'" },
      ['a.ts → b.ts → a.ts', 'a.ts → c.ts → a.ts'],
    ],
  ] as [string, Record<string, string>, string[]][])('%s', (_shape, files, expected) => {
    expect(cyclesIn(files)).toEqual(expected)
  })

  it('two ways to one file are none', () => {
    const files = {
      'a.ts': "import './b.ts'\nimport './c.ts'",
      'b.ts': "import './d.ts'",
      'c.ts': "import './d.ts'",
      'd.ts': '',
    }
    expect(cyclesIn(files)).toEqual([])
  })
})

describe('the room of a file', () => {
  it.each([
    ['edge/path.ts', 'edge'],
    ['edge/rules/a.ts', 'edge'],
    ['edge.config.ts', 'edge.config'],
    ['build.mjs', 'build'],
    ['build/zip.ts', 'build'],
    ['cli/verbs.ts', 'cli'],
    ['cli/kit.ts', 'cli'],
    ['cli/kit/help.ts', 'cli/kit'],
    ['local/cloudfront.ts', 'local/cloudfront'],
    ['local/start.ts', 'local/start'],
    ['local/start/run.ts', 'local/start'],
    ['local/host/functions/njs.ts', 'local/host'],
    ['local/workers/s3/list.ts', 'local/workers/s3'],
    ['deploy/attach.ts', 'deploy'],
    ['deploy/attach/plan.ts', 'deploy/attach'],
  ])('%s is of %s', (file, room) => {
    expect(roomOf(file)).toBe(room)
  })
})

describe('a circle of rooms is reported', () => {
  it.each([
    [
      'of two, which no file closes',
      {
        'edge/a.ts': "import '../base/a.ts'",
        'edge/b.ts': '',
        'base/a.ts': '',
        'base/b.ts': "import '../edge/b.ts'",
      },
      ['edge → base → edge'],
    ],
    [
      'of types',
      {
        'local/host/a.ts': "import type { B } from '../listeners/b.ts'",
        'local/listeners/b.ts': "import '../host/c.ts'",
        'local/host/c.ts': '',
      },
      ['local/host → local/listeners → local/host'],
    ],
    [
      'by the file beside a room',
      {
        'local/start.ts': "import './cloudfront.ts'",
        'local/cloudfront.ts': "import './start/a.ts'",
        'local/start/a.ts': '',
      },
      ['local/start → local/cloudfront → local/start'],
    ],
    [
      'of three',
      {
        'a/a.ts': "import '../b/b.ts'",
        'b/b.ts': '',
        'b/c.ts': "import '../c/c.ts'",
        'c/c.ts': '',
        'c/d.ts': "import '../a/e.ts'",
        'a/e.ts': '',
      },
      ['a → b → c → a'],
    ],
  ] as [string, Record<string, string>, string[]][])('%s', (_shape, files, expected) => {
    expect(cyclesIn(files)).toEqual([])
    expect(roomCircles(files)).toEqual(expected)
  })

  it('and none within a room, or along one direction', () => {
    const files = {
      'a/a.ts': "import './b.ts'\nimport '../b/a.ts'\nimport 'b'\nimport 'node:fs'",
      'a/b.ts': "import '../c/a.ts'",
      'b/a.ts': "import '../c/a.ts'",
      'c/a.ts': '',
    }
    expect(roomCircles(files)).toEqual([])
    const { rooms, imports } = roomsOf(files)
    expect(Object.fromEntries([...rooms].map(([room, others]) => [room, [...others]]))).toEqual({
      a: ['b', 'c'],
      b: ['c'],
      c: [],
    })
    expect(imports).toBe(3)
  })
})
