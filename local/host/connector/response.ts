/** A response as it comes in: its head at once, its body with CloudFront's timeout between packets. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { HeaderLine } from '../../protocol/messages.ts'
import type { OriginResponse } from '../../protocol/origin.ts'
import { timer } from './timer.ts'

type ResponseContext = { method: string; origin: string; readTimeout: number }

/**
 * @param context.origin for people
 * @param context.readTimeout seconds
 */
export function originResponse(incoming: IncomingMessage, context: ResponseContext): OriginResponse<Readable> {
  const status = incoming.statusCode ?? 0
  return {
    kind: 'response',
    status,
    headers: headerLines(incoming.rawHeaders),
    body: bodyOf(incoming, status, context),
  }
}

function bodyOf(incoming: IncomingMessage, status: number, context: ResponseContext): Readable {
  // RFC 9112, 6.3: these have no body. The connection is free for others, whether or not anybody reads one.
  if (context.method === 'HEAD' || status === 204 || status === 304) {
    incoming.resume()
    return Readable.from([])
  }
  const body = Readable.from(packetsOf(incoming, context), { objectMode: false })
  // A reader that gives up need not wait for the next packet; one that listens to no errors must not be ended by them.
  body.once('close', () => incoming.destroy())
  body.on('error', () => {})
  return body
}

export function headerLines(raw: readonly string[]): HeaderLine[] {
  const lines: HeaderLine[] = []
  for (let i = 0; i < raw.length; i += 2) lines.push([String(raw[i]).toLowerCase(), String(raw[i + 1])])
  return lines
}

async function* packetsOf(incoming: IncomingMessage, { origin, readTimeout }: ResponseContext): AsyncGenerator<Buffer> {
  let isTooSlow = false
  // It runs while we wait for the origin, and stands while we wait for the viewer.
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
    // "Dropped TCP connections": without a length, a broken connection looks like the end of the body.
    if (isEndedByClosing(incoming)) return
    throw new Error(`${origin} broke off its answer after ${received.toLocaleString('en')} bytes`, { cause })
  } finally {
    quiet.stop()
  }
}

const isEndedByClosing = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
