/** The listeners that viewers connect to: HTTPS, with HTTP/2 and HTTP/1.1, and HTTP. Everything else is the distribution's. */
import { EventEmitter, once } from 'node:events'
import { Agent, type ClientRequest, createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { InputError } from '../../base/errors.ts'
import { REQUEST_BYTES } from '../../edge/limits.ts'
import type { BrokenOff } from '../host/aborted-bodies.ts'
import { IDLE_MS } from '../host/worker-code.ts'
import { fromHead, toHead } from '../protocol/head.ts'
import { requestId } from '../protocol/identity.ts'
import type { FinishedRequest, ViewerResponse } from '../protocol/messages.ts'
import { HEAD_HEADER } from '../protocol/settings.ts'
import type { Certificate } from './certificate.ts'
import type { ViewerIncoming, ViewerOutgoing } from './viewer-messages.ts'
import { carriesBody, lengthOf, viewerRequest, withinLimits } from './viewer-request.ts'
import { breakOff, headBytes, isGone, writeHead } from './viewer-response.ts'

export type ViewerOptions = {
  certificate: Certificate
  httpsPort: number
  httpPort: number
  /** Answers requests of its own, such as the page; false: it is none of those. */
  intercept(request: ViewerIncoming, response: ViewerOutgoing): boolean
  broken: BrokenOff
}

export type Viewers = {
  httpsPort: number
  httpPort: number
  /**
   * Where the distribution's Worker listens, and what it complains of. Requests wait until it is said for the first time.
   */
  connect(url: URL, complaints: () => string): void
  finished: EventEmitter<{ request: [FinishedRequest] }>
  close(): Promise<void>
}

/** Room for heads that are over CloudFront's limit, so that it is the distribution that refuses them. */
const HEAD_BYTES = 4 * REQUEST_BYTES

/** RFC 9110, 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** @throws InputError if a port is taken or not allowed */
export async function openViewers(options: ViewerOptions): Promise<Viewers> {
  const { certificate, httpsPort, httpPort, intercept, broken } = options
  const finished = new EventEmitter<{ request: [FinishedRequest] }>()
  const kept = new Agent({ keepAlive: true, timeout: IDLE_MS })
  const connected = Promise.withResolvers<void>()
  let worker: URL | undefined
  let complaints = () => ''

  const answer = (request: ViewerIncoming, response: ViewerOutgoing) => {
    if (intercept(request, response)) return
    if (isGone(response)) return
    if (worker) forward(request, response, worker, { kept, finished, broken, complaints })
    else void connected.promise.then(() => answer(request, response))
  }
  const secure = {
    ...certificate,
    allowHTTP1: true,
    maxHeaderSize: HEAD_BYTES,
    settings: { maxHeaderListSize: HEAD_BYTES },
    // An origin that repeats such a field has it repeated.
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
  // A browser that does not know the certificate is nobody's error.
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
    connect(url, ofDistribution) {
      worker = url
      complaints = ofDistribution
      connected.resolve()
    },
    finished,
    close,
  }
}

const portOf = (server: Server) => (server.address() as AddressInfo).port

async function listen(server: Server, port: number, option: string): Promise<void> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why = code === 'EADDRINUSE' ? 'in use' : code === 'EACCES' ? 'not open to this user' : String(code)
    throw new InputError(`port ${port} is ${why}; choose another with ${option}`, { cause })
  }
}

/** RFC 9112, 3.2; a head beyond even our room is CloudFront's 494. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '494 Request Header Too Large' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nServer: CloudFront\r\nX-Cache: Error from cloudfront\r\nConnection: close\r\n\r\n`)
}

type Passing = { kept: Agent; finished: Viewers['finished']; broken: BrokenOff; complaints: () => string }

function forward(incoming: ViewerIncoming, outgoing: ViewerOutgoing, worker: URL, passing: Passing): void {
  const started = performance.now()
  const id = requestId()
  const viewer = { id, ...viewerRequest(incoming) }
  const hasBody = carriesBody(incoming)
  const head = {
    host: worker.hostname,
    port: worker.port,
    method: hasBody ? 'POST' : 'GET',
    maxHeaderSize: 8 * HEAD_BYTES,
    headers: { [HEAD_HEADER]: toHead(withinLimits(viewer)), ...(hasBody && lengthOf(incoming)) },
  }
  // What can't be sent twice goes over a connection that nobody can have closed meanwhile: RFC 9112, 9.3.1.
  const isRepeatable = !hasBody && SAFE_METHODS.has(viewer.method)

  const send = (agent: Agent | false): ClientRequest => {
    const upstream = httpRequest({ ...head, agent })
    upstream.once('response', (response) => {
      const text = response.headers[HEAD_HEADER]
      if (typeof text !== 'string') {
        response.resume()
        return giveUp(outgoing, passing)
      }
      deliver(fromHead(text), response, outgoing, started, passing)
    })
    upstream.once('error', () => {
      const isStale = isRepeatable && upstream.reusedSocket && !outgoing.headersSent
      if (isStale) send(false).end()
      else giveUp(outgoing, passing)
    })
    return upstream
  }

  const upstream = send(isRepeatable && passing.kept)
  if (!hasBody) return void upstream.end()
  // What breaks off is not sent on as if it were whole.
  incoming.once('aborted', () => {
    passing.broken.add(id)
    upstream.destroy()
  })
  incoming.pipe(upstream)
}

/** The distribution itself has failed: while it is being reloaded, or by a fault of ours. */
function giveUp(outgoing: ViewerOutgoing, { complaints }: Passing): void {
  if (isGone(outgoing)) return
  if (outgoing.headersSent) {
    breakOff(outgoing)
    return
  }
  writeHead(outgoing, 503, [['content-type', 'text/plain']], false)
  outgoing.end(`The local distribution did not answer: it may be reloading.\n${complaints()}`)
}

function deliver(
  { status, headers, close, isStreamed, summary }: ViewerResponse,
  body: IncomingMessage,
  outgoing: ViewerOutgoing,
  started: number,
  { finished, broken }: Passing,
): void {
  const first = performance.now()
  let bodyBytes = 0
  writeHead(outgoing, status, headers, close)
  body.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length
  })
  // What was announced and does not come whole must not look whole.
  body.once('error', () => breakOff(outgoing))
  const end = () => {
    body.destroy()
    finished.emit('request', {
      ...summary,
      bodyBytes,
      sentBytes: headBytes(headers) + bodyBytes,
      milliseconds: performance.now() - started,
      millisecondsToFirstByte: first - started,
    })
  }
  if (isGone(outgoing)) {
    end()
    return
  }
  outgoing.once('close', end)
  body.once('end', () => (isStreamed && broken.has(summary.id) ? breakOff(outgoing) : outgoing.end()))
  // Of a stream of events, the first may be long in coming.
  if (isStreamed) outgoing.flushHeaders()
  body.pipe(outgoing, { end: false })
}
