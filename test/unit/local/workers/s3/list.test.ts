import { createHash } from 'node:crypto'
import {
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { BUCKET, type Buckets, startBuckets } from './fixture.ts'
import { ask, signed } from './raw.ts'

/** In the order of their UTF-8 bytes. */
const KEYS = [
  'a b+c',
  'a.jpg',
  'folder/',
  'folder/1',
  'folder/2',
  'other/\r',
  'other/<&>',
  'z',
  'é',
  '\uff21',
  '\u{1f600}',
]

let buckets: Buckets
beforeAll(async () => {
  buckets = await startBuckets()
  for (const Key of KEYS) await buckets.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: `of ${Key}` }))
})
afterAll(() => buckets?.close())

const list = (input: Partial<ListObjectsV2CommandInput> = {}) =>
  buckets.client.send(new ListObjectsV2Command({ Bucket: BUCKET, ...input }))

test('every key with its size, ETag and time', async () => {
  const { Contents = [], ...rest } = await list()
  expect(rest).toMatchObject({ Name: BUCKET, Prefix: '', KeyCount: KEYS.length, MaxKeys: 1000, IsTruncated: false })
  expect(Contents.map(({ Key }) => Key)).toEqual(KEYS)
  for (const { Key = '', ETag, Size, StorageClass, LastModified, Owner } of Contents) {
    expect([ETag, Size, StorageClass, Owner]).toEqual([
      `"${createHash('md5').update(`of ${Key}`).digest('hex')}"`,
      Buffer.byteLength(`of ${Key}`),
      'STANDARD',
      undefined,
    ])
    expect(LastModified?.getMilliseconds()).toBe(0)
  }
})

describe('part of them', () => {
  it.each<[string, Partial<ListObjectsV2CommandInput>, string[], string[]]>([
    ['a prefix', { Prefix: 'folder/' }, ['folder/', 'folder/1', 'folder/2'], []],
    [
      'groups',
      { Delimiter: '/', Prefix: '' },
      ['a b+c', 'a.jpg', 'z', 'é', '\uff21', '\u{1f600}'],
      ['folder/', 'other/'],
    ],
    ['groups within a prefix', { Delimiter: '/', Prefix: 'o' }, [], ['other/']],
    ['after a key', { StartAfter: 'z' }, ['é', '\uff21', '\u{1f600}'], []],
    ['none of a prefix that there is not', { Prefix: 'none' }, [], []],
    ['none at all', { MaxKeys: 0 }, [], []],
  ])('%s', async (_name, input, keys, groups) => {
    const { Contents = [], CommonPrefixes = [], KeyCount, IsTruncated } = await list(input)
    expect(Contents.map(({ Key }) => Key)).toEqual(keys)
    expect(CommonPrefixes.map(({ Prefix }) => Prefix)).toEqual(groups)
    expect([KeyCount, IsTruncated]).toEqual([keys.length + groups.length, false])
  })
})

test('page by page', async () => {
  const found: string[] = []
  const pages = paginateListObjectsV2({ client: buckets.client, pageSize: 4 }, { Bucket: BUCKET, Delimiter: '/' })
  for await (const { Contents = [], CommonPrefixes = [], KeyCount } of pages) {
    expect(KeyCount).toBe(4)
    found.push(...Contents.map(({ Key = '' }) => Key), ...CommonPrefixes.map(({ Prefix = '' }) => Prefix))
  }
  expect(found.toSorted()).toEqual(['a b+c', 'a.jpg', 'folder/', 'other/', 'z', 'é', '\uff21', '\u{1f600}'].toSorted())
})

test('more keys than R2 gives at once', async () => {
  const keys = Array.from({ length: 250 }, (_, index) => `many/${String(index).padStart(3, '0')}`)
  await Promise.all(keys.map((Key) => buckets.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'a' }))))
  const { Contents, IsTruncated } = await list({ Prefix: 'many/' })
  expect(Contents?.map(({ Key }) => Key)).toEqual(keys)
  expect(IsTruncated).toBe(false)
  expect((await list({ Prefix: 'm', Delimiter: '/' })).CommonPrefixes).toEqual([{ Prefix: 'many/' }])
})

test('keys escaped, where that is asked for', async () => {
  const { Contents, CommonPrefixes, EncodingType } = await list({ EncodingType: 'url', Delimiter: '&', Prefix: 'o' })
  expect(Contents?.map(({ Key }) => Key)).toEqual(['other/%0D'])
  expect(CommonPrefixes).toEqual([{ Prefix: 'other/%3C%26' }])
  expect(EncodingType).toBe('url')
})

test('the owner, where that is asked for', async () => {
  expect((await list({ FetchOwner: true, MaxKeys: 1 })).Contents?.[0]?.Owner?.ID).toMatch(/^0{64}$/)
})

test('as it was listed in the first version', async () => {
  const first = await buckets.client.send(
    new ListObjectsCommand({ Bucket: BUCKET, Prefix: '', Delimiter: '/', MaxKeys: 3 }),
  )
  expect(first).toMatchObject({ IsTruncated: true, Marker: '', NextMarker: 'folder/' })
  const Marker = first.NextMarker
  const second = await buckets.client.send(
    new ListObjectsCommand({ Bucket: BUCKET, Delimiter: '/', Marker, MaxKeys: 3 }),
  )
  expect(second).toMatchObject({ CommonPrefixes: [{ Prefix: 'many/' }, { Prefix: 'other/' }], NextMarker: 'z' })
  expect(second.Contents?.map(({ Key }) => Key)).toEqual(['z'])
})

describe('refused', () => {
  it.each([
    [
      'a token of another bucket',
      'list-type=2&continuation-token=%21',
      'The continuation token is not one of this bucket.',
    ],
    ['max-keys below 0', 'max-keys=-1', 'max-keys is a number from 0.'],
    ['max-keys that is none', 'max-keys=many', 'max-keys is a number from 0.'],
    ['another encoding', 'encoding-type=base64', 'encoding-type is url.'],
  ])('%s', async (_name, query, message) => {
    const request = { target: `/${BUCKET}?${query}` }
    const response = await ask(buckets.socket, await signed(buckets.client, request, { host: buckets.socket.host }))
    expect(response).toMatchObject({ status: 400, code: 'InvalidArgument', message })
  })
})
