import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { parse } from 'acorn'
import koffi from 'koffi'
import sharp from 'sharp'
import { beforeAll, describe, expect, it, test } from 'vitest'
import yauzl from 'yauzl'
import { type Bundle, bundle } from '../../build/bundle.ts'
import { compile } from '../../build/compile.ts'
import { checkConfig } from '../../build/config.ts'
import { whyNotOnLambda } from '../../build/elf.ts'
import { type BuildTarget, TARGETS } from '../../build/targets.ts'
import type { Artefact, Manifest } from '../../bundle/manifest.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { builtOnce, CONFIG, filesIn } from './tree.ts'

let built: Record<string, Buffer>
let manifest: Manifest
beforeAll(async () => {
  built = await filesIn(join(await builtOnce(), 'dist'))
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
    const { variants, parts } = manifest
    expect((variants['/*'] ?? 0) - (parts['/*'] ?? 0)).toBe(6_953_667)
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

  it('has 6,656 bytes at most', () => {
    expect(fileOf('viewer-request.js').length).toBeLessThanOrEqual(6_656)
  })
})

const LIBRARIES = [
  'node_modules/@img/sharp-libvips-linux-x64/',
  'node_modules/@img/sharp-linux-x64/',
  'node_modules/@koromix/koffi-linux-x64/',
]

describe.each([
  { trigger: 'origin-request', own: ['index.js'], libraries: [] },
  { trigger: 'origin-response', own: ['index.js', 'transform.js'], libraries: LIBRARIES },
])('$trigger.zip', ({ trigger, own, libraries }) => {
  let found: { entry: yauzl.Entry; content: Buffer }[] = []
  beforeAll(async () => {
    const zip = await yauzl.fromBufferPromise(fileOf(`${trigger}.zip`))
    for await (const entry of zip.eachEntry()) {
      found = [...found, { entry, content: await buffer(await zip.openReadStreamPromise(entry)) }]
    }
  })

  it('holds its own code, and the native libraries that it needs on Lambda', () => {
    const names = found.map(({ entry }) => entry.fileName)
    expect(names).toEqual(names.toSorted())
    expect(names.filter((name) => !name.startsWith('node_modules/'))).toEqual(own)
    const packages = names.flatMap((name) => /^node_modules\/@(?:img|koromix)\/[^/]+\//.exec(name) ?? [])
    expect([...new Set(packages)]).toEqual(libraries)
    const binaries = found.filter(({ entry }) => /^node_modules\/.*\.(?:node|so)\b/.test(entry.fileName))
    expect(binaries.map(({ content }) => whyNotOnLambda(content))).toEqual(libraries.map(() => ''))
  })

  it('has entries of one mode and one time', () => {
    for (const { entry } of found) {
      expect((entry.externalFileAttributes >>> 16).toString(8)).toBe('100644')
      expect(entry.getLastModDate({ timezone: 'UTC' })).toEqual(new Date('1980-01-01T00:00:00Z'))
    }
  })

  it('begins with an index.js that loads alone, without a package, and exports `handler`', async () => {
    const code = found.find(({ entry }) => entry.fileName === 'index.js')?.content ?? expect.fail('no index.js')
    const folder = join(await temporaryFolder(), 'lambda')
    await mkdir(folder)
    await writeFile(join(folder, 'index.js'), code)
    await writeFile(join(folder, 'package.json'), '{}')
    const module = createRequire(join(folder, 'index.js'))('./index.js')
    expect(Object.keys(module)).toEqual(['handler'])
    expect(module.handler).toBeTypeOf('function')
  })
})

test('origin-request.zip has 8,192 bytes at most, origin-response.zip 12 MB', () => {
  expect(fileOf('origin-request.zip').length).toBeLessThanOrEqual(8_192)
  expect(fileOf('origin-response.zip').length).toBeLessThanOrEqual(12_000_000)
})

test('the manifest names the versions of sharp and koffi that the tests run, and of libvips', () => {
  expect(manifest.artefacts['origin-response'].libraries).toEqual({
    sharp: sharp.versions.sharp,
    libvips: sharp.versions.vips,
    koffi: koffi.version,
  })
  expect(manifest.artefacts['origin-request']).not.toHaveProperty('libraries')
})

describe('what is in a bundle', () => {
  const rules = compile(checkConfig(CONFIG, 'config.json'))
  const inputsOf = ({ metafile }: Bundle) => Object.keys(metafile.inputs)

  it.each(TARGETS.map((target) => [target.trigger, target] as const))(
    '%s: its own folder and edge/, no packages',
    async (trigger, target) => {
      const [entry] = await bundle(target, rules)
      const inputs = entry ? inputsOf(entry) : []
      expect(inputs).toEqual(expect.arrayContaining([target.entry, 'edge/rules.ts', 'edge/version.ts']))
      expect(inputs.filter((input) => !input.startsWith('edge/') && !input.startsWith(`${trigger}/`))).toEqual([])
      expect(entry?.packages).toEqual([])
    },
  )

  const originResponse = TARGETS.find(({ trigger }) => trigger === 'origin-response') as BuildTarget

  it('sharp and the S3 client are loaded with the first image, from a file of their own', async () => {
    const [entry, lazy] = await bundle(originResponse, rules)
    expect(entry?.code).toContain('require("./transform.js")')
    expect(entry && inputsOf(entry).filter((input) => /source|render|fit\./.test(input))).toEqual([])
    const packages = lazy ? inputsOf(lazy).join(' ') : ''
    expect(packages).toMatch(/node_modules\/sharp\//)
    expect(packages).toMatch(/node_modules\/@aws-sdk\/client-s3\//)
    expect(packages).not.toMatch(/credential-provider-(?:ini|sso|node|process)/)
  })

  it('without images there is nothing to load', async () => {
    const routes = CONFIG.routes.map(({ images, ...route }: { images?: boolean }) => route)
    const bundles = await bundle(originResponse, compile(checkConfig({ ...CONFIG, routes }, 'config.json')))
    expect(bundles.map(({ file }) => file)).toEqual(['index.js'])
  })

  it('for placeholders alone, the S3 client is loaded without sharp', async () => {
    const routes = CONFIG.routes.map(({ images, ...route }: { images?: boolean }, i: number) =>
      i === CONFIG.routes.length - 1 ? { ...route, placeholder: 'missing.png' } : route,
    )
    const [entry, lazy, ...others] = await bundle(
      originResponse,
      compile(checkConfig({ ...CONFIG, routes }, 'config.json')),
    )
    expect(entry?.code).toContain('require("./source.js")')
    expect(lazy?.file).toBe('source.js')
    const packages = lazy ? inputsOf(lazy).join(' ') : ''
    expect(packages).toMatch(/node_modules\/@aws-sdk\/client-s3\//)
    expect(packages).not.toMatch(/node_modules\/sharp\//)
    expect(others).toEqual([])
  })
})
