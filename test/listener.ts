/** A server of a test's own: on a free port of 127.0.0.1, gone with all its connections when it is closed. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type Listener = { url: string; close(): Promise<void> }

export async function listening(server: Server): Promise<Listener> {
  // Some faults write to the socket past Node's server, which then knows nothing of its state.
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Either side may leave at any time.
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
