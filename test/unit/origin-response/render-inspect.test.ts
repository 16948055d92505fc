import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Facts } from '../../../origin-response/facts.ts'
import { inspect } from '../../../origin-response/render.ts'
import { animation, photo } from '../../images/pictures.ts'
import { factsWith } from './samples.ts'

const still = () => photo(120, 80)

/** A TIFF of two pages. */
const pages = async () => {
  const page = await still().png().toBuffer()
  return sharp([page, page], { join: { animated: true } })
    .tiff()
    .toBuffer()
}

describe('the facts', () => {
  it.each<[string, () => Promise<Buffer>, Partial<Facts>]>([
    ['a JPEG', () => still().jpeg().toBuffer(), { format: 'jpg' }],
    [
      'a JPEG in several scans',
      () => still().jpeg({ progressive: true }).toBuffer(),
      { isProgressive: true, scans: 10 },
    ],
    ['a JPEG in grey', () => still().toColourspace('b-w').jpeg().toBuffer(), { pixelBytes: 1 }],
    ['a JPEG in CMYK', () => still().toColourspace('cmyk').jpeg().toBuffer(), { pixelBytes: 4 }],
    [
      'a JPEG on its side: its size is as it is seen',
      () => still().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      { width: 80, height: 120, isTurned: true, orientation: 6 },
    ],
    ['a JPEG that is said to be upright', () => still().withMetadata({ orientation: 1 }).jpeg().toBuffer(), {}],
    ['a PNG', () => still().png().toBuffer(), { format: 'png' }],
    ['a PNG in passes', () => still().png({ progressive: true }).toBuffer(), { format: 'png', isProgressive: true }],
    [
      'a PNG with a palette',
      () => still().png({ palette: true, colours: 16 }).toBuffer(),
      { format: 'png', isPalette: true },
    ],
    [
      'a PNG with alpha',
      () => photo(120, 80, { alpha: true }).png().toBuffer(),
      { format: 'png', pixelBytes: 4, hasAlpha: true },
    ],
    ['a WebP', () => still().webp().toBuffer(), { format: 'webp' }],
    [
      'a WebP with alpha',
      () => photo(120, 80, { alpha: true }).webp().toBuffer(),
      { format: 'webp', pixelBytes: 4, hasAlpha: true },
    ],
    [
      'a WebP that moves: its size is that of a frame',
      () => animation(120, 80, 5).webp().toBuffer(),
      { format: 'webp', frames: 5, pixelBytes: 4, hasAlpha: true },
    ],
    ['a GIF', () => still().gif().toBuffer(), { format: 'gif', isPalette: true }],
    [
      'an interlaced GIF counts as any other',
      () => still().gif({ progressive: true }).toBuffer(),
      { format: 'gif', isPalette: true },
    ],
    [
      'a GIF that moves: its size is that of a frame',
      () => animation(120, 80, 5).toBuffer(),
      { format: 'gif', frames: 5, isPalette: true, pixelBytes: 4, hasAlpha: true },
    ],
    ['a TIFF', () => still().tiff().toBuffer(), { format: 'tiff' }],
    ['a TIFF of two pages: nothing moves', pages, { format: 'tiff', hasMorePages: true }],
    ['an AVIF', () => still().avif({ effort: 0 }).toBuffer(), { format: 'avif' }],
    [
      'an AVIF with alpha',
      () => photo(120, 80, { alpha: true }).avif({ effort: 0 }).toBuffer(),
      { format: 'avif', pixelBytes: 4, hasAlpha: true },
    ],
  ])('%s', async (_what, make, facts) => {
    expect(await inspect(await make())).toEqual({
      kind: 'facts',
      facts: factsWith({ width: 120, height: 80, ...facts }),
    })
  })

  it("of more pixels than anything may have: they are the plan's to refuse", async () => {
    const large = await still().png().toBuffer()
    large.writeUInt32BE(100_000, 16)
    large.writeUInt32BE(50_000, 20)
    large.writeUInt32BE(crc32(large.subarray(12, 29)), 29)
    expect(await inspect(large)).toMatchObject({ kind: 'facts', facts: { width: 100_000, height: 50_000 } })
  })
})
