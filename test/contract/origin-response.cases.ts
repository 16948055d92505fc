/**
 * behaviour.md, "origin-response (Lambda@Edge)". No source can be read here, for want of credentials, so that every
 * image falls back; renditions are the subject of test/images.
 */
import { cachingGroups } from './caching.cases.ts'
import type { Table } from './case.ts'
import { ROUTE } from './config.ts'
import { NO_VALIDATORS, OF_A_BODY, PHOTO, responseGroup } from './response-case.ts'

const WITHOUT_ROUTE = responseGroup('without the route header', [
  [
    'a minute, and why',
    { route: null },
    { set: { 'cache-control': 'public, max-age=60', 'x-rimlight': 'original; reason=no-route' } },
  ],
  [
    "instead of the origin's own lifetime",
    { route: null, headers: { 'Cache-Control': 'public, max-age=31536000, immutable' } },
    { set: { 'cache-control': 'public, max-age=60', 'x-rimlight': 'original; reason=no-route' } },
  ],
  [
    'no verdict and no image work',
    { route: null, version: '1706400000', variant: 'w=640' },
    { set: { 'cache-control': 'public, max-age=60', 'x-rimlight': 'original; reason=no-route' } },
  ],
  [
    'a number that no route has',
    { route: 99 },
    { set: { 'cache-control': 'public, max-age=60', 'x-rimlight': 'original; reason=no-route' } },
  ],
  [
    'no number',
    { route: 'constructor' },
    { set: { 'cache-control': 'public, max-age=60', 'x-rimlight': 'original; reason=no-route' } },
  ],
  ['an error stays uncached', { route: null, status: '503' }, { set: { 'cache-control': 'no-store' } }],
  ...['authorization', 'cookie'].map(
    (name) =>
      [
        `an answer to a request with ${name} is for no cache`,
        { route: null, requestHeaders: { [name]: 'x' } },
        { set: { 'cache-control': 'private, max-age=60', 'x-rimlight': 'original; reason=no-route' } },
      ] as const,
  ),
  ['an answer to another method is left alone', { route: null, method: 'POST' }, {}],
])

const notFound = { status: '404', statusDescription: 'Not Found' }
const TEXT = { 'content-type': 'text/plain; charset=utf-8' }
const missing = (seconds: number, more: Record<string, string> = {}, status = 404) => ({
  fields: { ...notFound, body: 'Not Found\n' },
  set: { ...TEXT, 'cache-control': `public, max-age=${seconds}`, 'x-rimlight': `missing; s3=${status}`, ...more },
  gone: OF_A_BODY,
})
const VARY = { vary: 'accept' }
/** What the key of the API's route is made of. */
const KEYED = { vary: 'authorization, x-tenant' }

const MISSING = responseGroup('1: missing', [
  ['404 to GET', { status: '404' }, missing(300, VARY)],
  ['403 to GET is a 404, and what S3 said', { status: '403' }, missing(300, VARY, 403)],
  ['HEAD has no body', { status: '404', method: 'HEAD' }, { ...missing(300, VARY), fields: notFound }],
  ['403 to HEAD', { status: '403', method: 'HEAD' }, { ...missing(300, VARY, 403), fields: notFound }],
  ['with a version, 10 s at most', { status: '404', version: '7' }, missing(10, VARY)],
  ["a route's own lifetime", { status: '404', route: ROUTE.vault, uri: '/site/a.js' }, missing(5)],
  [
    'with a version, where that is shorter still',
    { status: '404', route: ROUTE.vault, uri: '/site/a.js', version: '7' },
    missing(5),
  ],
  [
    "whatever the origin's Cache-Control",
    { status: '404', headers: { 'Cache-Control': 'private, no-store' } },
    missing(300, VARY),
  ],
  ['with a variant', { status: '404', variant: 'w=640' }, missing(300, VARY)],
  ['a path that takes no image parameters', { status: '404', uri: '/a.svg' }, missing(300)],
  ['404 to another method stays', { status: '404', method: 'POST' }, { set: { 'cache-control': 'no-store', ...VARY } }],
  [
    "an API's 404 stays as it is",
    { status: '404', route: ROUTE.api, uri: '/api/x', headers: { 'Cache-Control': 'max-age=5' } },
    { set: KEYED },
  ],
  [
    "an API's 403 too",
    { status: '403', route: ROUTE.api, uri: '/api/x', headers: { 'Content-Type': 'application/json' } },
    { set: { 'cache-control': 'no-store', ...KEYED } },
  ],
])

const ERRORS = responseGroup('2: errors', [
  ...['500', '502', '503', '504', '599'].map(
    (status) => [`${status} is not stored`, { status }, { set: { 'cache-control': 'no-store', ...VARY } }] as const,
  ),
  [
    "5xx whatever the origin's Cache-Control",
    { status: '500', headers: { 'Cache-Control': 'public, max-age=60' } },
    { set: { 'cache-control': 'no-store', ...VARY } },
  ],
  [
    "an API's 5xx",
    { status: '503', route: ROUTE.api, uri: '/api/x' },
    { set: { 'cache-control': 'no-store', ...KEYED } },
  ],
  ...['201', '204', '301', '302', '307', '400', '401', '405', '410', '412', '416', '429', '451'].map(
    (status) =>
      [
        `${status} without a Cache-Control is not stored`,
        { status, route: ROUTE.api, uri: '/api/x', version: '1' },
        { set: { 'cache-control': 'no-store', ...KEYED } },
      ] as const,
  ),
  ...['302', '400', '401', '429'].map(
    (status) =>
      [
        `${status} keeps the origin's Cache-Control`,
        { status, route: ROUTE.open, uri: '/open/x', headers: { 'Cache-Control': 'public, max-age=5' } },
        { set: { vary: 'accept-language' } },
      ] as const,
  ),
  ['on S3 routes too', { status: '416', version: '1706400000' }, { set: { 'cache-control': 'no-store', ...VARY } }],
  ['with a variant too', { status: '400', variant: 'w=640' }, { set: { 'cache-control': 'no-store', ...VARY } }],
])

const original = (reason: string) => ({ 'x-rimlight': `original; reason=${reason}`, ...VARY })
const unread = (cacheControl: string) => ({
  set: { 'cache-control': cacheControl, ...original('source-error') },
  gone: NO_VALIDATORS,
})
const variant = 'fm=webp&w=640'

const EXTENSION = responseGroup('4: an image whose extension takes no image parameters says so', [
  ...['/john.doe', '/avatar.v2', '/a.bmp'].map(
    (uri) =>
      [
        uri,
        { uri },
        { set: { 'cache-control': 'public, max-age=86400', 'x-rimlight': 'original; reason=extension' } },
      ] as const,
  ),
  [
    'what is no image says nothing',
    { uri: '/a.v2', headers: { 'Content-Type': 'text/css' } },
    { set: { 'cache-control': 'public, max-age=86400' } },
  ],
  [
    'nor does a route without images',
    { uri: '/vault/john.doe', route: ROUTE.vault },
    { set: { 'cache-control': 'public, max-age=86400' } },
  ],
  ...['/a.jfif', '/a.jpe', '/a.heic'].map((uri) => [`${uri} takes them`, { uri }, { set: PHOTO }] as const),
])

const IMAGE = responseGroup('4: a variant whose source can’t be read is answered with the original', [
  ['for a minute at most, without validators', { variant }, unread('public, max-age=60')],
  ['no longer where the version is verified', { variant, version: 'd41d8cd9' }, unread('public, max-age=60')],
  [
    'a shorter lifetime stays',
    { variant, headers: { 'Cache-Control': 'public, max-age=20' } },
    unread('public, max-age=20'),
  ],
  ['and is made public', { variant, headers: { 'Cache-Control': 'max-age=20' } }, unread('public, max-age=20')],
  [
    'a shared lifetime is shortened as well',
    { variant, headers: { 'Cache-Control': 'public, max-age=90, s-maxage=900' } },
    unread('public, max-age=60, s-maxage=60'),
  ],
  [
    "the origin's private stands",
    { variant, headers: { 'Cache-Control': 'private, max-age=900' } },
    { ...unread(''), set: { 'cache-control': 'private, max-age=900', ...original('source-error') } },
  ],
  ...[
    'image/jpeg',
    'image/png',
    'image/webp',
    'image/gif',
    'image/tiff',
    'image/avif',
    'IMAGE/JPEG',
    'image/png; charset=x',
    'image/pjpeg',
    'binary/octet-stream',
    'application/octet-stream',
    ...['image/*', 'image/x-png', 'image/heic', 'image/jpegx', 'multipart/form-data; boundary=a', 'nonsense'],
  ].map(
    (type) =>
      [
        `${type} could be transformed`,
        { variant, headers: { 'Content-Type': type } },
        unread('public, max-age=60'),
      ] as const,
  ),
  ...['image/svg+xml; x=y', 'text/html', 'application/pdf', 'application/json', 'video/mp4'].map(
    (type) =>
      [
        `${type} is unsupported, and cached as the original is`,
        { variant, headers: { 'Content-Type': type } },
        {
          set: {
            'cache-control': 'public, max-age=86400',
            ...original('unsupported'),
            ...(type.startsWith('image/svg')
              ? { 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox" }
              : {}),
          },
        },
      ] as const,
  ),
  ['as large as may be', { variant, headers: { 'Content-Length': '26214400' } }, unread('public, max-age=60')],
  [
    'a byte too large',
    { variant, headers: { 'Content-Length': '26214401' } },
    { set: { 'cache-control': 'public, max-age=86400', ...original('too-large') } },
  ],
  [
    "another route's bound",
    { route: ROUTE.thumbs, uri: '/thumbs/a.jpg', variant: 'w=400', headers: { 'Content-Length': '1000001' } },
    { set: { 'cache-control': 'public, max-age=3600', ...original('too-large') } },
  ],
  [
    'too large and verified: a year',
    { variant, version: 'd41d8cd9', headers: { 'Content-Length': '26214401' } },
    { set: { 'cache-control': 'public, max-age=31536000, immutable', ...original('too-large') } },
  ],
  ['HEAD: the headers of the original', { variant, method: 'HEAD' }, { set: PHOTO }],
  [
    '304: no image work, and neither ETag nor type: what it confirms may be a rendition',
    { variant, status: '304' },
    { set: PHOTO, gone: ['etag', 'content-type'] },
  ],
  ['304 to a HEAD: the ETag of the original', { variant, status: '304', method: 'HEAD' }, { set: PHOTO }],
  [
    '304 of an original: no type that says nothing, where its bytes have told one',
    { status: '304', headers: { 'Content-Type': 'binary/octet-stream' } },
    { set: PHOTO, gone: ['content-type'] },
  ],
  [
    '206: not stored',
    { variant, status: '206', headers: { 'Content-Range': 'bytes 0-1/2' } },
    { set: { ...PHOTO, 'cache-control': 'no-store' } },
  ],
  ['206 without a variant is cached', { status: '206', headers: { 'Content-Range': 'bytes 0-1/2' } }, { set: PHOTO }],
  [
    'on a route without images a variant is nothing',
    { variant, route: ROUTE.builds, uri: '/builds/a.jpg' },
    { set: { 'cache-control': 'public, max-age=31536000' } },
  ],
])

const AMAZON = {
  Server: 'AmazonS3',
  'x-amz-request-id': 'R',
  'x-amz-meta-version': '1',
  'x-amz-meta-Author': 'a',
  'X-Debug-Trace': 't',
  'x-amz-version-id': 'v',
}
const gone = ['server', 'x-amz-request-id', 'x-amz-meta-version', 'x-amz-meta-author', 'x-debug-trace']

const FORGED = {
  'X-Rimlight': 'webp; 1x1; q=80',
  'X-Rimlight-Verdict': 'unsettled',
  'X-Rimlight-Other': 'x',
}

const HEADERS = responseGroup('5: header rules', [
  ['dropResponse, by name and by beginning; what it does not name stays', { headers: AMAZON }, { set: PHOTO, gone }],
  [
    'setResponse over what the origin said',
    { headers: { 'X-Content-Type-Options': 'x', 'Permissions-Policy': 'y' } },
    { set: PHOTO },
  ],
  ['a default switched off is not touched', { headers: { 'Referrer-Policy': 'no-referrer' } }, { set: PHOTO }],
  [
    'the policy for SVG',
    { uri: '/a.svg', headers: { 'Content-Type': 'image/svg+xml' } },
    {
      set: {
        'cache-control': PHOTO['cache-control'],
        'x-rimlight': 'original; reason=extension',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      },
    },
  ],
  [
    'with a parameter, in capitals',
    { uri: '/a.svg', headers: { 'Content-Type': 'Image/SVG+XML; charset=utf-8' } },
    {
      set: {
        'cache-control': PHOTO['cache-control'],
        'x-rimlight': 'original; reason=extension',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      },
    },
  ],
  [
    "and for nothing else: another type keeps the origin's",
    { headers: { 'Content-Security-Policy': "default-src 'self'", 'Content-Type': 'text/html' } },
    { set: PHOTO },
  ],
  [
    'on API routes',
    { route: ROUTE.open, uri: '/open/x', headers: AMAZON },
    { set: { 'cache-control': 'max-age=60', vary: 'accept-language' }, gone },
  ],
  ['on errors', { status: '503', headers: AMAZON }, { set: { 'cache-control': 'no-store', ...VARY }, gone }],
  ['on a missing object', { status: '404', headers: AMAZON }, { ...missing(300, VARY), gone: [...gone, ...OF_A_BODY] }],
  [
    'without a route',
    { route: null, headers: AMAZON },
    { set: { 'cache-control': 'public, max-age=60', 'x-rimlight': 'original; reason=no-route' }, gone },
  ],
  [
    "what an origin says in Rimlight's name goes",
    { route: ROUTE.open, uri: '/open/x', headers: FORGED },
    {
      set: { 'cache-control': 'max-age=60', vary: 'accept-language' },
      gone: ['x-rimlight', 'x-rimlight-verdict', 'x-rimlight-other'],
    },
  ],
  [
    'on a route that is never cached, too',
    { route: ROUTE.live, uri: '/api/live/x', headers: FORGED },
    { gone: ['x-rimlight', 'x-rimlight-verdict', 'x-rimlight-other'] },
  ],
  ['read-only headers stay', { headers: { 'Transfer-Encoding': 'chunked' } }, { set: PHOTO }],
])

const API = responseGroup('an API knows for whom its answers are', [
  [
    'nothing is added to them but a lifetime, and what the key is made of; host is in every key',
    { route: ROUTE.open, uri: '/open/x' },
    { set: { 'cache-control': 'max-age=60', vary: 'accept-language' } },
  ],
  [
    'what it calls public stays public',
    { route: ROUTE.open, uri: '/open/x', headers: { 'Cache-Control': 'public, max-age=9' } },
    { set: { 'cache-control': 'public, max-age=9', vary: 'accept-language' } },
  ],
  [
    'a key with authorization: CloudFront keeps it, and nobody behind; its policy says private',
    { route: ROUTE.api, uri: '/api/x' },
    { set: { expires: 'Fri, 20 Nov 2026 12:01:00 GMT', ...KEYED } },
  ],
  [
    'what comes out of a cache keeps what it has left, and the default from now at most',
    { route: ROUTE.open, uri: '/open/x', headers: { 'Cache-Control': 'max-age=9000', Age: '600' } },
    { set: { 'cache-control': 'max-age=660', vary: 'accept-language' } },
  ],
  [
    'of several ages the first counts, and what is no number is none',
    { route: ROUTE.open, uri: '/open/x', headers: { 'Cache-Control': 'max-age=9000', Age: '1.5, 600' } },
    { set: { 'cache-control': 'max-age=60', vary: 'accept-language' } },
  ],
  [
    'a key with authorization, out of a cache',
    { route: ROUTE.api, uri: '/api/x', headers: { 'Cache-Control': 'max-age=9000', Age: '600' } },
    { set: { expires: 'Fri, 20 Nov 2026 12:01:00 GMT', ...KEYED }, gone: ['cache-control'] },
  ],
  [
    'whatever the API says to others',
    { route: ROUTE.api, uri: '/api/x', headers: { 'Cache-Control': 'public, max-age=9' } },
    { set: { expires: 'Fri, 20 Nov 2026 12:00:09 GMT', ...KEYED }, gone: ['cache-control'] },
  ],
  [
    'for the shorter of what it says to browsers and to CloudFront, as one header says it to both',
    { route: ROUTE.api, uri: '/api/x', headers: { 'Cache-Control': 's-maxage=3600, max-age=0' } },
    { set: { expires: 'Fri, 20 Nov 2026 12:00:00 GMT', ...KEYED }, gone: ['cache-control'] },
  ],
  ...['302', '401', '404', '410'].map(
    (status) =>
      [
        `${status} is no other where it says public`,
        { route: ROUTE.api, uri: '/api/x', status, headers: { 'Cache-Control': 'public, max-age=9' } },
        { set: { expires: 'Fri, 20 Nov 2026 12:00:09 GMT', ...KEYED }, gone: ['cache-control'] },
      ] as const,
  ),
  ...['s-maxage=9', 'Must-Revalidate, max-age=9'].map(
    (own) =>
      [
        `404 with ${own} neither`,
        { route: ROUTE.api, uri: '/api/x', status: '404', headers: { 'Cache-Control': own } },
        { set: { expires: 'Fri, 20 Nov 2026 12:00:09 GMT', ...KEYED }, gone: ['cache-control'] },
      ] as const,
  ),
  [
    'beside what it varies with itself',
    { route: ROUTE.api, uri: '/api/x', headers: { 'Cache-Control': 'no-store', Vary: 'Origin, Authorization' } },
    { set: { vary: 'Origin, Authorization, x-tenant', 'cache-control': 'no-store' } },
  ],
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].flatMap((method) =>
    ['200', '201', '404', '503'].map(
      (status) =>
        [
          `${status} to ${method} is left alone`,
          { route: ROUTE.api, uri: '/api/x', method, status, headers: { 'Cache-Control': 'public, max-age=9' } },
          {},
        ] as const,
    ),
  ),
])

const VARIES = responseGroup('vary: accept for a path that takes image parameters', [
  ['beside what is there', { headers: { Vary: 'Origin' } }, { set: { ...PHOTO, vary: 'Origin, accept' } }],
  ['not twice', { headers: { Vary: 'Origin, ACCEPT' } }, { set: { ...PHOTO, vary: 'Origin, ACCEPT' } }],
  [
    'accept-encoding is another',
    { headers: { Vary: 'Accept-Encoding' } },
    { set: { ...PHOTO, vary: 'Accept-Encoding, accept' } },
  ],
  ['where everything varies it is in there', { headers: { Vary: '*' } }, { set: { ...PHOTO, vary: '*' } }],
  [
    'several lines',
    { headers: { Vary: ['Origin', 'Accept-Encoding'] } },
    { set: { ...PHOTO, vary: 'Origin, Accept-Encoding, accept' } },
  ],
  ['a path without an extension', { uri: '/a' }, { set: PHOTO }],
  [
    'not for another extension',
    { uri: '/a.svg', headers: { 'Content-Type': 'text/html' } },
    { set: { 'cache-control': PHOTO['cache-control'] } },
  ],
  [
    'not on a route without images',
    { route: ROUTE.builds, uri: '/builds/a.jpg' },
    { set: { 'cache-control': 'public, max-age=31536000' } },
  ],
  [
    'on another route with images',
    { route: ROUTE.thumbs, uri: '/thumbs/a.jpg' },
    { set: { 'cache-control': 'public, max-age=3600', ...VARY } },
  ],
  ['304', { status: '304' }, { set: PHOTO }],
])

const NEVER = responseGroup('on never routes header rules alone, whatever the status', [
  ...['200', '206', '304', '301', '403', '404', '500', '503'].map(
    (status) => [status, { status, route: ROUTE.drafts, uri: '/drafts/x', headers: AMAZON }, { gone }] as const,
  ),
  [
    'the origin keeps its Cache-Control',
    { route: ROUTE.drafts, uri: '/drafts/x', headers: { 'Cache-Control': 'public, max-age=5' } },
    {},
  ],
  [
    'version and variant are nothing',
    { route: ROUTE.drafts, uri: '/drafts/x.jpg', version: '1706400000', variant },
    {},
  ],
  ['an API', { status: '404', route: ROUTE.live, uri: '/api/live/x' }, {}],
])

export const originResponseTable: Table = {
  trigger: 'origin-response',
  groups: [WITHOUT_ROUTE, MISSING, ERRORS, ...cachingGroups, EXTENSION, IMAGE, HEADERS, API, VARIES, NEVER],
}
