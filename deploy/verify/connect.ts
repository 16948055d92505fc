/** Whether a CloudFront answers at a URL, and what it says of itself. */
import { Failure } from '../../base/errors.ts'
import { isThisMachine } from '../../base/this-machine.ts'
import { carriesHeader } from './answer.ts'
import { freshText } from './check-target.ts'
import { NoAnswer, type OpenViewerOptions, openViewer, type Viewer } from './http.ts'
import { askLocalSite, type LocalSite } from './objects.ts'

export type Connection = {
  viewer: Viewer
  httpUrl: URL | undefined
  /** Of a CloudFront that `npm start` or `startCloudFront` runs. */
  localSite: LocalSite | undefined
  /** Requests that were sent to find this out. */
  requests: number
}

/** @throws Failure where nobody answers, or no CloudFront */
export async function connect({ url, httpUrl, ...options }: OpenViewerOptions): Promise<Connection> {
  const isInsecure = options.isInsecure || isThisMachine(url)
  const first = openViewer({ ...options, isInsecure, url, httpUrl: undefined })
  const localSite = await localSiteAt(url, first).finally(() => first.close())
  const plain = httpUrl ?? httpUrlOf(url, localSite)
  // Of several edge locations on this machine, each has a cache of its own.
  const pop: Record<string, string> = localSite?.pops[0] ? { 'x-rimlight-pop': localSite.pops[0] } : {}
  const headers = { ...pop, ...options.headers }
  const viewer = openViewer({ ...options, headers, isInsecure, url, httpUrl: plain })
  return { viewer, httpUrl: plain, localSite, requests: first.requests() }
}

async function localSiteAt(url: URL, viewer: Viewer): Promise<LocalSite | undefined> {
  try {
    const site = isThisMachine(url) ? await askLocalSite(viewer) : undefined
    if (site) return site
    const answer = await viewer.ask({ path: `/rimlight-verify-${freshText()}` })
    if (carriesHeader(answer, 'x-cache') || carriesHeader(answer, 'x-amz-cf-id')) return undefined
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause
    const hint = /certificate|altnames/i.test(cause.message) ? '; --insecure takes any certificate' : ''
    throw new Failure(`nobody answers at ${url.origin}: ${cause.message}${hint}`, {
      code: 'no-answer',
      found: cause.message,
      cause,
    })
  }
  throw new Failure(
    `expected a CloudFront at ${url.origin}, found a server that sends neither x-cache nor x-amz-cf-id`,
    {
      code: 'not-cloudfront',
      expected: `a CloudFront at ${url.origin}`,
      found: 'a server that sends neither x-cache nor x-amz-cf-id',
    },
  )
}

/** Where HTTP is redirected; unknown where HTTPS is at another port than 443. */
function httpUrlOf(url: URL, site: LocalSite | undefined): URL | undefined {
  if (site) return new URL(site.httpUrl)
  return url.port === '' && !isThisMachine(url) ? new URL(`http://${url.hostname}`) : undefined
}
