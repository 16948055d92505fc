/** HTTP as a viewer speaks it, with nothing hidden: headers as they came, no redirect followed, nothing decoded. */
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { connect } from 'node:tls'
import { systemMessage } from '../../base/errors.ts'

export type ProbeRequest = {
  method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST'
  /** As it is sent, escapes and all. */
  path: string
  /** Raw `name=value` pairs. */
  query?: readonly string[]
  /** Besides the viewer's own. */
  headers?: Readonly<Record<string, string>>
  /** Over HTTP, to the port that redirects. */
  isPlain?: true
  /** Without the grant that goes with other requests for a private route. */
  isBare?: true
  /** Over HTTPS, by a connection of its own; the answer says how long each part took. */
  isTimed?: true
}

/** Milliseconds. The first three are parts of it; the others begin where the request does, with the name's lookup. */
export type RequestTimes = { dns: number; connect: number; tls: number; firstByte: number; total: number }

export type Answer = {
  method: string
  /** Path and query. */
  target: string
  /** What the request said besides the viewer's own headers. */
  sent: Readonly<Record<string, string>>
  status: number
  /** In their order, names as they were written. */
  headers: readonly (readonly [name: string, value: string])[]
  /** Length of the body as it came over the wire. */
  bytes: number
  /** Its beginning, 64 KiB at most. */
  beginning: Buffer
  /** Of a request that was timed. */
  times?: RequestTimes
}

/** No answer came: no address, no connection, no time left. */
export class NoAnswer extends Error {
  override name = 'NoAnswer'
}

export type OpenViewerOptions = {
  url: URL
  /** Where it listens for HTTP; `undefined`: that is not known. */
  httpUrl: URL | undefined
  /** Sent with every request. */
  headers: Readonly<Record<string, string>>
  /** Accepts certificates that can't be verified, such as self-signed ones. */
  isInsecure: boolean
  /** Milliseconds for one request, connection and body included. */
  patience: number
}

export type Viewer = {
  /** @throws NoAnswer */
  ask(request: ProbeRequest): Promise<Answer>
  /** The protocol that it chooses where HTTP/2 and HTTP/1.1 are offered. @throws NoAnswer */
  protocol(): Promise<string>
  /** How many requests were sent so far. */
  requests(): number
  close(): void
}

/** Negotiates no format and no encoding, so that what a check asks for is all that it gets. */
const OWN_HEADERS = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'rimlight-verify' }

export function openViewer({ url, httpUrl, headers, isInsecure, patience }: OpenViewerOptions): Viewer {
  // One connection leads to one edge location: what one request put into its cache, the next can find there.
  const secure = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: !isInsecure })
  const plain = new http.Agent({ keepAlive: true, maxSockets: 1 })
  let requests = 0
  return {
    async ask({ method = 'GET', path, query = [], headers: sent = {}, isPlain, isTimed }) {
      const target = `${path}${query.length > 0 ? `?${query.join('&')}` : ''}`
      const base = isPlain ? httpUrl : url
      if (base === undefined) throw new NoAnswer('where it listens for HTTP is not known')
      requests += 1
      const asked = {
        method,
        hostname: addressOf(base),
        ...lookupOf(base),
        port: base.port,
        path: target,
        headers: { ...OWN_HEADERS, ...headers, ...sent, ...(method === 'POST' && { 'content-length': '0' }) },
        signal: AbortSignal.timeout(patience),
        maxHeaderSize: HEADER_BYTES,
      }
      const what = `${method} ${base.origin}${target}`
      if (isTimed) {
        // Neither a connection nor a TLS session of an earlier request.
        const own = new https.Agent({ keepAlive: false, maxCachedSessions: 0, rejectUnauthorized: !isInsecure })
        const began = performance.now()
        const request = https.request({ ...asked, agent: own })
        const times = timesOf(request, began)
        const received = await answered(request, what)
        return { method, target, sent, ...received, times: times() }
      }
      const received = await answered(
        base.protocol === 'http:'
          ? http.request({ ...asked, agent: plain })
          : https.request({ ...asked, agent: secure }),
        what,
      )
      return { method, target, sent, ...received }
    },
    async protocol() {
      requests += 1
      return chosenProtocol(url, isInsecure, patience)
    },
    requests: () => requests,
    close() {
      secure.destroy()
      plain.destroy()
    },
  }
}

/** More than an origin's headers may have at CloudFront (32,768), with those that CloudFront adds. */
const HEADER_BYTES = 65_536

/** An IPv6 address without the brackets that it has in a URL. */
const addressOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** Names below `localhost` are this machine (RFC 6761, 6.3), and not every system's resolver knows it. */
const lookupOf = ({ hostname }: URL): { lookup?: LookupFunction } =>
  hostname.endsWith('.localhost') ? { lookup: loopback } : {}

const loopback: LookupFunction = (_, { all }, done) =>
  all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)

/** @returns what to call when the answer has been read to its end */
function timesOf(request: http.ClientRequest, began: number): () => RequestTimes {
  const at = { lookup: began, connect: began, secureConnect: began, response: began }
  request.once('socket', (socket) => {
    // An address that is none to look up has no event of its own; of several addresses, the first counts.
    for (const event of ['lookup', 'connect', 'secureConnect'] as const) {
      socket.once(event, () => {
        at[event] = performance.now()
      })
    }
  })
  request.once('response', () => {
    at.response = performance.now()
  })
  return () => ({
    dns: at.lookup - began,
    connect: at.connect - at.lookup,
    tls: at.secureConnect - at.connect,
    firstByte: at.response - began,
    total: performance.now() - began,
  })
}

type Received = Pick<Answer, 'status' | 'headers' | 'bytes' | 'beginning'>

async function answered(request: http.ClientRequest, what: string): Promise<Received> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // An answer of 101 is followed by neither a response nor an error.
  const closed = () => reject(new Error('the connection was closed without an answer'))
  request.once('response', resolve).once('error', reject).once('close', closed).end()
  try {
    const response = await promise
    return { status: response.statusCode ?? 0, headers: linesOf(response.rawHeaders), ...(await measured(response)) }
  } catch (cause) {
    throw new NoAnswer(`${what}: ${reasonOf(cause)}`, { cause })
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && /^(?:Timeout|Abort)Error$/.test(cause.name)) return 'no answer in time'
  // Where several addresses were tried, it has an error for each of them and no message of its own.
  const first = cause instanceof AggregateError ? cause.errors[0] : cause
  return systemMessage(first)
}

const linesOf = (raw: readonly string[]) =>
  raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] ?? ''] as const] : []))

const KEPT_BYTES = 65_536

/** Reads to the end: CloudFront need not keep what a viewer broke off. */
async function measured(response: IncomingMessage): Promise<{ bytes: number; beginning: Buffer }> {
  const kept: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (bytes < KEPT_BYTES) kept.push(chunk)
    bytes += chunk.length
  }
  return { bytes, beginning: Buffer.concat(kept).subarray(0, KEPT_BYTES) }
}

/** RFC 7301. */
async function chosenProtocol(url: URL, isInsecure: boolean, patience: number): Promise<string> {
  const host = addressOf(url)
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect({
    host,
    ...lookupOf(url),
    port: Number(url.port || 443),
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['h2', 'http/1.1'],
    rejectUnauthorized: !isInsecure,
  })
  socket.setTimeout(patience, () => socket.destroy(new Error('no answer in time')))
  socket.once('secureConnect', () => resolve(socket.alpnProtocol || 'none')).once('error', reject)
  try {
    return await promise
  } catch (cause) {
    throw new NoAnswer(`TLS with ${url.origin}: ${reasonOf(cause)}`, { cause })
  } finally {
    socket.destroy()
  }
}
