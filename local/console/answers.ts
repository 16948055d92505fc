/** What the page and programs may ask below `/__rimlight/`, and the answers. */
import { InputError, joinedError } from '../../base/errors.ts'
import type { Runtime } from '../host/runtime.ts'
import type { ViewerIncoming } from '../listeners/viewer-request.ts'
import type { ViewerOutgoing } from '../listeners/viewer-response.ts'
import { invalidationId } from '../platform/identity.ts'
import { decodedId, isForeign, isNamed, readBody, sendJson, sendPageFile } from './http.ts'
import { invalidationErrors } from './invalidation.ts'
import { keyJson, viewerRequestFor } from './key.ts'
import type { RequestFeed } from './request-feed.ts'
import type { RunningSite, SiteParts } from './site.ts'

export const CONSOLE_ROOT = '/__rimlight/'

/** The distribution that the page is about. */
export type Connected = { runtime: Runtime; parts: SiteParts; site: RunningSite; feed: RequestFeed }

/** @param path below the root @throws InputError for a body that is no JSON object, or has wrong values */
export async function answerConsole(
  connected: Connected,
  request: ViewerIncoming,
  response: ViewerOutgoing,
  path: string,
): Promise<void> {
  const { site, feed, runtime } = connected
  if (!isNamed(request, site.domains)) {
    return sendJson(response, 421, { error: `this is at ${site.httpsUrl}${CONSOLE_ROOT} alone` })
  }
  if (request.method === 'POST') {
    const post = Object.hasOwn(POSTS, path) ? POSTS[path] : undefined
    if (post === undefined)
      return sendJson(response, 404, { error: `there is nothing to ask at ${CONSOLE_ROOT}${path}` })
    // A page elsewhere on the web must not empty the cache.
    if (isForeign(request)) return sendJson(response, 403, { error: 'this is for the page itself and for programs' })
    return sendJson(response, 200, await post(await readBody(request), connected))
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return sendJson(response, 405, { error: 'expected GET, HEAD or POST' })
  }
  if (path === 'requests/stream') return feed.stream(response)
  const id = /^requests\/(.+)$/.exec(path)?.[1]
  if (id !== undefined) {
    const found = await runtime.ask({ ask: 'trace', id: decodedId(id) })
    return found
      ? sendJson(response, 200, found)
      : sendJson(response, 404, { error: 'this request is not remembered any more' })
  }
  const get = Object.hasOwn(GETS, path) ? GETS[path] : undefined
  return get ? sendJson(response, 200, get(connected)) : sendPageFile(response, path)
}

/** What a GET is answered with, by its path below the console's root. */
const GETS: Record<string, (connected: Connected) => unknown> = {
  site: ({ site }) => site,
  requests: ({ feed }) => ({ requests: feed.requests() }),
  totals: ({ feed }) => feed.totals(),
}

const POSTS: Record<string, (body: Record<string, unknown>, connected: Connected) => Promise<unknown>> = {
  key: async (body, { runtime }) => keyJson(await runtime.ask({ ask: 'key', viewer: viewerRequestFor(body) })),
  invalidations: async ({ paths, tenant }, connected) => {
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
      throw expectedJson('{ "paths": [ "/photos/*", … ] }')
    }
    if (tenant !== undefined && typeof tenant !== 'string') throw expectedJson('{ "tenant": "ID" }')
    const whose = tenant === undefined ? {} : { tenant }
    return { id: invalidationId(), paths, ...whose, removed: await invalidate(connected, paths, whose) }
  },
  clock: async ({ advance }, { runtime }) => {
    if (typeof advance !== 'number' || !Number.isFinite(advance)) throw expectedJson('{ "advance": seconds }')
    return { now: await runtime.advance(advance) }
  },
}

/** @returns how many objects were removed @throws InputError for a path that can't be invalidated */
export async function invalidate(
  { runtime, parts, site }: Connected,
  paths: string[],
  { tenant }: { tenant?: string },
): Promise<number> {
  const problems = invalidationErrors(paths, tenant, {
    hasTags: parts.policies.cacheTagHeader !== undefined,
    tenants: site.tenants.map(({ id }) => id),
  })
  if (problems.length > 0) throw joinedError(problems)
  const { removed } = await runtime.ask({ ask: 'invalidate', paths, ...(tenant === undefined ? {} : { tenant }) })
  return removed
}

const expectedJson = (expected: string) => new InputError(`expected ${expected}`, { code: 'wrong-shape', expected })
