import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it, test } from 'vitest'
import { schema } from '../../../build/schema.ts'
import { type Config, DEFAULT_WIDTHS } from '../../../edge/config.ts'
import { canonicalPath } from '../../../edge/path.ts'
import { fromKey, fromS3Url, type Site, siteOf, srcset, UrlError, withVersion } from '../../../urls/urls.ts'
import { anyCharacter } from '../../any-character.ts'
import { runs } from '../../runs.ts'

const BUCKET = 'qqz.photos-bucket'
const REGION = 'ap-southeast-2'

const config: Config = {
  domains: ['cdn.example.com', 'img.example.com'],
  origins: {
    photos: { bucket: BUCKET, region: REGION },
    uploads: { bucket: 'qqz-uploads', region: REGION, prefix: 'site' },
    api: { domain: 'abc123.execute-api.ap-southeast-2.amazonaws.com', path: '/prod' },
  },
  routes: [
    { path: '/projects/*', origin: 'photos', cache: 'never' },
    { path: '/search/*', origin: 'api', cache: { default: 60 }, query: ['term'], version: 'rev' },
    { path: '/u/*', origin: 'uploads', cache: {}, version: 'rev', images: { widths: [100, 200] } },
    { path: '/static/*', origin: 'photos', cache: {}, version: null },
    { path: '/*', origin: 'photos', cache: {}, images: true },
  ],
}

const site = siteOf(config)
const oneBucket: Site = { domains: ['cdn.example.com'], routes: [{ path: '/*', bucket: BUCKET, widths: [320, 640] }] }
const prefixed: Site = { domains: ['cdn.example.com'], routes: [{ path: '/*', bucket: BUCKET, prefix: 'my site/é' }] }

/** What S3 makes of a path: every escape decoded, a raw `+` a space. */
const keyOfPath = (path: string): string => decodeURIComponent(path.slice(1).replace(/\+/g, ' '))

const pathOf = (url: string): string => url.slice('https://cdn.example.com'.length).replace(/[?#].*/, '')

/** What is thrown for a wrong argument: `expected` and `found` are as the message has them. */
const urlError = (message: string, code: string, found = 'none') => {
  const expected = message.slice(message.indexOf('expected ') + 9, message.indexOf(`, found ${found}`))
  return expect.toSatisfy(
    (error) =>
      error instanceof TypeError &&
      error instanceof UrlError &&
      isDeepStrictEqual(
        { ...error, name: error.name, message: error.message },
        { name: 'TypeError', message, code, expected, found },
      ),
    `${code}: ${message}`,
  )
}

const OFTEN = { numRuns: runs(2_000) }

/** Text that is dense in what means something to a URL, a pattern, S3 or HTML. */
const awkward = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(...'/.+ %#?&=;,:@!$\'"()*[]{}<>|\\^`~-_aZ0é', '//', '%2F', '%2e', '..', '👍🏽'),
    },
    { weight: 1, arbitrary: fc.string({ unit: anyCharacter, maxLength: 4 }) },
  ),
  { minLength: 1, maxLength: 12 },
)

const anyText = fc.oneof(
  awkward.map((parts) => parts.join('')),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
)

/** Keys that a URL can name: no `.` or `..` segment, no control character. */
const key = awkward
  .map((parts) => parts.join(''))
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out
  .filter((text) => !/(^|\/)\.\.?(\/|$)|[\x00-\x1f\x7f]/.test(text) && text !== '')

const version = fc.stringMatching(/^[A-Za-z0-9._~-]{1,64}$/)

/** Every form in which the object may be addressed; the path is escaped as the AWS SDKs do it. */
function s3UrlsOf(bucket: string, objectKey: string): string[] {
  const path = encodeURIComponent(objectKey)
    .replace(/%2F/g, '/')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  const endpoints = [
    's3.amazonaws.com',
    's3.ap-southeast-2.amazonaws.com',
    's3-ap-southeast-2.amazonaws.com',
    's3.dualstack.ap-southeast-2.amazonaws.com',
    's3-external-1.amazonaws.com',
    's3-fips.us-gov-west-1.amazonaws.com',
    's3-fips-us-gov-west-1.amazonaws.com',
    's3-fips.dualstack.us-east-1.amazonaws.com',
    's3.cn-north-1.amazonaws.com.cn',
    's3.dualstack.cn-northwest-1.amazonaws.com.cn',
  ]
  const bucketEndpoints = ['s3-accelerate.amazonaws.com', 's3-accelerate.dualstack.amazonaws.com']
  const websites = objectKey.endsWith('/')
    ? []
    : [
        's3-website-us-east-1.amazonaws.com',
        's3-website.eu-central-1.amazonaws.com',
        's3-website.cn-north-1.amazonaws.com.cn',
      ]
  return [
    `s3://${bucket}/${objectKey}`,
    ...endpoints.map((endpoint) => `https://${endpoint}/${bucket}/${path}`),
    ...[...endpoints, ...bucketEndpoints, ...websites].flatMap((endpoint) => [
      `https://${bucket}.${endpoint}/${path}`,
      `http://${bucket}.${endpoint}:80/${path}`,
      `HTTPS://${bucket}.${endpoint}:443/${path}`.replace(endpoint, endpoint.toUpperCase()),
      `//${bucket}.${endpoint}/${path}`,
    ]),
  ]
}

describe('siteOf', () => {
  it('keeps what applications need: plain data, defaults applied, no region', () => {
    expect(site).toEqual({
      domains: ['cdn.example.com', 'img.example.com'],
      routes: [
        { path: '/projects/*', version: null, cache: 'never' },
        { path: '/search/*', version: 'rev', query: ['term'] },
        { path: '/u/*', version: 'rev', bucket: 'qqz-uploads', prefix: 'site', widths: [100, 200] },
        { path: '/static/*', version: null, bucket: BUCKET },
        { path: '/*', version: 'v', bucket: BUCKET, widths: DEFAULT_WIDTHS },
      ],
    })
    expect(JSON.parse(JSON.stringify(site))).toEqual(site)
  })

  it('has the default ladder and version parameter of the build', () => {
    const route = v.parse(schema, config).routes.at(-1)
    expect(route).toMatchObject({ version: 'v', images: { widths: DEFAULT_WIDTHS } })
  })

  it('refuses a config without a domain', () => {
    expect(() => siteOf({ ...config, domains: [] })).toThrow(
      urlError('domains: expected at least one host name, found none', 'wrong-domains'),
    )
  })
})

describe('fromKey', () => {
  const AMBIGUOUS = 'its path leads to different routes, depending on how it is read, or has too many parts'

  test.each([
    ['plain', 'photos/a.jpg', '/photos/a.jpg'],
    ['a space', 'a b.jpg', '/a%20b.jpg'],
    ['a plus, which S3 would read as a space', 'a+b.jpg', '/a%2Bb.jpg'],
    ['what would end the path', 'a?b#c', '/a%3Fb%23c'],
    ['a percent sign, and what looks like an escape', '100%/%2F', '/100%25/%252F'],
    ['sub-delimiters stay', "@2x/(a)!$&':;=*", "/@2x/(a)!$&':;=*"],
    ['a comma, for srcset', 'a,b', '/a%2Cb'],
    ['quotes and other ASCII', '"<>[]{}|\\^`', '/%22%3C%3E%5B%5D%7B%7D%7C%5C%5E%60'],
    ['unreserved stay', 'A-z_0.~', '/A-z_0.~'],
    ['UTF-8, not normalised', 'é e\u0301', '/%C3%A9%20e%CC%81'],
    ['beyond the BMP', '👍🏽.png', '/%F0%9F%91%8D%F0%9F%8F%BD.png'],
    ['a leading slash is part of the key', '/a', '//a'],
    ['repeated and trailing slashes stay', 'a//b/', '/a//b/'],
    ['dots that are no segment', '..a/b../.c', '/..a/b../.c'],
    ['a name that is the bucket’s', `${BUCKET}/a`, `/${BUCKET}/a`],
  ])('%s', (_rule, objectKey, path) => {
    expect(fromKey(oneBucket, objectKey)).toBe(`https://cdn.example.com${path}`)
  })

  test.each([
    ['the route’s bucket', 'a.svg', {}, '/a.svg'],
    ['the prefix is not in the path', 'site/u/a.jpg', {}, '/u/a.jpg'],
    ['the version parameter is the route’s', 'site/u/a.jpg', { version: 7 }, '/u/a.jpg?rev=7'],
    ['a route without a version parameter', 'static/a.css', { version: 7 }, '/static/a.css'],
    ['the bucket decides between two', 'site/u/a.jpg', { bucket: BUCKET }, '/site/u/a.jpg'],
  ])('route: %s', (_rule, objectKey, options, path) => {
    expect(fromKey(site, objectKey, options)).toBe(`https://cdn.example.com${path}`)
  })

  test.each([
    ['', oneBucket, 'it is empty'],
    ['.', oneBucket, 'a . or .. segment does not survive in a URL'],
    ['a/../b', oneBucket, 'a . or .. segment does not survive in a URL'],
    ['a/.', oneBucket, 'a . or .. segment does not survive in a URL'],
    ['a\n', oneBucket, 'it has a control character or a broken escape'],
    [`${'%2F'.repeat(2)}${'a/'.repeat(70)}b`, oneBucket, AMBIGUOUS],
    ['a\ud800', oneBucket, 'it is not well-formed Unicode'],
    ['a.jpg', prefixed, 'it does not begin with my site/é/'],
    ['my site/é/', prefixed, 'it is empty'],
    ['my site/é', prefixed, 'it does not begin with my site/é/'],
    ['projects/a', site, 'its path belongs to the route /projects/*'],
    ['u/a', site, 'its path belongs to the route /u/*'],
    ['x//projects/a', { ...site, routes: [{ path: '/x/projects/*' }, ...site.routes] }, AMBIGUOUS],
    ['a', { ...site, routes: [{ path: '/b', bucket: 'b' }] }, 'no route matches its path'],
    ['a', { ...site, routes: [{ path: '/*' }] }, 'no cached route has its bucket'],
  ] satisfies [string, Site, string][])('no URL leads to %j', (objectKey, ofSite, reason) => {
    expect(() => fromKey(ofSite, objectKey)).toThrow(
      urlError(
        `key: expected one that a CDN URL can lead to, found ${JSON.stringify(objectKey)}: ${reason}`,
        'wrong-key',
        JSON.stringify(objectKey),
      ),
    )
  })

  it('reads back as the key, at S3, in browsers and at the edge', () => {
    fc.assert(
      fc.property(key, fc.constantFrom('', 'my site/é/'), (rest, prefix) => {
        const url = fromKey(prefix ? prefixed : oneBucket, prefix + rest)
        const path = pathOf(url)
        expect(keyOfPath(path)).toBe(rest)
        expect(canonicalPath(path)).toBe(path)
        expect(new URL(url).href).toBe(url)
        expect(path).not.toMatch(/[^\w.~!$&'()*;=:@/%-]/)
      }),
      OFTEN,
    )
  })

  it('gives a URL or a TypeError, whatever the key', () => {
    let urls = 0
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          expect(keyOfPath(pathOf(fromKey(oneBucket, text)))).toBe(text)
          urls += 1
        } catch (error) {
          if (!(error instanceof TypeError)) throw error
          expect(error.message).toContain('expected one that a CDN URL can lead to')
        }
      }),
      OFTEN,
    )
    expect(urls).toBeGreaterThan(100)
  })
})

describe('versions', () => {
  test.each([
    ['text', 'a.B_9~-', 'a.B_9~-'],
    ['64 characters', 'x'.repeat(64), 'x'.repeat(64)],
    ['a number', 1_763_600_000, '1763600000'],
    ['zero', 0, '0'],
    ['a Date, in milliseconds', new Date(1_763_600_000_123), '1763600000123'],
  ])('%s', (_rule, given, text) => {
    expect(fromKey(oneBucket, 'a', { version: given })).toBe(`https://cdn.example.com/a?v=${text}`)
    expect(fromS3Url(oneBucket, `s3://${BUCKET}/a`, { version: given })).toBe(`https://cdn.example.com/a?v=${text}`)
    expect(withVersion(oneBucket, '/a', given)).toBe(`/a?v=${text}`)
  })

  test.each([
    ['', '""'],
    ['a b', '"a b"'],
    ['a&b=c', '"a&b=c"'],
    ['x'.repeat(65), `"${'x'.repeat(65)}"`],
    ['7\n', '"7\\n"'],
    [1.5, '1.5'],
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [2 ** 53, '9007199254740992'],
    [new Date(Number.NaN), 'Invalid Date'],
    [undefined as unknown as string, 'undefined'],
  ])('%j is none', (given, found) => {
    const error = urlError(
      `version: expected 1 to 64 characters of A-Z a-z 0-9 . _ ~ -, a whole number or a Date, found ${found}`,
      'wrong-version',
      found,
    )
    expect(() => withVersion(oneBucket, 'https://elsewhere.example/', given)).toThrow(error)
    if (given === undefined) return
    expect(() => fromKey(oneBucket, 'a', { version: given })).toThrow(error)
    expect(() => fromS3Url(oneBucket, 'https://elsewhere.example/', { version: given })).toThrow(error)
  })
})

describe('fromS3Url', () => {
  const CDN = 'https://cdn.example.com'
  const S3 = `https://${BUCKET}.s3.${REGION}.amazonaws.com`

  it('gives the same URL for every form, and neither bucket nor region', () => {
    fc.assert(
      fc.property(key, (objectKey) => {
        const url = fromKey(oneBucket, objectKey)
        s3UrlsOf(BUCKET, objectKey).forEach((s3Url) => {
          expect(fromS3Url(oneBucket, s3Url)).toBe(url)
        })
        expect(url).not.toMatch(/qqz|ap-southeast|amazonaws/)
        expect(fromS3Url(oneBucket, url)).toBe(url)
      }),
      { numRuns: runs(300) },
    )
  })

  test.each([
    ['escapes are decoded once', '/%7Ea%2Fb%252F', '/~a/b%252F'],
    ['escapes in lower case', '/%c3%a9%5c', '/%C3%A9%5C'],
    ['a raw plus is a space to S3, an escaped one a plus', '/a+b%2Bc', '/a%20b%2Bc'],
    ['characters that should have been escaped', '/a b/é"', '/a%20b/%C3%A9%22'],
    ['slashes are part of the key', '//a//b/', '//a//b/'],
    ['the fragment stays', '/a.svg?x=1#icon,2', '/a.svg#icon,2'],
    ['junk goes', '/a.jpg?utm_source=x&download=1&', '/a.jpg'],
    ['an empty query', '/a.jpg?', '/a.jpg'],
    ['the version stays', '/a.jpg?x=1&v=7', '/a.jpg?v=7'],
    ['the first version that is one', '/a.jpg?v=&v=a%20b&v=%37&v=8', '/a.jpg?v=7'],
    ['image parameters stay', '/a.jpg?w=640&fit=crop&h=480&dpr=1.5&q=80&fm=webp&auto=format', null],
    ['those of cuts, too', '/a.jpg?rect=0,0,60,40&ar=3%3A2&crop=top%2Cleft&fp-x=.5&max-w=64', null],
    ['image parameters that are none go', '/a.jpg?w=%20&h=<&W=1&wx=1&q', '/a.jpg'],
    ['image parameters of what is no image go', '/a.pdf?w=640&v=7', '/a.pdf?v=7'],
    ['and of a route without images', '/static/a.jpg?w=640&v=7', '/static/a.jpg'],
    ['versionId and response-*', '/a.jpg?versionId=abc&response-content-type=text/plain', '/a.jpg'],
    [
      'a signature, version 4',
      `/a.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261120%2F${REGION}%2Fs3%2Faws4_request&X-Amz-Date=20261120T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Security-Token=t&X-Amz-Signature=abc&x-id=GetObject`,
      '/a.jpg',
    ],
    ['a signature, version 2', '/a.jpg?AWSAccessKeyId=AKIA&Expires=1763600000&Signature=a%2Bb%3D', '/a.jpg'],
  ])('%s', (_rule, rest, expected) => {
    expect(fromS3Url(site, S3 + rest)).toBe(CDN + (expected ?? rest))
  })

  test.each([
    ['undefined keeps the URL’s', '?v=1', undefined, '?v=1'],
    ['the application’s wins', '?v=1&w=64&v=2', 'new', '?w=64&v=new'],
    ['null removes it', '?v=1&w=64', null, '?w=64'],
    ['added', '', 7, '?v=7'],
  ])('version: %s', (_rule, query, given, expected) => {
    expect(fromS3Url(site, `${S3}/a.jpg${query}#f`, { version: given })).toBe(`${CDN}/a.jpg${expected}#f`)
  })

  test.each([
    ['s3://: the key is raw', `s3://${BUCKET}/a b%20?c#d+e`, '/a%20b%2520%3Fc%23d%2Be'],
    ['the prefix is not in the path', 's3://qqz-uploads/site/u/a.jpg', '/u/a.jpg'],
    ['a bucket in another region', `https://${BUCKET}.s3.eu-west-1.amazonaws.com/a`, '/a'],
  ])('%s', (_rule, url, path) => {
    expect(fromS3Url(site, url)).toBe(CDN + path)
  })

  test.each([
    ['another bucket', 'https://other.s3.amazonaws.com/a'],
    ['a bucket whose name ends alike', `https://evil${BUCKET}.s3.amazonaws.com/a`],
    ['a bucket whose name is the end', 'https://photos-bucket.s3.amazonaws.com/a'],
    ['a bucket with one label more', `https://evil.${BUCKET}.s3.amazonaws.com/a`],
    ['another bucket, path style', `https://s3.amazonaws.com/other/${BUCKET}/a`],
    ['path style and case: S3 tells them apart', `https://s3.amazonaws.com/${BUCKET.toUpperCase()}/a`],
    ['a host that goes on', `https://${BUCKET}.s3.amazonaws.com.evil.example/a`],
    ['a host that ends alike', `https://${BUCKET}.s3.evilamazonaws.com/a`],
    ['dots that are none', `https://${BUCKET}xs3xamazonawsxcom/a`],
    ['a host in the path', `https://evil.example/${BUCKET}.s3.amazonaws.com/a`],
    ['a host in the query', `https://evil.example?https://${BUCKET}.s3.amazonaws.com/a`],
    ['a backslash before the host', `https://evil.example\\.${BUCKET}.s3.amazonaws.com/a`],
    ['a backslash in the path: a slash to browsers', `${S3}/a\\b`],
    ['user information', `https://user:pass@${BUCKET}.s3.amazonaws.com/a`],
    ['user information that looks like the host', `https://${BUCKET}.s3.amazonaws.com@evil.example/a`],
    ['another port', `https://${BUCKET}.s3.amazonaws.com:8443/a`],
    ['another scheme', `ftp://${BUCKET}.s3.amazonaws.com/a`],
    ['another S3 service', `https://${BUCKET}.s3-control.us-east-1.amazonaws.com/a`],
    ['an access point', `https://${BUCKET}-111122223333.s3-accesspoint.us-east-1.amazonaws.com/a`],
    ['another service', `https://${BUCKET}.execute-api.us-east-1.amazonaws.com/a`],
    ['accelerate has no path style', `https://s3-accelerate.amazonaws.com/${BUCKET}/a`],
    ['websites have no path style', `https://s3-website-us-east-1.amazonaws.com/${BUCKET}/a`],
    ['a website’s folder: its index document', `http://${BUCKET}.s3-website-us-east-1.amazonaws.com/docs/`],
    ['the bucket itself', `https://${BUCKET}.s3.amazonaws.com/?list-type=2`],
    ['the bucket itself, no path', `https://${BUCKET}.s3.amazonaws.com`],
    ['the bucket itself, path style', `https://s3.amazonaws.com/${BUCKET}/`],
    ['the bucket itself, s3://', `s3://${BUCKET}/`],
    ['outside the prefix', 's3://qqz-uploads/u/a.jpg'],
    ['a never route: presigned URLs stay as signed', `${S3}/projects/a.jpg?X-Amz-Signature=abc`],
    ['a key whose path is another origin’s', `${S3}/search/a.jpg`],
    ['dot segments', `${S3}/a/../b`],
    ['dot segments, escaped', `${S3}/a%2F%2e%2e%2Fb`],
    ['a control character', `${S3}/a%00`],
    ['a broken escape', `${S3}/100%`],
    ['escapes that are not UTF-8', `${S3}/%E9`],
    ['a lone surrogate', `${S3}/\ud800`],
    ['white space around', ` ${S3}/a`],
    ['white space at the end', `${S3}/a `],
    ['a line feed at the end', `${S3}/a\n`],
    ['a tab, which browsers remove', `${S3}/a\tb`],
    ['a CDN URL', `${CDN}/a?v=1&x=2#y`],
    ['a relative URL', `/${BUCKET}/a.jpg`],
    ['data:', 'data:image/png;base64,iVBORw0KGgo='],
    ['blob:', `blob:https://${BUCKET}.s3.amazonaws.com/a`],
    ['not a URL', 'hello s3.amazonaws.com'],
    ['nothing', ''],
  ])('returned as it is: %s', (_rule, url) => {
    expect(fromS3Url(site, url, { version: 7 })).toBe(url)
  })

  it('returns any other text byte for byte', () => {
    const pieces = fc.constantFrom(
      'https://',
      '//',
      's3://',
      's3',
      '.',
      '-',
      'amazonaws.com',
      'qqz',
      '/',
      '?',
      '#',
      '@',
      ':',
    )
    const text = fc.array(fc.oneof(pieces, anyText), { maxLength: 10 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (url) => {
        fc.pre(!url.includes(BUCKET))
        expect(fromS3Url(site, url)).toBe(url)
      }),
      OFTEN,
    )
  })

  it('never lets bucket, region or credential through a query', () => {
    const parameter = fc.tuple(
      fc.constantFrom('X-Amz-Credential', 'X-Amz-Signature', 'v', 'w', 'h', 'q', 'fm', 'fit', 'versionId', ''),
      fc.constantFrom(
        '1',
        'AKIA/ap-southeast-2/s3',
        BUCKET,
        'https://s3.amazonaws.com/',
        `%2F${REGION}`,
        'é',
        '&',
        "'",
        '',
      ),
    )
    const query = fc.array(parameter).map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'))
    fc.assert(
      fc.property(query, (text) => {
        fc.pre(!text.includes(`v=${BUCKET}`))
        const url = fromS3Url(site, `${S3}/a.jpg?${text}`)
        expect(url).toMatch(/^https:\/\/cdn\.example\.com\/a\.jpg/)
        expect(url).not.toMatch(/qqz|ap-southeast|AKIA|amazonaws/)
        expect(new URL(url).href).toBe(url)
      }),
      OFTEN,
    )
  })

  it('takes hostile lengths in its stride', () => {
    const hosts = ['s3.', 's3-', 'a.', 's3.us-', '-a'].map((part) => `https://${part.repeat(20_000)}.amazonaws.com/a`)
    hosts.forEach((url) => {
      expect(fromS3Url(site, url)).toBe(url)
    })
  })
})

describe('withVersion', () => {
  test.each([
    ['added', 'https://cdn.example.com/a', 'https://cdn.example.com/a?v=7'],
    ['in the place of the first', '/a?x=1&v=1&y=2&v=2#f', '/a?x=1&v=7&y=2#f'],
    ['before the fragment', '/a#f?v=1', '/a?v=7#f?v=1'],
    ['an empty query', '/a?', '/a?v=7'],
    ['without a value, with an empty one, with an =', '/a?v&v=&v=a=b', '/a?v=7'],
    ['names that begin or end alike', '/a?vv=1&xv=2&V=3', '/a?vv=1&xv=2&V=3&v=7'],
    ['other bytes stay', "/a%7e?x=%e9+'&&=&y#%", "/a%7e?x=%e9+'&&=&y&v=7#%"],
    ['protocol-relative', '//cdn.example.com/a', '//cdn.example.com/a?v=7'],
    ['another of the domains, in any case', 'HTTP://IMG.example.com/a', 'HTTP://IMG.example.com/a?v=7'],
    ['no path', 'https://cdn.example.com', 'https://cdn.example.com?v=7'],
    ['the route’s parameter', '/u/a?v=1&rev=2', '/u/a?v=1&rev=7'],
    ['an API’s parameter', '/search/a?term=x', '/search/a?term=x&rev=7'],
    ['a route without one', '/static/a?v=1', '/static/a?v=1'],
    ['a never route', '/projects/a?X-Amz-Signature=1', '/projects/a?X-Amz-Signature=1'],
    ['another host', 'https://elsewhere.example/a', 'https://elsewhere.example/a'],
    ['user information', 'https://cdn.example.com@elsewhere.example/a', 'https://cdn.example.com@elsewhere.example/a'],
    ['data:', 'data:image/gif;base64,R0lGODlhAQABAAAAACw=', 'data:image/gif;base64,R0lGODlhAQABAAAAACw='],
    ['relative to the page: its route is not known', 'a?v=1', 'a?v=1'],
    ['what the edge refuses', '/a%', '/a%'],
  ])('%s', (_rule, url, expected) => {
    expect(withVersion(site, url, 7)).toBe(expected)
  })

  test.each([
    ['nothing to remove', '/a?', '/a?'],
    ['the only one', '/a?v=1#f', '/a#f'],
    ['all of them', '/a?v=1&x&v=2', '/a?x'],
  ])('null: %s', (_rule, url, expected) => {
    expect(withVersion(site, url, null)).toBe(expected)
  })

  const url = fc
    .tuple(
      key,
      fc.array(fc.constantFrom('v=1', 'v', 'x=%e9', 'vv=2', '', 'v=%', 'w=+')),
      fc.constantFrom('', '#', '#v=1?'),
    )
    .map(([objectKey, query, fragment]) => `${fromKey(oneBucket, objectKey)}?${query.join('&')}${fragment}`)

  it('is idempotent, the last one wins, and null undoes it', () => {
    fc.assert(
      fc.property(url, version, version, (text, first, last) => {
        const once = withVersion(oneBucket, text, last)
        expect(withVersion(oneBucket, once, last)).toBe(once)
        expect(withVersion(oneBucket, withVersion(oneBucket, text, first), last)).toBe(once)
        expect(new URL(once).searchParams.getAll('v')).toEqual([last])
        const bare = withVersion(oneBucket, text, null)
        expect(new URL(bare).searchParams.has('v')).toBe(false)
        expect(withVersion(oneBucket, bare, null)).toBe(bare)
      }),
      OFTEN,
    )
  })

  it('leaves every other byte alone', () => {
    const others = (text: string) =>
      text
        .replace(/#.*/s, '')
        .split(/[?&]/)
        .filter((part) => !/^v(=|$)/.test(part) && part)
    fc.assert(
      fc.property(url, version, (text, given) => {
        expect(others(withVersion(oneBucket, text, given))).toEqual(others(text))
        expect(withVersion(oneBucket, text, given).replace(/^[^#]*/, '')).toBe(text.replace(/^[^#]*/, ''))
      }),
      OFTEN,
    )
  })
})

describe('srcset', () => {
  test.each([
    ['a ladder', '/a.jpg', [320, 640], '/a.jpg?w=320 320w, /a.jpg?w=640 640w'],
    ['the route’s ladder', '/u/a.jpg', undefined, '/u/a.jpg?w=100 100w, /u/a.jpg?w=200 200w'],
    ['version and the rest stay, w is replaced', '/a.jpg?v=7&w=9&q=50#f', [320], '/a.jpg?v=7&w=320&q=50#f 320w'],
    [
      'a crop keeps its shape',
      '/a.jpg?w=400&h=100&fit=crop',
      [200, 1],
      '/a.jpg?w=200&h=50&fit=crop 200w, /a.jpg?w=1&h=1&fit=crop 1w',
    ],
    ['a height alone stays', '/a.jpg?h=300', [200], '/a.jpg?h=300&w=200 200w'],
    ['dpr would make the widths untrue', '/a.jpg?dpr=2&w=1', [200], '/a.jpg?w=200 200w'],
    ['commas and spaces', '/a,b c.jpg?x=1,#,', [200], '/a%2Cb%20c.jpg?x=1%2C&w=200#%2C 200w'],
    ['no extension: it may be an image', '/a', [200], '/a?w=200 200w'],
    ['no rungs', '/a.jpg', [], ''],
    ['no image', '/a.svg', [200], ''],
    ['a route without images', '/static/a.jpg', [200], ''],
    ['not ours', 'https://elsewhere.example/a.jpg', [200], ''],
    ['data:', 'data:image/gif;base64,R0lGODlhAQABAAAAACw=', [200], ''],
  ])('%s', (_rule, url, widths, expected) => {
    expect(srcset(site, url, widths)).toBe(expected)
  })

  it('takes the whole default ladder', () => {
    expect(srcset(site, '/a.jpg').split(', ')).toEqual(DEFAULT_WIDTHS.map((width) => `/a.jpg?w=${width} ${width}w`))
  })

  test.each([0, -1, 1.5, Number.NaN])('%d is no width', (width) => {
    expect(() => srcset(site, '/a.jpg', [320, width])).toThrow(
      urlError(`widths: expected whole numbers above 0, found ${width}`, 'wrong-widths', `${width}`),
    )
  })

  it('reads back as one URL for each width', () => {
    fc.assert(
      fc.property(key, version, (objectKey, given) => {
        const url = `${fromKey(oneBucket, `${objectKey}.jpg`, { version: given })}`
        const candidates = srcset(oneBucket, url)
          .split(', ')
          .map((candidate) => candidate.split(' '))
        expect(candidates).toEqual([320, 640].map((width) => [`${url}&w=${width}`, `${width}w`]))
      }),
      OFTEN,
    )
  })
})

test('the examples of the docstrings', () => {
  const ofExample: Site = {
    domains: ['cdn.example.com'],
    routes: [{ path: '/*', bucket: 'example-photos', widths: [320] }],
  }
  expect(fromKey(ofExample, 'photos/a b.jpg', { version: 7 })).toBe('https://cdn.example.com/photos/a%20b.jpg?v=7')
  const s3Url = 'https://example-photos.s3.us-east-1.amazonaws.com/a.jpg?X-Amz-Signature=0123'
  expect(fromS3Url(ofExample, s3Url, { version: 7 })).toBe('https://cdn.example.com/a.jpg?v=7')
  expect(withVersion(ofExample, '/a.jpg?v=7&w=640', 8)).toBe('/a.jpg?v=8&w=640')
  expect(srcset(ofExample, '/a.jpg?v=7', [320, 640])).toBe('/a.jpg?v=7&w=320 320w, /a.jpg?v=7&w=640 640w')
  expect(
    siteOf({
      domains: ['cdn.example.com'],
      origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
      routes: [{ path: '/*', origin: 'photos', cache: {} }],
    }),
  ).toEqual({ domains: ['cdn.example.com'], routes: [{ path: '/*', version: 'v', bucket: 'example-photos' }] })
})

describe('in a browser', () => {
  const bundle = async (names: string) => {
    const { outputFiles, metafile } = await build({
      stdin: {
        contents: `export { ${names} } from './urls/urls.ts'`,
        resolveDir: fileURLToPath(new URL('../../..', import.meta.url)),
      },
      bundle: true,
      minify: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'rimlight',
      target: ['es2020'],
      logLevel: 'silent',
    })
    const output = Object.values(metafile.outputs)[0]
    const inputs = Object.keys(metafile.inputs).filter((input) => input !== '<stdin>')
    return { code: outputFiles[0]?.text ?? '', imports: output?.imports, inputs }
  }

  it('is small, of urls/ and edge/ alone, and shakes', async () => {
    const all = await bundle('fromKey, fromS3Url, srcset, withVersion')
    expect(all.inputs).toContain('urls/urls.ts')
    expect(all.inputs.filter((input) => !/^(edge|urls)\//.test(input))).toEqual([])
    expect(all.imports).toEqual([])
    expect(gzipSync(all.code).length).toBeLessThanOrEqual(3_840)
    const one = await bundle('fromKey')
    expect(gzipSync(one.code).length).toBeLessThanOrEqual(2_660)
  })

  it('runs on the language alone', async () => {
    const { code } = await bundle('fromKey, fromS3Url, siteOf, srcset, withVersion')
    const url = runInNewContext(
      `${code}
      const site = rimlight.siteOf(JSON.parse(config))
      const url = rimlight.fromS3Url(site, 's3://${BUCKET}/é ,👍.jpg', { version: new Date(7) })
      if (rimlight.fromKey(site, 'é ,👍.jpg', { version: 7 }) !== url) throw new Error(url)
      rimlight.srcset(site, rimlight.withVersion(site, url, 8), [320])`,
      { config: JSON.stringify(config) },
    )
    expect(url).toBe('https://cdn.example.com/%C3%A9%20%2C%F0%9F%91%8D.jpg?v=8&w=320 320w')
  })
})

describe('a route whose paths lose their beginning', () => {
  const stripped = siteOf({
    ...config,
    routes: [
      { path: '/proxy-image/*', origin: 'uploads', cache: {}, strip: '/proxy-image', images: true },
      { path: '/*', origin: 'photos', cache: {} },
    ],
  })

  it('has it before what keys are, and the prefix of keys not', () => {
    expect(stripped.routes[0]).toEqual({
      ...{ path: '/proxy-image/*', version: 'v', bucket: 'qqz-uploads', prefix: 'site', strip: '/proxy-image' },
      widths: DEFAULT_WIDTHS,
    })
    expect(stripped.routes[1]).not.toHaveProperty('strip')
    const url = 'https://cdn.example.com/proxy-image/projects/1/a%20b.jpg?v=7'
    expect(fromKey(stripped, 'site/projects/1/a b.jpg', { version: 7 })).toBe(url)
    expect(fromS3Url(stripped, 's3://qqz-uploads/site/projects/1/a b.jpg', { version: 7 })).toBe(url)
    expect(fromKey(stripped, 'projects/1/a b.jpg')).toBe('https://cdn.example.com/projects/1/a%20b.jpg')
    expect(srcset(stripped, url, [320])).toBe(`${url}&w=320 320w`)
  })

  it('leads each key back to itself, as origin-request takes it off', () => {
    fc.assert(
      fc.property(key, (text) => {
        const url = fromKey(stripped, `site/${text}`, { bucket: 'qqz-uploads' })
        const path = canonicalPath(pathOf(url))
        expect(path.startsWith('/proxy-image/')).toBe(true)
        expect(keyOfPath(path.slice('/proxy-image'.length))).toBe(text)
      }),
      OFTEN,
    )
  })
})
