/**
 * Requests to origins over HTTP, as CloudFront makes them: HTTP/1.1 over connections that are kept, with its attempts
 * and timeouts. Redirects are not followed, proxies not used, bodies not decompressed. Rules: Developer Guide, "Origin settings" and
 * "Request and response behavior for custom origins".
 */
import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import type { OriginFailure } from '../protocol/origin.ts'
import { originAddressOf } from './connector/address.ts'
import { attemptCall, type ConnectorCall, type ConnectorResponse } from './connector/attempt.ts'
import { CODE, isBroken, isFinal, originFailure } from './connector/failure.ts'

export type Connector = {
  /**
   * "Connection attempts" count for connections that fail, and with GET and HEAD for responses that don't come; a request
   * with another method is never sent again.
   */
  send(call: ConnectorCall): Promise<ConnectorResponse | OriginFailure>
  /** Ends calls that are under way, and the connections that are kept. */
  close(): Promise<void>
}

/** Milliseconds. Developer Guide, "Keep-alive timeout": 5 s unless it is set. */
const KEEP_ALIVE = 5_000

/** @param options.ca certificates (PEM) to trust besides those that Node trusts */
export function openConnector(options: { ca?: string } = {}): Connector {
  const closing = new AbortController()
  const kept = agents({ keepAlive: true, timeout: KEEP_ALIVE, ...options })
  // A request that can't be repeated goes over a new connection: the origin may have closed a kept one. RFC 9112, 9.3.1.
  const fresh = agents(options)

  const send = async (call: ConnectorCall): Promise<ConnectorResponse | OriginFailure> => {
    const { method, body, timeouts } = call
    const signal = call.signal ? AbortSignal.any([call.signal, closing.signal]) : closing.signal
    const address = originAddressOf(call.url)
    if (typeof address === 'string')
      return originFailure(CODE.unsendable, { origin: call.url, timeouts, message: address })
    const isRepeatable = !body && (method === 'GET' || method === 'HEAD')
    // The body may break off while no attempt reads it.
    if (body instanceof Readable) body.on('error', () => {})
    let agent = (isRepeatable ? kept : fresh)[address.scheme]
    let attempts = 1
    for (;;) {
      const attempt = await attemptCall({ ...call, address, signal, agent })
      if (attempt.kind === 'response') return attempt
      const isStale = attempt.wasKept && isBroken(attempt.code)
      const isWorthAnother =
        attempt.phase === 'connecting' ? !isFinal(attempt.code) : isRepeatable && attempt.code === CODE.readTimeout
      if (signal.aborted || (!isStale && (!isWorthAnother || attempts >= timeouts.connectionAttempts))) {
        return originFailure(attempt.code, { origin: address.origin, timeouts, attempts, message: attempt.message })
      }
      if (isStale) agent = fresh[address.scheme]
      else attempts += 1
    }
  }

  return {
    send,
    async close() {
      closing.abort()
      for (const agent of [kept.http, kept.https, fresh.http, fresh.https]) agent.destroy()
    },
  }
}

const agents = (options: https.AgentOptions) => ({ http: new http.Agent(options), https: new https.Agent(options) })
