import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { BUCKET, type Buckets, CREDENTIALS, OTHER_BUCKET, REGION, startBuckets } from './fixture.ts'

let buckets: Buckets
let client: S3Client

beforeAll(async () => {
  buckets = await startBuckets()
  client = buckets.client
})
afterAll(() => buckets?.close())

const md5 = (text: string | Uint8Array) => createHash('md5').update(text).digest('hex')

const put = (Key: string, Body: PutObjectCommandInput['Body'] = 'text', rest: Partial<PutObjectCommandInput> = {}) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...rest }))
const get = (Key: string, rest: object = {}) => client.send(new GetObjectCommand({ Bucket: BUCKET, Key, ...rest }))
const head = (Key: string, rest: object = {}) => client.send(new HeadObjectCommand({ Bucket: BUCKET, Key, ...rest }))
const textOf = async (Key: string) => (await get(Key)).Body?.transformToString()

describe('a key survives: put, get, head, copy, delete', () => {
  it.each([
    'a.jpg',
    'folder/a b.jpg',
    'a+b',
    '100%',
    '%2F',
    '%zz',
    'a//b',
    '/a',
    '//a',
    'a/',
    'a/../b',
    '../a',
    '../../a',
    './a/.',
    '..',
    'a\\b',
    'é✓😀',
    'e\u0301',
    '\uFEFFa',
    "!'()*",
    ';,/?:@&=+$#',
    '<&>"',
    'a\tb\r\nc',
    'k'.repeat(1024),
  ])('%j', async (key) => {
    await put(key, `of ${key}`)
    expect(await textOf(key)).toBe(`of ${key}`)
    expect((await head(key)).ETag).toBe(`"${md5(`of ${key}`)}"`)
    await client.send(
      new CopyObjectCommand({ Bucket: BUCKET, Key: 'copy', CopySource: `${BUCKET}/${encodeURIComponent(key)}` }),
    )
    expect(await textOf('copy')).toBe(`of ${key}`)
    await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }))
    await expect(get(key)).rejects.toMatchObject({ name: 'NoSuchKey', message: 'There is no object with this key.' })
  })
})

test('an object has the headers that it was stored with', async () => {
  const stored = {
    ContentType: 'image/jpeg',
    CacheControl: 'public, max-age=60',
    ContentDisposition: 'attachment; filename="a.jpg"',
    ContentEncoding: 'x-own',
    ContentLanguage: 'de',
    Metadata: { version: '7', sha256: 'abc' },
  }
  const { ETag } = await put('headers', 'text', { ...stored, Expires: new Date('2030-01-01') })
  expect(ETag).toBe(`"${md5('text')}"`)
  for (const found of [await get('headers'), await head('headers')]) {
    expect(found).toMatchObject({
      ...stored,
      ExpiresString: 'Tue, 01 Jan 2030 00:00:00 GMT',
      ETag,
      ContentLength: 4,
      AcceptRanges: 'bytes',
      ServerSideEncryption: 'AES256',
    })
    expect(Math.abs(Number(found.LastModified) - Date.now())).toBeLessThan(60_000)
  }
})

test('an empty object is one', async () => {
  await put('empty', new Uint8Array())
  const { Body, ContentLength, ETag } = await get('empty')
  expect(await Body?.transformToString()).toBe('')
  expect({ ContentLength, ETag }).toEqual({ ContentLength: 0, ETag: `"${md5('')}"` })
})

test('the second upload stands', async () => {
  await put('twice', 'first', { Metadata: { a: 'b' } })
  await put('twice', 'second')
  const { Metadata, Body } = await get('twice')
  expect(await Body?.transformToString()).toBe('second')
  expect(Metadata).toEqual({})
})

test('a large object comes back whole, through the listener without the wait for 100-continue', async () => {
  const bytes = Buffer.alloc(5_000_000, 'rimlight')
  const started = performance.now()
  const { ETag } = await put('large', bytes)
  // The SDK waits for six seconds.
  expect(performance.now() - started).toBeLessThan(5_000)
  expect(ETag).toBe(`"${md5(bytes)}"`)
  const { Body } = await get('large')
  expect(md5((await Body?.transformToByteArray()) ?? '')).toBe(md5(bytes))
})

describe('a checksum is checked, kept and given', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)('%s', async (ChecksumAlgorithm) => {
    const name = `Checksum${ChecksumAlgorithm}` as const
    const sent = await put('checked', 'a'.repeat(1000), { ChecksumAlgorithm })
    expect(sent[name]).toMatch(/=$/)
    const found = await get('checked', { ChecksumMode: 'ENABLED' })
    expect(found[name]).toBe(sent[name])
    expect(found.ChecksumType).toBe('FULL_OBJECT')
    await expect(put('unchecked', 'b', { ChecksumAlgorithm, [name]: sent[name] })).rejects.toMatchObject({
      name: 'BadDigest',
      message: `The body does not have the digest of x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}.`,
    })
    await expect(head('unchecked')).rejects.toMatchObject({ name: 'NotFound' })
  })

  it('in a trailer, after a stream', async () => {
    const pieces = [Buffer.from('abc'), Buffer.alloc(100_000, 'd'), Buffer.from('e')]
    await put('streamed', Readable.from(pieces), { ContentLength: 100_004, ContentEncoding: 'x-own' })
    const { Body, ContentEncoding } = await get('streamed')
    expect(await Body?.transformToString()).toBe(Buffer.concat(pieces).toString())
    expect(ContentEncoding).toBe('x-own')
  })
})

describe('ranges', () => {
  beforeAll(() => put('ranged', '0123456789'))

  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-5', '2345', 'bytes 2-5/10'],
    ['bytes=5-', '56789', 'bytes 5-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-20', '89', 'bytes 8-9/10'],
  ])('%s', async (Range, text, ContentRange) => {
    const { Body, $metadata, ...found } = await get('ranged', { Range })
    expect(await Body?.transformToString()).toBe(text)
    expect($metadata.httpStatusCode).toBe(206)
    expect(found).toMatchObject({ ContentRange, ContentLength: text.length })
    expect(await head('ranged', { Range })).toMatchObject({ ContentRange, ContentLength: text.length })
  })

  it('of another kind give the whole', async () => {
    const { Body, $metadata } = await get('ranged', { Range: 'bytes=0-1,3-4' })
    expect(await Body?.transformToString()).toBe('0123456789')
    expect($metadata.httpStatusCode).toBe(200)
  })

  it('beyond the object are refused', async () => {
    await expect(get('ranged', { Range: 'bytes=10-' })).rejects.toMatchObject({
      name: 'InvalidRange',
      message: 'The range lies beyond the object.',
      ActualObjectSize: '10',
      $metadata: { httpStatusCode: 416 },
    })
  })
})

describe('conditions', () => {
  const etag = `"${md5('conditional')}"`
  beforeAll(() => put('conditional', 'conditional', { CacheControl: 'max-age=5' }))

  it('that hold', async () => {
    expect((await get('conditional', { IfMatch: etag })).ETag).toBe(etag)
    expect((await get('conditional', { IfNoneMatch: '"other"' })).ETag).toBe(etag)
  })

  it.each([
    ['If-None-Match', { IfNoneMatch: etag }],
    ['If-Modified-Since', { IfModifiedSince: new Date('2100-01-01') }],
  ])('304: %s', async (_name, condition) => {
    for (const ask of [get, head]) {
      await expect(ask('conditional', condition)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } })
    }
  })

  it.each([
    ['If-Match', { IfMatch: '"other"' }],
    ['If-Unmodified-Since', { IfUnmodifiedSince: new Date(0) }],
  ])('412: %s', async (Condition, condition) => {
    await expect(get('conditional', condition)).rejects.toMatchObject({
      name: 'PreconditionFailed',
      message: 'A condition of the request does not hold.',
      Condition,
      $metadata: { httpStatusCode: 412 },
    })
    await expect(head('conditional', condition)).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } })
  })

  it('of writes: only where there is nothing', async () => {
    await put('only-once', 'first', { IfNoneMatch: '*' })
    await expect(put('only-once', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      Condition: 'If-None-Match',
    })
    expect(await textOf('only-once')).toBe('first')
  })

  it('of writes: one of many at once succeeds', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => put('race', `of ${index}`, { IfNoneMatch: '*' })),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('of writes: only over what is known', async () => {
    await put('known', 'first')
    await expect(put('known', 'second', { IfMatch: '"other"' })).rejects.toMatchObject({ Condition: 'If-Match' })
    await put('known', 'third', { IfMatch: `"${md5('first')}"` })
    expect(await textOf('known')).toBe('third')
    await expect(put('unknown', 'a', { IfMatch: '"other"' })).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  it('of writes: If-None-Match of a tag is nothing that S3 does', async () => {
    await expect(put('known', 'a', { IfNoneMatch: '"tag"' })).rejects.toMatchObject({ name: 'NotImplemented' })
  })

  it('of deletions', async () => {
    await put('kept', 'a')
    const remove = (IfMatch: string) => client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'kept', IfMatch }))
    await expect(remove('"other"')).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await remove(`"${md5('a')}"`)
    await expect(head('kept')).rejects.toMatchObject({ name: 'NotFound' })
  })
})

describe('copies', () => {
  const copy = (Key: string, rest: object = {}) =>
    client.send(new CopyObjectCommand({ Bucket: BUCKET, Key, CopySource: `/${BUCKET}/original`, ...rest }))
  beforeAll(() => put('original', 'original', { ContentType: 'image/png', Metadata: { a: 'b' } }))

  it('have the metadata', async () => {
    const { CopyObjectResult } = await copy('copied')
    expect(CopyObjectResult?.ETag).toBe(`"${md5('original')}"`)
    expect(CopyObjectResult?.LastModified?.getMilliseconds()).toBe(0)
    expect(await head('copied')).toMatchObject({ ContentType: 'image/png', Metadata: { a: 'b' }, ContentLength: 8 })
  })

  it('have other metadata where it is said', async () => {
    await copy('original-2', { MetadataDirective: 'REPLACE', ContentType: 'image/gif', Metadata: { c: 'd' } })
    expect(await head('original-2')).toMatchObject({ ContentType: 'image/gif', Metadata: { c: 'd' } })
  })

  it('replace the metadata of the object itself, and nothing else of it', async () => {
    await put('self', 'self')
    const CopySource = `${BUCKET}/self`
    await expect(copy('self', { CopySource })).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: 'An object is copied onto itself only to replace its metadata.',
    })
    await copy('self', { CopySource, MetadataDirective: 'REPLACE', Metadata: { e: 'f' } })
    expect((await head('self')).Metadata).toEqual({ e: 'f' })
    expect(await textOf('self')).toBe('self')
  })

  it.each([
    ['a missing key', { CopySource: `${BUCKET}/none` }, 'NoSuchKey'],
    ['a missing bucket', { CopySource: 'none/none' }, 'NoSuchBucket'],
    ['no source', { CopySource: 'none' }, 'InvalidArgument'],
    ['a version', { CopySource: `${BUCKET}/original?versionId=1` }, 'InvalidArgument'],
    ['a condition', { CopySourceIfMatch: '"other"' }, 'PreconditionFailed'],
    ['a condition that gives 304 elsewhere', { CopySourceIfNoneMatch: `"${md5('original')}"` }, 'PreconditionFailed'],
  ])('of %s are refused', async (_name, rest, name) => {
    await expect(copy('never', rest)).rejects.toMatchObject({ name })
    await expect(head('never')).rejects.toMatchObject({ name: 'NotFound' })
  })
})

test('many are deleted at once, whether they are there or not', async () => {
  const keys = ['many/<1>', 'many/2&', 'many/3\r']
  for (const key of keys) await put(key)
  const Objects = [...keys, 'many/none'].map((Key) => ({ Key }))
  const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }))
  expect(Deleted?.map(({ Key }) => Key)).toEqual([...keys, 'many/none'])
  for (const key of keys) await expect(head(key)).rejects.toMatchObject({ name: 'NotFound' })
  const quiet = await client.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects, Quiet: true } }))
  expect(quiet.Deleted).toBeUndefined()
})

describe('buckets', () => {
  it('are listed', async () => {
    const { Buckets } = await client.send(new ListBucketsCommand({}))
    expect(Buckets?.map(({ Name, BucketRegion }) => [Name, BucketRegion])).toEqual([
      [BUCKET, REGION],
      [OTHER_BUCKET, 'us-east-1'],
    ])
  })

  it('say where they are', async () => {
    expect((await client.send(new HeadBucketCommand({ Bucket: BUCKET }))).BucketRegion).toBe(REGION)
    expect((await client.send(new GetBucketLocationCommand({ Bucket: BUCKET }))).LocationConstraint).toBe(REGION)
  })

  it('are in one region alone', async () => {
    await expect(client.send(new GetObjectCommand({ Bucket: OTHER_BUCKET, Key: 'a' }))).rejects.toMatchObject({
      name: 'AuthorizationHeaderMalformed',
      message: `The request is signed for the region ${REGION}; the bucket is in us-east-1.`,
    })
  })

  it('are there, or not', async () => {
    await expect(client.send(new GetObjectCommand({ Bucket: 'none', Key: 'a' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
      message: 'There is no bucket with this name.',
    })
  })
})

describe('refused', () => {
  it('a key that is too long', async () => {
    await expect(put('k'.repeat(1025))).rejects.toMatchObject({ name: 'KeyTooLongError' })
    await expect(put('é'.repeat(513))).rejects.toMatchObject({ name: 'KeyTooLongError' })
  })

  it('more metadata than S3 keeps', async () => {
    const Metadata = { a: 'b'.repeat(2048) }
    await expect(put('much', 'a', { Metadata })).rejects.toMatchObject({ name: 'MetadataTooLarge', Size: '2049' })
  })

  it('what the local bucket does not do', async () => {
    await expect(client.send(new GetObjectAclCommand({ Bucket: BUCKET, Key: 'a' }))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'The local bucket does not do GET of acl.',
      $metadata: { httpStatusCode: 501 },
    })
    await expect(get('ranged', { VersionId: 'abc' })).rejects.toMatchObject({
      message: 'The bucket keeps no versions.',
    })
    await expect(get('ranged', { PartNumber: 1 })).rejects.toMatchObject({ name: 'NotImplemented' })
  })

  it('another secret', async () => {
    const stranger = new S3Client({
      region: REGION,
      endpoint: buckets.endpoint,
      forcePathStyle: true,
      credentials: { ...CREDENTIALS, secretAccessKey: 'another' },
    })
    await expect(
      stranger.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a', Body: Buffer.alloc(4_000_000) })),
    ).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      message: 'The request is signed, but not as it was received.',
    })
    stranger.destroy()
  })
})

test('a client that addresses buckets as hosts finds them, where the names lead here', async () => {
  const hosted = new S3Client({
    region: REGION,
    endpoint: buckets.endpoint.replace('127.0.0.1', 'localhost'),
    credentials: CREDENTIALS,
  })
  hosted.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { hostname: string }
      request.hostname = '127.0.0.1'
      return next(args)
    },
    { step: 'deserialize', priority: 'low' },
  )
  await hosted.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'hosted', Body: 'hosted' }))
  hosted.destroy()
  expect(await textOf('hosted')).toBe('hosted')
})
