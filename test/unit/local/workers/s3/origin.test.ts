import { gzipSync } from 'node:zlib'
import { GetObjectCommand, PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { BUCKET, type Buckets, OTHER_BUCKET, REGION, startBuckets } from './fixture.ts'
import { ask, presigned, type RawRequest, type RawResponse, signed } from './raw.ts'

/** As an S3 origin is called. */
const HOST = `${BUCKET}.s3.${REGION}.amazonaws.com`

let buckets: Buckets
beforeAll(async () => {
  buckets = await startBuckets()
})
afterAll(() => buckets?.close())

const put = (Key: string, Body: PutObjectCommandInput['Body'] = 'text', rest: object = {}) =>
  buckets.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...rest }))

/** By way of the distribution, over the service binding. */
function askOrigin(
  kind: 'oac' | 'unsigned' | null,
  { target, headers = {}, ...rest }: RawRequest,
): Promise<RawResponse> {
  const { host, ...others } = headers
  return ask(buckets.distribution, {
    target: '/',
    headers: {
      ...others,
      'x-rimlight-target': target,
      'x-rimlight-host': host ?? HOST,
      ...(kind && { 'x-rimlight-origin': kind }),
    },
    ...rest,
  })
}

/** What the distribution's Worker has seen, before any server wrote it to a socket. */
const seenBy = ({ headers }: RawResponse): Record<string, string> =>
  Object.fromEntries(JSON.parse(headers['x-seen'] ?? '[]'))

describe('signed by CloudFront', () => {
  it('has the object', async () => {
    await put('a b/é.jpg', 'picture', { ContentType: 'image/jpeg', Metadata: { version: '7' } })
    const response = await askOrigin('oac', { target: '/a%20b/%C3%A9.jpg' })
    expect(response.status).toBe(200)
    expect(response.body.toString()).toBe('picture')
    expect(seenBy(response)).toMatchObject({
      'content-type': 'image/jpeg',
      'x-amz-meta-version': '7',
      server: 'AmazonS3',
    })
  })

  it.each(['a//b', 'a/../b', '../a', 'a%2Fb', 'a%2Bb', 'a|b'])('has the object of the raw target /%s', async (path) => {
    const key = decodeURIComponent(path)
    await put(key, `of ${key}`)
    expect((await askOrigin('oac', { target: `/${path}` })).body.toString()).toBe(`of ${key}`)
  })

  it('writes and deletes', async () => {
    const target = '/uploaded'
    expect((await askOrigin('oac', { method: 'PUT', target, body: 'uploaded' })).status).toBe(200)
    const { Body } = await buckets.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'uploaded' }))
    expect(await Body?.transformToString()).toBe('uploaded')
    expect((await askOrigin('oac', { method: 'DELETE', target })).status).toBe(204)
    expect(await askOrigin('oac', { target })).toMatchObject({ status: 404, code: 'NoSuchKey' })
  })

  it('is told by the host which bucket it is', async () => {
    const headers = { host: `${OTHER_BUCKET}.s3.us-east-1.amazonaws.com` }
    await askOrigin('oac', { method: 'PUT', target: '/a', body: 'other', headers })
    expect((await askOrigin('oac', { target: '/a', headers })).body.toString()).toBe('other')
    const none = { host: 'none.s3.us-east-1.amazonaws.com' }
    expect(await askOrigin('oac', { target: '/a', headers: none })).toMatchObject({ status: 404, code: 'NoSuchBucket' })
  })

  it('is refused with a signature of somebody else besides', async () => {
    const request = await presigned(buckets.client, { target: '/a' }, { host: HOST })
    expect(await askOrigin('oac', request)).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
      message:
        'A request is signed in one way alone: by an Authorization header, which an origin access control adds too, or in its query.',
    })
  })
})

describe('not signed by CloudFront', () => {
  it.each(['unsigned', null] as const)('is refused: %s', async (kind) => {
    await put('private')
    expect(await askOrigin(kind, { target: '/private' })).toMatchObject({ status: 403, code: 'AccessDenied' })
  })

  it('is let in by a presigned URL for the bucket', async () => {
    await put('drafts/a b.jpg', 'draft')
    const request = await presigned(buckets.client, { target: '/drafts/a%20b.jpg' }, { host: HOST })
    const headers = { ...request.headers, 'x-amz-cf-id': 'abc', via: '1.1 abc.cloudfront.net (CloudFront)' }
    expect((await askOrigin('unsigned', { ...request, headers })).body.toString()).toBe('draft')
    const target = request.target.replace('drafts/', 'Drafts/')
    expect(await askOrigin('unsigned', { ...request, target })).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })

  it('is let in by an Authorization header for the bucket', async () => {
    await put('authorized')
    const request = await signed(buckets.client, { target: '/authorized' }, { host: HOST })
    expect((await askOrigin('unsigned', request)).body.toString()).toBe('text')
  })

  it('uploads by a presigned URL', async () => {
    const request = await presigned(buckets.client, { method: 'PUT', target: '/drafts/new' }, { host: HOST })
    expect((await askOrigin('unsigned', { ...request, body: 'new' })).status).toBe(200)
    expect((await askOrigin('oac', { target: '/drafts/new' })).body.toString()).toBe('new')
  })
})

describe('a reply survives the service binding', () => {
  const gzipped = gzipSync('packed')
  beforeAll(async () => {
    await put('plain', 'plain text', { CacheControl: 'max-age=60' })
    await put('packed', gzipped, { ContentEncoding: 'gzip' })
    await put('lying', 'no gzip at all', { ContentEncoding: 'gzip' })
  })

  it('of HEAD', async () => {
    const get = seenBy(await askOrigin('oac', { target: '/plain' }))
    const head = seenBy(await askOrigin('oac', { method: 'HEAD', target: '/plain' }))
    const ofItsOwn = { date: '', 'x-amz-id-2': '', 'x-amz-request-id': '' }
    expect({ ...head, ...ofItsOwn }).toEqual({ ...get, ...ofItsOwn })
    expect(head).toMatchObject({
      'content-length': '10',
      etag: expect.stringMatching(/^"/),
      'last-modified': expect.any(String),
    })
  })

  it('of 304', async () => {
    const { etag = '' } = seenBy(await askOrigin('oac', { target: '/plain' }))
    const response = await askOrigin('oac', { target: '/plain', headers: { 'if-none-match': etag } })
    expect(response.status).toBe(304)
    expect(seenBy(response)).toMatchObject({ etag, 'cache-control': 'max-age=60', 'last-modified': expect.any(String) })
    expect(seenBy(response)).not.toHaveProperty('content-length')
  })

  it('of a part', async () => {
    const response = await askOrigin('oac', { target: '/plain', headers: { range: 'bytes=6-' } })
    expect([response.status, response.body.toString()]).toEqual([206, 'text'])
    expect(seenBy(response)).toMatchObject({ 'content-range': 'bytes 6-9/10', 'content-length': '4' })
  })

  it.each([
    ['packed', gzipped],
    ['lying', Buffer.from('no gzip at all')],
  ])('of an object stored with a content-encoding: %s', async (key, bytes) => {
    const response = await askOrigin('oac', { target: `/${key}` })
    expect(response.body).toEqual(bytes)
    expect(seenBy(response)).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(bytes.length) })
  })
})

describe('the host moves the clock', () => {
  const post = (path: string, body: string, method = 'POST') =>
    fetch(new URL(path, buckets.distribution), { method, body, headers: { 'x-admin': 'yes' } })

  test('by milliseconds', async () => {
    try {
      const { now } = (await (await post('/clock', '{"offset":3600000}')).json()) as { now: number }
      expect(Math.abs(now - Date.now() - 3_600_000)).toBeLessThan(60_000)
    } finally {
      await buckets.moveClock(0)
    }
  })

  it.each(['{}', '{"offset":"1"}', '{"offset":null}'])('not by %s', async (body) => {
    const response = await post('/clock', body)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'offset is expected to be milliseconds' })
  })

  test('at this path alone', async () => {
    expect((await post('/', '{"offset":1}')).status).toBe(404)
    expect((await post('/clock', '{"offset":1}', 'PUT')).status).toBe(404)
  })
})
