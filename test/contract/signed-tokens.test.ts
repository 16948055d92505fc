/** Tokens of `rimlight/sign` and cookies of `rimlight/session`, held against the function that verifies them. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { checkConfig } from '../../build/config.ts'
import type { Config } from '../../edge/config.ts'
import { TOKEN_KEYS } from '../../edge/token.ts'
import { sessionHandler } from '../../session/session.ts'
import { signToken } from '../../sign/token.ts'
import { runs, SEED } from '../runs.ts'
import { AUDIENCE, ISSUER, pairOf, tokenBy } from '../unit/session/login.ts'
import { anyPath } from './arbitraries.ts'
import { returnedValue } from './case.ts'
import { DRIVERS, type Driver } from './drivers.ts'
import { viewerEvent } from './events.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [
    {
      path: '/*',
      origin: 'photos',
      cache: {},
      auth: {
        type: 'jwt',
        algorithms: ['HS256'],
        from: ['cookie:rimlight'],
        path: 'path',
        issuer: 'app',
        audience: 'cdn',
      },
    },
  ],
}

const secret = `${'s'.repeat(43)}\n`
const KEY = Buffer.from(secret.trim()).toString('base64url')
const token = { secret, issuer: 'app', audience: 'cdn', expiresIn: 60 }
const renewal = { secret: 'r'.repeat(43), cookie: 'rimlight-renewal' }

type Asked = { uri: string; token: string }

const eventOf = ({ uri, token }: Asked) => viewerEvent({ uri, cookies: { rimlight: token } })

/** 200, or what a refusal says. */
const statusOf = (value: unknown): unknown => at(value, 'statusCode') ?? 200

describe.each(DRIVERS.filter(({ triggers }) => triggers.includes('viewer-request')))('$name', ({ open, missing }) => {
  if (missing) return it.skip(missing, () => {})
  let driver: Driver
  beforeAll(async () => {
    const keys = { [`${TOKEN_KEYS}2026-12`]: KEY, [`${TOKEN_KEYS}default`]: KEY }
    driver = await open(checkConfig(CONFIG, 'the config of tokens'), 'viewer-request', keys)
  })
  afterAll(() => driver?.close())

  const ask = async (asked: readonly Asked[]): Promise<unknown[]> =>
    (await driver.run(asked.map((one) => ({ event: eventOf(one) })))).map(returnedValue).map(statusOf)

  it('a token opens its paths and no others', async () => {
    const path = ['/projects/7/', '/shared']
    const tokens = [signToken({ ...token, path }), signToken({ ...token, path, kid: '2026-12' })]
    const asked = ['/projects/7/a.jpg', '/shared', '/shared/a/b.jpg', '/projects/8/a.jpg', '/projects/7', '/sharedx']
    for (const token of tokens) {
      expect(await ask(asked.map((uri) => ({ uri, token })))).toEqual([200, 200, 200, 403, 403, 403])
    }
  })

  it('a token of another secret, name, issuer or audience opens nothing', async () => {
    const path = '/'
    const others = [{ secret: 'o'.repeat(43) }, { kid: '2026-11' }, { issuer: 'other' }, { audience: ['other'] }]
    const asked = others.map((other) => ({ uri: '/a.jpg', token: signToken({ ...token, path, ...other }) }))
    expect(await ask(asked)).toEqual([401, 401, 401, 401])
  })

  it('a path that a token may have is one that it opens, and all others are refused where it is made', async () => {
    const paths = fc.sample(anyPath, { numRuns: runs(2_000), seed: SEED })
    const made = paths.flatMap((uri) => {
      try {
        return [{ uri, token: signToken({ ...token, path: uri }) }]
      } catch (error) {
        expect(at(error, 'code')).toBe('path')
        return []
      }
    })
    expect(made.length).toBeGreaterThan(20)
    expect(made.length).toBeLessThan(paths.length)
    expect(new Set(await ask(made))).toEqual(new Set([200]))
  })

  it('a session’s cookie opens what its login may read, and the cookie that renews it opens nothing', async () => {
    const login = await pairOf('ES256')
    const session = sessionHandler({
      ...{ jwks: { keys: [login.jwk] }, algorithms: ['ES256'], issuer: ISSUER, audience: AUDIENCE, renewal },
      grant: {
        ...{ type: 'jwt', secret, kid: '2026-12', issuer: 'app', audience: 'cdn' },
        path: ({ project }) => `/projects/${project}/`,
      },
    })
    const authorization = `Bearer ${await tokenBy(login)}`
    const answer = await session(new Request('https://app.example.com/session', { headers: { authorization } }))
    const [grant = '', renewing = ''] = answer.headers.getSetCookie().map((line) => line.replace(/^[^=]*=|;.*/g, ''))
    const asked = [
      { uri: '/projects/7/a.jpg', token: grant },
      { uri: '/projects/8/a.jpg', token: grant },
      { uri: '/projects/7/a.jpg', token: renewing },
      { uri: '/projects/7/a.jpg', token: await tokenBy(login) },
    ]
    expect(await ask(asked)).toEqual([200, 403, 401, 401])
  })
})
