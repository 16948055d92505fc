/** Who reads which keys of the buckets: the config's routes, turned into what a bucket policy can say. */
import { type Behaviour, keyPrefix, originNames, type Policies } from '../../bundle/policies.ts'
import type { RouteSettings, Settings } from '../../bundle/settings.ts'
import { type KeyPattern, keyPatterns, overlap, resourceText, withoutCovered } from '../aws/key-pattern.ts'

export type BucketAccess = {
  bucket: string
  region: string
  /** Names in the config. */
  origins: string[]
  /** What CloudFront reads for cached routes; key patterns as they stand in a `Resource`, like the other two. */
  read: string[]
  /** What origin-response reads: to make renditions, and to show in the place of pictures that are missing. */
  images: string[]
  /** What neither may read: the keys of `never` routes. */
  never: string[]
  /** Paths of `never` routes whose keys can't be denied. */
  undenied: { path: string; because: string }[]
}

type BucketRoute = { route: RouteSettings; behaviour: Behaviour; index: number; prefix: string; keys: KeyPattern[] }

/** One for each bucket that a route uses, in the order of the routes. */
export function bucketAccess({ policies, settings }: { policies: Policies; settings: Settings }): BucketAccess[] {
  const byBucket = new Map<string, { region: string; routes: BucketRoute[] }>()
  const used = new Set(policies.behaviours.flatMap((behaviour) => originNames(behaviour, policies)))
  policies.behaviours.forEach((behaviour, index) => {
    const route = settings.routes[index]
    // A bucket that another fails over to is read for that one's cached routes, and holds the keys of its `never` routes, too.
    const other = policies.origins[behaviour.origin]?.failover?.origin
    for (const origin of [behaviour.origin, ...(other !== undefined && used.has(other) ? [other] : [])]) {
      const s3 = policies.origins[origin]?.s3
      if (!s3 || !route) continue
      const prefix = keyPrefix(s3.prefix)
      const entry = byBucket.get(s3.bucket) ?? { region: s3.region, routes: [] }
      // Where a path loses its beginning, its pattern begins with that and a slash.
      const keys = pathsOf(route).flatMap((path) => keyPatterns(path.slice(route.strip.length), prefix))
      entry.routes.push({ route, behaviour: { ...behaviour, origin }, index, prefix, keys })
      byBucket.set(s3.bucket, entry)
    }
  })
  return [...byBucket].map(([bucket, { region, routes }]) => ({ bucket, region, ...accessOf(routes) }))
}

/** A `*` at the end takes a path's index, too; a slash does not, nor does a `?`, which may be one. */
const pathsOf = ({ path, index }: RouteSettings): string[] =>
  index && /[/?]$/.test(path) ? [path, `${path.slice(0, -1)}/${index.file}`] : [path]

const resources = (routes: readonly BucketRoute[]): string[] =>
  withoutCovered(routes.flatMap(({ keys }) => keys)).map(resourceText)

const sources = (cached: readonly BucketRoute[]): string[] =>
  withoutCovered(
    cached.flatMap(({ route: { images, placeholder }, keys }) => [
      ...(images === null ? [] : keys),
      ...(placeholder === null ? [] : [{ prefix: placeholder, pattern: '' }]),
    ]),
  ).map(resourceText)

function accessOf(routes: readonly BucketRoute[]): Omit<BucketAccess, 'bucket' | 'region'> {
  const cached = routes.filter(({ behaviour }) => behaviour.originAccessControl)
  const never = routes.filter(({ behaviour }) => !behaviour.originAccessControl)
  const judged = never.map((route) => ({ route, shared: cached.filter((other) => isServedBy(other, route)) }))
  return {
    origins: [...new Set(routes.map(({ behaviour }) => behaviour.origin))],
    read: resources(cached),
    images: sources(cached),
    never: resources(judged.filter(({ shared }) => shared.length === 0).map(({ route }) => route)),
    undenied: judged.flatMap(({ route, shared }) => {
      const isReadable = cached.some((other) => !shared.includes(other) && doOverlap(other, route))
      const [first] = shared
      return first && isReadable ? [{ path: route.behaviour.path, because: first.behaviour.path }] : []
    }),
  }
}

/**
 * Whether a cached route serves keys that a `never` route's pattern names: an earlier one takes their paths first, one
 * of another prefix, or whose paths lose another beginning, has paths of its own for them. A policy that denied these
 * would break that route.
 */
const isServedBy = (cached: BucketRoute, never: BucketRoute): boolean => {
  const hasOwnPaths = cached.prefix !== never.prefix || cached.route.strip !== never.route.strip
  return (cached.index < never.index || hasOwnPaths) && doOverlap(cached, never)
}

const doOverlap = (one: BucketRoute, other: BucketRoute): boolean =>
  one.keys.some((key) => other.keys.some((otherKey) => overlap(key, otherKey)))
