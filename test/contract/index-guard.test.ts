/** What a path that ends in a slash stands for is shown to nobody whom its own route would not let in. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compile } from '../../build/compile.ts'
import { checkConfig } from '../../build/config.ts'
import { runs } from '../runs.ts'
import { loadHandler } from './drivers.ts'
import { originRequestEvent, s3Origin } from './events.ts'
import { keyPair } from './signers.ts'
import { routesOf } from './viewer-oracle.ts'

const auth = { type: 'signed' as const, keyGroups: ['site'] }

/** Of each who may have it. */
const ROUTES = [
  { path: '/a/secret/index.html', cache: 'never' as const, guard: 'presigned' },
  { path: '/a/*/index.html', auth, guard: 'signed' },
  { path: '*/b/index.html', cache: 'never' as const, guard: 'presigned' },
  { path: '/c/*', auth, index: 'index.html', guard: 'signed' },
  { path: '/?/b/*', index: 'index.html', guard: 'all' },
  { path: '*.html', guard: 'all' },
  { path: '/*', index: 'index.html', guard: 'all' },
]

const PATTERNS = ROUTES.map(({ path }) => path)

const settings = checkConfig(
  {
    domains: ['www.example.com'],
    origins: { site: { bucket: 'example-site', region: 'eu-central-1' } },
    keyGroups: { site: [keyPair('ES256').publicKey.export({ type: 'spki', format: 'pem' }).toString()] },
    routes: ROUTES.map(({ guard: _, ...route }) => ({ origin: 'site', cache: {}, ...route })),
  },
  'routes with guards',
)

const segment = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    'x',
    'secret',
    'index.html',
    '',
    '.',
    '..',
    '%2e',
    '%2F',
    '%61',
    'se%63ret',
    'b%2findex.html',
  ),
  fc.stringMatching(/^[a-c.%/]{0,4}$/),
)

it('whatever the path and however it is read', async () => {
  const handler = await loadHandler('origin-request', compile(settings))
  const origin = s3Origin('example-site.s3.eu-central-1.amazonaws.com')
  let shown = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 5 }), fc.boolean(), async (segments, isFolder) => {
      const uri = `/${segments.join('/')}${isFolder ? '/' : ''}`
      const answer = (await handler(originRequestEvent({ uri, origin }))) as {
        uri?: string
        headers: Record<string, { value: string }[]>
      }
      if (answer.uri === undefined) {
        refused += 1
        return
      }
      const told = ROUTES[Number(answer.headers['x-rimlight-route']?.[0]?.value)]
      const guards = new Set([...routesOf(answer.uri, PATTERNS)].map((index) => ROUTES[index]?.guard))
      expect([...guards]).toEqual([told?.guard])
      if (answer.uri !== uri) shown += 1
    }),
    { numRuns: runs(20_000) },
  )
  expect(Math.min(shown, refused)).toBeGreaterThan(100)
})
