/** The listeners that viewers connect to: HTTPS, with HTTP/2 and HTTP/1.1, and HTTP. They pass requests to the distribution. */
import { EventEmitter, once } from 'node:events'
import { Agent, createServer } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { AbortedBodies } from '../host/aborted-bodies.ts'
import type { InterimResponses } from '../host/interim-responses.ts'
import type { Certificate } from './certificate.ts'
import { type FinishedEvents, forward, HEAD_BYTES, type WorkerSocket } from './forward.ts'
import { listen } from './ports.ts'
import type { ViewerIncoming } from './viewer-request.ts'
import { isGone, type ViewerOutgoing } from './viewer-response.ts'

export type ViewerListenerOptions = {
  certificate: Certificate
  httpsPort: number
  httpPort: number
  /** Answers requests for the page; false for any other. */
  intercept(request: ViewerIncoming, response: ViewerOutgoing): boolean
  abortedBodies: AbortedBodies
  interimResponses: InterimResponses
}

export type ViewerListeners = {
  httpsPort: number
  httpPort: number
  /**
   * Where the distribution's Worker listens, what shows it that a request is the host's, and what went wrong in it. Requests wait for the
   * first call.
   * @param onLeft told of a viewer that leaves before it has all of its response, by the request's id
   */
  connect(socket: WorkerSocket, complaints: () => string, onLeft: (requestId: string) => void): void
  /** Requests whose response has ended. */
  finished: EventEmitter<FinishedEvents>
  close(): Promise<void>
}

/** workerd closes a connection that was idle for five seconds; a request must not be sent on one that is being closed. */
const IDLE_MILLISECONDS = 4_000

/** @throws InputError if a port is taken or not allowed */
export async function openViewerListeners(options: ViewerListenerOptions): Promise<ViewerListeners> {
  const { certificate, httpsPort, httpPort, intercept, abortedBodies, interimResponses } = options
  const finished = new EventEmitter<FinishedEvents>()
  const kept = new Agent({ keepAlive: true, timeout: IDLE_MILLISECONDS })
  const connected = Promise.withResolvers<void>()
  let worker: WorkerSocket | undefined
  let complaints = () => ''
  let onLeft = (_requestId: string) => {}

  const answer = (request: ViewerIncoming, response: ViewerOutgoing) => {
    if (intercept(request, response)) return
    if (isGone(response)) return
    if (worker)
      forward(request, response, worker, { kept, finished, abortedBodies, interimResponses, complaints, onLeft })
    else void connected.promise.then(() => answer(request, response))
  }
  const secure = {
    ...certificate,
    allowHTTP1: true,
    maxHeaderSize: HEAD_BYTES,
    settings: { maxHeaderListSize: HEAD_BYTES },
    // Node would refuse a response in which an origin repeats such a field.
    strictSingleValueFields: false,
  }
  const https = createSecureServer(
    secure,
    answer as (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  )
  const http = createServer({ maxHeaderSize: HEAD_BYTES }, answer)
  const sockets = new Set<Socket>()
  for (const server of [https, http]) {
    server.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    server.on('clientError', refuseBroken)
  }
  // Browsers that do not know the certificate break off: that is no error.
  https.on('tlsClientError', () => {})
  https.on('sessionError', () => {})

  const close = async () => {
    kept.destroy()
    const closed = [https, http].filter((server) => server.listening).map((server) => once(server, 'close'))
    for (const server of [https, http]) if (server.listening) server.close()
    for (const socket of sockets) socket.destroy()
    await Promise.all(closed)
  }
  try {
    await listen(https, httpsPort, '--https-port')
    await listen(http, httpPort, '--http-port')
  } catch (error) {
    await close()
    throw error
  }
  return {
    httpsPort: portOf(https),
    httpPort: portOf(http),
    connect(socket, complaintsOfWorker, onLeftByWorker) {
      worker = socket
      complaints = complaintsOfWorker
      onLeft = onLeftByWorker
      connected.resolve()
    },
    finished,
    close,
  }
}

const portOf = (server: Server) => (server.address() as AddressInfo).port

/** 400: RFC 9112, 3.2. A head that is too long even for us is CloudFront's 494. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '494 Request Header Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nServer: CloudFront\r\nX-Cache: Error from cloudfront\r\nConnection: close\r\n\r\n`)
}
