/** A request as Node received it, in the distribution's terms. */
import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { TLSSocket } from 'node:tls'
import { REQUEST_BYTES, URL_CHARACTERS } from '../../edge/limits.ts'
import type { HeaderLine, HttpVersion, ViewerRequest } from '../protocol/messages.ts'
/** HTTP/2's are made to be used like HTTP/1.1's: Node.js, "Compatibility API". */
export type ViewerIncoming = IncomingMessage | (Http2ServerRequest & IncomingMessage)

export function viewerRequest(incoming: ViewerIncoming): ViewerRequest {
  const { socket, rawHeaders, httpVersion } = incoming
  const headers: HeaderLine[] = []
  // The host is among HTTP/2's pseudo-headers, or in a target of absolute form: RFC 9113, 8.3.1, and RFC 9112, 3.2.2.
  const [, absolute, rest] = /^https?:\/\/([^/?#]+)(.*)$/is.exec(incoming.url ?? '') ?? []
  const authority = absolute ?? ('authority' in incoming ? incoming.authority : '')
  if (authority) headers.push(['host', authority])
  const target = rest === undefined ? (incoming.url ?? '/') : rest.startsWith('/') ? rest : `/${rest}`
  let headBytes = (incoming.url ?? '').length + 16
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = String(rawHeaders[at]).toLowerCase()
    const value = String(rawHeaders[at + 1])
    headBytes += name.length + value.length + 4
    if (!name.startsWith(':') && !(name === 'host' && authority)) headers.push([name, value])
  }
  const isSecure = socket instanceof TLSSocket
  return {
    scheme: isSecure ? 'https' : 'http',
    httpVersion: (httpVersion === '2.0' || httpVersion === '1.0' ? httpVersion : '1.1') as HttpVersion,
    method: incoming.method ?? 'GET',
    target,
    headers,
    ip: socket.remoteAddress ?? '127.0.0.1',
    port: socket.remotePort ?? 0,
    tls: isSecure ? { protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName } : null,
    headBytes,
  }
}

/** A request that the distribution refuses for its length is cut: its length is enough to refuse it. */
export function withinLimits(viewer: ViewerRequest): ViewerRequest {
  const target = viewer.target.slice(0, URL_CHARACTERS + 1)
  return viewer.headBytes > REQUEST_BYTES
    ? { ...viewer, target, headers: viewer.headers.filter(([name]) => name === 'host') }
    : viewer
}

export function carriesBody(incoming: ViewerIncoming): boolean {
  if ('stream' in incoming) return !incoming.stream.endAfterHeaders
  return incoming.headers['transfer-encoding'] !== undefined || Number(incoming.headers['content-length'] ?? 0) > 0
}

/** For the Worker, to which the body would otherwise be of unknown length. */
export const lengthHeader = ({ headers }: ViewerIncoming) => {
  const length = headers['content-length']
  return length === undefined ? {} : { 'content-length': length }
}
