import { once } from 'node:events'
import net from 'node:net'
import { Readable } from 'node:stream'
import { describe, expect, it, test } from 'vitest'
import type { ConnectorCall } from '../../../../../local/host/connector/attempt.ts'
import { connect, listening, rawOrigin, TIMEOUTS } from './fixture.ts'

describe('failures', () => {
  const failureOf = async (url: string, request: Partial<ConnectorCall> = {}) => {
    const answer = await connect(url, request)
    if (answer.kind === 'response') throw new Error(`answered with ${answer.status}`)
    return `${answer.status} ${answer.detailedResultType}: ${answer.reason.replace(url, 'URL')}`
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
    expect(answer.kind === 'response' ? answer.status : answer.detailedResultType).toBe(result)
    if (answer.kind === 'failed') expect(answer.reason).toBe(`${url} answered with more than 32,768 bytes of headers`)
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
    expect(await failureOf('http://no-such-host.invalid/')).toMatch(
      /^502 OriginDnsError: http:\/\/no-such-host\.invalid has a name that does not resolve: getaddrinfo E\w+ no-such-host\.invalid$/,
    )
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
