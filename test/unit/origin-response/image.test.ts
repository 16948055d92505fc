import sharp from 'sharp'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { compile } from '../../../build/compile.ts'
import type { Caching } from '../../../edge/cache-control.ts'
import { headerText } from '../../../edge/headers.ts'
import { type ImageResponse, imageStep, type LambdaContext } from '../../../origin-response/image.ts'
import { type Original, original } from '../../../origin-response/original.ts'
import type { ImageRequest } from '../../../origin-response/routing.ts'
import { photo } from '../../images/pictures.ts'
import { ACCESS_DENIED, BUCKET, etagOf, sendError } from '../../images/s3-answers.ts'
import { put, useBucket } from './bucket.ts'
import { RULE } from './samples.ts'

// The build puts the compiled config in this module's place.
vi.mock('../../../edge/rules.ts', async () => {
  const { settings } = await import('../../contract/config.ts')
  return compile(settings())
})

const bucket = useBucket()
const CACHING: Caching = { cacheControl: 'public, max-age=31536000, immutable', validators: 'kept' }

let jpeg: Buffer
beforeAll(async () => {
  jpeg = await photo(600, 400).jpeg({ quality: 90 }).toBuffer()
})

let written = ''
beforeEach(() => {
  written = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written += chunk
    return true
  })
})
afterEach(() => {
  vi.mocked(process.stdout.write).mockRestore()
})

const headersOf = (body: Buffer, more: Record<string, string> = {}): ImageResponse['headers'] =>
  Object.fromEntries(
    Object.entries({
      ...{ 'content-type': 'image/jpeg', 'content-length': `${body.length}`, etag: etagOf({ body }) },
      ...{ 'last-modified': 'Wed, 18 Nov 2026 12:00:00 GMT', 'x-amz-meta-a': 'b', ...more },
    }).map(([name, value]) => [name, [{ key: name, value }]]),
  )

type Asked = {
  key: string
  body?: Buffer
  headers?: Record<string, string>
  without?: string
  request?: Partial<ImageRequest> | Original
  context?: LambdaContext
}

async function step({ key, body = jpeg, headers = {}, without = '', request = {}, context = {} }: Asked) {
  put(bucket, key, body)
  const response: ImageResponse = { headers: headersOf(body, headers) }
  delete response.headers[without]
  const before = structuredClone(response)
  const usual: ImageRequest = {
    ...{ kind: 'image', bucket: { bucket: BUCKET, region: bucket.region }, key, uri: `/${key}` },
    ...{ variant: { fm: 'webp', w: 200 }, rule: RULE },
    limit: { maxInputBytes: 10_000_000, maxInputPixels: 10_000_000, budget: 700 },
  }
  const asked = request.kind === 'original' ? request : { ...usual, ...request }
  const surroundings = { memoryLimitInMB: '1769', getRemainingTimeInMillis: () => 30_000, ...context }
  const caching = await imageStep(response, asked, CACHING, surroundings)
  const lines = written.split('\n')
  expect(lines).toEqual([expect.stringMatching(/^\{/), ''])
  return { response, before, caching, log: JSON.parse(lines[0] as string), requests: bucket.s3.requests(key) }
}

const resultOf = ({ headers }: ImageResponse): string => headerText(headers, 'x-rimlight')

describe('a rendition', () => {
  it('replaces the body, and what tells of the bytes', async () => {
    const { response, caching, log, requests } = await step({
      key: 'photo.jpg',
      headers: { 'content-md5': 'a', 'repr-digest': 'a', 'x-amz-checksum-crc32': 'a', 'content-encoding': 'identity' },
    })
    const body = Buffer.from(response.body ?? '', 'base64')
    expect(await sharp(body).metadata()).toMatchObject({ format: 'webp', width: 200, height: 133 })
    expect(response).toEqual({
      body: body.toString('base64'),
      bodyEncoding: 'base64',
      headers: {
        'content-type': [{ value: 'image/webp' }],
        'last-modified': [{ key: 'last-modified', value: 'Wed, 18 Nov 2026 12:00:00 GMT' }],
        'x-amz-meta-a': [{ key: 'x-amz-meta-a', value: 'b' }],
        'server-timing': [{ value: expect.stringMatching(/^fetch;dur=\d+(\.\d)?, transform;dur=\d+(\.\d)?$/) }],
        'x-rimlight': [{ value: 'webp; 200x133; q=80' }],
      },
    })
    expect(caching).toBe(CACHING)
    expect(requests).toBe(1)
    expect(log).toMatchObject({
      ...{ Result: 'webp', Path: '/photo.jpg', Variant: 'fm=webp&w=200' },
      ...{ Images: 1, BytesIn: jpeg.length, BytesOut: body.length },
      ...{ FetchTime: expect.any(Number), TransformTime: expect.any(Number) },
    })
    expect(log).not.toHaveProperty('Detail')
  })

  it('of a source without type, length and ETag, whose bytes tell', async () => {
    for (const without of ['content-type', 'content-length', 'etag']) {
      const { response } = await step({ key: `without ${without}.jpg`, without })
      expect(resultOf(response)).toBe('webp; 200x133; q=80')
      written = ''
    }
  })

  it.each([
    ...['binary/octet-stream', 'application/octet-stream', 'image/*', 'image/pjpeg', 'image/x-png', 'image/png', ''],
    ...['multipart/form-data', 'application/x-www-form-urlencoded', 'image/heic', 'nonsense'],
  ])('of a source that is called %j, by its bytes', async (type) => {
    const { response } = await step({ key: `called ${type}.jpg`, headers: { 'content-type': type } })
    expect(resultOf(response)).toBe('webp; 200x133; q=80')
    expect(headerText(response.headers, 'content-type')).toBe('image/webp')
  })

  it('is small enough beside its headers', async () => {
    const grain = Uint8Array.from({ length: 900 * 600 * 3 }, (_, i) => Math.imul(i ^ (i >> 7), 2_654_435_761) >>> 24)
    const body = await sharp(grain, { raw: { width: 900, height: 600, channels: 3 } })
      .png()
      .toBuffer()
    const stepBeside = async (filler: number) => {
      written = ''
      const headers = { 'x-filler': 'x'.repeat(filler) }
      const { response } = await step({ key: 'grain.png', body, request: { variant: { fm: 'webp', w: 800 } }, headers })
      return { result: resultOf(response), bytes: Buffer.byteLength(JSON.stringify(response)) }
    }
    const alone = await stepBeside(0)
    expect(alone.result).toBe('webp; 800x533; q=80')

    const beside = await stepBeside(1_048_576 - 10_000 - alone.bytes)
    expect(beside).toEqual({ result: 'webp; 800x533; q=80', bytes: expect.closeTo(1_038_576, -2) })

    const over = await stepBeside(1_048_577 - alone.bytes)
    expect(over.result).toMatch(/^webp; \d+x\d+; q=[567]\d$/)
    expect(over.bytes).toBeLessThan(1_048_576)

    expect((await stepBeside(1_044_000)).result).toBe('original; reason=over-limit')
    expect((await stepBeside(2_000_000)).result).toBe('original; reason=over-limit')
  })
})

describe('the original', () => {
  const small = { maxInputBytes: 10, maxInputPixels: 10_000_000, budget: 700 }

  const expected = 'expected an image type, and 1 to 10000000 bytes, found'

  it.each<[string, string, Omit<Asked, 'key'>]>([
    [
      'unsupported',
      `${expected} text/html, 100`,
      { headers: { 'content-type': 'text/html', 'content-length': '100' } },
    ],
    [
      'unsupported',
      `${expected} image/svg+xml, 9`,
      { headers: { 'content-type': 'image/svg+xml', 'content-length': '9' } },
    ],
    [
      'unsupported',
      `${expected} text/css, no length`,
      { headers: { 'content-type': 'text/css', 'content-length': '' } },
    ],
    ['corrupt', `${expected} image/jpeg, 0`, { headers: { 'content-length': '0' } }],
    ['corrupt', `${expected} no type, 0`, { headers: { 'content-type': '', 'content-length': '0' } }],
    [
      'too-large',
      'expected an image type, and 1 to 10 bytes, found image/jpeg, 11',
      { headers: { 'content-length': '11' }, request: { limit: small } },
    ],
    [
      'unsupported',
      'its cache-control says no-transform',
      { headers: { 'cache-control': 'max-age=60, No-Transform' } },
    ],
    ['deadline', 'no time left to begin', { context: { getRemainingTimeInMillis: () => 100 } }],
  ])('%s: %s; nothing is read', async (reason, detail, asked) => {
    const { response, before, caching, log, requests } = await step({ key: `${reason}, ${detail}`, ...asked })
    expect(requests).toBe(0)
    expect(response).toEqual({
      headers: { ...before.headers, 'x-rimlight': [{ value: `original; reason=${reason}` }] },
    })
    expect(caching).toEqual(
      reason === 'deadline' ? { cacheControl: 'public, max-age=60', validators: 'dropped' } : CACHING,
    )
    const { _aws, ...values } = log
    expect(values).toEqual({
      ...{ Result: reason, Detail: detail, Path: `/${reason}, ${detail}`, Variant: 'fm=webp&w=200', Images: 1 },
    })
  })

  it.each([
    ['for good', original('unsupported', 'no image of a bucket'), CACHING],
    ['for now', original('changed', 'another'), { cacheControl: 'public, max-age=60', validators: 'dropped' }],
  ])('that it is already, %s: answered as such, whatever the response is', async (name, request, expected) => {
    const headers = { 'content-type': 'text/html', 'cache-control': 'no-transform' }
    const { response, before, caching, log, requests } = await step({ key: `already ${name}`, request, headers })
    expect(requests).toBe(0)
    expect(response).toEqual({
      headers: { ...before.headers, 'x-rimlight': [{ value: `original; reason=${request.reason}` }] },
    })
    expect(caching).toEqual(expected)
    const { _aws, ...values } = log
    expect(values).toEqual({ Result: request.reason, Detail: request.detail, Images: 1 })
  })

  it.each([
    ...['binary/octet-stream', 'application/octet-stream', 'image/*', 'image/pjpeg', 'image/x-png', ''],
    ...['multipart/form-data', 'application/x-www-form-urlencoded', 'nonsense'],
  ])('that is called %j, and is a picture by its bytes, gets the type of those', async (type) => {
    const { response, requests } = await step({
      key: `called ${type}, as it is.jpg`,
      headers: { 'content-type': type },
      request: { variant: { w: 600 } },
    })
    expect(resultOf(response)).toBe('original; reason=not-smaller')
    expect(headerText(response.headers, 'content-type')).toBe('image/jpeg')
    expect(requests).toBe(1)
  })

  it.each([
    ['too-large', { limit: small }, {}],
    ['unsupported', {}, { 'cache-control': 'no-transform' }],
  ])('of no type, that is not read whole (%s): its first bytes tell', async (reason, request, headers) => {
    const key = `no type, ${reason}.jpg`
    const { response, requests } = await step({ key, request, headers: { 'content-type': '', ...headers } })
    expect(resultOf(response)).toBe(`original; reason=${reason}`)
    expect(headerText(response.headers, 'content-type')).toBe('image/jpeg')
    expect(requests).toBe(1)
  })

  it('of no type, that was read and is no image: its first bytes are not asked for again', async () => {
    const body = Buffer.from('a text that nobody gave a type')
    const { response, requests } = await step({ key: 'a text', body, headers: { 'content-type': '' } })
    expect(resultOf(response)).toBe('original; reason=unsupported')
    expect(headerText(response.headers, 'content-type')).toBe('')
    expect(requests).toBe(1)
  })

  it.each(['image/jpg', 'image/heic', 'image/x-adobe-dng'])('that is called %s keeps its type', async (type) => {
    const headers = { 'content-type': type }
    const { response } = await step({ key: `called ${type}`, headers, request: { variant: { w: 600 } } })
    expect(headerText(response.headers, 'content-type')).toBe(type)
  })

  it('for good: its caching stays', async () => {
    const { response, before, caching, log } = await step({ key: 'half.jpg', body: jpeg.subarray(0, 2_000) })
    expect(response.headers).toEqual({ ...before.headers, 'x-rimlight': [{ value: 'original; reason=corrupt' }] })
    expect(caching).toBe(CACHING)
    expect(log).toMatchObject({ Result: 'corrupt', BytesIn: 2_000 })
    expect(log).not.toHaveProperty('BytesOut')
  })

  it('for now: it is cached for a minute, and is never a year after that', async () => {
    const key = 'denied.jpg'
    bucket.answer(key, (exchange) => sendError(exchange, ACCESS_DENIED))
    const { response, before, caching, log } = await step({ key })
    expect(response.headers).toEqual({ ...before.headers, 'x-rimlight': [{ value: 'original; reason=source-error' }] })
    expect(caching).toEqual({ cacheControl: 'public, max-age=60', validators: 'dropped' })
    expect(log).toMatchObject({ Result: 'source-error', Detail: 'AccessDenied: Access Denied' })
    for (const name of ['BytesIn', 'BytesOut', 'TransformTime']) expect(log).not.toHaveProperty(name)
  })

  it('has the ETag that was in hand, or none', async () => {
    const { response } = await step({ key: 'another.jpg', headers: { etag: '"another"' } })
    expect(resultOf(response)).toBe('original; reason=changed')
  })
})

describe('a step that does not load', () => {
  afterEach(() => {
    vi.doUnmock('../../../origin-response/transform.ts')
    vi.resetModules()
  })

  it('disabled', async () => {
    vi.resetModules()
    vi.doMock('../../../origin-response/transform.ts', () => {
      throw new Error('no such file')
    })
    const { response, caching, log, requests } = await step({ key: 'disabled.jpg' })
    expect(resultOf(response)).toBe('original; reason=disabled')
    expect(caching).toEqual({ cacheControl: 'public, max-age=60', validators: 'dropped' })
    expect(log).toMatchObject({ Result: 'disabled', Images: 1 })
    for (const name of ['BytesIn', 'BytesOut', 'FetchTime', 'TransformTime']) expect(log).not.toHaveProperty(name)
    expect(requests).toBe(0)
  })
})
