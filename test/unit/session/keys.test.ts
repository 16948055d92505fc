/** A server of keys, as it is and as it should not be. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type SessionHandler, type SessionOptions, sessionHandler } from '../../../session/session.ts'
import {
  AUDIENCE,
  ISSUER,
  type KeyServer,
  pairOf,
  type SigningPair,
  showing,
  startKeyServer,
  tokenBy,
} from './login.ts'

let first: SigningPair
let second: SigningPair
beforeAll(async () => {
  first = await pairOf('RS256', 'first')
  second = await pairOf('RS256', 'second')
})

let server: KeyServer
let session: SessionHandler
const sessionWith = (more: Partial<SessionOptions> = {}) =>
  sessionHandler({
    jwks: server.url,
    algorithms: ['RS256'],
    issuer: ISSUER,
    audience: AUDIENCE,
    grant: { type: 'jwt', secret: randomBytes(32), path: () => '/' },
    ...more,
  })
beforeEach(async () => {
  server = await startKeyServer(showing(first))
  session = sessionWith()
})
afterEach(async () => {
  vi.useRealTimers()
  await server.close()
})

const ask = async (token: string, handler = session) =>
  handler(new Request('https://app.example.com/session', { headers: { authorization: `Bearer ${token}` } }))
const statusOf = async (pair: SigningPair, handler = session) =>
  (await ask(await tokenBy(pair, { exp: FAR }), handler)).status

/** Later than any clock that is set here. */
const FAR = Math.floor(Date.now() / 1000) + 10 * 86_400

function later(seconds: number): void {
  const now = Date.now() + seconds * 1000
  vi.useFakeTimers({ now, toFake: ['Date'] })
}

describe('keys', () => {
  it('are fetched once for many, and again after ten minutes', async () => {
    expect(await Promise.all(Array.from({ length: 50 }, () => statusOf(first)))).toEqual(Array(50).fill(200))
    expect(server.asked()).toBe(1)
    later(599)
    expect([await statusOf(first), server.asked()]).toEqual([200, 1])
    later(2)
    expect([await statusOf(first), server.asked()]).toEqual([200, 2])
  })

  it('that were rotated are found, and those that are gone are not', async () => {
    expect(await statusOf(first)).toBe(200)
    server.answer(showing(first, second))
    later(31)
    expect([await statusOf(second), server.asked()]).toEqual([200, 2])
    server.answer(showing(second))
    later(601)
    expect(await statusOf(first)).toBe(401)
    expect(await statusOf(second)).toBe(200)
  })

  it('that nobody has are looked for once in 30 s, however many ask', async () => {
    expect(await statusOf(first)).toBe(200)
    const unknown = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => (await ask(await tokenBy(second, {}, { kid: `none-${i}` }))).status),
    )
    expect([new Set(unknown), server.asked()]).toEqual([new Set([401]), 1])
    later(31)
    for (let i = 0; i < 100; i += 1)
      expect((await ask(await tokenBy(second, { exp: FAR }, { kid: `x${i}` }))).status).toBe(401)
    expect(server.asked()).toBe(2)
    expect(await statusOf(first)).toBe(200)
  })

  it('without a name count where there is one that fits', async () => {
    server.answer(showing({ jwk: { ...first.jwk, kid: undefined as never } }))
    expect((await ask(await tokenBy(first, {}, { kid: undefined }))).status).toBe(200)
    server.answer(showing(first, second))
    expect((await ask(await tokenBy(first, {}, { kid: undefined }), sessionWith())).status).toBe(401)
  })
})

describe('a server that fails', () => {
  it.each<[string, Parameters<typeof startKeyServer>[0]]>([
    ['500', (_, response) => response.writeHead(500).end('no')],
    ['a redirect', (_, response) => response.writeHead(302, { location: 'https://evil.net/' }).end()],
    ['no JSON', (_, response) => response.end('<html>')],
    ['another shape', (_, response) => response.end('{"keys":{}}')],
    ['null', (_, response) => response.end('null')],
    ['a list of nothing', (_, response) => response.end('{"keys":[null]}')],
    ['an aborted answer', (request) => request.socket.destroy()],
    ['too much', (_, response) => response.end(`{"keys":[],"a":"${'x'.repeat(1_100_000)}"}`)],
  ])('with %s is unavailable, and left alone for 30 s', async (_, listener) => {
    server.answer(listener)
    for (let i = 0; i < 20; i += 1) {
      const response = await ask(await tokenBy(first))
      expect([response.status, await response.json()]).toEqual([503, { error: 'unavailable' }])
      expect(response.headers.get('retry-after')).toBe('30')
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    expect(server.asked()).toBe(1)
    server.answer(showing(first))
    expect(await statusOf(first)).toBe(503)
    later(31)
    expect([await statusOf(first), server.asked()]).toEqual([200, 2])
  })

  it('once it has given keys: they count for a day, and others are not known to be wrong', async () => {
    expect(await statusOf(first)).toBe(200)
    server.answer((_, response) => response.writeHead(503).end())
    later(700)
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 503])
    expect(server.asked()).toBe(2)
    later(86_400)
    expect(await statusOf(first)).toBe(503)
  })

  it('that is slow is not waited for', async () => {
    server.answer(() => {})
    const quick = sessionWith({ timeout: 1 })
    const began = performance.now()
    expect(await Promise.all([statusOf(first, quick), statusOf(first, quick)])).toEqual([503, 503])
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(server.asked()).toBe(1)
  })

  it('that never ends is not waited for either', async () => {
    server.answer((_, response) => response.writeHead(200).write('{"keys":['))
    expect(await statusOf(first, sessionWith({ timeout: 1 }))).toBe(503)
  })

  it('that is not there', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as { port: number }
    gone.close()
    expect(await statusOf(first, sessionWith({ jwks: `http://127.0.0.1:${port}/` }))).toBe(503)
  })
})
