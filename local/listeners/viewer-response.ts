/** A response of the distribution's, as Node sends it. */
import type { ServerResponse } from 'node:http'
import { constants, type Http2ServerResponse } from 'node:http2'
import { connectionOptions, HOP_BY_HOP, withoutHeaders } from '../platform/header-lines.ts'
import { titleCase } from '../platform/header-rules.ts'
import type { HeaderLine } from '../protocol/messages.ts'

/** HTTP/2's are made to be used like HTTP/1.1's: Node.js, "Compatibility API". */
export type ViewerOutgoing = ServerResponse | (Http2ServerResponse & ServerResponse)

/** The head of a response, in the form of its protocol. */
export function writeHead(
  outgoing: ViewerOutgoing,
  status: number,
  headers: readonly HeaderLine[],
  close: boolean,
): void {
  if ('stream' in outgoing) {
    const lines: Record<string, string | string[]> = Object.create(null)
    for (const [name, value] of headers) {
      if (OF_THE_CONNECTION.has(name)) continue
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

/** Sends the head before there is a body. Node's own `flushHeaders` writes each character beyond ASCII as UTF-8. */
export function sendHead(outgoing: ViewerOutgoing): void {
  if ('stream' in outgoing) outgoing.flushHeaders()
  else outgoing.write(Buffer.alloc(0))
}

/** An interim response: RFC 9110, 15.2. Over HTTP/1.1, Node writes those that it knows, 102 and 103. */
export function writeInterim(outgoing: ViewerOutgoing, status: number, headers: readonly HeaderLine[]): void {
  if (outgoing.headersSent || isGone(outgoing)) return
  const dropped = [...OF_THE_CONNECTION, ...connectionOptions(headers)]
  const lines: Record<string, string[]> = Object.create(null)
  for (const [name, value] of withoutHeaders(headers, dropped)) lines[name] = [...(lines[name] ?? []), value]
  try {
    if ('stream' in outgoing) outgoing.stream.additionalHeaders({ ':status': status, ...lines })
    else if (status === 102) outgoing.writeProcessing()
    else if (status === 103) outgoing.writeEarlyHints(lines)
  } catch {
    // What an origin sends too early may be left out; Node takes no `link` that is none.
  }
}

/** RFC 9113, 8.2.2. */
const OF_THE_CONNECTION = new Set([...HOP_BY_HOP, 'http2-settings'])

/** Bytes that the head takes on an HTTP/1.1 connection. */
export const headBytes = (headers: readonly HeaderLine[]) =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 17)

/** HTTP/2's responses have no `destroyed`. */
export const isGone = (outgoing: ViewerOutgoing): boolean =>
  'stream' in outgoing ? outgoing.stream.destroyed : outgoing.destroyed

/** Breaks a response off, once all that was written of it has been sent. */
export function breakOff(outgoing: ViewerOutgoing): void {
  if (!('stream' in outgoing)) return void outgoing.socket?.destroySoon()
  const { stream } = outgoing
  stream.write(Buffer.alloc(0), () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
}
