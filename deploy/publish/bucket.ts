/** The bucket that is published to: lists it, looks at objects, uploads files. */
import { createReadStream } from 'node:fs'
import { Transform } from 'node:stream'
import {
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { compareKeys } from '../../base/compare-keys.ts'
import { regionIn } from '../aws/bucket-region.ts'
import type { FoundObject, WantedObject } from './change.ts'
import { PIECE_BYTES } from './fingerprint.ts'
import { isNotFound, notOfS3, publishFailure } from './refusals.ts'

export type BucketClient = {
  /**
   * What a listing tells of these keys. It has to be the first request, since it finds the bucket's region.
   * @param keys in `compareKeys` order
   * @returns for each key; `undefined` for those that were not reached
   */
  list(prefix: string, keys: readonly string[]): Promise<(key: string) => FoundObject | undefined>
  look(key: string): Promise<FoundObject>
  /**
   * Uploads a file's bytes; S3 takes them if they have the sha256 that was told, all or nothing.
   * @throws FileChanged if the file has become shorter; what the system throws if it can't be read; what S3 throws:
   *   BadDigest if it has other bytes
   */
  upload(key: string, file: string, wanted: WantedObject, sent: (bytes: number) => void): Promise<void>
  close(): void
}

/** The file has changed since it was hashed. */
class FileChanged extends Error {
  override name = 'FileChanged'
}

/**
 * A page of a listing costs as much as a look at a dozen objects (Amazon S3 Pricing: LIST 0.005, HEAD 0.0004 USD per
 * 1,000). Where a few files go into a bucket of very many objects, looking at each file's own is cheaper than listing
 * all.
 */
const pagesWorthwhile = (keys: number): number => 10 + Math.ceil(keys / 10)

/** Milliseconds: to connect, and without a byte in either direction. */
const CONNECTING = 10_000
const SILENCE = 60_000

const quiet = () => {}
/** Without a logger, the SDK prints a warning for each stream, since it can't send one again. */
const LOGGER = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet }

const settingsFor = (concurrency: number): S3ClientConfig => ({
  maxAttempts: 5,
  logger: LOGGER,
  // An endpoint of one's own has no host name for each bucket; origin-response does the same.
  forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL),
  // The listing before has shown that bucket and credentials are right.
  expectContinueHeader: false,
  requestHandler: {
    connectionTimeout: CONNECTING,
    socketTimeout: SILENCE,
    httpsAgent: { keepAlive: true, maxSockets: concurrency },
    httpAgent: { keepAlive: true, maxSockets: concurrency },
  },
})

/** @param region `undefined`: as the environment says; S3 corrects it either way */
export async function openBucket(
  name: string,
  options: { region: string | undefined; concurrency: number; signal: AbortSignal },
): Promise<BucketClient> {
  const { signal } = options
  const settings = settingsFor(options.concurrency)
  let region = options.region ?? (await configuredRegion())
  let client = new S3Client({ ...settings, region })

  const listPage: ListPage = async (page) => {
    const command = new ListObjectsV2Command({ Bucket: name, EncodingType: 'url', ...page })
    try {
      return await client.send(command, { abortSignal: signal })
    } catch (error) {
      const actual = regionIn(error)
      if (actual === undefined || actual === region) throw error
      region = actual
      client.destroy()
      client = new S3Client({ ...settings, region })
      return await client.send(command, { abortSignal: signal })
    }
  }

  return {
    list: (prefix, keys) => listed(name, prefix, keys, listPage),

    async look(key) {
      const command = new HeadObjectCommand({ Bucket: name, Key: key, ChecksumMode: 'ENABLED' })
      try {
        return foundObject(await client.send(command, { abortSignal: signal }))
      } catch (error) {
        if (isNotFound(error)) return { kind: 'none' }
        throw publishFailure(error, 's3:GetObject', `${name}/${key}`)
      }
    },

    async upload(key, file, wanted, sent) {
      const body = wanted.bytes === 0 ? null : bodyOf(file, wanted.bytes, sent)
      // The SDK ignores an error of the body, and would wait for the rest of it.
      const broken = new AbortController()
      body?.once('error', () => broken.abort())
      try {
        const command = new PutObjectCommand({ Bucket: name, Key: key, Body: body ?? '', ...describedObject(wanted) })
        await client.send(command, { abortSignal: AbortSignal.any([signal, broken.signal]) })
      } catch (error) {
        throw body?.errored ?? error
      } finally {
        body?.destroy()
      }
    },

    close: () => client.destroy(),
  }
}

type Page = { Prefix: string; StartAfter?: string; ContinuationToken?: string }

type ListPage = (page: Page) => Promise<ListObjectsV2CommandOutput>

/** See `BucketClient.list`. */
async function listed(bucket: string, prefix: string, keys: readonly string[], listPage: ListPage) {
  const [first = '', last = ''] = [keys[0], keys.at(-1)]
  const wanted = new Set(keys)
  const sizes = new Map<string, number>()
  const before = [...first].slice(0, -1).join('')
  // A start that is no longer than the prefix leaves nothing out.
  let page: Page = { Prefix: prefix, ...(before.length > prefix.length ? { StartAfter: before } : {}) }
  /** The last key that was listed; `null`: all of `keys` have been reached. */
  let until: string | null = ''
  for (let pages = 0; until !== null && pages < pagesWorthwhile(keys.length); pages++) {
    const answer = await listPage(page).catch((error) => {
      throw publishFailure(error, 's3:ListBucket', bucket)
    })
    // The SDK reads any page of HTML as an empty listing.
    if (answer.Name === undefined) throw notOfS3(bucket, 200)
    for (const { Key = '', Size = 0 } of answer.Contents ?? []) {
      until = answer.EncodingType === 'url' ? decodedKey(Key) : Key
      if (wanted.has(until)) sizes.set(until, Size)
    }
    const token = answer.NextContinuationToken
    if (token === undefined || compareKeys(until ?? '', last) >= 0) until = null
    else page = { Prefix: prefix, ContinuationToken: token }
  }
  return (key: string): FoundObject | undefined => {
    const bytes = sizes.get(key)
    if (bytes !== undefined) return { kind: 'listed', bytes }
    return until === null || compareKeys(key, until) <= 0 ? { kind: 'none' } : undefined
  }
}

const foundObject = (object: HeadObjectCommandOutput): FoundObject => ({
  kind: 'object',
  bytes: object.ContentLength ?? 0,
  sha256: object.Metadata?.sha256,
  checksum: object.ChecksumType === 'COMPOSITE' ? undefined : hexOf(object.ChecksumSHA256),
  contentType: object.ContentType,
  cacheControl: object.CacheControl,
  contentEncoding: object.ContentEncoding,
  heicSha256: object.Metadata?.['heic-sha256'],
})

const describedObject = ({ bytes, sha256, contentType, cacheControl, heicSha256 }: WantedObject) => ({
  ContentLength: bytes,
  ContentType: contentType,
  ...(cacheControl === undefined ? {} : { CacheControl: cacheControl }),
  Metadata: { sha256, ...(heicSha256 === undefined ? {} : { 'heic-sha256': heicSha256 }) },
  ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
})

/** The environment's region, or us-east-1: that knows where any other bucket of its partition is. */
async function configuredRegion(): Promise<string> {
  const client = new S3Client({})
  try {
    return await client.config.region()
  } catch {
    return 'us-east-1'
  } finally {
    client.destroy()
  }
}

/** The first `bytes` bytes of a file; with fewer, an error: S3 would wait for the rest. */
function bodyOf(file: string, bytes: number, sent: (bytes: number) => void): Transform {
  let read = 0
  const counted = new Transform({
    transform(piece: Buffer, _, done) {
      read += piece.length
      sent(piece.length)
      done(null, piece)
    },
    flush(done) {
      done(read === bytes ? null : new FileChanged(`${file} has become shorter`))
    },
  })
  const source = createReadStream(file, { end: bytes - 1, highWaterMark: PIECE_BYTES })
  source.once('error', (error) => counted.destroy(error))
  counted.once('close', () => source.destroy())
  return source.pipe(counted)
}

const hexOf = (base64: string | undefined): string | undefined =>
  base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex')

/** ListObjectsV2 with `encoding-type=url`, which not every S3 heeds: as in a form, `+` is a space. */
const decodedKey = (key: string): string => decodeURIComponent(key.replace(/\+/g, '%20'))
