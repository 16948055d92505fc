/** Asks a distribution about every rule of the contract, and says what was found. */

import { InputError, unexpectedInput } from '../../base/errors.ts'
import { isThisMachine } from '../../base/this-machine.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { type BucketTarget, type BucketUrl, bucketTargets, onS3 } from './buckets.ts'
import { aboutTarget, type CheckTarget, checkTargets, isPrivateRoute } from './check-target.ts'
import { BUCKET_CHECKS } from './checks/bucket.ts'
import { ROUTE_CHECKS } from './checks.ts'
import { connect } from './connect.ts'
import { type Grants, grantFor, splitHeaders, withGrant } from './grants.ts'
import { NoAnswer, openViewer, type Viewer } from './http.ts'
import { known, namedObjects, sampledObjects } from './objects.ts'
import { OBSERVATIONS, type Observation } from './observations.ts'
import { bringAGrant } from './remedies.ts'
import { checkCounts, type ObservationResult, type Report } from './results.ts'
import { type RunChecksOptions, runChecks, type TargetCheck, targetChecks } from './run-checks.ts'
import { timing, timingAsks } from './timing.ts'

export type VerifyOptions = {
  bundle: BuiltBundle
  url: URL
  httpUrl?: URL | undefined
  /** Patterns of the routes to ask about; default: all. */
  routes?: readonly string[]
  /** Paths, or routes' patterns with paths: `--object`. */
  objects?: readonly string[]
  /** What opens private routes. */
  grants?: Pick<Grants, 'token' | 'signedCookies'>
  /** Sent with every request to the distribution; `authorization` and `cookie` with those alone that bring a grant. */
  headers?: Readonly<Record<string, string>>
  isInsecure?: boolean
  isSlow?: boolean
  /** Hits and misses that are timed; default: none. */
  times?: number | undefined
  /** Milliseconds for one request. */
  patience?: number
  /** Lets seconds pass. */
  wait?(seconds: number): Promise<void>
  /** Default: S3 itself, and nowhere for a distribution on this machine. */
  bucketUrl?: BucketUrl
  /** Called once, before the checks. */
  onPlan?(plan: VerifyPlan): void
  onProgress?(done: number, total: number, doing: string): void
}

export type VerifyPlan = { url: string; checks: number; atMost: number; places: Report['places'] }

/** Milliseconds: longer than an origin-response may take. */
const PATIENCE = 40_000

const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000))

/** @throws InputError where nobody answers, or no CloudFront; or for an object that can't be */
export async function verify(options: VerifyOptions): Promise<Report> {
  const { bundle, url, headers = {}, patience = PATIENCE, isInsecure = false, isSlow = false, wait = sleep } = options
  const started = performance.now()
  const all = checkTargets(bundle)
  const { grants, others } = splitHeaders(headers)
  const other = elsewhere(bundle, url)
  if (other) throw other
  const named = namedObjects(options.objects ?? [], all)
  const bare = chosen(all, options.routes ?? [])
  const { viewer, httpUrl, localSite, requests } = await connect({
    url,
    httpUrl: options.httpUrl,
    headers: others,
    patience,
    isInsecure,
  })
  const viewers = [viewer]
  try {
    const objects = [...named, ...sampledObjects(localSite?.samples ?? [], named, bare)]
    const asked = await askedRoutes(bare, objects, viewer, { ...options.grants, headers: grants })
    const targets = asked.map(({ target }) => target)
    const bucketUrl = options.bucketUrl ?? (isThisMachine(url) ? undefined : onS3)
    const buckets = bucketTargets(bundle.policies, targets, objects, bucketUrl).map((bucket) => ({
      bucket,
      viewer: viewerOf(bucket, viewer, patience),
    }))
    viewers.push(...buckets.map((one) => one.viewer))
    const planned = [
      ...asked.flatMap(routeChecks),
      ...buckets.flatMap((one) => targetChecks(nameOf(one.bucket), one.bucket, BUCKET_CHECKS, one.viewer)),
    ]
    const seen = observable(asked, httpUrl !== undefined)
    const times = options.times ?? 0
    const atMost = [
      ...[requests, objects.length, times > 0 ? timingAsks(times) : 0],
      ...planned.map(({ check }) => check.asks),
      ...seen.map(({ observation }) => observation.asks),
    ].reduce((sum, count) => sum + count)
    const report = {
      url: url.origin,
      httpUrl: httpUrl?.origin ?? null,
      isLocal: localSite !== undefined,
      config: bundle.manifest.config.sha256,
      places: [
        ...targets.map((target) => ({ name: target.route.path, about: aboutTarget(target) })),
        ...buckets.map(({ bucket }) => ({ name: nameOf(bucket), about: `the bucket of ${bucket.name}` })),
      ],
    }
    options.onPlan?.({ ...report, checks: planned.length, atMost })
    const found = await runPlan(planned, seen, asked, { wait, isSlow, httpUrl, times, onProgress: options.onProgress })
    const made = viewers.reduce((sum, one) => sum + one.requests(), requests)
    return {
      ...report,
      ...found,
      requests: { made, atMost },
      milliseconds: Math.round(performance.now() - started),
    }
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause
    throw new InputError(`${url.origin} has stopped answering: ${cause.message}`, {
      code: 'no-answer',
      found: cause.message,
      cause,
    })
  } finally {
    for (const one of viewers) one.close()
  }
}

type PlanOptions = Omit<RunChecksOptions, 'onProgress'> & { times: number; onProgress: VerifyOptions['onProgress'] }

/** Checks, observations and timings, one after the other. */
async function runPlan(
  planned: readonly TargetCheck[],
  seen: readonly Observable[],
  asked: readonly AskedRoute[],
  { times, onProgress, ...running }: PlanOptions,
): Promise<Pick<Report, 'checks' | 'observations' | 'timing' | 'counts'>> {
  const checks = await runChecks(planned, {
    ...running,
    onProgress: (done, { name, check }) =>
      onProgress?.(done, planned.length, `${name}  ${check.id}${check.waits ? ', waiting' : ''}`),
  })
  const observations = await observe(seen)
  let timedAsks = 0
  const counted = () => {
    onProgress?.(timedAsks, timingAsks(times), 'timing')
    timedAsks += 1
  }
  const timed = times > 0 ? await timing(asked, times, counted) : undefined
  return { checks, observations, ...(timed && { timing: timed }), counts: checkCounts(checks) }
}

/** A route, and the viewer that asks for it: with its grant, where one was given. */
type AskedRoute = { target: CheckTarget; viewer: Viewer }

/** The routes with what is known of their objects. */
async function askedRoutes(
  targets: readonly CheckTarget[],
  objects: Parameters<typeof known>[1],
  viewer: Viewer,
  grants: Parameters<typeof grantFor>[1],
): Promise<AskedRoute[]> {
  const asked: AskedRoute[] = []
  for (const target of targets) {
    const { grant, isGiven } = grantFor(target.route, grants)
    const own = withGrant(viewer, grant)
    const isClosed = isPrivateRoute(target) && !isGiven
    asked.push({ target: await known({ ...target, isClosed }, objects, own), viewer: own })
  }
  return asked
}

/** The checks of a route: without a grant, of a private one those alone that show something all the same. */
const routeChecks = ({ target, viewer }: AskedRoute): TargetCheck[] =>
  targetChecks(target.route.path, target, ROUTE_CHECKS, viewer, ({ isOpen }) =>
    target.isClosed && !isOpen ? bringAGrant(target) : undefined,
  )

/** Every answer of the other hosts is a redirect, which shows nothing. */
function elsewhere({ settings, policies: { domains } }: BuiltBundle, url: URL): InputError | undefined {
  if (!settings.canonicalHost || domains.indexOf(url.hostname) <= 0) return undefined
  return unexpectedInput({
    code: 'not-the-canonical-host',
    expected: `https://${domains[0]}, to which all other hosts are redirected (canonicalHost)`,
    found: url.origin,
  })
}

/** @throws InputError for a pattern that no route has */
function chosen(targets: readonly CheckTarget[], patterns: readonly string[]): readonly CheckTarget[] {
  const known = targets.map(({ route }) => route.path)
  const unknown = patterns.filter((pattern) => !known.includes(pattern))
  if (unknown.length > 0) {
    throw unexpectedInput({
      at: '--route',
      code: 'option-value',
      expected: `patterns among ${known.join(', ')}`,
      found: unknown.join(', '),
    })
  }
  return patterns.length === 0 ? targets : targets.filter(({ route }) => patterns.includes(route.path))
}

const nameOf = ({ origin }: BucketTarget): string => `s3://${origin.s3.bucket}`

/** A bucket is another server, whose certificate has to be valid. */
const viewerOf = ({ reach }: BucketTarget, viewer: Viewer, patience: number): Viewer =>
  'url' in reach
    ? openViewer({ url: reach.url, httpUrl: undefined, headers: {}, isInsecure: false, patience })
    : { ...viewer, requests: () => 0, close: () => {} }

type Observable = AskedRoute & { observation: Observation }

/** Each observation, with the first route that it applies to. */
const observable = (asked: readonly AskedRoute[], hasHttp: boolean): Observable[] =>
  OBSERVATIONS.filter(({ isPlain }) => hasHttp || !isPlain).flatMap((observation) => {
    const found = asked.find(({ target }) => !target.isClosed && observation.appliesTo(target))
    return found ? [{ observation, ...found }] : []
  })

/** Gathers what was observed. That there was no answer is an observation, too. */
async function observe(seen: readonly Observable[]): Promise<ObservationResult[]> {
  const results: ObservationResult[] = []
  for (const { observation, target, viewer } of seen) {
    const { id, title } = observation
    const found = await observation.observe(target, viewer).catch((cause) => {
      if (cause instanceof NoAnswer) return `no answer: ${cause.message}`
      throw cause
    })
    results.push({ id, title, place: target.route.path, found })
  }
  return results
}
