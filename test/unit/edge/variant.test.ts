import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseQuery } from '../../../edge/query.ts'
import type { ImageRule } from '../../../edge/rules.ts'
import {
  checkedVariant,
  extensionOf,
  takesImageParameters,
  VARIANT_PARAMETERS,
  type Variant,
  variantOf,
  variantText,
} from '../../../edge/variant.ts'

const RULE: ImageRule = {
  formats: ['webp'],
  requestable: ['webp', 'jpg', 'png', 'common'],
  widths: [100, 200, 400],
  ratios: [1, 1.5, 2 / 3],
  hasParts: true,
  qualities: [50, 65, 80],
  quality: 80,
}
const AVIF_FIRST: ImageRule = {
  ...RULE,
  formats: ['avif', 'webp'],
  requestable: ['webp', 'jpg', 'png', 'common', 'avif'],
}

const ANY_RATIO: ImageRule = { ...RULE, ratios: null }

const variant = (query: string, rule = RULE): Variant => variantOf(parseQuery(query), undefined, 'jpg', rule)

describe('extensionOf and takesImageParameters', () => {
  it.each([
    '/a.jpg',
    '/a.JPEG',
    '/a.png',
    '/a.WebP',
    '/a.gif',
    '/a.avif',
    '/a.tif',
    '/a.tiff',
    '/a.jpe',
    '/a.jfif',
    '/a.heic',
    '/a.HEIF',
    '/a',
    '/',
    '/a.b/c',
    '/a.',
  ])('%s takes image parameters', (path) => {
    expect(takesImageParameters(extensionOf(path))).toBe(true)
  })

  it.each(['/a.svg', '/a.pdf', '/a.jpg.txt', '/.jpgx', '/a.jpg%20', '/john.doe', '/avatar.v2'])(
    '%s takes none',
    (path) => {
      expect(takesImageParameters(extensionOf(path))).toBe(false)
    },
  )
})

describe('w and h snap up to the ladder', () => {
  it.each<[string, string, Variant]>([
    ['on a rung', 'w=200', { w: 200 }],
    ['between two', 'w=101', { w: 200 }],
    ['below the first', 'w=1', { w: 100 }],
    ['above the last', 'w=401', { w: 400 }],
    ['beyond all numbers', `w=${'9'.repeat(400)}`, { w: 400 }],
    ['h alike', 'h=150', { h: 200 }],
    ['each by itself', 'w=90&h=390', { w: 100, h: 400 }],
    ['leading zeros are digits', 'w=0200', { w: 200 }],
    ['escaped digits', 'w=%31%30%30', { w: 100 }],
    ['the first that parses', 'w=x&w=150&w=400', { w: 200 }],
  ])('%s', (_rule, query, expected) => {
    expect(variant(query)).toEqual(expected)
  })

  it.each([
    'w=',
    'w=0',
    'w=000',
    'w=-5',
    'w=1.5.1',
    'w=1e2',
    'w=0x10',
    'w=+5',
    'w=5px',
    'w=NaN',
    'w=%2031',
    'w=5%0A',
    'w=٣',
  ])('%s is dropped', (query) => {
    expect(variant(query)).toEqual({})
  })
})

describe('dpr multiplies', () => {
  it.each([
    ['2', 200],
    ['1', 100],
    ['1.5', 200],
    ['5', 400],
    ['5.0', 400],
    ['4.01', 400],
  ])('%s', (dpr, w) => {
    expect(variant(`w=100&dpr=${dpr}`)).toEqual({ w })
  })

  it('h as well', () => {
    expect(variant('w=50&h=100&dpr=2')).toEqual({ w: 100, h: 200 })
  })

  it.each(['0', '0.5', '5.01', '6', '-1', '2x', '', '.5', '1..', '1,5', '2%0A', '1e1'])('%j is ignored', (dpr) => {
    expect(variant(`w=100&dpr=${dpr}`)).toEqual({ w: 100 })
  })

  it('alone it is nothing', () => {
    expect(variant('dpr=2')).toEqual({})
  })
})

describe('fit', () => {
  it.each<[string, string, Variant]>([
    ['max is the default and left out', 'fit=max&w=100&h=100', { w: 100, h: 100 }],
    ['crop keeps the proportion', 'fit=crop&w=200&h=200', { fit: 'crop', w: 200, h: 200 }],
    ['the nearest ratio', 'fit=crop&w=200&h=140', { fit: 'crop', w: 200, h: 133 }],
    ['by logarithm: 1.22 is nearer to 1 than to 1.5', 'fit=crop&w=122&h=100', { fit: 'crop', w: 200, h: 200 }],
    ['by logarithm: 1.23 is nearer to 1.5 than to 1', 'fit=crop&w=123&h=100', { fit: 'crop', w: 200, h: 133 }],
    ['upright as well', 'fit=crop&w=100&h=150', { fit: 'crop', w: 100, h: 150 }],
    ['wider than any ratio', 'fit=crop&w=400&h=10', { fit: 'crop', w: 400, h: 267 }],
    ['w on the ladder, h from it', 'fit=crop&w=150&h=150', { fit: 'crop', w: 200, h: 200 }],
    ['dpr keeps the proportion', 'fit=crop&w=100&h=100&dpr=2', { fit: 'crop', w: 200, h: 200 }],
    ['crop needs h', 'fit=crop&w=100', { w: 100 }],
    ['crop needs w', 'fit=crop&h=100', { h: 100 }],
    ['crop needs a size', 'fit=crop', {}],
    ['min cuts as well', 'fit=min&w=200&h=200', { fit: 'crop', w: 200, h: 200 }],
    ['clip does not', 'fit=clip&w=100&h=100', { w: 100, h: 100 }],
    ['anything else is dropped', 'fit=Crop&w=100&h=100', { w: 100, h: 100 }],
    ['the first that parses', 'fit=x&fit=crop&fit=max&w=100&h=100', { fit: 'crop', w: 100, h: 100 }],
  ])('%s', (_rule, query, expected) => {
    expect(variant(query)).toEqual(expected)
  })
})

test('of a position 60 characters are read', () => {
  const behind = (characters: number) => variant(`fit=crop&w=200&h=200&crop=${','.repeat(characters)}left`)
  expect([behind(56).crop, behind(57).crop]).toEqual(['04', undefined])
})

describe('q goes to the nearest rung', () => {
  it.each<[string, string, Variant]>([
    ['on a rung', 'q=65', { q: 65 }],
    ['nearer to the lower', 'q=57', { q: 50 }],
    ['nearer to the upper', 'q=58', { q: 65 }],
    ['below the first', 'q=1', { q: 50 }],
    ['the default is left out', 'q=80', {}],
    ['what becomes the default is left out', 'q=100', {}],
    ['0 is none', 'q=0', {}],
    ['101 is none', 'q=101', {}],
    ['a fraction', 'q=57.5', { q: 65 }],
    ['the first that parses', 'q=101&q=50&q=90', { q: 50 }],
  ])('%s', (_rule, query, expected) => {
    expect(variant(query)).toEqual(expected)
  })

  it('a tie goes up', () => {
    expect(variant('q=60', { ...RULE, qualities: [50, 70], quality: 50 })).toEqual({ q: 70 })
  })

  it('auto: of WebP another is found, of no other format', () => {
    expect(variant('fm=webp&q=auto')).toEqual({ fm: 'webp', q: 'auto' })
    expect(variant('fm=webp&q=AUTO')).toEqual({ fm: 'webp' })
    expect(variant('fm=webp&q=0&q=auto&q=50')).toEqual({ fm: 'webp', q: 'auto' })
    for (const query of ['q=auto', 'fm=jpg&q=auto', 'fm=png&q=auto', 'fm=common&q=auto'])
      expect(variant(query), query).not.toHaveProperty('q')
    expect(variantOf(parseQuery('q=auto'), { value: 'image/webp' }, 'jpg', RULE)).toEqual({ fm: 'webp', q: 'auto' })
  })

  it('one rung is all there is', () => {
    expect(variant('q=3', { ...RULE, qualities: [75], quality: 75 })).toEqual({})
    // Of a quality that is found, none is the default; `auto` says what is done anyway.
    expect(variant('q=80', { ...RULE, quality: 'auto' })).toEqual({ q: 80 })
    expect(variant('q=auto', { ...RULE, quality: 'auto' })).toEqual({})
  })
})

describe('fm', () => {
  const accepting = (accept: string, extension = 'jpg', rule = RULE, query = '') =>
    variantOf(parseQuery(query), { value: accept }, extension, rule).fm

  it.each(['webp', 'jpg', 'png'])('%s may be asked for', (fm) => {
    expect(variant(`fm=${fm}`)).toEqual({ fm })
  })

  it.each(['avif', 'pjpeg', 'gif', 'WEBP', '', 'webp%0A', 'x'])('%j is as if absent', (fm) => {
    expect(variant(`fm=${fm}`)).toEqual({})
    expect(accepting('image/webp', 'jpg', RULE, `fm=${fm}`)).toBe('webp')
  })

  it.each(['jpeg', 'pjpg'])('%s is jpg', (fm) => {
    expect(variant(`fm=${fm}`)).toEqual({ fm: 'jpg' })
  })

  it('avif where configured', () => {
    expect(variant('fm=avif', AVIF_FIRST)).toEqual({ fm: 'avif' })
  })

  it('what is asked for comes before what is accepted', () => {
    expect(accepting('image/webp', 'jpg', RULE, 'fm=png')).toBe('png')
  })

  it('auto=format changes nothing', () => {
    expect(variant('auto=format')).toEqual({})
    expect(accepting('image/webp', 'jpg', RULE, 'auto=format')).toBe('webp')
  })

  it('the first of `formats` that is accepted', () => {
    expect(accepting('image/webp,image/avif', 'jpg', AVIF_FIRST)).toBe('avif')
    expect(accepting('image/webp', 'jpg', AVIF_FIRST)).toBe('webp')
    expect(accepting('image/png', 'jpg', AVIF_FIRST)).toBeUndefined()
  })

  it('none where the source has that format already', () => {
    expect(accepting('image/webp', 'webp')).toBeUndefined()
    expect(accepting('image/webp,image/avif', 'avif', AVIF_FIRST)).toBeUndefined()
    expect(accepting('image/webp,image/avif', 'webp', AVIF_FIRST)).toBe('avif')
  })
})

describe('a source that not every viewer shows', () => {
  const fm = (extension: string, accept: string, rule = RULE) => variantOf({}, { value: accept }, extension, rule).fm

  it.each<[string, string, string | undefined]>([
    ['avif', 'image/avif,image/webp,*/*', undefined],
    ['avif', 'image/webp,image/*', 'webp'],
    ['avif', 'image/png,image/*;q=0.8', 'common'],
    ['webp', 'image/webp,image/*', undefined],
    ['webp', 'image/avif,image/*', 'common'],
    ['tif', 'image/webp,image/*', 'webp'],
    ['tiff', 'image/png', 'common'],
    ['heic', 'image/heic,image/*', undefined],
    ['heic', 'image/png', 'common'],
    ['avif', '*/*', undefined],
    ['avif', '', undefined],
    ['jpg', 'image/png', undefined],
    ['', 'image/png', undefined],
  ])('.%s for %j: %s', (extension, accept, expected) => {
    expect(fm(extension, accept)).toBe(expected)
  })

  it('stays AVIF, whatever the order of the formats', () => {
    expect(fm('avif', 'image/avif,image/webp', { ...RULE, formats: ['webp', 'avif'] })).toBeUndefined()
  })
})

test('variantText: sorted, as in the key', () => {
  expect(variantText({ w: 640, q: 50, h: 480, fm: 'webp', fit: 'crop', crop: '40' })).toBe(
    'crop=40&fit=crop&fm=webp&h=480&q=50&w=640',
  )
  expect(variantText({})).toBe('')
})

describe('checkedVariant: what is not canonical is left out', () => {
  it.each<[string, string, Variant]>([
    [
      'a canonical one is itself',
      'fit=crop&fm=webp&h=133&q=50&w=200',
      { fit: 'crop', fm: 'webp', h: 133, q: 50, w: 200 },
    ],
    ['a place', 'crop=40&fit=crop&h=200&w=200', { crop: '40', fit: 'crop', h: 200, w: 200 }],
    ['a place off the grid', 'crop=49&fit=crop&h=200&w=200', { fit: 'crop', h: 200, w: 200 }],
    ['a place by its name', 'crop=top&fit=crop&h=200&w=200', { fit: 'crop', h: 200, w: 200 }],
    ['a place without a cut', 'crop=40&w=200', { w: 200 }],
    ['a part', 'crop=64,0,128&fit=crop&h=200&w=200', { crop: '64,0,128', fit: 'crop', h: 200, w: 200 }],
    ['a part off its grid', 'crop=65,0,128&fit=crop&h=200&w=200', { fit: 'crop', h: 200, w: 200 }],
    ['nothing', '', {}],
    ['off the ladder', 'w=101', {}],
    ['off the ladder, beside one that is on it', 'w=101&h=200', { h: 200 }],
    ['a quality off the ladder', 'q=51&w=100', { w: 100 }],
    ['the default quality', 'q=80&w=100', { w: 100 }],
    ['a format that is not offered', 'fm=avif&w=100', { w: 100 }],
    ['a height that does not belong to the width', 'fit=crop&h=134&w=200', { w: 200 }],
    ['crop without a height', 'fit=crop&w=200', { w: 200 }],
    ['the default fit', 'fit=max&w=200', { w: 200 }],
    ['leading zeros', 'w=0200', {}],
    ['escapes', 'w=%32%30%30', {}],
    ['dpr is no part of a key', 'dpr=2&w=100', {}],
    ['not twice', 'w=x&w=200', {}],
  ])('%s', (_rule, query, expected) => {
    expect(checkedVariant(parseQuery(query), RULE)).toEqual(expected)
  })
})

const anyQuery = fc
  .array(
    fc.tuple(
      fc.constantFrom('w', 'h', 'dpr', 'fit', 'q', 'fm', 'auto', 'ar', 'rect', 'crop', 'fp-x', 'fp-y', 'max-w'),
      fc.oneof(
        fc.nat(500).map(String),
        fc.constantFrom('crop', 'min', 'max', 'webp', 'avif', '1.5', 'x', '', '%31', 'top', 'focalpoint', '17'),
        fc
          .array(fc.double({ min: 0, max: 9_000, noNaN: true }), { minLength: 2, maxLength: 4 })
          .map((list) => list.join()),
        fc.constantFrom('9'.repeat(400), `${'9'.repeat(400)},0,${'9'.repeat(400)},7`),
      ),
    ),
    { maxLength: 8 },
  )
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'))

test('canonical after one pass, and passed on whole behind the cache', () => {
  fc.assert(
    fc.property(anyQuery, fc.constantFrom(RULE, AVIF_FIRST, ANY_RATIO), (query, rule) => {
      const once = variantText(variant(query, rule))
      expect(variantText(variant(once, rule))).toBe(once)
      expect(variantText(checkedVariant(parseQuery(once), rule))).toBe(once)
    }),
  )
})

test('nothing off the ladders is ever in a key', () => {
  fc.assert(
    fc.property(anyQuery, (query) => {
      for (const found of [variant(query), checkedVariant(parseQuery(query), RULE)]) {
        const heights = (RULE.ratios ?? []).map((ratio) => Math.round((found.w ?? 0) / ratio))
        expect([undefined, ...RULE.widths]).toContain(found.w)
        expect(found.fit === 'crop' ? heights : [undefined, ...RULE.widths]).toContain(found.h)
        expect([undefined, 50, 65]).toContain(found.q)
        expect([undefined, ...RULE.requestable]).toContain(found.fm)
        expect(found.crop ?? '').toMatch(/^$|^attention$|^entropy$|^[0-8]{2}$|^\d+,\d+,[1-9]\d*$/)
        expect(VARIANT_PARAMETERS).toEqual(expect.arrayContaining(Object.keys(found)))
      }
    }),
  )
})
