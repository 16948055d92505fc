/** The keys of a bucket, in order: those of R2 and, where there is one, those of the folder. */

import type { FileEntry } from '../../protocol/folder-messages.ts'
import { compareKeys } from '../../protocol/listing.ts'
import type { Bucket } from './environment.ts'
import { filesOf } from './files.ts'
import { fromR2, type StoredObject } from './metadata.ts'
import { folderOf, isCurrent } from './object-store.ts'

export type Listed = {
  key: string
  /** Bytes. */
  size: number
  /** Milliseconds since 1970. */
  modified: number
  /** `null`: of a file that has not been imported as it is now. */
  etag: string | null
}

/** @returns what reads on after a key, in pieces; nothing at the end */
export async function listedKeys(bucket: Bucket, prefix: string): Promise<(after: string) => Promise<Listed[]>> {
  const folder = folderOf(bucket)
  const files = folder ? (await filesOf(folder)).filter(({ key }) => key.startsWith(prefix)) : []
  return async (after) => {
    for (let from = after; ; ) {
      const { objects, truncated } = await bucket.r2.list({
        prefix,
        startAfter: from,
        include: ['httpMetadata', 'customMetadata'],
      })
      const until = truncated ? (objects.at(-1)?.key ?? null) : null
      const listed = merged(objects.map(fromR2), filesBetween(files, from, until))
      if (listed.length > 0 || until === null) return listed
      // All of them were hidden.
      from = until
    }
  }
}

const filesBetween = (files: readonly FileEntry[], after: string, until: string | null): FileEntry[] =>
  files.filter(({ key }) => compareKeys(key, after) > 0 && (until === null || compareKeys(key, until) <= 0))

/** As `objectOf` decides, without the import. */
function merged(stored: readonly StoredObject[], files: readonly FileEntry[]): Listed[] {
  const byKey = new Map<string, Listed>()
  const fileOf = new Map(files.map((file) => [file.key, file]))
  for (const object of stored) {
    const file = fileOf.get(object.key) ?? null
    if (!isCurrent(object, file)) continue
    fileOf.delete(object.key)
    if (object.source !== 'deleted') byKey.set(object.key, object)
  }
  for (const { key, size, modified } of fileOf.values()) byKey.set(key, { key, size, modified, etag: null })
  return [...byKey.values()].toSorted((one, other) => compareKeys(one.key, other.key))
}
