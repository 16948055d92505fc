/** The Worker around the distribution: viewers' requests from the host's listeners, and the host's own questions. */

import { headerValue } from '../../platform/header-lines.ts'
import { fromHead, HEAD_HEADER, toHead } from '../../protocol/head.ts'
import type { HeaderLine, HostAnswers, HostQuestion, ViewerRequest, ViewerResponse } from '../../protocol/messages.ts'
import { withSecret } from '../../protocol/secret.ts'
import type { DistributionSettings } from '../../protocol/settings.ts'
import { Clock } from './clock.ts'
import { viewerResponseHeaders, WITHOUT_BODY } from './delivery.ts'
import { Distribution, type Served } from './distribution.ts'
import { hostQuestion } from './host-questions.ts'
import { edgeRequest } from './messages.ts'
import { Traces } from './trace.ts'
import type { FunctionHandler } from './viewer-function.ts'

type Bindings = {
  SETTINGS: DistributionSettings
  /** Of this start. */
  SECRET: string
  HOST: Fetcher
  BUCKETS: Fetcher
  BUCKET_CLOCK: Fetcher
  CACHE?: R2Bucket
}

export { refusalOf } from '../../protocol/secret.ts'

/** How many requests' traces are kept. */
const TRACES = 1_000

export function makeWorker(handler: FunctionHandler) {
  const clock = new Clock()
  const traces = new Traces(TRACES)
  let distribution: Distribution | undefined

  function distributionOf({
    SETTINGS: settings,
    SECRET,
    HOST,
    BUCKETS: buckets,
    CACHE: store,
  }: Bindings): Distribution {
    const { policies, targets, originHeaders } = settings
    const host = withSecret(HOST, SECRET)
    const backend = { lambdas: { host, clock }, origins: { policies, targets, originHeaders, host, buckets } }
    distribution ??= new Distribution(settings, handler, backend, clock, store)
    return distribution
  }

  async function serve(
    viewer: ViewerRequest,
    request: Request,
    env: Bindings,
    context: ExecutionContext,
  ): Promise<Response> {
    const served = await distributionOf(env).serve(viewer, request.body, (work) => context.waitUntil(work))
    const head = viewerResponse(viewer, served, clock.now())
    traces.keep(served.trace, head.summary)
    const hasBody = viewer.method !== 'HEAD' && !WITHOUT_BODY.includes(head.status)
    const { body } = served.response
    if (!hasBody && body instanceof ReadableStream) context.waitUntil(body.cancel())
    return new Response(hasBody ? body : null, { headers: { [HEAD_HEADER]: toHead(head) }, encodeBody: 'manual' })
  }

  async function answer(question: HostQuestion, env: Bindings): Promise<HostAnswers[HostQuestion['ask']]> {
    const distribution = distributionOf(env)
    switch (question.ask) {
      case 'trace':
        return traces.find(question.id) ?? null
      case 'key':
        return distribution.keyFor(question.viewer)
      case 'left':
        distribution.viewerLeft(question.id)
        return {}
      case 'invalidate':
        return { removed: await distribution.invalidate(question.paths, question.tenant) }
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
    async fetch(request: Request, env: Bindings, context: ExecutionContext): Promise<Response> {
      const head = request.headers.get(HEAD_HEADER)
      if (head !== null) return serve(fromHead(head), request, env, context)
      const question = hostQuestion(await request.text(), clock.now())
      return typeof question === 'string'
        ? Response.json({ error: question }, { status: 400 })
        : Response.json(await answer(question, env))
    },
  }
}

/** HTTP/2 may send each in a line of its own: RFC 9113, 8.2.3. */
const cookieValue = (headers: readonly HeaderLine[]) =>
  headers.flatMap(([name, value]) => (name === 'cookie' ? [value] : [])).join('; ')

function viewerResponse(
  viewer: ViewerRequest,
  { response, policy, pop, requestId, tenant, trace }: Served,
  now: number,
): ViewerResponse {
  const headers = viewerResponseHeaders(response, viewer, policy, { pop, requestId, now })
  const header = (name: string) => headerValue(viewer.headers, name)
  const length = headerValue(headers, 'content-length')
  const { path, query } = edgeRequest(viewer)
  return {
    status: response.status,
    headers,
    close: response.close ?? false,
    streamedFrom: response.body instanceof ReadableStream ? (response.bodyOf ?? '') : null,
    summary: {
      id: requestId,
      time: now,
      pop,
      scheme: viewer.scheme,
      httpVersion: viewer.httpVersion,
      tls: viewer.tls,
      ip: viewer.ip,
      port: viewer.port,
      method: viewer.method,
      host: header('host'),
      ...(tenant ? { tenant: tenant.id } : {}),
      path,
      query,
      referer: header('referer'),
      userAgent: header('user-agent'),
      cookie: cookieValue(viewer.headers),
      forwardedFor: header('x-forwarded-for'),
      status: response.status,
      resultType: response.result,
      detailedResultType: response.detailedResultType ?? response.result,
      contentType: headerValue(headers, 'content-type'),
      contentLength: length === '' ? -1 : Number(length),
      range: response.range ?? null,
      requestBytes: viewer.headBytes + (Number(header('content-length')) || 0),
      rimlight: headerValue(headers, 'x-rimlight'),
      originBytes: response.originBytes ?? 0,
      logData: trace.logData,
    },
  }
}
