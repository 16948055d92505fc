/** What becomes of requests when the distribution's Worker closes a connection that was kept. */
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AbortedBodies } from '../../../../local/host/aborted-bodies.ts'
import { InterimResponses } from '../../../../local/host/interim-responses.ts'
import { certificateFor } from '../../../../local/listeners/certificate.ts'
import { openViewerListeners, type ViewerListeners } from '../../../../local/listeners/viewer-listeners.ts'
import { HEAD_HEADER, toHead } from '../../../../local/protocol/head.ts'
import { type Listener, listening } from '../../../listener.ts'
import { finishedRequest } from '../fixture-request.ts'

const ANSWER = toHead({
  status: 200,
  headers: [],
  close: false,
  streamedFrom: null,
  summary: finishedRequest({ id: 'a' }),
})

let worker: Listener
let listeners: ViewerListeners
/** How many requests came over each connection. */
let connections: Map<Socket, number>

/** It answers the first request of each connection, and closes the connection with the second. */
beforeEach(async () => {
  connections = new Map()
  worker = await listening(
    createServer(({ socket }, response) => {
      const count = (connections.get(socket) ?? 0) + 1
      connections.set(socket, count)
      if (count > 1) socket.destroy()
      else response.writeHead(200, { [HEAD_HEADER]: ANSWER, 'content-length': '2' }).end('ok')
    }),
  )
  listeners = await openViewerListeners({
    certificate: await certificateFor(['localhost']),
    httpsPort: 0,
    httpPort: 0,
    intercept: () => false,
    abortedBodies: new AbortedBodies(),
    interimResponses: new InterimResponses(),
  })
  listeners.connect(
    { url: new URL(worker.url), secret: '' },
    () => '',
    () => {},
  )
})
afterEach(async () => {
  await listeners.close()
  await worker.close()
})

const ask = async (init?: RequestInit) => {
  const response = await fetch(`http://127.0.0.1:${listeners.httpPort}/`, init)
  return [response.status, await response.text()]
}

it('a request that changes nothing is sent again over a new one', async () => {
  for (let turn = 0; turn < 6; turn += 1) expect(await ask()).toEqual([200, 'ok'])
  expect([...connections.values()]).toContain(2)
})

it.each([
  ['PUT', 'text'],
  ['POST', undefined],
  ['DELETE', undefined],
])('what changes something goes over one of its own: %s', async (method, body) => {
  for (let turn = 0; turn < 6; turn += 1) expect(await ask({ method, ...(body && { body }) })).toEqual([200, 'ok'])
  expect([...connections.values()]).toEqual([1, 1, 1, 1, 1, 1])
})
