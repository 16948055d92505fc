/** `/__rimlight/`: the page that shows what the distribution does, and the JSON behind it. */

import { InputError } from '../../base/errors.ts'
import type { Policies } from '../../bundle/policies.ts'
import type { Runtime } from '../host/runtime.ts'
import type { ViewerListeners } from '../listeners/viewer-listeners.ts'
import type { ViewerIncoming } from '../listeners/viewer-request.ts'
import type { ViewerOutgoing } from '../listeners/viewer-response.ts'
import type { FinishedRequest } from '../protocol/messages.ts'
import { answerConsole, CONSOLE_ROOT, type Connected, invalidate } from './answers.ts'
import { sendJson } from './http.ts'
import { RequestFeed } from './request-feed.ts'
import { describeSite, type RunningSite, type SiteParts } from './site.ts'

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

export function openConsole(): Console {
  const feed = new RequestFeed()
  let connected: (Connected & ConsoleParts) | undefined

  const finished = (request: FinishedRequest) =>
    feed.add(request, !isOfPage(request), originalPixels(connected?.site, request.path))

  const connection = () => {
    if (connected === undefined) throw new Error('the page is not connected to a distribution')
    return connected
  }

  async function answer(request: ViewerIncoming, response: ViewerOutgoing, path: string): Promise<void> {
    if (connected === undefined) return sendJson(response, 503, { error: 'CloudFront is still starting' })
    return answerConsole(connected, request, response, path)
  }

  return {
    intercept(request, response) {
      const path = (request.url ?? '').replace(/\?.*$/s, '')
      if (path === CONSOLE_ROOT.slice(0, -1)) {
        response.writeHead(302, { location: CONSOLE_ROOT })
        response.end()
        return true
      }
      if (!path.startsWith(CONSOLE_ROOT)) return false
      answer(request, response, path.slice(CONSOLE_ROOT.length)).catch((error) => {
        const isInput = error instanceof InputError
        if (!response.headersSent)
          sendJson(response, isInput ? 400 : 500, { error: isInput ? error.message : String(error) })
      })
      return true
    },
    async connect(to) {
      const site = await describeSite(to.parts)
      connected = { ...to, site, feed }
      to.listeners.finished.on('request', finished)
      return site
    },
    async update(policies) {
      const parts = { ...connection().parts, policies }
      const site = await describeSite(parts)
      connected = { ...connection(), parts, site }
      return site
    },
    requests: () => feed.requests(),
    invalidate: async (paths, options = {}) => invalidate(connection(), paths, options),
    async close() {
      connected?.listeners.finished.off('request', finished)
      feed.close()
    },
  }
}

/** The pixels of a sample picture; `undefined` for other pictures. */
function originalPixels(site: RunningSite | undefined, path: string): number | undefined {
  const sample = site?.samples.find((one) => one.path === path)
  return sample && sample.width * sample.height > 0 ? sample.width * sample.height : undefined
}

/** Whether the page itself sent the request, to show a picture: its `Referer` tells. Such requests are not in the sums. */
function isOfPage({ referer, host }: FinishedRequest): boolean {
  const page = URL.parse(referer)
  return page?.host === host && page.pathname.startsWith(CONSOLE_ROOT)
}
