import sharp from 'sharp'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { compile } from '../../../build/compile.ts'
import type { Caching } from '../../../edge/cache-control.ts'
import { headerText } from '../../../edge/headers.ts'
import type { ImageResponse } from '../../../origin-response/image.ts'
import { placeholderStep } from '../../../origin-response/placeholder.ts'
import type { ImageRequest } from '../../../origin-response/routing.ts'
import { photo } from '../../images/pictures.ts'
import { BUCKET } from '../../images/s3-answers.ts'
import { put, useBucket } from './bucket.ts'
import { RULE } from './samples.ts'

// The build puts the compiled config in this module's place.
vi.mock('../../../edge/rules.ts', async () => {
  const { settings } = await import('../../contract/config.ts')
  return compile(settings())
})

const bucket = useBucket()
const CACHING: Caching = { cacheControl: 'public, max-age=300', validators: 'kept' }

let png: Buffer
beforeAll(async () => {
  png = await photo(300, 200).png().toBuffer()
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

type Asked = { key?: string; type?: string; method?: string; variant?: ImageRequest['variant'] }

async function shown({ key = 'site/missing.png', type = 'image/png', method = 'GET', variant }: Asked) {
  const response: ImageResponse = {
    headers: { 'content-type': [{ value: 'text/plain; charset=utf-8' }], date: [{ value: 'today' }] },
    body: 'Not Found\n',
  }
  const image: ImageRequest | undefined = variant && {
    ...{ kind: 'image', bucket: { bucket: 'another', region: bucket.region }, key: 'a.jpg', uri: '/a.jpg' },
    ...{ variant, rule: RULE, limit: { maxInputBytes: 10_000_000, maxInputPixels: 10_000_000, budget: 700 } },
  }
  const placeholder = { bucket: BUCKET, region: bucket.region, key, path: `/${key}`, type }
  const caching = await placeholderStep(
    response,
    { uri: '/a.jpg', method, placeholder, image },
    CACHING,
    { memoryLimitInMB: '1769', getRemainingTimeInMillis: () => 30_000 },
    () => import('../../../origin-response/source.ts'),
  )
  const said = (name: string) => headerText(response.headers, name)
  const logs = written.split('\n').slice(0, -1)
  return { response, caching, said, logs: logs.map((line) => JSON.parse(line)) }
}

const bytesOf = ({ body = '' }: ImageResponse) => Buffer.from(body, 'base64')

describe('as it is', () => {
  it('where no rendition was asked for', async () => {
    put(bucket, 'site/missing.png', png)
    const { response, caching, said, logs } = await shown({})
    expect(response.bodyEncoding).toBe('base64')
    expect(bytesOf(response).equals(png)).toBe(true)
    expect([said('content-type'), said('x-rimlight'), said('date')]).toEqual(['image/png', 'placeholder', 'today'])
    expect(caching).toBe(CACHING)
    expect(logs).toEqual([])
  })

  it('for HEAD the same headers, and no body', async () => {
    put(bucket, 'site/missing.png', png)
    const { response, said } = await shown({ method: 'HEAD' })
    expect(response.bodyEncoding).toBeUndefined()
    expect([said('content-type'), said('x-rimlight')]).toEqual(['image/png', 'placeholder'])
  })

  it('where it can not be resized, with a line of why', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>')
    put(bucket, 'missing.svg', svg)
    const { response, said, logs } = await shown({ key: 'missing.svg', type: 'image/svg+xml', variant: { w: 200 } })
    expect(bytesOf(response).equals(svg)).toBe(true)
    expect([said('content-type'), said('x-rimlight')]).toEqual(['image/svg+xml', 'placeholder'])
    expect(logs).toEqual([expect.objectContaining({ Result: 'unsupported', Path: '/a.jpg' })])
  })
})

it('resized and converted as the picture would have been', async () => {
  put(bucket, 'site/missing.png', png)
  const { response, caching, said, logs } = await shown({ variant: { fm: 'webp', w: 120 } })
  expect(await sharp(bytesOf(response)).metadata()).toMatchObject({ format: 'webp', width: 120, height: 80 })
  expect([said('content-type'), said('x-rimlight')]).toEqual(['image/webp', 'placeholder; webp; 120x80; q=80'])
  expect(caching).toBe(CACHING)
  expect(logs).toEqual([expect.objectContaining({ Result: 'webp', Path: '/a.jpg', Variant: 'fm=webp&w=120' })])
})

describe('where it can not be had, the line of text stays', () => {
  it.each([
    ['it is missing itself', 'lost.png', 'changed', 'public, max-age=60'],
    ['it does not fit into a generated response', 'large.png', 'too-large', 'public, max-age=300'],
    ['it is empty', 'empty.png', 'source-error', 'public, max-age=60'],
  ])('%s', async (_, key, reason, cacheControl) => {
    put(bucket, 'large.png', Buffer.alloc(800_000, 1))
    put(bucket, 'empty.png', Buffer.alloc(0))
    const { response, caching, said, logs } = await shown({ key })
    expect([response.body, said('content-type')]).toEqual(['Not Found\n', 'text/plain; charset=utf-8'])
    expect(said('x-rimlight')).toBe(`placeholder; reason=${reason}`)
    expect(caching.cacheControl).toBe(cacheControl)
    expect(logs).toEqual([
      expect.objectContaining({
        Result: reason,
        Path: '/a.jpg',
        Detail: expect.stringMatching(new RegExp(`^placeholder ${key}: .`)),
      }),
    ])
  })

  it('and a rendition of it can not either', async () => {
    const { response, said } = await shown({ key: 'lost too.png', variant: { w: 200 } })
    expect([response.body, said('content-type')]).toEqual(['Not Found\n', 'text/plain; charset=utf-8'])
    expect(said('x-rimlight')).toBe('placeholder; reason=changed')
  })
})
