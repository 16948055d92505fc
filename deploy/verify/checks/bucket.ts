/** Whether the buckets behind cached routes can be read past the distribution. */

import { elsewhere } from '../../aws/bucket-region.ts'
import { header } from '../answer.ts'
import type { BucketTarget } from '../buckets.ts'
import { type Asking, type Check, type CheckFinding, differs, judged, skipped } from '../check.ts'
import { NoAnswer } from '../http.ts'

const RULE = 'Developer Guide, "Restrict access to an Amazon S3 origin"; S3 User Guide, "Blocking public access"'

export const BUCKET_CHECKS: readonly Check<BucketTarget>[] = [
  {
    id: 'bucket-object',
    title: 'S3 itself gives nobody an object',
    rule: RULE,
    asks: 1,
    async ask(target, asking) {
      const [path] = target.paths
      if (path === undefined) return skipped('no object of this bucket is known; name one with --object')
      return asked(target, asking, `${target.origin.s3.prefix}${path}`)
    },
    means: ({ name }) =>
      `Everybody can read past the distribution, its rules and its log. Switch Block Public Access on for the bucket of ${name}, and let its policy allow the distribution alone.`,
  },
  {
    id: 'bucket-list',
    title: 'S3 itself tells nobody which objects there are',
    rule: RULE,
    asks: 1,
    ask: (target, asking) => asked(target, asking, '/'),
    means: ({ name }) =>
      `Everybody can read the keys of the bucket of ${name}. Switch Block Public Access on, and take s3:ListBucket from everybody.`,
  },
  {
    id: 'bucket-region',
    title: 'the bucket is there, in the region that the config names',
    rule: 'S3 API Reference, "HeadBucket"',
    asks: 1,
    async ask({ reach, origin }, { ask }) {
      if ('reason' in reach) return skipped(reach.reason)
      const { bucket, region } = origin.s3
      try {
        const answer = await ask({ method: 'HEAD', path: reach.url.pathname })
        const found = header(answer, 'x-amz-bucket-region')
        if (answer.status === 404) return differs(`the bucket ${bucket}`, 'no such bucket')
        return found === ''
          ? skipped(`S3 answers ${answer.status}, and not where the bucket ${bucket} is`)
          : judged(found === region, region, found)
      } catch (cause) {
        if (!(cause instanceof NoAnswer)) throw cause
        return skipped(`${origin.domainName} can't be reached from here: ${cause.message}`)
      }
    },
    means: ({ name, origin }) => elsewhere(name, origin.s3.region),
  },
]

async function asked({ reach, origin }: BucketTarget, { ask }: Asking, path: string): Promise<CheckFinding> {
  if ('reason' in reach) return skipped(reach.reason)
  try {
    const answer = await ask({ path: `${reach.url.pathname.replace(/\/$/, '')}${path}` })
    if (answer.status !== 403 && answer.status !== 200) {
      return skipped(
        `S3 answers ${answer.status}: whether the bucket ${origin.s3.bucket} can be read is not to be seen`,
      )
    }
    return judged(answer.status === 403, '403', `${answer.status}, ${answer.bytes} bytes`)
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause
    return skipped(`${origin.domainName} can't be reached from here: ${cause.message}`)
  }
}
