/** Requests for private routes and what becomes of them, whatever signs their tokens. */
import type { ViewerInput } from './events.ts'
import { CLAIMS, type Claims, NOW, part, RFC_7515_A2, RFC_7519_6_1 } from './tokens.ts'

/** The config that they are for. @param jwt algorithms, and where public keys are */
export const privateConfig = (jwt: object) => ({
  domains: ['cdn.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'eu-central-1' },
    api: { domain: 'api.example.com' },
  },
  routes: [
    { path: '/rfc/*', origin: 'photos', cache: {}, auth: { ...jwt, leeway: '5m', exp: 'optional' } },
    {
      path: '/paths/*',
      origin: 'photos',
      cache: {},
      auth: {
        ...jwt,
        from: ['authorization', 'cookie:grant', 'query:grant'],
        path: 'paths',
        redirect: 'https://cdn.example.com/login',
      },
      cors: { origins: ['https://www.example.com'], credentials: true },
    },
    {
      path: '/api/kept/*',
      origin: 'api',
      cache: {},
      auth: { ...jwt, forward: true, from: ['authorization', 'cookie:grant', 'query:grant'] },
    },
    {
      path: '/api/live/*',
      origin: 'api',
      cache: 'never',
      auth: { ...jwt, from: ['cookie:grant', 'query:grant'], path: 'paths' },
    },
    { path: '/open/*', origin: 'photos', cache: {} },
    {
      path: '/*',
      origin: 'photos',
      cache: {},
      auth: {
        ...jwt,
        issuer: 'https://login.example.com',
        audience: 'cdn',
        claims: { scope: { contains: 'photos:read' }, tier: 2 },
      },
    },
  ],
})

export type Signer = {
  /** Of an ordinary token. */
  header: Claims
  /** The signature of a text, in base64url. */
  sign(text: string): string
}

export type Status = 'granted' | 302 | 400 | 401 | 403 | 503
export type Row = readonly [name: string, input: ViewerInput, status: Status]

export const GOOD = { ...CLAIMS, scope: 'openid photos:read', tier: 2 }
export const BARE = { sub: 'user-1', exp: NOW + 3_600 }

export const bearer = (text: string, input: ViewerInput = {}): ViewerInput => ({
  uri: '/a.txt',
  ...input,
  headers: { authorization: `Bearer ${text}`, ...input.headers },
})

/** Of 513 characters in canonical form. */
const LONG: ViewerInput = { uri: `/rfc/${'a'.repeat(508)}` }
const padded = (length: number): string => {
  const text = JSON.stringify({ ...BARE, pad: '' })
  return `${text.slice(0, -2)}${'x'.repeat(length - text.length)}"}`
}
const spaced = (claims: Claims): string => JSON.stringify(claims).replaceAll('":', '" :')
const OTHERS = Array.from({ length: 256 }, (_, i) => `/o/${i}`)

export const rfc = (text: string) => bearer(text, { uri: '/rfc/a.txt' })

const changedAt = (text: string, index: number) =>
  text.slice(0, index) + (text.at(index) === 'A' ? 'B' : 'A') + text.slice(index + 1 || text.length)

export function privateRows({ header: HEAD, sign }: Signer): Record<string, Row[]> {
  const signed = (head: unknown, claims: unknown = BARE) => {
    const text = `${part(head)}.${part(claims)}`
    return `${text}.${sign(text)}`
  }
  const token = (claims: Claims | string, header: Claims = {}) => signed({ ...HEAD, ...header }, claims)
  const inPath = (paths: unknown, uri: string): ViewerInput => bearer(token({ ...BARE, paths }), { uri })
  const good = token(GOOD)
  const bare = token(BARE)
  const [head, body, signature] = bare.split('.') as [string, string, string]
  return {
    'where a token is': [
      ['nowhere', { uri: '/a.txt' }, 401],
      ['in authorization', bearer(good), 'granted'],
      ['the scheme in any case', { uri: '/a.txt', headers: { authorization: `bEARER ${good}` } }, 'granted'],
      ['another scheme', { uri: '/a.txt', headers: { authorization: `Basic ${good}` } }, 401],
      ['without a scheme', { uri: '/a.txt', headers: { authorization: good } }, 401],
      ['two lines of it', { uri: '/a.txt', headers: { authorization: [`Bearer ${good}`, `Bearer ${good}`] } }, 401],
      ['two in one line', bearer(`${good}, Bearer ${good}`), 401],
      ['in a cookie that no rule names', { uri: '/a.txt', cookies: { grant: good } }, 401],
      ['in a cookie', { uri: '/paths/a', cookies: { grant: token({ ...BARE, paths: '/paths/' }) } }, 'granted'],
      ['in a parameter', { uri: '/paths/a', query: `grant=${token({ ...BARE, paths: '/paths/' })}` }, 'granted'],
      [
        'in a cookie and in a parameter',
        { uri: '/paths/a', cookies: { grant: bare }, query: `grant=${token({ ...BARE, paths: '/paths/' })}` },
        401,
      ],
      ['twice in the query', { uri: '/paths/a', query: `grant=${bare}&grant=${bare}` }, 401],
      ['an open route asks for none', { uri: '/open/a.txt' }, 'granted'],
      ['OPTIONS needs none', { uri: '/api/live/a', method: 'OPTIONS' }, 'granted'],
      ['HEAD needs one', { uri: '/a.txt', method: 'HEAD' }, 401],
      ['HEAD with one', bearer(good, { method: 'HEAD' }), 'granted'],
    ],
    'claims and time': [
      ['expired', rfc(token({ ...BARE, exp: NOW - 301 })), 401],
      ['expired within the leeway', rfc(token({ ...BARE, exp: NOW - 200 })), 'granted'],
      ['without exp where it may be missing', rfc(token({ sub: 'x' })), 'granted'],
      ['without exp where it may not', bearer(token({ ...GOOD, exp: undefined })), 401],
      ['exp as a text', bearer(token({ ...GOOD, exp: `${NOW + 3_600}` })), 401],
      ['exp null', rfc(token({ ...BARE, exp: null })), 401],
      ['exp as a list', rfc(token({ ...BARE, exp: [NOW + 3_600] })), 401],
      ['not yet', rfc(token({ ...BARE, nbf: NOW + 900 })), 401],
      ['not yet, within the leeway', rfc(token({ ...BARE, nbf: NOW + 200 })), 'granted'],
      ['nbf as a text', rfc(token({ ...BARE, nbf: '0' })), 401],
      ['another issuer', bearer(token({ ...GOOD, iss: 'https://login.example.com/' })), 401],
      ['no issuer', bearer(token({ ...GOOD, iss: undefined })), 401],
      ['another audience', bearer(token({ ...GOOD, aud: 'shop' })), 401],
      ['an audience among others', bearer(token({ ...GOOD, aud: ['shop', 'cdn'] })), 'granted'],
      ['none', bearer(token({ ...GOOD, aud: undefined })), 401],
      ['an audience where none is expected', rfc(token({ ...BARE, aud: 'cdn' })), 401],
      ['a scope that is missing', bearer(token({ ...GOOD, scope: 'openid' })), 403],
      ['a scope that begins like it', bearer(token({ ...GOOD, scope: 'photos:readonly' })), 403],
      ['a scope in a list', bearer(token({ ...GOOD, scope: ['photos:read'] })), 'granted'],
      ['a claim of another type', bearer(token({ ...GOOD, tier: '2' })), 403],
      [
        'claims with escapes, spaces and members of their own',
        rfc(signed(HEAD, `{ "a" : {"exp":1,"x\\":": "\\u0022:"}, "exp": ${NOW + 60} }`)),
        'granted',
      ],
      ['200 members and items', rfc(token({ ...BARE, x: Array(199).fill(1) })), 'granted'],
      ['201 members and items', rfc(token({ ...BARE, x: Array(200).fill(1) })), 401],
      ['200 texts, with spaces before colons', rfc(token(spaced({ ...BARE, x: Array(196).fill('') }))), 'granted'],
      ['201 texts, with spaces before colons', rfc(token(spaced({ ...BARE, x: Array(197).fill('') }))), 401],
      ['201 texts, some in members of members', rfc(token({ ...BARE, x: { y: Array(196).fill('') } })), 'granted'],
      ['on a long path 32 members and items', bearer(token({ ...BARE, x: Array(31).fill(1) }), LONG), 'granted'],
      ['on a long path 33 members and items', bearer(token({ ...BARE, x: Array(32).fill(1) }), LONG), 401],
      ['on a long path 1,024 characters', bearer(token(padded(1_024)), LONG), 'granted'],
      ['on a long path 1,025 characters', bearer(token(padded(1_025)), LONG), 401],
      ['the 256th word', bearer(token({ ...GOOD, scope: `${'a '.repeat(255)}photos:read` })), 'granted'],
      ['the 257th word', bearer(token({ ...GOOD, scope: `${'a '.repeat(256)}photos:read` })), 403],
      ['claims beyond ASCII', rfc(token({ ...BARE, name: 'é日😀\u2028' })), 'granted'],
    ],
    'the path that a claim opens': [
      ['a folder', inPath('/paths/p/1/', '/paths/p/1/a.jpg'), 'granted'],
      ['a folder without its slash', inPath('/paths/p/1', '/paths/p/1/a.jpg'), 'granted'],
      ['one of several', inPath(['/x/', '/paths/p/1/'], '/paths/p/1/a.jpg'), 'granted'],
      ['the path itself', inPath('/paths/p/1/a.jpg', '/paths/p/1/a.jpg'), 'granted'],
      ['another folder', inPath('/paths/p/1/', '/paths/p/2/a.jpg'), 403],
      ['one that begins like it', inPath('/paths/p/1', '/paths/p/12/a.jpg'), 403],
      ['dot segments out of it', inPath('/paths/p/1/', '/paths/p/1/../2/a.jpg'), 403],
      ['the same, escaped', inPath('/paths/p/1/', '/paths/p/1/%2e%2e/2/a.jpg'), 403],
      ['the same, behind an escaped slash', inPath('/paths/p/1/', '/paths/p/1%2f../2/a.jpg'), 403],
      ['and inside', inPath('/paths/p/1/', '/paths/p/1/x/..%2f..%2f2/a.jpg'), 403],
      ['dot segments into it', inPath('/paths/p/1/', '/paths/p/2/../1/a.jpg'), 'granted'],
      ['escapes of what needs none', inPath('/paths/p/1/', '/paths/%70/1/a.jpg'), 'granted'],
      ['letters beyond ASCII, either way', inPath('/paths/é/', '/paths/%c3%a9/a.jpg'), 'granted'],
      ['in another case', inPath('/paths/P/', '/paths/p/a.jpg'), 403],
      ['all of it', inPath('/', '/paths/p/a.jpg'), 'granted'],
      ['a claim with dot segments', inPath('/paths/p/../', '/paths/q/a.jpg'), 403],
      ['the same, escaped', inPath('/paths/p/%2e%2e/', '/paths/q/a.jpg'), 403],
      ['a claim with an empty segment', inPath('/paths//', '/paths/q/a.jpg'), 403],
      ['a claim without a slash', inPath('paths/', '/paths/q/a.jpg'), 403],
      ['an empty claim', inPath('', '/paths/q/a.jpg'), 403],
      ['an empty list', inPath([], '/paths/q/a.jpg'), 403],
      ['no claim', inPath(undefined, '/paths/q/a.jpg'), 403],
      ['a number', inPath(1, '/paths/q/a.jpg'), 403],
      ['the 197th of a list', inPath([...OTHERS.slice(0, 196), '/paths/q/'], '/paths/q/a.jpg'), 'granted'],
      ['more than is looked at', inPath([...OTHERS, '/paths/q/'], '/paths/q/a.jpg'), 401],
      ['the 16th where one has an escape', inPath([...OTHERS.slice(0, 15), '/paths/é/'], '/paths/%c3%a9/a'), 'granted'],
      ['the 17th where one has an escape', inPath([...OTHERS.slice(0, 16), '/paths/é/'], '/paths/%c3%a9/a'), 403],
      ['513 characters where one has an escape', inPath(['/paths/é/', `/${'x'.repeat(503)}`], '/paths/%c3%a9/a'), 403],
      ['a list in a list', inPath([['/paths/q/']], '/paths/q/a.jpg'), 403],
      [
        'a path that goes on as it is',
        { uri: '/api/live/1//../2', cookies: { grant: token({ ...BARE, paths: '/api/live/1/' }) } },
        403,
      ],
    ],
    'published examples and attacks': [
      ['RFC 7515, A.2: RS256', rfc(RFC_7515_A2), 401],
      ['RFC 7519, 6.1: unsecured', rfc(RFC_7519_6_1), 401],
      ['alg none', rfc(`${part({ alg: 'none', kid: 'a' })}.${body}.`), 401],
      ['alg none with a signature', rfc(signed({ alg: 'none', kid: 'a' })), 401],
      ['alg nOnE', rfc(signed({ ...HEAD, alg: 'nOnE' })), 401],
      ['alg as a list', rfc(signed({ ...HEAD, alg: ['HS256'] })), 401],
      ['no alg', rfc(signed({ kid: 'a' })), 401],
      ['an empty signature', rfc(`${head}.${body}.`), 401],
      ['no signature', rfc(`${head}.${body}`), 401],
      ['a signature of zeros', rfc(`${head}.${body}.${'A'.repeat(43)}`), 401],
      ['half a signature', rfc(`${head}.${body}.${signature.slice(0, 22)}`), 401],
      ['a longer signature', rfc(`${bare}AAAA`), 401],
      [
        'the unused bits of its last character',
        rfc(`${bare.slice(0, -1)}${String.fromCharCode(bare.charCodeAt(bare.length - 1) + 1)}`),
        401,
      ],
      ['in ordinary base64', rfc(`${head}.${body}.${ordinaryBase64(signature)}`), 401],
      ['another header', rfc(`${part({ ...HEAD, x: 1 })}.${body}.${signature}`), 401],
      ['other claims', rfc(`${head}.${part({ ...BARE, sub: 'user-2' })}.${signature}`), 401],
      ['kid as a number', rfc(token(BARE, { kid: 1 })), 401],
      ['kid as a list', rfc(token(BARE, { kid: ['a'] })), 401],
      ['kid null', rfc(token(BARE, { kid: null })), 401],
      ['crit that nobody knows', rfc(token(BARE, { crit: ['exp'] })), 401],
      ['crit with b64', rfc(token(BARE, { crit: ['b64'], b64: false })), 401],
      ['an empty crit', rfc(token(BARE, { crit: [] })), 401],
      ['claims twice', rfc(signed(HEAD, `{"exp":1,"exp":${NOW + 60}}`)), 401],
      ['the same, escaped', rfc(signed(HEAD, `{"\\u0065xp":1,"exp":${NOW + 60}}`)), 401],
      [
        'the same, with space and a quote to make up for it',
        rfc(signed(HEAD, `{"exp" :1,"exp":${NOW + 60},"a":"\\u0022:"}`)),
        401,
      ],
      ['the same, further down', rfc(signed(HEAD, `{"exp":${NOW + 60},"a":{"b":1,"b":2}}`)), 401],
      ['header members twice', rfc(signed(`{"alg":"none","alg":"HS256","kid":"a"}`)), 401],
      ['a header that is a list', rfc(signed('["HS256"]')), 401],
      ['a header that is null', rfc(signed('null')), 401],
      ['a header that is no JSON', rfc(signed('x')), 401],
      ['claims that are a list', rfc(signed(HEAD, '[]')), 401],
      ['claims that are a text', rfc(signed(HEAD, '"x"')), 401],
      ['claims that are null', rfc(signed(HEAD, 'null')), 401],
      ['claims that are no JSON', rfc(signed(HEAD, `{"exp":${NOW + 60}`)), 401],
      ['claims with something behind them', rfc(signed(HEAD, `{"exp":${NOW + 60}}}`)), 401],
      ['claims with a comma too many', rfc(signed(HEAD, `{"exp":${NOW + 60},}`)), 401],
      ['claims that are no JSON, forged', rfc(`${head}.${part('{"exp":')}.${signature}`), 401],
      ['a header that begins as one and is no JSON', rfc(signed('{"alg":"HS256",')), 401],
      ['a byte order mark', rfc(signed(HEAD, `\ufeff{"exp":${NOW + 60}}`)), 401],
      ['five parts', rfc(`${head}.a.b.c.d`), 401],
      ['dots alone', rfc('..'), 401],
      ['the JSON form, flattened', rfc(JSON.stringify({ payload: body, protected: head, signature })), 401],
      [
        'the JSON form, general',
        rfc(JSON.stringify({ payload: body, signatures: [{ protected: head, signature }] })),
        401,
      ],
      ['letters that look alike', rfc(bare.replace('.', '．')), 401],
      ['a space at the end', rfc(`${bare} `), 401],
      ['a line end', rfc(`${bare}\n`), 401],
      ['4,097 characters', rfc(token({ ...BARE, pad: 'x'.repeat(3_000) })), 401],
      ['nearly as many', rfc(token({ ...BARE, pad: 'x'.repeat(2_800 - signature.length) })), 'granted'],
      ...[0, 5, head.length + 3, bare.length - 10].map(
        (index): Row => [`character ${index} is another`, rfc(changedAt(bare, index)), 401],
      ),
    ],
  }
}

/** One signature in fifty has neither a `-` nor a `_`, and as many bytes as need no padding: then padding tells. */
function ordinaryBase64(signature: string): string {
  const text = Buffer.from(signature, 'base64url').toString('base64')
  return text === signature ? `${text}=` : text
}
