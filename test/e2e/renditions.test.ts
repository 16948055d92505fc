/** Renditions in the cache: what they are revalidated with, and what stays of their original. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { started } from './site.ts'

let cloudfront: CloudFront
beforeAll(async () => {
  cloudfront = await started({
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
    routes: [{ path: '/*', origin: 'photos', cache: {}, images: true }],
  })
})
afterAll(() => cloudfront.stop())

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await cloudfront.fetch(path, { headers: { accept: 'image/webp', ...headers } })
  const header = (name: string) => response.headers.get(name)
  const id = header('x-amz-cf-id') ?? ''
  return {
    status: response.status,
    xCache: header('x-cache')?.replace(' from cloudfront', ''),
    etag: header('etag'),
    modified: header('last-modified') ?? '',
    rimlight: header('x-rimlight'),
    bytes: (await response.arrayBuffer()).byteLength,
    origin: (await cloudfront.trace(id))?.steps.find((step) => step.step === 'origin'),
  }
}

describe('a rendition', () => {
  it('is revalidated by its date, without another transform, and never has the ETag of its original', async () => {
    const made = await ask('/photos/dusk.jpg?w=256')
    expect(made).toMatchObject({ xCache: 'Miss', etag: null, rimlight: 'webp; 256x171; q=80', origin: { status: 200 } })
    await cloudfront.advance(86_401)
    const refreshed = await ask('/photos/dusk.jpg?w=256')
    expect(refreshed).toMatchObject({ xCache: 'RefreshHit', etag: null, rimlight: made.rimlight, bytes: made.bytes })
    expect(refreshed.origin).toMatchObject({ status: 304 })
    expect(await ask('/photos/dusk.jpg?w=256')).toMatchObject({ xCache: 'Hit', etag: null, bytes: made.bytes })
  })

  it('answers a viewer that has it with a 304', async () => {
    const { modified } = await ask('/photos/dusk.jpg?w=128')
    expect(await ask('/photos/dusk.jpg?w=128', { 'if-modified-since': modified })).toMatchObject({
      status: 304,
      bytes: 0,
    })
  })
})

describe('an upload without a useful type', () => {
  let photo: Buffer
  const typeOf = async (path: string, accept: string) => {
    const response = await cloudfront.fetch(path, { headers: { accept } })
    const { byteLength } = await response.arrayBuffer()
    return [response.headers.get('x-rimlight'), response.headers.get('content-type'), byteLength]
  }
  const put = async (Key: string, Body: Buffer | string, ContentType?: string) => {
    const { endpoint, region, accessKeyId, secretAccessKey } = cloudfront.s3
    const credentials = { accessKeyId, secretAccessKey }
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    const type = ContentType === undefined ? {} : { ContentType }
    await s3.send(new PutObjectCommand({ Bucket: 'example-photos', Key, Body, ...type }))
    s3.destroy()
  }
  beforeAll(async () => {
    photo = await readFile(join(ROOT, 'local', 'samples', 'photos', 'dusk.jpg'))
  })

  it.each([
    ['none.jpg', undefined],
    ['s3.jpg', 'binary/octet-stream'],
    ['bytes.jpg', 'application/octet-stream'],
    ['any.jpg', 'image/*'],
    ['form.jpg', 'multipart/form-data'],
    ['png', 'image/x-png'],
  ])('%s (%s) is transformed, and right as it is', async (name, given) => {
    await put(name, photo, given)
    const [said, type, bytes] = await typeOf(`/${name}?w=256`, 'image/webp')
    expect([said, type]).toEqual(['webp; 256x171; q=80', 'image/webp'])
    expect(bytes).toBeLessThan(30_000)
    expect(await typeOf(`/${name}`, '*/*')).toEqual([null, 'image/jpeg', photo.length])
  })

  it('that is none stays what it was called', async () => {
    await put('text.jpg', 'some text, and no picture at all', 'binary/octet-stream')
    expect((await typeOf('/text.jpg?w=256', 'image/webp')).slice(0, 2)).toEqual([
      'original; reason=unsupported',
      'binary/octet-stream',
    ])
  })
})

it('an original keeps its ETag through a revalidation', async () => {
  const { etag } = await ask('/photos/window.webp')
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
  await cloudfront.advance(86_401)
  expect(await ask('/photos/window.webp')).toMatchObject({ xCache: 'RefreshHit', etag })
})
