/** What viewers send reaches the function and the origin as it was sent, over every protocol. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as tlsConnect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com', path: '/prod' } },
  routes: [
    { path: '/live/*', origin: 'api', cache: 'never' },
    { path: '/*', origin: 'api', cache: {}, query: ['n'] },
  ],
}

let origin: ScriptedOrigin
let cloudfront: CloudFront
beforeAll(async () => {
  origin = await openOrigin()
  cloudfront = await started(CONFIG, { origins: { api: origin.url } })
})
afterAll(async () => {
  await cloudfront.stop()
  await origin.close()
})

async function send(path: string, options: RequestOptions = {}, body?: string | Buffer) {
  const request = httpsRequest(`${cloudfront.httpsUrl}/`, { rejectUnauthorized: false, agent: false, path, ...options })
  request.end(body)
  const [response] = await once(request, 'response')
  return { response, status: response.statusCode, headers: response.headers, body: await text(response) }
}

/** The viewer's request, and what came back, as they are on the wire. */
async function raw(lines: string): Promise<string> {
  const socket = connect(Number(new URL(cloudfront.httpUrl).port), '127.0.0.1')
  socket.write(lines)
  return text(socket)
}

describe('a target', () => {
  it.each([
    ['/live/a%2fb%2Fc?x=%E9&y=|{}', '/live/a%2fb%2Fc?x=%E9&y=|{}'],
    ['/live//a//b/', '/live//a//b/'],
    ["/live/a'b?X-Amz-Signature=a%2Bb+c&X-Amz-Date", "/live/a'b?X-Amz-Signature=a%2Bb+c&X-Amz-Date"],
  ])('%s reaches the origin as it is, on a route that is never cached', async (target, received) => {
    origin.answer((_, response) => response.end('x'))
    expect((await send(target)).status).toBe(200)
    expect(origin.requests.at(-1)).toBe(received)
  })

  it.each(['/x/../live/a', '/live%2Fa', '//live/a', '/./live/a'])(
    '%s, which could be two routes, is refused by the function: nobody has resolved it before',
    async (target) => {
      const { status, headers } = await send(target)
      expect([status, headers['x-cache']]).toEqual([400, 'FunctionGeneratedResponse from cloudfront'])
    },
  )

  it('of more than 8,192 characters is a 414, and the connection ends', async () => {
    const answer = await raw(`GET /${'a'.repeat(8_192)} HTTP/1.1\r\nHost: cdn.example.com\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 414 /)
    expect(answer).toMatch(/^Connection: close\r$/m)
  })
})

describe('a head', () => {
  it.each([33_000, 100_000, 200_000])('of %i bytes is a 494, and the connection ends', async (bytes) => {
    const answer = await raw(`GET / HTTP/1.1\r\nHost: cdn.example.com\r\nX-Long: ${'x'.repeat(bytes)}\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 494 /)
    expect(answer).toMatch(/^X-Cache: Error from cloudfront\r$/m)
  })

  it('that is no HTTP is a 400', async () => {
    expect(await raw('what?\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /)
  })

  it('keeps its repeated lines apart', async () => {
    let received: unknown
    origin.answer((request, response) => {
      received = request.headersDistinct['x-one']
      response.end('x')
    })
    const head = ['GET /live/lines HTTP/1.1', 'Host: a', 'X-One: a', 'x-one: b', 'Connection: close', '', '']
    const socket = tlsConnect(Number(new URL(cloudfront.httpsUrl).port), '127.0.0.1', { rejectUnauthorized: false })
    socket.write(head.join('\r\n'))
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK/)
    expect(received).toEqual(['a', 'b'])
  })

  it('beyond ASCII gets through', async () => {
    origin.answer((request, response) =>
      response.end(Buffer.from(String(request.headers['x-name']), 'latin1').toString()),
    )
    const name = Buffer.from('Jürgen 山').toString('latin1')
    expect((await send('/live/name', { headers: { 'x-name': name } })).body).toBe('Jürgen 山')
  })
})

describe('a body', () => {
  it('of a request reaches the origin whole', async () => {
    origin.answer(async (request, response) => {
      const hash = createHash('sha256')
      for await (const chunk of request) hash.update(chunk)
      response.end(`${request.method} ${hash.digest('hex')}`)
    })
    const body = Buffer.alloc(3_000_000, 'abcdefg')
    const expected = createHash('sha256').update(body).digest('hex')
    expect((await send('/live/upload', { method: 'PUT' }, body)).body).toBe(`PUT ${expected}`)
    expect((await send('/anything', { method: 'POST' }, body)).body).toBe(`POST ${expected}`)
  })

  it('with a GET is refused', async () => {
    const { status, headers } = await send('/live/a', { headers: { 'content-length': '1' } }, 'x')
    expect([status, headers['x-cache']]).toEqual([403, 'Error from cloudfront'])
  })

  it('of a response that is never cached streams', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    origin.answer(async (_, response) => {
      response.write('first ')
      await promise
      response.end('last')
    })
    const request = httpsRequest(`${cloudfront.httpsUrl}/live/stream`, {
      rejectUnauthorized: false,
      agent: false,
    }).end()
    const [response] = await once(request, 'response')
    const [first] = await once(response, 'data')
    expect(String(first)).toBe('first ')
    resolve()
    expect(await text(response)).toBe('last')
  })

  it('that breaks off on its way does not look whole', async () => {
    origin.answer((request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('x'.repeat(100), () => setImmediate(() => request.socket.destroy()))
    })
    await expect(send('/live/broken')).rejects.toThrow('aborted')
  })
})

it('HTTP/2 is spoken over TLS, and told in the log', async () => {
  origin.answer((_, response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end('over h2'))
  const session = connectHttp2(cloudfront.httpsUrl, { rejectUnauthorized: false })
  const stream = session.request({ ':path': '/live/h2', ':authority': 'cdn.example.com' })
  const [headers] = await once(stream, 'response')
  expect([headers[':status'], headers['x-cache'], headers['set-cookie']]).toEqual([
    200,
    'Miss from cloudfront',
    ['a=1', 'b=2'],
  ])
  expect(await text(stream)).toBe('over h2')
  session.close()
  await expect
    .poll(() => cloudfront.requests().find(({ path }) => path === '/live/h2'))
    .toMatchObject({ httpVersion: '2.0', host: 'cdn.example.com', tls: { protocol: 'TLSv1.3' }, bodyBytes: 7 })
})

it('HTTP is redirected to the HTTPS port', async () => {
  const answer = await raw('GET /a?b=%20 HTTP/1.1\r\nHost: localhost:8080\r\nConnection: close\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1.1 301 Moved Permanently\r$/m)
  expect(answer).toContain(`\r\nLocation: ${cloudfront.httpsUrl}/a?b=%20\r\n`)
  expect(answer).toMatch(/^X-Cache: Redirect from cloudfront\r$/m)
})

it.each(['evil.example', 'cdn.example.com.evil.example', 'evil.example:8080', 'localhost.evil.example'])(
  'HTTP for %s, which is no name of this distribution, is redirected nowhere',
  async (host) => {
    const answer = await raw(`GET /a HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1.1 403 /)
    expect(answer).not.toMatch(/^location:/im)
    expect(answer).toContain(`<p>No domain here is called ${host}.</p>`)
  },
)

it('a port in use is said to be', async () => {
  const httpsPort = Number(new URL(cloudfront.httpsUrl).port)
  await expect(started(CONFIG, { httpsPort })).rejects.toThrow(
    `port ${httpsPort} is in use; choose another with --https-port`,
  )
})
