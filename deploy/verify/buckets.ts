/** The buckets of the routes, as S3 itself serves them. */
import { type Origin, originNames, type Policies } from '../../bundle/policies.ts'
import type { CheckTarget } from './check-target.ts'
import type { NamedObject } from './objects.ts'

export type BucketTarget = {
  /** The origin's. */
  name: string
  origin: BucketOrigin
  /** Of objects, as the bucket is asked for them below the origin's prefix. */
  paths: readonly string[]
  /** Where S3 is asked, or why it is not. */
  reach: { url: URL } | { reason: string }
}

export type BucketOrigin = Origin & { s3: NonNullable<Origin['s3']> }

/** Where a bucket is asked past the distribution. */
export type BucketUrl = (origin: BucketOrigin) => URL

/** The buckets to check, also those that others fail over to. @param bucketUrl `undefined`: the distribution is on this machine, and so are its buckets */
export function bucketTargets(
  policies: Policies,
  targets: readonly CheckTarget[],
  objects: readonly NamedObject[],
  bucketUrl: BucketUrl | undefined,
): BucketTarget[] {
  return Object.entries(policies.origins).flatMap(([name, origin]) => {
    if (!isBucket(origin)) return []
    const routes = targets
      .filter(({ behaviour }) => originNames(behaviour, policies).includes(name))
      .map(({ route }) => route)
    if (routes.length === 0) return []
    const paths = routes.flatMap((route) =>
      objects.filter((object) => object.route === route.path).map(({ path }) => withoutBeginning(path, route.strip)),
    )
    const reach = bucketUrl ? { url: bucketUrl(origin) } : { reason: 'the distribution is on this machine, not in S3' }
    return [{ name, origin, paths, reach }]
  })
}

/** An object may be named with escapes that its canonical path has not. */
const withoutBeginning = (path: string, strip: string): string =>
  path.startsWith(`${strip}/`) ? path.slice(strip.length) : path

const isBucket = (origin: Origin): origin is BucketOrigin => origin.s3 !== null

export const onS3: BucketUrl = ({ domainName }) => new URL(`https://${domainName}`)
