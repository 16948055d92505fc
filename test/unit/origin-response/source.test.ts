import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import { etagOf, objectHeaders, sendObject } from '../../images/s3-answers.ts'
import { faultNamed } from '../../images/s3-faults.ts'
import { BODY, ETAG, original, put, read, useBucket } from './bucket.ts'

const bucket = useBucket()

it('the bytes, with one GET', async () => {
  const key = put(bucket, 'photo.jpg')
  expect(await read({ key })).toEqual({ kind: 'source', bytes: BODY })
  expect(bucket.s3.requests(key)).toBe(1)
})

describe('what is asked of the object', () => {
  const headersFor = async (etag: string): Promise<IncomingHttpHeaders> => {
    const key = put(bucket, `asked ${etag}`)
    let headers: IncomingHttpHeaders = {}
    bucket.answer(key, (exchange) => {
      headers = exchange.request.headers
      sendObject(exchange)
    })
    expect(await read({ key, etag })).toEqual({ kind: 'source', bytes: BODY })
    return headers
  }

  it('to have the ETag of the response in hand', async () => {
    expect(await headersFor(ETAG)).toMatchObject({ 'if-match': ETAG })
  })

  it('nothing where that has none', async () => {
    expect(await headersFor('')).not.toHaveProperty('if-match')
  })

  it('no part of it, and no checksum beside it', async () => {
    const headers = await headersFor(ETAG)
    expect(headers).not.toHaveProperty('range')
    expect(headers).not.toHaveProperty('x-amz-checksum-mode')
  })
})

describe('a key arrives as it is', () => {
  it.each([
    'a b.jpg',
    'a+b.jpg',
    'a%20b.jpg',
    '100%.jpg',
    'été/日本/👍.jpg',
    'e\u0301.jpg',
    '/leading.jpg',
    'a//b.jpg',
    'trailing/',
    'a/./b.jpg',
    'a/../b.jpg',
    '../up.jpg',
    "it's (1)!*.jpg",
    'a?b=c&d.jpg',
    'a#b;c:d@e.jpg',
    'back\\slash "quoted" <tag> ^`{|}~.jpg',
    'a\tb\nc.jpg',
  ])('%j', async (key) => {
    put(bucket, key)
    expect(await read({ key })).toEqual({ kind: 'source', bytes: BODY })
    expect(bucket.s3.requests(key)).toBe(1)
  })
})

describe('no more than the route allows', () => {
  it.each(['its length told', 'no length'])('%s', async (how) => {
    const key = put(bucket, `cap, ${how}`)
    if (how === 'no length') bucket.answer(key, faultNamed('no length').answer)
    expect(await read({ key }, { maxBytes: 1_000 })).toEqual({ kind: 'source', bytes: BODY })
    expect(await read({ key }, { maxBytes: 999 })).toEqual(original('too-large', 'more than 999 bytes'))
  })

  it('without waiting for the rest of it', async () => {
    const key = put(bucket, 'endless', Buffer.alloc(100_000))
    const half = faultNamed('headers, then silence')
    bucket.answer(key, half.answer)
    const etag = etagOf({ body: Buffer.alloc(100_000) })
    expect(await read({ key, etag }, { maxBytes: 1_000 })).toEqual(original('too-large', 'more than 1000 bytes'))

    bucket.answer(key, ({ response, object }) => {
      const { 'content-length': _, ...headers } = objectHeaders(object)
      response.writeHead(200, headers).write(Buffer.alloc(2_000))
    })
    expect(await read({ key, etag }, { maxBytes: 1_000 })).toEqual(original('too-large', 'more than 1000 bytes'))
  })
})
