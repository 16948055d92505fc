import { setTimeout } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { isBusy } from '../../../origin-response/render.ts'
import { type Job, type Outcome, transform } from '../../../origin-response/transform.ts'
import { photo } from '../../images/pictures.ts'
import { ACCESS_DENIED, BUCKET, etagOf, PRECONDITION_FAILED, sendError } from '../../images/s3-answers.ts'
import { faultNamed } from '../../images/s3-faults.ts'
import { put, useBucket } from './bucket.ts'
import { RULE } from './samples.ts'

const bucket = useBucket()

let jpeg: Buffer
let png: Buffer
beforeAll(async () => {
  jpeg = await photo(600, 400).jpeg({ quality: 90 }).toBuffer()
  png = await photo(60, 40).png().toBuffer()
})

const job = (
  key: string,
  { time = 10_000, body = jpeg, ...rest }: Partial<Job> & { time?: number; body?: Buffer },
): Job => ({
  source: { bucket: BUCKET, region: bucket.region, key: put(bucket, key, body), etag: etagOf({ body }) },
  variant: { fm: 'webp', w: 200 },
  rule: RULE,
  limit: { maxInputBytes: 1_000_000, maxInputPixels: 1_000_000, budget: 700 },
  budget: 700_000,
  memory: 1_769,
  deadline: performance.now() + time,
  ...rest,
})

const ALL = ['bytesIn', 'fetch', 'transform']

/** @param names of what was measured, sorted: no more than was done */
function expectMeasures({ measures }: Outcome, names = ALL): void {
  expect(Object.keys(measures).toSorted()).toEqual(names)
  expect(Object.values(measures).filter((value) => !(Number.isFinite(value) && value >= 0))).toEqual([])
}

describe('a quality that is found', () => {
  const rule = { ...RULE, quality: 'auto' } as const
  const grain = async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
    const spots = sharp({ create: { width: 50, height: 40, channels: 3, background: '#888', noise } })
    return sharp(await spots.png().toBuffer())
      .resize(400)
      .png()
      .toBuffer()
  }

  it('is lower where there is much detail, and the picture is whole', async () => {
    const body = await grain()
    const usual = await transform(job('grain.png', { body }))
    const found = await transform(
      job('grain.png', { body, rule, variant: { fm: 'webp', w: 200, h: 100, fit: 'crop' } }),
    )
    if (usual.kind !== 'rendition' || found.kind !== 'rendition') throw new Error('expected renditions')
    expect(usual.settings.quality).toBe(80)
    expect(found.settings.quality).toBeLessThan(80)
    expect(await sharp(found.bytes).metadata()).toMatchObject({ format: 'webp', width: 200, height: 100 })
  })

  it('where a request asks for it, whatever the config has', async () => {
    const body = await grain()
    const asked = await transform(job('grain.png', { body, rule: RULE, variant: { fm: 'webp', q: 'auto', w: 200 } }))
    const configured = await transform(job('grain.png', { body, rule, variant: { fm: 'webp', w: 200 } }))
    if (asked.kind !== 'rendition' || configured.kind !== 'rendition') throw new Error('expected renditions')
    expect(asked.settings.quality).toBeLessThan(80)
    expect(asked.bytes).toEqual(configured.bytes)
  })

  it.each([
    ['a quality that is asked for', { fm: 'webp', w: 200, q: 90 }, 90],
    ['another format', { fm: 'jpg', w: 200 }, 80],
    ['AVIF', { fm: 'avif', w: 200 }, 80],
  ])('%s is not searched', async (_, variant, quality) => {
    const outcome = await transform(job('grain.png', { body: await grain(), rule, variant }))
    if (outcome.kind !== 'rendition') throw new Error(outcome.kind)
    expect(outcome.settings.quality).toBe(quality)
  })

  it('of what can’t be decoded is none', async () => {
    const body = jpeg.subarray(0, 700)
    expect(await transform(job('cut.jpg', { body, rule }))).toMatchObject({ kind: 'original', reason: 'corrupt' })
  })
})

describe('a rendition', () => {
  it('as it is asked for, and what it took', async () => {
    const start = performance.now()
    const outcome = await transform(job('photo.jpg', {}))
    const taken = performance.now() - start
    expect(outcome).toMatchObject({
      kind: 'rendition',
      settings: { format: 'webp', width: 200, height: 133, quality: 80 },
    })
    if (outcome.kind !== 'rendition') return
    expect(await sharp(outcome.bytes).metadata()).toMatchObject({ format: 'webp', width: 200, height: 133 })
    const { fetch = 0, transform: made = 0, bytesIn } = outcome.measures
    expect(bytesIn).toBe(jpeg.length)
    expect(fetch).toBeGreaterThan(0)
    expect(made).toBeGreaterThan(0)
    expect(fetch + made).toBeLessThanOrEqual(taken)
  })

  it('in as many bytes as there are, with what that takes', async () => {
    const whole = await transform(job('whole.jpg', { variant: { w: 400 } }))
    const budget = Math.round((whole.kind === 'rendition' ? whole.bytes.length : Number.NaN) / 2)
    const outcome = await transform(job('half.jpg', { variant: { w: 400 }, budget }))
    if (outcome.kind !== 'rendition') throw new Error(outcome.kind)
    expect(outcome.bytes.length).toBeLessThanOrEqual(budget)
    const { quality, width } = outcome.settings
    expect(quality < 80 || width < 400).toBe(true)
    expect(await sharp(outcome.bytes).metadata()).toMatchObject({ format: 'jpeg', width })
  })

  it('larger than its source, where that is what it takes to be another size', async () => {
    const body = await photo(600, 400).jpeg({ quality: 2 }).toBuffer()
    const outcome = await transform(job('poor.jpg', { body, variant: { fm: 'png', w: 400 } }))
    expect(outcome.kind === 'rendition' && outcome.bytes.length > body.length).toBe(true)
  })
})

describe('the original', () => {
  /** A PNG that says that it has 96 million pixels. */
  const large = () => {
    const claimed = Buffer.from(png)
    claimed.writeUInt32BE(12_000, 16)
    claimed.writeUInt32BE(8_000, 20)
    claimed.writeUInt32BE(crc32(claimed.subarray(12, 29)), 29)
    return claimed
  }
  const ROOM = { memory: 10_240, limit: { maxInputBytes: 1e6, maxInputPixels: 1e9, budget: 700 } }
  const little = () => jpeg.subarray(0, jpeg.length >> 4)

  it.each<[string, string, () => Partial<Job> & { time?: number; body?: Buffer }, string]>([
    ['unsupported', 'a page', () => ({ body: Buffer.from('<!doctype html><title>A page</title>') }), 'not an image'],
    [
      'corrupt',
      'a header of rubbish',
      () => ({ body: Buffer.concat([jpeg.subarray(0, 4), Buffer.alloc(99)]) }),
      'Error: ',
    ],
    ['corrupt', 'a little of it', () => ({ body: little() }), '% of it is missing: Error: VipsJpeg: premature end'],
    [
      'too-large',
      'a byte too many',
      () => ({ limit: { maxInputBytes: jpeg.length - 1, maxInputPixels: 1e6, budget: 700 } }),
      'more than',
    ],
    [
      'too-many-pixels',
      'one too many',
      () => ({ limit: { maxInputBytes: 1e6, maxInputPixels: 239_999, budget: 700 } }),
      '240000 pixels of 239999',
    ],
    ['too-many-pixels', 'more memory than there is', () => ({ memory: 1 }), 'needs about'],
    ['over-limit', 'no room', () => ({ budget: 10 }), 'bytes of 10'],
    ['not-smaller', 'as it is already', () => ({ variant: { w: 800 } }), 'as it is asked for already'],
    ['deadline', 'more to do than there is time', () => ({ body: large(), time: 1_000, ...ROOM }), 'would take about'],
  ])('%s: %s', async (reason, what, changes, detail) => {
    const outcome = await transform(job(`${reason}, ${what}`, changes()))
    expect(outcome).toMatchObject({ kind: 'original', reason, detail: expect.stringContaining(detail) })
    expectMeasures(outcome, reason === 'too-large' ? ['fetch'] : ALL)
  })

  it('not-smaller: WebP in its size that has more bytes', async () => {
    const body = await photo(600, 400).jpeg({ quality: 2 }).toBuffer()
    const outcome = await transform(job('small.jpg', { body, variant: { fm: 'webp', q: 90 } }))
    const detail = expect.stringMatching(new RegExp(`^\\d+ bytes, the source has ${body.length}$`))
    expect(outcome).toMatchObject({ kind: 'original', reason: 'not-smaller', detail })
    expect(outcome.measures.bytesIn).toBe(body.length)
    expectMeasures(outcome)
  })

  it('what S3 says', async () => {
    const asked = [
      ['source-error', ACCESS_DENIED],
      ['changed', PRECONDITION_FAILED],
    ] as const
    for (const [reason, error] of asked) {
      const asking = job(reason, {})
      bucket.answer(reason, (exchange) => sendError(exchange, error))
      const outcome = await transform(asking)
      expect(outcome).toMatchObject({ kind: 'original', reason })
      expectMeasures(outcome, ['fetch'])
    }
  })
})

describe('the deadline', () => {
  it('has passed: nothing is asked for, and nothing is made', async () => {
    for (const time of [0, -1_000]) {
      const outcome = await transform(job('late.jpg', { time }))
      expect(outcome).toMatchObject({ kind: 'original', reason: 'source-timeout', detail: 'no time is left to ask S3' })
      expectMeasures(outcome, ['fetch'])
    }
    expect(bucket.s3.requests('late.jpg')).toBe(0)
  })

  it('is not waited for where S3 is silent: something could still have been made', async () => {
    const asking = job('silent.jpg', { time: 1_500 })
    bucket.answer('silent.jpg', faultNamed('silence').answer)
    const start = performance.now()
    const outcome = await transform(asking)
    const taken = performance.now() - start
    expect(outcome).toMatchObject({ kind: 'original', reason: 'source-timeout' })
    expect(taken).toBeLessThan(1_500)
    expect(outcome.measures.fetch).toBeGreaterThan(100)
    expectMeasures(outcome, ['fetch'])
  })
})

describe('a rendition that outlived its deadline', () => {
  afterEach(() => vi.waitUntil(() => !isBusy(), 30_000))

  it('has the memory of the next, which waits for it, and not for long', async () => {
    const earlier = sharp(await photo(300, 200).resize(4_000, 2_000).png().toBuffer())
      .avif({ effort: 4 })
      .toBuffer()
    await setTimeout(20)
    const outcome = await transform(job('next.jpg', {}))
    expect(isBusy()).toBe(true)
    const detail = 'an earlier rendition is still being made'
    expect(outcome).toMatchObject({ kind: 'original', reason: 'deadline', detail })
    expect(outcome.measures.bytesIn).toBe(jpeg.length)
    await earlier
    expect(await transform(job('one-more.jpg', {}))).toMatchObject({ kind: 'rendition' })
  })

  it('that is done in a moment costs the next one no more than that', async () => {
    const earlier = sharp(await photo(300, 200).resize(900, 600).png().toBuffer())
      .avif({ effort: 0 })
      .toBuffer()
    await setTimeout(5)
    expect(isBusy()).toBe(true)
    expect(await transform(job('next.jpg', {}))).toMatchObject({ kind: 'rendition' })
    await earlier
  })
})
