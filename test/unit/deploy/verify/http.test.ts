import { createServer, type RequestListener } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { NoAnswer, openViewer, type Viewer } from '../../../../deploy/verify/http.ts'
import { type Listener, listening } from '../../../listener.ts'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

async function viewerOf(answer: RequestListener, patience = 10_000): Promise<Viewer> {
  const listener: Listener = await listening(createServer(answer))
  const url = new URL(listener.url)
  const viewer = openViewer({ url, httpUrl: undefined, headers: { 'x-always': '1' }, isInsecure: false, patience })
  opened.push(viewer, listener)
  return viewer
}

it('sends path and query as they are, and its own headers unless others are given', async () => {
  const seen: unknown[] = []
  const viewer = await viewerOf(({ method, url, headers }, response) => {
    seen.push([method, url, headers.accept, headers['accept-encoding'], headers['x-always'], headers['content-length']])
    response.end()
  })
  await viewer.ask({ path: '/x/../%zz%2f', query: ['b=%20', 'a'] })
  await viewer.ask({ method: 'POST', path: '/', headers: { accept: 'image/webp' } })
  expect(seen).toEqual([
    ['GET', '/x/../%zz%2f?b=%20&a', '*/*', 'identity', '1', undefined],
    ['POST', '/', 'image/webp', 'identity', '1', '0'],
  ])
  expect(viewer.requests()).toBe(2)
})

it('shows headers as they came, follows no redirect and decodes nothing', async () => {
  const viewer = await viewerOf((_, response) => {
    response.writeHead(301, [
      ...['Location', '/elsewhere', 'X-Two', 'a', 'x-two', 'b'],
      ...['content-encoding', 'gzip', 'content-length', '3'],
    ])
    response.end('abc')
  })
  const answer = await viewer.ask({ path: '/' })
  expect(answer).toMatchObject({ method: 'GET', target: '/', status: 301, bytes: 3, sent: {} })
  expect(answer.beginning.toString()).toBe('abc')
  expect(answer.headers.slice(0, 4)).toEqual([
    ['Location', '/elsewhere'],
    ['X-Two', 'a'],
    ['x-two', 'b'],
    ['content-encoding', 'gzip'],
  ])
})

it('reads a long body to its end, and keeps its beginning', async () => {
  const viewer = await viewerOf((_, response) => response.end(Buffer.alloc(1_000_000, 'x')))
  const answer = await viewer.ask({ path: '/' })
  expect(answer.bytes).toBe(1_000_000)
  expect(answer.beginning).toHaveLength(65_536)
})

it('takes as many headers as CloudFront lets through', async () => {
  const viewer = await viewerOf((_, response) => {
    for (let i = 0; i < 8; i += 1) response.setHeader(`x-${i}`, 'x'.repeat(4_000))
    response.end()
  })
  expect((await viewer.ask({ path: '/' })).headers.length).toBeGreaterThanOrEqual(8)
})

it('takes the brackets off an IPv6 address', async () => {
  const url = new URL('https://[::1]:1')
  const viewer = openViewer({ url, httpUrl: undefined, headers: {}, isInsecure: true, patience: 10_000 })
  opened.push(viewer)
  await expect(viewer.ask({ path: '/' })).rejects.toThrow(/: connect E[A-Z]+ ::1:1/)
  await expect(viewer.protocol()).rejects.toThrow(/^TLS with https:\/\/\[::1\]:1: connect E[A-Z]+ ::1:1/)
})

it.each<[string, RequestListener, RegExp]>([
  ['never answers', () => {}, /^GET http:\/\/127\.0\.0\.1:\d+\/a\?b: no answer in time$/],
  ['hangs up', ({ socket }) => socket.destroy(), /socket hang up|ECONNRESET/],
  [
    'breaks off',
    (_, response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('abc', () => response.destroy())
    },
    /aborted|ECONNRESET|terminated/,
  ],
  [
    'switches to another protocol',
    ({ socket }) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    /: the connection was closed without an answer$/,
  ],
])('who %s gives no answer', async (_, listener, message) => {
  const viewer = await viewerOf(listener, 300)
  const error: unknown = await viewer.ask({ path: '/a', query: ['b'] }).catch((cause) => cause)
  expect(error).toBeInstanceOf(NoAnswer)
  expect((error as NoAnswer).message).toMatch(message)
})

it('asks over HTTP only where it is known where', async () => {
  const viewer = await viewerOf((_, response) => response.end())
  await expect(viewer.ask({ path: '/', isPlain: true })).rejects.toThrow('where it listens for HTTP is not known')
  expect(viewer.requests()).toBe(0)
})
