/** Requests that cost the function more than others, as far as CloudFront lets them in: URLs of 8,192 bytes, 32 KB in all. */
import type { CostSubject } from '../../local/host/functions/njs-cost.ts'
import { queryFields } from '../contract/events.ts'
import { NOW, part, token } from '../contract/tokens.ts'
import { viewerEvent } from './fixtures.ts'

export type WorstRequest = {
  uri: string
  query?: string
  headers?: Record<string, string>
  cookies?: Record<string, string>
  method?: string
}

/** What opens all private routes of `worst-sites.ts`. */
export const CLAIMS = {
  iss: 'https://login.example.com',
  aud: 'cdn',
  exp: NOW + 86_400,
  scope: 'read',
  tier: 2,
  paths: ['/'],
}

const repeated = (pieces: readonly string[], length: number): string => {
  let text = ''
  for (let i = 0; text.length + (pieces[i % pieces.length] as string).length <= length; i += 1) {
    text += pieces[i % pieces.length]
  }
  return text
}

/** Every escape of a byte that is no control character, in all its spellings. */
export const ESCAPES = Array.from({ length: 224 }, (_, i) => (i + 32).toString(16))
  .filter((hex) => hex !== '7f')
  .flatMap((hex) => [
    ...new Set([hex, hex.toUpperCase(), `${hex[0]?.toUpperCase()}${hex[1]}`, `${hex[0]}${hex[1]?.toUpperCase()}`]),
  ])
  .map((hex) => `%${hex}`)

const CYRILLIC = encodeURIComponent('я'.repeat(512))
const CHINESE = encodeURIComponent(
  Array.from({ length: 341 }, (_, i) => String.fromCharCode(0x4e00 + 7 * i)).join(''),
).toLowerCase()

const NAMES = ['w', 'max-w', 'h', 'max-h', 'dpr', 'ar', 'fit', 'rect', 'crop', 'q', 'fm', 'fp-x', 'fp-y', 'v']
const tenOfEach = (value: string): string =>
  NAMES.flatMap((name) => Array(10).fill(`${name}=${value}`))
    .join('&')
    .slice(0, 8_000)
const LONG = `/search/${CYRILLIC.slice(0, 3_060).toLowerCase()}`
const SHORT = `/search/${CYRILLIC.slice(0, 750).toLowerCase()}%20.x`
const MANY_READINGS = '//x/%2e%2e/%2F%2e/%41%c3%a9'
const manyNames = Array.from({ length: 2_000 }, (_, i) => i.toString(36)).join('&')
const HTTP = { 'cloudfront-forwarded-proto': 'http' }

const bearing = (text: string) => ({ authorization: `Bearer ${text}` })
/** With this header, and a signature that is none. */
const forged = (header: string) => bearing(`${part(header)}.${part(CLAIMS)}.${'A'.repeat(43)}`)
/** Begins as claims do and is no JSON, which is told at its end. */
const BROKEN = `{"exp":${NOW + 86_400}`
const BROKEN_LATE = `{"x":[${Array(190).fill('1').join()}],"y":"${'x'.repeat(2_300)}"`
/** An object that an engine makes an error of where it takes it for a text or a number. */
const NO_TEXT = '{"toString":1,"valueOf":1}'
const withClaims = (claims: string) =>
  bearing(`${part({ alg: 'HS256', typ: 'JWT', kid: 'a' })}.${part(claims)}.${'A'.repeat(43)}`)
const COOKIES = (name: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i.toString(36)}`, '1']))
const pathsOf = (count: number, path: string) => Array.from({ length: count }, (_, i) => `${path}${i.toString(36)}`)
const withPaths = (paths: readonly string[]) => bearing(token({ ...CLAIMS, paths }))
const UNUSUAL_PATHS = pathsOf(130, '/%C3%A9/')
/** Claims with something before `exp` and the rest. */
const claimsText = (text: string) => bearing(token(`{${text},${JSON.stringify(CLAIMS).slice(1)}`))
const PRETTY = pathsOf(190, 'c')
  .map((name) => `"${name}" : "1"`)
  .join()
const NESTED = `"x":{"y":[${Array(150).fill('"a"').join()}],"z":[${Array(60).fill('{}').join()}]}`
/** One of the costliest that goes on. */
const COSTLY = `/search/${CYRILLIC.slice(0, 3_060).toLowerCase()}`

/** By what they are; each was, or is, the worst of its kind. */
export const WORST: Readonly<Record<string, WorstRequest>> = {
  'a photo': { uri: '/albums/2026/summer/photo-0123.jpg', query: 'ref=home&v=1706400000&w=600&q=75&auto=format' },
  'a key of 1,024 bytes in Cyrillic, escaped': { uri: `/${CYRILLIC}` },
  'the same in lower case': { uri: `/${CYRILLIC.toLowerCase()}` },
  'a key in Chinese, in lower case': { uri: `/${CHINESE}` },
  'the same with a delimiter': { uri: `/${CHINESE.slice(9)}%2f` },
  'a key in emoji, raw': { uri: `/${'😀'.repeat(256)}` },
  '%41 × 2,728': { uri: `/${'%41'.repeat(2_728)}` },
  '%41 × 320': { uri: `/${'%41'.repeat(320)}` },
  'é × 4,093, raw': { uri: `/${'é'.repeat(4_093)}` },
  'é × 3,000, raw': { uri: `/search/${'é'.repeat(3_000)}` },
  'é × 512, raw': { uri: `/${'é'.repeat(512)}` },
  'every spelling of every byte': { uri: `/${repeated(ESCAPES, 3_070)}` },
  'escapes, all different': {
    uri: `/search/${ESCAPES.slice(0, 380)
      .map((spelt, i) => `${spelt}${i}`)
      .join('')
      .slice(0, 2_400)}`,
  },
  'quotes that become more than a URL holds': { uri: `/${'"'.repeat(2_731)}.jpg` },
  quotes: { uri: `/${'"'.repeat(1_000)}.jpg` },
  'a broken escape': { uri: '/%zz' },
  'bytes that are no UTF-8': { uri: `/search/${'%e9'.repeat(1_000)}` },
  slashes: { uri: `/${'/'.repeat(8_190)}` },
  'slashes, 127': { uri: `/search/%20${'/'.repeat(125)}` },
  'dot segments': { uri: `/${'./'.repeat(4_000)}` },
  'dot segments, 126': { uri: `/search/${'%2e%2e/./'.repeat(63)}` },
  'escaped slashes and dots': { uri: `/search/${'x'.repeat(500)}${'/./a%2fb%2f..'.repeat(30)}${'x'.repeat(1_500)}` },
  'a long path': { uri: `/search/${'a'.repeat(8_000)}` },
  'a long path with an escape': { uri: `/search/${'a'.repeat(3_050)}%20x` },
  'a long path with an escape, 8,000 characters': { uri: `/search/${'a'.repeat(7_900)}%20x` },
  '?v=! × 400': { uri: '/a.jpg', query: Array(400).fill('v=!').join('&') },
  '?v=! × 2,000': { uri: '/a.jpg', query: Array(2_000).fill('v=!').join('&') },
  '?page=%C3%A9 × 200': { uri: '/search/x', query: Array(200).fill('page=%C3%A9').join('&') },
  '?page=%c3%a9…': { uri: '/search/x', query: `page=${'%c3%a9'.repeat(1_360)}` },
  '?page=%41…': { uri: '/search/x', query: `page=${'%41'.repeat(380)}` },
  '?page, all different': { uri: '/search/x', query: `page=${ESCAPES.map((spelt, i) => `${spelt}${i}`).join('')}` },
  '?page=é…, raw': { uri: '/search/x', query: `page=${'é'.repeat(3_000)}&term=1` },
  '?page=é…, raw, too long': { uri: '/search/x', query: `page=${'é'.repeat(4_000)}` },
  '?page=%…, broken': { uri: '/search/x', query: `page=${'%'.repeat(8_000)}` },
  '?page=%…, broken, 380': { uri: '/search/x', query: `page=${'%'.repeat(380)}é` },
  'ten of each parameter, broken': { uri: '/a.jpg', query: tenOfEach('%zz') },
  'ten of each parameter, lists': { uri: '/a.jpg', query: tenOfEach('%2c,,,%31,,,!') },
  'ten of each parameter, numbers': { uri: '/a.jpg', query: tenOfEach('1,1,0,1,,%41!') },
  'ten of each parameter, long': { uri: '/a.heic', query: `h=1&${tenOfEach(`${'%31,'.repeat(4)}${'%20'.repeat(8)}`)}` },
  'a list of 4,000 numbers': { uri: '/a.jpg', query: `rect=${'1,'.repeat(4_000)}&w=1` },
  'a long crop': { uri: '/a.jpg', query: `w=1&h=1&fit=crop&crop=${'x'.repeat(8_000)}` },
  'a number of 8,000 digits': { uri: '/a.jpg', query: `w=${'9'.repeat(8_000)}` },
  '2,000 parameters': { uri: '/a.jpg', query: manyNames },
  'a long path, and a query that is spelt anew': { uri: LONG, query: `page=${'%41'.repeat(380)}${'x'.repeat(3_900)}` },
  'the same on a path that is not long': { uri: SHORT, query: `page=${'%41'.repeat(380)}${'x'.repeat(5_500)}` },
  'a query with a broken escape': { uri: SHORT, query: `page=${'%41'.repeat(400)}%zz${'x'.repeat(5_500)}` },
  'a path that becomes short, and ten of each parameter': {
    uri: `/${'a'.repeat(1_980)}/../%20.jpg`,
    query: tenOfEach('%2c,,,%31,,,!'),
  },
  'dots and slashes at the end of a long path': { uri: `/${'a'.repeat(2_900)}${MANY_READINGS}` },
  'the same, as long as it may be': { uri: `/${'%c3%a9'.repeat(180)}${'a'.repeat(780)}${MANY_READINGS}.jpg` },
  'the same, and ten of each parameter': {
    uri: `/${'%c3%a9'.repeat(101)}${MANY_READINGS}.heic`,
    query: tenOfEach('%2c,,,%31,,,!'),
    headers: { accept: repeated(['image/avif;q=0,'], 254) },
  },
  'emoji, raw, and ten of each parameter': {
    uri: `/${'😀'.repeat(180)}.heic`,
    query: tenOfEach('%2c,,,%31,,,!'),
    headers: { accept: repeated(['image/avif;q=0,'], 254) },
  },
  'everything at once': {
    uri: SHORT.replace('/search', '/photos').replace('.x', '.heic'),
    query: `${tenOfEach('%2c,,,%31,,,!')}&page=${'%41'.repeat(380)}&ids%5B%5D=${'%c3%a9'.repeat(400)}`,
    headers: { accept: repeated(['image/avif;q=0,'], 254) },
  },
  'Accept of quotes': { uri: '/a.jpg', headers: { accept: '"'.repeat(8_000) } },
  'Accept of 256 characters, quotes': { uri: '/a.avif', headers: { accept: repeated([' "",'], 254) } },
  'Accept of refusals': { uri: '/a.avif', headers: { accept: repeated(['image/avif;q=0,'], 254) } },
  'Accept of 24,000 characters': { uri: '/a.avif', headers: { accept: repeated(['image/avif;q=0,'], 24_000) } },
  'Accept of spaces': { uri: '/a.heic', headers: { accept: repeated([' \t'], 254) } },
  'to HTTPS': { uri: `/${'"'.repeat(2_000)}`, query: '"'.repeat(3_000), headers: HTTP },
  'to HTTPS, 2,000 parameters': { uri: '/', query: manyNames, headers: HTTP },
  OPTIONS: { uri: `/${CYRILLIC.toLowerCase()}`, method: 'OPTIONS' },
  'a token': { uri: '/static/a.txt', headers: bearing(token(CLAIMS)) },
  'a token, two of it, and one in the query': {
    uri: '/static/a.txt',
    query: `grant=${token(CLAIMS)}`,
    headers: bearing(token(CLAIMS)),
    cookies: { grant: token(CLAIMS) },
  },
  'a token of 500 paths': { uri: '/static/a.txt', headers: withPaths(Array(500).fill('/a')) },
  'a token of 250 paths': { uri: '/static/a.txt', headers: withPaths(pathsOf(250, '/aaa/')) },
  'a token of 250 paths on a costly path': { uri: COSTLY, headers: withPaths(pathsOf(250, '/aaa/')) },
  'a token of 130 paths with escapes': { uri: '/static/a.txt', headers: withPaths(UNUSUAL_PATHS) },
  'a token of 130 paths with escapes, and such a path': { uri: COSTLY, headers: withPaths(UNUSUAL_PATHS) },
  'a token of long paths with escapes, and such a path': {
    uri: COSTLY,
    headers: withPaths(pathsOf(8, `/${'%d1%8f'.repeat(10)}`)),
  },
  'a token of 8 paths with escapes, and a path of 1,024 characters': {
    uri: COSTLY.slice(0, 1_022),
    headers: withPaths(pathsOf(8, `/${'%d1%8f'.repeat(10)}`)),
  },
  'a token of 250 paths, and a path of 1,024 characters': {
    uri: COSTLY.slice(0, 1_022),
    headers: withPaths(pathsOf(250, '/aaa/')),
  },
  'a token of claims in claims, and a path of 1,024 characters': {
    uri: COSTLY.slice(0, 1_022),
    headers: claimsText(NESTED),
  },
  'a token of one path with escapes, and such a path': {
    uri: COSTLY,
    headers: withPaths([`/search/${CYRILLIC.slice(0, 2_700).toLowerCase()}`]),
  },
  'a token of many claims, with spaces': { uri: '/static/a.txt', headers: claimsText(PRETTY) },
  'a token of 90 claims, with spaces, on a costly path': {
    uri: COSTLY,
    headers: claimsText(PRETTY.split(',').slice(0, 90).join()),
  },
  'a token of claims in claims': { uri: '/static/a.txt', headers: claimsText(NESTED) },
  'the same on a costly path, with claims in claims': { uri: COSTLY, headers: claimsText(NESTED) },
  'a token of many numbers': { uri: '/static/a.txt', headers: claimsText(`"x":[${Array(1_300).fill('1').join()}]`) },
  'a token of 245 numbers on a costly path': {
    uri: COSTLY,
    headers: claimsText(`"x":[${Array(245).fill('1').join()}]`),
  },
  'a token of a scope of many words': {
    uri: COSTLY,
    headers: bearing(token({ ...CLAIMS, scope: `${'a '.repeat(1_300)}read` })),
  },
  'a token with a text that looks like JSON': {
    uri: '/static/a.txt',
    headers: bearing(token({ ...CLAIMS, note: '":'.repeat(600) })),
  },
  'a header of many names': { uri: '/static/a.txt', headers: forged(`{"alg":"HS256"${',"a" :1'.repeat(430)}}`) },
  'a header of many strings': {
    uri: '/static/a.txt',
    headers: forged(`{"alg":"HS256","x" :[""${',""'.repeat(1_000)}]}`),
  },
  'a header of many quotes': { uri: '/static/a.txt', headers: forged(`{"alg":"HS256","x":"${'\\":'.repeat(900)}"}`) },
  'a header of many brackets': { uri: '/static/a.txt', headers: forged(`{"alg":"HS256","x":${'['.repeat(2_900)}`) },
  'a header of many brackets, closed': {
    uri: '/static/a.txt',
    headers: forged(`{"alg":"HS256","x":${'['.repeat(1_450)}${']'.repeat(1_450)}}`),
  },
  'claims that are no JSON, signed': { uri: '/static/a.txt', headers: bearing(token(BROKEN)) },
  'the same on a path that costs most, signed': { uri: COSTLY, headers: bearing(token(BROKEN)) },
  'claims that are no JSON, forged': { uri: '/static/a.txt', headers: withClaims(BROKEN) },
  'the same on a path that costs most, forged': { uri: COSTLY, headers: withClaims(BROKEN) },
  'claims that are no JSON at their end': { uri: '/static/a.txt', headers: withClaims(BROKEN_LATE) },
  'the same on a path of 8,000 characters': {
    uri: `/static/${'abc/'.repeat(1_990)}`,
    headers: withClaims(BROKEN_LATE),
  },
  'the same on a path of 1,024 characters': { uri: COSTLY.slice(0, 1_022), headers: withClaims(BROKEN_LATE) },
  'claims of many brackets': { uri: COSTLY.slice(0, 510), headers: withClaims(`{"x":${'['.repeat(2_800)}`) },
  'claims of brackets, closed': {
    uri: COSTLY.slice(0, 510),
    headers: withClaims(`{"x" :${'['.repeat(1_400)}${']'.repeat(1_400)}}`),
  },
  'a time that is no number, and can be made none, forged': { uri: COSTLY, headers: withClaims(`{"exp":${NO_TEXT}}`) },
  'paths that can be made no texts, forged': {
    uri: COSTLY,
    headers: withClaims(`{"exp":${NOW + 86_400},"paths":[${NO_TEXT}]}`),
  },
  'a name of a key that is no text': { uri: COSTLY, headers: forged('{"alg":"HS256","kid":{"length":1}}') },
  'a header that begins as one and is no JSON': { uri: '/static/a.txt', headers: forged('{"alg":"HS256",') },
  'the same on a path that costs most': { uri: COSTLY, headers: forged('{"alg":"HS256",') },
  'the same, signed': { uri: COSTLY, headers: bearing(token(CLAIMS, '{"alg":"HS256",')) },
  'the same in a cookie, of a picture': {
    uri: `/${'%c3%a9'.repeat(101)}${MANY_READINGS}.heic`,
    query: tenOfEach('%2c,,,%31,,,!'),
    cookies: { grant: token(BROKEN) },
  },
  'a header that is no JSON': { uri: '/static/a.txt', headers: forged('x') },
  'the same on a costly path': { uri: COSTLY, headers: forged('x') },
  'a forged token on a costly path': { uri: COSTLY, headers: bearing(`${token(CLAIMS)}x`) },
  'a good token on a costly path': { uri: COSTLY, headers: bearing(token(CLAIMS)) },
  'no token on a costly path, of a page': { uri: COSTLY, headers: { accept: 'text/html' } },
  '4,000 dots for a token': { uri: '/static/a.txt', headers: bearing('.'.repeat(4_000)) },
  '16,000 dots for a token': { uri: '/static/a.txt', headers: bearing('.'.repeat(16_000)) },
  '4,000 cookies': { uri: '/static/a.txt', cookies: COOKIES('a', 4_000) },
  '1,500 cookies that look signed': { uri: '/a.jpg', cookies: COOKIES('CloudFront-', 1_500) },
  'a signed URL': {
    uri: '/a.heic',
    query: `w=600&Policy=${'a'.repeat(2_000)}&Signature=${'b'.repeat(600)}&Key-Pair-Id=K2JCJMDEHXQW5F`,
  },
  'ten of each parameter of an API': {
    uri: '/api/x',
    query: ['ids%5B%5D', 'page', 'term', 'sort', 'from', 'to', 'lang', 'theme', 'size']
      .flatMap((name) => Array(10).fill(`${name}=%c3%a9%41`))
      .join('&')
      .slice(0, 8_000),
  },
  'names of an API, escaped in every way': {
    uri: '/api/x',
    query: Array.from({ length: 600 }, (_, i) => `%69ds%5${'bB'[i % 2]}%5d${i}=1`)
      .join('&')
      .slice(0, 8_000),
  },
  'pictures with all parameters': {
    uri: `/${'%c3%a9'.repeat(100)}.heic`,
    query:
      'w=633&h=417&ar=3%3A2&fit=crop&crop=focalpoint&fp-x=0.31&fp-y=0.72&rect=10%2C20%2C300%2C400&dpr=1.5&q=71&fm=avif&ids%5B%5D=%c3%a9&page=2&v=1706400000',
    headers: { accept: repeated(['image/avif;q=0,'], 254) },
  },
  'a page without its slash': {
    uri: `/static/${CYRILLIC.slice(0, 3_000).toLowerCase()}`,
    query: `page=${'"'.repeat(160)}`,
  },
  'a preflight': {
    uri: '/static/a.txt',
    method: 'OPTIONS',
    headers: { origin: `https://${'a.'.repeat(3_000)}example.com`, 'access-control-request-method': 'GET' },
  },
  'a never route': { uri: `/drafts/${CYRILLIC.slice(0, 3_000).toLowerCase()}` },
}

export function costSubject({ uri, query = '', headers = {}, cookies, method = 'GET' }: WorstRequest): CostSubject {
  const fields = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))
  const request = {
    ...viewerEvent.request,
    method,
    uri,
    querystring: queryFields(query),
    ...(cookies ? { cookies: fields(cookies) } : {}),
  }
  const event = { ...viewerEvent, request: { ...request, headers: { ...request.headers, ...fields(headers) } } }
  return { event, ...(query === '' ? {} : { rawQuery: query }) }
}

/** Cut to what CloudFront lets in: 8,192 bytes of URL, 32 KB in all, and nothing in it that ends a line of HTTP. */
export function letIn({ uri, query = '', headers = {}, cookies, method }: WorstRequest): WorstRequest {
  const plain = (value: string) => value.replaceAll(/\p{Cc}/gu, '')
  const cut = (value: string, bytes: number) =>
    Buffer.from(value).subarray(0, Math.max(0, bytes)).toString().replaceAll('\ufffd', '')
  const path = cut(plain(uri).replaceAll('?', ''), 8_192)
  let left = 16_000
  const kept = Object.entries(cookies ?? {}).filter(([name, value]) => {
    left -= name.length + value.length + 3
    return left >= 0
  })
  return {
    ...(method === undefined ? {} : { method }),
    ...(cookies ? { cookies: Object.fromEntries(kept) } : {}),
    uri: path,
    query: cut(plain(query).replaceAll('#', ''), 8_191 - Buffer.byteLength(path)),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, cut(plain(value), 8_000)])),
  }
}
