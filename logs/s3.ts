/** Objects of a bucket: what is below a prefix. */
import type { Readable } from 'node:stream'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { InputError } from '../base/errors.ts'
import { awsFailure, faultOf } from '../deploy/aws/faults.ts'

export type S3Location = { bucket: string; prefix: string }

/** @throws InputError for what is no s3://BUCKET/PREFIX */
export function s3LocationOf(url: string): S3Location {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(url) ?? []
  if (bucket !== '') return { bucket, prefix }
  throw new InputError(`expected s3://BUCKET/PREFIX, found ${JSON.stringify(url)}`, {
    code: 'not-an-s3-url',
    expected: 's3://BUCKET/PREFIX',
    found: url,
  })
}

export type LogStore = S3Client

export const s3Client = (): LogStore =>
  new S3Client({ followRegionRedirects: true, ...(process.env.AWS_REGION ? {} : { region: 'us-east-1' }) })

export type ListedObject = { key: string; bytes: number }

/**
 * A thousand at a time, in the order of their keys; objects without content are left out.
 * @param after the key after which to begin
 * @throws Failure
 */
export async function* objectsBelow(
  client: LogStore,
  { bucket, prefix }: S3Location,
  signal: AbortSignal | undefined,
  after?: string,
): AsyncGenerator<ListedObject[]> {
  let token: string | undefined
  do {
    const page = await client
      .send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after, ContinuationToken: token }),
        signal ? { abortSignal: signal } : {},
      )
      .catch(refused('s3:ListBucket', signal))
    yield (page.Contents ?? []).flatMap(({ Key: key, Size: bytes }) => (key && bytes ? [{ key, bytes }] : []))
    token = page.NextContinuationToken
  } while (token !== undefined)
}

/** @throws Failure */
export async function objectBody(
  client: LogStore,
  bucket: string,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  const { Body } = await client
    .send(new GetObjectCommand({ Bucket: bucket, Key: key }), signal ? { abortSignal: signal } : {})
    .catch(refused('s3:GetObject', signal))
  return Body as Readable
}

/** @param action IAM's name of the call */
const refused =
  (action: string, signal: AbortSignal | undefined) =>
  (error: unknown): never => {
    signal?.throwIfAborted()
    const fault = faultOf(error)
    throw fault === null ? error : awsFailure(fault, action, error as Error, 'rimlight logs report')
  }
