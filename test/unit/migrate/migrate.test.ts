import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromNextImage, fromS3, migrate } from '../../../migrate/migrate.ts'
import { canonicalUrl } from '../../../urls/canonical.ts'
import { runs } from '../../runs.ts'
import { site, twoBuckets } from './site.ts'

const CDN = 'https://cdn.example.com'
const url = (path: string, lost: object[] = []) => ({ kind: 'url', url: `${CDN}${path}`, lost })
const other = (reason: string, isTheirs = true) => ({ kind: 'other', isTheirs, reason })

describe('next/image', () => {
  it.each([
    ['/_next/image?url=%2Fphotos%2Fdusk.jpg&w=640&q=75', '/photos/dusk.jpg?w=640&q=75'],
    ['https://www.example.com/_next/image?url=%2Fa%2520b.jpg%3Fx%3D1&w=64&q=75&dpl=dpl_1', '/a%20b.jpg?w=64&q=75'],
    [
      '//www.example.com/shop/_next/image?q=75&w=64&url=https%3A%2F%2Fexample-photos.s3.amazonaws.com%2Fa.jpg',
      '/a.jpg?w=64&q=75',
    ],
    ['/_next/image?url=https%3A%2F%2Fcdn.example.com%2Fa.jpg&w=64', '/a.jpg?w=64'],
    ['/_next/image?url=/a+b.jpg&w=64', '/a%20b.jpg?w=64'],
  ])('%s', (from, to) => {
    expect(fromNextImage(site, from)).toEqual(url(to))
  })

  it('keeps what it can, and finds keys under other names', () => {
    const found = fromNextImage(site, '/_next/image?url=%2Fa.jpg&w=wide&q=0', { keyOf: (name) => `public/${name}` })
    const reason = 'it is no number above 0'
    expect(found).toEqual(
      url('/public/a.jpg', [
        { what: 'w=wide', reason },
        { what: 'q=0', reason },
      ]),
    )
  })

  it.each([
    ['/image?url=%2Fa.jpg', other('expected /_next/image?url=…&w=…, found "/image?url=%2Fa.jpg"', false)],
    ['/_next/image?w=64', other('expected /_next/image?url=…&w=…, found no url in "/_next/image?w=64"')],
    [
      '/_next/image?url=https%3A%2F%2Fexample.com%2Fa.jpg&w=1',
      other('its picture is at "https://example.com/a.jpg", in none of the site\'s buckets'),
    ],
    [
      '/_next/image?url=%2F%2Fexample.com%2Fa.jpg&w=1',
      other('its picture is at "//example.com/a.jpg", in none of the site\'s buckets'),
    ],
    ['/_next/image?url=%2F%25E4&w=1', other('expected a path whose escapes are UTF-8, found "/%E4"')],
    [
      '/_next/image?url=%2Fdrafts%2Fa.jpg&w=1',
      other(
        'key: expected one that a CDN URL can lead to, found "drafts/a.jpg": its path belongs to the route /drafts/*',
      ),
    ],
  ])('%s stays where it is', (from, expected) => {
    expect(fromNextImage(site, from)).toEqual(expected)
  })
})

describe('S3', () => {
  it.each([
    ['http://example-photos.s3-website-us-east-1.amazonaws.com/a%20b.jpg', '/a%20b.jpg'],
    ['http://example-photos.s3-website.eu-central-1.amazonaws.com/a.jpg?x=1#top', '/a.jpg#top'],
    ['http://example-photos.s3-website.cn-north-1.amazonaws.com.cn/a.jpg', '/a.jpg'],
    ['http://example-photos.s3-website-us-east-1.amazonaws.com/', '/index.html'],
    ['http://example-photos.s3-website-us-east-1.amazonaws.com', '/index.html'],
    [
      'http://example-photos.s3-website-us-east-1.amazonaws.com/albums/%C3%BC/?utm_source=mail',
      '/albums/%C3%BC/index.html',
    ],
    ['https://example-photos.s3.us-east-1.amazonaws.com/a.jpg', '/a.jpg'],
    ['https://s3.eu-west-1.amazonaws.com/example-plain/b/c.jpg', '/plain/b/c.jpg'],
    ['s3://example-photos/a b.jpg', '/a%20b.jpg'],
  ])('%s', (from, to) => {
    expect(fromS3(from.includes('plain') ? twoBuckets : site, from)).toEqual(url(to))
  })

  it('has index documents of other names', () => {
    const from = 'http://example-photos.s3-website-us-east-1.amazonaws.com/a/'
    expect(fromS3(site, from, { index: 'home.htm' })).toEqual(url('/a/home.htm'))
  })

  it.each([
    [
      'https://example.com/a.jpg',
      other('expected the URL of an object in S3, found "https://example.com/a.jpg"', false),
    ],
    [
      'https://other.s3.amazonaws.com/a.jpg',
      other('key: expected one that a CDN URL can lead to, found "a.jpg": no cached route has its bucket'),
    ],
    [
      'http://other.s3-website-us-east-1.amazonaws.com/',
      other('key: expected one that a CDN URL can lead to, found "index.html": no cached route has its bucket'),
    ],
    [
      `https://e.com/${'a'.repeat(200)}`,
      other(`expected the URL of an object in S3, found "https://e.com/${'a'.repeat(86)}…"`, false),
    ],
  ])('%.60s stays where it is', (from, expected) => {
    expect(fromS3(site, from)).toEqual(expected)
  })
})

describe('of whichever service', () => {
  it.each([
    ['https://res.cloudinary.com/demo/image/upload/w_300/a.jpg', url('/a.jpg?w=300')],
    ['https://demo.imgix.net/a.jpg?w=300', url('/a.jpg?w=300')],
    ['/_next/image?url=%2Fa.jpg&w=300&q=75', url('/a.jpg?w=300&q=75')],
    ['https://example-photos.s3.amazonaws.com/a.jpg', url('/a.jpg')],
    [
      'https://res.cloudinary.com/demo/raw/upload/a.zip',
      other('expected an image, found raw in "https://res.cloudinary.com/demo/raw/upload/a.zip"'),
    ],
    [
      'https://example.com/',
      other('expected a URL of Cloudinary, imgix, next/image or S3, found "https://example.com/"', false),
    ],
    ['', other('expected a URL of Cloudinary, imgix, next/image or S3, found ""', false)],
  ])('%s', (from, expected) => {
    expect(migrate(site, from)).toEqual(expected)
  })
})

describe('properties', () => {
  const BEGINNINGS = [
    'https://res.cloudinary.com/demo/image/upload/',
    'https://res.cloudinary.com/demo/image/fetch/',
    'https://demo.imgix.net/',
    '/_next/image?url=%2F',
    'http://example-photos.s3-website-us-east-1.amazonaws.com/',
    'https://example-photos.s3.amazonaws.com/',
    '',
  ]
  const ODD = [
    '/',
    '%',
    '%2F',
    '..',
    '.',
    '?',
    '&',
    '=',
    '#',
    ',',
    '_',
    'w_300',
    'c_fill',
    '\u0000',
    '\ud800',
    'ü',
    '+',
    '//',
    '\\',
    'https://',
    'w=9',
    '@',
    ':',
    ' ',
  ]
  const odd = fc
    .tuple(
      fc.constantFrom(...BEGINNINGS),
      fc.array(fc.oneof(fc.constantFrom(...ODD), fc.string({ maxLength: 4 })), { maxLength: 12 }),
    )
    .map(([beginning, parts]) => beginning + parts.join(''))

  it('any text is a URL of the site, or comes with a reason', () => {
    let urls = 0
    fc.assert(
      fc.property(odd, (text) => {
        const found = migrate(site, text)
        if (found.kind === 'other') {
          expect(found.reason).not.toBe('')
          return
        }
        urls += 1
        const { host, pathname, protocol } = new URL(found.url)
        expect([protocol, host]).toEqual(['https:', 'cdn.example.com'])
        // The edge takes it as it is.
        expect(canonicalUrl(site, found.url)).toMatchObject({ kind: 'url', path: pathname })
      }),
      { numRuns: runs(3_000) },
    )
    expect(urls).toBeGreaterThan(10)
  })

  it('what is on the site stays where it is', () => {
    fc.assert(
      fc.property(odd, (text) => {
        const found = migrate(site, text)
        if (found.kind === 'url') expect(migrate(site, found.url)).toMatchObject({ kind: 'other', isTheirs: false })
      }),
    )
  })

  const size = fc.integer({ min: 2, max: 4_000 })
  it('order and steps of a transformation change nothing', () => {
    const parts = fc
      .tuple(size, size, fc.integer({ min: 1, max: 100 }))
      .map(([w, h, q]) => [`w_${w}`, `h_${h}`, 'c_fill', 'g_north', `q_${q}`, 'f_auto'])
    fc.assert(
      fc.property(parts, fc.infiniteStream(fc.nat()), (all, order) => {
        const shuffled = all.map((part) => ({ part, at: order.next().value ?? 0 })).toSorted((a, b) => a.at - b.at)
        const base = 'https://res.cloudinary.com/demo/image/upload'
        const [one, other] = [all, shuffled.map(({ part }) => part)].map((some) =>
          migrate(site, `${base}/${some.join(',')}/a.jpg`),
        )
        expect(one).toEqual(other)
        expect(one).toMatchObject({ kind: 'url', lost: [] })
        const isSize = (part: string) => !/^[qf]_/.test(part)
        const steps = [all.filter(isSize).join(','), ...all.filter((part) => !isSize(part))]
        expect(migrate(site, `${base}/${steps.join('/')}/a.jpg`)).toEqual(one)
      }),
    )
  })
})
