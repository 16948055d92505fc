/** A request as it came in, in the distribution's terms. */
import { TLSSocket } from 'node:tls'
import { REQUEST_BYTES, URL_CHARACTERS } from '../../edge/limits.ts'
import type { HeaderLine, HttpVersion, ViewerRequest } from '../protocol/messages.ts'
import type { ViewerIncoming } from './viewer-messages.ts'

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

/** What is refused for its length need not travel whole. */
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

/** For the Worker, which would otherwise take a body for one of unknown length. */
export const lengthOf = ({ headers }: ViewerIncoming) => {
  const length = headers['content-length']
  return length === undefined ? {} : { 'content-length': length }
}
