/** Previews of real pictures, by the real sharp, from a bucket: read back by others' decoders. */
import sharp from 'sharp'
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash'
import { describe, expect, it } from 'vitest'
import type { PreviewFormat } from '../../../edge/variant.ts'
import { type Outcome, transform } from '../../../origin-response/transform.ts'
import { animation, photo } from '../../images/pictures.ts'
import { BUCKET, etagOf } from '../../images/s3-answers.ts'
import { put, useBucket } from './bucket.ts'
import { RULE } from './samples.ts'

const bucket = useBucket()

const outcomeOf = (body: Buffer, fm: PreviewFormat): Promise<Outcome> =>
  transform({
    source: { bucket: BUCKET, region: bucket.region, key: put(bucket, 'source', body), etag: etagOf({ body }) },
    variant: { fm },
    rule: RULE,
    limit: { maxInputBytes: 10_000_000, maxInputPixels: 1_000_000, budget: 700 },
    budget: 700_000,
    memory: 1_769,
    deadline: performance.now() + 10_000,
  })

async function bytesOf(body: Buffer, fm: PreviewFormat): Promise<Buffer> {
  const outcome = await outcomeOf(body, fm)
  if (outcome.kind === 'original') throw new Error(`${outcome.reason}: ${outcome.detail}`)
  return outcome.bytes
}

/** Orange on the left, half of it, and blue. */
const flag = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#2050c0' } }).composite([
    {
      input: { create: { width: Math.round(width * 0.75), height, channels: 3, background: '#e08020' } },
      gravity: 'west',
    },
  ])

describe('fm=preview: 16 pixels wide', () => {
  it.each([
    ['of a photograph', () => photo(600, 400).jpeg({ quality: 90 }).toBuffer(), 16, 11],
    ['of one on its side, upright', () => photo(600, 400).withMetadata({ orientation: 6 }).jpeg().toBuffer(), 16, 24],
    ['of an animation, the first frame', () => animation(120, 60, 4).toBuffer(), 16, 8],
    ['of transparency', () => photo(300, 300, { alpha: true }).png().toBuffer(), 16, 16],
  ])('%s', async (_what, source, width, height) => {
    const bytes = await bytesOf(await source(), 'preview')
    const { format, width: w, height: h, pages = 1 } = await sharp(bytes).metadata()
    expect({ format, w, h, pages }).toEqual({ format: 'webp', w: width, h: height, pages: 1 })
    expect(bytes.length).toBeLessThan(300)
  })
})

describe('fm=thumbhash: what its own decoder makes the picture of', () => {
  it('its colours and its proportion', async () => {
    const hash = await bytesOf(await flag(600, 400).png().toBuffer(), 'thumbhash')
    expect(hash.length).toBeLessThan(30)
    expect(thumbHashToApproximateAspectRatio(hash)).toBeCloseTo(1.5, 0)
    const { w, h, rgba } = thumbHashToRGBA(hash)
    const at = (x: number) => [...rgba.slice(4 * ((h >> 1) * w + x)).slice(0, 3)]
    const [left = [], right = []] = [at(3), at(w - 3)]
    expect((left[0] as number) - (left[2] as number)).toBeGreaterThan(80)
    expect((right[2] as number) - (right[0] as number)).toBeGreaterThan(50)
  })

  it('transparency', async () => {
    const hash = await bytesOf(await photo(300, 300, { alpha: true }).png().toBuffer(), 'thumbhash')
    expect(thumbHashToAverageRGBA(hash).a).toBeLessThan(0.9)
  })
})

describe('fm=json: what the source is', () => {
  it.each([
    ['JPEG', () => flag(600, 400).jpeg({ quality: 95 }).toBuffer(), { width: 600, height: 400, format: 'jpg' }],
    ['PNG', () => flag(90, 120).png().toBuffer(), { width: 90, height: 120, format: 'png' }],
    [
      'upright, and how it was turned',
      () => flag(600, 400).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
      { width: 400, height: 600, format: 'jpg', orientation: 6 },
    ],
  ])('%s', async (_what, source, expected) => {
    const body = await source()
    const { color, ...said } = JSON.parse((await bytesOf(body, 'json')).toString())
    expect(said).toEqual({ orientation: 1, ...expected, bytes: body.length })
    const [r = 0, g = 0, b = 0] = Buffer.from(color.slice(1), 'hex')
    expect(color).toMatch(/^#[0-9a-f]{6}$/)
    // The colours are told in sixteenths.
    for (const [value, wanted] of [
      [r, 0xe0],
      [g, 0x80],
      [b, 0x20],
    ] as const) {
      expect(Math.abs(value - wanted)).toBeLessThanOrEqual(16)
    }
  })
})

it.each(['preview', 'thumbhash', 'json'] as const)('%s: limits and faults are those of pictures', async (fm) => {
  const cut = (await photo(600, 400).webp().toBuffer()).subarray(0, 300)
  expect(await outcomeOf(cut, fm)).toMatchObject({ kind: 'original', reason: 'corrupt' })
  const large = await sharp({ create: { width: 1_001, height: 1_000, channels: 3, background: '#fff' } })
    .png()
    .toBuffer()
  expect(await outcomeOf(large, fm)).toMatchObject({ kind: 'original', reason: 'too-many-pixels' })
  expect(await outcomeOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), fm)).toMatchObject({
    kind: 'original',
    reason: 'unsupported',
  })
})
