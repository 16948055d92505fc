/** One request of a viewer on its way to the distribution's Worker, and the response on its way back. */
import type { EventEmitter } from 'node:events'
import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { REQUEST_BYTES } from '../../edge/limits.ts'
import type { AbortedBodies } from '../host/aborted-bodies.ts'
import type { InterimResponses } from '../host/interim-responses.ts'
import { requestId } from '../platform/identity.ts'
import { redactedRequest } from '../platform/redaction.ts'
import { fromHead, HEAD_HEADER, toHead } from '../protocol/head.ts'
import type { FinishedRequest, ViewerResponse } from '../protocol/messages.ts'
import { SECRET_HEADER } from '../protocol/secret.ts'
import { carriesBody, lengthHeader, type ViewerIncoming, viewerRequest, withinLimits } from './viewer-request.ts'
import {
  breakOff,
  headBytes,
  isGone,
  sendHead,
  type ViewerOutgoing,
  writeHead,
  writeInterim,
} from './viewer-response.ts'

export type WorkerSocket = { url: URL; secret: string }

/** `request`: without tokens and signatures; `logged`: as it came, for the access log alone. */
export type FinishedEvents = { request: [FinishedRequest]; logged: [FinishedRequest] }

/** Heads over CloudFront's limit are read, so that the distribution refuses them. */
export const HEAD_BYTES = 4 * REQUEST_BYTES

/** RFC 9110, 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

type Forwarding = {
  /** Keeps connections to the Worker. */
  kept: Agent
  finished: EventEmitter<FinishedEvents>
  abortedBodies: AbortedBodies
  interimResponses: InterimResponses
  complaints: () => string
  onLeft: (requestId: string) => void
}

export function forward(
  incoming: ViewerIncoming,
  outgoing: ViewerOutgoing,
  worker: WorkerSocket,
  forwarding: Forwarding,
): void {
  const started = performance.now()
  const id = requestId()
  const viewer = { id, ...viewerRequest(incoming) }
  const hasBody = carriesBody(incoming)
  const head = {
    host: worker.url.hostname,
    port: worker.url.port,
    method: hasBody ? 'POST' : 'GET',
    maxHeaderSize: 8 * HEAD_BYTES,
    headers: {
      [HEAD_HEADER]: toHead(withinLimits(viewer)),
      [SECRET_HEADER]: worker.secret,
      ...(hasBody && lengthHeader(incoming)),
    },
  }
  // A request that can't be repeated goes over a new connection: workerd may have closed a kept one. RFC 9112, 9.3.1.
  const isRepeatable = !hasBody && SAFE_METHODS.has(viewer.method)

  const send = (agent: Agent | false): ClientRequest => {
    const upstream = httpRequest({ ...head, agent })
    upstream.once('response', (response) => {
      const text = response.headers[HEAD_HEADER]
      if (typeof text !== 'string') {
        response.resume()
        return failResponse(outgoing, forwarding)
      }
      deliver(fromHead(text), response, outgoing, started, forwarding)
    })
    upstream.once('error', () => {
      const isStale = isRepeatable && upstream.reusedSocket && !outgoing.headersSent
      if (isStale) send(false).end()
      else failResponse(outgoing, forwarding)
    })
    return upstream
  }

  if (viewer.httpVersion !== '1.0') {
    const stop = forwarding.interimResponses.listen(id, (status, headers) => writeInterim(outgoing, status, headers))
    outgoing.once('close', stop)
  }
  const upstream = send(isRepeatable && forwarding.kept)
  if (!hasBody) return void upstream.end()
  // A body that breaks off must not be sent on as if it were complete.
  incoming.once('aborted', () => {
    forwarding.abortedBodies.add(id)
    upstream.destroy()
  })
  incoming.pipe(upstream)
}

/** The distribution itself has failed: while it is being reloaded, or by a fault of ours. */
function failResponse(outgoing: ViewerOutgoing, { complaints }: Forwarding): void {
  if (isGone(outgoing)) return
  if (outgoing.headersSent) {
    breakOff(outgoing)
    return
  }
  writeHead(outgoing, 503, [['content-type', 'text/plain']], false)
  outgoing.end(`The local distribution did not answer: it may be reloading.\n${complaints()}`)
}

function deliver(
  { status, headers, close, streamedFrom, summary }: ViewerResponse,
  body: IncomingMessage,
  outgoing: ViewerOutgoing,
  started: number,
  { finished, abortedBodies, onLeft }: Forwarding,
): void {
  const first = performance.now()
  let bodyBytes = 0
  writeHead(outgoing, status, headers, close)
  body.on('data', (chunk: Buffer) => {
    bodyBytes += chunk.length
  })
  // A body that ends too soon must not look complete.
  body.once('error', () => breakOff(outgoing))
  const end = () => {
    if (streamedFrom !== null && !body.complete) onLeft(summary.id)
    body.destroy()
    const request = {
      ...summary,
      bodyBytes,
      sentBytes: headBytes(headers) + bodyBytes,
      milliseconds: performance.now() - started,
      millisecondsToFirstByte: first - started,
    }
    finished.emit('logged', request)
    finished.emit('request', redactedRequest(request))
  }
  if (isGone(outgoing)) {
    end()
    return
  }
  outgoing.once('close', end)
  body.once('end', () =>
    streamedFrom !== null && abortedBodies.has(streamedFrom) ? breakOff(outgoing) : outgoing.end(),
  )
  // The head must not wait for the body: the first event of a stream may be long in coming.
  if (streamedFrom !== null) sendHead(outgoing)
  body.pipe(outgoing, { end: false })
}
