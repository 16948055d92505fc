/** `examples/wishlist/`, from end to end: pictures that are replaced, uploaded, missing, and asked for in any size. */
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import config from '../../../examples/wishlist/edge.config.ts'
import { presigner } from '../../../sign/presign.ts'
import { fromKey, siteOf } from '../../../urls/urls.ts'
import { photo } from '../../images/pictures.ts'
import { type Example, startedExample, viewedAt } from './example-site.ts'

let example: Example
let picture: Buffer
/** Nine megabytes: noise does not compress. */
let large: Buffer
beforeAll(async () => {
  picture = await photo(900, 600).jpeg().toBuffer()
  const noise = { type: 'gaussian', mean: 128, sigma: 90 } as const
  large = await sharp({ create: { width: 1800, height: 1300, channels: 3, background: 'grey', noise } })
    .png({ compressionLevel: 1 })
    .toBuffer()
  example = await startedExample('wishlist', { items: { 'a.jpg': picture, 'large.png': large } })
})
afterAll(() => example?.cloudfront.stop())

const viewed = (url: string, headers: Record<string, string> = { accept: 'image/webp' }) =>
  viewedAt(example.cloudfront, url, headers)

const site = siteOf(config)

// First: the clock that others move on is the bucket's, too.
it('uploads by presigned URL go through the CDN, too', async () => {
  const { region, accessKeyId, secretAccessKey } = example.cloudfront.s3
  const presign = presigner({ region, credentials: { accessKeyId, secretAccessKey } })
  const to = { bucket: 'example-wishlist', key: 'uploads/b.jpg', domain: 'cdn.example.com' }
  const { url, headers } = await presign({ ...to, method: 'PUT', contentType: 'image/jpeg' })
  const put = await example.cloudfront.fetch(url, { method: 'PUT', headers, body: new Uint8Array(picture) })
  expect(put.status).toBe(200)
  expect((await viewed('https://cdn.example.com/uploads/b.jpg')).status).toBe(403)
  expect(await viewed((await presign(to)).url)).toMatchObject({ status: 200, body: picture })
})

it('sizes share a picture of the ladder, in the format that the viewer takes', async () => {
  const first = await viewed('/a.jpg?w=330&utm_source=mail')
  expect(first).toMatchObject({
    status: 200,
    xCache: 'Miss',
    type: 'image/webp',
    cacheControl: 'public, max-age=86400',
  })
  expect((await sharp(first.body).metadata()).width).toBe(384)
  expect(await viewed('/a.jpg?w=360')).toMatchObject({ xCache: 'Hit', body: first.body })
  expect(await viewed('/a.jpg?w=360', { accept: 'image/png' })).toMatchObject({ xCache: 'Miss', type: 'image/jpeg' })
})

it('a picture of nearly 10 MB is resized', async () => {
  expect(large.length).toBeGreaterThan(7_000_000)
  const found = await viewed('/large.png?w=384')
  expect(found).toMatchObject({ status: 200, type: 'image/webp' })
  expect((await sharp(found.body).metadata()).width).toBe(384)
})

it('a version that is the time of the last change is kept for a year, another is not', async () => {
  const changed = Date.parse((await viewed('/a.jpg')).header('last-modified') ?? '')
  // Versions settle in ten minutes.
  await example.cloudfront.advance(700)
  const cacheOf = async (version: number) => (await viewed(fromKey(site, 'a.jpg', { version }))).cacheControl
  expect(await cacheOf(changed)).toBe('public, max-age=31536000, immutable')
  expect(await cacheOf(changed / 1000 - 9_999)).toBe('public, max-age=86400')
})

it('what is missing is missing for five minutes', async () => {
  expect(await viewed('/new.jpg')).toMatchObject({ status: 404, cacheControl: 'public, max-age=300' })
  const { endpoint, region, ...credentials } = example.cloudfront.s3
  const presign = presigner({ region, endpoint, credentials })
  const { url, headers } = await presign({
    method: 'PUT',
    bucket: 'example-wishlist',
    key: 'new.jpg',
    contentType: 'image/jpeg',
  })
  expect((await fetch(url, { method: 'PUT', headers, body: new Uint8Array(picture) })).status).toBe(200)
  expect((await viewed('/new.jpg')).status).toBe(404)
  await example.cloudfront.advance(301)
  expect(await viewed('/new.jpg')).toMatchObject({ status: 200, type: 'image/webp' })
})

it('an invalidation removes it in all its sizes', async () => {
  await viewed('/a.jpg?w=128')
  expect(await viewed('/a.jpg?w=128')).toMatchObject({ xCache: 'Hit' })
  expect(await example.cloudfront.invalidate(['/a.jpg*'])).toBeGreaterThan(1)
  expect(await viewed('/a.jpg?w=128')).toMatchObject({ xCache: 'Miss' })
})
