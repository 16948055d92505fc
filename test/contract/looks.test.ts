/** `bg`, `blur` and a quality that is found, in the cache key: in both engines, and with no more code than a config asks for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { checkConfig } from '../../build/config.ts'
import { makeSite, type SiteBuild } from '../../build/site.ts'
import type { Settings } from '../../bundle/settings.ts'
import { hasNjs, NJS_MISSING, openNjs } from '../../local/host/functions/njs.ts'
import { openWorkerd } from '../../local/host/functions/workerd.ts'
import { functionCode } from './drivers.ts'
import { viewerEvent } from './events.ts'

const settingsOf = (images: object): Settings =>
  checkConfig(
    {
      domains: ['cdn.example.com'],
      origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
      routes: [{ path: '/*', origin: 'photos', cache: {}, images: { widths: [100, 200], rect: false, ...images } }],
    },
    'the config of looks',
  )

const siteOf = (images: object): Promise<SiteBuild> => makeSite(settingsOf(images))

const LOOKS = { backgrounds: ['FFFFFF', '1e90ff'], blurs: [20, 5], qualities: [50, 80], quality: 'auto' }

const CASES: readonly [uri: string, query: string, key: string][] = [
  ['/a.png', 'bg=1e90ff', 'bg=1e90ff'],
  ['/a.png', 'bg=1E90FF&w=90', 'bg=1e90ff&w=100'],
  ['/a.png', 'bg=fff', 'bg=ffffff'],
  ['/a.png', 'bg=FFF&fm=webp', 'bg=ffffff&fm=webp'],
  // White is behind a JPEG as it is, and nothing shows through one.
  ['/a.png', 'bg=fff&fm=jpg', 'fm=jpg'],
  ['/a.png', 'bg=1e90ff&fm=jpg', 'bg=1e90ff&fm=jpg'],
  ['/a.jpg', 'bg=1e90ff', ''],
  ['/a.JPEG', 'bg=1e90ff&w=90', 'w=100'],
  ['/a', 'bg=1e90ff', 'bg=1e90ff'],
  // Off the list.
  ['/a.png', 'bg=000000', ''],
  ['/a.png', 'bg=80ffffff', ''],
  ['/a.png', 'bg=', ''],
  ['/a.png', 'bg=red&bg=fff', 'bg=ffffff'],
  ['/a.jpg', 'blur=1', 'blur=5'],
  ['/a.jpg', 'blur=5.5', 'blur=20'],
  ['/a.jpg', 'blur=2000&w=1', 'blur=20&w=100'],
  ['/a.jpg', 'blur=0', ''],
  ['/a.jpg', 'blur=-5', ''],
  ['/a.jpg', 'blur=very', ''],
  ['/a.png', 'w=100&blur=5&bg=fff&q=80', 'bg=ffffff&blur=5&q=80&w=100'],
  ['/a.jpg', 'q=auto', ''],
  ['/a.jpg', 'fm=webp&q=auto', 'fm=webp'],
  ['/a.jpg', 'q=80', 'q=80'],
  ['/a.jpg', 'q=1', 'q=50'],
]

const queryOf = (value: unknown): string => String(at(value, 'querystring'))

describe.each([
  ['njs', openNjs, hasNjs],
  ['workerd', openWorkerd, true],
] as const)('in %s', (_, open, isThere) => {
  const context = isThere ? it : it.skip
  let engine: Awaited<ReturnType<typeof open>> | undefined
  beforeAll(async () => {
    if (isThere) engine = await open(await functionCode(settingsOf(LOOKS)), {})
  })
  afterAll(() => engine?.close())

  context.each(CASES)('%s?%s: %j', async (uri, query, key) => {
    // Twice: the key of a key is itself.
    const ask = async (text: string) => {
      const [outcome] = (await engine?.run([viewerEvent({ uri, query: text })])) ?? []
      return outcome?.kind === 'returned' ? queryOf(outcome.value) : outcome?.reason
    }
    expect(await ask(query)).toBe(key)
    expect(await ask(key)).toBe(key)
  })

  context.each(['bg=fff', 'blur=5'])('with %s alone no part of the original is asked for', async (query) => {
    const headers = { range: 'bytes=0-99', 'if-range': '"x"', 'user-agent': 'x' }
    const [outcome] = (await engine?.run([viewerEvent({ uri: '/a.png', query, headers })])) ?? []
    const kept = outcome?.kind === 'returned' ? at(outcome.value, 'headers') : outcome
    expect(Object.keys(kept ?? {}).sort()).toEqual(['accept', 'host', 'user-agent'])
  })
})

if (!hasNjs) console.log(NJS_MISSING)

it('is in cache policies where the config has it, and in no byte of a function where it has not', async () => {
  const [plain, looks] = [await siteOf({}), await siteOf(LOOKS)]
  const names = ({ policies }: SiteBuild) =>
    policies.cachePolicies[0]?.ParametersInCacheKeyAndForwardedToOrigin?.QueryStringsConfig?.QueryStrings?.Items
  expect(names(looks)).toEqual(['bg', 'blur', 'crop', 'fit', 'fm', 'h', 'q', 'v', 'w'])
  expect(names(plain)).toEqual(['crop', 'fit', 'fm', 'h', 'q', 'v', 'w'])
  expect(await functionCode(settingsOf({}))).not.toMatch(/\.(?:bg|blur|backgrounds|blurs)\b/)
  expect(await functionCode(settingsOf(LOOKS))).toMatch(/\.bg\b/)
})

it('is counted: each colour and each blur with whatever else there is', async () => {
  const count = async (images: object) => (await siteOf({ qualities: [80], ...images })).manifest.variants['/*'] ?? 0
  const [plain, blurs, colours] = [
    await count({}),
    await count({ blurs: [5, 20] }),
    await count({ backgrounds: ['1e90ff', '000000', '808080'] }),
  ]
  expect([blurs / plain, colours / plain]).toEqual([3, 4])
})
