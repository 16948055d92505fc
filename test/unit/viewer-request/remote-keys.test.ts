import { createServer, type RequestListener } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { type RemoteKeys, remoteKeys } from '../../../viewer-request/remote-keys.ts'
import { type Listener, listening } from '../../listener.ts'

const KEYS = [{ kid: 'a' }, { kid: 'b' }]
const send =
  (body: unknown, status = 200, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))

let server: Listener
let requests: number
let respond: RequestListener
let now: number
let keys: RemoteKeys
const named = (kid: string) => keys.get((all) => all.some((key) => key.kid === kid))

beforeAll(async () => {
  server = await listening(
    createServer((request, response) => {
      requests += 1
      respond(request, response)
    }),
  )
})
afterAll(() => server.close())
beforeEach(() => {
  requests = 0
  respond = send({ keys: KEYS })
  now = 0
  keys = remoteKeys(`${server.url}/jwks.json`, () => now)
})

it('fetches a set once, for whoever asks meanwhile', async () => {
  const sets = await Promise.all(Array.from({ length: 50 }, () => named('a')))
  expect(sets.every((set) => set?.length === 2)).toBe(true)
  now = 9 * 60_000
  expect(await named('b')).toEqual(KEYS)
  expect(requests).toBe(1)
})

it('fetches again for an unknown key, once in 30 seconds whatever is asked for', async () => {
  await named('a')
  for (let i = 0; i < 500; i += 1) expect(await named(`unknown-${i}`)).toEqual(KEYS)
  expect(requests).toBe(1)
  now = 29_999
  await named('c')
  expect(requests).toBe(1)
  respond = send({ keys: [...KEYS, { kid: 'c' }] })
  now = 30_000
  await Promise.all(Array.from({ length: 50 }, () => named('c')))
  expect(await named('c')).toContainEqual({ kid: 'c' })
  expect(requests).toBe(2)
})

it('fetches again after ten minutes, so that a key that was taken out opens nothing any more', async () => {
  await named('a')
  respond = send({ keys: [{ kid: 'b' }] })
  now = 10 * 60_000
  expect(await named('a')).toEqual([{ kid: 'b' }])
  expect(requests).toBe(2)
})

it('goes on with what it has where that fails, for an hour, and asks every five seconds', async () => {
  await named('a')
  respond = send('', 503)
  now = 10 * 60_000
  for (let i = 0; i < 100; i += 1) expect(await named('a')).toEqual(KEYS)
  expect(requests).toBe(2)
  now += 5_000
  expect(await named('a')).toEqual(KEYS)
  expect(requests).toBe(3)
  now = 60 * 60_000
  expect(await named('a')).toBeNull()
  respond = send({ keys: KEYS })
  now += 5_000
  expect(await named('a')).toEqual(KEYS)
})

describe('what is no set of keys', () => {
  test.each<[string, RequestListener]>([
    ['another status', send({ keys: KEYS }, 404)],
    ['a redirect', send('', 302, { location: '/elsewhere' })],
    ['no JSON', send('<html>')],
    ['no keys', send({ jwks: KEYS })],
    ['null', send('null')],
    ['more than 256 KiB', send({ keys: [{ kid: 'a', x: 'x'.repeat(262_144) }] })],
    ['a body that breaks off', (_, response) => void response.writeHead(200, { 'content-length': '99' }).write('{')],
    ['a connection that breaks off', (request) => void request.socket.destroy()],
  ])('%s', async (_, answer) => {
    respond = (request, response) => {
      answer(request, response)
      if (response.headersSent && !response.writableEnded) setTimeout(() => response.destroy(), 50)
    }
    expect(await named('a')).toBeNull()
    expect(await named('a')).toBeNull()
    expect(requests).toBe(1)
  })

  it('members that are no keys are left out', async () => {
    respond = send({ keys: [null, 1, 'a', { kid: 'a' }] })
    expect(await named('a')).toEqual([{ kid: 'a' }])
  })
})

it('waits for two seconds, for the head and for the body', async () => {
  for (const answer of [() => {}, (_: unknown, response: { write(text: string): void }) => response.write('{')]) {
    respond = answer as RequestListener
    keys = remoteKeys(`${server.url}/jwks.json`, () => now)
    const started = performance.now()
    expect(await named('a')).toBeNull()
    expect(performance.now() - started).toBeGreaterThan(1_900)
  }
})
