import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, test } from 'vitest'
import { certificateFor } from '../../../local/certificate.ts'
import type { OriginRequest, OriginResponse } from '../../../local/origin-connector/exchange.ts'
import { openConnector } from '../../../local/origin-connector.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const TIMEOUTS = { connectionTimeout: 10, readTimeout: 30, connectionAttempts: 3 }

function connector(options?: { ca?: string }) {
  const opened = openConnector(options)
  closing.push(opened.close)
  return {
    ...opened,
    connect: (url: string, request: Partial<OriginRequest> = {}) =>
      opened.connect({ url, method: 'GET', headers: [['host', 'photos.example.com']], timeouts: TIMEOUTS, ...request }),
  }
}

const connect = (url: string, request?: Partial<OriginRequest>) => connector().connect(url, request)

async function listening(server: net.Server, host = '127.0.0.1'): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, host)
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

/** A listener that sees bytes: `answer` is called for each packet, `requests` has what came, one entry to a connection. */
async function rawOrigin(answer: (socket: Socket, request: string, connection: number) => void) {
  const requests: string[] = []
  const server = net.createServer((socket) => {
    const connection = requests.push('') - 1
    socket.on('data', (data) => {
      requests[connection] += data.toString('latin1')
      answer(socket, data.toString('latin1'), connection)
    })
  })
  return { url: await listening(server), requests }
}

const origin = (listener: http.RequestListener) => listening(http.createServer(listener))

async function responseTo(url: string, request?: Partial<OriginRequest>): Promise<OriginResponse> {
  const answer = await connect(url, request)
  if (answer.kind === 'failed') throw new Error(answer.says)
  return answer
}

const bodyOf = async ({ body }: OriginResponse) => (await buffer(body)).toString('latin1')

describe('what is sent', () => {
  const OK = 'HTTP/1.1 204 No Content\r\n\r\n'
  test.each<[string, string, Partial<OriginRequest>, string]>([
    [
      'lines as given, in their order and number, and a connection to keep',
      '/a',
      {
        headers: [
          ['Host', 'photos.example.com'],
          ['x-b', '2'],
          ['x-a', '1'],
          ['x-b', '3'],
        ],
      },
      'GET /a HTTP/1.1\r\nHost: photos.example.com\r\nx-b: 2\r\nx-a: 1\r\nx-b: 3\r\nConnection: Keep-Alive\r\n\r\n',
    ],
    [
      'the path as given: dots, slashes, escapes and raw bytes',
      '/a/../b//%7e/%2F/\xe9|"?x={y}&x=..',
      { headers: [] },
      'GET /a/../b//%7e/%2F/\xe9|"?x={y}&x=.. HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n',
    ],
    ['a slash where there is no path', '', { headers: [] }, 'GET / HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n'],
    ['a slash before a lone query', '?a', { headers: [] }, 'GET /?a HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n'],
    [
      'bytes of header values',
      '/',
      { headers: [['x-name', '\xc3\xa9']] },
      'GET / HTTP/1.1\r\nx-name: \xc3\xa9\r\nConnection: Keep-Alive\r\n\r\n',
    ],
    ['any method', '/', { headers: [], method: 'HEAD' }, 'HEAD / HTTP/1.1\r\nConnection: Keep-Alive\r\n\r\n'],
    [
      'a body with the length that it was given',
      '/',
      { method: 'PUT', headers: [['content-length', '3']], body: Readable.from([Buffer.from('abc')]) },
      'PUT / HTTP/1.1\r\ncontent-length: 3\r\nConnection: Keep-Alive\r\n\r\nabc',
    ],
    [
      'a body in chunks, with DELETE too',
      '/',
      { method: 'DELETE', headers: [], body: Readable.from([Buffer.from('abc')]) },
      'DELETE / HTTP/1.1\r\nConnection: Keep-Alive\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ],
    [
      'the length of a body that is known',
      '/',
      { method: 'PATCH', headers: [], body: Buffer.from('abc') },
      'PATCH / HTTP/1.1\r\nConnection: Keep-Alive\r\nContent-Length: 3\r\n\r\nabc',
    ],
    [
      'that there is no body, where one could be',
      '/',
      { method: 'POST', headers: [] },
      'POST / HTTP/1.1\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n',
    ],
  ])('%s', async (_, target, request, bytes) => {
    const { url, requests } = await rawOrigin((socket, _, connection) => {
      if (requests[connection] === bytes) socket.write(OK)
    })
    const answer = await connect(`${url}${target}`, {
      ...request,
      timeouts: { ...TIMEOUTS, readTimeout: 2, connectionAttempts: 1 },
    })
    expect(requests).toEqual([bytes])
    expect(answer).toMatchObject({ kind: 'response', status: 204 })
  })

  it('a body of any size, as the origin takes it', async () => {
    const url = await origin(async (request, response) => response.end(String((await buffer(request)).length)))
    const body = Readable.from(
      (function* () {
        for (let i = 0; i < 300; i++) yield Buffer.alloc(65_536)
      })(),
    )
    expect(await bodyOf(await responseTo(url, { method: 'POST', body }))).toBe(String(300 * 65_536))
  })

  test.each([
    [
      'a space in the path',
      'http://127.0.0.1:1/a b',
      {},
      /can't be asked: Request path contains unescaped characters$/,
    ],
    [
      'a line break in a header',
      'http://127.0.0.1:1/',
      { headers: [['a', 'b\r\nc: d']] },
      /can't be asked: Invalid character in header content \["a"\]$/,
    ],
    [
      'a URL of another kind',
      'ftp://a/',
      {},
      /^ftp:\/\/a\/ can't be asked: expected a URL that begins with http:\/\/ or https:\/\//,
    ],
    ['no host', 'http:///a', {}, /can't be asked: expected a URL/],
  ] as [string, string, Partial<OriginRequest>, RegExp][])('never: %s', async (_, url, request, says) => {
    expect(await connect(url, request)).toEqual({
      kind: 'failed',
      status: 502,
      reason: 'OriginWriteError',
      says: expect.stringMatching(says),
    })
  })
})

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

describe('connections', () => {
  it('are kept for GET and HEAD', async () => {
    const { url, requests } = await rawOrigin((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'))
    const { connect } = connector()
    for (let i = 0; i < 3; i++) {
      const response = await connect(url)
      if (response.kind === 'response') await buffer(response.body)
    }
    expect(requests).toHaveLength(1)
    expect(requests[0]?.match(/^GET/gm)).toHaveLength(3)
  })

  it('are kept when nobody reads what has no body', async () => {
    const { url, requests } = await rawOrigin((socket) => socket.write('HTTP/1.1 304 Not Modified\r\n\r\n'))
    const { connect } = connector()
    for (let i = 0; i < 3; i++) {
      await connect(url)
      await new Promise(setImmediate)
    }
    expect(requests).toHaveLength(1)
  })

  it('are new for what can not be sent twice', async () => {
    const { url, requests } = await rawOrigin((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na'))
    const { connect } = connector()
    for (let i = 0; i < 3; i++) {
      const response = await connect(url, { method: 'POST', body: Buffer.from('x') })
      if (response.kind === 'response') await buffer(response.body)
    }
    expect(requests).toHaveLength(3)
  })

  test.each([
    ['that the origin closes with the next request', (socket: Socket) => socket.destroy()],
    ['that the origin resets', (socket: Socket) => socket.resetAndDestroy()],
    ['on which nonsense comes', (socket: Socket) => socket.write('nonsense\r\n\r\n')],
  ])('kept, but one %s is replaced', async (_, fail) => {
    const served = new Set<Socket>()
    const { url, requests } = await rawOrigin((socket) => {
      if (served.has(socket)) return fail(socket)
      served.add(socket)
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na')
    })
    const { connect } = connector()
    for (let i = 0; i < 2; i++) {
      const response = await connect(url, { timeouts: { ...TIMEOUTS, connectionAttempts: 1 } })
      expect(response).toMatchObject({ kind: 'response', status: 200 })
      if (response.kind === 'response') await buffer(response.body)
    }
    expect(requests).toHaveLength(2)
  })

  it('a body after HEAD is not taken for the next response', async () => {
    const { url } = await rawOrigin((socket, request) => {
      const body = request.startsWith('HEAD') ? 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil' : 'fine'
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    })
    const { connect } = connector()
    const head = await connect(url, { method: 'HEAD' })
    if (head.kind === 'response') await buffer(head.body)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const get = await connect(url)
    expect(get.kind === 'response' && (await bodyOf(get))).toBe('fine')
  })
})

describe('failures', () => {
  const failureOf = async (url: string, request: Partial<OriginRequest> = {}) => {
    const answer = await connect(url, request)
    if (answer.kind === 'response') throw new Error(`answered with ${answer.status}`)
    return `${answer.status} ${answer.reason}: ${answer.says.replace(url, 'URL')}`
  }
  const quick = (timeouts: object) => ({ timeouts: { ...TIMEOUTS, ...timeouts } })

  it('refused: as often as it may be tried, with any method', async () => {
    const server = net.createServer()
    const url = await listening(server)
    server.close()
    await once(server, 'close')
    expect(await failureOf(url)).toBe('502 OriginConnectError: URL refused the connection, 3 times')
    expect(await failureOf(url, { method: 'POST', body: Readable.from(['a']) })).toMatch(/, 3 times$/)
    expect(await failureOf(url, quick({ connectionAttempts: 1 }))).toBe(
      '502 OriginConnectError: URL refused the connection',
    )
  })

  test.each<[string, string]>([
    ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['HTTP/2', '\0\0\x0c\x04\0\0\0\0\0'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
  ])('not HTTP: %s', async (_, bytes) => {
    const { url, requests } = await rawOrigin((socket) => socket.end(bytes, 'latin1'))
    expect(await failureOf(url)).toMatch(
      /^502 OriginInvalidResponseError: URL answered with what is not HTTP: Parse Error: /,
    )
    expect(requests).toHaveLength(1)
  })

  it('closed without an answer', async () => {
    const { url, requests } = await rawOrigin((socket) => socket.end())
    expect(await failureOf(url)).toBe('502 OriginReadError: URL ended the connection without an answer')
    expect(requests).toHaveLength(1)
  })

  it('reset', async () => {
    const { url, requests } = await rawOrigin((socket) => socket.resetAndDestroy())
    expect(await failureOf(url)).toBe('502 OriginReadError: URL ended the connection without an answer')
    expect(requests).toHaveLength(1)
  })

  it('closed in the middle of the head', async () => {
    const { url } = await rawOrigin((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'))
    expect(await failureOf(url)).toBe('502 OriginReadError: URL ended the connection without an answer')
  })

  test.each([
    ['fit', 31_000, 200],
    ['are too large', 33_000, 'OriginHeaderTooBigError'],
  ])('headers of 32,768 bytes at most: those that %s', async (_, bytes, result) => {
    const { url } = await rawOrigin((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(bytes)}\r\nContent-Length: 0\r\n\r\n`),
    )
    const answer = await connect(url)
    expect(answer.kind === 'response' ? answer.status : answer.reason).toBe(result)
    if (answer.kind === 'failed') expect(answer.says).toBe(`${url} answered with more than 32,768 bytes of headers`)
  })

  it('100 Continue a second time', async () => {
    const { url } = await rawOrigin((socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(2)))
    expect(await failureOf(url)).toBe('502 OriginInvalidResponseError: URL answered with 100 Continue a second time')
  })

  it('101', async () => {
    const { url } = await rawOrigin((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    )
    expect(await failureOf(url)).toBe(
      '502 OriginInvalidResponseError: URL switched to another protocol, which nobody had asked for',
    )
  })

  it('a name that does not resolve: not tried again', async () => {
    const started = performance.now()
    expect(await failureOf('http://no-such-host.invalid/')).toMatch(
      /^502 OriginDnsError: http:\/\/no-such-host\.invalid has a name that does not resolve: getaddrinfo E\w+ no-such-host\.invalid$/,
    )
    expect(performance.now() - started).toBeLessThan(30_000)
  })

  it('the body of a request that breaks off', async () => {
    const { url } = await rawOrigin(() => {})
    const body = new Readable({ read() {} })
    body.push('a')
    setImmediate(() => body.destroy(new Error('the viewer went away')))
    expect(await failureOf(url, { method: 'PUT', body })).toBe(
      '502 ClientHungUpRequest: URL was not sent the whole body of the request: the viewer went away',
    )
  })

  it('TLS where there is none', async () => {
    const { url } = await rawOrigin((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const secure = url.replace('http:', 'https:')
    expect(await failureOf(secure)).toMatch(
      /^502 OriginConnectError: URL does not speak TLS as CloudFront does: \w.+\w, 3 times$/,
    )
  })
})

describe('timeouts', () => {
  const quick = { connectionTimeout: 0.3, readTimeout: 0.3, connectionAttempts: 2 }

  it('no answer: 504, tried again with GET', async () => {
    const { url, requests } = await rawOrigin(() => {})
    expect(await connect(url, { timeouts: quick })).toEqual({
      kind: 'failed',
      status: 504,
      reason: 'OriginCommError',
      says: `${url} did not answer within 0.3 s, 2 times`,
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
      says: `${url} did not answer within 0.3 s`,
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
      says: `${url} did not answer within 0.3 s`,
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
      reason: 'OriginCommError',
      says: `${secure} let no connection be made within 0.3 s, 2 times`,
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
    closing.push(() => child.kill('SIGKILL'))
    const port = Number((await once(child.stdout, 'data'))[0])
    const waiting = [net.connect(port, '127.0.0.1'), net.connect(port, '127.0.0.1')]
    for (const socket of waiting) closing.push(() => socket.destroy())
    await Promise.all(waiting.map((socket) => once(socket, 'connect')))
    const url = `http://127.0.0.1:${port}`
    expect(await connect(url, { method: 'POST', body: Buffer.from('a'), timeouts: quick })).toMatchObject({
      status: 504,
      reason: 'OriginCommError',
      says: `${url} let no connection be made within 0.3 s, 2 times`,
    })
  })
})

describe('over HTTPS', () => {
  async function secureOrigin(host?: string) {
    const { key, cert } = await certificateFor([])
    const server = https.createServer({ key, cert }, (request, response) => response.end(request.headers.host))
    return { cert, url: (await listening(server, host)).replace('http:', 'https:') }
  }

  it('with a certificate that is trusted, whatever Host says', async () => {
    const { cert, url } = await secureOrigin()
    const response = await connector({ ca: cert }).connect(url)
    expect(response.kind === 'response' && (await bodyOf(response))).toBe('photos.example.com')
  })

  it('a body is sent whole by the attempt that gets through', async () => {
    const { key, cert } = await certificateFor([])
    const secure = https.createServer({ key, cert }, async (request, response) => response.end(await buffer(request)))
    let connections = 0
    const server = net.createServer((socket) => {
      connections += 1
      if (connections === 1) socket.once('data', () => socket.resetAndDestroy())
      else secure.emit('connection', socket)
    })
    const url = (await listening(server)).replace('http:', 'https:')
    const body = Readable.from(['a', 'b', 'c'], { objectMode: false })
    const response = await connector({ ca: cert }).connect(url, { method: 'POST', body })
    expect(response.kind === 'response' && (await bodyOf(response))).toBe('abc')
    expect(connections).toBe(2)
  })

  it('a self-signed certificate that is not: 502, once', async () => {
    const { url } = await secureOrigin()
    expect(await connect(url)).toEqual({
      kind: 'failed',
      status: 502,
      reason: 'OriginConnectError',
      says: `${url} showed a certificate that CloudFront would not trust: self-signed certificate (NODE_EXTRA_CA_CERTS names a file of certificates to trust)`,
    })
  })

  it.runIf(process.platform === 'linux')('a certificate for another name: 502', async () => {
    const { cert, url } = await secureOrigin('127.0.0.2')
    expect(await connector({ ca: cert }).connect(url)).toMatchObject({
      status: 502,
      says: expect.stringMatching(
        /would not trust: Hostname\/IP does not match certificate's altnames: IP: 127\.0\.0\.2 /,
      ),
    })
  })
})

describe('giving up', () => {
  it('by signal, before an answer', async () => {
    const { url, requests } = await rawOrigin(() => controller.abort())
    const controller = new AbortController()
    expect(await connect(url, { signal: controller.signal })).toEqual({
      kind: 'failed',
      status: 502,
      reason: 'Error',
      says: `${url} was not asked to the end: the request was given up`,
    })
    expect(requests).toHaveLength(1)
  })

  it('by signal, before the request', async () => {
    const { url, requests } = await rawOrigin(() => {})
    expect(await connect(url, { signal: AbortSignal.abort() })).toMatchObject({ kind: 'failed', reason: 'Error' })
    expect(requests).toHaveLength(0)
  })

  it('by signal, in the body', async () => {
    const { url } = await rawOrigin((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc'))
    const controller = new AbortController()
    const { body } = await responseTo(url, { signal: controller.signal })
    body.once('data', () => controller.abort())
    await expect(buffer(body)).rejects.toThrow('broke off its answer')
  })

  it('by leaving the body: the origin sees it at once', async () => {
    const gone = Promise.withResolvers<void>()
    const { url } = await rawOrigin((socket) => {
      socket.once('close', () => gone.resolve())
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
    })
    const { body } = await responseTo(url)
    body.once('data', () => body.destroy())
    await gone.promise
  })

  it('all, by closing: what waits, what is sent, and what is kept', async () => {
    const open = new Set<Socket>()
    const { url } = await rawOrigin((socket, request) => {
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      if (request.startsWith('GET /kept')) socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      if (request.startsWith('GET /body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
      if (request.startsWith('GET /silent')) asked.resolve()
    })
    const asked = Promise.withResolvers<void>()
    const { connect, close } = connector()
    const streaming = await connect(`${url}/body`)
    await connect(`${url}/kept`)
    await new Promise(setImmediate)
    const waiting = connect(`${url}/silent`)
    await asked.promise
    expect(open.size).toBeGreaterThan(1)
    await close()
    expect(await waiting).toMatchObject({ kind: 'failed', says: expect.stringContaining('given up') })
    if (streaming.kind === 'response') await expect(buffer(streaming.body)).rejects.toThrow()
    while (open.size > 0) await new Promise(setImmediate)
    expect(await connect(url)).toMatchObject({ kind: 'failed', reason: 'Error' })
  })
})
