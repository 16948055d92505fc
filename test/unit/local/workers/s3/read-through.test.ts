import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest'
import { temporaryFolder } from '../../fixture.ts'
import { BUCKET, type Buckets, startBuckets } from './fixture.ts'

let outside: string
let root: string
let buckets: Buckets

beforeAll(async () => {
  outside = await temporaryFolder()
  root = join(outside, 'photos')
  await mkdir(root)
  buckets = await startBuckets(root)
})
afterAll(() => buckets?.close())

const md5 = (text: string | Uint8Array) => createHash('md5').update(text).digest('hex')
const write = (key: string, text: string | Uint8Array) => writeFile(join(root, key), text)
const get = (Key: string, rest: object = {}) =>
  buckets.client.send(new GetObjectCommand({ Bucket: BUCKET, Key, ...rest }))
const head = (Key: string) => buckets.client.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))
const put = (Key: string, Body: string, rest: object = {}) =>
  buckets.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...rest }))
const remove = (Key: string) => buckets.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }))
const listed = async (Prefix: string) => {
  const { Contents = [] } = await buckets.client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }))
  return Contents.map(({ Key, Size, ETag }) => [Key, Size, ETag])
}

async function textOf(key: string): Promise<string | null> {
  try {
    return (await (await get(key)).Body?.transformToString()) ?? ''
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return null
    throw error
  }
}

describe('a file', () => {
  it('is an object', async () => {
    await write('a b+%é.jpg', 'picture')
    const modified = new Date('2026-01-02T03:04:05.678Z')
    await utimes(join(root, 'a b+%é.jpg'), modified, modified)
    for (const found of [await get('a b+%é.jpg'), await head('a b+%é.jpg')]) {
      expect(found).toMatchObject({
        ContentType: 'image/jpeg',
        ContentLength: 7,
        ETag: `"${md5('picture')}"`,
        LastModified: new Date('2026-01-02T03:04:05Z'),
        Metadata: {},
      })
    }
    expect(await textOf('a b+%é.jpg')).toBe('picture')
  })

  it('may be large, or empty', async () => {
    const bytes = Buffer.alloc(20_000_000, 'rimlight')
    await write('large.bin', bytes)
    expect(md5((await (await get('large.bin')).Body?.transformToByteArray()) ?? '')).toBe(md5(bytes))
    await write('empty.txt', '')
    expect(await head('empty.txt')).toMatchObject({ ContentLength: 0, ETag: `"${md5('')}"` })
    expect(await textOf('empty.txt')).toBe('')
  })

  it('is asked for at first in many ways at once', async () => {
    await write('crowd.txt', 'crowd')
    expect(await Promise.all(Array.from({ length: 20 }, () => textOf('crowd.txt')))).toEqual(Array(20).fill('crowd'))
  })

  it('has ranges and conditions', async () => {
    await write('ranged.txt', '0123456789')
    expect(await (await get('ranged.txt', { Range: 'bytes=2-3' })).Body?.transformToString()).toBe('23')
    const IfNoneMatch = `"${md5('0123456789')}"`
    await expect(get('ranged.txt', { IfNoneMatch })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } })
  })

  it('is seen at once when it is edited, whatever its time says', async () => {
    const same = new Date('2026-01-01')
    for (const text of ['first', 'other', 'third and longer']) {
      await write('edited.txt', text)
      await utimes(join(root, 'edited.txt'), same, same)
      expect(await textOf('edited.txt')).toBe(text)
      expect((await head('edited.txt')).ETag).toBe(`"${md5(text)}"`)
    }
  })

  it('is seen at once when it comes, goes, and comes again', async () => {
    expect(await textOf('coming.txt')).toBeNull()
    for (const text of ['first', 'second']) {
      await write('coming.txt', text)
      expect(await textOf('coming.txt')).toBe(text)
      await rm(join(root, 'coming.txt'))
      expect(await textOf('coming.txt')).toBeNull()
      await expect(head('coming.txt')).rejects.toMatchObject({ name: 'NotFound' })
    }
  })

  it('has the ETag of the very bytes that are given, while it is being written too', async () => {
    const texts = [Buffer.alloc(3_000_000, 'a'), Buffer.alloc(2_000_000, 'b'), Buffer.alloc(500_000, 'c')]
    const path = join(root, 'busy.bin')
    await writeFile(path, texts[0] ?? '')
    let isWriting = true
    const writing = (async () => {
      for (let turn = 0; isWriting; turn++) await writeFile(path, texts[turn % texts.length] ?? '')
    })()
    try {
      for (let turn = 0; turn < 30; turn++) {
        const outcome = await get('busy.bin').catch((error: Error) => error)
        // What is written all the time may not stand still long enough, and S3 has a word for that.
        if (outcome instanceof Error) expect(outcome.name).toBe('ServiceUnavailable')
        else expect(`"${md5((await outcome.Body?.transformToByteArray()) ?? '')}"`).toBe(outcome.ETag)
      }
    } finally {
      isWriting = false
      await writing
    }
    expect(Number((await head('busy.bin')).ContentLength)).toBeGreaterThan(0)
  })

  it('is copied', async () => {
    await write('source.txt', 'source')
    await buckets.client.send(
      new CopyObjectCommand({ Bucket: BUCKET, Key: 'target.txt', CopySource: `${BUCKET}/source.txt` }),
    )
    expect(await textOf('target.txt')).toBe('source')
    expect((await head('target.txt')).ContentType).toBe('text/plain')
  })
})

describe('never an object', () => {
  it.each(['../secret.txt', '/../secret.txt', 'sub/../../secret.txt', 'link.txt', 'linked/secret.txt', '.env'])(
    '%s',
    async (key) => {
      await writeFile(join(outside, 'secret.txt'), 'secret')
      await write('.env', 'secret')
      await symlink(join(outside, 'secret.txt'), join(root, 'link.txt')).catch(() => {})
      await symlink(outside, join(root, 'linked')).catch(() => {})
      expect(await textOf(key)).toBeNull()
      expect(await listed('')).not.toContainEqual([key, 6, expect.anything()])
    },
  )
})

describe('an upload', () => {
  afterEach(async () => {
    // Nothing is ever written into the folder.
    for (const name of await readdir(root)) {
      if (name.startsWith('up-')) expect(await readFile(join(root, name), 'utf8')).toMatch(/^file/)
    }
  })

  it('stays beside the files', async () => {
    await put('up-alone.txt', 'upload', { Metadata: { a: 'b' } })
    expect(await textOf('up-alone.txt')).toBe('upload')
    expect((await head('up-alone.txt')).Metadata).toEqual({ a: 'b' })
    expect(await readdir(root)).not.toContain('up-alone.txt')
  })

  it('hides the file until that changes', async () => {
    await write('up-over.txt', 'file')
    expect(await textOf('up-over.txt')).toBe('file')
    await put('up-over.txt', 'upload')
    expect(await textOf('up-over.txt')).toBe('upload')
    await write('up-over.txt', 'file again')
    expect(await textOf('up-over.txt')).toBe('file again')
  })

  it('hides a file that nobody has asked for, and that is from the future', async () => {
    await write('up-future.txt', 'file')
    const future = new Date(Date.now() + 86_400_000)
    await utimes(join(root, 'up-future.txt'), future, future)
    await put('up-future.txt', 'upload')
    expect(await textOf('up-future.txt')).toBe('upload')
  })

  it('is hidden by a file that comes later, and outlasts one that goes', async () => {
    await put('up-later.txt', 'upload')
    await write('up-later.txt', 'file')
    expect(await textOf('up-later.txt')).toBe('file')
    await put('up-later.txt', 'upload again')
    await rm(join(root, 'up-later.txt'))
    expect(await textOf('up-later.txt')).toBe('upload again')
  })

  it('knows of files where it must not overwrite', async () => {
    await write('up-once.txt', 'file')
    await expect(put('up-once.txt', 'upload', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
    await put('up-once.txt', 'upload', { IfMatch: `"${md5('file')}"` })
    expect(await textOf('up-once.txt')).toBe('upload')
    await remove('up-once.txt')
    await put('up-once.txt', 'upload again', { IfNoneMatch: '*' })
    expect(await textOf('up-once.txt')).toBe('upload again')
  })

  it('is not lost to the import of a file at the same time', async () => {
    await write('up-race.txt', 'file')
    await Promise.all([textOf('up-race.txt'), put('up-race.txt', 'upload'), textOf('up-race.txt')])
    expect(await textOf('up-race.txt')).toBe('upload')
  })
})

describe('a deletion', () => {
  it('hides the file until that changes', async () => {
    await write('deleted.txt', 'file')
    await remove('deleted.txt')
    expect(await textOf('deleted.txt')).toBeNull()
    expect(await listed('deleted')).toEqual([])
    expect(await readFile(join(root, 'deleted.txt'), 'utf8')).toBe('file')
    await write('deleted.txt', 'file again')
    expect(await textOf('deleted.txt')).toBe('file again')
  })

  it('of an upload leaves nothing of it', async () => {
    await put('gone.txt', 'upload')
    await remove('gone.txt')
    expect(await textOf('gone.txt')).toBeNull()
    await write('gone.txt', 'file')
    expect(await textOf('gone.txt')).toBe('file')
  })
})

test('a list has files and uploads, as they would be given', async () => {
  await mkdir(join(root, 'list', 'sub'), { recursive: true })
  for (const name of ['asked', 'changed', 'deleted', 'fresh', 'gone', 'over', 'sub/deep'])
    await write(`list/${name}`, name)
  for (const name of ['asked', 'changed', 'gone']) await textOf(`list/${name}`)
  await write('list/changed', 'changed since')
  await rm(join(root, 'list', 'gone'))
  await put('list/over', 'uploaded over')
  await put('list/upload', 'upload')
  await remove('list/deleted')
  const expected = Object.entries({
    asked: 'asked',
    changed: 'changed since',
    fresh: 'fresh',
    over: 'uploaded over',
    'sub/deep': 'sub/deep',
    upload: 'upload',
  }).map(([name, text]) => [`list/${name}`, text.length, `"${md5(text)}"`])
  expect(await listed('list/')).toEqual(expected)
  for (const [key, , etag] of expected) expect((await head(String(key))).ETag).toBe(etag)
  const { CommonPrefixes } = await buckets.client.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'list/', Delimiter: '/', StartAfter: 'list/over' }),
  )
  expect(CommonPrefixes).toEqual([{ Prefix: 'list/sub/' }])
})

test('a list has the ETags of more files than may be open at once', async () => {
  await mkdir(join(root, 'crowd'))
  const names = Array.from({ length: 100 }, (_, index) => `crowd/${String(index).padStart(3, '0')}`)
  await Promise.all(names.map((name) => write(name, name)))
  expect(await listed('crowd/')).toEqual(names.map((name) => [name, name.length, `"${md5(name)}"`]))
})

test('a list goes on over pages of files and uploads', async () => {
  await mkdir(join(root, 'pages'))
  const names = Array.from({ length: 230 }, (_, index) => `pages/${String(index).padStart(3, '0')}`)
  await Promise.all(names.map((name, index) => (index % 3 === 0 ? put(name, 'upload') : write(name, 'file'))))
  await Promise.all(names.slice(50, 90).map(remove))
  const found: unknown[] = []
  let token: string | undefined
  do {
    const page = await buckets.client.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'pages/', MaxKeys: 37, ContinuationToken: token }),
    )
    found.push(...(page.Contents ?? []).map(({ Key }) => Key))
    token = page.NextContinuationToken
  } while (token)
  expect(found).toEqual([...names.slice(0, 50), ...names.slice(90)])
})
