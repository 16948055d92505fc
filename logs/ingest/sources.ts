/** Where logs are: files, folders with all that is in them, and prefixes of buckets, which are fetched first. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pMap from 'p-map'
import { InputError, systemMessage } from '../../base/errors.ts'
import { optional } from '../../base/optional-package.ts'

export type SourceOptions = {
  /** A folder for what is fetched. */
  folder: string
  signal?: AbortSignal | undefined
  /** @param total objects, as far as they are listed */
  onFetch?: ((done: number, total: number) => void) | undefined
}

/** Objects that are fetched at a time. */
const FETCHES = 16

/** By the path of each file, what to call it: an object that was fetched is called by its URL. */
export type LogFiles = Map<string, string>

/** @throws InputError for a name that is none; Failure for what S3 does not give */
export async function logFiles(names: readonly string[], options: SourceOptions): Promise<LogFiles> {
  const found: LogFiles = new Map()
  for (const name of new Set(names)) {
    if (name.startsWith('s3://')) await fetch(name, found, options)
    else for (const path of await filesAt(name)) found.set(path, path)
  }
  return found
}

/** What is hidden is left out: a download that is under way, a list of a desktop. */
async function filesAt(name: string): Promise<string[]> {
  const { isFolder } = await stat(name).then(
    (found) => ({ isFolder: found.isDirectory() }),
    (cause) => {
      throw new InputError(
        `expected a log file, a folder or s3://BUCKET/PREFIX, found none (${systemMessage(cause)})`,
        {
          code: 'no-logs',
          expected: 'a log file, a folder or s3://BUCKET/PREFIX',
          found: name,
          cause,
        },
      )
    },
  )
  return isFolder ? (await filesBelow(name)).toSorted() : [name]
}

/** All files in it, also those that can't be read: reading them reports that. Links to folders are not followed. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return [folder]
  const found: string[] = []
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) found.push(...(await filesBelow(path)))
    else if (!entry.isSymbolicLink() || !(await isFolderAt(path))) found.push(path)
  }
  return found
}

const isFolderAt = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

async function fetch(url: string, found: LogFiles, { folder, signal, onFetch }: SourceOptions): Promise<void> {
  const { objectBody, objectsBelow, s3Client, s3LocationOf } = await optional(
    'reading logs from a bucket',
    ['@aws-sdk/client-s3'],
    () => import('../s3.ts'),
  )
  const location = s3LocationOf(url)
  const { bucket } = location
  const client = s3Client()
  try {
    const keys: string[] = []
    for await (const page of objectsBelow(client, location, signal)) {
      keys.push(...page.map(({ key }) => key))
      onFetch?.(0, keys.length)
    }
    const target = await mkdtemp(join(folder, 'fetched-'))
    let done = 0
    await pMap(
      keys,
      async (key, index) => {
        const path = join(target, `${index}-${key.replace(/[^\w.-]/g, '_').slice(-120)}`)
        // In the order of the keys, whichever comes first.
        found.set(path, `s3://${bucket}/${key}`)
        const body = await objectBody(client, bucket, key, signal)
        await pipeline(body, createWriteStream(path), signal ? { signal } : {})
        done += 1
        onFetch?.(done, keys.length)
      },
      { concurrency: FETCHES, ...(signal && { signal }) },
    )
  } finally {
    client.destroy()
  }
}
