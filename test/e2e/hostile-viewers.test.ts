/** What viewers and origins send that nobody should: everything stays up, and nothing broken looks whole. */
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type ClientHttp2Session, connect as connectHttp2, constants, type OutgoingHttpHeaders } from 'node:http2'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import { type CloudFront, startCloudFront } from '../../local/cloudfront.ts'
import { EXTENT, sampleOf } from '../runs.ts'
import { temporaryFolder, writeBundle } from '../unit/local/fixture.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { type Built, built, started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [
    { path: '/live/*', origin: 'api', cache: 'never' },
    { path: '/*', origin: 'api', cache: { default: '60s' }, query: ['n'] },
  ],
}

let origin: ScriptedOrigin
let cloudfront: CloudFront
let session: ClientHttp2Session
beforeAll(async () => {
  origin = await openOrigin()
  cloudfront = await started(CONFIG, { origins: { api: origin.url } })
  session = connectHttp2(cloudfront.httpsUrl, { rejectUnauthorized: false })
})
afterAll(async () => {
  session.destroy()
  await cloudfront.stop()
  await origin.close()
})

const open = (path: string, headers: OutgoingHttpHeaders = {}, endStream = true) =>
  session.request({ ':authority': 'cdn.example.com', ':path': path, ...headers }, { endStream })

async function overHttp2(path: string, headers: OutgoingHttpHeaders = {}) {
  const stream = open(path, headers)
  const [head] = await once(stream, 'response')
  return { status: head[':status'], headers: head, body: await text(stream) }
}

/** Over TLS, as it is on the wire. */
async function raw(lines: string, to = cloudfront): Promise<string> {
  const socket = connectTls(Number(new URL(to.httpsUrl).port), '127.0.0.1', { rejectUnauthorized: false })
  socket.write(lines)
  return text(socket)
}

const get = (target: string, ...lines: string[]) =>
  ['GET ', target, ' HTTP/1.1\r\n', ...lines.map((line) => `${line}\r\n`), 'Connection: close\r\n\r\n'].join('')

/** The origin sends these bytes and closes the connection. */
const answerRaw = (bytes: string) =>
  origin.answer(({ socket }) => void socket.write(Buffer.from(bytes, 'latin1'), () => socket.end()))

describe('an origin’s head that HTTP/2 or Node would not have', () => {
  let next = 0
  it.each([
    [
      'a field of one value twice',
      'ETag: "a"\r\nETag: "b"\r\nContent-Type: a/b\r\nContent-Type: c/d',
      200,
      'etag',
      '"a"',
    ],
    ['a field of the connection', 'HTTP2-Settings: AAMAAABk', 200, 'http2-settings', undefined],
    ['a field named like a property', 'constructor: mine', 200, 'constructor', 'mine'],
    ['31,000 bytes beyond ASCII', `X-Long: ${'ü'.repeat(31_000)}`, 200, 'content-length', '1'],
  ])('%s', async (_, lines, status, name, value) => {
    answerRaw(`HTTP/1.1 200 OK\r\n${lines}\r\nContent-Length: 1\r\n\r\nx`)
    for (const path of [`/live/head-${++next}`, `/head-${next}`]) {
      const response = await overHttp2(path)
      expect([response.status, response.headers[name], response.body]).toEqual([status, value, 'x'])
    }
  })

  it.each(['000', '099', '600', '999'])('the status %s is a 502', async (status) => {
    answerRaw(`HTTP/1.1 ${status} Odd\r\nContent-Length: 1\r\n\r\nx`)
    for (const path of [`/live/${status}`, `/${status}`]) {
      const response = await overHttp2(path)
      expect([response.status, response.headers['x-cache']]).toEqual([502, 'Error from cloudfront'])
      expect(await raw(get(path, 'Host: a'))).toMatch(/^HTTP\/1.1 502 /)
    }
  })

  it.each([
    [204, undefined],
    [205, '0'],
  ])('a %i that announces a body goes without one: RFC 9110, 8.6', async (status, length) => {
    answerRaw(`HTTP/1.1 ${status} Odd\r\nContent-Length: 3\r\n\r\nabc`)
    for (const path of [`/live/${status}`, `/${status}`]) {
      const response = await overHttp2(path)
      expect([response.status, response.headers['content-length'], response.body]).toEqual([status, length, ''])
    }
  })
})

describe('a body of unknown length that breaks off does not look whole', () => {
  const BROKEN = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'

  it('to a viewer over HTTP/1.1', async () => {
    answerRaw(BROKEN)
    expect(await raw(get('/live/broken', 'Host: a'))).not.toMatch(/\r\n0\r\n\r\n$/)
  })

  it('to a viewer over HTTP/2', async () => {
    answerRaw(BROKEN)
    const stream = open('/live/broken')
    const [error] = await once(stream, 'error')
    expect([error.code, stream.rstCode]).toEqual(['ERR_HTTP2_STREAM_ERROR', constants.NGHTTP2_INTERNAL_ERROR])
  })

  /** How the origin sees a request end, and what lets the viewer go when it has seen the beginning. */
  function watchUpload() {
    const begun = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<string>()
    origin.answer((request) => {
      request.once('data', () => begun.resolve())
      request.once('end', () => ended.resolve('whole'))
      request.once('error', () => ended.resolve('broken off'))
    })
    return { begun: begun.promise, ended: ended.promise }
  }

  it.each([
    ['chunked', 'Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n'],
    ['with a length', 'Content-Length: 100\r\n\r\nabcde'],
  ])('to the origin, from HTTP/1.1, %s', async (_, rest) => {
    const { begun, ended } = watchUpload()
    const socket = connectTls(Number(new URL(cloudfront.httpsUrl).port), '127.0.0.1', { rejectUnauthorized: false })
    socket.write(`PUT /live/upload HTTP/1.1\r\nHost: a\r\n${rest}`)
    await begun
    socket.destroy()
    expect(await ended).toBe('broken off')
  })

  it('to the origin, from HTTP/2', async () => {
    const { begun, ended } = watchUpload()
    const stream = open('/live/upload', { ':method': 'PUT' }, false)
    stream.write('abcde')
    await begun
    stream.close(constants.NGHTTP2_CANCEL)
    expect(await ended).toBe('broken off')
  })
})

it('an origin that answers before it has taken the request has its answer passed on', async () => {
  origin.answer((_, response) => response.writeHead(413).end('too much'))
  const stream = open('/live/early', { ':method': 'PUT' }, false)
  stream.end(Buffer.alloc(5_000_000))
  const [head] = await once(stream, 'response')
  expect([head[':status'], await text(stream)]).toEqual([413, 'too much'])
})

it('the head of a stream comes before its body', async () => {
  origin.answer((_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders())
  const stream = open('/live/events')
  const [head] = await once(stream, 'response')
  expect(head['content-type']).toBe('text/event-stream')
  stream.close()
  const socket = connectTls(Number(new URL(cloudfront.httpsUrl).port), '127.0.0.1', { rejectUnauthorized: false })
  socket.write('GET /live/events HTTP/1.1\r\nHost: a\r\n\r\n')
  const [first] = await once(socket, 'data')
  expect(String(first)).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  socket.destroy()
})

it('300 requests that wait keep nobody else waiting', async () => {
  origin.answer((request, response) => request.url === '/live/quick' && response.end('quick'))
  const before = origin.requests.length
  const sessions = Array.from({ length: 3 }, () => connectHttp2(cloudfront.httpsUrl, { rejectUnauthorized: false }))
  const streams = sessions.flatMap((one) =>
    Array.from({ length: 100 }, () => one.request({ ':authority': 'a', ':path': '/live/slow' })),
  )
  for (const stream of streams) stream.on('error', () => {})
  await expect.poll(() => origin.requests.length - before).toBe(300)
  expect((await overHttp2('/live/quick')).body).toBe('quick')
  for (const one of sessions) one.destroy()
})

it('a viewer that leaves before the answer does not take along those who wait for the same, and is logged', async () => {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  origin.answer(async (_, response) => {
    asked.resolve()
    await gate.promise
    response.end('shared')
  })
  const leader = open('/shared?n=1')
  await asked.promise
  const other = overHttp2('/shared?n=1')
  leader.close(constants.NGHTTP2_CANCEL)
  await once(leader, 'close')
  gate.resolve()
  expect((await other).body).toBe('shared')
  await expect.poll(() => cloudfront.requests().filter(({ path }) => path === '/shared').length).toBe(2)
})

describe('a target and its host', () => {
  const hostOf = (path: string) => cloudfront.requests().find((request) => request.path === path)?.host

  it('of absolute form, whose host wins: RFC 9112, 3.2.2', async () => {
    origin.answer(({ url }, response) => response.end(url))
    const answer = await raw(get('https://cdn.example.com/live/absolute?a=%20', 'Host: other.example'))
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/)
    expect(origin.requests.at(-1)).toBe('/live/absolute?a=%20')
    await expect.poll(() => hostOf('/live/absolute')).toBe('cdn.example.com')
  })

  it('as a pseudo-header and as a header: RFC 9113, 8.3.1', async () => {
    origin.answer((_, response) => response.end('x'))
    const { headers } = await overHttp2('/live/hosts', { host: 'other.example' })
    const trace = await cloudfront.trace(String(headers['x-amz-cf-id']))
    expect(trace?.summary.host).toBe('cdn.example.com')
    expect(JSON.stringify(trace)).not.toContain('other.example')
  })

  it('and cookies in lines of their own are all logged: RFC 9113, 8.2.3', async () => {
    await overHttp2('/live/cookies', { cookie: ['a=1', 'b=2'] })
    await expect
      .poll(() => cloudfront.requests().find(({ path }) => path === '/live/cookies')?.cookie)
      .toBe('a=(redacted); b=(redacted)')
  })
})

describe('the page', () => {
  it.each([
    ['evil.example:8443', 421],
    ['localhost.evil.example', 421],
    ['localhost:1', 200],
    ['127.0.0.1', 200],
    ['[::1]:8443', 200],
    ['CDN.example.com', 200],
  ])('asked for as %s', async (host, status) => {
    const answer = await raw(get('/__rimlight/requests', `Host: ${host}`))
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it.each(['__proto__', 'constructor', 'requests/%ff', '..%2f..%2fpackage.json'])('has no %s', async (path) => {
    expect(await raw(get(`/__rimlight/${path}`, 'Host: localhost'))).toMatch(/^HTTP\/1.1 404 /)
  })

  it('finds a request by its id, escaped or not', async () => {
    origin.answer((_, response) => response.end('x'))
    const { headers } = await overHttp2('/live/found')
    const id = String(headers['x-amz-cf-id'])
    for (const part of [id, encodeURIComponent(id)]) {
      expect(await raw(get(`/__rimlight/requests/${part}`, 'Host: localhost'))).toMatch(/^HTTP\/1.1 200 /)
    }
  })

  it('moves no clock beyond what dates can say', async () => {
    const { port } = new URL(cloudfront.httpUrl)
    const response = await fetch(`http://localhost:${port}/__rimlight/clock`, {
      method: 'POST',
      body: '{"advance":1e300}',
    })
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: 'expected 0 to 3153600000 seconds to move the clock on by, found 1e+300' },
    ])
  })

  it('lets go of a stream that is open when everything stops', async () => {
    const other = await started(CONFIG, { origins: { api: origin.url } })
    const asked = Promise.withResolvers<void>()
    origin.answer(() => asked.resolve())
    const socket = connect(Number(new URL(other.httpUrl).port), '127.0.0.1')
    socket.write('GET /__rimlight/requests/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    const waiting = raw(get('/live/waits', 'Host: a'), other).catch(() => '')
    await asked.promise
    await other.stop()
    await waiting
    expect(socket.destroyed || (await once(socket, 'close'))).toBeTruthy()
  })
})

it('no process is left of requests that were under way when everything stopped', async () => {
  const processes = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length
  const before = processes()
  origin.answer((_, response) => response.end('x'))
  for (const milliseconds of sampleOf([0, 15, 30, 45, 60, 75, 90], EXTENT, 3)) {
    const other = await started(CONFIG, { origins: { api: origin.url } })
    const waiting = Array.from({ length: 10 }, () => raw(get('/live/a', 'Host: a'), other).catch(() => ''))
    // Not for an event: it is about every moment of a request's way.
    await setTimeout(milliseconds)
    await other.stop()
    await Promise.all(waiting)
  }
  await expect.poll(processes).toBe(before)
})

describe('what functions say beyond a byte to the character, and of lengths', () => {
  let bundle: Built
  beforeAll(async () => {
    bundle = await built(CONFIG)
  })
  afterAll(() => bundle.remove())

  const PASS = {
    'viewer-request': 'function handler(event) { return event.request }',
    'origin-request': 'exports.handler = async (event) => event.Records[0].cf.request',
    'origin-response': 'exports.handler = async (event) => event.Records[0].cf.response',
  }

  async function answered(code: Parameters<typeof writeBundle>[1]): Promise<string> {
    const dist = await writeBundle(await temporaryFolder(), { ...PASS, ...code })
    await writeFile(join(dist, 'policies.json'), await readFile(join(bundle.dist, 'policies.json')))
    const other = await startCloudFront({ dist, origins: { api: origin.url } })
    try {
      return await raw(get('/live/a', 'Host: a'), other)
    } finally {
      await other.stop()
    }
  }

  it('viewer-request’s text is sent as UTF-8', async () => {
    const code = "function handler() { return { statusCode: 200, headers: { 'x-name': { value: '山' } } } }"
    expect(await answered({ 'viewer-request': code })).toContain('\r\nX-Name: 山\r\n')
  })

  it('origin-request’s text is sent as UTF-8', async () => {
    const code = "exports.handler = async () => ({ status: '200', headers: { 'x-name': [{ value: '山' }] } })"
    expect(await answered({ 'origin-request': code })).toContain('\r\nX-Name: 山\r\n')
  })

  it('a length that origin-request makes up is not waited for', async () => {
    const code = "exports.handler = async () => ({ status: '200', headers: { 'content-length': [{ value: '9' }] } })"
    expect(await answered({ 'origin-request': code })).toContain('\r\nContent-Length: 0\r\n')
  })

  it('a length that origin-response makes up is not the origin’s body’s', async () => {
    origin.answer((_, response) => response.writeHead(200, { 'content-length': 5 }).end('hello'))
    const code = `exports.handler = async (event) => {
      const { response } = event.Records[0].cf
      response.headers['content-length'] = [{ value: '1' }]
      return response
    }`
    expect(await answered({ 'origin-response': code })).toMatch(/\r\nContent-Length: 5\r\n[\s\S]*\r\n\r\nhello$/)
  })
})

describe('a folder of caches that somebody has written over', () => {
  it.each([
    ['objects: they are fetched again', (name: string) => name.includes('blobs'), 'Miss from cloudfront'],
    ['everything: that is said', (name: string) => /r2/.test(name), 'remove the folder to begin anew'],
  ])('%s', async (_, isOverwritten, expected) => {
    const persist = await temporaryFolder()
    origin.answer((_, response) => response.end('kept'))
    const visit = async () => {
      const other = await started(CONFIG, { persist, origins: { api: origin.url } })
      try {
        const response = await other.fetch('/kept')
        return [response.headers.get('x-cache'), await response.text()].join()
      } finally {
        await other.stop()
      }
    }
    expect(await visit()).toBe('Miss from cloudfront,kept')
    const files = await readdir(persist, { recursive: true, withFileTypes: true })
    const chosen = files.filter((file) => file.isFile() && isOverwritten(join(file.parentPath, file.name)))
    expect(chosen.length).toBeGreaterThan(0)
    for (const { parentPath, name } of chosen) await writeFile(join(parentPath, name), 'nonsense'.repeat(1_000))
    expect(await visit().catch(String)).toContain(expected)
    await rm(persist, { recursive: true })
  })
})
