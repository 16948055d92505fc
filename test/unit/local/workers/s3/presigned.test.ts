import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, type Buckets, OTHER_BUCKET, REGION, startBuckets } from './fixture.ts'
import { ask, presigned, type RawRequest, type SigningOptions } from './raw.ts'

let buckets: Buckets
beforeAll(async () => {
  buckets = await startBuckets()
})
afterAll(() => buckets?.close())

const put = (Key: string, Body = 'text') => buckets.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }))
const textOf = async (Key: string) =>
  (await buckets.client.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString()

/** For the Worker's own socket. */
const presign = (request: RawRequest, options: Partial<SigningOptions> = {}) =>
  presigned(buckets.client, request, { host: buckets.socket.host, ...options })

describe('a presigned URL', () => {
  beforeAll(() => put('presigned'))
  const target = `/${BUCKET}/presigned`

  it('lets in', async () => {
    expect((await ask(buckets.socket, await presign({ target }))).body.toString()).toBe('text')
  })

  it('lets in through the listener', async () => {
    const request = await presign({ target }, { host: new URL(buckets.endpoint).host })
    expect((await ask(buckets.endpoint, request)).body.toString()).toBe('text')
  })

  it('may override headers of the response', async () => {
    const names = [
      'cache-control',
      'content-disposition',
      'content-encoding',
      'content-language',
      'content-type',
      'expires',
    ]
    const query = names.map((name) => `response-${name}=${name}%20of%20mine`).join('&')
    const { headers } = await ask(buckets.socket, await presign({ target: `${target}?${query}` }))
    expect(headers).toMatchObject(Object.fromEntries(names.map((name) => [name, `${name} of mine`])))
  })

  it('lets an upload in', async () => {
    const request = await presign({ method: 'PUT', target: `/${BUCKET}/put-presigned` })
    expect((await ask(buckets.socket, { ...request, body: 'put' })).status).toBe(200)
    expect(await textOf('put-presigned')).toBe('put')
  })

  it('is valid for its method alone', async () => {
    const request = await presign({ target })
    expect(await ask(buckets.socket, { ...request, method: 'DELETE' })).toMatchObject({ code: 'SignatureDoesNotMatch' })
  })

  it.each([
    ['another key', (text: string) => text.replace('presigned', 'head')],
    ['a parameter more', (text: string) => `${text}&response-content-type=text%2Fhtml`],
    ['another expiry', (text: string) => text.replace('Expires=60', 'Expires=61')],
    ['another signature', (text: string) => text.replace(/Signature=./, 'Signature=').concat('0')],
  ])('tampered with is refused: %s', async (_name, tamper) => {
    const request = await presign({ target })
    expect(await ask(buckets.socket, { ...request, target: tamper(request.target) })).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: 'The request is signed, but not as it was received.',
    })
  })

  it('of another region is refused', async () => {
    expect(await ask(buckets.socket, await presign({ target: `/${OTHER_BUCKET}/a` }))).toMatchObject({
      status: 400,
      code: 'AuthorizationQueryParametersError',
      message: `The request is signed for the region ${REGION}; the bucket is in us-east-1.`,
    })
  })

  it('has expired when its time is over', async () => {
    const request = await presign({ target }, { at: new Date(Date.now() - 61_000) })
    expect(await ask(buckets.socket, request)).toMatchObject({
      status: 403,
      code: 'AccessDenied',
      message: 'The URL has expired.',
    })
  })

  it("expires by the buckets' clock", async () => {
    const request = await presign({ target }, { expiresIn: 3600 })
    try {
      await buckets.moveClock(3_500_000)
      expect((await ask(buckets.socket, request)).status).toBe(200)
      await buckets.moveClock(3_700_000)
      expect(await ask(buckets.socket, request)).toMatchObject({
        code: 'AccessDenied',
        message: 'The URL has expired.',
      })
    } finally {
      await buckets.moveClock(0)
    }
  })
})
