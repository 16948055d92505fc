import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, test } from 'vitest'
import { checkConfig, loadConfig } from '../../../build/config.ts'
import { DEFAULT_WIDTHS } from '../../../edge/config.ts'
import { temporaryFolder } from '../local/fixture.ts'
import { config, configWith, settingsWith } from './settings.ts'

const problemsIn = (input: unknown): string[] => {
  try {
    checkConfig(input, 'f')
    return []
  } catch (error) {
    return (error as Error).message.split('\n')
  }
}

test('all problems at once, each where it is', () => {
  const input = configWith({
    domains: [],
    'routes[0].path': 'drafts',
    'routes[1].origin': 'nowhere',
    'routes[2].images': { widths: ['wide'], quality: 79 },
    'headers.dropRequest': ['via'],
    'lambda.runtime': 'nodejs20.x',
    extra: 1,
  })
  expect(problemsIn(input).map((line) => line.split(': expected')[0])).toEqual([
    'f has 7 problems; nothing was built:',
    '  domains',
    '  routes[0].path',
    '  routes[1].origin',
    '  routes[2].images.widths[0]',
    '  headers.dropRequest[0]',
    '  lambda.runtime',
    '  extra',
  ])
})

test('what comes of a problem is not told as another', () => {
  expect(problemsIn(configWith({ origins: undefined }))).toHaveLength(2)
  expect(problemsIn(configWith({ 'routes[0].path': 5, 'routes[2].path': '/drafts/*' }))).toHaveLength(3)
})

it.each([null, 5, 'x', []])('a config that is %j is no config', (input) => {
  expect(problemsIn(input)[1]).toBe(`  the config: expected an object; found ${JSON.stringify(input)}`)
})

describe('a header that the platform forbids at the trigger that would set or drop it', () => {
  it.each([
    ['dropRequest', ['cdn-loop', 'content-length', 'host', 'transfer-encoding', 'via']],
    ['dropResponse', ['transfer-encoding', 'via', 'v*', 'trans*']],
  ])('%s', (field, names) => {
    const lines = problemsIn(configWith({ [`headers.${field}`]: names }))
    expect(lines.slice(1).map((line) => line.split(':')[0])).toEqual(names.map((_, i) => `  headers.${field}[${i}]`))
  })

  it('setResponse', () => {
    const names = [
      'connection',
      'expect',
      'x-amz-cf-pop',
      'x-edge-a',
      'x-real-ip',
      'x-cache',
      'transfer-encoding',
      'via',
    ]
    const values = Object.fromEntries(names.map((name) => [name, '1']))
    const lines = problemsIn(configWith({ 'headers.setResponse': values }))
    expect(lines.slice(1).map((line) => line.split(':')[0])).toEqual(
      names.map((name) => `  headers.setResponse.${name}`),
    )
  })
})

describe('what is allowed', () => {
  it.each<[string, Record<string, unknown>]>([
    ['10 parameters in the key', { 'routes[2].images': true, 'routes[2].query': ['a', 'b', 'c'] }],
    ['10 headers in the key', { 'routes[1].headers': [...'abcdefghij'] }],
    ['an image parameter as the version, where there are no images', { 'routes[1].version': 'w' }],
    ['no version', { 'routes[1].version': null, 'routes[1].query': ['v'] }],
    ['512 MB for images', { 'routes[2].images': true, 'lambda.originResponseMemory': 512 }],
    ['little memory without images', { 'lambda.originResponseMemory': 128 }],
    ['a min of 10 s on an S3 route', { 'routes[2].cache.min': 10 }],
    ['a min above 10 s on an API route', { 'routes[1].cache.min': 11 }],
    ['a pattern of 255 characters', { 'routes[1].path': `/${'a'.repeat(254)}` }],
    ['a pattern that begins with a star', { 'routes[1].path': '*.jpg' }],
    ['a pattern that takes some of an earlier one', { 'routes[1].path': '/drafts*' }],
    ['a default switched off', { 'headers.setResponse': { 'x-content-type-options': null } }],
    ['a prefix with slashes around it', { 'origins.photos.prefix': '/my site/images/' }],
    ['auth: null', { 'routes[2].auth': null }],
  ])('%s', (_rule, changes) => {
    expect(problemsIn(configWith(changes))).toEqual([])
  })
})

test('durations are seconds', () => {
  const of = (duration: unknown) => settingsWith({ 'routes[2].missing': duration }).routes[2]?.missing
  expect([0, 90, '0s', '30s', '5m', '24h', '365d'].map(of)).toEqual([0, 90, 0, 30, 300, 86_400, 31_536_000])
})

test('names are in lower case, ladders ascend', () => {
  const settings = settingsWith({
    domains: ['CDN.Example.com'],
    'headers.dropRequest': ['X-Original-URL'],
    'headers.setResponse': { 'X-Frame-Options': 'DENY' },
    'routes[2].images': { widths: [640, 16], qualities: [80, 50] },
  })
  expect(settings.domains).toEqual(['cdn.example.com'])
  expect(settings.headers.dropRequest).toEqual(['x-original-url'])
  expect(settings.headers.setResponse).toEqual({ 'x-frame-options': 'DENY' })
  expect(settings.routes[2]?.images).toMatchObject({ widths: [16, 640], qualities: [50, 80] })
})

test('an index is a name, or an object with one', () => {
  const of = (index: unknown) => settingsWith({ 'routes[2].index': index }).routes[2]?.index
  expect(of('index.html')).toEqual({ file: 'index.html', redirect: false })
  expect(of({ file: 'index.html' })).toEqual({ file: 'index.html', redirect: false })
  expect(of({ file: 'index.html', redirect: true })).toEqual({ file: 'index.html', redirect: true })
  expect(of(null)).toBeNull()
})

const DAY = 86_400
const MIB = 1024 * 1024

test('the defaults', () => {
  expect(settingsWith({ 'routes[2].images': true })).toEqual({
    domains: ['cdn.example.com'],
    canonicalHost: false,
    cacheTags: false,
    logs: false,
    origins: config().origins,
    routes: [
      expect.objectContaining({ cache: 'never' }),
      expect.objectContaining({ images: null }),
      {
        path: '/*',
        origin: 'photos',
        cache: { default: DAY, max: 365 * DAY, min: 0 },
        version: 'v',
        query: [],
        headers: [],
        images: {
          formats: ['webp'],
          widths: [16, 32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840],
          ratios: null,
          rect: true,
          previews: false,
          qualities: [50, 65, 80, 90],
          quality: 80,
          backgrounds: [],
          blurs: [],
          budget: 700,
          heic: false,
          maxInputBytes: 25 * MIB,
          maxInputPixels: 50_000_000,
        },
        missing: 300,
        settle: 600,
        cors: null,
        auth: null,
        strip: '',
        index: null,
        placeholder: null,
      },
    ],
    keyGroups: {},
    headers: {
      dropRequest: [],
      dropResponse: [
        'x-amz-id-2',
        'x-amz-request-id',
        'x-amz-version-id',
        'x-amz-server-side-encryption*',
        'x-amz-meta-*',
        'server',
      ],
      setResponse: {},
    },
    lambda: { runtime: 'nodejs22.x', originRequestMemory: 128, originResponseMemory: 1024 },
  })
  expect(settingsWith({ 'routes[2].images': {} })).toEqual(settingsWith({ 'routes[2].images': true }))
  expect(settingsWith({ 'routes[2].images': true }).routes[2]?.images?.widths).toEqual(DEFAULT_WIDTHS)
})

describe('config files', () => {
  let folder: string
  const write = async (file: string, text: string) => {
    await mkdir(join(folder, 'sub'), { recursive: true })
    await writeFile(join(folder, file), text)
    return join(folder, file)
  }
  beforeAll(async () => {
    folder = await temporaryFolder()
  })

  it('JSON and TypeScript of one shape give the same', async () => {
    const json = await write('same.json', JSON.stringify(config()))
    const ts = await write('same.ts', `export default ${JSON.stringify(config())} satisfies object`)
    expect(await loadConfig(json)).toEqual(settingsWith())
    expect(await loadConfig(ts)).toEqual(settingsWith())
  })

  it('JSON may name its schema, for editors', async () => {
    const $schema = './node_modules/rimlight/edge/config.schema.json'
    const json = await write('schema.json', JSON.stringify({ $schema, ...config() }))
    expect(await loadConfig(json)).toEqual(settingsWith())
  })

  it('TypeScript may import `rimlight` and its neighbours, wherever it is', async () => {
    await write('sub/domains.ts', `export const domains: string[] = ['neighbour.example.com']`)
    const file = await write(
      'sub/edge.config.ts',
      `import { type Config, defineConfig } from 'rimlight'
       import { domains } from './domains.ts'
       const config: Config = defineConfig({ ...${JSON.stringify(config())}, domains } as Config)
       export default config`,
    )
    expect((await loadConfig(file)).domains).toEqual(['neighbour.example.com'])
  })

  it('a file is read anew each time', async () => {
    const file = await write('changing.ts', `export default ${JSON.stringify(config())}`)
    await loadConfig(file)
    await write('changing.ts', `export default ${JSON.stringify(configWith({ domains: ['new.example.com'] }))}`)
    expect((await loadConfig(file)).domains).toEqual(['new.example.com'])
  })

  it.each<[string, string, string | null, string | RegExp]>([
    [
      'a file that is missing',
      'none.json',
      null,
      /^FILE: expected a config file, found none that can be read \(ENOENT\)\. Name one with --config FILE\.$/,
    ],
    [
      'JSON with a mistake',
      'broken.json',
      '{"domains": [}',
      /^FILE: expected JSON, found a mistake: Unexpected token '}'/,
    ],
    ['an empty file', 'empty.json', '', /^FILE: expected JSON, found a mistake: Unexpected end of JSON input$/],
    [
      'TypeScript with a mistake',
      'broken.ts',
      'export default {\n  domains: [\n',
      /^FILE: expected a module that exports a config, but Build failed with 1 error:\n.*broken\.ts:3:0: ERROR: Unexpected end of file$/,
    ],
    [
      'no default export',
      'named.ts',
      'export const config = {}',
      /^FILE: expected a module that exports a config, but it has no default export; write `export default defineConfig\(\{ … \}\)`$/,
    ],
    [
      'a module that throws',
      'throws.ts',
      `throw new Error('no token')\nexport default {}`,
      /^FILE: expected a module that exports a config, but no token$/,
    ],
    [
      'an import that is not there',
      'lost.ts',
      `import './nowhere.ts'\nexport default {}`,
      /^FILE: expected a module that exports a config, but Build failed with 1 error:\n.*Could not resolve "\.\/nowhere\.ts"$/,
    ],
    [
      'problems, named with the file',
      'wrong.ts',
      'export default { domains: 5 }',
      /^FILE has 3 problems; nothing was built:\n/,
    ],
  ])('%s', async (_rule, name, text, message) => {
    const file = text === null ? join(folder, name) : await write(name, text)
    const error: Error = await loadConfig(file).then(
      () => expect.fail('it was accepted'),
      (error) => error,
    )
    expect(error.name).toBe('ConfigError')
    expect(error.message.replace(file, 'FILE')).toMatch(message)
  })

  it('nothing is left beside a config, whether it was right or not', async () => {
    expect((await readdir(folder)).filter((name) => /tmp|mjs|^\./.test(name))).toEqual([])
    expect(await readdir(join(folder, 'sub'))).toEqual(['domains.ts', 'edge.config.ts'])
  })
})
