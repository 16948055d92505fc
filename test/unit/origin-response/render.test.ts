import sharp, { type Sharp } from 'sharp'
import { describe, expect, it, test } from 'vitest'
import { FORMATS, type Format } from '../../../edge/formats.ts'
import type { Settings } from '../../../origin-response/settings.ts'
import { animation, photo } from '../../images/pictures.ts'
import { near, pixelsOf, renditionOf } from './pixels.ts'

const formats = Object.keys(FORMATS) as Format[]

/** One colour. */
const plain = (background: string, size = 16): Sharp =>
  sharp({ create: { width: size, height: size, channels: 4, background } }).removeAlpha()

describe.each(formats)('%s', (format) => {
  it('has exactly the size that is asked for, filled and cropped', async () => {
    const source = await photo(120, 80).jpeg().toBuffer()
    const middle = { whole: { width: 75, height: 50 }, from: { left: 19, top: 0 } }
    for (const [width, height, cut] of [
      [50, 37, null],
      [37, 50, middle],
      [1, 1, null],
      [120, 80, null],
    ] as const) {
      const rendition = await renditionOf(source, { format, width, height, cut })
      const metadata = await sharp(rendition).metadata()
      expect([metadata.width, metadata.height]).toEqual([width, height])
      expect(metadata.mediaType).toBe(FORMATS[format].mediaType)
    }
  })

  it('is in sRGB, without metadata', async () => {
    const source = await plain('#0f0')
      .withIccProfile('p3')
      .withExif({ IFD0: { Copyright: 'Example' }, IFD3: { GPSLatitudeRef: 'N' } })
      .withXmp('<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    expect(Object.keys(await sharp(source).metadata())).toEqual(expect.arrayContaining(['exif', 'icc', 'xmp']))
    near([117, 251, 76], await pixelsOf(source, 8, 8), 3)

    const rendition = await renditionOf(source, { format, width: 16, height: 16, quality: 90 })
    const metadata = await sharp(rendition).metadata()
    expect(metadata.space).toBe('srgb')
    for (const name of ['exif', 'icc', 'xmp', 'iptc', 'tifftagPhotoshop', 'comments'] as const) {
      expect(metadata[name] ?? [], name).toEqual([])
    }
    // TIFF says of what is upright that it is.
    expect(metadata.orientation ?? 1).toBe(1)
    near([0, 255, 0], (await pixelsOf(rendition, 8, 8)).slice(0, 3), 12)
  })
})

test('filled, nothing is cut; cut, what is over', async () => {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ] as const
  const pixels = Array.from({ length: 90 * 30 }, (_, i) => colours[Math.floor((i % 90) / 30)] as readonly number[])
  const source = await sharp(Buffer.from(pixels.flat()), { raw: { width: 90, height: 30, channels: 3 } })
    .png()
    .toBuffer()
  const seen = async (cut: Settings['cut']) => {
    const rendition = await renditionOf(source, { format: 'png', width: 30, height: 30, cut })
    return Promise.all([2, 15, 27].map((x) => pixelsOf(rendition, x, 15)))
  }
  const whole = { width: 90, height: 30 }
  expect(await seen(null)).toEqual(colours)
  for (const [i, left] of [0, 30, 60].entries()) {
    expect(await seen({ whole, from: { left, top: 0 } })).toEqual([colours[i], colours[i], colours[i]])
  }
})

describe('colours', () => {
  it('CMYK becomes sRGB', async () => {
    const source = await plain('#c83214').toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expect(await sharp(source).metadata()).toMatchObject({ space: 'cmyk', channels: 4 })
    const rendition = await renditionOf(source, { format: 'png', width: 8, height: 8 })
    expect(await sharp(rendition).metadata()).toMatchObject({ space: 'srgb', channels: 3 })
    near([200, 50, 20], await pixelsOf(rendition, 4, 4), 24)
  })

  it('16 bits become 8', async () => {
    const source = await plain('#c83214').toColourspace('rgb16').png().toBuffer()
    expect((await sharp(source).metadata()).depth).toBe('ushort')
    const rendition = await renditionOf(source, { format: 'png', width: 8, height: 8 })
    expect((await sharp(rendition).metadata()).depth).toBe('uchar')
    near([200, 50, 20], await pixelsOf(rendition, 4, 4), 1)
  })

  it('grey stays grey', async () => {
    const source = await plain('#808080').toColourspace('b-w').jpeg().toBuffer()
    const rendition = await renditionOf(source, { format: 'webp', width: 8, height: 8 })
    near([128, 128, 128], await pixelsOf(rendition, 4, 4), 3)
  })
})

describe('alpha', () => {
  const source = photo(96, 64, { alpha: true }).png().toBuffer()

  it.each(['webp', 'avif', 'png', 'tiff'] as const)('is kept in %s', async (format) => {
    const rendition = await renditionOf(await source, { format, width: 48, height: 32 })
    expect((await pixelsOf(rendition, 0, 0))[3]).toBe(0)
    expect((await pixelsOf(rendition, 24, 16))[3]).toBe(255)
    const [, , , between = 0] = await pixelsOf(rendition, 24, 5)
    expect(between).toBeGreaterThan(100)
    expect(between).toBeLessThan(250)
  })

  it('JPEG has white behind it', async () => {
    const rendition = await renditionOf(await source, { format: 'jpg', width: 48, height: 32 })
    near([255, 255, 255], await pixelsOf(rendition, 0, 0), 3)
    near([255, 255, 255], await pixelsOf(rendition, 47, 31), 3)
  })
})

describe('an animation', () => {
  const DELAYS = [70, 120, 30, 200]
  const source = animation(60, 40, 4).gif({ delay: DELAYS, loop: 3 }).toBuffer()

  it('of fewer colours leaves what is as good as still, noise, as it was in the frame before', async () => {
    const [width, height, frames] = [48, 48, 8]
    const still = await photo(width, height).removeAlpha().raw().toBuffer()
    const noisy = Buffer.concat(
      Array.from({ length: frames }, (_, frame) =>
        still.map((value, at) => Math.min(255, value + ((at * 7 + frame * 5) % 4))),
      ),
    )
    const raw = { width, height: height * frames, channels: 3, pageHeight: height } as const
    const moving = await sharp(noisy, { raw })
      .gif({ delay: Array(frames).fill(80) })
      .toBuffer()
    const made = await renditionOf(moving, { format: 'gif', width, height, frames, colours: 16 })
    const each = await sharp(moving, { pages: -1 }).gif({ effort: 1, colours: 16, dither: 0 }).toBuffer()
    expect(made.length).toBeLessThan(0.9 * each.length)
    expect((await sharp(made, { pages: -1 }).metadata()).pages).toBe(frames)
  })

  it.each(['webp', 'gif'] as const)('keeps its frames, their times and its loops in %s', async (format) => {
    const middle = { whole: { width: 30, height: 20 }, from: { left: 5, top: 0 } }
    for (const [width, height, cut] of [
      [30, 20, null],
      [20, 20, middle],
    ] as const) {
      const rendition = await renditionOf(await source, { format, width, height, cut, frames: 4 })
      const found = await sharp(rendition, { animated: true }).metadata()
      expect(found).toMatchObject({ pages: 4, delay: DELAYS, loop: 3, width, pageHeight: height })
    }
  })

  it('is its first frame where one is all there is to be', async () => {
    const rendition = await renditionOf(await source, { format: 'png', width: 60, height: 40 })
    const first = await sharp(await source)
      .removeAlpha()
      .raw()
      .toBuffer()
    expect((await sharp(rendition).metadata()).pages).toBeUndefined()
    expect(await sharp(rendition).removeAlpha().raw().toBuffer()).toEqual(first)
  })
})

test('quality counts where there is one', async () => {
  const source = await photo(120, 80).png().toBuffer()
  for (const format of formats) {
    const sizes = [30, 60, 90].map(async (quality) => (await renditionOf(source, { format, quality })).length)
    const [low = 0, middle = 0, high = 0] = await Promise.all(sizes)
    if (FORMATS[format].hasQuality)
      expect(low < middle && middle < high, `${format}: ${[low, middle, high]}`).toBe(true)
    else expect([low, high], format).toEqual([middle, middle])
  }
})

test('a palette is kept', async () => {
  const source = await photo(120, 80).png({ palette: true, colours: 16 }).toBuffer()
  const size = { width: 60, height: 40 }
  const [palette, colours] = await Promise.all(
    [true, false].map((isPalette) => renditionOf(source, { format: 'png', ...size, isPalette })),
  )
  expect((await sharp(palette).metadata()).isPalette).toBe(true)
  expect((await sharp(colours).metadata()).isPalette).toBe(false)
})
