import { randomBytes } from 'node:crypto'
import { decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import { afterEach, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { type SessionOptions, sessionHandler, type TokenGrant } from '../../../session/session.ts'
import { ecdsa, KEY_PAIR_ID } from '../sign/keys.ts'
import { policyOf, verdictOf } from '../sign/signature.ts'
import { AUDIENCE, ISSUER, pairOf, type SigningPair, seconds, tokenBy } from './login.ts'

const bytes = randomBytes(32)
const renewal = { secret: randomBytes(32) }
const grant: TokenGrant = {
  type: 'jwt',
  secret: bytes,
  kid: '2026-11',
  path: ({ project }) => (project === undefined ? null : `/projects/${project}/`),
}

let rsa: SigningPair
beforeAll(async () => {
  rsa = await pairOf('RS256')
})
afterEach(() => {
  vi.useRealTimers()
})

const optionsWith = (more: Partial<SessionOptions> = {}): SessionOptions => ({
  jwks: { keys: [rsa.jwk] },
  algorithms: ['RS256'],
  issuer: ISSUER,
  audience: AUDIENCE,
  grant,
  origins: ['https://www.example.com'],
  cookie: { domain: 'example.com' },
  ...more,
})

type Asked = { method?: string; token?: string; cookies?: Record<string, string>; headers?: Record<string, string> }

function requestOf({ method = 'POST', token, cookies = {}, headers = {} }: Asked): Request {
  const cookie = Object.entries(cookies)
    .map((pair) => pair.join('='))
    .join('; ')
  return new Request('https://app.example.com/session', {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie && { cookie }),
      ...headers,
    },
  })
}

/** Name, value and attributes of each cookie that is set. */
const cookiesOf = (response: Response) =>
  Object.fromEntries(
    response.headers.getSetCookie().map((line) => {
      const [pair = '', ...attributes] = line.split('; ')
      const [name = '', value = ''] = pair.split(/=(.*)/s)
      return [name, { value, attributes }]
    }),
  )

const valuesOf = (response: Response): Record<string, string> =>
  Object.fromEntries(Object.entries(cookiesOf(response)).map(([name, { value }]) => [name, value]))

const granted = async (token = ''): Promise<JWTPayload> =>
  (await jwtVerify(token, bytes, { algorithms: ['HS256'], ...(vi.isFakeTimers() && { currentDate: new Date() }) }))
    .payload

describe('a login', () => {
  it('gives a cookie that the function’s key verifies, for 15 minutes', async () => {
    const response = await sessionHandler(optionsWith())(requestOf({ token: await tokenBy(rsa) }))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ expiresIn: 900, renewIn: 600 })
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'cache-control': 'no-store', vary: 'origin' })
    const { rimlight, ...others } = cookiesOf(response)
    expect(others).toEqual({})
    expect(rimlight?.attributes).toEqual([
      'Domain=example.com',
      'Path=/',
      'Max-Age=900',
      'Secure',
      'HttpOnly',
      'SameSite=Lax',
    ])
    const { iat = 0, ...claims } = await granted(rimlight?.value)
    expect(claims).toEqual({ path: '/projects/7/', exp: iat + 900 })
  })

  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'] as const)('takes %s', async (algorithm) => {
    const pair = await pairOf(algorithm, 'theirs')
    const session = sessionHandler(optionsWith({ jwks: { keys: [rsa.jwk, pair.jwk] }, algorithms: [algorithm] }))
    expect((await session(requestOf({ token: await tokenBy(pair) }))).status).toBe(200)
    if (algorithm !== 'RS256') expect((await session(requestOf({ token: await tokenBy(rsa) }))).status).toBe(401)
  })

  it('no grant outlives its token', async () => {
    const session = sessionHandler(optionsWith())
    const exp = seconds() + 120
    const response = await session(requestOf({ token: await tokenBy(rsa, { exp }) }))
    expect(await granted(valuesOf(response).rimlight)).toMatchObject({ exp })
    expect((await response.json()).expiresIn).toBeLessThanOrEqual(120)
    const leeway = await session(requestOf({ token: await tokenBy(rsa, { exp: seconds() - 5 }) }))
    expect([leeway.status, leeway.headers.getSetCookie()]).toEqual([401, []])
  })

  it('gives what the grant says', async () => {
    const claims = ({ sub }: JWTPayload) => ({ sub })
    const path = () => ['/a/', '/b/']
    const more = { claims, path, pathClaim: 'paths', issuer: 'app', audience: 'cdn', cookie: 'pictures' }
    const session = sessionHandler(optionsWith({ grant: { ...grant, ...more }, lifetime: 60 }))
    const response = await session(requestOf({ token: await tokenBy(rsa) }))
    expect(await granted(valuesOf(response).pictures)).toMatchObject({
      ...{ iss: 'app', aud: 'cdn', sub: 'user-7', paths: ['/a/', '/b/'] },
    })
    expect(await response.json()).toEqual({ expiresIn: 60, renewIn: 40 })
  })

  it('takes the token from a cookie where that is said', async () => {
    const token = await tokenBy(rsa)
    const from = ['authorization', 'cookie:login'] as const
    expect((await sessionHandler(optionsWith({ from }))(requestOf({ cookies: { login: token } }))).status).toBe(200)
    expect((await sessionHandler(optionsWith())(requestOf({ cookies: { login: token } }))).status).toBe(401)
    const twice = requestOf({ token, cookies: { login: token } })
    expect((await sessionHandler(optionsWith({ from }))(twice)).status).toBe(401)
  })

  it.each(['GET', 'POST'])('takes %s', async (method) => {
    expect((await sessionHandler(optionsWith())(requestOf({ method, token: await tokenBy(rsa) }))).status).toBe(200)
  })

  it('of a user who may read nothing is refused', async () => {
    const token = await tokenBy(rsa, { project: undefined })
    const response = await sessionHandler(optionsWith())(requestOf({ token }))
    expect([response.status, await response.json()]).toEqual([403, { error: 'insufficient_scope' }])
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope"')
    expect(response.headers.getSetCookie()).toEqual([])
    const none = sessionHandler(optionsWith({ grant: { ...grant, path: () => [] } }))
    expect((await none(requestOf({ token: await tokenBy(rsa) }))).status).toBe(403)
  })

  it('throws what the application throws', async () => {
    const path = () => {
      throw new RangeError('of the application')
    }
    const session = sessionHandler(optionsWith({ grant: { ...grant, path } }))
    await expect(session(requestOf({ token: await tokenBy(rsa) }))).rejects.toThrow(
      new RangeError('of the application'),
    )
  })

  it('says when a grant is more than a cookie holds', async () => {
    const path = () => Array.from({ length: 200 }, (_, i) => `/projects/${i}/pictures/`)
    const session = sessionHandler(optionsWith({ grant: { ...grant, path } }))
    await expect(session(requestOf({ token: await tokenBy(rsa) }))).rejects.toMatchObject({ code: 'token-size' })
    const almost = sessionHandler(
      optionsWith({ grant: { ...grant, cookie: 'n'.repeat(1_500), claims: () => ({ a: 'x'.repeat(2_000) }) } }),
    )
    await expect(almost(requestOf({ token: await tokenBy(rsa) }))).rejects.toMatchObject({ code: 'cookie-size' })
  })
})

describe('signed cookies', () => {
  const site = { domains: ['cdn.example.com'], routes: [{ path: '/*', bucket: 'photos' }] }
  const signed: SessionOptions['grant'] = {
    ...{ type: 'signed', site, keyPairId: KEY_PAIR_ID, privateKey: ecdsa.privateKey },
    resource: ({ project }) => (project ? `/projects/${project}/*` : null),
  }

  it('are what openssl verifies', async () => {
    const response = await sessionHandler(optionsWith({ grant: signed }))(requestOf({ token: await tokenBy(rsa) }))
    expect(response.status).toBe(200)
    const cookies = Object.entries(cookiesOf(response))
    const values = Object.fromEntries(cookies.map(([name, { value }]) => [name.replace('CloudFront-', ''), value]))
    const { Statement } = JSON.parse(policyOf({ address: '', values }))
    expect(Statement[0].Resource).toBe('https://cdn.example.com/projects/7/*')
    expect(Math.abs(Statement[0].Condition.DateLessThan['AWS:EpochTime'] - seconds() - 900)).toBeLessThan(5)
    expect(verdictOf({ address: '', values }, ecdsa.publicKey)).toBe('Verified OK')
    expect(values['Key-Pair-Id']).toBe(KEY_PAIR_ID)
    for (const [name, { attributes }] of cookies) {
      expect(attributes, name).toContain(name === 'CloudFront-Expires' ? 'Max-Age=0' : 'Max-Age=900')
    }
  })

  it('are renewed, too', async () => {
    const session = sessionHandler(optionsWith({ grant: signed, renewal }))
    const first = await session(requestOf({ token: await tokenBy(rsa) }))
    const again = await session(
      requestOf({ cookies: { '__Host-rimlight-renewal': valuesOf(first)['__Host-rimlight-renewal'] ?? '' } }),
    )
    expect([again.status, Object.keys(valuesOf(again)).length]).toEqual([200, 6])
    expect((await session(requestOf({ token: await tokenBy(rsa, { project: '' }) }))).status).toBe(403)
  })
})

describe('renewal', () => {
  const NAME = '__Host-rimlight-renewal'
  const NOW = 1_800_000_000

  async function loggedIn(more: Partial<SessionOptions> = {}, claims: object = {}) {
    vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] })
    const session = sessionHandler(optionsWith({ renewal, ...more }))
    const response = await session(requestOf({ token: await tokenBy(rsa, claims) }))
    return { session, response, cookies: valuesOf(response) }
  }
  const at = (second: number) => vi.setSystemTime((NOW + second) * 1000)

  it('has a cookie of its own, for the handler’s host alone', async () => {
    const { response } = await loggedIn()
    expect(cookiesOf(response)[NAME]?.attributes).toEqual([
      'Path=/',
      'Max-Age=3600',
      'Secure',
      'HttpOnly',
      'SameSite=Lax',
    ])
  })

  it('gives nothing new while the grant is good for long', async () => {
    const { session, cookies } = await loggedIn()
    at(599)
    const early = await session(requestOf({ cookies }))
    expect([early.status, await early.json(), early.headers.getSetCookie()]).toEqual([
      200,
      { expiresIn: 301, renewIn: 1 },
      [],
    ])
    at(600)
    const response = await session(requestOf({ cookies }))
    expect(await response.json()).toEqual({ expiresIn: 900, renewIn: 600 })
    expect(await granted(valuesOf(response).rimlight)).toMatchObject({ path: '/projects/7/', exp: NOW + 1_500 })
  })

  it('gives a grant at once to whoever lost it', async () => {
    const { session, cookies } = await loggedIn()
    at(10)
    const response = await session(requestOf({ cookies: { [NAME]: cookies[NAME] ?? '' } }))
    expect(await granted(valuesOf(response).rimlight)).toMatchObject({ exp: NOW + 910 })
  })

  it('goes on, until the token would have expired and no longer', async () => {
    const { session, ...login } = await loggedIn()
    let { cookies } = login
    for (const second of [850, 1_700, 2_550, 3_400]) {
      at(second)
      const response = await session(requestOf({ cookies }))
      cookies = { ...cookies, ...valuesOf(response) }
      expect(await granted(cookies.rimlight)).toMatchObject({ exp: NOW + Math.min(second + 900, 3_600) })
    }
    expect(await (await session(requestOf({ cookies }))).json()).toEqual({ expiresIn: 200, renewIn: 200 })
    at(3_599)
    const last = await session(requestOf({ cookies }))
    expect([last.status, last.headers.getSetCookie()]).toEqual([401, []])
    at(3_600)
    expect((await session(requestOf({ cookies }))).status).toBe(401)
  })

  it('can go on for longer where that is said', async () => {
    const { session, cookies } = await loggedIn({ renewal: { ...renewal, lifetime: 86_400 } }, { exp: NOW + 60 })
    expect(await granted(cookies.rimlight)).toMatchObject({ exp: NOW + 900 })
    at(80_000)
    expect((await session(requestOf({ cookies }))).status).toBe(200)
    at(86_400)
    expect((await session(requestOf({ cookies }))).status).toBe(401)
  })

  it('is no way round a token that is not good', async () => {
    const { session, cookies } = await loggedIn()
    expect((await session(requestOf({ cookies, token: 'a.b.c' }))).status).toBe(401)
  })

  it('can’t be had with the grant, nor with another’s secret, nor twice', async () => {
    const { session, cookies } = await loggedIn()
    const { rimlight = '', [NAME]: mine = '' } = cookies
    const other = await loggedIn({ renewal: { secret: randomBytes(32) } })
    for (const value of [rimlight, other.cookies[NAME] ?? '', `${mine}x`, mine.replace(/\..*\./, '..'), '']) {
      expect((await session(requestOf({ cookies: { [NAME]: value } }))).status).toBe(401)
    }
    const twice = requestOf({ headers: { cookie: `${NAME}=${mine}; ${NAME}=${mine}` } })
    expect((await session(twice)).status).toBe(401)
    const off = sessionHandler(optionsWith())
    expect((await off(requestOf({ cookies }))).status).toBe(401)
  })

  it('opens nothing at the edge', async () => {
    const { cookies } = await loggedIn()
    await expect(granted(cookies[NAME])).rejects.toThrow('signature verification failed')
    expect(decodeJwt(cookies[NAME] ?? '').aud).toBe('rimlight/session')
  })
})

describe('logout', () => {
  it('removes all cookies, with the attributes that they were set with', async () => {
    const session = sessionHandler(optionsWith({ renewal }))
    const response = await session(requestOf({ method: 'DELETE' }))
    expect([response.status, await response.text()]).toEqual([204, ''])
    expect(cookiesOf(response)).toEqual({
      rimlight: {
        value: '',
        attributes: ['Domain=example.com', 'Path=/', 'Max-Age=0', 'Secure', 'HttpOnly', 'SameSite=Lax'],
      },
      '__Host-rimlight-renewal': {
        value: '',
        attributes: ['Path=/', 'Max-Age=0', 'Secure', 'HttpOnly', 'SameSite=Lax'],
      },
    })
  })
})

describe('pages of other origins', () => {
  const from = async (origin: string, method = 'POST') =>
    sessionHandler(optionsWith())(requestOf({ method, token: await tokenBy(rsa), headers: { origin } }))

  it.each(['https://www.example.com', 'https://app.example.com'])('%s may ask', async (origin) => {
    const response = await from(origin)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'origin',
    })
    const preflight = await from(origin, 'OPTIONS')
    expect([preflight.status, preflight.headers.getSetCookie()]).toEqual([204, []])
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
      'access-control-allow-headers': 'authorization, content-type',
    })
  })

  it.each(['https://evil.net', 'null', 'http://www.example.com', 'https://www.example.com.evil.net', ''])(
    '%j may not',
    async (origin) => {
      for (const method of ['POST', 'OPTIONS', 'DELETE']) {
        const response = await from(origin, method)
        expect([response.status, await response.json()]).toEqual([403, { error: 'origin' }])
        expect(response.headers.getSetCookie()).toEqual([])
        expect(response.headers.get('access-control-allow-origin')).toBeNull()
      }
    },
  )

  it('learn of refusals', async () => {
    const response = await sessionHandler(optionsWith())(requestOf({ headers: { origin: 'https://www.example.com' } }))
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      401,
      'https://www.example.com',
    ])
  })
})

it('other methods are refused', async () => {
  const response = await sessionHandler(optionsWith())(requestOf({ method: 'PUT' }))
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST, DELETE, OPTIONS'])
})

describe('an error says which option is wrong', () => {
  const ALGORITHMS = 'RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519'
  test.each([
    [{ algorithms: ['HS256'] }, 'algorithm', `algorithms: expected at least one of ${ALGORITHMS}, found "HS256"`],
    [{ algorithms: [] }, 'algorithm', `algorithms: expected at least one of ${ALGORITHMS}, found "none"`],
    [
      { jwks: 'http://login.example.com/keys' },
      'jwks',
      'jwks: expected an https: URL, or a set of JSON Web Keys, found "http://login.example.com/keys"',
    ],
    [{ jwks: { keys: [] } }, 'jwks', 'jwks: expected an https: URL, or a set of JSON Web Keys, found no keys'],
    [
      { jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } },
      'jwks',
      'jwks: expected public keys alone, found a private key',
    ],
    [{ issuer: undefined }, 'issuer', 'issuer: expected a text, a list of them, or null for any, found undefined'],
    [{ audience: '' }, 'audience', 'audience: expected a text, a list of them, or null for any, found ""'],
    [{ from: ['query:token'] }, 'token-source', `from: expected 'authorization' or 'cookie:NAME', found "query:token"`],
    [{ lifetime: 900_000 }, 'lifetime', 'lifetime: expected whole seconds from 1 to 604800, found 900000'],
    [{ renewBefore: 900 }, 'lifetime', 'renewBefore: expected whole seconds from 1 to 899, found 900'],
    [{ grant: { type: 'none' } }, 'grant', `grant.type: expected 'jwt' or 'signed', found "none"`],
    [
      { grant: { ...grant, secret: 'short' } },
      'secret',
      'grant.secret: expected a secret of 32 to 768 bytes, found one of 5',
    ],
    [
      { renewal: { secret: bytes } },
      'secret',
      'renewal.secret: expected another secret than grant.secret, found the same',
    ],
    [
      { cookie: { sameSite: 'None', secure: false } },
      'cookie',
      'cookie: expected secure with SameSite=None, found "secure: false"',
    ],
    [{ cookie: { domain: 'a.b;c' } }, 'cookie', 'cookie: expected a domain such as example.com, found "a.b;c"'],
    [{ cookie: { path: '/a;b' } }, 'cookie', 'cookie: expected a path that begins with /, found "/a;b"'],
    [
      { grant: { ...grant, cookie: '__Host-a' } },
      'cookie',
      'cookie: expected no domain, and the path /, with a name of __Host-, found "example.com"',
    ],
    [
      { grant: { ...grant, cookie: 'a b' } },
      'cookie',
      'cookie: expected a name without spaces, separators and control characters, found "a b"',
    ],
    [
      { origins: ['https://www.example.com/'] },
      'origin',
      'origins: expected origins such as https://www.example.com, found "https://www.example.com/"',
    ],
  ])('%j', (more, code, message) => {
    expect(() => sessionHandler(optionsWith(more as never))).toThrow(
      expect.objectContaining({ name: 'InputError', code, message }),
    )
  })
})
