/** What the distribution asks of Node: to run Lambda functions, and to call origins. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import type { ArtefactName } from '../../bundle/manifest.ts'
import { headerValue } from '../platform/header-lines.ts'
import { fromHead, HEAD_HEADER, toHead } from '../protocol/head.ts'
import { failed, type LambdaCall } from '../protocol/invocation.ts'
import type { HeaderLine } from '../protocol/messages.ts'
import type { OriginCall, OriginHead } from '../protocol/origin.ts'
import type { AbortedBodies } from './aborted-bodies.ts'
import type { Connector } from './connector.ts'
import type { OpenBundle } from './functions/bundle.ts'
import type { InterimResponses } from './interim-responses.ts'

export type HostParts = {
  /** The bundle that runs; `undefined` before it is opened and after it is closed. */
  bundle(): OpenBundle | undefined
  connector: Connector
  abortedBodies: AbortedBodies
  interimResponses: InterimResponses
  complain(text: unknown): void
}

/** Answers the distribution's service binding. */
export const hostService =
  ({ bundle, connector, abortedBodies, interimResponses, complain }: HostParts) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const answered = request.url?.startsWith(LAMBDA)
      ? invokeLambda(bundle, request.url.slice(LAMBDA.length), request, response)
      : callOrigin(connector, abortedBodies, interimResponses, request, response)
    answered.catch((error) => {
      // Once the head is sent, an origin or a viewer broke off: that is reported elsewhere.
      if (!response.headersSent) complain(`${error}\n`)
      response.destroy()
    })
  }

/** The path of calls to functions; all others are calls to origins. */
const LAMBDA = '/lambda/'

async function invokeLambda(
  bundle: () => OpenBundle | undefined,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { event, now } = (await json(request)) as LambdaCall
  const lambda = await bundle()?.lambda(name as ArtefactName)
  const outcome = await lambda?.invoke(event, { now: now ?? undefined })
  response.end(JSON.stringify(outcome ?? failed('LambdaExecutionError', 'the bundle is being closed')))
}

/** The response's head goes in a header, so that nothing on the way interprets it. */
async function callOrigin(
  connector: Connector,
  abortedBodies: AbortedBodies,
  interimResponses: InterimResponses,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call: OriginCall = fromHead(String(request.headers[HEAD_HEADER]))
  const id = headerValue(call.headers, 'x-amz-cf-id')
  const body =
    request.method === 'POST' ? Readable.from(completeBody(request, id, abortedBodies), { objectMode: false }) : null
  const onInterim = (status: number, headers: HeaderLine[]) => interimResponses.send(id, status, headers)
  // Nobody waits for the rest, and the origin may have nothing to send for a long time.
  const gone = new AbortController()
  response.once('close', () => response.writableFinished || gone.abort())
  const received = await connector.send({ ...call, body, onInterim, signal: gone.signal })
  const head: OriginHead =
    received.kind === 'failed' ? received : { kind: 'response', status: received.status, headers: received.headers }
  response.writeHead(200, { [HEAD_HEADER]: toHead(head) })
  if (received.kind === 'failed') return void response.end()
  response.flushHeaders()
  received.body.once('error', () => {
    abortedBodies.add(id)
    // What came is passed on before this response breaks off, too.
    response.socket?.destroySoon()
  })
  received.body.pipe(response)
}

/** An origin may answer before it has read all of the body; the rest is read then, as the response goes over the same connection. */
async function* completeBody(
  request: IncomingMessage,
  requestId: string,
  abortedBodies: AbortedBodies,
): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false })
  } finally {
    request.resume()
  }
  if (abortedBodies.has(requestId)) throw new Error('the viewer broke off')
}
