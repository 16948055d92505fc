import { describe, expect, it, test } from 'vitest'
import { compile, rulesModule } from '../../../build/compile.ts'
import { settingsWith } from './settings.ts'

const compiled = (changes: Record<string, unknown> = {}) => compile(settingsWith(changes))

describe('the names by which CloudFront may know an origin', () => {
  it.each([
    [
      'us-east-1',
      [
        'example-photos.s3.us-east-1.amazonaws.com',
        'example-photos.s3.amazonaws.com',
        'example-photos.s3.dualstack.us-east-1.amazonaws.com',
        'example-photos.s3-us-east-1.amazonaws.com',
      ],
    ],
    [
      'cn-north-1',
      [
        'example-photos.s3.cn-north-1.amazonaws.com.cn',
        'example-photos.s3.amazonaws.com.cn',
        'example-photos.s3.dualstack.cn-north-1.amazonaws.com.cn',
        'example-photos.s3-cn-north-1.amazonaws.com.cn',
      ],
    ],
  ])('a bucket in %s', (region, domains) => {
    expect(compiled({ 'origins.photos.region': region }).origins[2]).toEqual([
      { domains, prefix: '', strip: 0, guard: 1 },
    ])
  })

  it('an API', () => {
    expect(compiled().origins[1]).toEqual([{ domains: ['api.example.com'], prefix: '', strip: 0, guard: 1 }])
  })
})

describe('a prefix as the beginning of a path', () => {
  it.each([
    ['site', '/site'],
    ['/site/images/', '/site/images'],
    ['my site', '/my%20site'],
    ['é', '/%C3%A9'],
    ['50%', '/50%25'],
    ['a%20b', '/a%2520b'],
    ['a?b#c', '/a%3Fb%23c'],
  ])('%s is %s', (prefix, expected) => {
    expect(compiled({ 'origins.photos.prefix': prefix }).origins[2]?.[0]?.prefix).toBe(expected)
  })
})

describe('routes', () => {
  it('a `never` route has no parameters, whatever it names', () => {
    expect(compiled({ 'routes[0].version': 'v' }).routes[0]).toEqual({
      cached: false,
      s3: true,
      parameters: [],
      version: 'v',
      images: -1,
    })
  })

  it('the parameters of a key are sorted', () => {
    const changes = { 'routes[2].images': true, 'routes[2].query': ['z', 'a'] }
    expect(compiled(changes).routes[2]).toMatchObject({
      cached: true,
      parameters: ['a', 'crop', 'fit', 'fm', 'h', 'q', 'v', 'w', 'z'],
      query: ['z', 'a'],
      images: 0,
    })
  })

  it('routes with equal image rules share one', () => {
    const photos = { origin: 'photos', cache: {} }
    const routes = [
      { ...photos, path: '/a/*', images: true },
      { ...photos, path: '/b/*', images: { quality: 50 } },
      { ...photos, path: '/c/*', images: {} },
      { ...photos, path: '/*' },
    ]
    const rules = compiled({ routes })
    expect(rules.routes.map(({ images }) => images)).toEqual([0, 1, 0, -1])
    expect(rules.imageRules.map(({ quality }) => quality)).toEqual([80, 50])
    expect(rules.imageLimits).toHaveLength(2)
  })

  it('a `never` route lives for no time', () => {
    expect(compiled({ 'routes[2].missing': '1m', 'routes[2].settle': '2m' }).lifetimes).toEqual([
      { default: 0, missing: 300, settle: 600, private: false, vary: [] },
      { default: 86_400, missing: 300, settle: 600, private: false, vary: [] },
      { default: 86_400, missing: 60, settle: 120, private: false, vary: [] },
    ])
  })

  it('a preflight is told how long it holds, where that is said', () => {
    const preflight = {
      'access-control-allow-methods': { value: 'GET, HEAD' },
      'access-control-allow-headers': { value: '*' },
    }
    expect(compiled({ 'routes[2].cors': { origins: '*' } }).routes[2]?.cors).toEqual({ origins: '*', preflight })
    expect(compiled({ 'routes[2].cors': { origins: '*', maxAge: 0 } }).routes[2]?.cors).toEqual({
      origins: '*',
      preflight: { ...preflight, 'access-control-max-age': { value: '0' } },
    })
  })
})

test('avif may be asked for where it is negotiated', () => {
  const requestable = (formats: string[]) => compiled({ 'routes[2].images': { formats } }).imageRules[0]?.requestable
  expect(requestable(['webp'])).toEqual(['webp', 'jpg', 'png', 'common'])
  expect(requestable(['avif', 'webp'])).toEqual(['webp', 'jpg', 'png', 'common', 'avif'])
})

test("Rimlight's own headers are dropped with the config's", () => {
  expect(compiled({ 'headers.dropRequest': ['x-a'] }).dropRequest).toEqual([
    'x-rimlight-route',
    'x-rimlight-version',
    'x-rimlight-variant',
    'x-a',
  ])
})

test('the module that is written gives the same values, and of routes leaves out what they are not', async () => {
  const rules = compiled({ 'routes[2].images': true, 'routes[2].cors': { origins: ['https://a.example.com'] } })
  const module = await import(`data:text/javascript,${encodeURIComponent(rulesModule(rules))}`)
  const { routes, imageRules, ...others } = rules
  const [never, api, photos] = routes
  expect({ ...module }).toEqual({
    ...others,
    routes: [
      { s3: true },
      { cached: true, parameters: api?.parameters, version: 'v' },
      expect.objectContaining({ cached: true, s3: true, images: 0, cors: photos?.cors, version: 'v' }),
      ...routes.slice(3).map(() => expect.anything()),
    ],
    imageRules: imageRules.map(({ ratios, ...rule }) => (ratios === null ? rule : { ...rule, ratios })),
  })
  expect(never).toMatchObject({ cached: false, s3: true })
})

it('routes that let the same people in have the same guard', () => {
  const auth = { type: 'jwt', algorithms: ['HS256'] }
  const guards = (changes: Record<string, unknown>) => compiled(changes).origins.map(([first]) => first?.guard)
  expect(guards({})).toEqual([0, 1, 1])
  expect(guards({ 'routes[2].auth': auth })).toEqual([0, 1, 2])
  expect(guards({ 'routes[1].auth': auth, 'routes[2].auth': auth })).toEqual([0, 1, 1])
})

it('of one host there is no other to redirect from', () => {
  const of = (domains: string[]) => compiled({ domains, canonicalHost: true }).canonicalHost
  expect([of(['a.example.com']), of(['a.example.com', 'b.example.com'])]).toEqual([false, true])
  expect(compiled({ domains: ['a.example.com', 'b.example.com'] }).canonicalHost).toBe(false)
})

it('an index has its redirect where that is asked for', () => {
  const of = (index: unknown) => compiled({ 'routes[2].index': index }).routes[2]?.index
  expect(of('index.html')).toEqual({ name: 'index.html' })
  expect(of({ file: 'home.htm' })).toEqual({ name: 'home.htm' })
  expect(of({ file: 'home.htm', redirect: true })).toEqual({ name: 'home.htm', redirect: true })
  expect(compiled({}).routes[2]).not.toHaveProperty('index')
})

it.each([
  ['site/missing.png', '/site/missing.png', 'image/png'],
  ['été/a b,c+d.SVG', '/%C3%A9t%C3%A9/a%20b%2Cc%2Bd.SVG', 'image/svg+xml'],
])('the placeholder %s has its path and its type', (placeholder, path, type) => {
  expect(compiled({ 'routes[2].placeholder': placeholder }).placeholders).toEqual([
    null,
    null,
    { bucket: 'example-photos', region: 'us-east-1', key: placeholder, path, type },
  ])
})
