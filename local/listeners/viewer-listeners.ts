/** The listeners that viewers connect to: HTTPS, with HTTP/2 and HTTP/1.1, and HTTP. They pass requests to the distribution. */
import { EventEmitter, once } from 'node:events'
import { Agent, type ClientRequest, createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { REQUEST_BYTES } from '../../edge/limits.ts'
import type { AbortedBodies } from '../host/aborted-bodies.ts'
import type { InterimResponses } from '../host/interim-responses.ts'
import { requestId } from '../platform/identity.ts'
import { redactedRequest } from '../platform/redaction.ts'
import { fromHead, HEAD_HEADER, toHead } from '../protocol/head.ts'
import type { FinishedRequest, ViewerResponse } from '../protocol/messages.ts'
import { SECRET_HEADER } from '../protocol/secret.ts'
import type { Certificate } from './certificate.ts'
import { listen } from './ports.ts'
import { carriesBody, lengthHeader, type ViewerIncoming, viewerRequest, withinLimits } from './viewer-request.ts'
import {
  breakOff,
  headBytes,
  isGone,
  sendHead,
  type ViewerOutgoing,
  writeHead,
  writeInterim,
} from './viewer-response.ts'

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
  /** `request`: without what opens something; `logged`: as it came, for the access log alone. */
  finished: EventEmitter<FinishedEvents>
  close(): Promise<void>
}

export type WorkerSocket = { url: URL; secret: string }

type FinishedEvents = { request: [FinishedRequest]; logged: [FinishedRequest] }

/** Heads over CloudFront's limit are read, so that the distribution refuses them. */
const HEAD_BYTES = 4 * REQUEST_BYTES

/** workerd closes a connection that was idle for five seconds; a request must not be sent on one that is being closed. */
const IDLE_MILLISECONDS = 4_000

/** RFC 9110, 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

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

type Forwarding = {
  /** Keeps connections to the Worker. */
  kept: Agent
  finished: ViewerListeners['finished']
  abortedBodies: AbortedBodies
  interimResponses: InterimResponses
  complaints: () => string
  onLeft: (requestId: string) => void
}

function forward(
  incoming: ViewerIncoming,
  outgoing: ViewerOutgoing,
  worker: WorkerSocket,
  forwarding: Forwarding,
): void {
  const started = performance.now()
  const id = requestId()
  const viewer = { id, ...viewerRequest(incoming) }
  const hasBody = carriesBody(incoming)
  const head = {
    host: worker.url.hostname,
    port: worker.url.port,
    method: hasBody ? 'POST' : 'GET',
    maxHeaderSize: 8 * HEAD_BYTES,
    headers: {
      [HEAD_HEADER]: toHead(withinLimits(viewer)),
      [SECRET_HEADER]: worker.secret,
      ...(hasBody && lengthHeader(incoming)),
    },
  }
  // A request that can't be repeated goes over a new connection: workerd may have closed a kept one. RFC 9112, 9.3.1.
  const isRepeatable = !hasBody && SAFE_METHODS.has(viewer.method)

  const send = (agent: Agent | false): ClientRequest => {
    const upstream = httpRequest({ ...head, agent })
    upstream.once('response', (response) => {
      const text = response.headers[HEAD_HEADER]
      if (typeof text !== 'string') {
        response.resume()
        return failResponse(outgoing, forwarding)
      }
      deliver(fromHead(text), response, outgoing, started, forwarding)
    })
    upstream.once('error', () => {
      const isStale = isRepeatable && upstream.reusedSocket && !outgoing.headersSent
      if (isStale) send(false).end()
      else failResponse(outgoing, forwarding)
    })
    return upstream
  }

  if (viewer.httpVersion !== '1.0') {
    const stop = forwarding.interimResponses.listen(id, (status, headers) => writeInterim(outgoing, status, headers))
    outgoing.once('close', stop)
  }
  const upstream = send(isRepeatable && forwarding.kept)
  if (!hasBody) return void upstream.end()
  // A body that breaks off must not be sent on as if it were complete.
  incoming.once('aborted', () => {
    forwarding.abortedBodies.add(id)
    upstream.destroy()
  })
  incoming.pipe(upstream)
}

/** The distribution itself has failed: while it is being reloaded, or by a fault of ours. */
function failResponse(outgoing: ViewerOutgoing, { complaints }: Forwarding): void {
  if (isGone(outgoing)) return
  if (outgoing.headersSent) {
    breakOff(outgoing)
    return
  }
  writeHead(outgoing, 503, [['content-type', 'text/plain']], false)
  outgoing.end(`The local distribution did not answer: it may be reloading.\n${complaints()}`)
}

function deliver(
  { status, headers, close, streamedFrom, summary }: ViewerResponse,
  body: IncomingMessage,
  outgoing: ViewerOutgoing,
  started: number,
  { finished, abortedBodies, onLeft }: Forwarding,
): void {
  const first = performance.now()
  let bodyBytes = 0
  writeHead(outgoing, status, headers, close)
  body.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length
  })
  // A body that ends too soon must not look complete.
  body.once('error', () => breakOff(outgoing))
  const end = () => {
    if (streamedFrom !== null && !body.complete) onLeft(summary.id)
    body.destroy()
    const request = {
      ...summary,
      bodyBytes,
      sentBytes: headBytes(headers) + bodyBytes,
      milliseconds: performance.now() - started,
      millisecondsToFirstByte: first - started,
    }
    finished.emit('logged', request)
    finished.emit('request', redactedRequest(request))
  }
  if (isGone(outgoing)) {
    end()
    return
  }
  outgoing.once('close', end)
  body.once('end', () =>
    streamedFrom !== null && abortedBodies.has(streamedFrom) ? breakOff(outgoing) : outgoing.end(),
  )
  // The head must not wait for the body: the first event of a stream may be long in coming.
  if (streamedFrom !== null) sendHead(outgoing)
  body.pipe(outgoing, { end: false })
}
