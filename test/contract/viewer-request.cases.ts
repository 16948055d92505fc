/** behaviour.md, "viewer-request": all of it but the query, which has a file of its own. */
import type { Table } from './case.ts'
import type { ViewerInput } from './events.ts'
import { answered, keyed, passed, refused, untouched, type ViewerRow, viewerGroup } from './viewer-case.ts'
import { queryGroups } from './viewer-query.cases.ts'

const http = (input: ViewerInput = {}): ViewerInput => ({
  ...input,
  headers: { 'cloudfront-forwarded-proto': 'http', ...input.headers },
})

const to = (location: string, status = 301) => answered(status, { location })

/** A path that is already as it should be, or what becomes of it. */
const path = (name: string, uri: string, canonical = uri): ViewerRow => [name, { uri }, passed({ uri: canonical })]

const refuses = (name: string, uri: string): ViewerRow => [name, { uri }, refused]

const LIST = { allow: 'GET, HEAD, OPTIONS' }

const HTTPS = viewerGroup('1: HTTP is redirected to HTTPS', [
  ['GET: 301', http(), to('https://cdn.example.com/photo.jpg')],
  ['HEAD: 301', http({ method: 'HEAD' }), to('https://cdn.example.com/photo.jpg')],
  ['POST: 308, so that the method stays', http({ method: 'POST' }), to('https://cdn.example.com/photo.jpg', 308)],
  ['PUT: 308', http({ method: 'PUT', uri: '/drafts/a' }), to('https://cdn.example.com/drafts/a', 308)],
  ['OPTIONS: 308, before any preflight', http({ method: 'OPTIONS' }), to('https://cdn.example.com/photo.jpg', 308)],
  ['DELETE: 308', http({ method: 'DELETE', uri: '/api/x' }), to('https://cdn.example.com/api/x', 308)],
  ['HTTPS goes on', { headers: { 'cloudfront-forwarded-proto': 'https' } }, passed()],
  [
    'the query as received, parameters that a route would drop too',
    http({ query: 'w=600&utm_source=x' }),
    to('https://cdn.example.com/photo.jpg?w=600&utm_source=x'),
  ],
  [
    'the escapes of a query as they are',
    http({ query: 'a=%2f%C3%a9+b' }),
    to('https://cdn.example.com/photo.jpg?a=%2f%C3%a9+b'),
  ],
  [
    'every value of a repeated parameter, in order',
    http({ query: 'a=1&a=2&b=3&a=4' }),
    to('https://cdn.example.com/photo.jpg?a=1&a=2&a=4&b=3'),
  ],
  ['a parameter without a value', http({ query: 'acl' }), to('https://cdn.example.com/photo.jpg?acl=')],
  [
    'the path as received, on cached routes too',
    http({ uri: '/%7Ea/../b//c.jpg' }),
    to('https://cdn.example.com/%7Ea/../b//c.jpg'),
  ],
  [
    'a path too long to be escaped is refused',
    http({ uri: `/${'é'.repeat(512)}` }),
    answered(414, { 'cache-control': 'no-store' }),
  ],
  [
    'a query too long to be escaped, too',
    http({ query: `q=${'"'.repeat(512)}` }),
    answered(414, { 'cache-control': 'no-store' }),
  ],
  ['a path that would be refused', http({ uri: '/drafts%2Fa' }), to('https://cdn.example.com/drafts%2Fa')],
  [
    'no cookie and no header comes along',
    http({ cookies: { a: 'b' }, headers: { 'x-rimlight-route': '1' } }),
    to('https://cdn.example.com/photo.jpg'),
  ],
])

const HTTPS_HOST = viewerGroup('1: HOST is one of domains, else the first', [
  ['the second of our hosts', http({ headers: { host: 'img.example.com' } }), to('https://img.example.com/photo.jpg')],
  ['one of ours in capitals', http({ headers: { host: 'IMG.Example.COM' } }), to('https://img.example.com/photo.jpg')],
  ["a stranger's host", http({ headers: { host: 'evil.example.net' } }), to('https://cdn.example.com/photo.jpg')],
  [
    'a host that begins like ours',
    http({ headers: { host: 'cdn.example.com.evil.net' } }),
    to('https://cdn.example.com/photo.jpg'),
  ],
  [
    'a host that ends like ours',
    http({ headers: { host: 'evilcdn.example.com' } }),
    to('https://cdn.example.com/photo.jpg'),
  ],
  [
    'a port is not part of a domain',
    http({ headers: { host: 'img.example.com:8080' } }),
    to('https://cdn.example.com/photo.jpg'),
  ],
  [
    "CloudFront's own host",
    http({ headers: { host: 'd111111abcdef8.cloudfront.net' } }),
    to('https://cdn.example.com/photo.jpg'),
  ],
  ['an empty host', http({ headers: { host: '' } }), to('https://cdn.example.com/photo.jpg')],
  ['a trailing dot', http({ headers: { host: 'img.example.com.' } }), to('https://cdn.example.com/photo.jpg')],
  [
    'a host with a path in it',
    http({ headers: { host: 'img.example.com/@evil.net' } }),
    to('https://cdn.example.com/photo.jpg'),
  ],
  [
    "a path of two slashes does not name another's host",
    http({ uri: '//evil.net/a' }),
    to('https://cdn.example.com//evil.net/a'),
  ],
  ['nor does an @', http({ uri: '/@evil.net' }), to('https://cdn.example.com/@evil.net')],
])

const HTTPS_ESCAPES = viewerGroup('1: characters that a URL may not hold are escaped', [
  ['a space', http({ uri: '/a b.jpg' }), to('https://cdn.example.com/a%20b.jpg')],
  [
    'letters beyond ASCII, as UTF-8',
    http({ uri: '/é/日本.jpg' }),
    to('https://cdn.example.com/%C3%A9/%E6%97%A5%E6%9C%AC.jpg'),
  ],
  ['a character beyond the BMP', http({ uri: '/😀.jpg' }), to('https://cdn.example.com/%F0%9F%98%80.jpg')],
  [
    'line ends, which would end the header',
    http({ uri: '/a\r\nset-cookie:x=1' }),
    to('https://cdn.example.com/a%0D%0Aset-cookie:x=1'),
  ],
  [
    'quotes, backslash, angle brackets',
    http({ uri: '/"\\<>^`{|}' }),
    to('https://cdn.example.com/%22%5C%3C%3E%5E%60%7B%7C%7D'),
  ],
  ['brackets and #', http({ uri: '/[a]#b' }), to('https://cdn.example.com/%5Ba%5D%23b')],
  [
    'a ? in the path, which would begin a query',
    http({ uri: '/a?b=c', query: 'd=1' }),
    to('https://cdn.example.com/a%3Fb=c?d=1'),
  ],
  ['in the query', http({ query: 'a=b c"é' }), to('https://cdn.example.com/photo.jpg?a=b%20c%22%C3%A9')],
  ['line ends in the query', http({ query: 'a=\r\nx: y' }), to('https://cdn.example.com/photo.jpg?a=%0D%0Ax:%20y')],
  [
    'what may stand in a path stays',
    http({ uri: "/-._~!$&'()*+,;=:@" }),
    to("https://cdn.example.com/-._~!$&'()*+,;=:@"),
  ],
])

const RAW_QUERY = viewerGroup('1: the query from rawQueryString() where the runtime has it', [
  [
    'byte for byte, in its own order',
    http({ query: 'a=1&a=2&b=', rawQuery: 'a=1&b&a=2' }),
    to('https://cdn.example.com/photo.jpg?a=1&b&a=2'),
  ],
  ['a bare question mark', http({ rawQuery: '' }), to('https://cdn.example.com/photo.jpg?')],
  ['none', http({ rawQuery: null }), to('https://cdn.example.com/photo.jpg')],
  [
    'illegal characters are escaped',
    http({ query: 'a=b c', rawQuery: 'a=b c\n' }),
    to('https://cdn.example.com/photo.jpg?a=b%20c%0A'),
  ],
  ['it decides nothing over HTTPS', { query: 'w=640', rawQuery: 'w=100' }, passed({ query: 'w=640' })],
])

const ROUTES = viewerGroup('2: the first route whose pattern matches decides', [
  ['an earlier route before a later one that matches too', { uri: '/api/live/1', query: 'x=1' }, untouched()],
  ['the next where the first does not match', { uri: '/api/liver/1', query: 'x=1&page=2' }, keyed('page=2')],
  ['a folder pattern takes the folder itself', { uri: '/thumbs/', query: 'w=90' }, keyed('w=100')],
  ['but not its name without a slash', { uri: '/thumbs', query: 'w=90' }, keyed('w=96')],
  ['case counts', { uri: '/Thumbs/a.jpg', query: 'w=90' }, keyed('w=96')],
  ['* takes slashes', { uri: '/thumbs/a/b/c.jpg', query: 'w=90' }, keyed('w=100')],
  ['a pattern that begins with *', { uri: '/site/a.css', query: 'w=90&v=1' }, keyed('v=1')],
  ['even the first slash is taken by it', { uri: '/.css', query: 'w=90&v=1' }, keyed('v=1')],
  ['a pattern is anchored at its end', { uri: '/site/a.css.jpg', query: 'w=90' }, keyed('w=96')],
  ['an earlier pattern wins over *.css', { uri: '/thumbs/a.css', query: 'v=1' }, keyed('v=1')],
  ['? takes one character', { uri: '/u/42/avatar-1.png', query: 'w=90&v=2' }, keyed('v=2')],
  ['not none', { uri: '/u/42/avatar-.png', query: 'w=90' }, keyed('w=96')],
  ['not two', { uri: '/u/42/avatar-12.png', query: 'w=90' }, keyed('w=96')],
  ['a slash as well', { uri: '/u/42/avatar-/.png', query: 'w=90' }, keyed('')],
  ['* in the middle, across folders', { uri: '/u/a/b/avatar-x.png', query: 'w=90' }, keyed('')],
  ['the middle may be tried more than once', { uri: '/u/1/avatar-12.png/avatar-3.png', query: 'w=90' }, keyed('')],
  ['names of the pattern language mean nothing in a path', { uri: '/u/*/avatar-*.png', query: 'w=90' }, keyed('')],
  ['a dot in a pattern is a dot', { uri: '/u/1/avatar-1xpng', query: 'w=90' }, keyed('w=96')],
])

const READINGS = viewerGroup('2: a path that reads as two routes is refused', [
  refuses('an encoded slash makes another folder', '/drafts%2Fa.json'),
  refuses('in lower case', '/drafts%2fa.json'),
  refuses('an encoded letter', '/%64rafts/a.json'),
  refuses('all letters encoded', '/%64%72%61%66%74%73/a.json'),
  refuses('an encoded slash that would leave a route', '/x%2F..%2Fdrafts/a.json'),
  refuses('dot segments', '/x/../drafts/a.json'),
  refuses('dot segments out of a route', '/drafts/../a.json'),
  refuses('a dot segment inside', '/./drafts/a.json'),
  refuses('encoded dot segments', '/x/%2e%2e/drafts/a.json'),
  refuses('half encoded ones', '/x/.%2E/drafts/a.json'),
  refuses('more dot segments than folders', '/../../drafts/a.json'),
  refuses('repeated slashes', '//drafts/a.json'),
  refuses('many of them', '/////drafts/a.json'),
  refuses('repeated slashes inside', '/api//live/a'),
  refuses('an encoded repeated slash', '/%2Fdrafts/a.json'),
  refuses('slashes and dots together', '//x//..//drafts/a.json'),
  refuses('an empty segment that one reading resolves and the other keeps', '/x//../drafts/a.json'),
  refuses('the canonical form is on another route than the merged one', '/drafts//../x'),
  refuses('an encoded letter in a pattern in the middle', '/u/1/%61vatar-1.png'),
  refuses('an encoded dot of an extension', '/site/a%2Ecss'),
  refuses('an encoded slash in the place of ?', '/u/1/avatar-%2F.png'),
  refuses('an encoded percent sign in the place of ?', '/u/1/avatar-%25.png'),
  refuses('a raw character in the place of ? that becomes three', '/u/1/avatar- .png'),
  refuses('the canonical form still reads as two', '//drafts//../'),
  refuses('a dot segment at the end, out of a route', '/drafts/..'),
  refuses('into the folder of a route from above', '/drafts/x/../..'),
])

const ONE_READING = viewerGroup('2: a path with several readings but one route goes on', [
  path('an encoded slash inside a folder', '/thumbs/a%2Fb.jpg'),
  path('an encoded space', '/thumbs/a%20b.jpg'),
  path('dot segments inside a folder', '/thumbs/a/../b.jpg', '/thumbs/b.jpg'),
  path('repeated slashes inside a folder', '/thumbs//a.jpg'),
  path('an encoded letter that decides nothing', '/thumbs/%61.jpg', '/thumbs/a.jpg'),
  path('a doubly encoded slash is no slash', '/drafts%252Fa.json'),
  path('a doubly encoded dot segment is none', '/thumbs/%252e%252e/a.jpg'),
  ['on a never route it goes on as received', { uri: '/drafts/a%2Fb/./c', query: 'x' }, untouched()],
  ['on an API route it goes on as received', { uri: '/api/a%2fb//%7e/./c' }, passed()],
  path('the default route, whatever the reading', '/x%2Fy//z/./w.jpg', '/x%2Fy//z/w.jpg'),
])

const MALFORMED = viewerGroup('2: control characters and broken escapes are refused', [
  refuses('an escaped NUL', '/a%00.jpg'),
  refuses('a raw NUL', '/a\u0000.jpg'),
  refuses('an escaped line feed', '/a%0A.jpg'),
  refuses('an escaped carriage return, lower case', '/a%0d.jpg'),
  refuses('a raw tab', '/a\t.jpg'),
  refuses('an escaped unit separator, the last below space', '/a%1f.jpg'),
  refuses('a raw one', '/a\u001f.jpg'),
  refuses('an escaped DEL', '/a%7F.jpg'),
  refuses('in lower case too', '/a%7f.jpg'),
  refuses('a raw DEL', '/a\u007f.jpg'),
  refuses('a line feed at the very end', '/thumbs/a.jpg\n'),
  refuses('a percent sign alone', '/a%.jpg'),
  refuses('at the end', '/a%'),
  refuses('one digit', '/a%2'),
  refuses('no hex digits', '/a%zz.jpg'),
  refuses('one hex digit and one letter', '/a%2g.jpg'),
  refuses('a percent sign before an escape', '/a%%20.jpg'),
  refuses('on a never route', '/drafts/a%00'),
  refuses('on an API route', '/api/%0d%0ax'),
  ['HTTP is redirected first', http({ uri: '/a%00' }), to('https://cdn.example.com/a%00')],
])

const METHODS = viewerGroup('3: methods on a cached S3 route', [
  ['GET passes', {}, passed()],
  ['HEAD passes', { method: 'HEAD' }, passed()],
  ...['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'get'].map(
    (method): ViewerRow => [`${method}: 405`, { method }, answered(405, { 'cache-control': 'no-store', ...LIST })],
  ),
  ['OPTIONS on a route without cors', { method: 'OPTIONS', uri: '/vault/a' }, answered(204, LIST)],
  ['an ambiguous path is refused before its method', { method: 'POST', uri: '//drafts/a' }, refused],
  ...(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const).flatMap((method): ViewerRow[] => [
    [`${method} passes on an API route`, { method, uri: '/api/x' }, passed()],
    [`${method} passes on a never route`, { method, uri: '/drafts/x', cookies: { a: 'b' } }, untouched()],
  ]),
])

const ALLOWED = { 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': '*' }
const preflight = (uri: string, origin?: string): ViewerInput => ({
  method: 'OPTIONS',
  uri,
  headers: { 'access-control-request-method': 'GET', ...(origin === undefined ? {} : { origin }) },
})

const CORS = viewerGroup("3: OPTIONS is answered with the headers of the route's cors", [
  [
    'any origin',
    preflight('/a.jpg', 'https://x.example.net'),
    answered(204, { ...LIST, 'access-control-allow-origin': '*', ...ALLOWED }),
  ],
  [
    'without an origin',
    preflight('/a.jpg'),
    answered(204, { ...LIST, 'access-control-allow-origin': '*', ...ALLOWED }),
  ],
  [
    'a listed origin',
    preflight('/thumbs/a.jpg', 'https://shop.example.com'),
    answered(204, {
      ...LIST,
      ...ALLOWED,
      vary: 'origin',
      'access-control-allow-origin': 'https://shop.example.com',
      'access-control-max-age': '3600',
    }),
  ],
  [
    'a stranger is told nothing',
    preflight('/thumbs/a.jpg', 'https://evil.example.net'),
    answered(204, { ...LIST, vary: 'origin' }),
  ],
  [
    'nor is a listed host under another scheme',
    preflight('/thumbs/a.jpg', 'http://shop.example.com'),
    answered(204, { ...LIST, vary: 'origin' }),
  ],
  [
    'nor one that begins like a listed one',
    preflight('/thumbs/a.jpg', 'https://shop.example.com.evil.net'),
    answered(204, { ...LIST, vary: 'origin' }),
  ],
  ['nor null', preflight('/thumbs/a.jpg', 'null'), answered(204, { ...LIST, vary: 'origin' })],
])

const PATHS = viewerGroup('4: the path of a cached S3 route is canonical (RFC 3986, 6.2.2)', [
  path('as it is where nothing is to be done', "/a/b-c_d.e~f/!$&'()*+,;=:@.jpg"),
  path('escapes in upper case', '/%c3%a9.jpg', '/%C3%A9.jpg'),
  path('escaped unreserved characters decoded', '/%41%7e%2D%5f%30.jpg', '/A~-_0.jpg'),
  path(
    'escaped reserved characters stay',
    '/%21%24%26%27%28%29%2a%2B%2C%3b%3D%3a%40.jpg',
    '/%21%24%26%27%28%29%2A%2B%2C%3B%3D%3A%40.jpg',
  ),
  path('a plus sign is no space', '/a+b.jpg'),
  // PCRE takes the Kelvin sign for a k and the long s for an s, where case does not matter.
  path('letters whose other case is ASCII', '/\u212a\u017f.jpg', '/%E2%84%AA%C5%BF.jpg'),
  path('letters beyond ASCII as UTF-8', '/é/日本.jpg', '/%C3%A9/%E6%97%A5%E6%9C%AC.jpg'),
  path('beyond the BMP', '/a😀.jpg', '/a%F0%9F%98%80.jpg'),
  path('spaces', '/a b.jpg', '/a%20b.jpg'),
  path(
    'quotes, backslash, brackets and the rest',
    '/"\\<>[]^`{|}#?.jpg',
    '/%22%5C%3C%3E%5B%5D%5E%60%7B%7C%7D%23%3F.jpg',
  ),
  path('raw beside escaped', '/é%c3%a9.jpg', '/%C3%A9%C3%A9.jpg'),
  path('%2F stays', '/a%2Fb.jpg'),
  path('%2f in upper case', '/a%2fb.jpg', '/a%2Fb.jpg'),
  path('%5C stays', '/a%5cb.jpg', '/a%5Cb.jpg'),
  ['bytes that are no UTF-8, which no key has', { uri: '/%ff%FE.jpg' }, refused],
  path('a doubly escaped character is not decoded twice', '/%2541.jpg'),
  path('. removed', '/a/./b.jpg', '/a/b.jpg'),
  path('.. removed with the segment before', '/a/b/../c.jpg', '/a/c.jpg'),
  path('encoded dot segments', '/a/%2e%2E/b/%2e/c.jpg', '/b/c.jpg'),
  path('more .. than segments', '/../../a.jpg', '/a.jpg'),
  path('. at the end leaves a folder', '/a/.', '/a/'),
  path('.. at the end leaves a folder', '/a/b/..', '/a/'),
  path('three dots are a name', '/a/.../b.jpg'),
  path('a name that begins with dots', '/a/..b/.c.jpg'),
  path('a name that ends with dots', '/a../b./c.jpg'),
  path('repeated slashes stay', '/a//b///c.jpg'),
  path('a repeated slash at the end stays', '/a//'),
  path('.. after a repeated slash takes the empty segment', '/a//../b.jpg', '/a/b.jpg'),
  path(
    '32 characters, not all ASCII, with an escape at the end',
    `/é${'x'.repeat(27)}%73`,
    `/%C3%A9${'x'.repeat(27)}s`,
  ),
  path('the root', '/'),
  path('a key of 1,024 bytes, all of them escaped', `/${encodeURIComponent('я'.repeat(512))}`),
  ['a key of more, most of them escaped', { uri: `/${encodeURIComponent('я'.repeat(511))}aaa` }, refused],
  ['a key of 1,024 bytes, none of them escaped', { uri: `/${'a'.repeat(1_024)}` }, passed()],
  ['a key of more, none of them escaped', { uri: `/${'a'.repeat(1_025)}` }, refused],
  ['on an API route as received', { uri: '/api/%7e/é/a b/./x' }, passed()],
  ['on a never route as received', { uri: '/drafts/%7e/é/./"x"', query: 'a=1' }, untouched()],
])

const INTERNAL = ['x-rimlight-route', 'x-rimlight-version', 'x-rimlight-variant']
const internal = Object.fromEntries(INTERNAL.map((name) => [name, '1']))
const ranged = { range: 'bytes=0-99', 'if-range': '"x"' }

const HEADERS = viewerGroup('6: headers', [
  ["a client's internal headers are removed", { headers: internal }, passed({ gone: INTERNAL })],
  ['from API routes too', { uri: '/api/x', headers: internal }, passed({ gone: INTERNAL })],
  ['from never routes too', { uri: '/drafts/x', headers: internal }, untouched(...INTERNAL)],
  [
    'dropRequest',
    { headers: { 'x-forwarded-host': 'e', 'x-original-url': '/' } },
    passed({ gone: ['x-forwarded-host', 'x-original-url'] }),
  ],
  [
    'dropRequest where a header repeats',
    { headers: { 'x-original-url': ['/a', '/b'] } },
    passed({ gone: ['x-original-url'] }),
  ],
  [
    'dropRequest on never routes',
    { uri: '/drafts/x', headers: { 'x-original-url': '/' } },
    untouched('x-original-url'),
  ],
  ['cookies are removed on cached S3 routes', { cookies: { session: '1', b: ['2', '3'] } }, passed()],
  ['and on cached API routes', { uri: '/api/x', cookies: { session: '1' } }, passed()],
  ['cookies stay on never routes', { uri: '/drafts/x', cookies: { session: '1', b: ['2', '3'] } }, untouched()],
  [
    'every other header stays, repeated ones with all lines',
    { headers: { authorization: 'Bearer x', 'x-a': ['1', '2'], 'accept-encoding': 'br' } },
    passed(),
  ],
  ['range stays where the original is asked for', { headers: ranged }, passed()],
  [
    'range goes with a width',
    { query: 'w=640', headers: ranged },
    passed({ query: 'w=640', gone: Object.keys(ranged) }),
  ],
  ['with a height', { query: 'h=640', headers: ranged }, passed({ query: 'h=640', gone: Object.keys(ranged) })],
  ['with a quality', { query: 'q=50', headers: ranged }, passed({ query: 'q=50', gone: Object.keys(ranged) })],
  ['with a format', { query: 'fm=png', headers: ranged }, passed({ query: 'fm=png', gone: Object.keys(ranged) })],
  [
    'with a negotiated format',
    { headers: { ...ranged, accept: 'image/webp' } },
    passed({ query: 'fm=webp', gone: Object.keys(ranged) }),
  ],
  ['range stays where the default quality is asked for', { query: 'q=80', headers: ranged }, passed()],
  ['range stays with a version alone', { query: 'v=1', headers: ranged }, passed({ query: 'v=1' })],
  [
    'range stays on an API route with a w of its own',
    { uri: '/api/x', query: 'w=1', headers: ranged },
    passed({ query: 'w=1' }),
  ],
  [
    'read-only headers stay',
    {
      query: 'w=640',
      headers: { via: '1.1 x', 'cdn-loop': 'x', 'content-length': '0', 'transfer-encoding': 'chunked' },
    },
    keyed('w=640'),
  ],
])

export const viewerRequestTable: Table = {
  trigger: 'viewer-request',
  groups: [
    HTTPS,
    HTTPS_HOST,
    HTTPS_ESCAPES,
    RAW_QUERY,
    ROUTES,
    READINGS,
    ONE_READING,
    MALFORMED,
    METHODS,
    CORS,
    PATHS,
    ...queryGroups,
    HEADERS,
  ],
}
