/** Origins of every kind, and a connector to ask them. What a test opens is closed after it. */
import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { ConnectorCall, ConnectorResponse } from '../../../../../local/host/connector/attempt.ts'
import { openConnector } from '../../../../../local/host/connector.ts'

export const TIMEOUTS = { connectionTimeout: 10, readTimeout: 30, connectionAttempts: 3 }

export function connector(options?: { ca?: string }) {
  const opened = openConnector(options)
  onTestFinished(() => opened.close())
  return {
    ...opened,
    connect: (url: string, request: Partial<ConnectorCall> = {}) =>
      opened.send({ url, method: 'GET', headers: [['host', 'photos.example.com']], timeouts: TIMEOUTS, ...request }),
  }
}

export const connect = (url: string, request?: Partial<ConnectorCall>) => connector().connect(url, request)

export async function listening(server: net.Server, host = '127.0.0.1'): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://${host}:${(server.address() as AddressInfo).port}`
}

/** A listener that sees bytes: `answer` is called for each packet, `requests` has what came, one entry to a connection. */
export async function rawOrigin(answer: (socket: Socket, request: string, connection: number) => void) {
  const requests: string[] = []
  const server = net.createServer((socket) => {
    const connection = requests.push('') - 1
    socket.on('data', (data) => {
      requests[connection] += data.toString('latin1')
      answer(socket, data.toString('latin1'), connection)
    })
  })
  return { url: await listening(server), requests }
}

export const origin = (listener: http.RequestListener) => listening(http.createServer(listener))

export async function responseTo(url: string, request?: Partial<ConnectorCall>): Promise<ConnectorResponse> {
  const answer = await connect(url, request)
  if (answer.kind === 'failed') throw new Error(answer.reason)
  return answer
}

export const bodyOf = async ({ body }: ConnectorResponse) => (await buffer(body)).toString('latin1')
