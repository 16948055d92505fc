import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { OriginRequestPolicy, QueryStringsConfig } from '../../../../bundle/policies.ts'
import { cacheKeyOf, forwardedRequest, forwardsCookies } from '../../../../local/platform/cache-key.ts'
import type { HeaderLine } from '../../../../local/protocol/messages.ts'
import { cachePolicy, cookiesBy, type KeyedSettings, list, originPolicy, queryBy } from './policies.ts'

describe('forwardedRequest', () => {
  const forward = (
    cache: KeyedSettings,
    origin: Partial<Omit<OriginRequestPolicy, 'Name'>> | undefined,
    { query = '', headers = [] }: { query?: string; headers?: HeaderLine[] },
  ) => forwardedRequest(cachePolicy(cache), origin && originPolicy(origin), { path: '/a', query, headers })

  test('"Control origin requests with a policy": by default, nothing of the viewer’s', () => {
    const headers: HeaderLine[] = [
      ['host', 'cdn.example.com'],
      ['user-agent', 'x'],
      ['accept', '*/*'],
      ['accept-encoding', 'gzip'],
      ['cookie', 'a=1'],
      ['range', 'bytes=0-1'],
    ]
    expect(forward({}, undefined, { query: 'a=1', headers })).toEqual({ query: '', headers: [] })
    expect(forward({}, {}, { query: 'a=1', headers })).toEqual({ query: '', headers: [] })
  })

  /** "Understand how origin request policies and cache policies work together", its table. */
  const TABLE: [cache: QueryStringsConfig, origin: QueryStringsConfig, expected: string][] = [
    [queryBy('none'), queryBy('none'), ''],
    [queryBy('none'), queryBy('all'), 'a=1&b=2&c=3'],
    [queryBy('none'), queryBy('whitelist', 'b'), 'b=2'],
    [queryBy('none'), queryBy('allExcept', 'b'), 'a=1&c=3'],
    [queryBy('all'), queryBy('none'), 'a=1&b=2&c=3'],
    [queryBy('all'), queryBy('all'), 'a=1&b=2&c=3'],
    [queryBy('all'), queryBy('whitelist', 'b'), 'a=1&b=2&c=3'],
    [queryBy('all'), queryBy('allExcept', 'b'), 'a=1&b=2&c=3'],
    [queryBy('whitelist', 'a'), queryBy('none'), 'a=1'],
    [queryBy('whitelist', 'a'), queryBy('all'), 'a=1&b=2&c=3'],
    [queryBy('whitelist', 'a'), queryBy('whitelist', 'c'), 'a=1&c=3'],
    [queryBy('whitelist', 'a'), queryBy('allExcept', 'a', 'b'), 'a=1&c=3'],
    [queryBy('allExcept', 'a'), queryBy('none'), 'b=2&c=3'],
    [queryBy('allExcept', 'a'), queryBy('all'), 'a=1&b=2&c=3'],
    [queryBy('allExcept', 'a', 'b'), queryBy('whitelist', 'a'), 'a=1&c=3'],
    [queryBy('allExcept', 'a'), queryBy('allExcept', 'b'), 'c=3'],
  ]
  const nameOf = (config: { Items?: readonly string[] } | undefined) => config?.Items?.join(' ') ?? ''
  it.each(
    TABLE.map(
      ([cache, origin, expected]) =>
        [
          `${cache.QueryStringBehavior} ${nameOf(cache.QueryStrings)}`,
          `${origin.QueryStringBehavior} ${nameOf(origin.QueryStrings)}`,
          cache,
          origin,
          expected,
        ] as const,
    ),
  )('cache policy %s, origin request policy %s', (_cache, _origin, cache, origin, expected) => {
    expect(forward({ query: cache }, { QueryStringsConfig: origin }, { query: 'a=1&b=2&c=3' }).query).toBe(expected)
    const asCookies = ({ QueryStringBehavior, QueryStrings }: QueryStringsConfig) =>
      cookiesBy(QueryStringBehavior, ...(QueryStrings?.Items ?? []))
    const cookies = forward(
      { cookies: asCookies(cache) },
      { CookiesConfig: asCookies(origin) },
      { headers: [['cookie', 'a=1; b=2; c=3']] },
    )
    expect(cookies.headers).toEqual(expected === '' ? [] : [['cookie', expected.replaceAll('&', '; ')]])
  })

  const VIEWER: HeaderLine[] = [
    ['host', 'cdn.example.com'],
    ['x-one', '1'],
    ['x-two', '2'],
    ['x-one', '3'],
    ['cloudfront-forwarded-proto', 'https'],
  ]
  it.each<
    [rule: string, cache: string[] | undefined, origin: OriginRequestPolicy['HeadersConfig'], expected: HeaderLine[]]
  >([
    [
      'what is in the key',
      ['X-One'],
      { HeaderBehavior: 'none' },
      [
        ['x-one', '1'],
        ['x-one', '3'],
      ],
    ],
    ['what is named', undefined, { HeaderBehavior: 'whitelist', Headers: list('X-Two') }, [['x-two', '2']]],
    [
      'either',
      ['x-two'],
      { HeaderBehavior: 'whitelist', Headers: list('x-one') },
      [
        ['x-one', '1'],
        ['x-two', '2'],
        ['x-one', '3'],
      ],
    ],
    [
      'all of the viewer’s, which CloudFront’s own are not',
      undefined,
      { HeaderBehavior: 'allViewer' },
      [
        ['x-one', '1'],
        ['x-two', '2'],
        ['x-one', '3'],
      ],
    ],
    [
      'all of the viewer’s, and those of CloudFront that are named',
      undefined,
      { HeaderBehavior: 'allViewerAndWhitelistCloudFront', Headers: list('CloudFront-Forwarded-Proto') },
      VIEWER.slice(1),
    ],
    [
      'all but those named',
      undefined,
      { HeaderBehavior: 'allExcept', Headers: list('Host', 'x-one') },
      [['x-two', '2']],
    ],
    [
      'all but those named, and what is in the key',
      ['x-one'],
      { HeaderBehavior: 'allExcept', Headers: list('x-one', 'x-two') },
      [
        ['x-one', '1'],
        ['x-one', '3'],
      ],
    ],
    [
      'CloudFront’s own by name',
      undefined,
      { HeaderBehavior: 'whitelist', Headers: list('cloudfront-forwarded-proto') },
      [['cloudfront-forwarded-proto', 'https']],
    ],
    ['the host never', ['host'], { HeaderBehavior: 'whitelist', Headers: list('Host') }, []],
  ])('headers: %s', (_rule, cache, origin, expected) => {
    expect(forward(cache ? { headers: cache } : {}, { HeadersConfig: origin }, { headers: VIEWER }).headers).toEqual(
      expected,
    )
  })

  it.each([
    'connection',
    'proxy-authorization',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'x-amz-cf-id',
    'x-edge-location',
    'x-forwarded-proto',
    'x-real-ip',
  ])('"Request and response behavior for custom origins": %s is never forwarded', (name) => {
    const all = { HeaderBehavior: 'allViewer' } as const
    expect(forward({ headers: [name] }, { HeadersConfig: all }, { headers: [[name, 'x']] }).headers).toEqual([])
  })

  it.each([
    ['x-forwarded-for', '192.0.2.4'],
    ['content-length', '7'],
  ])('the same page: %s always is', (name, value) => {
    expect(forward({}, undefined, { headers: [[name, value]] }).headers).toEqual([[name, value]])
  })

  it.each<
    [
      rule: string,
      settings: KeyedSettings,
      accept: string | null,
      origin: OriginRequestPolicy['HeadersConfig'],
      expected: HeaderLine[],
    ]
  >([
    [
      'normalised',
      { gzip: true, brotli: true },
      'gzip, deflate, br',
      { HeaderBehavior: 'none' },
      [['accept-encoding', 'br,gzip']],
    ],
    [
      'normalised once, whatever the policy says',
      { gzip: true },
      'gzip, br',
      { HeaderBehavior: 'allViewer' },
      [['accept-encoding', 'gzip']],
    ],
    [
      'the viewer takes neither',
      { gzip: true, brotli: true },
      'deflate',
      { HeaderBehavior: 'none' },
      [['accept-encoding', 'identity']],
    ],
    ['the viewer says nothing', { gzip: true, brotli: true }, null, { HeaderBehavior: 'allViewer' }, []],
    [
      'not enabled: a header like others',
      {},
      'deflate',
      { HeaderBehavior: 'allViewer' },
      [['accept-encoding', 'deflate']],
    ],
    ['not enabled and not named', {}, 'gzip', { HeaderBehavior: 'none' }, []],
  ])('accept-encoding: %s', (_rule, settings, accept, origin, expected) => {
    const headers: HeaderLine[] = accept === null ? [] : [['accept-encoding', accept]]
    expect(forward(settings, { HeadersConfig: origin }, { headers }).headers).toEqual(expected)
  })

  test('what is in the key is forwarded', () => {
    const names = fc.constantFrom('a', 'b', 'c')
    const config = fc.tuple(fc.constantFrom('none', 'whitelist', 'all'), fc.uniqueArray(names, { minLength: 1 }))
    const query = fc
      .array(fc.tuple(names, fc.constantFrom('', '=', '=1')).map((pair) => pair.join('')))
      .map((pairs) => pairs.join('&'))
    fc.assert(
      fc.property(config, config, query, ([behaviour, keyed], [more, named], given) => {
        const cache = { query: queryBy(behaviour as 'all', ...keyed) }
        const inKey = cacheKeyOf(cachePolicy(cache), { path: '/a', query: given, headers: [] }, '/*').query.split('&')
        const { query } = forward(cache, { QueryStringsConfig: queryBy(more as 'all', ...named) }, { query: given })
        for (const pair of inKey) expect(['', ...query.split('&')]).toContain(pair)
      }),
    )
  })
})

describe('forwardsCookies', () => {
  const none = { CookieBehavior: 'none' } as const
  const all = { CookieBehavior: 'all' } as const
  it.each([
    ['neither policy', none, originPolicy(), false],
    ['the cache policy', all, originPolicy(), true],
    ['the origin request policy', none, originPolicy({ CookiesConfig: all }), true],
    ['the cache policy by itself', all, undefined, true],
    ['no origin request policy', none, undefined, false],
  ])('%s', (_rule, cookies, more, expected) => {
    expect(forwardsCookies(cachePolicy({ cookies }), more)).toBe(expected)
  })
})
