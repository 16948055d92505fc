/** Private routes: one table of requests and tokens, run by the sources and by the built function in both engines. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { checkConfig } from '../../build/config.ts'
import { validateFunction } from '../../local/platform/validate-function.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'
import { returnedValue } from './case.ts'
import { DRIVERS, type Driver } from './drivers.ts'
import { type ViewerInput, viewerEvent } from './events.ts'
import {
  CLAIMS,
  KEY_VALUES,
  NOW,
  OTHER,
  part,
  RFC_7515_A1,
  RFC_7515_A1_LATER,
  RFC_7515_A2,
  RFC_7519_6_1,
  SECRET,
  sign,
  token,
} from './tokens.ts'

const jwt = { type: 'jwt', algorithms: ['HS256'] }

const SETTINGS = checkConfig(
  {
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
        images: { rect: false },
        auth: {
          ...jwt,
          from: ['authorization', 'cookie:grant', 'query:grant'],
          path: 'paths',
          redirect: 'https://cdn.example.com/login',
        },
        cors: { origins: ['https://www.example.com'] },
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
  },
  'the private config',
)

const GOOD = { ...CLAIMS, scope: 'openid photos:read', tier: 2 }
const bearer = (text: string, input: ViewerInput = {}): ViewerInput => ({
  uri: '/a.txt',
  ...input,
  headers: { authorization: `Bearer ${text}`, ...input.headers },
})
const rfc = (text: string) => bearer(text, { uri: '/rfc/a.txt' })
const BARE = { sub: 'user-1', exp: NOW + 3_600 }
const inPath = (paths: unknown, uri: string): ViewerInput => bearer(token({ ...BARE, paths }), { uri })

type Status = 'granted' | 302 | 400 | 401 | 403
type Row = readonly [name: string, input: ViewerInput, status: Status]

const signed = (head: unknown, claims: unknown = BARE, secret: Buffer | string = SECRET) => {
  const text = `${part(head)}.${part(claims)}`
  return `${text}.${sign(text, secret)}`
}
const HEAD = { alg: 'HS256', typ: 'JWT', kid: 'a' }
const good = token(GOOD)
const bare = token(BARE)
const [head, body, signature] = bare.split('.') as [string, string, string]
const changedAt = (text: string, index: number) =>
  text.slice(0, index) + (text.at(index) === 'A' ? 'B' : 'A') + text.slice(index + 1 || text.length)

const TABLE: Record<string, Row[]> = {
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
    ['a list in a list', inPath([['/paths/q/']], '/paths/q/a.jpg'), 403],
    [
      'a path that goes on as it is',
      { uri: '/api/live/1//../2', cookies: { grant: token({ ...BARE, paths: '/api/live/1/' }) } },
      403,
    ],
  ],
  'published examples and attacks': [
    ['RFC 7515, A.1: signed well, and expired', rfc(RFC_7515_A1), 401],
    ['its header, its kind of spaces and its key, with time left', rfc(RFC_7515_A1_LATER), 'granted'],
    ['RFC 7515, A.2: RS256', rfc(RFC_7515_A2), 401],
    ['RFC 7519, 6.1: unsecured', rfc(RFC_7519_6_1), 401],
    ['alg none', rfc(`${part({ alg: 'none', kid: 'a' })}.${body}.`), 401],
    ['alg none with a signature', rfc(signed({ alg: 'none', kid: 'a' })), 401],
    ['alg nOnE', rfc(signed({ ...HEAD, alg: 'nOnE' })), 401],
    ['alg hs256', rfc(signed({ ...HEAD, alg: 'hs256' })), 401],
    [
      'alg HS512',
      rfc(
        `${part({ ...HEAD, alg: 'HS512' })}.${body}.${sign(`${part({ ...HEAD, alg: 'HS512' })}.${body}`, SECRET, 'sha512')}`,
      ),
      401,
    ],
    ['alg RS256, signed as HS256', rfc(signed({ ...HEAD, alg: 'RS256' })), 401],
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
    ['in ordinary base64', rfc(`${head}.${body}.${Buffer.from(signature, 'base64url').toString('base64')}`), 401],
    ['another header', rfc(`${part({ ...HEAD, x: 1 })}.${body}.${signature}`), 401],
    ['other claims', rfc(`${head}.${part({ ...BARE, sub: 'user-2' })}.${signature}`), 401],
    ['another secret', rfc(token(BARE, {}, OTHER)), 401],
    ['another key of the store', rfc(token(BARE, { kid: 'b' }, OTHER)), 'granted'],
    ['a key that is not there', rfc(token(BARE, { kid: 'c' })), 401],
    ['a key of a length that is none', rfc(token(BARE, { kid: 'short' }, 'short')), 401],
    ['an empty key', rfc(token(BARE, { kid: 'empty' }, '')), 401],
    ['kid that leaves its place', rfc(token(BARE, { kid: '../other' })), 401],
    ['kid with a quote', rfc(token(BARE, { kid: "a' or '1'='1" })), 401],
    ['kid of every object', rfc(token(BARE, { kid: 'constructor' })), 401],
    ['kid as a number', rfc(token(BARE, { kid: 1 })), 401],
    ['kid as a list', rfc(token(BARE, { kid: ['a'] })), 401],
    ['kid null', rfc(token(BARE, { kid: null })), 401],
    ['a key in the header', rfc(token(BARE, { jwk: { kty: 'oct', k: part('x') }, kid: 'c' }, 'x')), 401],
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
    ['nearly as many', rfc(token({ ...BARE, pad: 'x'.repeat(2_800) })), 'granted'],
    ...[0, 5, head.length + 3, bare.length - 10].map(
      (index): Row => [`character ${index} is another`, rfc(changedAt(bare, index)), 401],
    ),
  ],
}

const ROWS = Object.entries(TABLE).flatMap(([rule, rows]) => rows.map((row) => ({ rule, row })))

const statusOf = (value: unknown): Status =>
  typeof at(value, 'uri') === 'string' ? 'granted' : (at(value, 'statusCode') as Status)

describe.each(DRIVERS.filter(({ triggers }) => triggers.includes('viewer-request')))('$name', (row) => {
  if (row.missing) return it.skip(row.missing, () => {})
  let driver: Driver
  let outcomes: InvocationOutcome[] = []
  const ask = async (...inputs: ViewerInput[]) =>
    (await driver.run(inputs.map((input) => ({ event: viewerEvent(input) })))).map(returnedValue)

  beforeAll(async () => {
    driver = await row.open(SETTINGS, 'viewer-request', KEY_VALUES)
    outcomes = await driver.run(ROWS.map(({ row: [, input] }) => ({ event: viewerEvent(input) })))
  })
  afterAll(() => driver?.close())

  it.each(ROWS.map(({ rule, row: [name, input, status] }, i) => ({ title: `${rule}: ${name}`, input, status, i })))(
    '$title',
    ({ input, status, i }) => {
      const value = returnedValue(outcomes[i])
      expect(statusOf(value)).toBe(status)
      expect(outcomes[i]?.logs).toEqual([])
      expect(validateFunction(viewerEvent(input), JSON.parse(JSON.stringify(value)))).toEqual([])
    },
  )

  it('a refusal says how, not why, is not kept, and can be read by a page', async () => {
    const [none, forged, other, head, page, foreign] = await ask(
      { uri: '/a.txt' },
      bearer(`${good}x`),
      bearer(token({ ...GOOD, tier: 1 })),
      { uri: '/a.txt', method: 'HEAD' },
      { uri: '/paths/a', headers: { origin: 'https://www.example.com' } },
      { uri: '/paths/a', headers: { origin: 'https://evil.example.net' } },
    )
    const headers = (challenge: string) => ({
      'cache-control': { value: 'no-store' },
      'content-type': { value: 'text/plain' },
      'www-authenticate': { value: `Bearer ${challenge}` },
    })
    expect(none).toEqual({ statusCode: 401, headers: headers('realm="private"'), body: 'realm="private"' })
    expect(forged).toEqual({
      statusCode: 401,
      headers: headers('error="invalid_token"'),
      body: 'error="invalid_token"',
    })
    expect(other).toEqual({
      statusCode: 403,
      headers: headers('error="insufficient_scope"'),
      body: 'error="insufficient_scope"',
    })
    expect(head).toEqual({ statusCode: 401, headers: headers('realm="private"') })
    expect(at(page, 'headers', 'access-control-allow-origin', 'value')).toBe('https://www.example.com')
    expect(at(foreign, 'headers', 'access-control-allow-origin')).toBeUndefined()
    expect(at(foreign, 'headers', 'vary', 'value')).toBe('origin')
  })

  it('browsers that ask for a page are sent to where they get a token', async () => {
    const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
    const [page, post, image] = await ask(
      { uri: '/paths/a', headers: html },
      { uri: '/paths/a', headers: html, method: 'POST' },
      { uri: '/paths/a' },
    )
    expect(page).toEqual({
      statusCode: 302,
      headers: { 'cache-control': { value: 'no-store' }, location: { value: 'https://cdn.example.com/login' } },
    })
    expect([statusOf(post), statusOf(image)]).toEqual([401, 401])
  })

  it('the token is neither in the key nor at the origin', async () => {
    const grant = token({ ...BARE, paths: '/' })
    const [cached, live, preflight] = await ask(
      { uri: '/paths/a.txt', query: `v=1&grant=${grant}`, cookies: { a: 'b' } },
      { uri: '/api/live/a', query: 'x=%2f&y=1', cookies: { grant, a: 'b' } },
      { uri: '/api/live/a', method: 'OPTIONS', cookies: { grant, a: 'b' } },
    )
    expect(JSON.stringify([cached, live, preflight])).not.toContain(grant)
    expect(cached).toMatchObject({ querystring: 'v=1', cookies: {} })
    expect(live).toMatchObject({
      querystring: { x: { value: '%2f' }, y: { value: '1' } },
      cookies: { a: { value: 'b' } },
    })
    expect(at(live, 'cookies', 'grant')).toBeUndefined()
  })

  it('a token that is forwarded is in the key, wherever it was', async () => {
    const [header, cookie, parameter] = await ask(
      bearer(bare, { uri: '/api/kept/a' }),
      { uri: '/api/kept/a', cookies: { grant: bare, a: 'b' } },
      { uri: '/api/kept/a', query: `grant=${bare}&x=1` },
    )
    expect(at(header, 'headers', 'authorization', 'value')).toBe(`Bearer ${bare}`)
    expect(cookie).toMatchObject({ cookies: { grant: { value: bare } } })
    expect(at(cookie, 'cookies', 'a')).toBeUndefined()
    expect(at(parameter, 'querystring')).toBe(`grant=${bare}`)
  })
})

it('without a store nobody is let in', async () => {
  for (const { open, missing, triggers } of DRIVERS) {
    if (missing || !triggers.includes('viewer-request')) continue
    const driver = await open(SETTINGS, 'viewer-request', {})
    const [outcome] = await driver.run([{ event: viewerEvent(bearer(good)) }])
    await driver.close()
    expect(statusOf(returnedValue(outcome))).toBe(401)
  }
})
