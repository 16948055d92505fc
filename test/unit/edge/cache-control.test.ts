import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  cachingOf,
  commonLifetime,
  forbidsTransforming,
  IMMUTABLE,
  isPrivate,
  madePrivate,
  missingCaching,
  NO_STORE,
  publicFor,
  transientCaching,
} from '../../../edge/cache-control.ts'
import type { Verdict } from '../../../edge/version.ts'

const USUAL = 3_600
const caching = (verdict: Verdict, cacheControl = '', expiresIn?: number) =>
  cachingOf(verdict, { cacheControl, expiresIn, age: 0 }, USUAL, true)

test('the fixed ones', () => {
  expect(IMMUTABLE).toBe('public, max-age=31536000, immutable')
  expect(NO_STORE).toBe('no-store')
  expect(publicFor(5)).toBe('public, max-age=5')
})

describe('an API knows for whom its answers are', () => {
  const ofApi = (cacheControl: string, expiresIn?: number, age = 0) =>
    cachingOf('unknown', { cacheControl, expiresIn, age }, USUAL, false).cacheControl

  it.each([
    ['says nothing: a lifetime, and no public', '', undefined, 'max-age=3600'],
    ['says Expires', '', 60, 'max-age=60'],
    ['says a lifetime', 'max-age=60', undefined, 'max-age=60'],
    ['says public', 'public, max-age=9000', undefined, 'public, max-age=3600'],
  ])('%s', (_rule, cacheControl, expiresIn, expected) => {
    expect(ofApi(cacheControl, expiresIn)).toBe(expected)
  })

  it.each([
    ['fresh for 5 s more', 'max-age=60', undefined, 55, 'max-age=60'],
    ['fresh for half an hour more: for no longer than the default', 'max-age=9000', undefined, 7_200, 'max-age=9000'],
    ['fresh for longer: for the default from now', 'max-age=90000', undefined, 7_200, 'max-age=10800'],
    ['for shared caches alone', 's-maxage=90000', undefined, 7_200, 's-maxage=10800, max-age=10800'],
    ['by Expires, which is a date', '', 60, 7_200, 'max-age=7260'],
    ['stale', 'max-age=60', undefined, 61, 'max-age=60'],
    ['stale by s-maxage', 's-maxage=60', undefined, 61, 's-maxage=60, max-age=0'],
    ['nothing said: for the default from now', '', undefined, 7_200, 'max-age=10800'],
    [
      'stale while it is revalidated: that is no lifetime',
      'max-age=60, stale-while-revalidate=9000',
      undefined,
      55,
      'max-age=60, stale-while-revalidate=3600',
    ],
  ])('what comes out of another cache keeps what it has left: %s', (_rule, cacheControl, expiresIn, age, expected) => {
    expect(ofApi(cacheControl, expiresIn, age)).toBe(expected)
  })

  test('public is never added', () => {
    const directive = fc.constantFrom(
      'max-age=5',
      's-maxage=9',
      'immutable',
      'must-revalidate',
      'x="public"',
      'max-age=x',
    )
    fc.assert(
      fc.property(
        fc.array(directive),
        fc.option(fc.integer({ min: -9, max: 9_999 }), { nil: undefined }),
        (own, expires) => {
          expect(ofApi(own.join(', '), expires)).not.toMatch(/(^|,)\s*public/)
        },
      ),
    )
  })
})

describe('missingCaching', () => {
  it.each([
    ['as long as the route says', 300, false, 'public, max-age=300'],
    ['10 s at most when a version was asked for', 300, true, 'public, max-age=10'],
    ['less, where the route says less', 5, true, 'public, max-age=5'],
    ['not at all', 0, false, 'public, max-age=0'],
  ])('%s', (_rule, missing, isVersioned, expected) => {
    expect(missingCaching(missing, isVersioned)).toBe(expected)
  })
})

describe('isPrivate', () => {
  it.each([
    'private',
    'no-store',
    'no-cache',
    'NO-STORE',
    'public, no-cache',
    'max-age=5,private',
    'private="set-cookie"',
    'no-cache="a, b"',
    ' private ',
  ])('%s', (cacheControl) => {
    expect(isPrivate(cacheControl)).toBe(true)
  })

  it.each([
    '',
    'public',
    'max-age=0',
    'x="no-store"',
    'x="a, private"',
    'no-store-x',
    'no-transform',
    'must-revalidate',
  ])('not %j', (cacheControl) => {
    expect(isPrivate(cacheControl)).toBe(false)
  })
})

describe('forbidsTransforming', () => {
  it.each([
    'no-transform',
    'NO-TRANSFORM',
    'max-age=60, no-transform',
    'no-transform,public',
    ' No-Transform ',
    'private="a, b", no-transform',
  ])('%s', (cacheControl) => {
    expect(forbidsTransforming(cacheControl)).toBe(true)
  })

  it.each([
    '',
    'public, max-age=60',
    'no-store',
    'transform',
    'no-transform-x',
    'x-no-transform',
    'x="no-transform"',
    'x="a, no-transform"',
    'no transform',
  ])('not %j', (cacheControl) => {
    expect(forbidsTransforming(cacheControl)).toBe(false)
  })
})

describe('private, no-store and no-cache always stand', () => {
  it.each<Verdict>(['verified', 'unsettled', 'unknown', 'unversioned'])('for what is %s', (verdict) => {
    expect(caching(verdict, 'Private, max-age=60')).toEqual({ cacheControl: 'Private, max-age=60', validators: 'kept' })
  })
})

test('verified: a year, whatever the origin says', () => {
  expect(caching('verified', 'max-age=5')).toEqual({ cacheControl: IMMUTABLE, validators: 'kept' })
  expect(caching('verified', '', -5)).toEqual({ cacheControl: IMMUTABLE, validators: 'kept' })
})

test('unsettled: half a minute, and no later 304', () => {
  expect(caching('unsettled', 'max-age=5')).toEqual({ cacheControl: 'public, max-age=30', validators: 'dropped' })
})

describe('unversioned: the origin decides', () => {
  it.each([
    ['its own word stands, however long', 'max-age=99999999, immutable', undefined, 'max-age=99999999, immutable'],
    ['its own word stands beside an Expires', 'public', 5, 'public'],
    ['without a word, the default', '', undefined, 'public, max-age=3600'],
    ['an Expires counts', '', 60, 'public, max-age=60'],
    ['an Expires no longer than the default', '', 7_200, 'public, max-age=3600'],
    ['an Expires that is past', '', -60, 'public, max-age=0'],
    ['an Expires that is none has passed', '', Number.NaN, 'public, max-age=0'],
    ['a lifetime that can be read stays to the byte', ' Max-Age=60 , x', undefined, ' Max-Age=60 , x'],
    ['a lifetime below 0 is none', 'public, max-age=-1', undefined, 'public, max-age=0'],
    ['nor one that is no number', 'max-age=abc, s-maxage=60', undefined, 'max-age=0, s-maxage=60'],
    ['nor one in quotes', 'max-age="60", immutable', undefined, 'max-age=0, immutable'],
  ])('%s', (_rule, cacheControl, expiresIn, expected) => {
    expect(caching('unversioned', cacheControl, expiresIn)).toEqual({ cacheControl: expected, validators: 'kept' })
  })
})

describe('unknown: the origin decides, within the default', () => {
  it.each([
    ['without a word, the default', '', undefined, 'public, max-age=3600'],
    ['an Expires counts', '', 60, 'public, max-age=60'],
    ['less stays as it is', 'public, max-age=60', undefined, 'public, max-age=60'],
    ['as much stays', 'max-age=3600', undefined, 'max-age=3600'],
    ['more is capped', 'public, max-age=3601', undefined, 'public, max-age=3600'],
    ['never immutable', 'max-age=60, immutable', undefined, 'max-age=60'],
    ['not IMMUTABLE either', 'max-age=60, IMMUTABLE', undefined, 'max-age=60'],
    ['s-maxage is a lifetime', 's-maxage=99999, max-age=60', undefined, 's-maxage=3600, max-age=60'],
    ['s-maxage alone is one for browsers too', 's-maxage=60', undefined, 's-maxage=60, max-age=60'],
    ['s-maxage alone, too long', 's-maxage=99999', undefined, 's-maxage=3600, max-age=3600'],
    ['s-maxage alone, no number: stale', 's-maxage=x', undefined, 's-maxage=0, max-age=0'],
    [
      'stale lifetimes',
      'max-age=60, stale-while-revalidate=99999, stale-if-error=99999',
      undefined,
      'max-age=60, stale-while-revalidate=3600, stale-if-error=3600',
    ],
    ['no lifetime stated', 'public', undefined, 'public, max-age=3600'],
    ['no lifetime stated, an Expires', 'public', 60, 'public, max-age=60'],
    ['a max-age is before an Expires', 'max-age=60', 5, 'max-age=60'],
    ['s-maxage is before an Expires', 's-maxage=60', 5, 's-maxage=60, max-age=60'],
    ['names in any case', 'Max-Age=99999', undefined, 'max-age=3600'],
    ['a quoted value: stale (RFC 9111, 5.2.2.1)', 'max-age="60"', undefined, 'max-age=0'],
    ['below 0: stale', 'max-age=-1', undefined, 'max-age=0'],
    ['no number: stale', 'max-age=abc', undefined, 'max-age=0'],
    ['a number of another kind: stale', 'max-age=1e9', undefined, 'max-age=0'],
    ['endless: stale', 'max-age=Infinity', undefined, 'max-age=0'],
    ['nothing: stale', 'max-age', undefined, 'max-age=0'],
    [
      'a stale lifetime that can not be read',
      'max-age=60, stale-if-error=x',
      undefined,
      'max-age=60, stale-if-error=0',
    ],
    ['two of them', 'max-age=60, max-age=99999', undefined, 'max-age=60, max-age=3600'],
    ['spaces around', ' max-age = 99999 ,, public ', undefined, 'max-age=3600, public'],
    [
      'commas inside quotes end nothing',
      'x="a, max-age=99999", max-age=60',
      undefined,
      'x="a, max-age=99999", max-age=60',
    ],
    ['an escaped quote inside quotes', 'x="a\\", immutable", max-age=60', undefined, 'x="a\\", immutable", max-age=60'],
    ['a quote that is never closed', 'x="a, max-age=99999', undefined, 'x="a, max-age=3600'],
    [
      'other directives stay',
      'max-age=60, must-revalidate, no-transform',
      undefined,
      'max-age=60, must-revalidate, no-transform',
    ],
    ['nothing but commas', ' , ,', undefined, 'max-age=3600'],
  ])('%s', (_rule, cacheControl, expiresIn, expected) => {
    expect(caching('unknown', cacheControl, expiresIn)).toEqual({ cacheControl: expected, validators: 'kept' })
  })
})

describe('transientCaching: a minute at most, and no later 304', () => {
  it.each([
    [IMMUTABLE, 'public, max-age=60'],
    ['public, max-age=30', 'public, max-age=30'],
    ['max-age=3600', 'public, max-age=60'],
    ['public, s-maxage=30', 'public, s-maxage=30, max-age=30'],
    ['private, max-age=3600', 'private, max-age=3600'],
    ['no-store', 'no-store'],
  ])('%s becomes %s', (cacheControl, expected) => {
    expect(transientCaching({ cacheControl, validators: 'kept' })).toEqual({
      cacheControl: expected,
      validators: 'dropped',
    })
  })
})

/** The lifetimes of a header whose directives hold no quoted commas. */
const lifetimesIn = (cacheControl: string): number[] =>
  cacheControl
    .split(',')
    .map((directive) =>
      /^\s*(?:max-age|s-maxage|stale-while-revalidate|stale-if-error)\s*=\s*"?(\d+)"?\s*$/i.exec(directive),
    )
    .flatMap((found) => (found ? [Number(found[1])] : []))

test('no capped lifetime is above the cap, none is missing, and nothing is immutable', () => {
  const name = fc.constantFrom('max-age', 's-maxage', 'stale-while-revalidate', 'stale-if-error', 'Max-Age', 'S-MaxAge')
  const value = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 40 }).map(String),
    fc.constantFrom('', '"5"', '"99999999"', '-1', 'x', '1e9', '٣', '0x7fffffff', '9'.repeat(400)),
  )
  const directive = fc.oneof(
    fc.tuple(name, value).map(([name, value]) => `${name}=${value}`),
    fc.constantFrom('public', 'immutable', 'Immutable', 'must-revalidate', '', 'x=y'),
  )
  const expiresIn = fc.option(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), { nil: undefined })
  fc.assert(
    fc.property(fc.array(directive), expiresIn, (directives, expiresIn) => {
      const cacheControl = directives.join(', ')
      const unknown = caching('unknown', cacheControl, expiresIn).cacheControl
      const transient = transientCaching({ cacheControl, validators: 'kept' }).cacheControl
      for (const [text, cap] of [
        [unknown, USUAL],
        [transient, 60],
      ] as const) {
        expect(Math.max(...lifetimesIn(text), 0)).toBeLessThanOrEqual(cap)
        expect(text).toMatch(/max-age=/i)
        expect(text).not.toMatch(/immutable/i)
      }
    }),
  )
})

it.each([
  ['public, max-age=5', 'private, max-age=5'],
  ['max-age=0, s-maxage=3600', 'private, max-age=0'],
  ['Public , S-MaxAge=1, must-revalidate', 'private, must-revalidate'],
])("%s of a private route's API is %s to viewers: nothing of it is for shared caches", (own, told) => {
  expect(madePrivate(own)).toBe(told)
})

it.each([
  ['s-maxage=3600, max-age=0', 0],
  ['max-age=3600, s-maxage=60', 60],
  ['max-age=60', 60],
  ['public, s-maxage=30', 30],
  ['max-age=x, s-maxage=60', 0],
  ['public', 0],
  ['', 0],
])('%s is %i s where one header says it to browsers and to CloudFront', (cacheControl, seconds) => {
  expect(commonLifetime(cacheControl)).toBe(seconds)
})
