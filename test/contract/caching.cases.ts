/** behaviour.md, "origin-response", 3: the cache rule and its verdicts. */
import { ROUTE } from './config.ts'
import type { ResponseInput } from './events.ts'
import { NO_VALIDATORS, NOW, PHOTO, type ResponseRow, responseGroup } from './response-case.ts'

const YEAR = 'public, max-age=31536000, immutable'
const DAY = 86_400_000
const MINUTE = 60_000

/** On the default route: the object's headers in, `Cache-Control` out; the validators stay. */
const cached = (name: string, input: ResponseInput, cacheControl: string, now = NOW): ResponseRow => [
  name,
  input,
  { set: { ...PHOTO, 'cache-control': cacheControl }, ...metaGone(input) },
  now,
]

const verified = (name: string, input: ResponseInput, now = NOW) => cached(name, input, YEAR, now)
const unknown = (name: string, input: ResponseInput, now = NOW) => cached(name, input, PHOTO['cache-control'], now)
const unsettled = (name: string, input: ResponseInput, now = NOW): ResponseRow => [
  name,
  input,
  {
    set: { ...PHOTO, 'cache-control': 'public, max-age=30', 'x-rimlight-verdict': 'unsettled' },
    gone: [...NO_VALIDATORS, ...(metaGone(input).gone ?? [])],
  },
  now,
]

/** `x-amz-meta-*` goes by the header rules. */
const metaGone = ({ headers = {} }: ResponseInput) => {
  const gone = Object.keys(headers).filter((name) => name.startsWith('x-amz-meta-'))
  return gone.length > 0 ? { gone } : {}
}

const saying = (cacheControl: string | readonly string[]): ResponseInput => ({
  headers: { 'Cache-Control': cacheControl },
})

const UNVERSIONED = responseGroup('3: without a version', [
  cached("the origin's Cache-Control", saying('public, max-age=31536000, immutable'), YEAR),
  cached('even no-cache in a list', saying('max-age=5, no-cache'), 'max-age=5, no-cache'),
  cached('several lines stay several', saying(['public', 'max-age=7']), 'public; max-age=7'),
  cached("else the route's default", {}, 'public, max-age=86400'),
  cached('an empty one is none', saying(''), 'public, max-age=86400'),
  cached('304', { status: '304' }, 'public, max-age=86400'),
  cached('206', { status: '206' }, 'public, max-age=86400'),
  cached('HEAD', { method: 'HEAD' }, 'public, max-age=86400'),
  cached(
    'an Expires without a Cache-Control is a lifetime too',
    { headers: { Expires: 'Fri, 20 Nov 2026 12:02:00 GMT' } },
    'public, max-age=120',
  ),
  cached('which has passed', { headers: { Expires: 'Fri, 20 Nov 2026 11:00:00 GMT' } }, 'public, max-age=0'),
  cached('a lifetime below 0, which is none: stale', saying('max-age=-1'), 'max-age=0'),
  cached(
    'an Expires with a year of two digits',
    { headers: { Expires: 'Friday, 20-Nov-26 12:02:00 GMT' } },
    'public, max-age=120',
  ),
  cached('one of asctime', { headers: { Expires: 'Fri Nov 20 12:02:00 2026' } }, 'public, max-age=120'),
  cached('no other date', { headers: { Expires: '2026-11-20T12:02:00Z' } }, 'public, max-age=0'),
  cached('or is no date', { headers: { Expires: '0' } }, 'public, max-age=0'),
])

const PRIVATE = responseGroup("3: an origin's private, no-store or no-cache always stands", [
  ...[
    'private',
    'no-store',
    'no-cache',
    'PRIVATE',
    'max-age=60, Private',
    'no-cache="set-cookie"',
    'private="a, b", max-age=9',
    'max-age=5,no-store,',
  ].map((value) =>
    cached(`'${value}' with a verified version`, { ...saying(value), version: 'd41d8cd98f00b204' }, value),
  ),
  cached(
    'with an unknown version',
    { ...saying('private, max-age=31536000'), version: 'x' },
    'private, max-age=31536000',
  ),
  cached('in a second line', { ...saying(['public', 'no-store']), version: 'd41d8cd98f00b204' }, 'public; no-store'),
  verified('a name inside another is not it', { ...saying('max-age=60, x-private=1'), version: 'd41d8cd98f00b204' }),
  verified('a name inside a quoted value is not it', {
    ...saying('ext="a, no-store, b"'),
    version: 'd41d8cd98f00b204',
  }),
])

const CAPPED = responseGroup("3: unknown: the origin's lifetime, capped at default, never immutable", [
  cached('the default where it says nothing', { version: 'x' }, 'public, max-age=86400'),
  cached('a shorter lifetime stays', { ...saying('public, max-age=60'), version: 'x' }, 'public, max-age=60'),
  cached('as long as the default stays', { ...saying('public, max-age=86400'), version: 'x' }, 'public, max-age=86400'),
  cached('a second more is capped', { ...saying('public, max-age=86401'), version: 'x' }, 'public, max-age=86400'),
  cached(
    'a year and immutable',
    { ...saying('public, max-age=31536000, immutable'), version: 'x' },
    'public, max-age=86400',
  ),
  cached('immutable in capitals', { ...saying('Immutable, max-age=5'), version: 'x' }, 'max-age=5'),
  cached(
    's-maxage as well',
    { ...saying('max-age=60, s-maxage=31536000'), version: 'x' },
    'max-age=60, s-maxage=86400',
  ),
  cached('a quoted lifetime can not be read: stale', { ...saying('max-age="31536000"'), version: 'x' }, 'max-age=0'),
  cached('nor can one below 0', { ...saying('max-age=-1'), version: 'x' }, 'max-age=0'),
  cached('nor can a word', { ...saying('public, max-age=abc'), version: 'x' }, 'public, max-age=0'),
  cached('names in capitals', { ...saying('Max-Age=31536000'), version: 'x' }, 'max-age=86400'),
  cached(
    'directives without a lifetime get one',
    { ...saying('public, must-revalidate'), version: 'x' },
    'public, must-revalidate, max-age=86400',
  ),
  cached(
    'stale lifetimes as well',
    { ...saying('max-age=5, stale-while-revalidate=31536000'), version: 'x' },
    'max-age=5, stale-while-revalidate=86400',
  ),
  cached(
    'Expires, nearer than the default',
    { version: 'x', headers: { Expires: 'Fri, 20 Nov 2026 12:02:00 GMT' } },
    'public, max-age=120',
  ),
  cached(
    'Expires, further than the default',
    { version: 'x', headers: { Expires: 'Sat, 20 Nov 2027 12:00:00 GMT' } },
    'public, max-age=86400',
  ),
  [
    "another route's default",
    { ...saying('public, max-age=7200'), version: 'x', route: ROUTE.thumbs, uri: '/thumbs/a.jpg' },
    { set: { ...PHOTO, 'cache-control': 'public, max-age=3600' } },
  ],
])

/** `Last-Modified` of the object in `OBJECT`, and a time long after. */
const UPLOADED = Date.parse('2026-11-18T12:00:00Z')
const SETTLE = 10 * MINUTE
const stamped = (milliseconds: number): ResponseInput => ({ version: `${milliseconds}` })
const uploaded = (milliseconds: number | null, version: string): ResponseInput => ({
  version,
  headers: { 'Last-Modified': milliseconds === null ? null : new Date(milliseconds).toUTCString() },
})

const TIMESTAMP = responseGroup('3: a timestamp', [
  verified('in milliseconds, of the upload itself', stamped(UPLOADED)),
  verified('in seconds', stamped(UPLOADED / 1000)),
  verified('older than the upload by as much as settle', stamped(UPLOADED - SETTLE)),
  unknown('a millisecond older: an old link to new bytes', stamped(UPLOADED - SETTLE - 1)),
  unknown('in seconds, older', stamped(UPLOADED / 1000 - 601)),
  unknown('without Last-Modified', uploaded(null, `${UPLOADED}`)),
  unknown('with a Last-Modified that is no date', {
    version: `${UPLOADED}`,
    headers: { 'Last-Modified': 'yesterday' },
  }),
  verified('later than the upload, but long ago: it has settled', stamped(UPLOADED + DAY)),
  unsettled('later than the upload and as young as a millisecond less than settle', stamped(NOW - SETTLE + 1)),
  verified('as old as settle', stamped(NOW - SETTLE)),
  unsettled('just stamped, the upload on its way', stamped(NOW)),
  unsettled('just stamped, in seconds', stamped(NOW / 1000)),
  unsettled('stamped by a clock ahead of ours', stamped(NOW + MINUTE)),
  verified('young, and 2 s later than the upload', uploaded(NOW - 5_000, `${NOW - 3_000}`)),
  unsettled('a millisecond more than 2 s', uploaded(NOW - 5_000, `${NOW - 2_999}`)),
  verified('young, and older than the upload', uploaded(NOW - 5_000, `${NOW - 9_000}`)),
  unsettled('a day from now', stamped(NOW + DAY)),
  unknown('a millisecond more than a day from now is no timestamp', stamped(NOW + DAY + 1)),
  verified('September 2001', uploaded(1_000_000_000_000, '1000000000000')),
  verified('in seconds, September 2001', uploaded(1_000_000_000_000, '1000000000')),
  unknown('a millisecond before is no timestamp', uploaded(999_999_999_999, '0999999999999')),
  unknown('11 digits are none', { version: '17064000000' }),
  unknown('9 digits are none', { version: '170640000' }),
  verified('time goes on: what was unsettled is verified later', stamped(NOW), NOW + SETTLE),
  unsettled('and a millisecond before that it is not', stamped(NOW), NOW + SETTLE - 1),
  [
    'a route with a settle of its own',
    { ...stamped(NOW - MINUTE), route: ROUTE.builds, uri: '/builds/a.js' },
    { set: { 'cache-control': YEAR } },
  ],
  [
    'a millisecond younger',
    { ...stamped(NOW - MINUTE + 1), route: ROUTE.builds, uri: '/builds/a.js' },
    { set: { 'cache-control': 'public, max-age=30', 'x-rimlight-verdict': 'unsettled' }, gone: NO_VALIDATORS },
  ],
  unknown("the object's own version is not asked", {
    ...uploaded(null, '1706400000'),
    headers: { 'Last-Modified': null, 'x-amz-meta-version': '1706400000' },
  }),
  verified('on a 304', { ...stamped(UPLOADED), status: '304' }),
  unsettled('on a 304 too: no year by way of a revalidation', { ...stamped(NOW), status: '304' }),
  verified('on a 206', { ...stamped(UPLOADED), status: '206' }),
  verified('on HEAD', { ...stamped(UPLOADED), method: 'HEAD' }),
  verified("over the origin's own lifetime", { ...stamped(UPLOADED), ...saying('public, max-age=5') }),
  unsettled("the stopgap over the origin's own lifetime", { ...stamped(NOW), ...saying('public, max-age=31536000') }),
])

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e'
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const meta = (version: string, headers: Record<string, string>): ResponseInput => ({ version, headers })

const CONTENT = responseGroup('3: any other version', [
  verified('equals x-amz-meta-version', meta('1.4.2', { 'x-amz-meta-version': '1.4.2' })),
  verified('however short', meta('7', { 'x-amz-meta-version': '7' })),
  unsettled('differs from x-amz-meta-version', meta('1.4.3', { 'x-amz-meta-version': '1.4.2' })),
  unsettled('differs in case', meta('RC1', { 'x-amz-meta-version': 'rc1' })),
  unsettled('only begins like it', meta('1.4', { 'x-amz-meta-version': '1.4.2' })),
  verified('the hex ETag', { version: MD5 }),
  verified('its first 8 characters', { version: MD5.slice(0, 8) }),
  unknown('its first 7 characters', { version: MD5.slice(0, 7) }),
  verified('in capitals', { version: MD5.slice(0, 12).toUpperCase() }),
  unknown('8 characters from its middle', { version: MD5.slice(1, 9) }),
  unknown('more than the ETag', { version: `${MD5}0` }),
  verified('the ETag of a multipart upload', meta(`${MD5}-12`, { ETag: `"${MD5}-12"` })),
  verified('a prefix of one', meta(MD5.slice(0, 20), { ETag: `"${MD5}-12"` })),
  unknown('an ETag that is not hex', meta('abcdefgh', { ETag: '"abcdefghijklmnop"' })),
  unknown('a weak ETag', meta(MD5.slice(0, 8), { ETag: `W/"${MD5}"` })),
  ['without an ETag', { version: MD5, headers: { ETag: null } }, { set: PHOTO }],
  verified('the ETag, although x-amz-meta-version differs', meta(MD5, { 'x-amz-meta-version': '2' })),
  verified('x-amz-meta-sha256', meta(SHA256, { 'x-amz-meta-sha256': SHA256 })),
  verified('its first 8 characters as well', meta(SHA256.slice(0, 8), { 'x-amz-meta-sha256': SHA256 })),
  unknown('its first 7 characters are too few', meta(SHA256.slice(0, 7), { 'x-amz-meta-sha256': SHA256 })),
  verified('in capitals on the object', meta(SHA256, { 'x-amz-meta-sha256': SHA256.toUpperCase() })),
  unsettled('64 hex characters that differ from it', meta('0'.repeat(64), { 'x-amz-meta-sha256': SHA256 })),
  unknown('63 that differ', meta('0'.repeat(63), { 'x-amz-meta-sha256': SHA256 })),
  unknown('64 that are not hex', meta('x'.repeat(64), { 'x-amz-meta-sha256': SHA256 })),
  unknown('64 hex characters and no x-amz-meta-sha256', { version: '0'.repeat(64) }),
  unknown('nothing to hold it against', { version: 'release-7' }),
])

const api = (name: string, input: ResponseInput, cacheControl: string): ResponseRow => [
  name,
  { route: ROUTE.open, uri: '/open/x', ...input },
  { set: { 'cache-control': cacheControl, vary: 'accept-language' } },
]

const API = responseGroup('3: API origins are always unknown', [
  api('the default', {}, 'max-age=60'),
  api("the origin's own, shorter", saying('public, max-age=5'), 'public, max-age=5'),
  api(
    'a timestamp is not believed',
    { ...stamped(UPLOADED), ...saying('public, max-age=31536000, immutable') },
    'public, max-age=60',
  ),
  api('nor is a hash', { version: MD5 }, 'max-age=60'),
  api('private stands', saying('private, max-age=900'), 'private, max-age=900'),
])

export const cachingGroups = [UNVERSIONED, PRIVATE, CAPPED, TIMESTAMP, CONTENT, API]
