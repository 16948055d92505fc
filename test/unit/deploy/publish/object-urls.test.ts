import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { RouteSettings, Settings } from '../../../../bundle/settings.ts'
import { NO_URL, urlsOfBase, urlsOfBundle } from '../../../../deploy/publish/object-urls.ts'

const SHA256 = '0123456789abcdef'.repeat(4)

const route = (path: string, origin: string, rest: Partial<RouteSettings> = {}): RouteSettings => ({
  ...{ path, origin, cache: { default: 86_400, max: 31_536_000, min: 0 }, version: 'v', query: [], headers: [] },
  ...{ images: null, missing: 300, settle: 600, cors: null, auth: null, strip: '' },
  ...{ index: null, placeholder: null },
  ...rest,
})

const SETTINGS: Settings = {
  domains: ['cdn.example.com', 'www.example.com'],
  canonicalHost: false,
  logs: false,
  cacheTags: false,
  origins: {
    photos: { bucket: 'example-photos', region: 'eu-central-1', prefix: 'site' },
    plain: { bucket: 'example-plain', region: 'eu-central-1', prefix: undefined },
    api: { domain: 'api.example.com', path: undefined },
  },
  routes: [
    route('/private/*', 'photos', { cache: 'never' }),
    route('/api/*', 'api'),
    route('/rev/*', 'photos', { version: 'rev' }),
    route('/plain/*', 'plain', { version: null }),
    route('/*', 'photos'),
  ],
  keyGroups: {},
  headers: { dropRequest: [], dropResponse: [], setResponse: {} },
  lambda: { runtime: 'nodejs22.x', originRequestMemory: 128, originResponseMemory: 1024 },
}

const PHOTOS = { bucket: 'example-photos', prefix: 'site/' }

it.each([
  ['site/a.jpg', 'https://cdn.example.com/a.jpg?v=0123456789abcdef', true],
  ['site/a b/ü.jpg', 'https://cdn.example.com/a%20b/%C3%BC.jpg?v=0123456789abcdef', true],
  ['site/rev/a?b.jpg', 'https://cdn.example.com/rev/a%3Fb.jpg?rev=0123456789abcdef', true],
])('%s: %s', (key, url, isVersioned) => {
  expect(urlsOfBundle(SETTINGS, PHOTOS)(key, SHA256)).toEqual({ kind: 'url', url, isVersioned })
})

it('a route whose paths lose their beginning', () => {
  const settings = {
    ...SETTINGS,
    routes: [route('/proxy-image/*', 'plain', { strip: '/proxy-image' }), ...SETTINGS.routes],
  }
  const url = 'https://cdn.example.com/proxy-image/projects/1/a.jpg?v=0123456789abcdef'
  const urlOf = urlsOfBundle(settings, { bucket: 'example-plain', prefix: '' })
  expect(urlOf('projects/1/a.jpg', SHA256)).toEqual({ kind: 'url', url, isVersioned: true })
})

it('a route without versions', () => {
  const url = 'https://cdn.example.com/plain/a.jpg'
  const urlOf = urlsOfBundle(SETTINGS, { bucket: 'example-plain', prefix: '' })
  expect(urlOf('plain/a.jpg', SHA256)).toEqual({ kind: 'url', url, isVersioned: false })
})

it.each([
  [
    'a route that is never cached',
    PHOTOS,
    'site/private/a.jpg',
    'its path belongs to the route /private/*, which is never cached: a URL that S3 has signed leads to it',
  ],
  ['the route of another origin', PHOTOS, 'site/api/a', 'its path belongs to the route /api/*'],
  ['another prefix', PHOTOS, 'other/a.jpg', 'it does not begin with site/'],
  ['a key with ": in it', PHOTOS, 'o": /a.jpg', 'it does not begin with site/'],
  ['another bucket', { bucket: 'example-other', prefix: '' }, 'a.jpg', 'no cached route has its bucket'],
])('%s leads nowhere', (_, destination, key, reason) => {
  expect(urlsOfBundle(SETTINGS, destination)(key, SHA256)).toEqual({ kind: 'none', reason })
})

it('a base stands for the destination', () => {
  const urlOf = urlsOfBase('http://localhost:3000/x', PHOTOS)
  const url = 'http://localhost:3000/x/a%20b.jpg?v=0123456789abcdef'
  expect(urlOf('site/a b.jpg', SHA256)).toEqual({ kind: 'url', url, isVersioned: true })
  const control = 'it has a control character or a broken escape'
  expect(urlOf('site/a\nb.jpg', SHA256)).toEqual({ kind: 'none', reason: control })
})

it('with a base, each URL leads back to the path and the version', () => {
  const urlOf = urlsOfBase('https://cdn.example.com/x', PHOTOS)
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
      const address = urlOf(`site/${name}.jpg`, SHA256)
      if (address.kind === 'none') return expect(name).toMatch(/\p{Cc}|(?:^|\/)\.{1,2}(?:\/|$)/u)
      const { pathname, search } = new URL(address.url)
      expect(decodeURIComponent(pathname)).toBe(`/x/${name}.jpg`)
      expect(search).toBe('?v=0123456789abcdef')
    }),
  )
})

it('nothing to make one of', () => {
  expect(NO_URL('a', SHA256)).toEqual({ kind: 'none', reason: 'there is neither a bundle nor --url' })
})
