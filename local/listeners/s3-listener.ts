/**
 * A listener in front of the Worker's socket, for S3 clients. workerd never answers `Expect: 100-continue`, for which
 * the AWS SDK waits six seconds before each upload of 2 MiB and more; Node does.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'

export type BucketListener = {
  /** `http://127.0.0.1:PORT` */
  endpoint: string
  close(): Promise<void>
}

/** @param socket of the Worker, which is another one after a reload */
export async function openBucketListener(socket: () => URL): Promise<BucketListener> {
  const server = createServer((request, response) => forward(request, response, socket()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** They are of one connection alone; `expect` has been answered by Node. */
const OWN_HEADERS = new Set(['connection', 'expect', 'keep-alive', 'transfer-encoding'])

function forward(incoming: IncomingMessage, outgoing: ServerResponse, { hostname, port }: URL): void {
  const upstream = send({
    // An upload can't be sent twice, and a kept connection may have been closed meanwhile: RFC 9112, 9.3.1.
    agent: false,
    hostname,
    port,
    method: incoming.method,
    path: incoming.url,
    setHost: false,
    headers: passed(incoming),
  })
  upstream.once('response', (response) => {
    outgoing.sendDate = false
    outgoing.writeHead(response.statusCode ?? 502, passed(response))
    // A response that breaks off must not look complete.
    response.once('error', () => outgoing.destroy())
    response.pipe(outgoing)
  })
  upstream.once('error', () => {
    if (outgoing.headersSent) outgoing.destroy()
    else outgoing.writeHead(503, { 'content-length': '0', connection: 'close' }).end()
  })
  outgoing.once('close', () => upstream.destroy())
  incoming.pipe(upstream)
}

/** Header lines for the other side: names and values in turns, as Node takes them. */
function passed({ rawHeaders }: IncomingMessage): string[] {
  const lines: string[] = []
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!OWN_HEADERS.has(name.toLowerCase())) lines.push(name, value)
  }
  return lines
}
