/** The Worker around the distribution: viewers' requests from the host's listeners, and the host's own questions. */

import { fromHead, toHead } from '../../protocol/head.ts'
import { headerValue } from '../../protocol/header-lines.ts'
import type { HeaderLine, Question, ViewerRequest, ViewerResponse } from '../../protocol/messages.ts'
import { type DistributionSettings, HEAD_HEADER } from '../../protocol/settings.ts'
import { Clock } from './clock.ts'
import { finishedHeaders } from './delivery.ts'
import { Distribution, type Served } from './distribution.ts'
import { edgeRequest } from './edge-request.ts'
import { keyText } from './key.ts'
import type { Fetcher } from './origin-fetch.ts'
import type { ObjectStore } from './persistent-cache.ts'
import { Traces } from './trace.ts'
import type { Handler } from './viewer-function.ts'

type Env = {
  SETTINGS: DistributionSettings
  HOST: Fetcher
  BUCKETS: Fetcher
  BUCKET_CLOCK: Fetcher
  CACHE?: ObjectStore
}
type Context = { waitUntil(work: Promise<unknown>): void }

/** RFC 9110, 15.3.5, 15.3.6 and 15.4.5. */
const WITHOUT_BODY = [204, 205, 304]

/** How many requests can be looked into afterwards. */
const TRACES = 1_000

export function makeWorker(handler: Handler) {
  const clock = new Clock()
  const traces = new Traces(TRACES)
  let distribution: Distribution | undefined

  function distributionOf({ SETTINGS: settings, HOST: host, BUCKETS: buckets, CACHE: store }: Env): Distribution {
    const { policies, targets } = settings
    const backend = { lambdas: { host, clock }, origins: { policies, targets, host, buckets } }
    distribution ??= new Distribution(settings, handler, backend, clock, store)
    return distribution
  }

  async function serve(viewer: ViewerRequest, request: Request, env: Env, context: Context): Promise<Response> {
    const served = await distributionOf(env).serve(viewer, request.body as ReadableStream<Uint8Array> | null, (work) =>
      context.waitUntil(work),
    )
    const head = headOf(viewer, served, clock.now())
    traces.keep(served.trace, head.summary)
    const body = viewer.method === 'HEAD' || WITHOUT_BODY.includes(head.status) ? null : served.answer.body
    return new Response(
      body as RequestInit['body'],
      {
        headers: { [HEAD_HEADER]: toHead(head) },
        encodeBody: 'manual',
      } as ResponseInit,
    )
  }

  async function answer(question: Question, env: Env): Promise<unknown> {
    const own = distributionOf(env)
    switch (question.ask) {
      case 'trace':
        return traces.find(question.id) ?? null
      case 'key': {
        const { outcome, key, trace } = await own.keyFor(question.viewer)
        return { outcome, key, text: key && keyText(key), step: trace.steps()[0] }
      }
      case 'invalidate':
        return { removed: await own.invalidate(question.paths) }
      case 'advance':
        clock.advance(question.milliseconds)
        await env.BUCKET_CLOCK.fetch('http://bucket/clock', {
          method: 'POST',
          body: JSON.stringify({ offset: clock.offset }),
        })
        return { now: clock.now() }
    }
  }

  return {
    async fetch(request: Request, env: Env, context: Context): Promise<Response> {
      const head = request.headers.get(HEAD_HEADER)
      if (head !== null) return serve(fromHead(head), request, env, context)
      return Response.json(await answer((await request.json()) as Question, env))
    },
  }
}

/** HTTP/2 may send each in a line of its own: RFC 9113, 8.2.3. */
const cookiesOf = (headers: readonly HeaderLine[]) =>
  headers.flatMap(([name, value]) => (name === 'cookie' ? [value] : [])).join('; ')

function headOf(viewer: ViewerRequest, { answer, policy, pop, id }: Served, now: number): ViewerResponse {
  const headers = finishedHeaders(answer, viewer, policy, { pop, id, now })
  const header = (name: string) => headerValue(viewer.headers, name)
  const length = headerValue(headers, 'content-length')
  const { path, query } = edgeRequest(viewer)
  return {
    status: answer.status,
    headers,
    close: answer.close ?? false,
    isStreamed: answer.body instanceof ReadableStream,
    summary: {
      id,
      time: now,
      pop,
      scheme: viewer.scheme,
      httpVersion: viewer.httpVersion,
      tls: viewer.tls,
      ip: viewer.ip,
      port: viewer.port,
      method: viewer.method,
      host: header('host'),
      path,
      query,
      referer: header('referer'),
      userAgent: header('user-agent'),
      cookie: cookiesOf(viewer.headers),
      forwardedFor: header('x-forwarded-for'),
      status: answer.status,
      resultType: answer.result,
      detailedResultType: answer.reason ?? answer.result,
      contentType: headerValue(headers, 'content-type'),
      contentLength: length === '' ? -1 : Number(length),
      range: answer.range ?? null,
      requestBytes: viewer.headBytes + (Number(header('content-length')) || 0),
      rimlight: headerValue(headers, 'x-rimlight'),
      originBytes: answer.originBytes ?? 0,
    },
  }
}
