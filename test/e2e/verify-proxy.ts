/** Something between viewers and a distribution, that does as it is told. */

import type { IncomingMessage } from 'node:http'
import { createServer, request as httpsRequest } from 'node:https'
import { certificateFor } from '../../local/listeners/certificate.ts'
import { type Listener, listening } from '../listener.ts'

export type Tampering = {
  /** Whether it answers at all. */
  answers?(request: IncomingMessage): boolean
  /** Says this alone, in place of the distribution. */
  says?: string
  /** Names of response headers that get lost. */
  loses?: readonly string[]
}

export type Proxy = Listener & { requests: IncomingMessage[] }

export async function openProxy(target: string, { answers, says, loses = [] }: Tampering = {}): Promise<Proxy> {
  const requests: IncomingMessage[] = []
  const server = createServer(await certificateFor([]), (incoming, outgoing) => {
    requests.push(incoming)
    if (answers?.(incoming) === false) return incoming.socket.destroy()
    if (says !== undefined) return outgoing.end(says)
    const { method = 'GET', url = '/', headers } = incoming
    const { hostname, port } = new URL(target)
    const upstream = httpsRequest({
      hostname,
      port,
      method,
      path: url,
      headers,
      rejectUnauthorized: false,
      agent: false,
    })
    upstream.once('response', (response) => {
      const kept = Object.entries(response.headers).filter(([name]) => !loses.includes(name) && name !== 'connection')
      outgoing.writeHead(response.statusCode ?? 502, Object.fromEntries(kept))
      response.pipe(outgoing)
    })
    incoming.pipe(upstream)
  })
  const listener = await listening(server)
  return { ...listener, url: listener.url.replace('http:', 'https:'), requests }
}
