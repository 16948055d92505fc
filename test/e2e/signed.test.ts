/** The embedded bucket for whoever signs: the AWS SDK as it is, and URLs that it signs beforehand. */
import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { photo } from '../images/pictures.ts'
import { presigned } from './presigned.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/*', origin: 'photos', cache: { default: '24h' }, images: true },
  ],
}
const Bucket = 'example-photos'

let cloudfront: CloudFront
let s3: S3Client
beforeAll(async () => {
  cloudfront = await started(CONFIG)
  const { endpoint, region, ...credentials } = cloudfront.s3
  s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
})
afterAll(async () => {
  s3.destroy()
  await cloudfront.stop()
})

const put = (Key: string, Body: string | Buffer, ContentType = 'text/plain') =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }))

async function get(Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

async function view(path: string, accept = '*/*') {
  const response = await cloudfront.fetch(path, { headers: { accept } })
  const body = Buffer.from(await response.arrayBuffer())
  return { status: response.status, xCache: response.headers.get('x-cache')?.replace(' from cloudfront', ''), body }
}

describe('the AWS SDK, against the embedded bucket', () => {
  it('puts, heads and gets an object, with what was said about it', async () => {
    const Key = 'sdk/Grüße & (co)/a+b 100%.txt'
    const { ETag } = await s3.send(
      new PutObjectCommand({
        ...{ Bucket, Key, Body: 'hello', ContentType: 'text/plain; charset=utf-8', CacheControl: 'max-age=60' },
        Metadata: { version: '7' },
      }),
    )
    const said = {
      ETag,
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'max-age=60',
      Metadata: { version: '7' },
    }
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ...said, ContentLength: 5 })
    expect(await s3.send(new GetObjectCommand({ Bucket, Key }))).toMatchObject(said)
    expect(String(await get(Key))).toBe('hello')
    const path = `/${Key.split('/').map(encodeURIComponent).join('/')}`
    expect(await view(path)).toMatchObject({ status: 200, xCache: 'Miss', body: Buffer.from('hello') })
  })

  it('lists by page, copies and deletes', async () => {
    const keys = ['list/a.txt', 'list/b.txt', 'list/deep/c.txt']
    for (const key of keys) await put(key, key)
    const listed: (string | undefined)[] = []
    const pages = paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Prefix: 'list/' })
    for await (const { Contents = [] } of pages) listed.push(...Contents.map(({ Key }) => Key))
    expect(listed).toEqual(keys)

    await s3.send(new CopyObjectCommand({ Bucket, Key: 'list/copy.txt', CopySource: `${Bucket}/list/a.txt` }))
    expect(String(await get('list/copy.txt'))).toBe('list/a.txt')

    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'list/copy.txt' }))
    await expect(get('list/copy.txt')).rejects.toMatchObject({ name: 'NoSuchKey' })
    await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }))
    for (const key of keys) await expect(get(key)).rejects.toMatchObject({ name: 'NoSuchKey' })
    expect((await view('/list/a.txt')).status).toBe(404)
  })

  it('uploads a stream', async () => {
    const chunks = Array.from({ length: 20 }, (_, index) => Buffer.alloc(100_000, String.fromCharCode(97 + index)))
    const whole = Buffer.concat(chunks)
    const Body = Readable.from(chunks, { objectMode: false })
    await s3.send(new PutObjectCommand({ Bucket, Key: 'sdk/stream', Body, ContentLength: whole.length }))
    expect((await get('sdk/stream')).equals(whole)).toBe(true)
    expect((await view('/sdk/stream')).body.equals(whole)).toBe(true)
  })

  it('uploads in parts, and gives up', async () => {
    const Key = 'sdk/parts'
    // S3 takes no smaller part, but for the last.
    const parts = [Buffer.alloc(5 * 1024 * 1024, 'x'), Buffer.from('the end')]
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    const Parts: { ETag: string | undefined; PartNumber: number }[] = []
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
      Parts.push({ ETag, PartNumber })
    }
    await expect(get(Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
    expect((await get(Key)).equals(Buffer.concat(parts))).toBe(true)
    expect((await view(`/${Key}`)).body.equals(Buffer.concat(parts))).toBe(true)

    const other = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'sdk/none' }))
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'sdk/none', UploadId: other.UploadId }))
    await expect(get('sdk/none')).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  it('replaces a picture: after an invalidation every rendition is of the new one', async () => {
    const picture = (width: number, height: number) => photo(width, height).jpeg().toBuffer()
    const sizeOf = async (path: string) => {
      const { xCache, body } = await view(path, 'image/webp')
      const { width, height } = await sharp(body).metadata()
      return [xCache, width, height]
    }
    await put('pictures/a.jpg', await picture(900, 600), 'image/jpeg')
    expect(await sizeOf('/pictures/a.jpg')).toEqual(['Miss', 900, 600])
    expect(await sizeOf('/pictures/a.jpg?w=384')).toEqual(['Miss', 384, 256])
    await put('pictures/a.jpg', await picture(600, 900), 'image/jpeg')
    expect(await sizeOf('/pictures/a.jpg')).toEqual(['Hit', 900, 600])
    expect(await sizeOf('/pictures/a.jpg?w=384')).toEqual(['Hit', 384, 256])
    expect(await cloudfront.invalidate(['/pictures/a.jpg*'])).toBe(2)
    expect(await sizeOf('/pictures/a.jpg')).toEqual(['Miss', 600, 900])
    expect(await sizeOf('/pictures/a.jpg?w=384')).toEqual(['Miss', 384, 576])
  })
})

describe('a URL signed beforehand', () => {
  /** A client of the bucket's own host: nothing is ever sent there. */
  let remote: S3Client
  beforeAll(() => {
    const { region, accessKeyId, secretAccessKey } = cloudfront.s3
    remote = new S3Client({ region, credentials: { accessKeyId, secretAccessKey } })
  })
  afterAll(() => remote.destroy())

  /** Seconds that the clock was moved on by. */
  let moved = 0
  const now = () => new Date(Date.now() + moved * 1000)

  /** For 15 minutes, with the bucket's host in place of which the CDN's is. */
  async function signedFor(command: GetObjectCommand | PutObjectCommand): Promise<URL> {
    const url = new URL(await presigned(remote, command, 900, now()))
    expect(url.host).toBe('example-photos.s3.eu-central-1.amazonaws.com')
    url.host = 'cdn.example.com'
    return url
  }

  /** @returns what the bucket was asked for */
  async function reached(response: { headers: { get(name: string): string | null } }) {
    const trace = await cloudfront.trace(response.headers.get('x-amz-cf-id') ?? '')
    const step = trace?.steps.find(({ step }) => step === 'origin')
    return step?.step === 'origin' ? step.url : undefined
  }

  it('gets through to the bucket byte for byte, and is never cached', async () => {
    const Key = 'drafts/Entwürfe & mehr/a+b.txt'
    await put(Key, 'draft')
    const ResponseContentDisposition = 'attachment; filename="a b.txt"'
    const url = await signedFor(new GetObjectCommand({ Bucket, Key, ResponseContentDisposition }))
    for (const body of ['draft', 'saved again']) {
      await put(Key, body)
      const response = await cloudfront.fetch(url.href)
      expect([response.status, await response.text()]).toEqual([200, body])
      expect(response.headers.get('x-cache')).toBe('Miss from cloudfront')
      expect(response.headers.get('content-disposition')).toBe(ResponseContentDisposition)
      expect(await reached(response)).toBe(`s3://example-photos${url.pathname}${url.search}`)
    }
  })

  it('takes an upload', async () => {
    const Key = 'drafts/upload.json'
    const url = await signedFor(new PutObjectCommand({ Bucket, Key }))
    const body = JSON.stringify({ saved: 'x'.repeat(100_000) })
    const headers = { 'content-type': 'application/json' }
    const response = await cloudfront.fetch(url.href, { method: 'PUT', body, headers })
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(await reached(response)).toBe(`s3://example-photos${url.pathname}${url.search}`)
    expect(String(await get(Key))).toBe(body)
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ContentType: 'application/json' })
  })

  it.each([
    ['another path', (url: string) => url.replace('one.txt', 'other.txt'), 'SignatureDoesNotMatch'],
    ['another lifetime', (url: string) => url.replace('Expires=900', 'Expires=9000'), 'SignatureDoesNotMatch'],
    ['one parameter more', (url: string) => `${url}&versionId=null`, 'SignatureDoesNotMatch'],
    ['no signature', (url: string) => url.replace(/\?.*/, ''), 'AccessDenied'],
  ])('is good for nothing else: %s', async (_, change, code) => {
    for (const name of ['one', 'other']) await put(`drafts/${name}.txt`, name)
    const url = await signedFor(new GetObjectCommand({ Bucket, Key: 'drafts/one.txt' }))
    expect((await cloudfront.fetch(url.href)).status).toBe(200)
    const changed = change(url.href)
    expect(changed).not.toBe(url.href)
    const response = await cloudfront.fetch(changed)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain(`<Code>${code}</Code>`)
  })

  it('is for one method', async () => {
    await put('drafts/kept.txt', 'kept')
    const url = await signedFor(new GetObjectCommand({ Bucket, Key: 'drafts/kept.txt' }))
    expect((await cloudfront.fetch(url.href, { method: 'DELETE' })).status).toBe(403)
    for (const target of [url.href, '/drafts/kept.txt']) {
      expect((await cloudfront.fetch(target, { method: 'PUT', body: 'lost' })).status).toBe(403)
    }
    expect(String(await get('drafts/kept.txt'))).toBe('kept')
  })

  it('expires', async () => {
    await put('drafts/soon.txt', 'soon')
    const url = await signedFor(new GetObjectCommand({ Bucket, Key: 'drafts/soon.txt' }))
    const advance = async (seconds: number) => {
      moved += seconds
      await cloudfront.advance(seconds)
    }
    await advance(890)
    expect((await cloudfront.fetch(url.href)).status).toBe(200)
    await advance(11)
    const response = await cloudfront.fetch(url.href)
    expect(response.status).toBe(403)
    expect(await response.text()).toMatch(/<Code>AccessDenied<.Code>.*expired/)
  })

  it('is a URL like any other on a route that is cached: its parameters are in no key, and reach nothing', async () => {
    await put('cached.txt', 'cached')
    const url = await signedFor(new GetObjectCommand({ Bucket, Key: 'cached.txt' }))
    const response = await cloudfront.fetch(url.href)
    expect([response.status, response.headers.get('x-cache')]).toEqual([200, 'Miss from cloudfront'])
    expect(await reached(response)).toBe('s3://example-photos/cached.txt')
    url.searchParams.set('X-Amz-Signature', '0'.repeat(64))
    for (const path of [url.href, '/cached.txt']) {
      expect(await view(path)).toMatchObject({ status: 200, xCache: 'Hit', body: Buffer.from('cached') })
    }
  })
})

describe('the bucket, for whoever does not sign', () => {
  const path = '/photos/dusk.jpg'

  async function direct(target: string, options: { method?: string; host?: string } = {}) {
    const { method = 'GET', host } = options
    const sent = request(`${cloudfront.s3.endpoint}${target}`, { method, headers: host ? { host } : {} }).end()
    const [response] = await once(sent, 'response')
    return { status: response.statusCode, body: await text(response) }
  }

  it.each([
    ['an object', `/${Bucket}${path}`, {}],
    ['an object, by the host of the bucket', path, { host: 'example-photos.s3.eu-central-1.amazonaws.com' }],
    ['an object that is not there', `/${Bucket}/none.jpg`, {}],
    ['the list of the bucket', `/${Bucket}?list-type=2`, {}],
    ['the list of all buckets', '/', {}],
    ['an upload', `/${Bucket}${path}`, { method: 'PUT' }],
    ['a removal', `/${Bucket}${path}`, { method: 'DELETE' }],
  ])('is closed: %s', async (_, target, options) => {
    const { status, body } = await direct(target, options)
    expect([status, /<Code>(.*?)<\/Code>/.exec(body)?.[1]]).toEqual([403, 'AccessDenied'])
  })

  it('or signs with what is not its own', async () => {
    const { endpoint, region, accessKeyId, secretAccessKey } = cloudfront.s3
    for (const [credentials, name] of [
      [{ accessKeyId, secretAccessKey: 'another' }, 'SignatureDoesNotMatch'],
      [{ accessKeyId: 'AKIDANOTHER', secretAccessKey }, 'InvalidAccessKeyId'],
    ] as const) {
      const other = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
      await expect(other.send(new GetObjectCommand({ Bucket, Key: path.slice(1) }))).rejects.toMatchObject({ name })
      other.destroy()
    }
  })

  it('is open through CloudFront', async () => {
    expect(await view(path)).toMatchObject({ status: 200 })
  })
})
