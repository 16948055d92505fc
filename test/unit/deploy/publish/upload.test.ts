import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { BucketClient } from '../../../../deploy/publish/bucket.ts'
import type { WantedObject } from '../../../../deploy/publish/change.ts'
import { UPLOAD_TRIES, uploadFile } from '../../../../deploy/publish/upload.ts'
import { temporaryFolder } from '../../local/fixture.ts'

const error = (name: string, rest: object = {}) => Object.assign(new Error(`it is ${name}`), { name, ...rest })
const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode }, $fault: 'client' })
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A file, and a bucket that does one thing after the other; the last goes on. */
async function trying(...happens: ((file: string) => Error | null | Promise<Error | null>)[]) {
  const file = join(await temporaryFolder(), 'a.txt')
  await writeFile(file, 'one')
  const wanted: WantedObject = { sha256: sha256('one'), bytes: 3, contentType: 'text/plain', cacheControl: undefined }
  const uploads: WantedObject[] = []
  const pauses: number[] = []
  const sent: number[] = []
  const bucket: BucketClient = {
    list: () => Promise.reject(new Error('not asked for')),
    look: () => Promise.reject(new Error('not asked for')),
    close() {},
    async upload(_key, _file, tried, count) {
      const happen = happens[Math.min(uploads.length, happens.length - 1)]
      uploads.push(tried)
      count(2)
      const failure = await happen?.(file)
      if (failure) throw failure
      count(1)
    },
  }
  const controller = new AbortController()
  const pause = async (milliseconds: number) => void pauses.push(milliseconds)
  const upload = uploadFile(
    bucket,
    { key: 'a.txt', file, wanted, location: 'photos/a.txt' },
    { signal: controller.signal, sent: (bytes) => sent.push(bytes), pause },
  )
  const result = await upload.then(
    (stored) => ({ stored }),
    (thrown: Error) => ({ thrown }),
  )
  return { ...result, uploads, pauses, sent, file }
}

it.each([
  ['SlowDown', error('SlowDown', status(503))],
  ['too many requests', error('TooManyRequests', status(429))],
  ['a timeout of S3', error('RequestTimeout', status(400))],
  ['a connection that broke', error('Error', { code: 'ECONNRESET' })],
  ['a timeout of the SDK', error('TimeoutError')],
])('%s passes: it is tried again', async (_, failure) => {
  const { stored, uploads, pauses, sent } = (await trying(
    () => failure,
    () => failure,
    () => null,
  )) as { stored?: WantedObject; uploads: WantedObject[]; pauses: number[]; sent: number[] }
  expect(stored).toMatchObject({ sha256: sha256('one') })
  expect(uploads).toHaveLength(3)
  expect(pauses).toHaveLength(2)
  expect(pauses[0]).toBeGreaterThanOrEqual(100)
  expect(pauses[1]).toBeLessThanOrEqual(400)
  // What a try has sent does not count for the next.
  expect(sent).toEqual([0, 2, 0, 2, 0, 2, 3])
})

it('what does not pass ends it', async () => {
  const found = await trying(() => error('Error', { code: 'ENOTFOUND' }))
  expect(found).toMatchObject({
    thrown: { name: 'Failure', message: "S3 can't be reached for photos/a.txt (it is Error)" },
  })
  expect(found.uploads).toHaveLength(UPLOAD_TRIES)
})

it.each<[string, Error, string]>([
  [
    'a refusal',
    error('InvalidStorageClass', status(400)),
    'S3 refused s3:PutObject on photos/a.txt (InvalidStorageClass: it is InvalidStorageClass, status 400)',
  ],
  ['a file that can not be read', error('Error', { syscall: 'open', code: 'EACCES' }), 'it is Error'],
])('%s: not tried again', async (_, failure, message) => {
  const found = await trying(() => failure)
  expect(found).toMatchObject({ thrown: { name: 'Failure', message }, pauses: [] })
  expect(found.uploads).toHaveLength(1)
})

it.each(['BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody', 'FileChanged'])(
  '%s: the file is looked at again',
  async (name) => {
    const found = await trying(
      async (file) => {
        await writeFile(file, 'another')
        return error(name, status(400))
      },
      () => null,
    )
    expect(found).toMatchObject({
      stored: { sha256: sha256('another'), bytes: 7, contentType: 'text/plain; charset=utf-8' },
      pauses: [],
    })
    expect(found.uploads.map((tried) => tried.bytes)).toEqual([3, 7])
  },
)

it('a file that never holds still is left', async () => {
  const found = await trying(() => error('BadDigest', status(400)))
  const message = `${found.file} changes while it is read; publish it when it has come to rest`
  expect(found).toMatchObject({ thrown: { name: 'Failure', message } })
  expect(found.uploads).toHaveLength(4)
})

it('a fault of ours stays what it is', async () => {
  const fault = new TypeError('undefined is not a function')
  expect(await trying(() => fault)).toMatchObject({ thrown: fault })
})
