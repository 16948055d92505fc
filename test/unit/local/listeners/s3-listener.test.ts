import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { type BucketListener, openBucketListener } from '../../../../local/listeners/s3-listener.ts'
import { ask } from '../workers/s3/raw.ts'

let server: Server
let listener: BucketListener
afterEach(async () => {
  await listener.close()
  server.closeAllConnections()
  if (server.listening) await once(server.close(), 'close')
})

/** In front of a server that stands for the Worker's socket. */
async function listenBefore(answer: RequestListener): Promise<void> {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  listener = await openBucketListener(() => new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
}

test('target, header lines and body go through as they are', async () => {
  const seen: unknown[] = []
  await listenBefore(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const own = request.rawHeaders.findIndex((name) => name.toLowerCase() === 'connection')
    seen.push(request.method, request.url, request.rawHeaders.toSpliced(own, 2), Buffer.concat(pieces).toString())
    response.sendDate = false
    response
      .writeHead(
        207,
        [
          ['X-Odd', 'a'],
          ['x-odd', 'b'],
          ['content-length', '2'],
        ].flat(),
      )
      .end('ok')
  })
  const headers = { Host: 'bucket.localhost:1', 'X-Amz-Meta-A': 'b  c' }
  const response = await ask(listener.endpoint, { method: 'PUT', target: '//a/../%2f|?x="', headers, body: 'body' })
  const lines = ['content-length', '4', 'Host', 'bucket.localhost:1', 'X-Amz-Meta-A', 'b  c']
  expect(seen).toEqual(['PUT', '//a/../%2f|?x="', lines, 'body'])
  expect(response).toMatchObject({ status: 207, headers: { 'x-odd': 'a, b', 'content-length': '2' } })
  expect(response.headers).not.toHaveProperty('date')
  expect(response.body.toString()).toBe('ok')
})

test('HEAD keeps the length of what it does not send', async () => {
  await listenBefore((_, response) => response.writeHead(200, { 'content-length': '1000' }).end())
  expect(await ask(listener.endpoint, { method: 'HEAD', target: '/a' })).toMatchObject({
    status: 200,
    headers: { 'content-length': '1000' },
  })
})

test('an answer that breaks off does not look whole', async () => {
  await listenBefore((_, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('part', () => response.destroy())
  })
  await expect(ask(listener.endpoint, { target: '/a' })).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('503 where nobody answers', async () => {
  await listenBefore((request) => request.destroy())
  expect((await ask(listener.endpoint, { target: '/a' })).status).toBe(503)
})
