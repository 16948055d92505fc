import sharp from 'sharp'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { compile } from '../../../build/compile.ts'
import type { Caching } from '../../../edge/cache-control.ts'
import { headerText } from '../../../edge/headers.ts'
import { type ImageResponse, imageStep, type Surroundings } from '../../../origin-response/image.ts'
import type { ImageRequest } from '../../../origin-response/routing.ts'
import { photo } from '../../images/pictures.ts'
import { ACCESS_DENIED, BUCKET, etagOf, sendError } from '../../images/s3-answers.ts'
import { put, REGION, useBucket } from './bucket.ts'
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
  request?: Partial<ImageRequest>
  surroundings?: Surroundings
}

async function step({ key, body = jpeg, headers = {}, without = '', request = {}, surroundings = {} }: Asked) {
  put(bucket, key, body)
  const response: ImageResponse = { headers: headersOf(body, headers) }
  delete response.headers[without]
  const before = structuredClone(response)
  const caching = await imageStep(
    response,
    {
      ...{
        bucket: { bucket: BUCKET, region: REGION },
        key,
        uri: `/${key}`,
        variant: { fm: 'webp', w: 200 },
        rule: RULE,
      },
      ...{ limit: { maxInputBytes: 10_000_000, maxInputPixels: 10_000_000 }, ...request },
    },
    CACHING,
    { memoryLimitInMB: '1769', getRemainingTimeInMillis: () => 30_000, ...surroundings },
  )
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
      ...{ BytesIn: jpeg.length, BytesOut: body.length },
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
  const small = { maxInputBytes: 10, maxInputPixels: 10_000_000 }

  it.each<[string, string, Omit<Asked, 'key'>]>([
    ['unsupported', 'text/html, 100 bytes', { headers: { 'content-type': 'text/html', 'content-length': '100' } }],
    ['unsupported', 'image/svg+xml, 9 bytes', { headers: { 'content-type': 'image/svg+xml', 'content-length': '9' } }],
    ['corrupt', 'image/jpeg, 0 bytes', { headers: { 'content-length': '0' } }],
    ['too-large', 'image/jpeg, 11 bytes', { headers: { 'content-length': '11' }, request: { limit: small } }],
    ['unsupported', 'no-transform', { headers: { 'cache-control': 'max-age=60, No-Transform' } }],
    ['deadline', 'no time left to begin', { surroundings: { getRemainingTimeInMillis: () => 100 } }],
  ])('%s: %s; nothing is read', async (reason, detail, asked) => {
    const { response, before, caching, log, requests } = await step({ key: `${reason}, ${detail}`, ...asked })
    expect(requests).toBe(0)
    expect(response).toEqual({
      headers: { ...before.headers, 'x-rimlight': [{ value: `original; reason=${reason}` }] },
    })
    expect(caching).toEqual(
      reason === 'deadline' ? { cacheControl: 'public, max-age=60', validators: 'dropped' } : CACHING,
    )
    expect(log).toMatchObject({
      Result: reason,
      Detail: detail,
      BytesIn: 0,
      BytesOut: 0,
      FetchTime: 0,
      TransformTime: 0,
    })
  })

  it('for good: its caching stays', async () => {
    const { response, before, caching, log } = await step({ key: 'half.jpg', body: jpeg.subarray(0, 2_000) })
    expect(response.headers).toEqual({ ...before.headers, 'x-rimlight': [{ value: 'original; reason=corrupt' }] })
    expect(caching).toBe(CACHING)
    expect(log).toMatchObject({ Result: 'corrupt', BytesIn: 2_000, BytesOut: 0 })
  })

  it('for now: it is cached for a minute, and is never a year after that', async () => {
    const key = 'denied.jpg'
    bucket.answer(key, (exchange) => sendError(exchange, ACCESS_DENIED))
    const { response, before, caching, log } = await step({ key })
    expect(response.headers).toEqual({ ...before.headers, 'x-rimlight': [{ value: 'original; reason=source-error' }] })
    expect(caching).toEqual({ cacheControl: 'public, max-age=60', validators: 'dropped' })
    expect(log).toMatchObject({ Result: 'source-error', Detail: 'AccessDenied: Access Denied' })
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
    expect(log).toMatchObject({ Result: 'disabled', BytesIn: 0 })
    expect(requests).toBe(0)
  })
})
