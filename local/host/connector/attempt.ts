/** One attempt to send a request and get the head of a response. */
import http, { type ClientRequest } from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'
import { RESPONSE_HEADERS_BYTES } from '../../../edge/limits.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import type { OriginCall, OriginResponse } from '../../protocol/origin.ts'
import type { OriginAddress } from './address.ts'
import { CODE, ConnectorError } from './failure.ts'
import { headerLines, originResponse } from './response.ts'
import { timer } from './timer.ts'

/** A call with its body. `connection` and the length of the body are added to the headers where they are absent. */
export type ConnectorCall = OriginCall & {
  body?: Readable | Buffer | null
  /** Gives the call up, the body of its response included. */
  signal?: AbortSignal
  /** Takes 1xx responses, but for 100, which was CloudFront's own wish. */
  onInterim?(status: number, headers: HeaderLine[]): void
}

/** The body is to be read or destroyed. It ends with an error when the origin stops or breaks off. */
export type ConnectorResponse = OriginResponse<Readable>

export type FailedAttempt = {
  kind: 'failed'
  code: string
  message: string
  /** `sending`: the origin may have seen something of the request. */
  phase: 'connecting' | 'sending'
  /** The connection had served another request before. */
  wasKept: boolean
}

export type Attempt = ConnectorCall & { address: OriginAddress; signal: AbortSignal; agent: http.Agent }

export function attemptCall(attempt: Attempt): Promise<ConnectorResponse | FailedAttempt> {
  const { address, timeouts } = attempt
  return new Promise((resolve) => {
    let phase: FailedAttempt['phase'] | 'over' = 'connecting'
    let wasKept = false
    const patience = timer(() =>
      request.destroy(new ConnectorError(phase === 'connecting' ? CODE.connectTimeout : CODE.readTimeout)),
    )
    // After the head of a response, failures are those of its body.
    const failed = ({ code = '', message }: NodeJS.ErrnoException) => {
      if (phase === 'over') return
      resolve({ kind: 'failed', code, message, phase, wasKept })
      phase = 'over'
      patience.stop()
    }
    const opened = openRequest(attempt)
    if (opened instanceof Error) return failed(opened)
    const request = opened
    request.on('error', failed)

    patience.start(timeouts.connectionTimeout)
    request.once('socket', (socket) => {
      wasKept = request.reusedSocket
      const send = async () => {
        phase = 'sending'
        patience.stop()
        // Each packet starts the timeout anew, even of an incomplete head.
        socket.on('data', patience.again)
        request.once('close', () => socket.off('data', patience.again))
        const waitForOrigin = () => phase === 'sending' && patience.start(timeouts.readTimeout)
        await sendBody(request, attempt.body, { waitForOrigin, goOn: patience.stop })
        waitForOrigin()
      }
      if (wasKept) void send()
      else socket.once(address.scheme === 'https' ? 'secureConnect' : 'connect', send)
    })
    request.once('response', (incoming) => {
      phase = 'over'
      patience.stop()
      // Once an origin has answered, the rest of the request need not be sent.
      incoming.once('close', () => void (request.writableFinished || request.destroy()))
      resolve(
        originResponse(incoming, { method: attempt.method, origin: address.origin, readTimeout: timeouts.readTimeout }),
      )
    })
    request.once('upgrade', (_, socket) => {
      socket.destroy()
      failed(new ConnectorError(CODE.switched))
    })
    request.on('information', ({ statusCode, rawHeaders }) => {
      if (statusCode !== 100) attempt.onInterim?.(statusCode, headerLines(rawHeaders))
    })
    let continues = 0
    request.on('continue', () => {
      continues += 1
      // "100 Continue responses": the second one is an error.
      if (continues === 2) request.destroy(new ConnectorError(CODE.secondContinue))
    })
  })
}

function openRequest(attempt: Attempt): ClientRequest | Error {
  const { address, method, headers, agent, signal } = attempt
  try {
    const request = (address.scheme === 'https' ? https : http).request({
      host: address.hostname,
      port: address.port,
      path: address.target,
      method,
      headers: [...headers, ...framing(attempt)].flat(),
      agent,
      signal,
      maxHeaderSize: RESPONSE_HEADERS_BYTES,
    })
    // Node would drop the lines beyond 2,000.
    request.maxHeadersCount = 0
    return request
  } catch (error) {
    // A header or a path with characters that no request may hold.
    return new ConnectorError(CODE.unsendable, (error as Error).message)
  }
}

/** `Connection` is what CloudFront sends: "HTTP request headers and CloudFront behavior". */
function framing({ method, headers, body }: Attempt): HeaderLine[] {
  const has = (name: string) => headers.some(([line]) => line.toLowerCase() === name)
  const lines: HeaderLine[] = has('connection') ? [] : [['Connection', 'Keep-Alive']]
  if (has('content-length') || has('transfer-encoding')) return lines
  if (Buffer.isBuffer(body)) return [...lines, ['Content-Length', String(body.length)]]
  if (body) return [...lines, ['Transfer-Encoding', 'chunked']]
  // RFC 9110, 8.6: with methods that usually have a body, its absence is stated.
  return ['POST', 'PUT', 'PATCH'].includes(method) ? [...lines, ['Content-Length', '0']] : lines
}

type BodyTimeout = { waitForOrigin(): void; goOn(): void }

/** The origin's timeout runs while the origin reads nothing, and not while the viewer sends nothing. */
async function sendBody(request: ClientRequest, body: Attempt['body'], timeout: BodyTimeout): Promise<void> {
  if (!body || Buffer.isBuffer(body)) {
    request.end(body ?? undefined)
    return
  }
  request.once('close', () => body.destroy())
  try {
    for await (const chunk of body) {
      if (request.write(chunk)) continue
      timeout.waitForOrigin()
      await drained(request)
      timeout.goOn()
    }
    request.end()
  } catch (cause) {
    request.destroy(new ConnectorError(CODE.requestBody, (cause as Error).message))
  }
}

const drained = (request: ClientRequest): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      request.off('drain', done).off('close', done)
      resolve()
    }
    request.on('drain', done).on('close', done)
  })
