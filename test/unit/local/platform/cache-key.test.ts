import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { CookiesConfig, QueryStringsConfig } from '../../../../bundle/policies.ts'
import { cacheKeyOf, keyText } from '../../../../local/platform/cache-key.ts'
import type { CacheKey, HeaderLine } from '../../../../local/protocol/messages.ts'
import { runs } from '../../../runs.ts'
import { cachePolicy, cookiesBy, type KeyedSettings, queryBy } from './policies.ts'

const keyOf = (settings: KeyedSettings, request: { query?: string; headers?: HeaderLine[] }) =>
  cacheKeyOf(cachePolicy(settings), { path: '/a', query: request.query ?? '', headers: request.headers ?? [] }, '/*')

describe('cacheKeyOf', () => {
  test('"Understand the cache key": by default, nothing but the path', () => {
    const headers: HeaderLine[] = [
      ['cookie', 'a=1'],
      ['accept', '*/*'],
      ['accept-encoding', 'gzip'],
    ]
    expect(keyOf({}, { query: 'ref=1', headers })).toEqual({
      behaviour: '/*',
      path: '/a',
      query: '',
      headers: {},
      cookies: '',
    })
  })

  describe('"Understand cache policies", query strings', () => {
    it.each<[rule: string, config: QueryStringsConfig, query: string, expected: string]>([
      ['none', queryBy('none'), 'a=1', ''],
      ['all, byte for byte', queryBy('all'), 'b=%e9&&a=1&a', 'b=%e9&&a=1&a'],
      ['those named, in their order', queryBy('whitelist', 'a', 'b'), 'b=2&c=3&a=1', 'b=2&a=1'],
      ['all of a name', queryBy('whitelist', 'a'), 'a=1&b=2&a=3', 'a=1&a=3'],
      ['without value', queryBy('whitelist', 'a', 'b'), 'a&b=', 'a&b='],
      ['byte for byte', queryBy('whitelist', 'a'), 'a=%7E%e9+ü=&x', 'a=%7E%e9+ü='],
      ['names are not decoded', queryBy('whitelist', 'a'), '%61=1', ''],
      ['"Cache content based on query string parameters": case counts', queryBy('whitelist', 'a'), 'A=1', ''],
      ['the same page: & alone divides', queryBy('whitelist', 'color'), 'color=red;size=large', 'color=red;size=large'],
      ['the same page: what is no name', queryBy('whitelist', 'color'), 'size=large;color=red', ''],
      ['all but those named', queryBy('allExcept', 'a'), 'b=2&a=1&c', 'b=2&c'],
      ['a star is a name', queryBy('whitelist', '*'), 'a=1&*=2', '*=2'],
    ])('%s', (_rule, query, given, expected) => {
      expect(keyOf({ query }, { query: given }).query).toBe(expected)
    })
  })

  describe('headers', () => {
    it.each<[rule: string, names: string[], headers: HeaderLine[], expected: Record<string, string>]>([
      [
        'those named, with their value',
        ['Accept-Language'],
        [['accept-language', 'en-US,en;q=0.5']],
        { 'accept-language': 'en-US,en;q=0.5' },
      ],
      ['no others', ['a'], [['b', '1']], {}],
      [
        '"Cache content based on request headers": in any order',
        ['a', 'b'],
        [
          ['b', '2'],
          ['a', '1'],
        ],
        { a: '1', b: '2' },
      ],
      ['the case of a value counts', ['product'], [['product', 'Acme']], { product: 'Acme' }],
      [
        'RFC 9110, 5.3: lines of one name together',
        ['a'],
        [
          ['a', '1'],
          ['b', '2'],
          ['a', '3'],
        ],
        { a: '1, 3' },
      ],
      ['an empty one is not none', ['a'], [['a', '']], { a: '' }],
    ])('%s', (_rule, headers, given, expected) => {
      expect(keyOf({ headers }, { headers: given }).headers).toEqual(expected)
    })
  })

  describe('"Understand cache policies", compression support', () => {
    it.each<[rule: string, settings: KeyedSettings, accept: string | null, expected: string | undefined]>([
      ['normalised', { gzip: true, brotli: true }, 'gzip, deflate, br;q=0.9', 'br,gzip'],
      ['what is enabled alone', { gzip: true }, 'gzip, br', 'gzip'],
      ['the viewer takes neither', { gzip: true, brotli: true }, 'deflate', undefined],
      ['the viewer says nothing', { gzip: true, brotli: true }, null, undefined],
      [
        'named besides, it is normalised all the same',
        { gzip: true, headers: ['accept-encoding'] },
        'deflate, gzip',
        'gzip',
      ],
      [
        'named besides, and the viewer takes neither',
        { gzip: true, headers: ['accept-encoding'] },
        'deflate',
        undefined,
      ],
      ['not enabled, it is a header like others', { headers: ['accept-encoding'] }, 'deflate, gzip', 'deflate, gzip'],
      ['not enabled and not named', {}, 'gzip', undefined],
    ])('%s', (_rule, settings, accept, expected) => {
      const headers: HeaderLine[] = accept === null ? [] : [['accept-encoding', accept]]
      expect(keyOf(settings, { headers }).headers['accept-encoding']).toBe(expected)
    })
  })

  describe('"Cache content based on cookies"', () => {
    it.each<[rule: string, config: CookiesConfig, lines: string[], expected: string]>([
      ['none', cookiesBy('none'), ['a=1'], ''],
      ['all, sorted by name', cookiesBy('all'), ['b=2; a=1'], 'a=1; b=2'],
      ['of several lines', cookiesBy('all'), ['b=2', 'a=1'], 'a=1; b=2'],
      ['those named', cookiesBy('whitelist', 'a', 'c'), ['c=3; b=2; a=1'], 'a=1; c=3'],
      ['all but those named', cookiesBy('allExcept', 'b'), ['c=3; b=2; a=1'], 'a=1; c=3'],
      ['case counts', cookiesBy('whitelist', 'a'), ['A=1; a=2'], 'a=2'],
      ['of one name, in their order', cookiesBy('all'), ['b=1; a=9; b=0'], 'a=9; b=1; b=0'],
      ['what is no pair goes', cookiesBy('all'), ['a=1; b; ;c=3'], 'a=1; c=3'],
      ['a dollar sign in front goes', cookiesBy('all'), ['$Version=1; a=1'], 'a=1'],
      ['a value with an equals sign', cookiesBy('all'), ['a=b=c'], 'a=b=c'],
    ])('%s', (_rule, cookies, lines, expected) => {
      const headers = lines.map((line): HeaderLine => ['cookie', line])
      expect(keyOf({ cookies }, { headers }).cookies).toBe(expected)
    })
  })
})

describe('keyText', () => {
  const KEY: CacheKey = { behaviour: '/*', path: '/a', query: '', headers: {}, cookies: '' }

  it.each<[CacheKey, string]>([
    [KEY, '/* /a  '],
    [{ ...KEY, query: 'v=1', headers: { 'accept-encoding': 'br,gzip' } }, '/* /a v=1  accept-encoding br,gzip'],
    [
      { ...KEY, cookies: 'a=1; b=2', headers: { authorization: 'Basic x\\y' } },
      '/* /a  a=1;\\u0020b=2 authorization Basic\\u0020x\\u005cy',
    ],
  ])('%j', (key, expected) => {
    expect(keyText(key)).toBe(expected)
  })

  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(' ', '\\', 'u', '0', '2', '\n', 'a') }))
  const names = ['a', 'b', 'u0020'] as const
  const key: fc.Arbitrary<CacheKey> = fc.record({
    behaviour: text,
    path: text,
    query: text,
    cookies: text,
    headers: fc.record(Object.fromEntries(names.map((name) => [name, text])), { requiredKeys: [] }) as fc.Arbitrary<
      Record<string, string>
    >,
  })

  test('of two keys, it is the same only if they are', () => {
    const changed = (one: CacheKey) =>
      fc.oneof(
        key,
        fc
          .tuple(fc.constantFrom('behaviour', 'path', 'query', 'cookies'), text)
          .map(([part, value]) => ({ ...one, [part]: value })),
        fc.constant({ ...one, path: one.path.replaceAll(' ', '\\u0020') }),
      )
    const pair = key.chain((one) => changed(one).map((other) => [one, other] as const))
    fc.assert(
      fc.property(pair, ([one, other]) => {
        const isSame = JSON.stringify(ordered(one)) === JSON.stringify(ordered(other))
        expect(keyText(ordered(one)) === keyText(ordered(other))).toBe(isSame)
      }),
      { numRuns: runs(2_000) },
    )
  })

  test('the same characters, divided elsewhere, are another key', () => {
    const words = fc.array(fc.constantFrom('', 'a', '\\u0020', '\\'), { minLength: 5, maxLength: 8 })
    const divided = words.chain((all) => {
      const ends = fc.uniqueArray(fc.integer({ min: 1, max: all.length - 1 }), { minLength: 3, maxLength: 3 })
      return fc.tuple(ends, ends).map((two) => two.map((places) => dividedAt(all, places)))
    })
    fc.assert(
      fc.property(divided, ([one, other]) => {
        expect(keyText(one as CacheKey) === keyText(other as CacheKey)).toBe(
          JSON.stringify(one) === JSON.stringify(other),
        )
      }),
      { numRuns: runs(2_000) },
    )
  })

  /** Words with spaces between them, as the four parts of a key. */
  function dividedAt(words: string[], places: number[]): CacheKey {
    const [first = 0, second = 0, third = 0] = places.toSorted((one, other) => one - other)
    const part = (from: number, to?: number) => words.slice(from, to).join(' ')
    const [behaviour, path, query, cookies] = [part(0, first), part(first, second), part(second, third), part(third)]
    return { behaviour, path, query, cookies, headers: {} } as CacheKey
  }

  test('a tenant’s is no other tenant’s', () => {
    const id = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/)
    fc.assert(
      fc.property(id, id, key, key, (one, other, first, second) => {
        const isSame = one === other && keyText(ordered(first)) === keyText(ordered(second))
        const texts = [keyText({ tenant: one, ...ordered(first) }), keyText({ tenant: other, ...ordered(second) })]
        expect(texts[0] === texts[1]).toBe(isSame)
      }),
    )
  })

  test('is one line', () => {
    fc.assert(fc.property(key, (one) => void expect(keyText(one)).not.toMatch(/[\n\r\u2028\u2029]/)))
  })

  /** Keys of one policy have their headers in its order. */
  const ordered = ({ headers, ...rest }: CacheKey): CacheKey => ({
    ...rest,
    headers: Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))),
  })
})
