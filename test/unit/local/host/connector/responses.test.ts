import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, test } from 'vitest'
import { bodyOf, origin, rawOrigin, responseTo, TIMEOUTS } from './fixture.ts'

describe('what comes back', () => {
  it('header lines, in their order and number, and no more than was sent', async () => {
    const { url } = await rawOrigin((socket) =>
      socket.write(
        'HTTP/1.1 200 Fine\r\nSet-Cookie: a=1\r\nX-B:2\r\nset-cookie: b=2\r\nx-b: \xc3\xa9\r\nContent-Length: 2\r\n\r\nok',
        'latin1',
      ),
    )
    const response = await responseTo(url)
    expect(response.status).toBe(200)
    expect(response.headers).toEqual([
      ['set-cookie', 'a=1'],
      ['x-b', '2'],
      ['set-cookie', 'b=2'],
      ['x-b', '\xc3\xa9'],
      ['content-length', '2'],
    ])
    expect(await bodyOf(response)).toBe('ok')
  })

  test.each<[string, string, string, number, string]>([
    [
      'chunked',
      'GET',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-T: 1\r\n\r\n',
      200,
      'abc',
    ],
    [
      '1xx before it',
      'GET',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na',
      200,
      'a',
    ],
    ['HEAD with a length', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n', 200, ''],
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
    ['304 with a length', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\nETag: "a"\r\n\r\n', 304, ''],
    [
      'a redirect, which is not followed',
      'GET',
      'HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n',
      302,
      '',
    ],
    ['an error', 'GET', 'HTTP/1.1 503 Slow Down\r\nContent-Length: 2\r\n\r\nno', 503, 'no'],
    ['no reason phrase', 'GET', 'HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na', 200, 'a'],
  ])('%s', async (_, method, bytes, status, body) => {
    const { url, requests } = await rawOrigin((socket) => socket.write(bytes, 'latin1'))
    const response = await responseTo(url, { method })
    expect(response.status).toBe(status)
    expect(await bodyOf(response)).toBe(body)
    expect(requests).toHaveLength(1)
  })

  test.each([
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nabc'],
    ['HTTP/1.1', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc'],
  ])('a body that ends with the connection: %s', async (_, bytes) => {
    const { url } = await rawOrigin((socket) => socket.end(bytes))
    expect(await bodyOf(await responseTo(url))).toBe('abc')
  })

  it('a body that ends with a connection that is reset: nobody can tell', async () => {
    const { url } = await rawOrigin((socket, request) => {
      if (request === 'reset') socket.resetAndDestroy()
      else socket.write('HTTP/1.1 200 OK\r\n\r\nabc')
      sockets.push(socket)
    })
    const sockets: Socket[] = []
    const response = await responseTo(url)
    response.body.once('data', () => sockets[0]?.resetAndDestroy())
    expect(await bodyOf(response)).toBe('abc')
  })

  it('compressed bytes as they are', async () => {
    const packed = gzipSync('a'.repeat(10_000))
    const url = await origin((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed))
    const response = await responseTo(url, {
      headers: [
        ['host', 'a'],
        ['accept-encoding', 'gzip'],
      ],
    })
    expect(await buffer(response.body)).toEqual(packed)
    expect(response.headers).toContainEqual(['content-encoding', 'gzip'])
  })

  it('3,000 short header lines', async () => {
    const lines = 'a:1\r\n'.repeat(3_000)
    const { url } = await rawOrigin((socket) => socket.write(`HTTP/1.1 200 OK\r\n${lines}Content-Length: 0\r\n\r\n`))
    expect((await responseTo(url)).headers).toHaveLength(3_001)
  })

  it('no more of a body than somebody takes', async () => {
    let sent = 0
    const url = await origin((_, response) => {
      const more = () => {
        sent += 65_536
        return response.write(Buffer.alloc(65_536))
      }
      const fill = () => {
        while (more());
        stalled.resolve()
      }
      response.on('drain', fill)
      fill()
    })
    const stalled = Promise.withResolvers<void>()
    const response = await responseTo(url, { timeouts: { ...TIMEOUTS, readTimeout: 0.5 } })
    await stalled.promise
    // Longer than the origin may be quiet: it is the viewer who is waited for.
    await new Promise((resolve) => setTimeout(resolve, 900))
    const before = sent
    expect(response.body.destroyed).toBe(false)
    for (let taken = 0; taken < before + 10 * 65_536; ) {
      const chunk = response.body.read()
      if (chunk) taken += chunk.length
      else await once(response.body, 'readable')
    }
    expect(sent).toBeGreaterThan(before)
  })

  it('an answer before the request is sent whole, which then is no longer sent', async () => {
    const { url } = await rawOrigin((socket) => socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno'))
    const body = new Readable({ read() {} })
    body.push('a')
    const response = await responseTo(url, { method: 'POST', body })
    expect(response.status).toBe(413)
    const closed = once(body, 'close')
    expect(await bodyOf(response)).toBe('no')
    await closed
  })
})
