/** The listeners that viewers connect to: HTTPS, with HTTP/2 and HTTP/1.1, and HTTP. Everything else is the distribution's. */
import { EventEmitter, once } from 'node:events'
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { REQUEST_BYTES, URL_CHARACTERS } from '../edge/limits.ts'
import type { Certificate } from './certificate.ts'
import { toHead } from './distribution/head.ts'
import type {
  FinishedRequest,
  HeaderLine,
  HttpVersion,
  ViewerRequest,
  ViewerResponse,
} from './distribution/messages.ts'
import { HEAD_HEADER } from './distribution/settings.ts'
import { InputError } from './input-error.ts'
import { titleCase } from './platform/header-rules.ts'

export type ViewerOptions = {
  certificate: Certificate
  httpsPort: number
  httpPort: number
  /** Answers requests of its own, such as the page; false: it is none of those. */
  intercept(request: ViewerIncoming, response: ViewerOutgoing): boolean
}

/** HTTP/2's are made to be taken for these: Node.js, "Compatibility API". */
export type ViewerIncoming = IncomingMessage | (Http2ServerRequest & IncomingMessage)
export type ViewerOutgoing = ServerResponse | (Http2ServerResponse & ServerResponse)

export type Viewers = {
  httpsPort: number
  httpPort: number
  /** Where the distribution's Worker listens. Requests wait until it is said for the first time. */
  connect(url: URL): void
  finished: EventEmitter<{ request: [FinishedRequest] }>
  close(): Promise<void>
}

/** workerd closes a connection that was idle for five seconds, and a request must not meet that. */
const IDLE_MS = 4_000

/** Room for heads that are over CloudFront's limit, so that it is the distribution that refuses them. */
const HEAD_BYTES = 4 * REQUEST_BYTES

/** @throws InputError if a port is taken or not allowed */
export async function openViewers({ certificate, httpsPort, httpPort, intercept }: ViewerOptions): Promise<Viewers> {
  const finished = new EventEmitter<{ request: [FinishedRequest] }>()
  const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: IDLE_MS })
  const connected = Promise.withResolvers<void>()
  let worker: URL | undefined

  const answer = (request: ViewerIncoming, response: ViewerOutgoing) => {
    if (intercept(request, response)) return
    if (worker) forward(request, response, worker, agent, finished)
    else void connected.promise.then(() => answer(request, response))
  }
  const options = {
    ...certificate,
    allowHTTP1: true,
    maxHeaderSize: HEAD_BYTES,
    settings: { maxHeaderListSize: HEAD_BYTES },
  }
  const https = createSecureServer(
    options,
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
    agent.destroy()
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
    connect(url) {
      worker = url
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

function forward(
  incoming: ViewerIncoming,
  outgoing: ViewerOutgoing,
  worker: URL,
  agent: Agent,
  finished: Viewers['finished'],
): void {
  const started = performance.now()
  const viewer = viewerRequest(incoming)
  const hasBody = carriesBody(incoming)
  const upstream = httpRequest({
    agent,
    host: worker.hostname,
    port: worker.port,
    method: hasBody ? 'POST' : 'GET',
    maxHeaderSize: 8 * HEAD_BYTES,
    headers: { [HEAD_HEADER]: toHead(withinLimits(viewer)) },
  })
  upstream.once('response', (response) => {
    const text = response.headers[HEAD_HEADER]
    if (typeof text !== 'string') {
      response.resume()
      return giveUp(outgoing)
    }
    deliver(JSON.parse(text), response, outgoing, started, finished)
  })
  upstream.once('error', () => giveUp(outgoing))
  if (hasBody) incoming.pipe(upstream)
  else upstream.end()
}

/** The distribution itself has failed: while it is being reloaded, or by a fault of ours. */
function giveUp(outgoing: ViewerOutgoing): void {
  if (outgoing.headersSent) return void outgoing.destroy()
  write(outgoing, 503, [['content-type', 'text/plain']], false)
  outgoing.end('The local distribution did not answer: it may be reloading.\n')
}

function deliver(
  { status, headers, close, summary }: ViewerResponse,
  body: IncomingMessage,
  outgoing: ViewerOutgoing,
  started: number,
  finished: Viewers['finished'],
): void {
  const first = performance.now()
  let bodyBytes = 0
  write(outgoing, status, headers, close)
  body.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length
  })
  // What was announced and does not come whole must not look whole.
  body.once('error', () => outgoing.destroy())
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
  if (outgoing.destroyed) end()
  else outgoing.once('close', end)
  body.pipe(outgoing)
}

function write(outgoing: ViewerOutgoing, status: number, headers: readonly HeaderLine[], close: boolean): void {
  if ('stream' in outgoing) {
    const lines: Record<string, string | string[]> = {}
    for (const [name, value] of headers) {
      const before = lines[name]
      lines[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
    }
    outgoing.sendDate = false
    outgoing.writeHead(status, lines)
    if (close) outgoing.once('close', () => outgoing.stream.session?.close())
    return
  }
  outgoing.sendDate = false
  if (close) outgoing.shouldKeepAlive = false
  outgoing.writeHead(
    status,
    headers.flatMap(([name, value]) => [titleCase(name), value]),
  )
}

const headBytes = (headers: readonly HeaderLine[]) =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 17)

function viewerRequest(incoming: ViewerIncoming): ViewerRequest {
  const { socket, rawHeaders, httpVersion } = incoming
  const headers: HeaderLine[] = []
  // HTTP/2 has the host among the pseudo-headers.
  if ('authority' in incoming && incoming.authority) headers.push(['host', incoming.authority])
  let headBytes = (incoming.url ?? '').length + 16
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = String(rawHeaders[at]).toLowerCase()
    const value = String(rawHeaders[at + 1])
    headBytes += name.length + value.length + 4
    if (!name.startsWith(':')) headers.push([name, value])
  }
  const isSecure = socket instanceof TLSSocket
  return {
    scheme: isSecure ? 'https' : 'http',
    httpVersion: (httpVersion === '2.0' || httpVersion === '1.0' ? httpVersion : '1.1') as HttpVersion,
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers,
    ip: socket.remoteAddress ?? '127.0.0.1',
    port: socket.remotePort ?? 0,
    tls: isSecure ? { protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName } : null,
    headBytes,
  }
}

/** What is refused for its length need not travel whole. */
function withinLimits(viewer: ViewerRequest): ViewerRequest {
  const target = viewer.target.slice(0, URL_CHARACTERS + 1)
  return viewer.headBytes > REQUEST_BYTES
    ? { ...viewer, target, headers: viewer.headers.filter(([name]) => name === 'host') }
    : viewer
}

function carriesBody(incoming: ViewerIncoming): boolean {
  if ('stream' in incoming) return !incoming.stream.endAfterHeaders
  return incoming.headers['transfer-encoding'] !== undefined || Number(incoming.headers['content-length'] ?? 0) > 0
}
