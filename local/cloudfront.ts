/** CloudFront on this machine: the built bundle behind CloudFront's rules, for `rimlight start` and for your own tests. */

import { InputError } from '../base/errors.ts'
import { readPolicies } from '../bundle/read-bundle.ts'
import type { Site } from './console/site.ts'
import { openConsole } from './console.ts'
import { BrokenOff } from './host/aborted-bodies.ts'
import { type Behind, behindOrigins, type OriginOption } from './host/origin-targets.ts'
import { openRuntime, type Runtime } from './host/runtime.ts'
import { type AccessLog, openAccessLog } from './listeners/access-log.ts'
import { certificateFor } from './listeners/certificate.ts'
import { type ViewerFetch, viewerFetch } from './listeners/viewer-fetch.ts'
import { openViewers } from './listeners/viewer-listeners.ts'
import { EDGE_LOCATIONS, edgeLocations } from './protocol/identity.ts'
import type { FinishedRequest, RequestTrace } from './protocol/messages.ts'

export type CloudFrontOptions = {
  /** The folder of the bundle; default `dist`. */
  dist?: string
  /** Folders behind S3 origins, by the origin's name; `''` for all of them. Without one: the sample pictures. */
  buckets?: Record<string, string>
  /** HTTP servers or S3-compatible endpoints behind origins, by the origin's name. */
  origins?: Record<string, OriginOption>
  /** Default 0: free ports. */
  httpsPort?: number
  httpPort?: number
  /** Number of edge locations, each with a cache of its own; default 1. */
  pops?: number
  /** The folder that buckets and caches are kept in; without one, nothing is left behind. */
  persist?: string
  /** The file that the access log is appended to. */
  accessLog?: string
  /** What the KeyValueStore holds that viewer-request reads, by key; default: nothing. */
  keyValues?: Record<string, string>
}

export type CloudFront = {
  /** `https://localhost:8443` */
  httpsUrl: string
  httpUrl: string
  site: Site
  /**
   * `fetch` through it, over HTTPS, as a viewer of the first domain: a path, or a URL of a domain. Its certificate is
   * trusted, redirects are not followed.
   */
  fetch: ViewerFetch
  /** The last 1,000 requests, oldest first. */
  requests(): FinishedRequest[]
  /** A request's way through the distribution, by its `x-amz-cf-id`; `undefined` for one that is not known (any more). */
  trace(id: string): Promise<RequestTrace | undefined>
  /**
   * Removes what is cached under paths, at every edge location.
   * @returns how many objects that were
   * @throws InputError for a path that can't be invalidated
   */
  invalidate(paths: string[]): Promise<number>
  /**
   * Moves the clock of the distribution, of its functions and of the embedded buckets on. The functions' then stands
   * still during an invocation.
   * @param seconds 0 or more
   */
  advance(seconds: number): Promise<void>
  /** Puts other values in the place of all that the KeyValueStore holds. */
  setKeyValues(values: Record<string, string>): Promise<void>
  /** The embedded buckets over S3's HTTP API, path style. `region`: of the first; each answers for its own alone. */
  s3: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }
  /** Calls `listener` after each request; the returned function stops that. */
  on(event: 'request', listener: (request: FinishedRequest) => void): () => void
  /**
   * Takes up a new build. Origins and domains stay as they were at the start; the caches are empty afterwards, unless
   * they persist.
   * @throws InputError if there is no bundle any more
   */
  reload(): Promise<void>
  /** Ends listeners and processes and removes what was temporary. */
  stop(): Promise<void>
}

/**
 * Starts a CloudFront that runs the files of a built bundle.
 * @throws InputError for what a person can put right: no bundle, a folder that is not there, a port in use, a number
 * that is none
 */
export async function startCloudFront(options: CloudFrontOptions = {}): Promise<CloudFront> {
  const { dist = 'dist', buckets = {}, origins = {}, httpsPort = 0, httpPort = 0, pops = 1, persist } = options
  const problems = [
    ...outside('httpsPort', httpsPort, { min: 0, max: 65_535 }),
    ...outside('httpPort', httpPort, { min: 0, max: 65_535 }),
    ...outside('pops', pops, { min: 1, max: EDGE_LOCATIONS }),
  ]
  if (problems.length > 0) throw new InputError(problems.join('\n'))
  const policies = await readPolicies(dist)
  const behind: Behind = await behindOrigins(policies.origins, buckets, origins)
  const certificate = await certificateFor(policies.domains, persist)
  const opened: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const close of opened.splice(0).toReversed()) await close()
  }
  try {
    const log: AccessLog | undefined = options.accessLog ? await openAccessLog(options.accessLog) : undefined
    if (log) opened.push(() => log.close())
    const console = openConsole()
    const broken = new BrokenOff()
    const viewers = await openViewers({ certificate, httpsPort, httpPort, intercept: console.intercept, broken })
    opened.push(viewers.close)
    const names = edgeLocations(pops)
    const runtime: Runtime = await openRuntime({
      dist,
      policies,
      behind,
      pops: names,
      httpsPort: viewers.httpsPort,
      persist,
      broken,
      keyValues: options.keyValues ?? {},
    })
    opened.push(runtime.close)
    const parts = { policies, behind, pops: names, ports: viewers }
    let site = await console.connect({ runtime, viewers, parts })
    viewers.finished.on('request', (request) => log?.write(request))
    viewers.connect(runtime.url(), runtime.complaints)
    const fetch = viewerFetch({ certificate, domain: policies.domains[0] as string, viewers })
    opened.push(fetch.close)
    opened.push(console.close)
    return {
      httpsUrl: site.httpsUrl,
      httpUrl: site.httpUrl,
      get site() {
        return site
      },
      fetch: fetch.fetch,
      requests: console.requests,
      trace: async (id) => (await runtime.ask<RequestTrace | null>({ ask: 'trace', id })) ?? undefined,
      invalidate: console.invalidate,
      async advance(seconds) {
        await runtime.advance(seconds)
      },
      setKeyValues: runtime.setKeyValues,
      s3: runtime.s3,
      on(event, listener) {
        viewers.finished.on(event, listener)
        return () => void viewers.finished.off(event, listener)
      },
      async reload() {
        const changed = await readPolicies(dist)
        await runtime.reload(changed)
        viewers.connect(runtime.url(), runtime.complaints)
        site = await console.update(changed)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const outside = (name: string, value: number, { min, max }: { min: number; max: number }): string[] =>
  Number.isInteger(value) && value >= min && value <= max
    ? []
    : [`${name}: expected a whole number from ${min} to ${max}, found ${value}`]
