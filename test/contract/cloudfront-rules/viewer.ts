/** Viewers: requests over real sockets, in the version of HTTP and with the bytes that a row asks for. */
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { buffer } from 'node:stream/consumers'
import tls from 'node:tls'
import type { Ask } from './row.ts'

export type Received = {
  status: number
  /** By name in lower case, lines joined by commas. */
  headers: Record<string, string>
  body: Buffer
  /** The body broke off. */
  isBroken: boolean
}

export type Front = { httpsUrl: string; httpUrl: string }

export const HOST = 'cdn.example.com'

/** @param target path and query, byte for byte */
export function ask(front: Front, target: string, { version = '1.1', ...request }: Ask): Promise<Received> {
  if (version === '2') return overHttp2(front, target, request)
  return version === '1.0' ? overHttp10(front, target, request) : overHttp11(front, target, request)
}

type Request = Omit<Ask, 'version'>

const linesOf = ({ headers = {}, pop = '' }: Request): Record<string, string | string[]> => ({
  host: HOST,
  ...(pop ? { 'x-rimlight-pop': pop } : {}),
  ...headers,
})

async function overHttp11(front: Front, target: string, request: Request): Promise<Received> {
  const { method = 'GET', scheme = 'https', body } = request
  const { port } = new URL(scheme === 'https' ? front.httpsUrl : front.httpUrl)
  const options = { host: '127.0.0.1', port, method, path: target, headers: linesOf(request), agent: false }
  const sent = scheme === 'https' ? https.request({ ...options, rejectUnauthorized: false }) : http.request(options)
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [http.IncomingMessage]
  return received(response.statusCode ?? 0, response.headersDistinct, response)
}

async function overHttp2(front: Front, target: string, request: Request): Promise<Received> {
  const session = http2.connect(`https://127.0.0.1:${new URL(front.httpsUrl).port}`, { rejectUnauthorized: false })
  try {
    const { host, ...lines } = linesOf(request)
    const { method = 'GET', body } = request
    const stream = session.request(
      { ':method': method, ':path': target, ':authority': String(host), ...lines },
      { endStream: body === undefined },
    )
    if (body !== undefined) stream.end(body)
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    const { ':status': status, ...rest } = headers
    return await received(Number(status), rest, stream)
  } finally {
    session.destroy()
  }
}

/** Node's client speaks no HTTP/1.0. */
async function overHttp10(front: Front, target: string, request: Request): Promise<Received> {
  const { method = 'GET', scheme = 'https', body = '' } = request
  const port = Number(new URL(scheme === 'https' ? front.httpsUrl : front.httpUrl).port)
  const socket =
    scheme === 'https'
      ? tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : net.connect(port, '127.0.0.1')
  const length: Record<string, string> = body === '' ? {} : { 'content-length': String(body.length) }
  const lines = Object.entries({ ...linesOf(request), ...length }).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`${method} ${target} HTTP/1.0\r\n${lines.join('')}\r\n${body}`)
  const all = await buffer(socket)
  const end = all.indexOf('\r\n\r\n')
  const [first = '', ...fields] = all.subarray(0, end).toString('latin1').split('\r\n')
  const headers = fields.map((field) => field.split(/:\s*(.*)/s) as [string, string])
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: all.subarray(end + 4),
    isBroken: false,
  }
}

async function received(
  status: number,
  lines: Record<string, string | string[] | undefined>,
  stream: AsyncIterable<Buffer>,
): Promise<Received> {
  const chunks: Buffer[] = []
  let isBroken = false
  try {
    for await (const chunk of stream) chunks.push(chunk)
  } catch {
    isBroken = true
  }
  const headers = Object.entries(lines).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value])
  return { status, headers: Object.fromEntries(headers), body: Buffer.concat(chunks), isBroken }
}
