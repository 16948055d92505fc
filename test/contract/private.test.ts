/** Private routes: one table of requests and tokens, run by the sources and by the built function in both engines. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { checkConfig } from '../../build/config.ts'
import { validateFunction } from '../../local/platform/validate-function.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'
import { returnedValue } from './case.ts'
import { DRIVERS, type Driver } from './drivers.ts'
import { type ViewerInput, viewerEvent } from './events.ts'
import { BARE, bearer, GOOD, privateConfig, privateRows, type Row, rfc, type Status } from './private.cases.ts'
import { KEY_VALUES, OTHER, part, RFC_7515_A1, RFC_7515_A1_LATER, SECRET, sign, token } from './tokens.ts'

const SETTINGS = checkConfig(privateConfig({ type: 'jwt', algorithms: ['HS256'] }), 'the private config')

/** The code for all of the above and for pictures as well is more than a function may have: these have a config of their own. */
const PICTURES = checkConfig(
  {
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
    routes: [
      {
        path: '/*',
        origin: 'photos',
        cache: {},
        images: true,
        auth: { type: 'jwt', algorithms: ['HS256'], from: ['query:grant'] },
      },
    ],
  },
  'private pictures',
)

const HEAD = { alg: 'HS256', typ: 'JWT', kid: 'a' }

const signed = (head: unknown, claims: unknown = BARE, secret: Buffer | string = SECRET) => {
  const text = `${part(head)}.${part(claims)}`
  return `${text}.${sign(text, secret)}`
}
const good = token(GOOD)
const bare = token(BARE)
const [, body] = bare.split('.') as [string, string, string]

/** What is so of secrets in a store alone. */
const SECRETS: Row[] = [
  ['RFC 7515, A.1: signed well, and expired', rfc(RFC_7515_A1), 401],
  ['its header, its kind of spaces and its key, with time left', rfc(RFC_7515_A1_LATER), 'granted'],
  ['alg hs256', rfc(signed({ ...HEAD, alg: 'hs256' })), 401],
  [
    'alg HS512',
    rfc(
      `${part({ ...HEAD, alg: 'HS512' })}.${body}.${sign(`${part({ ...HEAD, alg: 'HS512' })}.${body}`, SECRET, 'sha512')}`,
    ),
    401,
  ],
  ['alg RS256, signed as HS256', rfc(signed({ ...HEAD, alg: 'RS256' })), 401],
  ['another secret', rfc(token(BARE, {}, OTHER)), 401],
  ['another key of the store', rfc(token(BARE, { kid: 'b' }, OTHER)), 'granted'],
  ['a key that is not there', rfc(token(BARE, { kid: 'c' })), 401],
  ['a key of a length that is none', rfc(token(BARE, { kid: 'short' }, 'short')), 401],
  ['an empty key', rfc(token(BARE, { kid: 'empty' }, '')), 401],
  ['kid that leaves its place', rfc(token(BARE, { kid: '../other' })), 401],
  ['kid with a quote', rfc(token(BARE, { kid: "a' or '1'='1" })), 401],
  ['kid of every object', rfc(token(BARE, { kid: 'constructor' })), 401],
  ['a key in the header', rfc(token(BARE, { jwk: { kty: 'oct', k: part('x') }, kid: 'c' }, 'x')), 401],
]

const ROWS = Object.entries({ ...privateRows({ header: HEAD, sign }), secrets: SECRETS }).flatMap(([rule, rows]) =>
  rows.map((row) => ({ rule, row })),
)

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
    expect(head).toEqual({ statusCode: 401, headers: headers('realm="private"'), body: '' })
    expect(at(page, 'headers', 'access-control-allow-origin', 'value')).toBe('https://www.example.com')
    expect(at(foreign, 'headers', 'access-control-allow-origin')).toBeUndefined()
    expect(at(foreign, 'headers', 'vary', 'value')).toBe('origin')
  })

  it('a page that sends its cookies may read every refusal: Fetch Standard, "CORS check"', async () => {
    const origin = 'https://www.example.com'
    const grant = token({ ...BARE, paths: '/other/' })
    const of = (input: ViewerInput): ViewerInput => ({ uri: '/paths/a', ...input, headers: { origin } })
    const refusals = await ask(
      of({}),
      of({ method: 'HEAD' }),
      of({ cookies: { grant: `${grant}x` } }),
      of({ cookies: { grant } }),
    )
    expect(refusals.map(statusOf)).toEqual([401, 401, 401, 403])
    for (const refusal of refusals) {
      expect(at(refusal, 'headers')).toMatchObject({
        'access-control-allow-origin': { value: origin },
        'access-control-allow-credentials': { value: 'true' },
        vary: { value: 'origin' },
        'cache-control': { value: 'no-store' },
        'www-authenticate': { value: expect.stringMatching(/^Bearer /) },
      })
    }
    const [foreign, elsewhere] = await ask(
      { uri: '/paths/a', headers: { origin: 'https://evil.example.net' } },
      { uri: '/a.txt', headers: { origin } },
    )
    expect(at(foreign, 'headers', 'access-control-allow-credentials')).toBeUndefined()
    expect(at(elsewhere, 'headers', 'access-control-allow-credentials')).toBeUndefined()
  })

  it('answers that are made once are the same the next time', async () => {
    const asked: ViewerInput[] = [
      { uri: '/paths/a', headers: { origin: 'https://www.example.com' } },
      { uri: '/a.txt', method: 'HEAD' },
      { uri: '/a.txt' },
      bearer(`${good}x`),
    ]
    const [, , none, forged] = await ask(...asked)
    const [again, , , , last, lastForged] = await ask({ uri: '/a.txt' }, bearer(`${good}x`), ...asked)
    expect([last, lastForged]).toEqual([none, forged])
    expect(again).toEqual(none)
    expect(JSON.stringify(none)).not.toContain('access-control')
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

  it('a picture: the token goes, its parameters become canonical', async () => {
    const images = await row.open(PICTURES, 'viewer-request', KEY_VALUES)
    const query = `w=600&grant=${bare}&utm_source=x`
    const events = [query, 'w=600'].map((text) => ({ event: viewerEvent({ uri: '/a.jpg', query: text }) }))
    const [granted, refused] = (await images.run(events)).map(returnedValue)
    await images.close()
    expect([statusOf(granted), at(granted, 'querystring')]).toEqual(['granted', 'w=640'])
    expect(statusOf(refused)).toBe(401)
  })

  it('the token is neither in the key nor at the origin', async () => {
    const grant = token({ ...BARE, paths: '/' })
    const [header, cached, live, preflight] = await ask(
      bearer(good, { headers: { 'x-a': '1' } }),
      { uri: '/paths/a.txt', query: `v=1&grant=${grant}`, cookies: { a: 'b' } },
      { uri: '/api/live/a', query: 'x=%2f&y=1', cookies: { grant, a: 'b' } },
      { uri: '/api/live/a', method: 'OPTIONS', cookies: { grant, a: 'b' } },
    )
    expect(at(header, 'headers', 'x-a', 'value')).toBe('1')
    expect(at(header, 'headers', 'authorization')).toBeUndefined()
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
