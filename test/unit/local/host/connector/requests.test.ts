import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, test } from 'vitest'
import type { ConnectorCall } from '../../../../../local/host/connector/attempt.ts'
import { bodyOf, connect, origin, rawOrigin, responseTo, TIMEOUTS } from './fixture.ts'

describe('what is sent', () => {
  const OK = 'HTTP/1.1 204 No Content\r\n\r\n'
  test.each<[string, string, Partial<ConnectorCall>, string]>([
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
  ] as [string, string, Partial<ConnectorCall>, RegExp][])('never: %s', async (_, url, request, says) => {
    expect(await connect(url, request)).toEqual({
      kind: 'failed',
      status: 502,
      detailedResultType: 'OriginWriteError',
      reason: expect.stringMatching(says),
    })
  })
})
