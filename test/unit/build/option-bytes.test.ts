/** What options take of the function, measured on a site that has nearly all of them. */
import { beforeAll, expect, it } from 'vitest'
import { bundle } from '../../../build/bundle.ts'
import { compile, type Rules } from '../../../build/compile.ts'
import { checkConfig } from '../../../build/config.ts'
import { type OptionBytes, optionBytes } from '../../../build/option-bytes.ts'
import { makeSite } from '../../../build/site.ts'
import { type BuildTarget, TARGETS } from '../../../build/targets.ts'
import type { Config } from '../../../edge/config.ts'
import { ALL_OF_AUTH } from '../../bench/fixtures.ts'
import { textOf } from '../../checks/sources.ts'

const FUNCTION = TARGETS.find(({ kind }) => kind === 'function') as BuildTarget

const RECT = 'images.rect (on unless `rect: false`)'

const site = (images: object): Config => ({
  domains: ['cdn.example.com', 'img.example.com'],
  canonicalHost: true,
  logs: true,
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' }, api: { domain: 'api.example.com' } },
  routes: [
    {
      path: '/u/*/pages/*',
      origin: 'photos',
      cache: {},
      index: { file: 'index.html', redirect: true },
      cors: { origins: ['https://*.example.com'] },
    },
    {
      path: '/api/*',
      origin: 'api',
      cache: {},
      query: ['ids[]'],
      auth: { type: 'jwt', algorithms: ['HS256'], ...ALL_OF_AUTH, forward: true },
      cors: { origins: ['https://www.example.com'], credentials: true },
    },
    {
      path: '/*',
      origin: 'photos',
      cache: {},
      images: { previews: true, backgrounds: ['ffffff'], blurs: [10], ...images },
    },
  ],
})

const rulesOf = (images = {}) => compile(checkConfig(site(images), 'edge.config.ts'))

/** As many builds as there are options, for all tests. */
let found: OptionBytes[]
beforeAll(async () => {
  found = await optionBytes(FUNCTION, rulesOf())
})

const sizeOf = async (rules: Rules) => Buffer.byteLength((await bundle(FUNCTION, rules))[0]?.code ?? '')

it('names each option that a config has, and what it takes, in order', () => {
  const options = found.map(({ option }) => option)
  expect(options.slice(0, 2)).toEqual(["auth of type 'jwt'", 'images'])
  for (const option of ['auth.path', RECT, 'canonicalHost', 'index', 'logs']) expect(options).toContain(option)
  expect(options).not.toContain("auth of type 'signed'")
  expect(found).toEqual(found.toSorted((a, b) => b.bytes - a.bytes))
})

it('is what the function is less without the option', async () => {
  const rect = found.find(({ option }) => option === RECT)
  const saved = (await sizeOf(rulesOf())) - (await sizeOf(rulesOf({ rect: false })))
  // What the option itself says is in the rules, and short names go to others.
  expect(Math.abs(saved - (rect?.bytes ?? 0))).toBeLessThan(30)
})

/** Too large by what its routes say, with few options, each of which is a build. */
const TALKATIVE: Config = {
  domains: ['cdn.example.com'],
  logs: true,
  origins: { api: { domain: 'api.example.com' } },
  routes: Array.from({ length: 20 }, (_, route) => ({
    path: route < 19 ? `/${route}/*` : '/*',
    origin: 'api',
    cache: {},
    query: Array.from({ length: 9 }, (_, name) => `${route}-${name}-${'long'.repeat(15)}`),
    ...(route === 0 ? { auth: { type: 'jwt', algorithms: ['HS256'] } } : {}),
  })),
}

it('is said where the function is too large for CloudFront', async () => {
  const making = makeSite(checkConfig(TALKATIVE, 'edge.config.ts'))
  await expect(making).rejects.toThrow(/^viewer-request\.js has 1\d{4} bytes; the limit is 10240\. What takes them:\n/)
  await expect(making).rejects.toThrow(
    /\nCode that no route needs is left out\. So much less without one of these, on all routes:\n +\d+ {2}auth of type 'jwt'\n/,
  )
})

it('knows no flag that there is not', () => {
  const flags = textOf('edge/flags.d.ts')
  const known = textOf('build/option-bytes.ts').match(/HAS_[A-Z_]+(?=:)/g) ?? []
  expect(known.length).toBeGreaterThan(20)
  expect(known.filter((flag) => !flags.includes(`const ${flag}: boolean`))).toEqual([])
})
