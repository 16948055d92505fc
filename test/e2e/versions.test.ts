/** `?v=` cannot lie: whoever asks for a version before its object is there never freezes the old bytes under it. */
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: { default: '24h' }, settle: '10m' }],
}

const YEAR = 'public, max-age=31536000, immutable'
const STOPGAP = 'public, max-age=30'

let cloudfront: CloudFront
let s3: S3Client
/** Seconds that the clock was moved on by. */
let moved = 0

beforeAll(async () => {
  cloudfront = await started(CONFIG)
  const { endpoint, region, ...credentials } = cloudfront.s3
  s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
})
afterAll(async () => {
  s3.destroy()
  await cloudfront.stop()
})

const upload = (key: string, text: string, metadata: Record<string, string> = {}) =>
  s3.send(new PutObjectCommand({ Bucket: 'example-photos', Key: key, Body: text, Metadata: metadata }))

async function ask(path: string) {
  const response = await cloudfront.fetch(path)
  const header = (name: string) => response.headers.get(name)
  return {
    body: await response.text(),
    caching: header('cache-control'),
    verdict: header('x-rimlight-verdict'),
    xCache: header('x-cache')?.replace(' from cloudfront', ''),
    validators: header('etag') !== null || header('last-modified') !== null,
  }
}

async function advance(seconds: number) {
  moved += seconds
  await cloudfront.advance(seconds)
}

/** Milliseconds since 1970 by the distribution's clock, as an application stamps its versions. */
const now = () => Date.now() + moved * 1000

describe('a version that is asked for before its upload', () => {
  it('gets the old bytes for 30 seconds, and the new ones after that', async () => {
    await upload('a.txt', 'old')
    await advance(3_600)
    const version = now()
    const early = await ask(`/a.txt?v=${version}`)
    expect(early).toEqual({ body: 'old', caching: STOPGAP, verdict: 'unsettled', xCache: 'Miss', validators: false })
    await upload('a.txt', 'new')
    expect(await ask(`/a.txt?v=${version}`)).toMatchObject({ body: 'old', xCache: 'Hit' })
    await advance(31)
    const settled = await ask(`/a.txt?v=${version}`)
    expect(settled).toMatchObject({ body: 'new', caching: YEAR, verdict: null, xCache: 'Miss' })
    await advance(300 * 86_400)
    expect(await ask(`/a.txt?v=${version}`)).toMatchObject({ body: 'new', xCache: 'Hit' })
  })

  it('is asked for again every 30 seconds while the upload takes its time, and never revalidated into a year', async () => {
    await upload('slow.txt', 'old')
    await advance(3_600)
    const version = now()
    for (let seconds = 0; seconds < 300; seconds += 31) {
      expect(await ask(`/slow.txt?v=${version}`)).toMatchObject({ body: 'old', caching: STOPGAP, xCache: 'Miss' })
      await advance(31)
    }
    await upload('slow.txt', 'new')
    expect(await ask(`/slow.txt?v=${version}`)).toMatchObject({ body: 'new', caching: YEAR })
  })

  it('does not exist yet: the 404 lasts 10 seconds at most', async () => {
    const version = now()
    const missing = await ask(`/first.txt?v=${version}`)
    expect(missing).toMatchObject({ caching: 'public, max-age=10', xCache: 'Error' })
    await upload('first.txt', 'here')
    await advance(11)
    expect(await ask(`/first.txt?v=${version}`)).toMatchObject({ body: 'here', caching: YEAR })
  })

  it('is stated in the metadata: the old object is not it', async () => {
    await upload('meta.txt', 'old', { version: 'one' })
    expect(await ask('/meta.txt?v=two')).toMatchObject({ body: 'old', caching: STOPGAP, validators: false })
    await upload('meta.txt', 'new', { version: 'two' })
    await advance(31)
    expect(await ask('/meta.txt?v=two')).toMatchObject({ body: 'new', caching: YEAR })
  })
})

describe('revalidation', () => {
  it('keeps what has not changed: RefreshHit, from a 304 of the bucket', async () => {
    await upload('fresh.txt', 'same')
    expect(await ask('/fresh.txt')).toMatchObject({ xCache: 'Miss', validators: true })
    await advance(86_401)
    expect(await ask('/fresh.txt')).toMatchObject({ body: 'same', xCache: 'RefreshHit' })
    expect(await ask('/fresh.txt')).toMatchObject({ body: 'same', xCache: 'Hit' })
  })

  it('takes up what has', async () => {
    await upload('changed.txt', 'before')
    await ask('/changed.txt')
    await upload('changed.txt', 'after')
    await advance(86_401)
    expect(await ask('/changed.txt')).toMatchObject({ body: 'after', xCache: 'Miss' })
  })
})

it('an old link to new bytes is not frozen either', async () => {
  const version = now()
  await advance(86_400)
  await upload('relinked.txt', 'newer')
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'example-photos', Key: 'relinked.txt' }))
  expect(await Body?.transformToString()).toBe('newer')
  expect(await ask(`/relinked.txt?v=${version}`)).toMatchObject({ body: 'newer', caching: 'public, max-age=86400' })
})

it('an upload of several megabytes through the distribution arrives whole', async () => {
  const bytes = Buffer.alloc(5_000_000, 'abcdefg')
  await s3.send(new PutObjectCommand({ Bucket: 'example-photos', Key: 'large.bin', Body: bytes }))
  const response = await cloudfront.fetch('/large.bin')
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
})
