/** Private routes whose tokens have public keys: the table of tokens, run by the zip as it is unpacked in Lambda. */
import { createServer, type RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { checkConfig } from '../../build/config.ts'
import type { Settings } from '../../bundle/settings.ts'
import { openWorkerd } from '../../local/host/functions/workerd.ts'
import { validateLambda } from '../../local/platform/validate-lambda.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'
import { type Listener, listening } from '../listener.ts'
import { returnedValue } from './case.ts'
import { type Driver, functionCode, zipDriver } from './drivers.ts'
import { type ViewerInput, viewerEvent, viewerLambdaEvent } from './events.ts'
import { BARE, bearer, GOOD, privateConfig, privateRows, type Row, rfc, type Status } from './private.cases.ts'
import { ALGORITHMS, jwkOf, type KeyPair, keyPair, type SigningAlgorithm, signedBy } from './signers.ts'
import { type Claims, part, RFC_7515_A1, sign as signHmac } from './tokens.ts'

const PAIRS = Object.fromEntries(ALGORITHMS.map((name) => [name, keyPair(name)])) as Record<SigningAlgorithm, KeyPair>
const STRANGERS = Object.fromEntries(ALGORITHMS.map((name) => [name, keyPair(name)])) as typeof PAIRS
const NAMELESS = keyPair('ES256')
const ENCRYPTING = keyPair('ES256')
const OTHERS = keyPair('RS256')
const WEAK = 'weak'

/** A `kid` as Amazon Cognito has them. */
const kidOf = (algorithm: SigningAlgorithm): string => `${algorithm}+/a=`

const JWKS = {
  keys: [
    ...ALGORITHMS.map((name) => jwkOf(PAIRS[name], { kid: kidOf(name), use: 'sig' })),
    jwkOf(NAMELESS, { alg: 'ES256' }),
    jwkOf(ENCRYPTING, { kid: 'encrypting', use: 'enc' }),
    jwkOf(OTHERS, { kid: 'rs512', alg: 'RS512' }),
    { ...jwkOf(OTHERS, { kid: WEAK }), n: String(OTHERS.publicKey.export({ format: 'jwk' }).n).slice(0, 171) },
    // Two by one name: RFC 7517, 4.5.
    jwkOf(STRANGERS.RS256, { kid: kidOf('ES256') }),
  ],
}

const settingsOf = (jwks: unknown): Settings =>
  checkConfig(privateConfig({ type: 'jwt', algorithms: ALGORITHMS, jwks }), 'the private config')

const SETTINGS = settingsOf(JWKS)

const headerOf = (algorithm: SigningAlgorithm): Claims => ({ alg: algorithm, typ: 'JWT', kid: kidOf(algorithm) })

function token(
  algorithm: SigningAlgorithm,
  header: Claims = {},
  pair = PAIRS[algorithm],
  claims: Claims = BARE,
): string {
  const text = `${part({ ...headerOf(algorithm), ...header })}.${part(claims)}`
  return `${text}.${signedBy(algorithm, pair.privateKey, text)}`
}

/** Key confusion: the header says HS256, or what is configured, and the secret is what everybody knows. */
function confused(header: Claims, secret: Buffer | string): string {
  const text = `${part(header)}.${part(BARE)}`
  return `${text}.${signHmac(text, secret)}`
}

const { publicKey } = PAIRS.RS256
const PUBLIC_TEXTS: [string, Buffer | string][] = [
  ['PEM', publicKey.export({ type: 'spki', format: 'pem' })],
  ['PEM, PKCS #1', publicKey.export({ type: 'pkcs1', format: 'pem' })],
  ['DER', publicKey.export({ type: 'spki', format: 'der' })],
  ['JWK', JSON.stringify(publicKey.export({ format: 'jwk' }))],
  ['modulus', Buffer.from(String(publicKey.export({ format: 'jwk' }).n), 'base64url')],
  ['nothing', ''],
]

const [head, body, signature] = token('ES256').split('.') as [string, string, string]

const PUBLIC_KEYS: Row[] = [
  ...PUBLIC_TEXTS.flatMap(([name, secret]): Row[] => [
    [
      `HS256 with the public key as a secret, ${name}`,
      rfc(confused({ ...headerOf('RS256'), alg: 'HS256' }, secret)),
      401,
    ],
    [`the same under RS256, ${name}`, rfc(confused(headerOf('RS256'), secret)), 401],
  ]),
  ['RFC 7515, A.1', rfc(RFC_7515_A1), 401],
  ["a stranger's key", rfc(token('RS256', {}, STRANGERS.RS256)), 401],
  [
    'a key that the header brings along',
    rfc(token('ES256', { jwk: jwkOf(STRANGERS.ES256, {}) }, STRANGERS.ES256)),
    401,
  ],
  ['an address of keys in the header', rfc(token('RS256', { jku: 'https://evil.example.net/' }, STRANGERS.RS256)), 401],
  ['a certificate in the header', rfc(token('RS256', { x5c: ['AA=='], kid: 'x' }, STRANGERS.RS256)), 401],
  ['no kid, and a key without one', rfc(token('ES256', { kid: undefined }, NAMELESS)), 'granted'],
  ['no kid, and a key that has one', rfc(token('ES256', { kid: undefined })), 401],
  ['an unknown kid', rfc(token('RS256', { kid: 'b' })), 401],
  ['kid of every object', rfc(token('RS256', { kid: 'constructor' })), 401],
  ['kid with a path', rfc(token('RS256', { kid: '../../dev/null' })), 401],
  ['kid with a quote', rfc(token('RS256', { kid: "a' or '1'='1" })), 401],
  ['an empty kid', rfc(token('RS256', { kid: '' })), 401],
  ['a kid of 257 characters', rfc(token('RS256', { kid: 'x'.repeat(257) })), 401],
  ['a key for encryption', rfc(token('ES256', { kid: 'encrypting' }, ENCRYPTING)), 401],
  ['a key for another algorithm', rfc(token('RS256', { kid: 'rs512' }, OTHERS)), 401],
  ['a key of too few bits', rfc(token('RS256', { kid: WEAK }, OTHERS)), 401],
  ['the second key of a name', rfc(token('RS256', { kid: kidOf('ES256') }, STRANGERS.RS256)), 'granted'],
  ...ALGORITHMS.flatMap((key) =>
    ALGORITHMS.filter((alg) => alg !== key).map(
      (alg): Row => [`a key for ${key}, said to be ${alg}`, rfc(token(key, { alg })), 401],
    ),
  ),
  ['RS512, which is not configured', rfc(token('RS256', { alg: 'RS512' })), 401],
  [
    'an ECDSA signature in DER',
    rfc(
      `${head}.${body}.${Buffer.concat([Buffer.from([0x30, 0x44]), Buffer.from(signature, 'base64url')]).toString('base64url')}`,
    ),
    401,
  ],
  ['an ECDSA signature of zeros', rfc(`${head}.${body}.${Buffer.alloc(64).toString('base64url')}`), 401],
]

const ROWS = [
  ...ALGORITHMS.flatMap((algorithm) => {
    const sign = (text: string) => signedBy(algorithm, PAIRS[algorithm].privateKey, text)
    const groups = privateRows({ header: headerOf(algorithm), sign })
    return Object.entries(groups).map(([rule, rows]) => ({ rule: `${algorithm}: ${rule}`, rows }))
  }),
  { rule: 'public keys', rows: PUBLIC_KEYS },
]

const statusOf = (value: unknown): Status =>
  typeof at(value, 'uri') === 'string' ? 'granted' : (Number(at(value, 'status') ?? at(value, 'statusCode')) as Status)

let driver: Driver
const ask = async (...inputs: ViewerInput[]) =>
  (await driver.run(inputs.map((input) => ({ event: viewerLambdaEvent(input) })))).map(returnedValue)

beforeAll(async () => {
  driver = await zipDriver(SETTINGS, 'viewer-request-lambda')
})
afterAll(() => driver?.close())

describe.each(ROWS)('$rule', ({ rows }) => {
  let outcomes: InvocationOutcome[] = []
  beforeAll(async () => {
    outcomes = await driver.run(rows.map(([, input]) => ({ event: viewerLambdaEvent(input) })))
  })

  it.each(rows.map(([name, input, status], i) => ({ name, input, status, i })))('$name', ({ input, status, i }) => {
    const value = returnedValue(outcomes[i])
    expect(statusOf(value)).toBe(status)
    expect(outcomes[i]?.logs).toEqual([])
    expect(validateLambda('viewer-request', viewerLambdaEvent(input), value)).toEqual([])
  })
})

it('a refusal says how, not why, is not kept, and can be read by a page', async () => {
  const forged = `${token('RS256', {}, undefined, GOOD)}x`
  const scope = token('ES256', {}, undefined, { ...GOOD, tier: 1 })
  const [none, bad, other, headed, page] = await ask(
    { uri: '/a.txt' },
    bearer(forged),
    bearer(scope),
    { uri: '/a.txt', method: 'HEAD' },
    { uri: '/paths/a', headers: { origin: 'https://www.example.com' } },
  )
  const answer = (status: string, challenge: string) => ({
    status,
    headers: {
      'cache-control': [{ key: 'cache-control', value: 'no-store' }],
      'content-type': [{ key: 'content-type', value: 'text/plain' }],
      'www-authenticate': [{ key: 'www-authenticate', value: `Bearer ${challenge}` }],
    },
  })
  expect(none).toEqual({ ...answer('401', 'realm="private"'), body: 'realm="private"' })
  expect(bad).toEqual({ ...answer('401', 'error="invalid_token"'), body: 'error="invalid_token"' })
  expect(other).toEqual({ ...answer('403', 'error="insufficient_scope"'), body: 'error="insufficient_scope"' })
  expect(headed).toEqual({ ...answer('401', 'realm="private"'), body: '' })
  expect(at(page, 'headers', 'access-control-allow-origin', 0, 'value')).toBe('https://www.example.com')
})

it('browsers that ask for a page are sent to where they get a token', async () => {
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8'
  const [page, image] = await ask({ uri: '/paths/a', headers: { Accept: accept } }, { uri: '/paths/a' })
  expect(page).toMatchObject({
    status: '302',
    headers: { 'cache-control': [{ value: 'no-store' }], location: [{ value: 'https://cdn.example.com/login' }] },
  })
  expect(statusOf(image)).toBe(401)
})

it('the token is neither in the key nor at the origin, and what nobody asked to change is as it was', async () => {
  const grant = token('ES256', {}, undefined, { ...BARE, paths: '/' })
  const live: ViewerInput = {
    uri: '/api/live/a',
    query: `x=%2f&&y&grant=${grant}&y=1`,
    cookies: { a: 'b', c: '"d e"' },
    headers: { 'X-Twice': ['1', '2'] },
  }
  const [cached, passed, fromCookie] = await ask(
    { uri: '/paths/a.txt', query: `v=1&grant=${grant}`, cookies: { a: 'b' } },
    live,
    { uri: '/api/live/a', cookies: { a: 'b', grant, c: '"d e"' } },
  )
  expect(JSON.stringify([cached, passed, fromCookie])).not.toContain(grant)
  expect(cached).toMatchObject({ querystring: 'v=1' })
  expect(at(cached, 'headers', 'cookie')).toBeUndefined()
  expect(at(passed, 'querystring')).toBe('x=%2f&&y&y=1')
  expect(at(fromCookie, 'headers', 'cookie', 0, 'value')).toBe('a=b; c="d e"')
  const request = at(viewerLambdaEvent(live), 'Records', 0, 'cf', 'request')
  expect(passed).toEqual({ ...(request as object), querystring: 'x=%2f&&y&y=1' })
})

it('the function lets nobody in on these routes, whatever they bring', async () => {
  const engine = await openWorkerd(await functionCode(SETTINGS), { keyValues: {} })
  const good = token('RS256', {}, undefined, GOOD)
  const events = [{ uri: '/a.txt' }, bearer(good), bearer(good, { method: 'OPTIONS' }), { uri: '/open/a.txt' }].map(
    viewerEvent,
  )
  const statuses = (await engine.run(events)).map((outcome) => statusOf(returnedValue(outcome)))
  await engine.close()
  expect(statuses).toEqual([503, 503, 503, 'granted'])
})

describe('keys at a URL', () => {
  let requests = 0
  let respond: RequestListener = (_, response) => void response.end(JSON.stringify(JWKS))
  let server: Listener
  let lambda: Driver
  const open = async () => {
    // A config has https: alone; on this machine, a listener need not have a certificate.
    const settings = settingsOf('https://login.example.com/jwks.json')
    for (const { auth } of settings.routes) if (auth?.type === 'jwt') auth.jwks = { url: `${server.url}/jwks.json` }
    return zipDriver(settings, 'viewer-request-lambda')
  }
  const statuses = async (tokens: readonly string[]) =>
    (await lambda.run(tokens.map((text) => ({ event: viewerLambdaEvent(rfc(text)) })))).map((outcome) =>
      statusOf(returnedValue(outcome)),
    )

  beforeAll(async () => {
    server = await listening(
      createServer((request, response) => {
        requests += 1
        respond(request, response)
      }),
    )
    lambda = await open()
  })
  afterAll(async () => {
    await lambda?.close()
    await server?.close()
  })

  it('are not to be had: nobody gets in, and nobody is told that a token is bad', async () => {
    respond = (_, response) => void response.writeHead(500).end()
    const good = token('RS256')
    const outcomes = await lambda.run(Array(20).fill({ event: viewerLambdaEvent(rfc(good)) }))
    expect(outcomes.map((outcome) => statusOf(returnedValue(outcome)))).toEqual(Array(20).fill(503))
    expect(at(returnedValue(outcomes[0]), 'headers', 'cache-control', 0, 'value')).toBe('no-store')
    expect(requests).toBe(1)
  })

  it('are fetched once, for good tokens and for a storm of unknown names', async () => {
    await lambda.close()
    lambda = await open()
    requests = 0
    respond = (_, response) => void response.end(JSON.stringify(JWKS))
    expect(await statuses(ALGORITHMS.map((name) => token(name)))).toEqual(ALGORITHMS.map(() => 'granted'))
    const storm = Array.from({ length: 300 }, (_, i) => token('EdDSA', { kid: `unknown-${i}` }, STRANGERS.EdDSA))
    expect(new Set(await statuses(storm))).toEqual(new Set([401]))
    expect(await statuses([token('ES256')])).toEqual(['granted'])
    expect(requests).toBe(1)
  })
})
