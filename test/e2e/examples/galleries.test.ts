/** `examples/galleries/`, from end to end: pictures of a private bucket, as they are, for a year. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import config from '../../../examples/galleries/edge.config.ts'
import { fromKey, fromS3Url, siteOf } from '../../../urls/urls.ts'
import { photo } from '../../images/pictures.ts'
import { type Example, startedExample, viewedAt } from './example-site.ts'

/** A box of HEIF, by which such files are known whatever they are called, and no picture. */
const HEIC = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(500, 7)])

let example: Example
let picture: Buffer
beforeAll(async () => {
  picture = await photo(600, 400).jpeg().toBuffer()
  const text = JSON.stringify({ words: Array.from({ length: 400 }, (_, i) => `word ${i}`) })
  const photos = { 'a b/dusk.jpg': picture, 'phone.jpg': HEIC, 'covers/a.jpg': picture, 'index.json': text }
  example = await startedExample('galleries', { photos })
})
afterAll(() => example?.cloudfront.stop())

const viewed = (url: string, headers?: Record<string, string>) => viewedAt(example.cloudfront, url, headers)

const site = siteOf(config)
const DUSK = fromKey(site, 'a b/dusk.jpg')

it('a picture is kept for a year, whatever is added to its URL, and for whomever', async () => {
  const first = await viewed(DUSK, { accept: 'image/webp' })
  expect(first).toMatchObject({
    status: 200,
    xCache: 'Miss',
    cacheControl: 'public, max-age=31536000',
    type: 'image/jpeg',
  })
  expect(first.body).toEqual(picture)
  for (const query of ['?utm_source=mail', '?fbclid=1&w=640', '?v=2']) {
    expect(await viewed(DUSK + query, { accept: 'image/avif' })).toMatchObject({ xCache: 'Hit', body: picture })
  }
  await example.cloudfront.advance(300 * 86_400)
  expect((await viewed(DUSK)).xCache).toBe('Hit')
})

it('URLs of old come to the same', () => {
  for (const host of ['example-galleries.s3.amazonaws.com', 's3.eu-central-1.amazonaws.com/example-galleries'])
    expect(fromS3Url(site, `https://${host}/a%20b/dusk.jpg?X-Amz-Signature=0`)).toBe(DUSK)
})

it('HEIC that is called .jpg is passed on untouched', async () => {
  expect(await viewed('/phone.jpg?w=640', { accept: 'image/webp' })).toMatchObject({ status: 200, body: HEIC })
})

it('covers are kept for an hour', async () => {
  expect((await viewed('/covers/a.jpg')).cacheControl).toBe('public, max-age=3600')
})

it('texts are compressed, pictures are not', async () => {
  const encoded = async (url: string) => (await viewed(url, { 'accept-encoding': 'br' })).header('content-encoding')
  expect([await encoded('/index.json'), await encoded('/phone.jpg')]).toEqual(['br', null])
})

it('HTTP is sent to HTTPS, and the bucket is for CloudFront alone', async () => {
  const { httpUrl, s3 } = example.cloudfront
  const response = await fetch(`${httpUrl}/covers/a.jpg`, { headers: { host: 'cdn.example.com' }, redirect: 'manual' })
  expect(response.status).toBe(301)
  expect(response.headers.get('location')).toMatch(/^https:\/\/[^/]+\/covers\/a\.jpg$/)
  expect((await fetch(`${s3.endpoint}/example-galleries/covers/a.jpg`)).status).toBe(403)
})
