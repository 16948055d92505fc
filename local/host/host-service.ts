/** What the distribution has done in Node: Lambda functions run, and origins asked. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fromHead, toHead } from '../protocol/head.ts'
import { headerValue } from '../protocol/header-lines.ts'
import { failed } from '../protocol/outcome.ts'
import { HEAD_HEADER, type LambdaCall, type OriginCall, type OriginHead } from '../protocol/settings.ts'
import type { BrokenOff } from './aborted-bodies.ts'
import type { Connector } from './connector.ts'
import type { OpenBundle } from './functions/bundle.ts'

export type HostParts = {
  /** The bundle in use; `undefined` before there is one, and after. */
  bundle(): OpenBundle | undefined
  connector: Connector
  broken: BrokenOff
  complain(text: unknown): void
}

/** Answers the distribution's service binding. */
export const hostService =
  ({ bundle, connector, broken, complain }: HostParts) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const answered = request.url?.startsWith(LAMBDA)
      ? invokeLambda(bundle, request.url.slice(LAMBDA.length), request, response)
      : askOrigin(connector, broken, request, response)
    answered.catch((error) => {
      // What an origin or a viewer broke off is told elsewhere.
      if (!response.headersSent) complain(`${error}\n`)
      response.destroy()
    })
  }

/** The path under which the distribution has functions run; all else is for origins. */
const LAMBDA = '/lambda/'

async function invokeLambda(
  bundle: () => OpenBundle | undefined,
  trigger: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { event, now } = (await json(request)) as LambdaCall
  const lambda = await bundle()?.lambda(trigger as 'origin-request' | 'origin-response')
  const outcome = await lambda?.invoke(event, { now: now ?? undefined })
  response.end(JSON.stringify(outcome ?? failed('LambdaExecutionError', 'the bundle is being closed')))
}

/** The answer's head goes in a header, so that nothing on the way makes anything of it. */
async function askOrigin(
  connector: Connector,
  broken: BrokenOff,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call: OriginCall = fromHead(String(request.headers[HEAD_HEADER]))
  const id = headerValue(call.headers, 'x-amz-cf-id')
  const body = request.method === 'POST' ? Readable.from(wholeOf(request, id, broken), { objectMode: false }) : null
  const answer = await connector.connect({ ...call, body })
  const head: OriginHead =
    answer.kind === 'failed' ? answer : { kind: 'response', status: answer.status, headers: answer.headers }
  response.writeHead(200, { [HEAD_HEADER]: toHead(head) })
  if (answer.kind === 'failed') response.end()
  // A body that breaks off breaks off here, too.
  else {
    response.flushHeaders()
    answer.body.once('error', () => broken.add(id))
    await pipeline(answer.body, response)
  }
}

/** An origin that answers before it has taken all leaves the rest; the connection that the answer goes back on stays. */
async function* wholeOf(request: IncomingMessage, id: string, broken: BrokenOff): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false })
  } finally {
    request.resume()
  }
  if (broken.has(id)) throw new Error('the viewer broke off')
}
