/** Asks a distribution about every rule of the contract, and says what was found. */

import { InputError } from '../../base/errors.ts'
import { isThisMachine } from '../../base/this-machine.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { type BucketPlace, type BucketUrl, bucketPlaces, onS3 } from './buckets.ts'
import { aboutPlace, type Place, placesOf } from './check-target.ts'
import { BUCKET_CHECKS } from './checks/bucket.ts'
import { ROUTE_CHECKS } from './checks.ts'
import { opened } from './connect.ts'
import { NoAnswer, openViewer, type Viewer } from './http.ts'
import { known, namedObjects, sampledObjects } from './objects.ts'
import { OBSERVATIONS, type Observation } from './observations.ts'
import { countsOf, type ObservationResult, type Report } from './results.ts'
import { runSeries, type Slot, slotsOf } from './run-checks.ts'

export type VerifyOptions = {
  bundle: BuiltBundle
  url: URL
  httpUrl?: URL | undefined
  /** Patterns of the routes to ask about; default: all. */
  routes?: readonly string[]
  /** Paths, or routes' patterns with paths: `--object`. */
  objects?: readonly string[]
  /** Sent with every request to the distribution. */
  headers?: Readonly<Record<string, string>>
  isInsecure?: boolean
  isSlow?: boolean
  /** Milliseconds for one request. */
  patience?: number
  /** Lets seconds pass. */
  wait?(seconds: number): Promise<void>
  /** Default: S3 itself, and nowhere for a distribution on this machine. */
  bucketUrl?: BucketUrl
  /** Called once, before the checks. */
  onPlan?(plan: Plan): void
  onProgress?(done: number, total: number, doing: string): void
}

export type Plan = { url: string; checks: number; atMost: number; places: Report['places'] }

/** Milliseconds: longer than an origin-response may take. */
const PATIENCE = 40_000

const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000))

/** @throws InputError where nobody answers, or no CloudFront; or for an object that can't be */
export async function verify(options: VerifyOptions): Promise<Report> {
  const { bundle, url, headers = {}, patience = PATIENCE, isInsecure = false, isSlow = false, wait = sleep } = options
  const started = performance.now()
  const all = placesOf(bundle)
  const named = namedObjects(options.objects ?? [], all)
  const bare = chosen(all, options.routes ?? [])
  const { viewer, httpUrl, site, requests } = await opened({
    url,
    httpUrl: options.httpUrl,
    headers,
    patience,
    isInsecure,
  })
  const viewers = [viewer]
  try {
    const objects = [...named, ...sampledObjects(site?.samples ?? [], named, bare)]
    const places: Place[] = []
    for (const place of bare) places.push(await known(place, objects, viewer))
    const bucketUrl = options.bucketUrl ?? (isThisMachine(url) ? undefined : onS3)
    const buckets = bucketPlaces(bundle.policies, places, objects, bucketUrl)
    const slots: Slot[] = places.flatMap((place) => slotsOf(place.route.path, place, ROUTE_CHECKS, viewer))
    for (const bucket of buckets) {
      const own = viewerOf(bucket, viewer, patience)
      viewers.push(own)
      slots.push(...slotsOf(nameOf(bucket), bucket, BUCKET_CHECKS, own))
    }
    const seen = observable(places, httpUrl !== undefined)
    const asks = [...slots.map(({ check }) => check.asks), ...seen.map(({ observation }) => observation.asks)]
    const atMost = asks.reduce((sum, count) => sum + count, requests + objects.length)
    const report = {
      url: url.origin,
      httpUrl: httpUrl?.origin ?? null,
      isLocal: site !== undefined,
      config: bundle.manifest.config.sha256,
      places: [
        ...places.map((place) => ({ name: place.route.path, about: aboutPlace(place) })),
        ...buckets.map((bucket) => ({ name: nameOf(bucket), about: `the bucket of ${bucket.name}` })),
      ],
    }
    options.onPlan?.({ ...report, checks: slots.length, atMost })
    const checks = await runSeries(slots, {
      wait,
      isSlow,
      httpUrl,
      onProgress: (done, { place, check }) =>
        options.onProgress?.(done, slots.length, `${place}  ${check.id}${check.waits ? ', waiting' : ''}`),
    })
    const observations = await observe(seen, viewer)
    const made = viewers.reduce((sum, one) => sum + one.requests(), requests)
    return {
      ...report,
      checks,
      observations,
      counts: countsOf(checks),
      requests: { made, atMost },
      milliseconds: Math.round(performance.now() - started),
    }
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause
    throw new InputError(`${url.origin} has stopped answering: ${cause.message}`, { cause })
  } finally {
    for (const one of viewers) one.close()
  }
}

/** @throws InputError for a pattern that no route has */
function chosen(places: readonly Place[], patterns: readonly string[]): readonly Place[] {
  const known = places.map(({ route }) => route.path)
  const unknown = patterns.filter((pattern) => !known.includes(pattern))
  if (unknown.length > 0) {
    throw new InputError(`--route: expected patterns among ${known.join(', ')}, found ${unknown.join(', ')}`)
  }
  return patterns.length === 0 ? places : places.filter(({ route }) => patterns.includes(route.path))
}

const nameOf = ({ origin }: BucketPlace): string => `s3://${origin.s3.bucket}`

/** A bucket is another server, and none that certificates are forgiven. */
const viewerOf = ({ reach }: BucketPlace, viewer: Viewer, patience: number): Viewer =>
  'url' in reach
    ? openViewer({ url: reach.url, httpUrl: undefined, headers: {}, isInsecure: false, patience })
    : { ...viewer, requests: () => 0, close: () => {} }

type Observable = { observation: Observation; place: Place }

/** Each where the first route allows it. */
const observable = (places: readonly Place[], hasHttp: boolean): Observable[] =>
  OBSERVATIONS.filter(({ isPlain }) => hasHttp || !isPlain).flatMap((observation) => {
    const place = places.find((one) => observation.appliesTo(one))
    return place ? [{ observation, place }] : []
  })

/** What could not be asked is as good an observation as any. */
async function observe(seen: readonly Observable[], viewer: Viewer): Promise<ObservationResult[]> {
  const results: ObservationResult[] = []
  for (const { observation, place } of seen) {
    const { id, title } = observation
    const found = await observation.observe(place, viewer).catch((cause) => {
      if (cause instanceof NoAnswer) return `no answer: ${cause.message}`
      throw cause
    })
    results.push({ id, title, place: place.route.path, found })
  }
  return results
}
