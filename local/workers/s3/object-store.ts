/** The objects of a bucket: what was uploaded, and what lies in the folder behind it. */

import type { FileStat } from '../../protocol/folder-messages.ts'
import { written } from './disk-patience.ts'
import type { Bucket } from './environment.ts'
import { contentOf, fileOf, type ServedFolder } from './files.ts'
import {
  DEFAULT_TYPE,
  fromR2,
  type Metadata,
  type R2Metadata,
  type Remembered,
  type StoredObject,
  toR2,
} from './metadata.ts'
import { isRefusal } from './r2-error.ts'
import { S3Error } from './s3-error.ts'

/** How often a file may change while it is imported before the request fails. */
const ATTEMPTS = 5

/**
 * The object that a key has now. A file in the folder is imported when it is first asked for and whenever it has
 * changed since; an upload hides the file until then.
 */
export async function objectOf(bucket: Bucket, key: string): Promise<StoredObject | null> {
  const folder = folderOf(bucket)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stored = await storedUnder(bucket, key)
    if (!folder) return stored
    const file = await fileOf(folder, key)
    if (isCurrent(stored, file)) return stored.source === 'deleted' ? null : stored
    if (!file) {
      if (stored) await hide(bucket, stored, '')
      return null
    }
    const imported = await importFile(bucket, folder, stored, key)
    if (imported) return imported
  }
  throw new S3Error('ServiceUnavailable', 'The file behind the object could not be read whole: it may be changing.')
}

/** Whether a stored object is what its key has now: its file is as it was then, or it was uploaded and has none. */
export const isCurrent = (stored: StoredObject | null, file: FileStat | null): stored is StoredObject =>
  stored !== null && (file ? stored.file === file.version : stored.source !== 'file')

/** @returns `null` if the file or the stored object changed meanwhile */
async function importFile(
  { r2 }: Bucket,
  folder: ServedFolder,
  stored: StoredObject | null,
  key: string,
): Promise<StoredObject | null> {
  try {
    const content = await contentOf(folder, key)
    if (!content) return null
    const remembered: Remembered = { modified: content.modified, source: 'file', file: content.version, checksum: null }
    const options = {
      ...toR2({ contentType: content.contentType ?? DEFAULT_TYPE, user: {} }, remembered),
      onlyIf: stillAs(stored),
    }
    const source = { length: content.size, bytes: content.body }
    const imported = await pour(source, (value) => r2.put(key, value, options))
    return imported && fromR2(imported)
  } catch (error) {
    // Any other error is of the connection, which the host breaks off when the file shrinks while it is read.
    if (error instanceof S3Error || isRefusal(error)) throw error
    return null
  }
}

/** The condition that the key has still this object, or still none. */
const stillAs = (stored: StoredObject | null): R2Conditional =>
  stored ? { etagMatches: stored.etag } : { etagDoesNotMatch: '*' }

async function storedUnder({ r2 }: Bucket, key: string): Promise<StoredObject | null> {
  const found = await r2.head(key)
  return found && fromR2(found)
}

export type Upload = {
  key: string
  metadata: Metadata
  /** Bytes. */
  length: number
  /** If it rejects, nothing is stored. */
  bytes: AsyncIterable<Uint8Array>
  checksum: StoredObject['checksum']
}

/** What R2 keeps beside the bytes of an upload. */
export async function uploadOptions(
  bucket: Bucket,
  { key, metadata, checksum }: Pick<Upload, 'key' | 'metadata' | 'checksum'>,
): Promise<R2Metadata> {
  const folder = folderOf(bucket)
  const file = folder ? await fileOf(folder, key) : null
  return toR2(metadata, { modified: bucket.clock.now(), source: 'upload', file: file?.version ?? '', checksum })
}

/**
 * @param over the object that must still be there, to be replaced; `null`: none may be there; `undefined`: no condition
 * @returns `null` if the condition does not hold
 */
export async function putObject(
  bucket: Bucket,
  upload: Upload,
  over?: StoredObject | null,
): Promise<StoredObject | null> {
  const options = await uploadOptions(bucket, upload)
  // R2 may have an object that does not count, such as one that marks a deletion: it is replaced all the same.
  const onlyIf = over === undefined ? {} : { onlyIf: stillAs(over ?? (await storedUnder(bucket, upload.key))) }
  const stored = await pour(upload, (value) => bucket.r2.put(upload.key, value, { ...options, ...onlyIf }))
  return stored && fromR2(stored)
}

/** Gives a body of known length to R2. Rejects with what the bytes reject with, or when R2 takes none for a while. */
export async function pour<T>(
  { length, bytes }: Pick<Upload, 'length' | 'bytes'>,
  store: (value: ReadableStream<Uint8Array> | Uint8Array) => Promise<T>,
): Promise<T> {
  if (length === 0) {
    for await (const _ of bytes);
    return written(store(new Uint8Array()), diskFull)
  }
  const { readable, writable } = new FixedLengthStream(length)
  const storing = store(readable)
  // R2 may refuse before the body is written, when nothing waits for `storing` yet.
  storing.catch(() => {})
  const writer = writable.getWriter()
  try {
    for await (const piece of bytes) await written(writer.write(piece), diskFull)
    await written(writer.close(), diskFull)
  } catch (error) {
    await writer.abort(error).catch(() => {})
    if (isDiskFull(error)) throw error
    await storing.catch((cause) => {
      // R2's own refusal is the reason; any other error of it only repeats that the body broke off.
      if (!(error instanceof S3Error) && isRefusal(cause)) throw cause
    })
    throw error
  }
  return written(storing, diskFull)
}

const diskFull = () =>
  new S3Error('ServiceUnavailable', 'The disk under the local bucket takes nothing more: it may be full.')

const isDiskFull = (error: unknown): boolean => error instanceof S3Error && error.code === 'ServiceUnavailable'

/** Nothing is removed from a folder: a file is hidden until it changes. */
export async function deleteObject(bucket: Bucket, key: string): Promise<void> {
  const folder = folderOf(bucket)
  const file = folder && (await fileOf(folder, key))
  if (file) await hide(bucket, { key }, file.version)
  else await bucket.r2.delete(key)
}

/** @param stored with an ETag: only if the key has still that object */
async function hide({ r2, clock }: Bucket, stored: { key: string; etag?: string }, file: string): Promise<void> {
  const hidden = r2.put(stored.key, new Uint8Array(), {
    ...toR2(
      { contentType: DEFAULT_TYPE, user: {} },
      { modified: clock.now(), source: 'deleted', file, checksum: null },
    ),
    ...(stored.etag === undefined ? {} : { onlyIf: { etagMatches: stored.etag } }),
  })
  await written(hidden, diskFull)
}

export const folderOf = ({ name, folder }: Bucket): ServedFolder | null => folder && { name, folder }
