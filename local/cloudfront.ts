/**
 * CloudFront on this machine: the built bundle behind CloudFront's rules, for `rimlight start` and for your own tests.
 *
 * What it lacks (`docs/local-cloudfront.md`, "Gaps"):
 * - by design, for want of CloudFront's network and of other services: WAF, geo restriction, the viewer's country and device,
 *   Origin Shield, HTTP/3, gRPC, field-level encryption, real-time logs;
 * - what no config says: custom error pages and a default root object of a distribution that exists;
 * - not yet: `Server-Timing` by policy, WebSockets, viewer-response functions of either kind, a limit to the time of a
 *   CloudFront Function.
 */

import { type InputError, joinedError, unexpectedInput } from '../base/errors.ts'
import { readBundle, readPolicies } from '../bundle/read-bundle.ts'
import { openConsole } from './console/console.ts'
import type { RunningSite } from './console/site.ts'
import { AbortedBodies } from './host/aborted-bodies.ts'
import { lockFolder } from './host/folder-lock.ts'
import { InterimResponses } from './host/interim-responses.ts'
import { originHeaderValues } from './host/origin-headers.ts'
import { type OriginOption, originTargets } from './host/origin-targets.ts'
import { openRuntime } from './host/runtime.ts'
import { localTenants, type TenantOption } from './host/tenants.ts'
import { openAccessLog } from './listeners/access-log.ts'
import { certificateFor } from './listeners/certificate.ts'
import { openBucketListener } from './listeners/s3-listener.ts'
import { type ViewerFetch, viewerFetch } from './listeners/viewer-fetch.ts'
import { openViewerListeners } from './listeners/viewer-listeners.ts'
import { EDGE_LOCATIONS, edgeLocations } from './platform/identity.ts'
import type { FinishedRequest, RequestTrace } from './protocol/messages.ts'
import type { AccessCheck } from './protocol/settings.ts'

export { Failure, InputError, RimlightError } from '../base/errors.ts'
export { publicKeyOf } from '../bundle/public-key.ts'
export type { FinishedRequest, RequestSummary, RequestTrace, TraceStep } from './protocol/messages.ts'
export type { AccessCheck, OriginOption, RunningSite, TenantOption, ViewerFetch }

/** What `startCloudFront` takes; all of it may be left out. */
export type CloudFrontOptions = {
  /** The folder of the bundle, as `rimlight build` writes it; default `dist`. */
  dist?: string
  /** Folders behind S3 origins, by the origin's name; `''` for all of them. Default: the project's sample pictures. */
  buckets?: Record<string, string>
  /**
   * HTTP servers or S3-compatible endpoints behind origins, by the origin's name; default: the real server of an API
   * origin, an embedded bucket for an S3 origin.
   */
  origins?: Record<string, OriginOption>
  /**
   * Values of the headers that CloudFront adds to requests (`headers` of the config's API origins), by the origin's name and the
   * header's; default: none, and requests go without them.
   */
  originHeaders?: Record<string, Record<string, string>>
  /**
   * Tenants of a multi-tenant distribution, by their ids: each is served by its host names `ID.localhost` and
   * `ID.DOMAIN`, has a cache of its own and its own prefix of the buckets, and its folder behind that, `''` for none.
   * Default: none, the distribution is one for a single site.
   */
  tenants?: Record<string, TenantOption>
  /** What tenants' host names end in; default: the first of the config's `domains`. */
  tenantDomain?: string
  /** What keys of the buckets begin with before the tenant's id; `''`: nothing; default `tenants`. */
  tenantKeyPrefix?: string
  /** 0 to 65,535; default 0: a free port. */
  httpsPort?: number
  /** 0 to 65,535; default 0: a free port. */
  httpPort?: number
  /** Number of edge locations, each with a cache of its own, 1 to 99; default 1. */
  pops?: number
  /** The folder that buckets, caches and the certificate are kept in; default: nothing is left behind. */
  persist?: string
  /** The file that the access log is appended to, in CloudFront's standard format; default: none is written. */
  accessLog?: string
  /** What the KeyValueStore holds that viewer-request reads, by key; default: nothing. */
  keyValues?: Record<string, string>
  /**
   * When signed URLs and cookies are checked: the viewer's own, or those that viewer-request returned. CloudFront's order is
   * not documented, so that a site has to be right either way; default `before-viewer-request`.
   */
  accessCheck?: AccessCheck
  /**
   * Called with messages for people, about what goes wrong besides requests: an access log or a folder that can't be
   * written; default `console.warn`.
   */
  warn?: (message: string) => void
}

/** A CloudFront that runs; `stop` ends it. */
export type CloudFront = {
  /** `https://localhost:8443` */
  httpsUrl: string
  /** `http://localhost:8080` */
  httpUrl: string
  /** What runs: domains, addresses, behaviours, and what stands behind origins. */
  site: RunningSite
  /**
   * `fetch` through it, over HTTPS, as a viewer of the first domain, or of the first tenant: takes a path, or a URL of a domain. The certificate is
   * trusted, redirects are not followed. A request that `x-rimlight-pop` sends to an edge location, such as `FRA56-P1`,
   * goes there, else to one at random.
   * @throws TypeError where no response comes, as the built-in `fetch` does
   */
  fetch: ViewerFetch
  /** The last 1,000 requests, oldest first. */
  requests(): FinishedRequest[]
  /**
   * A request's way through the distribution, step by step, for the last 1,000.
   * @param id its `x-amz-cf-id`
   * @returns `undefined` for a request that is not known, or not any more
   */
  trace(id: string): Promise<RequestTrace | undefined>
  /**
   * Removes objects from the caches of all edge locations.
   * @param paths such as `/photos/a.jpg` or `/photos/*`, one at least
   * @param options `tenant`: of this one alone, by its id; default: of all
   * @returns how many objects were removed
   * @throws InputError (`not-an-invalidation-path`, `no-paths`, `unknown-tenant`)
   */
  invalidate(paths: string[], options?: { tenant?: string }): Promise<number>
  /**
   * Moves the clock of the distribution, of its functions and of the embedded buckets on. The functions' clock stands
   * still during an invocation from then on.
   * @param seconds 0 to 3,153,600,000, a hundred years
   * @throws InputError (`clock-out-of-range`)
   */
  advance(seconds: number): Promise<void>
  /** Puts other values in the place of all that the KeyValueStore holds. */
  setKeyValues(values: Record<string, string>): Promise<void>
  /**
   * Where the embedded buckets answer to S3's HTTP API, path style, and with which credentials. `region` is that of the
   * first bucket; each answers for its own alone.
   */
  s3: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }
  /** Calls `listener` after each request; the returned function stops that. */
  on(event: 'request', listener: (request: FinishedRequest) => void): () => void
  /**
   * Takes up a new build. Origins and domains stay as they were at the start; the caches are empty afterwards, unless
   * they persist.
   * @throws InputError if there is no bundle any more, or one that is broken
   */
  reload(): Promise<void>
  /** Ends listeners and processes and removes temporary files. */
  stop(): Promise<void>
}

/**
 * Starts a CloudFront that runs the files of a built bundle, on 127.0.0.1.
 * @throws InputError for everything that a person can put right: no bundle, or one that is broken; `not-in-range`;
 * `tenant-id`, `host-name-twice`, `no-bucket`, `private-routes`; `unknown-origin`, `not-a-bucket`, `not-a-url`,
 * `folder-not-found`, `several-s3-endpoints`, `origin-headers`; `port-unavailable`; `certificate-unwritable`,
 * `storage-in-use`, `storage-unreadable`, `storage-unwritable`, `access-log-unwritable`.
 * `expected` and `found` say what is wrong, where the error is about one value; the message has a line for each of several
 * problems, and `code` is then `several` unless they are alike.
 * @example
 * const cloudFront = await startCloudFront({ dist: 'dist', buckets: { photos: './photos' } })
 * const response = await cloudFront.fetch('/a.jpg?w=640', { headers: { accept: 'image/webp' } })
 * console.log(response.status, response.headers.get('x-cache')) // 200 Miss from cloudfront
 * await cloudFront.stop()
 */
export async function startCloudFront(options: CloudFrontOptions = {}): Promise<CloudFront> {
  const checked = await checkedOptions(options)
  const closings: Closings = []
  const stop = async () => {
    for (const close of closings.splice(0).toReversed()) await close()
  }
  try {
    return await started(options, checked, closings, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

/** A function for each thing that has been started, in the order of the starts: it stops that. */
type Closings = (() => unknown)[]

type CheckedOptions = Awaited<ReturnType<typeof checkedOptions>>

/** All that can be wrong before anything is started. @throws InputError */
async function checkedOptions(options: CloudFrontOptions) {
  const { dist = 'dist', buckets = {}, origins = {}, httpsPort = 0, httpPort = 0, pops = 1, persist } = options
  const problems = [
    ...notInRange('httpsPort', httpsPort, { min: 0, max: 65_535 }),
    ...notInRange('httpPort', httpPort, { min: 0, max: 65_535 }),
    ...notInRange('pops', pops, { min: 1, max: EDGE_LOCATIONS }),
  ]
  if (problems.length > 0) throw joinedError(problems)
  const policies = await readPolicies(dist)
  const tenants = await localTenants(options, () => readBundle(dist))
  const targets = await originTargets(policies.origins, buckets, origins, tenants)
  const originHeaders = originHeaderValues(policies.origins, options.originHeaders ?? {})
  const domains = [...policies.domains, ...tenants.flatMap(({ hostNames }) => hostNames)]
  const certificate = await certificateFor(domains, persist)
  return {
    dist,
    httpsPort,
    httpPort,
    pops: edgeLocations(pops),
    policies,
    tenants,
    targets,
    originHeaders,
    certificate,
  }
}

async function started(
  options: CloudFrontOptions,
  { dist, httpsPort, httpPort, pops, policies, tenants, targets, originHeaders, certificate }: CheckedOptions,
  closings: Closings,
  stop: () => Promise<void>,
): Promise<CloudFront> {
  const { persist, warn = console.warn, keyValues = {}, accessCheck = 'before-viewer-request' } = options
  if (persist !== undefined) closings.push(lockFolder(persist))
  const log = options.accessLog ? await openAccessLog(options.accessLog, warn) : undefined
  if (log) closings.push(() => log.close())
  const page = openConsole()
  const shared = { abortedBodies: new AbortedBodies(), interimResponses: new InterimResponses() }
  const { intercept } = page
  const listeners = await openViewerListeners({ certificate, httpsPort, httpPort, intercept, ...shared })
  closings.push(listeners.close)
  const runtime = await openRuntime({
    ...{ dist, policies, targets, pops, tenants, originHeaders, keyValues, accessCheck, persist, warn, ...shared },
    httpsPort: listeners.httpsPort,
  })
  closings.push(runtime.close)
  const bucketListener = await openBucketListener(runtime.bucketUrl)
  closings.push(bucketListener.close)
  let site = await page.connect({ runtime, listeners, parts: { policies, targets, tenants, pops, ports: listeners } })
  // Told while it reloads or stops, the distribution has nothing to end.
  const onLeft = (id: string) => void runtime.ask({ ask: 'left', id }).catch(() => {})
  listeners.finished.on('logged', (request) => log?.write(request))
  listeners.connect(runtime.socket(), runtime.complaints, onLeft)
  const domain = tenants[0]?.hostNames[0] ?? (policies.domains[0] as string)
  const viewer = viewerFetch({ certificate, domain, ports: listeners })
  closings.push(viewer.close, page.close)
  const { accessKeyId, secretAccessKey } = runtime.credentials
  const region = Object.values(targets.regions)[0] ?? 'us-east-1'
  return {
    httpsUrl: site.httpsUrl,
    httpUrl: site.httpUrl,
    get site() {
      return site
    },
    fetch: viewer.fetch,
    requests: page.requests,
    trace: async (id) => (await runtime.ask({ ask: 'trace', id })) ?? undefined,
    invalidate: page.invalidate,
    async advance(seconds) {
      await runtime.advance(seconds)
    },
    setKeyValues: runtime.setKeyValues,
    s3: { endpoint: bucketListener.endpoint, region, accessKeyId, secretAccessKey },
    on(event, listener) {
      listeners.finished.on(event, listener)
      return () => void listeners.finished.off(event, listener)
    },
    async reload() {
      const changed = await readPolicies(dist)
      await localTenants(options, () => readBundle(dist))
      await runtime.reload(changed)
      listeners.connect(runtime.socket(), runtime.complaints, onLeft)
      site = await page.update(changed)
    },
    stop,
  }
}

function notInRange(name: string, value: number, { min, max }: { min: number; max: number }): InputError[] {
  if (Number.isInteger(value) && value >= min && value <= max) return []
  const expected = `a whole number from ${min} to ${max}`
  const found = String(value)
  return [unexpectedInput({ at: name, code: 'not-in-range', expected, found })]
}
