/** A bucket on this machine for the tests of one file, and the environment in which the S3 client finds it. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest'
import { readSource, type SourceRequest } from '../../../origin-response/source.ts'
import { openS3, type S3 } from '../../images/s3.ts'
import { BUCKET, type Exchange, etagOf, type S3Object } from '../../images/s3-answers.ts'
import { CREDENTIALS, variablesOf } from '../../images/signature.ts'

/**
 * Clients are kept by region for as long as a process lives: each file has a region of its own. It is not counted: a file that
 * resets modules would have the count begin anew, beside clients that are kept.
 */
let region = ''

export type Bucket = {
  s3: S3
  region: string
  objects: Map<string, S3Object>
  /** Every request for this key is answered so. */
  answer(key: string, answer: (exchange: Exchange) => unknown, times?: number): void
}

/** There from the first test on. */
export function useBucket(): Bucket {
  region = `eu-test-${randomUUID()}`
  const bucket = { objects: new Map(), region } as Bucket
  beforeAll(async () => {
    bucket.s3 = await openS3({ objects: bucket.objects, credentials: CREDENTIALS, region: bucket.region })
    bucket.answer = (key, answer, times) => bucket.s3.fail(key, { name: key, expected: [], answer }, times)
    for (const [name, value] of Object.entries({
      ...variablesOf(CREDENTIALS),
      AWS_ENDPOINT_URL_S3: bucket.s3.endpoint,
    })) {
      vi.stubEnv(name, value)
    }
  })
  afterEach(() => {
    expect(bucket.s3.unsigned.splice(0)).toEqual([])
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await bucket.s3.close()
  })
  return bucket
}

export const BODY = Buffer.from('a thousand bytes '.repeat(100).slice(0, 1_000))
export const ETAG = etagOf({ body: BODY })

/** @returns the key */
export function put({ objects }: Bucket, key: string, body: Uint8Array = BODY): string {
  objects.set(key, { body })
  return key
}

export const read = (
  request: Partial<SourceRequest> & { key: string },
  { maxBytes = 1_000, milliseconds = 10_000 } = {},
) => readSource({ bucket: BUCKET, region, etag: ETAG, ...request }, maxBytes, milliseconds)

export const original = (reason: string, detail: unknown = expect.stringMatching(/./)) => ({
  kind: 'original',
  reason,
  detail,
})
