import { describe, expect, it } from 'vitest'
import { DEFAULT_QUALITIES, DEFAULT_QUALITY, DEFAULT_WIDTHS } from '../../../edge/config.ts'
import { imageRuleOf } from '../../../edge/image-rule.ts'
import { variantOf } from '../../../edge/variant.ts'
import { IMGIX_PARAMETERS, REASONS } from '../../../migrate/imgix-parameters.ts'
import { fromImgix } from '../../../migrate/migrate.ts'
import { site } from './site.ts'

describe('what the edge honours stays', () => {
  it.each([
    ['a.jpg?w=640&auto=format', 'a.jpg?w=640'],
    [
      'a.jpg?auto=format%2Ccompress&w=300&h=200&fit=crop&crop=faces,entropy&ixlib=js-3.8.0&s=0123',
      'a.jpg?w=300&h=200&fit=crop&crop=faces,entropy',
    ],
    ['a.jpg?rect=10%2C20%2C300%2C200&ar=3%3A2&q=60&fm=jpg&dpr=2', 'a.jpg?dpr=2&ar=3:2&rect=10,20,300,200&q=60&fm=jpg'],
    ['a.jpg?w=1&w=2', 'a.jpg?w=1'],
    ['a.jpg?q=auto', 'a.jpg?q=auto'],
    ['a%20b/%C3%BC.jpg', 'a%20b/%C3%BC.jpg'],
    ['a.jpg#top', 'a.jpg'],
    ['https%3A%2F%2Fexample-photos.s3.amazonaws.com%2Fb.jpg?w=9', 'b.jpg?w=9'],
  ])('%s', (from, to) => {
    expect(fromImgix(site, `https://example.imgix.net/${from}`)).toEqual({
      kind: 'url',
      url: `https://cdn.example.com/${to}`,
      lost: [],
    })
  })
})

it('names every other, with the reason', () => {
  const url = 'https://photos.example.org/a.jpg?w=640&sepia=80&txt64=SGk&fit=fill&fm=gif&w2=1&crop64=dG9w&dl=a.jpg'
  expect(fromImgix(site, url, { hosts: ['photos.example.org'], keyOf: (name) => `x/${name}` })).toEqual({
    kind: 'url',
    url: 'https://cdn.example.com/x/a.jpg?w=640',
    lost: [
      { what: 'sepia=80', reason: 'pictures are shown as they are' },
      { what: 'txt64=SGk', reason: 'texts and marks belong to the page' },
      { what: 'fit=fill', reason: 'would distort, enlarge or add to the picture' },
      { what: 'fm=gif', reason: 'no format that is made here' },
      { what: 'w2=1', reason: "no parameter of imgix's that is known here" },
      { what: 'crop64=dG9w', reason: 'values in Base64 are not read' },
      { what: 'dl=a.jpg', reason: 'headers and signatures are not its business' },
    ],
  })
})

it.each([
  ['https://example.com/a.jpg', false, 'expected a URL of imgix (*.imgix.net), found "https://example.com/a.jpg"'],
  [
    'https://imgix.net.example.com/a.jpg',
    false,
    'expected a URL of imgix (*.imgix.net), found "https://imgix.net.example.com/a.jpg"',
  ],
  ['https://x.imgix.net/%E4', true, 'expected a path whose escapes are UTF-8, found "https://x.imgix.net/%E4"'],
  ['https://x.imgix.net/', true, 'key: expected one that a CDN URL can lead to, found "": it is empty'],
  [
    'https://x.imgix.net/https%3A%2F%2Fexample.com%2Fa.jpg',
    true,
    'its picture is at "https://example.com/a.jpg", in none of the site\'s buckets',
  ],
])('%s stays where it is', (url, isTheirs, reason) => {
  expect(fromImgix(site, url)).toEqual({ kind: 'other', isTheirs, reason })
})

describe('the table says what the edge does', () => {
  const rule = imageRuleOf({
    formats: ['avif', 'webp'],
    widths: DEFAULT_WIDTHS,
    ratios: null,
    rect: true,
    previews: false,
    qualities: DEFAULT_QUALITIES,
    quality: DEFAULT_QUALITY,
  })
  /** What makes a difference to a cut of 640×320. */
  const BASE = { w: '640', h: '320', fit: 'crop', crop: 'focalpoint', 'fp-x': '0.5', 'fp-y': '0.5' }
  const variant = (more: Record<string, string>) => {
    const query = Object.fromEntries(Object.entries({ ...BASE, ...more }).map(([name, value]) => [name, { value }]))
    return variantOf(query, undefined, 'jpg', rule)
  }
  const VALUES: Record<string, string> = {
    ...{ w: '300', h: '200', dpr: '2', fit: 'max', crop: 'top', 'fp-x': '0.1', 'fp-y': '0.9', q: '50', fm: 'png' },
    ...{ rect: '1,2,300,400' },
  }

  it.each(Object.entries(IMGIX_PARAMETERS))('%s', (name, honoured) => {
    if (typeof honoured !== 'object') {
      expect([...Object.keys(REASONS), 'nothing']).toContain(honoured)
      for (const value of ['1', '9', 'a', 'true'])
        expect(variant({ [name.replace('*', '')]: value })).toEqual(variant({}))
      return
    }
    const value = VALUES[name]
    if (value !== undefined) expect(variant({ [name]: value })).not.toEqual(variant({}))
    // These count where w and h say nothing.
    else expect(['max-w', 'max-h', 'ar']).toContain(name)
    if (value !== undefined) expect(value).toMatch(honoured.values)
  })

  it.each([
    ['fit', 'fill'],
    ['fit', 'scale'],
    ['fm', 'gif'],
    ['crop', 'centre'],
    ['q', 'high'],
  ])('%s=%s is not honoured', (name, value) => {
    const honoured = IMGIX_PARAMETERS[name]
    if (typeof honoured !== 'object') throw new Error(`${name} is honoured, whatever its value`)
    expect(value).not.toMatch(honoured.values)
    const { [name as 'fit']: _, ...rest } = BASE
    const without = Object.fromEntries(Object.entries(rest).map(([one, text]) => [one, { value: text }]))
    expect(variant({ [name]: value })).toEqual(variantOf(without, undefined, 'jpg', rule))
  })
})
