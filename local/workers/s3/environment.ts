/** What the host binds to the Worker, the buckets in it, and their clock. */

import { type Host, withSecret } from '../../protocol/secret.ts'
import type { BucketCredentials, BucketSettings } from '../../protocol/settings.ts'

export type Environment = {
  BUCKETS: Record<string, BucketSettings>
  CREDENTIALS: BucketCredentials
  /** `local/host/folders/folder-service.ts`, where any bucket has a folder. */
  FOLDER?: Fetcher
  /** Of this start. */
  SECRET: string
  [binding: string]: unknown
}

/** The clock of all buckets: this machine's, ahead by as much as the host says. */
export class BucketClock {
  /** Milliseconds by which it is ahead. */
  offset = 0

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.offset
  }
}

export type Bucket = {
  name: string
  region: string
  r2: R2Bucket
  folder: Host | null
  clock: BucketClock
}

/** `undefined`: there is no bucket of this name. */
export function bucketOf(environment: Environment, clock: BucketClock, name: string): Bucket | undefined {
  const settings = Object.hasOwn(environment.BUCKETS, name) ? environment.BUCKETS[name] : undefined
  if (!settings) return undefined
  return {
    name,
    region: settings.region,
    r2: environment[settings.binding] as R2Bucket,
    folder: settings.folder && environment.FOLDER ? withSecret(environment.FOLDER, environment.SECRET) : null,
    clock,
  }
}
