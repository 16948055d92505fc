import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { parse } from 'acorn'
import { beforeAll, describe, expect, it, test } from 'vitest'
import yauzl from 'yauzl'
import { bundle } from '../../build/bundle.ts'
import { compile } from '../../build/compile.ts'
import { checkConfig } from '../../build/config.ts'
import { TARGETS } from '../../build/targets.ts'
import type { Artefact, Manifest } from '../../edge/manifest.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { CONFIG, copyOfTree, filesIn, runBuild } from './tree.ts'

let built: Record<string, Buffer>
let manifest: Manifest
beforeAll(async () => {
  const tree = await copyOfTree()
  const { code, stderr } = await runBuild(tree, ['--config', 'config.json'])
  expect([code, stderr]).toEqual([0, ''])
  built = await filesIn(join(tree, 'dist'))
  manifest = JSON.parse(String(built['manifest.json']))
})

const fileOf = (name: string): Buffer => built[name] ?? expect.fail(`${name} was not built`)

describe('the manifest', () => {
  it('tells of every file what it is', () => {
    expect(Object.keys(manifest.artefacts)).toEqual(['viewer-request', 'origin-request', 'origin-response'])
    for (const artefact of Object.values<Artefact>(manifest.artefacts)) {
      const content = fileOf(artefact.file)
      expect(artefact.bytes).toBe(content.length)
      expect(artefact.share).toBe(content.length / artefact.limit)
      expect(artefact.sha256).toBe(createHash('sha256').update(content).digest('hex'))
      expect(artefact.codeSha256).toBe(createHash('sha256').update(content).digest('base64'))
    }
  })

  it('tells what is needed to create the functions', () => {
    expect(manifest.artefacts).toMatchObject({
      'viewer-request': { kind: 'function', runtime: 'cloudfront-js-2.0', handler: 'handler', limit: 10_240 },
      'origin-request': {
        kind: 'lambda',
        runtime: 'nodejs22.x',
        handler: 'index.handler',
        limit: 52_428_800,
        memory: 128,
        timeout: 30,
      },
      'origin-response': { kind: 'lambda', handler: 'index.handler', limit: 52_428_800, memory: 1_024, timeout: 30 },
    })
    expect(manifest.artefacts['viewer-request']).not.toHaveProperty('memory')
  })

  it('counts the variants of routes with images, and names the config', () => {
    expect(manifest.variants).toEqual({ '/*': 7_440 })
    expect(manifest.config.sha256).toMatch(/^[0-9a-f]{64}$/)
  })
})

test('the policies are those of the five routes', () => {
  const policies = JSON.parse(String(fileOf('policies.json')))
  const patterns = policies.behaviours.map((behaviour: { path: string }) => behaviour.path)
  expect(patterns).toEqual(CONFIG.routes.map(({ path }) => path))
})

describe('the function', () => {
  it('is a script that declares `handler`', () => {
    const { body } = parse(String(fileOf('viewer-request.js')), { ecmaVersion: 'latest', sourceType: 'script' })
    const functions = body.flatMap((node) => (node.type === 'FunctionDeclaration' ? [node.id.name] : []))
    expect(functions.filter((name) => name === 'handler')).toEqual(['handler'])
  })

  it('has no export and no import', () => {
    expect(String(fileOf('viewer-request.js'))).not.toMatch(/\b(?:export|import|require)\b/)
  })

  it('has 6,144 bytes at most', () => {
    expect(fileOf('viewer-request.js').length).toBeLessThanOrEqual(6_144)
  })
})

describe.each(['origin-request', 'origin-response'] as const)('%s.zip', (trigger) => {
  const entries = async () => {
    const zip = await yauzl.fromBufferPromise(fileOf(`${trigger}.zip`))
    const found: { entry: yauzl.Entry; code: string }[] = []
    for await (const entry of zip.eachEntry()) {
      found.push({ entry, code: await text(await zip.openReadStreamPromise(entry)) })
    }
    return found
  }

  it('holds index.js alone, of one mode and one time', async () => {
    const found = await entries()
    expect(found.map(({ entry }) => entry.fileName)).toEqual(['index.js'])
    const entry = found[0]?.entry ?? expect.fail('the zip is empty')
    expect((entry.externalFileAttributes >>> 16).toString(8)).toBe('100644')
    expect(entry.getLastModDate({ timezone: 'UTC' })).toEqual(new Date('1980-01-01T00:00:00Z'))
  })

  it('is CommonJS that needs nothing else, and exports `handler` alone', async () => {
    const code = (await entries())[0]?.code ?? expect.fail('the zip is empty')
    const folder = join(await temporaryFolder(), 'lambda')
    await mkdir(folder)
    await writeFile(join(folder, 'index.js'), code)
    await writeFile(join(folder, 'package.json'), '{}')
    expect(code).not.toMatch(/\brequire\(/)
    const module = createRequire(join(folder, 'index.js'))('./index.js')
    expect(Object.keys(module)).toEqual(['handler'])
    expect(module.handler).toBeTypeOf('function')
  })
})

test('origin-request.zip has 8,192 bytes at most', () => {
  expect(fileOf('origin-request.zip').length).toBeLessThanOrEqual(8_192)
})

describe('what is in a bundle', () => {
  const rules = compile(checkConfig(CONFIG, 'config.json'))

  it.each(TARGETS.map((target) => [target.trigger, target] as const))(
    '%s: its own folder and edge/, no packages',
    async (trigger, target) => {
      const { metafile } = await bundle(target, rules)
      const inputs = Object.keys(metafile.inputs)
      expect(inputs).toEqual(expect.arrayContaining([target.entry, 'edge/rules.ts', 'edge/version.ts']))
      expect(inputs.filter((input) => !input.startsWith('edge/') && !input.startsWith(`${trigger}/`))).toEqual([])
      expect(inputs.filter((input) => /node_modules|sharp|@aws-sdk/.test(input))).toEqual([])
      expect(Object.values(metafile.outputs).flatMap((output) => output.imports)).toEqual([])
    },
  )
})
