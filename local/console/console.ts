/** `/__rimlight/`: the page that shows what the distribution does, and the JSON behind it. */

import { InputError, joinedError } from '../../base/errors.ts'
import type { Policies } from '../../bundle/policies.ts'
import type { Runtime } from '../host/runtime.ts'
import type { ViewerListeners } from '../listeners/viewer-listeners.ts'
import type { ViewerIncoming } from '../listeners/viewer-request.ts'
import type { ViewerOutgoing } from '../listeners/viewer-response.ts'
import { invalidationId } from '../platform/identity.ts'
import type { FinishedRequest } from '../protocol/messages.ts'
import { decodedId, isForeign, isNamed, PAGE_HEADERS, readBody, sendJson, sendPageFile } from './http.ts'
import { invalidationErrors } from './invalidation.ts'
import { keyJson, viewerRequestFor } from './key.ts'
import { describeSite, type RunningSite, type SiteParts } from './site.ts'
import { Totals } from './totals.ts'

type ConsoleParts = { runtime: Runtime; listeners: ViewerListeners; parts: SiteParts }

export type Console = {
  /** Whether a request is for the page, which then answers it. */
  intercept(request: ViewerIncoming, response: ViewerOutgoing): boolean
  connect(to: ConsoleParts): Promise<RunningSite>
  /** Describes the site by other policies from now on. */
  update(policies: Policies): Promise<RunningSite>
  /** The last 1,000, oldest first. */
  requests(): FinishedRequest[]
  /** @throws InputError for a path that can't be invalidated */
  invalidate(paths: string[], options?: { tenant?: string }): Promise<number>
  close(): Promise<void>
}

const ROOT = '/__rimlight/'

/** How many requests are kept. */
const KEPT_REQUESTS = 1_000

/** Bytes that may wait for a reader of the request feed. */
const UNREAD_BYTES = 4_000_000

export function openConsole(): Console {
  const requests: FinishedRequest[] = []
  const totals = new Totals()
  const streams = new Set<ViewerOutgoing>()
  let connected: (ConsoleParts & { site: RunningSite }) | undefined

  const finished = (request: FinishedRequest) => {
    requests.push(request)
    if (requests.length > KEPT_REQUESTS) requests.shift()
    if (!isOfPage(request)) totals.add(request, pixelsAt(request.path))
    if (streams.size === 0) return
    const line = `data: ${JSON.stringify(request)}\n\n`
    for (const stream of streams) {
      stream.write(line)
      // For a reader that does not read, ever more would be kept.
      if (stream.writableLength > UNREAD_BYTES) stream.destroy()
    }
  }

  /** Of a sample picture. */
  const pixelsAt = (path: string): number | undefined => {
    const sample = connected?.site.samples.find((one) => one.path === path)
    return sample && sample.width * sample.height > 0 ? sample.width * sample.height : undefined
  }

  async function invalidate(paths: string[], { tenant }: { tenant?: string } = {}): Promise<number> {
    const problems = invalidationErrors(paths, tenant, {
      hasTags: connected?.parts.policies.cacheTagHeader !== undefined,
      tenants: connected?.site.tenants.map(({ id }) => id) ?? [],
    })
    if (problems.length > 0) throw joinedError(problems)
    if (connected === undefined) throw new Error('the page is not connected to a distribution')
    return (await connected.runtime.ask({ ask: 'invalidate', paths, ...(tenant === undefined ? {} : { tenant }) }))
      .removed
  }

  const gets: Record<string, () => unknown> = {
    site: () => connected?.site,
    requests: () => ({ requests }),
    totals: () => totals.figures(),
  }
  const posts: Record<string, (body: Record<string, unknown>, runtime: Runtime) => Promise<unknown>> = {
    key: async (body, runtime) => keyJson(await runtime.ask({ ask: 'key', viewer: viewerRequestFor(body) })),
    invalidations: async ({ paths, tenant }) => {
      if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
        throw expectedJson('{ "paths": [ "/photos/*", … ] }')
      }
      if (tenant !== undefined && typeof tenant !== 'string') throw expectedJson('{ "tenant": "ID" }')
      const whose = tenant === undefined ? {} : { tenant }
      return { id: invalidationId(), paths, ...whose, removed: await invalidate(paths, whose) }
    },
    clock: async ({ advance }, runtime) => {
      if (typeof advance !== 'number' || !Number.isFinite(advance)) throw expectedJson('{ "advance": seconds }')
      return { now: await runtime.advance(advance) }
    },
  }

  async function answer(request: ViewerIncoming, response: ViewerOutgoing, path: string): Promise<void> {
    if (connected === undefined) return sendJson(response, 503, { error: 'CloudFront is still starting' })
    if (!isNamed(request, connected.site.domains)) {
      return sendJson(response, 421, { error: `this is at ${connected.site.httpsUrl}${ROOT} alone` })
    }
    if (request.method === 'POST') {
      const post = Object.hasOwn(posts, path) ? posts[path] : undefined
      if (post === undefined) return sendJson(response, 404, { error: `there is nothing to ask at ${ROOT}${path}` })
      // A page elsewhere on the web must not empty the cache.
      if (isForeign(request)) return sendJson(response, 403, { error: 'this is for the page itself and for programs' })
      return sendJson(response, 200, await post(await readBody(request), connected.runtime))
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendJson(response, 405, { error: 'expected GET, HEAD or POST' })
    }
    if (path === 'requests/stream') return stream(response)
    const id = /^requests\/(.+)$/.exec(path)?.[1]
    if (id !== undefined) {
      const found = await connected.runtime.ask({ ask: 'trace', id: decodedId(id) })
      return found
        ? sendJson(response, 200, found)
        : sendJson(response, 404, { error: 'this request is not remembered any more' })
    }
    const get = Object.hasOwn(gets, path) ? gets[path] : undefined
    return get ? sendJson(response, 200, get()) : sendPageFile(response, path)
  }

  function stream(response: ViewerOutgoing): void {
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
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
          sendJson(response, isInput ? 400 : 500, { error: isInput ? error.message : String(error) })
      })
      return true
    },
    async connect(to) {
      const site = await describeSite(to.parts)
      connected = { ...to, site }
      to.listeners.finished.on('request', finished)
      return site
    },
    async update(policies) {
      if (connected === undefined) throw new Error('the page is not connected to a distribution')
      const parts = { ...connected.parts, policies }
      connected = { ...connected, parts, site: await describeSite(parts) }
      return connected.site
    },
    requests: () => [...requests],
    invalidate,
    async close() {
      connected?.listeners.finished.off('request', finished)
      for (const stream of streams) stream.end()
      streams.clear()
    },
  }
}

/** The page's own small pictures say whose they are; nobody has asked for them. */
function isOfPage({ referer, host }: FinishedRequest): boolean {
  const page = URL.parse(referer)
  return page?.host === host && page.pathname.startsWith(ROOT)
}

const expectedJson = (expected: string) => new InputError(`expected ${expected}`, { code: 'wrong-shape', expected })
