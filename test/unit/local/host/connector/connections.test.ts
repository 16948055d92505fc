import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it, test } from 'vitest'
import { bodyOf, connector, rawOrigin, TIMEOUTS } from './fixture.ts'

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
