/** What stands for the buckets of a site: objects that a test gives, or a folder. */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import { InputError } from '../base/errors.ts'
import { mediaTypeOfFile } from '../base/media-type.ts'
import type { HeaderLine } from '../local/protocol/messages.ts'

/** An object with more to it than its bytes. */
export type MockedObject = {
  body: Uint8Array | string
  /** Default: by the key's extension; none for an extension that nobody knows. */
  contentType?: string
  /** Default: none, so that the route's own lifetime counts. */
  cacheControl?: string
  /** Default: when the handlers were made. Of a folder, the file's own. */
  lastModified?: Date
  /** `x-amz-meta-…`, by their names without that: `{ version: '7' }`. */
  metadata?: Record<string, string>
}

/** By key, as S3 has it; or the path of a folder, whose files are read when they are asked for. */
export type MockedBucket = Record<string, Uint8Array | string | MockedObject> | string

export type KeptObject = { body: Uint8Array; headers: HeaderLine[] }

export type MockedStore = {
  get(key: string): Promise<KeptObject | null>
  /** An upload. @throws Error where it is a folder */
  put(key: string, object: MockedObject): void
  /** @throws Error where it is a folder */
  delete(key: string): void
}

export function mockedStore(name: string, bucket: MockedBucket): MockedStore {
  if (typeof bucket === 'string') return folderStore(name, bucket)
  const made = new Date()
  const objects = new Map(Object.entries(bucket).map(([key, object]) => [key, stored(key, object, made)]))
  return {
    get: async (key) => objects.get(key) ?? null,
    put: (key, object) => objects.set(key, stored(key, object, new Date())),
    delete: (key) => objects.delete(key),
  }
}

function folderStore(name: string, folder: string): MockedStore {
  const root = resolve(folder)
  const readOnly = (): never => {
    const expected = `objects of the bucket ${name} in memory, which can be changed`
    throw new InputError(`expected ${expected}, found the folder ${folder}`, { code: 'folder-read-only', expected })
  }
  return {
    async get(key) {
      const path = resolve(root, key)
      const below = relative(root, path)
      // A key is no path: none leads out of the folder.
      if (below === '' || below.startsWith('..') || isAbsolute(below) || key.includes('\0')) return null
      const found = await stat(path).catch(() => null)
      if (!found?.isFile()) return null
      return stored(key, await readFile(path), found.mtime)
    },
    put: readOnly,
    delete: readOnly,
  }
}

function stored(key: string, object: Uint8Array | string | MockedObject, made: Date): KeptObject {
  const given = typeof object === 'string' || object instanceof Uint8Array ? { body: object } : object
  const { contentType = mediaTypeOfFile(key), cacheControl, lastModified = made, metadata = {} } = given as MockedObject
  const body = typeof given.body === 'string' ? Buffer.from(given.body) : given.body
  const headers: HeaderLine[] = [
    // As S3 has it of what is uploaded in one piece.
    ['etag', `"${createHash('md5').update(body).digest('hex')}"`],
    ['last-modified', lastModified.toUTCString()],
    ['content-length', `${body.length}`],
    ['content-type', contentType ?? 'binary/octet-stream'],
    ['accept-ranges', 'bytes'],
    ['server', 'AmazonS3'],
    ...(cacheControl === undefined ? [] : [['cache-control', cacheControl] as HeaderLine]),
    ...Object.entries(metadata).map(([name, value]): HeaderLine => [`x-amz-meta-${name.toLowerCase()}`, value]),
  ]
  return { body, headers }
}
