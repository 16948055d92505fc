/**
 * Requests to origins over HTTP, as CloudFront makes them: HTTP/1.1 over connections that are kept, with its attempts
 * and timeouts; no redirect is followed, no proxy asked, no body unpacked. Rules: Developer Guide, "Origin settings" and
 * "Request and response behavior for custom origins".
 */
import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { addressOf } from './connector/address.ts'
import { attemptRequest } from './connector/attempt.ts'
import type { OriginRequest, OriginResponse } from './connector/exchange.ts'
import { CODE, failureOf, isBroken, isFinal, type OriginFailure } from './connector/failure.ts'

export type Connector = {
  /**
   * "Connection attempts" count for connections that fail, and with GET and HEAD for answers that don't come; what was
   * sent with another method is never sent again.
   */
  connect(request: OriginRequest): Promise<OriginResponse | OriginFailure>
  /** Ends what is under way, and the connections that are kept. */
  close(): Promise<void>
}

/** Milliseconds. Developer Guide, "Keep-alive timeout": 5 s unless it is set. */
const KEEP_ALIVE = 5_000

/** @param options.ca certificates (PEM) to trust besides those that Node trusts */
export function openConnector(options: { ca?: string } = {}): Connector {
  const closing = new AbortController()
  const kept = agents({ keepAlive: true, timeout: KEEP_ALIVE, ...options })
  // What can't be sent twice goes over a connection that nobody can have closed meanwhile: RFC 9112, 9.3.1.
  const fresh = agents(options)

  const connect = async (request: OriginRequest): Promise<OriginResponse | OriginFailure> => {
    const { method, body, timeouts } = request
    const signal = request.signal ? AbortSignal.any([request.signal, closing.signal]) : closing.signal
    const address = addressOf(request.url)
    if (typeof address === 'string') return failureOf(CODE.unsendable, { origin: request.url, timeouts, says: address })
    const isRepeatable = !body && (method === 'GET' || method === 'HEAD')
    // It may break off while no attempt reads it.
    if (body instanceof Readable) body.on('error', () => {})
    let agent = (isRepeatable ? kept : fresh)[address.scheme]
    let attempts = 1
    for (;;) {
      const attempt = await attemptRequest({ ...request, address, signal, agent })
      if (attempt.kind === 'response') return attempt
      const isStale = attempt.wasKept && isBroken(attempt.code)
      const isWorthAnother =
        attempt.phase === 'connecting' ? !isFinal(attempt.code) : isRepeatable && attempt.code === CODE.readTimeout
      if (signal.aborted || (!isStale && (!isWorthAnother || attempts >= timeouts.connectionAttempts))) {
        return failureOf(attempt.code, { origin: address.origin, timeouts, attempts, says: attempt.message })
      }
      if (isStale) agent = fresh[address.scheme]
      else attempts += 1
    }
  }

  return {
    connect,
    async close() {
      closing.abort()
      for (const agent of [kept.http, kept.https, fresh.http, fresh.https]) agent.destroy()
    },
  }
}

const agents = (options: https.AgentOptions) => ({ http: new http.Agent(options), https: new https.Agent(options) })
