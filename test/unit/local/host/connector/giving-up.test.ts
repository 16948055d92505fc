import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { connect, connector, rawOrigin, responseTo } from './fixture.ts'

describe('giving up', () => {
  it('by signal, before an answer', async () => {
    const { url, requests } = await rawOrigin(() => controller.abort())
    const controller = new AbortController()
    expect(await connect(url, { signal: controller.signal })).toEqual({
      kind: 'failed',
      status: 502,
      detailedResultType: 'Error',
      reason: `${url} was not asked to the end: the request was given up`,
    })
    expect(requests).toHaveLength(1)
  })

  it('by signal, before the request', async () => {
    const { url, requests } = await rawOrigin(() => {})
    expect(await connect(url, { signal: AbortSignal.abort() })).toMatchObject({
      kind: 'failed',
      detailedResultType: 'Error',
    })
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
    expect(await waiting).toMatchObject({ kind: 'failed', reason: expect.stringContaining('given up') })
    if (streaming.kind === 'response') await expect(buffer(streaming.body)).rejects.toThrow()
    while (open.size > 0) await new Promise(setImmediate)
    expect(await connect(url)).toMatchObject({ kind: 'failed', detailedResultType: 'Error' })
  })
})
