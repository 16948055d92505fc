import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { bodyOf, connect, listening, origin, rawOrigin, responseTo, TIMEOUTS } from './fixture.ts'

describe('timeouts', () => {
  const quick = { connectionTimeout: 0.3, readTimeout: 0.3, connectionAttempts: 2 }

  it('no answer: 504, tried again with GET', async () => {
    const { url, requests } = await rawOrigin(() => {})
    expect(await connect(url, { timeouts: quick })).toEqual({
      kind: 'failed',
      status: 504,
      detailedResultType: 'OriginCommError',
      reason: `${url} did not answer within 0.3 s, 2 times`,
    })
    expect(requests).toHaveLength(2)
  })

  it('an answer to the second attempt is an answer', async () => {
    const { url, requests } = await rawOrigin((socket, _, connection) => {
      if (connection === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na')
    })
    expect(await bodyOf(await responseTo(url, { timeouts: quick, method: 'GET' }))).toBe('a')
    expect(requests).toHaveLength(2)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('no answer to %s: once', async (method) => {
    const { url, requests } = await rawOrigin(() => {})
    expect(await connect(url, { method, timeouts: quick })).toMatchObject({
      status: 504,
      reason: `${url} did not answer within 0.3 s`,
    })
    expect(requests).toHaveLength(1)
  })

  it('packets keep it alive, in the head and in the body', async () => {
    const { url } = await rawOrigin((socket) => {
      const bytes = [...'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc']
      // Some 40 pieces, each well within the time; all of them are not.
      const next = () => {
        const byte = bytes.shift()
        if (byte === undefined) return
        socket.write(byte)
        setTimeout(next, 30)
      }
      next()
    })
    const started = performance.now()
    expect(await bodyOf(await responseTo(url, { timeouts: { ...TIMEOUTS, readTimeout: 1 } }))).toBe('abc')
    expect(performance.now() - started).toBeGreaterThan(1000)
  })

  it('a body that stops ends with an error', async () => {
    const { url, requests } = await rawOrigin((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'),
    )
    const { body } = await responseTo(url, { timeouts: quick })
    await expect(buffer(body)).rejects.toThrow(`${url} stopped in its answer for 0.3 s`)
    expect(requests).toHaveLength(1)
  })

  it('so does one that would end with the connection', async () => {
    const { url } = await rawOrigin((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nabc'))
    const { body } = await responseTo(url, { timeouts: quick })
    await expect(buffer(body)).rejects.toThrow('stopped in its answer')
  })

  test.each([
    ['its length says more', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'],
    ['its last chunk is missing', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
    ['it is no chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n'],
  ])('a body that is broken off ends with an error: %s', async (_, bytes) => {
    const { url } = await rawOrigin((socket) => socket.end(bytes))
    const { body } = await responseTo(url)
    await expect(buffer(body)).rejects.toThrow(`${url} broke off its answer after 3 bytes`)
  })

  it('an error of a body that nobody listens to ends nothing else', async () => {
    const { url } = await rawOrigin((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'))
    const { body } = await responseTo(url)
    body.resume()
    await new Promise((resolve) => body.once('close', resolve))
    expect(body.errored?.message).toContain('broke off')
  })

  it('an origin that takes no more of a body', async () => {
    const url = await listening(net.createServer((socket) => socket.pause()))
    const body = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1 << 20)
      })(),
    )
    expect(await connect(url, { method: 'POST', body, timeouts: quick })).toMatchObject({
      status: 504,
      reason: `${url} did not answer within 0.3 s`,
    })
    if (!body.closed) await once(body, 'close')
  })

  it('a viewer that is slow to send a body is not the fault of the origin', async () => {
    const url = await origin(async (request, response) => response.end(await buffer(request)))
    const body = Readable.from(
      (async function* () {
        yield 'a'
        await new Promise((resolve) => setTimeout(resolve, 700))
        yield 'b'
      })(),
      { objectMode: false },
    )
    expect(await bodyOf(await responseTo(url, { method: 'POST', body, timeouts: quick }))).toBe('ab')
  })

  it('a TLS handshake that does not come to its end: no connection', async () => {
    const { url, requests } = await rawOrigin(() => {})
    const secure = url.replace('http:', 'https:')
    expect(await connect(secure, { timeouts: quick })).toEqual({
      kind: 'failed',
      status: 504,
      detailedResultType: 'OriginCommError',
      reason: `${secure} let no connection be made within 0.3 s, 2 times`,
    })
    expect(requests).toHaveLength(2)
  })

  it.runIf(process.platform === 'linux')('a listener that accepts nothing: no connection, with POST too', async () => {
    // It listens and then stands still: two connections wait to be accepted, the third gets no answer.
    const script = `const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const port = Number((await once(child.stdout, 'data'))[0])
    const waiting = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')]
    for (const socket of waiting) onTestFinished(() => void socket.destroy())
    await Promise.all(waiting.map((socket) => once(socket, 'connect')))
    const url = `http://127.0.0.1:${port}`
    expect(await connect(url, { method: 'POST', body: Buffer.from('a'), timeouts: quick })).toMatchObject({
      status: 504,
      detailedResultType: 'OriginCommError',
      reason: `${url} let no connection be made within 0.3 s, 2 times`,
    })
  })
})
