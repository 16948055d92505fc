/** Compares a folder with a bucket, and uploads what the bucket lacks. */
import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import pMap from 'p-map'
import { compareKeys } from '../../base/compare-keys.ts'
import { InputError, joinedError } from '../../base/errors.ts'
import { imageTypeOf } from '../../edge/image-type.ts'
import { type BucketClient, openBucket } from './bucket.ts'
import { changeOf, changeOfHeic, type ObjectChange, type WantedObject } from './change.ts'
import { contentTypeOf } from './content-type.ts'
import type { HeicConverter } from './convert-heic.ts'
import { filesIn, type LeftOut } from './files.ts'
import { readFileOnce } from './fingerprint.ts'
import { uploadProblems } from './keys.ts'
import type { PublishOptions } from './options.ts'
import { type Pause, pause as realPause, uploadFile } from './upload.ts'

/** `isHeic`: to be converted; and `isLeft`, if it could not be. */
export type Compared = {
  path: string
  key: string
  wanted: WantedObject
  change: Decided
  isHeic?: true
  isLeft?: true
}

/** What comparing comes to, once the object's own headers have been read where the listing left it open. */
type Decided = Exclude<ObjectChange, { kind: 'unknown' }>

export type PublishOutcome = {
  /** All files, in the order of their paths, as they are in the bucket, or would be. */
  files: Compared[]
  leftOut: LeftOut[]
}

/** How far it is. `bytes` may pass `totalBytes` where a file has grown meanwhile. */
export type PublishStep =
  | { step: 'looking' }
  | { step: 'comparing'; done: number; total: number }
  | { step: 'uploading'; done: number; total: number; bytes: number; totalBytes: number }

export type PublishContext = {
  /** Of the bucket, where a bundle says so. */
  region: string | undefined
  signal: AbortSignal
  tell(step: PublishStep): void
  /** Absent: HEIC files stay as they are. */
  convertHeic?: HeicConverter | undefined
  /** For tests. */
  pause?: Pause
}

/**
 * Uploads what is new or has changed; nothing is ever deleted. Whatever ends it, what was uploaded stays, whole, and
 * the next run finds it there.
 * @throws InputError for what can't be published, before anything is; Failure for what S3 refuses
 */
export async function publish(options: PublishOptions, context: PublishContext): Promise<PublishOutcome> {
  const { destination, concurrency } = options
  context.tell({ step: 'looking' })
  const { files, leftOut } = await filesIn(options.folder, options.manifest)
  const problems = uploadProblems(files, destination.prefix)
  if (problems.length > 0) throw joinedError(problems)

  // What goes wrong with one file ends all the others.
  const failed = new AbortController()
  const signal = AbortSignal.any([context.signal, failed.signal])
  // Each request and each file that is read listens.
  setMaxListeners(0, signal)
  const bucket = await openBucket(destination.bucket, { region: context.region, concurrency, signal })
  const rest = { ...context, signal }
  try {
    const compared = await compare(
      bucket,
      files.map(({ path }) => path),
      options,
      rest,
    )
    return { files: options.isDryRun ? compared : await upload(bucket, compared, options, rest), leftOut }
  } finally {
    failed.abort()
    bucket.close()
  }
}

/** Compares files with objects. An object's HEAD is read only where its listed size is the file's: otherwise they differ anyway. */
async function compare(
  bucket: BucketClient,
  paths: readonly string[],
  { folder, destination, cacheControl, concurrency }: PublishOptions,
  { signal, tell, convertHeic }: PublishContext,
): Promise<Compared[]> {
  const { prefix } = destination
  const listed = await bucket.list(prefix, paths.map((path) => prefix + path).toSorted(compareKeys))
  let done = 0
  const compareOne = async (path: string): Promise<Compared> => {
    const key = prefix + path
    const { fingerprint, beginning } = await readFileOnce(join(folder, path), signal).catch((cause) => {
      throw signal.aborted ? cause : unreadable(path, cause)
    })
    const wanted = { ...fingerprint, contentType: contentTypeOf(path, beginning), cacheControl }
    if (convertHeic && imageTypeOf(beginning) === HEIC) {
      const { change, ...made } = changeOfHeic(wanted, await bucket.look(key))
      tell({ step: 'comparing', done: ++done, total: paths.length })
      return { path, key, ...made, change: change as Decided, isHeic: true }
    }
    const atFirst = changeOf(wanted, listed(key) ?? { kind: 'listed', bytes: wanted.bytes })
    const change = atFirst.kind === 'unknown' ? changeOf(wanted, await bucket.look(key)) : atFirst
    tell({ step: 'comparing', done: ++done, total: paths.length })
    return { path, key, wanted, change: change as Decided }
  }
  return pMap(paths, compareOne, { concurrency, signal })
}

/** The type that a HEIC has by its bytes, whatever its file is called. */
const HEIC = 'image/heic'

const unreadable = (path: string, cause: Error): InputError =>
  new InputError(`expected to read ${path}: ${cause.message}`, {
    code: 'not-readable',
    expected: `to read ${path}`,
    found: cause.message,
    cause,
  })

async function upload(
  bucket: BucketClient,
  compared: readonly Compared[],
  { folder, destination, concurrency }: PublishOptions,
  { signal, tell, convertHeic, pause = realPause }: PublishContext,
): Promise<Compared[]> {
  const changed = compared.filter(({ change }) => change.kind !== 'same')
  const totalBytes = bytesOf(changed)
  let done = 0
  let bytes = 0
  const say = () => tell({ step: 'uploading', done, total: changed.length, bytes, totalBytes })
  if (changed.length > 0) say()
  const stored = new Map<Compared, Pick<Compared, 'wanted' | 'isLeft'>>()
  await pMap(
    changed,
    async (one) => {
      const { path, key, wanted } = one
      let before = 0
      const sent = (total: number) => {
        bytes += total - before
        before = total
        say()
      }
      const location = `${destination.bucket}/${key}`
      const file = join(folder, path)
      const converted = one.isHeic && (await convertHeic?.(file, signal))
      const { fingerprint, contentType } = converted || { contentType: wanted.contentType }
      const source = converted
        ? {
            file: converted.file,
            wanted: { ...wanted, ...fingerprint, contentType, heicSha256: wanted.heicSha256 ?? wanted.sha256 },
          }
        : { file, wanted }
      try {
        const there = await uploadFile(bucket, { key, ...source, location }, { signal, sent, pause })
        stored.set(one, { wanted: there, ...(one.isHeic && !converted ? { isLeft: true } : {}) })
      } finally {
        if (converted) await converted.remove()
      }
      done++
      say()
    },
    { concurrency, signal },
  )
  return compared.map((one) => ({ ...one, ...stored.get(one) }))
}

export const bytesOf = (files: readonly Compared[]): number => files.reduce((sum, { wanted }) => sum + wanted.bytes, 0)
