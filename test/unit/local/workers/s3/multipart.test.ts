import { createHash } from 'node:crypto'
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { BUCKET, type Buckets, startBuckets } from './fixture.ts'

let buckets: Buckets
let client: S3Client

beforeAll(async () => {
  buckets = await startBuckets()
  client = buckets.client
})
afterAll(() => buckets?.close())

const PART_BYTES = 5 * 1024 ** 2
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest()

async function create(Key: string): Promise<string> {
  const input = { Bucket: BUCKET, Key, ContentType: 'image/tiff', Metadata: { version: '7' } }
  return (await client.send(new CreateMultipartUploadCommand(input))).UploadId ?? ''
}

async function uploadPart(Key: string, UploadId: string, PartNumber: number, Body: Uint8Array): Promise<CompletedPart> {
  const { ETag } = await client.send(new UploadPartCommand({ Bucket: BUCKET, Key, UploadId, PartNumber, Body }))
  return { PartNumber, ETag }
}

const complete = (Key: string, UploadId: string, Parts: CompletedPart[]) =>
  client.send(new CompleteMultipartUploadCommand({ Bucket: BUCKET, Key, UploadId, MultipartUpload: { Parts } }))

test('an upload in parts becomes an object', async () => {
  const key = 'parts/a b.tif'
  const pieces = [Buffer.alloc(PART_BYTES, 'a'), Buffer.alloc(PART_BYTES, 'b'), Buffer.from('c')]
  const id = await create(key)
  const parts = await Promise.all(pieces.map((piece, index) => uploadPart(key, id, index + 1, piece)))
  await expect(client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }))).rejects.toMatchObject({
    name: 'NotFound',
  })
  const etag = `"${md5(Buffer.concat(pieces.map(md5))).toString('hex')}-3"`
  expect(await complete(key, id, parts)).toMatchObject({ Bucket: BUCKET, Key: key, ETag: etag })

  const { Body, ...found } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }))
  expect(md5((await Body?.transformToByteArray()) ?? Buffer.of())).toEqual(md5(Buffer.concat(pieces)))
  expect(found).toMatchObject({ ETag: etag, ContentType: 'image/tiff', Metadata: { version: '7' } })
  const Range = `bytes=${PART_BYTES - 1}-${PART_BYTES}`
  const part = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key, Range }))
  expect(await part.Body?.transformToString()).toBe('ab')
})

describe('refused', () => {
  const part = Buffer.from('part')

  it('an upload that there is not', async () => {
    await expect(uploadPart('none', 'none', 1, part)).rejects.toMatchObject({ name: 'NoSuchUpload' })
    await expect(complete('none', 'none', [{ PartNumber: 1, ETag: 'a' }])).rejects.toMatchObject({
      name: 'NoSuchUpload',
    })
    await expect(
      client.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: 'none', UploadId: 'none' })),
    ).rejects.toMatchObject({ name: 'NoSuchUpload' })
  })

  it('an upload that was aborted', async () => {
    const id = await create('aborted')
    await uploadPart('aborted', id, 1, part)
    await client.send(new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: 'aborted', UploadId: id }))
    await expect(uploadPart('aborted', id, 1, part)).rejects.toMatchObject({ name: 'NoSuchUpload' })
  })

  it('parts out of order, of other sizes, or unknown', async () => {
    const id = await create('refused')
    const [first, second] = [await uploadPart('refused', id, 1, part), await uploadPart('refused', id, 2, part)]
    await expect(complete('refused', id, [second, first])).rejects.toMatchObject({
      name: 'InvalidPartOrder',
      message: 'The parts are not in ascending order.',
    })
    await expect(complete('refused', id, [first, second])).rejects.toMatchObject({ name: 'EntityTooSmall' })
    await expect(complete('refused', id, [{ PartNumber: 1, ETag: '"other"' }])).rejects.toMatchObject({
      name: 'InvalidPart',
    })
    await expect(complete('refused', id, [])).rejects.toMatchObject({ name: 'MalformedXML' })
    expect((await complete('refused', id, [first])).ETag).toMatch(/-1"$/)
  })

  it.each([0, 10_001])('a part with the number %i', async (number) => {
    const id = await create('numbered')
    await expect(uploadPart('numbered', id, number, part)).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: 'A part has a number from 1 to 10000.',
    })
  })

  it('what the local bucket does not do', async () => {
    const about = { Bucket: BUCKET, Key: 'a', UploadId: 'a' }
    await expect(client.send(new ListPartsCommand(about))).rejects.toMatchObject({
      message: 'The local bucket does not do GET of uploadId.',
    })
    await expect(
      client.send(new UploadPartCopyCommand({ ...about, PartNumber: 1, CopySource: `${BUCKET}/a` })),
    ).rejects.toMatchObject({ message: 'The local bucket copies whole objects alone.' })
  })
})
