import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { HeaderLine } from '../../../../../local/protocol/messages.ts'
import {
  ageIn,
  freshnessOf,
  type Lifetimes,
  unstoredFields,
} from '../../../../../local/workers/distribution/freshness.ts'
import { runs } from '../../../../runs.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const at = (seconds: number) => new Date(NOW + seconds * 1000).toUTCString()
const YEAR = 31_536_000
const DAY = 86_400
const MIN_0: Lifetimes = { min: 0, default: DAY, max: YEAR }
const MIN_60: Lifetimes = { min: 60, default: DAY, max: YEAR }
const DISABLED: Lifetimes = { min: 0, default: 0, max: 0 }
const ERROR_MIN = 10

type Stated = string | HeaderLine[]
const headersOf = (stated: Stated): HeaderLine[] =>
  typeof stated !== 'string' ? stated : stated === '' ? [] : [['cache-control', stated]]

const freshness = (status: number, stated: Stated, lifetimes = MIN_0, errorMinTtl = ERROR_MIN) =>
  freshnessOf({ status, headers: headersOf(stated) }, lifetimes, errorMinTtl, NOW)
const ttlOf = (...args: Parameters<typeof freshness>) => {
  const found = freshness(...args)
  return found.kind === 'cacheable' ? found.ttl : found.reason
}

describe('"Manage how long content stays in the cache", the table', () => {
  it.each<[rule: string, stated: Stated, lifetimes: Lifetimes, expected: number | string]>([
    ['max-age, min 0', 'max-age=3600', MIN_0, 3_600],
    ['max-age above the maximum', 'max-age=99999999', MIN_0, YEAR],
    ['max-age between', 'max-age=3600', MIN_60, 3_600],
    ['max-age below the minimum', 'max-age=5', MIN_60, 60],
    ['max-age 0, min 0: kept and revalidated', 'max-age=0', MIN_0, 0],
    ['no header, min 0: default', '', MIN_0, DAY],
    ['no header: the greater of default and minimum', '', { min: 100, default: 50, max: YEAR }, 100],
    ['no header: the maximum does not count', '', { min: 0, default: DAY, max: 60 }, DAY],
    ['Cache-Control without lifetime: default', 'public', MIN_0, DAY],
    ['s-maxage before max-age', 'max-age=10, s-maxage=3600', MIN_0, 3_600],
    ['s-maxage before max-age, in any order', 's-maxage=3600, max-age=10', MIN_0, 3_600],
    ['s-maxage below the minimum', 'max-age=3600, s-maxage=5', MIN_60, 60],
    ['s-maxage above the maximum', 's-maxage=99999999', MIN_60, YEAR],
    ['s-maxage 0', 'max-age=3600, s-maxage=0', MIN_0, 0],
    ['Expires', [['expires', at(3_600)]], MIN_0, 3_600],
    ['Expires below the minimum', [['expires', at(5)]], MIN_60, 60],
    ['Expires above the maximum', [['expires', at(YEAR + DAY)]], MIN_60, YEAR],
    ['Expires in the past', [['expires', at(-5)]], MIN_0, 0],
    [
      'max-age before Expires',
      [
        ['expires', at(5)],
        ['cache-control', 'max-age=60'],
      ],
      MIN_0,
      60,
    ],
    ['no-store, min 0', 'no-store', MIN_0, 'Cache-Control: no-store'],
    ['private, min 0', 'private, max-age=60', MIN_0, 'Cache-Control: private'],
    ['no-cache, min 0: kept and revalidated', 'no-cache', MIN_0, 0],
    ['the strictest of several', 'no-cache, no-store', MIN_0, 'Cache-Control: no-store'],
    ['no-store, min above 0', 'no-store', MIN_60, 60],
    ['no-cache, min above 0', 'no-cache, max-age=3600', MIN_60, 60],
    ['private, min above 0', 'private, max-age=3600', MIN_60, 60],
    ['"Understand cache policies": all three 0', 'max-age=3600', DISABLED, 'minimum, default and maximum TTL are 0'],
    ['a default of 0', '', { min: 0, default: 0, max: YEAR }, 0],
    ['a default of 0 and max-age', 'max-age=60', { min: 0, default: 0, max: YEAR }, 60],
  ])('%s', (_rule, stated, lifetimes, expected) => {
    expect(ttlOf(200, stated, lifetimes)).toBe(expected)
  })
})

const AGES: [rule: string, age: string[], expected: number][] = [
  ['RFC 9111, 4.2.3: the Age that it came with is part of a lifetime', ['20'], 40],
  ['older than its lifetime', ['61'], 0],
  ['a number without end', ['9'.repeat(400)], 0],
  ['RFC 9111, 5.1: of several the first', ['0, 7200'], 60],
  ['on several lines, too', ['50', '0'], 10],
  ['what is no number is nothing', ['abc'], 60],
  ['nor is a negative one', ['-7200'], 60],
  ['nor a fraction', ['7200.0'], 60],
]

describe('how headers are read', () => {
  it.each<[rule: string, stated: Stated, expected: number | string]>([
    ['RFC 9111, 5.2: names in any case', 'Max-Age=60', 60],
    ['RFC 9111, 5.2: quoted values', 'max-age="60"', 60],
    ['spaces', ' max-age = 60 ,public', 60],
    [
      'RFC 9110, 5.3: on several lines',
      [
        ['cache-control', 'public'],
        ['cache-control', 'max-age=60'],
      ],
      60,
    ],
    ['RFC 9111, 4.2.1: the first of several', 'max-age=60, max-age=120', 60],
    ['RFC 9111, 4.2.1: what is no number allows nothing', 'max-age=soon', 0],
    ['nor does a fraction', 'max-age=60.5', 0],
    ['nor a negative number', 'max-age=-1', 0],
    ['nor nothing', 'max-age=, max-age', 0],
    ['nor an exponent', 'max-age=1e3', 0],
    ['nor single quotes', "max-age='60'", 0],
    ['nor does a number after it', 'max-age=x, max-age=60', 0],
    ['nor max-age after such an s-maxage', 's-maxage=x, max-age=60', 0],
    ['a number without end', `max-age=${'9'.repeat(400)}`, YEAR],
    ['a directive in a value is none', 'x="no-store, private", max-age=60', 60],
    ['a quote that is never closed', 'x="no-store, max-age=60', DAY],
    ['a directive that begins like one', 'no-storey, max-age-x=5, max-age=60', 60],
    ['commas alone', ',, ,', DAY],
    ['RFC 9111, 5.2.2.5: no-store, whatever follows', 'no-store=1', 'Cache-Control: no-store'],
    ['RFC 9111, 5.2.2.4: no-cache of one field', 'no-cache="set-cookie", max-age=60', 60],
    ['RFC 9111, 5.2.2.7: private of one field', 'private="set-cookie", max-age=60', 60],
    [
      'Expires is the date that it is, whatever Date is',
      [
        ['date', at(-100)],
        ['expires', at(50)],
      ],
      50,
    ],
    [
      'RFC 9111, 4.2: one that is not after Date has passed',
      [
        ['date', at(400)],
        ['expires', at(300)],
      ],
      0,
    ],
    [
      'RFC 9111, 4.2.3: nor one that is not after Date and Age',
      [
        ['date', at(-10)],
        ['expires', at(10)],
        ['age', '25'],
      ],
      0,
    ],
    [
      'a Date that is none',
      [
        ['date', 'x'],
        ['expires', at(50)],
      ],
      50,
    ],
    ...AGES.map(([rule, age, expected]): [string, Stated, number] => [
      rule,
      [['cache-control', 'max-age=60'], ...age.map((value): HeaderLine => ['age', value])],
      expected,
    ]),
    ['RFC 9111, 4.2.3: a default TTL is CloudFront’s own, and Age is no part of it', [['age', '3600']], DAY],
    ['RFC 9111, 5.3: an Expires that is no date has passed', [['expires', '0']], 0],
    ['RFC 9110, 5.6.7: another format', [['expires', 'Friday, 20-Nov-26 12:01:00 GMT']], 60],
    ['Pragma says nothing in a response', [['pragma', 'no-cache']], DAY],
  ])('%s', (_rule, stated, expected) => {
    expect(ttlOf(200, stated)).toBe(expected)
  })
})

describe('"Serve stale (expired) content"', () => {
  const stale = (stated: string, lifetimes = MIN_0) => {
    const { kind: _, ...found } = freshness(200, stated, lifetimes) as Record<string, unknown>
    return found
  }
  it.each([
    [
      'neither: until the maximum TTL',
      'max-age=60',
      MIN_0,
      { ttl: 60, staleWhileRevalidate: 0, staleIfError: YEAR - 60 },
    ],
    [
      'both',
      'max-age=3600, stale-while-revalidate=600, stale-if-error=86400',
      MIN_0,
      { ttl: 3_600, staleWhileRevalidate: 600, staleIfError: 86_400 },
    ],
    [
      'without a header, the default may be beyond the maximum',
      '',
      { ...MIN_0, max: 100 },
      { ttl: DAY, staleWhileRevalidate: 0, staleIfError: 0 },
    ],
    ['stale-if-error 0', 'max-age=60, stale-if-error=0', MIN_0, { ttl: 60, staleWhileRevalidate: 0, staleIfError: 0 }],
    [
      'no longer than the maximum TTL',
      'max-age=60, stale-while-revalidate=600, stale-if-error=900',
      { ...MIN_0, max: 100 },
      { ttl: 60, staleWhileRevalidate: 40, staleIfError: 40 },
    ],
    [
      'nothing is left of the maximum',
      'max-age=600, stale-while-revalidate=600',
      { ...MIN_0, max: 100 },
      { ttl: 100, staleWhileRevalidate: 0, staleIfError: 0 },
    ],
    [
      'max-age 0',
      'max-age=0, stale-while-revalidate=30',
      MIN_0,
      { ttl: 0, staleWhileRevalidate: 30, staleIfError: YEAR },
    ],
    [
      'no-cache is never served stale while revalidated',
      'no-cache, stale-while-revalidate=30',
      MIN_0,
      { ttl: 0, staleWhileRevalidate: 0, staleIfError: YEAR },
    ],
    [
      'its warning: no-store with a minimum is served when the origin is gone',
      'no-store',
      MIN_60,
      { ttl: 60, staleWhileRevalidate: 0, staleIfError: YEAR - 60 },
    ],
    [
      'its warning: unless stale-if-error is 0',
      'no-store, stale-if-error=0',
      MIN_60,
      { ttl: 60, staleWhileRevalidate: 0, staleIfError: 0 },
    ],
    [
      'what is no number allows nothing',
      'max-age=60, stale-while-revalidate, stale-if-error=x',
      MIN_0,
      { ttl: 60, staleWhileRevalidate: 0, staleIfError: 0 },
    ],
    [
      'RFC 9111, 5.2.2.2: must-revalidate is not served stale',
      'max-age=60, must-revalidate',
      MIN_0,
      { ttl: 60, staleWhileRevalidate: 0, staleIfError: 0 },
    ],
    [
      'RFC 9111, 5.2.2.8: nor is proxy-revalidate',
      'max-age=60, proxy-revalidate',
      MIN_0,
      { ttl: 60, staleWhileRevalidate: 0, staleIfError: 0 },
    ],
    [
      'not documented: with the directives that allow it, must-revalidate leaves them what they are',
      'max-age=60, must-revalidate, stale-while-revalidate=10, stale-if-error=20',
      MIN_0,
      { ttl: 60, staleWhileRevalidate: 10, staleIfError: 20 },
    ],
    [
      's-maxage is a lifetime, and forbids nothing',
      's-maxage=60',
      MIN_0,
      { ttl: 60, staleWhileRevalidate: 0, staleIfError: YEAR - 60 },
    ],
  ])('%s', (_rule, stated, lifetimes, expected) => {
    expect(stale(stated, lifetimes)).toEqual(expected)
  })
})

describe('statuses', () => {
  it.each<[rule: string, status: number, stated: Stated, expected: number | string]>([
    ['"3xx status codes": 301 like an object', 301, '', DAY],
    ['302 like an object', 302, 'max-age=5', 5],
    ['303 like an object', 303, '', DAY],
    ['307 without Cache-Control', 307, '', 'a 307 is cached only with Cache-Control'],
    ['307 with Cache-Control', 307, 'max-age=60', 60],
    ['307 with any Cache-Control', 307, 'public', DAY],
    ['308 without Cache-Control', 308, [['expires', at(60)]], 'a 308 is cached only with Cache-Control'],
    ['308 with Cache-Control', 308, 'max-age=60', 60],
    ['204 like an object', 204, '', DAY],
    ['"Range GETs": 206 like an object', 206, 'max-age=60', 60],
    ['304 renews like an object', 304, 'max-age=60', 60],

    ['"4xx and 5xx status codes": 404', 404, '', 10],
    ['414', 414, '', 10],
    ['500', 500, '', 10],
    ['501', 501, '', 10],
    ['502', 502, '', 10],
    ['503', 503, '', 10],
    ['504', 504, '', 10],
    ['400 without lifetime', 400, '', 'a 400 is cached only with max-age or s-maxage'],
    ['403 without lifetime', 403, 'public', 'a 403 is cached only with max-age or s-maxage'],
    ['405 without lifetime', 405, '', 'a 405 is cached only with max-age or s-maxage'],
    ['412 without lifetime', 412, '', 'a 412 is cached only with max-age or s-maxage'],
    ['415 without lifetime', 415, '', 'a 415 is cached only with max-age or s-maxage'],
    ['400 with max-age', 400, 'max-age=60', 60],
    ['403 with s-maxage', 403, 's-maxage=60', 60],
    ['405 with max-age', 405, 'max-age=60', 60],
    ['412 with max-age', 412, 'max-age=60', 60],
    ['415 with max-age', 415, 'max-age=60', 60],
    ['403 with Expires alone', 403, [['expires', at(60)]], 'a 403 is cached only with max-age or s-maxage'],
    ['401', 401, 'max-age=60', 'a 401 is not among the errors that are cached'],
    ['429', 429, 'max-age=60', 'a 429 is not among the errors that are cached'],
    ['505', 505, 'max-age=60', 'a 505 is not among the errors that are cached'],
    ['"how long CloudFront caches errors": 416 never', 416, 'max-age=60', 'a 416 is never cached'],
    ['410, which that page counts among those cached', 410, '', 10],

    ['the greater of header and minimum: header', 404, 'max-age=60', 60],
    ['the greater of header and minimum: minimum', 404, 'max-age=5', 10],
    ['403 with max-age 0: the minimum', 403, 'max-age=0', 10],
    ['Expires', 500, [['expires', at(60)]], 60],
    ['the maximum TTL', 500, 'max-age=99999999', YEAR],
    ['other directives: the minimum', 404, 'public, must-revalidate', 10],
    ['404 with no-store', 404, 'no-store', 'Cache-Control: no-store on a 404'],
    ['404 with no-cache', 404, 'no-cache', 'Cache-Control: no-cache on a 404'],
    ['410 with private', 410, 'private', 'Cache-Control: private on a 410'],
    ['414 with no-store', 414, 'no-store', 'Cache-Control: no-store on a 414'],
    ['501 with no-store', 501, 'no-store', 'Cache-Control: no-store on a 501'],
    ['500 with no-store: the minimum', 500, 'no-store', 10],
    ['503 with private: the minimum', 503, 'private', 10],
    ['502 with no-store and max-age: the minimum', 502, 'no-store, max-age=60', 10],
    ['403 with no-store: not cached without max-age', 403, 'no-store', 'a 403 is cached only with max-age or s-maxage'],
  ])('%s', (_rule, status, stated, expected) => {
    expect(ttlOf(status, stated)).toBe(expected)
  })

  it.each<
    [rule: string, status: number, stated: Stated, lifetimes: Lifetimes, errorMinTtl: number, expected: number | string]
  >([
    ['an error-caching minimum of 0', 404, '', MIN_0, 0, 'the error-caching minimum TTL is 0'],
    ['an error-caching minimum of 0, and max-age', 404, 'max-age=60', MIN_0, 0, 60],
    ['the minimum TTL is not for errors', 404, '', MIN_60, 10, 10],
    ['nor is the default', 404, '', { min: 0, default: 5, max: 5 }, 10, 10],
    ['CachingDisabled', 404, 'max-age=60', DISABLED, 10, 'minimum, default and maximum TTL are 0'],
    [
      'the 501 of the table’s note, with a minimum TTL',
      501,
      'no-store',
      MIN_60,
      10,
      'Cache-Control: no-store on a 501',
    ],
  ])('%s', (_rule, status, stated, lifetimes, errorMinTtl, expected) => {
    expect(ttlOf(status, stated, lifetimes, errorMinTtl)).toBe(expected)
  })

  test('errors are never served once they are stale', () => {
    expect(freshness(404, 'max-age=60, stale-while-revalidate=600, stale-if-error=600')).toEqual({
      kind: 'cacheable',
      ttl: 60,
      staleWhileRevalidate: 0,
      staleIfError: 0,
    })
  })

  it.each<[rule: string, vary: string, lifetimes: Lifetimes, expected: number | string]>([
    ['"behavior for custom origins": Vary: *, min 0, is kept, and asked for each time', '*', MIN_0, 0],
    ['among others', 'accept, *', MIN_0, 0],
    ['with a minimum TTL', '*', MIN_60, DAY],
    ['a name with a star', 'x-*', MIN_0, DAY],
  ])('%s', (_rule, vary, lifetimes, expected) => {
    expect(ttlOf(200, [['vary', vary]], lifetimes)).toBe(expected)
  })
})

test('lifetimes lie between minimum and maximum, whatever an origin sends', () => {
  const directive = fc.oneof(
    fc.constantFrom('no-store', 'private', 'no-cache', 'public', 'immutable', '"', '='),
    fc
      .tuple(
        fc.constantFrom('max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error'),
        fc.oneof(fc.nat(), fc.string()),
      )
      .map((pair) => pair.join('=')),
    fc.string(),
  )
  const lifetimes = fc
    .tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000))
    .map((three) => three.toSorted((one, other) => one - other) as [number, number, number])
  fc.assert(
    fc.property(
      fc.constantFrom(200, 301, 307, 404, 403, 503),
      fc.array(directive),
      lifetimes,
      (status, directives, [min, usual, max]) => {
        const found = freshness(status, directives.join(','), { min, default: usual, max })
        if (found.kind === 'uncacheable') return
        expect(found.ttl).toBeGreaterThanOrEqual(status < 400 ? min : ERROR_MIN)
        expect(found.ttl).toBeLessThanOrEqual(Math.max(max, ERROR_MIN))
        if (status < 400)
          expect(found.ttl + Math.max(found.staleWhileRevalidate, found.staleIfError)).toBeLessThanOrEqual(max)
      },
    ),
    { numRuns: runs(1_000) },
  )
})

describe('unstoredFields: "Cache content based on cookies", disable caching of Set-Cookie headers', () => {
  it.each([
    ['', []],
    ['no-cache', []],
    ['no-cache="Set-Cookie"', ['set-cookie']],
    ['no-cache=Set-Cookie', ['set-cookie']],
    ['private="a, B", no-cache="c"', ['a', 'b', 'c']],
    ['max-age="a"', []],
    ['private=""', []],
  ])('%s', (cacheControl, expected) => {
    expect(unstoredFields([['cache-control', cacheControl]])).toEqual(expected)
  })
})

describe('how old a response is as it comes: RFC 9111, 4.2.3', () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toUTCString()

  it.each<[string, HeaderLine[], number]>([
    ['its Age', [['age', '30']], 30],
    ['the time since its Date', [['date', ago(7_200)]], 7_200],
    [
      'the larger of both',
      [
        ['date', ago(7_200)],
        ['age', '9000'],
      ],
      9_000,
    ],
    ['a minute is the clocks', [['date', ago(50)]], 0],
    ['a Date to come says nothing', [['date', ago(-7_200)]], 0],
    ['nor does one that is none', [['date', 'x']], 0],
  ])('%s', (_, headers, seconds) => {
    expect(Math.abs(ageIn(headers) - seconds)).toBeLessThanOrEqual(1)
    expect(freshness(200, [...headers, ['cache-control', 'max-age=10000']])).toMatchObject({ kind: 'cacheable' })
  })

  it('comes off max-age', () => {
    const ttl = Number(
      ttlOf(200, [
        ['date', ago(7_200)],
        ['cache-control', 'max-age=10000'],
      ]),
    )
    expect(Math.abs(ttl - 2_800)).toBeLessThanOrEqual(1)
    expect(
      ttlOf(200, [
        ['date', ago(7_200)],
        ['cache-control', 'max-age=3600'],
      ]),
    ).toBe(0)
  })
})
