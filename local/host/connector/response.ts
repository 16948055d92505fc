/** A response as it comes in: head at once, body with CloudFront's patience between packets. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { HeaderLine } from '../../protocol/messages.ts'
import type { OriginResponse } from './exchange.ts'
import { timer } from './timer.ts'

type Asked = { method: string; origin: string; readTimeout: number }

/**
 * @param asked.origin for people
 * @param asked.readTimeout seconds
 */
export function responseOf(incoming: IncomingMessage, asked: Asked): OriginResponse {
  const status = incoming.statusCode ?? 0
  return { kind: 'response', status, headers: headerLines(incoming.rawHeaders), body: bodyOf(incoming, status, asked) }
}

function bodyOf(incoming: IncomingMessage, status: number, asked: Asked): Readable {
  // RFC 9112, 6.3: these have no body. The connection is free for others, whether or not somebody looks for one.
  if (asked.method === 'HEAD' || status === 204 || status === 304) {
    incoming.resume()
    return Readable.from([])
  }
  const body = Readable.from(packetsOf(incoming, asked), { objectMode: false })
  // Who gives the body up need not wait for the next packet; who does not listen for errors must not go down with them.
  body.once('close', () => incoming.destroy())
  body.on('error', () => {})
  return body
}

function headerLines(raw: readonly string[]): HeaderLine[] {
  const lines: HeaderLine[] = []
  for (let i = 0; i < raw.length; i += 2) lines.push([String(raw[i]).toLowerCase(), String(raw[i + 1])])
  return lines
}

async function* packetsOf(incoming: IncomingMessage, { origin, readTimeout }: Asked): AsyncGenerator<Buffer> {
  let isTooSlow = false
  // It runs while the origin is waited for, and not while the viewer is.
  const quiet = timer(() => {
    isTooSlow = true
    incoming.destroy()
  })
  const packets = incoming[Symbol.asyncIterator]()
  let received = 0
  try {
    for (;;) {
      quiet.start(readTimeout)
      const { done, value } = await packets.next()
      quiet.stop()
      if (done) return
      received += value.length
      yield value
    }
  } catch (cause) {
    if (isTooSlow) throw new Error(`${origin} stopped in its answer for ${readTimeout} s`, { cause })
    // "Dropped TCP connections": without a length, nobody can tell a break from the end.
    if (isEndedByClosing(incoming)) return
    throw new Error(`${origin} broke off its answer after ${received.toLocaleString('en')} bytes`, { cause })
  } finally {
    quiet.stop()
  }
}

const isEndedByClosing = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
