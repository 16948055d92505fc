/** Uploads one file: again where S3 or the network failed for the moment, and not if the file keeps changing. */
import { setTimeout } from 'node:timers/promises'
import { Failure } from '../../base/errors.ts'
import type { BucketClient } from './bucket.ts'
import type { WantedObject } from './change.ts'
import { contentTypeOf } from './content-type.ts'
import { readFileOnce } from './fingerprint.ts'
import { afterUpload, publishFailure } from './refusals.ts'

/** For one file, whatever goes wrong. */
export const UPLOAD_TRIES = 6

/** How often a file may change while it is read. */
const LOOKS = 3

/** Milliseconds before the second try; twice as long before each one after it: 6 seconds in all. */
const FIRST_PAUSE = 200

export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<unknown>

export const pause: Pause = (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal })

export type FileUpload = {
  key: string
  /** Where it is. */
  file: string
  wanted: WantedObject
  /** `bucket/key`. */
  location: string
}

/**
 * @param sent bytes of this try, so far
 * @returns what is in the bucket then: other bytes than were wanted, if the file changed meanwhile
 * @throws Failure for what S3 refuses, or a file that keeps changing
 */
export async function uploadFile(
  bucket: BucketClient,
  { key, file, wanted, location }: FileUpload,
  { signal, sent, pause }: { signal: AbortSignal; sent(bytes: number): void; pause: Pause },
): Promise<WantedObject> {
  let current = wanted
  for (let tries = 1, looks = 0; ; tries++) {
    let total = 0
    sent(total)
    try {
      await bucket.upload(key, file, current, (bytes) => {
        total += bytes
        sent(total)
      })
      return current
    } catch (error) {
      const next = signal.aborted ? 'give up' : afterUpload(error)
      if (next === 'give up' || tries === UPLOAD_TRIES) throw publishFailure(error, 's3:PutObject', location)
      if (next === 'again') {
        await pause(FIRST_PAUSE * 2 ** (tries - 1) * (0.5 + Math.random() / 2), signal)
        continue
      }
      looks++
      if (looks > LOOKS) {
        throw new Failure(`${file} changes while it is read; publish it when it has come to rest`, {
          code: 'file-changes',
          cause: error,
        })
      }
      const { fingerprint, beginning } = await readFileOnce(file, signal)
      current = { ...current, ...fingerprint, contentType: contentTypeOf(file, beginning) }
    }
  }
}
