/** The Worker around the distribution: viewers' requests from the host's listeners, and the host's own questions. */
import { Clock } from './clock.ts'
import { finishedHeaders } from './delivery.ts'
import { Distribution, type Served } from './distribution.ts'
import { toHead } from './head.ts'
import { valueOf } from './header-lines.ts'
import { keyText } from './key.ts'
import type { RequestSummary, ViewerRequest, ViewerResponse } from './messages.ts'
import type { Fetcher } from './origin-fetch.ts'
import { type DistributionSettings, HEAD_HEADER } from './settings.ts'
import { Traces } from './trace.ts'
import type { Handler } from './viewer-function.ts'

type Env = { SETTINGS: DistributionSettings; HOST: Fetcher; BUCKETS: Fetcher }
type Context = { waitUntil(work: Promise<unknown>): void }

/** How many requests can be looked into afterwards. */
const TRACES = 1_000

export function makeWorker(handler: Handler) {
  const clock = new Clock()
  const traces = new Traces(TRACES)
  let distribution: Distribution | undefined

  function distributionOf({ SETTINGS: settings, HOST: host, BUCKETS: buckets }: Env): Distribution {
    const { policies, targets } = settings
    const backend = { lambdas: { host, clock }, origins: { policies, targets, host, buckets } }
    distribution ??= new Distribution(settings, handler, backend, clock)
    return distribution
  }

  async function serve(viewer: ViewerRequest, request: Request, env: Env, context: Context): Promise<Response> {
    const served = await distributionOf(env).serve(viewer, request.body as ReadableStream<Uint8Array> | null, (work) =>
      context.waitUntil(work),
    )
    const head = headOf(viewer, served, clock.now())
    traces.keep(served.trace, head.summary)
    const body = viewer.method === 'HEAD' || head.status === 304 ? null : served.answer.body
    return new Response(body, {
      headers: { [HEAD_HEADER]: toHead(head) },
      encodeBody: 'manual',
    } as ResponseInit)
  }

  /** What the host asks besides; each answer is JSON. */
  const QUESTIONS: Record<string, (asked: any, env: Env) => unknown> = {
    trace: ({ id }: { id: string }) => traces.find(id) ?? null,
    key: async ({ viewer }: { viewer: ViewerRequest }, env) => {
      const { outcome, key, trace } = await distributionOf(env).keyFor(viewer)
      const [step] = trace.finished({} as RequestSummary).steps
      return { outcome: { ...outcome, body: null }, key, text: key && keyText(key), step }
    },
    invalidate: ({ paths }: { paths: string[] }, env) => ({ removed: distributionOf(env).invalidate(paths) }),
    clock: ({ advance }: { advance: number }) => {
      clock.advance(advance)
      return { now: clock.now() }
    },
  }

  return {
    async fetch(request: Request, env: Env, context: Context): Promise<Response> {
      const head = request.headers.get(HEAD_HEADER)
      if (head !== null) return serve(JSON.parse(head), request, env, context)
      const question = QUESTIONS[new URL(request.url).pathname.slice(1)]
      if (question === undefined) return new Response(null, { status: 404 })
      return Response.json(await question(await request.json(), env))
    },
  }
}

function headOf(viewer: ViewerRequest, { answer, policy, pop, id }: Served, now: number): ViewerResponse {
  const headers = finishedHeaders(answer, viewer, policy, { pop, id, now })
  const header = (name: string) => valueOf(viewer.headers, name)
  const length = valueOf(headers, 'content-length')
  const at = viewer.target.indexOf('?')
  return {
    status: answer.status,
    headers,
    close: answer.close ?? false,
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
      path: at < 0 ? viewer.target : viewer.target.slice(0, at),
      query: at < 0 ? '' : viewer.target.slice(at + 1),
      referer: header('referer'),
      userAgent: header('user-agent'),
      cookie: header('cookie'),
      forwardedFor: header('x-forwarded-for'),
      status: answer.status,
      resultType: answer.result,
      contentType: valueOf(headers, 'content-type'),
      contentLength: length === '' ? -1 : Number(length),
      range: answer.range ?? null,
      requestBytes: viewer.headBytes + (Number(header('content-length')) || 0),
      rimlight: valueOf(headers, 'x-rimlight'),
      originBytes: answer.originBytes ?? 0,
    },
  }
}
