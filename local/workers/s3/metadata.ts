/** What is kept with an object: its headers, and what the bucket itself must remember of it. */
import { S3Error } from './s3-error.ts'

export type Metadata = {
  contentType: string
  contentLanguage?: string | undefined
  contentDisposition?: string | undefined
  contentEncoding?: string | undefined
  cacheControl?: string | undefined
  /** As received: S3 does not ask whether it is a date. */
  expires?: string | undefined
  /** By their whole names, such as `x-amz-meta-version`. */
  user: Record<string, string>
}

/** Where an object came from. `deleted`: it hides the file that was there. */
export type Source = 'upload' | 'file' | 'deleted'

export type StoredObject = {
  key: string
  /** Bytes. */
  size: number
  /** Hex, without quotes. */
  etag: string
  /** Milliseconds since 1970. */
  modified: number
  source: Source
  /** The version of the file that it was imported from, or that lay in the folder when it was uploaded; empty: none. */
  file: string
  checksum: { algorithm: string; value: string } | null
  metadata: Metadata
}

/** How a stored object came to be there. */
export type Remembered = Pick<StoredObject, 'modified' | 'source' | 'file' | 'checksum'>

/** The type of an object that was uploaded without one. S3 User Guide, "Working with object metadata". */
export const DEFAULT_TYPE = 'binary/octet-stream'

/** Of names, without their `x-amz-meta-`, and values: S3 User Guide, "Working with object metadata". */
const MAX_USER_BYTES = 2048

const USER = 'x-amz-meta-'

/** @throws S3Error for more user metadata than S3 takes */
export function metadataOf(headers: Headers): Metadata {
  const value = (name: string) => headers.get(name) ?? undefined
  const user = Object.fromEntries([...headers].filter(([name]) => name.startsWith(USER)))
  const bytes = Object.entries(user).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) - USER.length + Buffer.byteLength(value),
    0,
  )
  if (bytes > MAX_USER_BYTES) throw metadataTooLarge(bytes)
  return {
    contentType: value('content-type') ?? DEFAULT_TYPE,
    contentLanguage: value('content-language'),
    contentDisposition: value('content-disposition'),
    contentEncoding: withoutChunks(headers.get('content-encoding')),
    cacheControl: value('cache-control'),
    expires: value('expires'),
    user,
  }
}

export const metadataTooLarge = (bytes?: number): S3Error =>
  new S3Error('MetadataTooLarge', 'There is more user metadata than a bucket keeps.', {
    ...(bytes === undefined ? {} : { Size: String(bytes) }),
    MaxSizeAllowed: String(MAX_USER_BYTES),
  })

/** `aws-chunked` says how the body was sent, and is not kept with the object. */
function withoutChunks(encoding: string | null): string | undefined {
  const codings = (encoding ?? '').split(',').map((coding) => coding.trim())
  return codings.filter((coding) => coding !== '' && coding.toLowerCase() !== 'aws-chunked').join(',') || undefined
}

/** As R2 keeps both, beside the object. */
export type R2Metadata = { httpMetadata: R2HTTPMetadata; customMetadata: Record<string, string> }

export function toR2(metadata: Metadata, { modified, source, file, checksum }: Remembered): R2Metadata {
  const { user, expires, ...http } = metadata
  return {
    httpMetadata: defined(http),
    customMetadata: defined({
      ...user,
      modified: String(modified),
      source,
      file: file || undefined,
      checksum: checksum ? `${checksum.algorithm} ${checksum.value}` : undefined,
      expires,
    }),
  }
}

export function fromR2({ key, size, etag, httpMetadata = {}, customMetadata = {} }: R2Object): StoredObject {
  const { modified, source, file = '', checksum, expires } = customMetadata
  const [algorithm, value] = checksum?.split(' ') ?? []
  return {
    key,
    size,
    etag,
    modified: Number(modified),
    source: source as Source,
    file,
    checksum: algorithm && value ? { algorithm, value } : null,
    metadata: {
      ...httpMetadata,
      contentType: httpMetadata.contentType ?? DEFAULT_TYPE,
      expires,
      user: Object.fromEntries(Object.entries(customMetadata).filter(([name]) => name.startsWith(USER))),
    },
  }
}

const defined = <T>(values: Record<string, T | undefined>): Record<string, T> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined))
