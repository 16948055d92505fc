/** `/__rimlight/`: the page that shows what the distribution does, and the JSON behind it. */

import { InputError } from '../base/errors.ts'
import type { Policies } from '../bundle/policies.ts'
import { invalidationProblem } from '../urls/invalidation.ts'
import { SECURE, send, sendFile } from './console/answers.ts'
import { imaginedViewer, type KeyFound, keyAnswer } from './console/key.ts'
import { decoded, isForeign, isNamed, readQuestion } from './console/questions.ts'
import { type Site, type SiteParts, siteOf } from './console/site.ts'
import type { Runtime } from './host/runtime.ts'
import type { Viewers } from './listeners/viewer-listeners.ts'
import type { ViewerIncoming, ViewerOutgoing } from './listeners/viewer-messages.ts'
import { invalidationId } from './protocol/identity.ts'
import type { FinishedRequest, RequestTrace } from './protocol/messages.ts'
import { Totals } from './totals.ts'

type Connected = { runtime: Runtime; viewers: Viewers; parts: SiteParts }

export type Console = {
  /** Whether a request was for the page, and has been answered. */
  intercept(request: ViewerIncoming, response: ViewerOutgoing): boolean
  connect(to: Connected): Promise<Site>
  /** What it says of the site is of other policies from now on. */
  update(policies: Policies): Promise<Site>
  requests(): FinishedRequest[]
  invalidate(paths: string[]): Promise<number>
  close(): Promise<void>
}

const ROOT = '/__rimlight/'

/** How many requests are remembered. */
const REQUESTS = 1_000

/** Bytes that wait for a reader of the live list. */
const UNREAD_BYTES = 4_000_000

export function openConsole(): Console {
  const requests: FinishedRequest[] = []
  const totals = new Totals()
  const streams = new Set<ViewerOutgoing>()
  let connected: (Connected & { site: Site }) | undefined

  const finished = (request: FinishedRequest) => {
    requests.push(request)
    if (requests.length > REQUESTS) requests.shift()
    totals.add(request)
    if (streams.size === 0) return
    const line = `data: ${JSON.stringify(request)}\n\n`
    for (const stream of streams) {
      stream.write(line)
      // Who does not read does not get more and more kept for them.
      if (stream.writableLength > UNREAD_BYTES) stream.destroy()
    }
  }

  async function invalidate(paths: string[]): Promise<number> {
    const problems = paths.map(invalidationProblem).filter((problem) => problem !== undefined)
    if (paths.length === 0) problems.push('expected at least one path to invalidate, such as /photos/*')
    if (problems.length > 0 || connected === undefined) throw new InputError(problems.join('\n'))
    return (await connected.runtime.ask<{ removed: number }>({ ask: 'invalidate', paths })).removed
  }

  const READ: Record<string, () => unknown> = {
    site: () => connected?.site,
    requests: () => ({ requests }),
    totals: () => totals.figures(),
  }
  const ASKED: Record<string, (asked: Record<string, unknown>) => Promise<unknown>> = {
    key: async (asked) =>
      keyAnswer(await connected?.runtime.ask<KeyFound>({ ask: 'key', viewer: imaginedViewer(asked) })),
    invalidations: async ({ paths }) => {
      if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
        throw new InputError('expected { "paths": [ "/photos/*", … ] }')
      }
      return { id: invalidationId(), paths, removed: await invalidate(paths) }
    },
    clock: async ({ advance }) => {
      if (typeof advance !== 'number' || !Number.isFinite(advance))
        throw new InputError('expected { "advance": seconds }')
      return { now: await connected?.runtime.advance(advance) }
    },
  }

  async function answer(request: ViewerIncoming, response: ViewerOutgoing, path: string): Promise<void> {
    if (connected === undefined) return send(response, 503, { error: 'CloudFront is still starting' })
    if (!isNamed(request, connected.site.domains)) {
      return send(response, 421, { error: `this is at ${connected.site.httpsUrl}${ROOT} alone` })
    }
    if (request.method === 'POST') {
      const question = Object.hasOwn(ASKED, path) ? ASKED[path] : undefined
      if (question === undefined) return send(response, 404, { error: `there is nothing to ask at ${ROOT}${path}` })
      // A page elsewhere on the web must not empty the cache.
      if (isForeign(request)) return send(response, 403, { error: 'this is for the page itself and for programs' })
      return send(response, 200, await question(await readQuestion(request)))
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(response, 405, { error: 'expected GET, HEAD or POST' })
    }
    if (path === 'requests/stream') return stream(response)
    const trace = /^requests\/(.+)$/.exec(path)?.[1]
    if (trace !== undefined) {
      const found = await connected.runtime.ask<RequestTrace | null>({ ask: 'trace', id: decoded(trace) })
      return found
        ? send(response, 200, found)
        : send(response, 404, { error: 'this request is not remembered any more' })
    }
    const read = Object.hasOwn(READ, path) ? READ[path] : undefined
    return read ? send(response, 200, read()) : sendFile(response, path)
  }

  function stream(response: ViewerOutgoing): void {
    response.writeHead(200, { ...SECURE, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': here\n\n')
    streams.add(response)
    response.once('close', () => streams.delete(response))
  }

  return {
    intercept(request, response) {
      const path = (request.url ?? '').replace(/\?.*$/s, '')
      if (path === ROOT.slice(0, -1)) {
        response.writeHead(302, { location: ROOT })
        response.end()
        return true
      }
      if (!path.startsWith(ROOT)) return false
      answer(request, response, path.slice(ROOT.length)).catch((error) => {
        const isInput = error instanceof InputError
        if (!response.headersSent)
          send(response, isInput ? 400 : 500, { error: isInput ? error.message : String(error) })
      })
      return true
    },
    async connect(to) {
      const site = await siteOf(to.parts)
      connected = { ...to, site }
      to.viewers.finished.on('request', finished)
      return site
    },
    async update(policies) {
      if (connected === undefined) throw new Error('the page is not connected to a distribution')
      const parts = { ...connected.parts, policies }
      connected = { ...connected, parts, site: await siteOf(parts) }
      return connected.site
    },
    requests: () => [...requests],
    invalidate,
    async close() {
      connected?.viewers.finished.off('request', finished)
      for (const stream of streams) stream.end()
      streams.clear()
    },
  }
}
