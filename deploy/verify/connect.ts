/** Whether a CloudFront answers at a URL, and what it says of itself. */
import { InputError } from '../../base/errors.ts'
import { isThisMachine } from '../../base/this-machine.ts'
import { hasHeader } from './answer.ts'
import { unheardOf } from './check-target.ts'
import { NoAnswer, openViewer, type Viewer, type ViewerOptions } from './http.ts'
import { type LocalSite, localSite } from './objects.ts'

export type Opened = {
  viewer: Viewer
  httpUrl: URL | undefined
  /** Of a CloudFront that `npm start` or `startCloudFront` runs. */
  site: LocalSite | undefined
  /** Requests that it took. */
  requests: number
}

/** @throws InputError where nobody answers, or no CloudFront */
export async function opened({ url, httpUrl, ...options }: ViewerOptions): Promise<Opened> {
  const isInsecure = options.isInsecure || isThisMachine(url)
  const first = openViewer({ ...options, isInsecure, url, httpUrl: undefined })
  const site = await siteAt(url, first).finally(() => first.close())
  const plain = httpUrl ?? httpUrlOf(url, site)
  // Of several edge locations on this machine, each has a cache of its own.
  const pop: Record<string, string> = site?.pops[0] ? { 'x-rimlight-pop': site.pops[0] } : {}
  const headers = { ...pop, ...options.headers }
  const viewer = openViewer({ ...options, headers, isInsecure, url, httpUrl: plain })
  return { viewer, httpUrl: plain, site, requests: first.requests() }
}

async function siteAt(url: URL, viewer: Viewer): Promise<LocalSite | undefined> {
  try {
    const site = isThisMachine(url) ? await localSite(viewer) : undefined
    if (site) return site
    const answer = await viewer.ask({ path: `/rimlight-verify-${unheardOf()}` })
    if (hasHeader(answer, 'x-cache') || hasHeader(answer, 'x-amz-cf-id')) return undefined
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause
    const hint = /certificate|altnames/i.test(cause.message) ? '; --insecure takes any certificate' : ''
    throw new InputError(`nobody answers at ${url.origin}: ${cause.message}${hint}`, { cause })
  }
  throw new InputError(
    `expected a CloudFront at ${url.origin}, found a server that sends neither x-cache nor x-amz-cf-id`,
  )
}

/** Where redirects come from; of a port that is not the usual one, nobody knows. */
function httpUrlOf(url: URL, site: LocalSite | undefined): URL | undefined {
  if (site) return new URL(site.httpUrl)
  return url.port === '' && !isThisMachine(url) ? new URL(`http://${url.hostname}`) : undefined
}
