/** The fixtures are what they are called, by what sharp reads in their headers. */
import sharp from 'sharp'
import { describe, expect, it, test } from 'vitest'
import { bombs, gifOf, onePixelWebp } from './bombs.ts'
import { DELAYS, FIXTURE_NAMES, fixture, LOOP } from './fixtures.ts'
import { handmade } from './handmade.ts'
import { isUpright, ORIENTATIONS, orientedJpeg, UPRIGHT } from './orientations.ts'
import { blackPng, COLOUR, withChecksums } from './png.ts'

const metadataOf = (bytes: Buffer) => sharp(bytes, { pages: -1, limitInputPixels: false }).metadata()

/** What a word in a fixture's name stands for. */
const WORDS: Record<string, object> = {
  progressive: { isProgressive: true },
  interlaced: { isProgressive: true },
  grey: { channels: 1 },
  CMYK: { space: 'cmyk' },
  '4:4:4': { chromaSubsampling: '4:4:4' },
  P3: { hasProfile: true },
  'with EXIF and XMP': { exif: expect.any(Buffer), xmp: expect.any(Buffer), hasProfile: true },
  palette: { isPalette: true },
  '16 bits': { depth: 'ushort' },
  alpha: { hasAlpha: true },
  lossless: {},
  animated: { pages: 4, delay: DELAYS, loop: LOOP },
  lzw: { pages: 1 },
  jpeg: { pages: 1 },
  tiles: { pages: 1 },
  pages: { pages: 2 },
}

describe('a fixture', () => {
  it.each(FIXTURE_NAMES)('%s is one', async (name) => {
    const { bytes, kind, width, height } = await fixture(name)
    const metadata = await metadataOf(bytes)
    const [, word] = name.split(/, (.*)/s)
    if (word) expect(WORDS).toHaveProperty([word])
    expect(metadata).toMatchObject({ mediaType: `image/${kind}`, ...WORDS[word ?? ''] })
    expect([metadata.width, metadata.pageHeight ?? metadata.height]).toEqual([width, height])
    expect((await fixture(name)).bytes).toBe(bytes)
  })

  it.each(ORIENTATIONS)('of orientation %i is upright when EXIF is heeded', async (orientation) => {
    const jpeg = await orientedJpeg(orientation)
    expect(await sharp(jpeg).metadata()).toMatchObject({ orientation, autoOrient: UPRIGHT })
    expect(await isUpright(await sharp(jpeg).autoOrient().png().toBuffer())).toBe(true)
    if (![1, 5].includes(orientation)) expect(await isUpright(jpeg)).toBe(false)
  })
})

describe('what is made by hand', () => {
  test('is decoded where it is a picture', async () => {
    const pictures = (await handmade()).filter(({ source }) => source)
    expect(pictures.length).toBeGreaterThan(3)
    for (const { name, bytes } of pictures) {
      await expect(sharp(bytes, { failOn: 'warning' }).raw().toBuffer(), name).resolves.toBeInstanceOf(Buffer)
    }
  })

  test('is black in a PNG of any size, interlaced or not', async () => {
    const sizes = [1, 2, 3, 5, 8, 9, 100].flatMap((width) => [1, 4, 7, 64].map((height) => ({ width, height })))
    const headers = sizes.flatMap((size) =>
      [1, 8, 16].flatMap((depth) =>
        [false, true].map((interlaced) => ({
          ...size,
          depth,
          colour: depth === 1 ? COLOUR.grey : COLOUR.rgba,
          interlaced,
        })),
      ),
    )
    for (const header of headers) {
      const { data, info } = await sharp(blackPng(header), { failOn: 'warning' })
        .raw()
        .toBuffer({ resolveWithObject: true })
      expect([info.width, info.height, data.every((value) => value === 0)]).toEqual([header.width, header.height, true])
    }
  })

  test('has the checksums that an encoder writes', async () => {
    const { bytes } = await fixture('png, palette')
    const broken = Buffer.from(bytes).fill(0, bytes.length - 4)
    expect(withChecksums(broken)).toEqual(bytes)
    expect(withChecksums(bytes.subarray(0, 50))).toEqual(bytes.subarray(0, 50))
  })

  test('is one colour in a WebP, and one of two in each frame of a GIF', async () => {
    const webp = await sharp(onePixelWebp(300, 200)).raw().toBuffer()
    expect([...webp.subarray(0, 3), webp.length]).toEqual([20, 90, 160, 300 * 200 * 3])
    const frames = Array.from({ length: 10_000 }, (_, i) => ({ left: i % 4, width: 1, height: 1 }))
    expect(await metadataOf(gifOf({ width: 4, height: 4 }, frames))).toMatchObject({ pages: 10_000, pageHeight: 4 })
  })

  test('is huge in a bomb that is small', async () => {
    for (const { name, bytes } of await bombs()) {
      const { width, height } = await metadataOf(bytes)
      // libvips looks for the largest of a GIF's frames, a decoder may go by the screen.
      if (name !== 'GIF, its screen') expect(width * height, name).toBeGreaterThan(250_000_000)
      expect(bytes.length, name).toBeLessThan(600_000)
    }
  })
})
