/** Colours of renditions, measured after decoding: sRGB without a profile, whatever the source's numbers stood for. */
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { Format } from '../../../edge/formats.ts'
import { inspect } from '../../../origin-response/render.ts'
import { multiPicture } from '../../images/multi-picture.ts'
import { pngChunks, pngOf } from '../../images/png.ts'
import { near, pixelsOf, renditionOf } from './pixels.ts'

type Rgb = [number, number, number]

const ORANGE: Rgb = [224, 128, 32]
const FORMATS: readonly Format[] = ['jpg', 'png', 'webp', 'avif']

const plain = ([r, g, b]: Rgb) => sharp({ create: { width: 60, height: 40, channels: 3, background: { r, g, b } } })

/** The profile that sharp brings along. */
const p3 = async (): Promise<Buffer> =>
  (await sharp(await plain(ORANGE).withIccProfile('p3').png().toBuffer()).metadata()).icc as Buffer

/** These very numbers in Display P3; sharp itself would convert them. */
async function p3Png(numbers: Rgb): Promise<Buffer> {
  const [header, ...rest] = pngChunks(await plain(numbers).png().toBuffer())
  const data = Buffer.concat([Buffer.from('p3\0\0', 'latin1'), deflateSync(await p3())])
  return pngOf([header as NonNullable<typeof header>, { type: 'iCCP', data }, ...rest])
}

async function expectColour(source: Buffer, expected: Rgb, most = 4): Promise<void> {
  for (const format of FORMATS) {
    const inspected = await inspect(source)
    if (inspected.kind === 'original') throw new Error(inspected.detail)
    const { hasDeepProfile } = inspected.facts
    const rendition = await renditionOf(source, { format, width: 30, height: 20, quality: 90, hasDeepProfile })
    const { icc, depth, space } = await sharp(rendition).metadata()
    expect({ format, icc, depth, space }).toEqual({ format, icc: undefined, depth: 'uchar', space: 'srgb' })
    near(expected, await pixelsOf(rendition, 15, 10), most)
  }
}

describe('Display P3', () => {
  it.each([
    ['JPEG', () => plain(ORANGE).withIccProfile('p3').jpeg({ quality: 98 }).toBuffer()],
    ['PNG', () => plain(ORANGE).withIccProfile('p3').png().toBuffer()],
    ['PNG of 16 bits', () => plain(ORANGE).toColourspace('rgb16').withIccProfile('p3').png().toBuffer()],
    ['WebP', () => plain(ORANGE).withIccProfile('p3').webp({ lossless: true }).toBuffer()],
    ['AVIF', () => plain(ORANGE).withIccProfile('p3').avif({ quality: 95 }).toBuffer()],
    [
      'TIFF of 16 bits',
      () => plain(ORANGE).toColourspace('rgb16').withIccProfile('p3').tiff({ compression: 'lzw' }).toBuffer(),
    ],
    ['TIFF', () => plain(ORANGE).withIccProfile('p3').tiff({ compression: 'lzw' }).toBuffer()],
  ])('%s: what sRGB can show is the same', async (_format, source) => {
    const bytes = await source()
    // The numbers are others: whoever dropped the profile would show another colour.
    const [red = 0] = await pixelsOf(bytes, 30, 20)
    expect(red).not.toBe(ORANGE[0])
    await expectColour(bytes, ORANGE, 5)
  })

  it.each<[Rgb, Rgb]>([
    [
      [0, 255, 0],
      [0, 255, 0],
    ],
    [
      [255, 0, 0],
      [255, 0, 0],
    ],
  ])('%j, which sRGB can not show, is the nearest that it can', async (numbers, expected) => {
    await expectColour(await p3Png(numbers), expected, 8)
  })
})

describe('16 bits', () => {
  it.each([
    ['PNG', () => plain(ORANGE).toColourspace('rgb16').png().toBuffer()],
    ['TIFF', () => plain(ORANGE).toColourspace('rgb16').tiff({ compression: 'lzw' }).toBuffer()],
  ])('%s: eight of them, the same colour', async (_format, source) => {
    const bytes = await source()
    expect((await sharp(bytes).metadata()).depth).toBe('ushort')
    await expectColour(bytes, ORANGE)
  })

  it('of a grey picture', async () => {
    const grey = await plain([90, 90, 90]).toColourspace('grey16').png().toBuffer()
    expect((await sharp(grey).metadata()).depth).toBe('ushort')
    const rendition = await renditionOf(grey, { format: 'webp', width: 30, height: 20, quality: 90 })
    near([90, 90, 90], await pixelsOf(rendition, 15, 10), 3)
  })
})

describe('two pictures in one JPEG: the first is shown, in its colours, and none of the second is left', () => {
  const other = plain([10, 60, 200]).jpeg().toBuffer()

  it.each([
    ['an MPO of a stereo camera', 'disparity', () => plain(ORANGE).jpeg({ quality: 98 }).toBuffer()],
    ['Ultra HDR', 'gain-map', () => plain(ORANGE).jpeg({ quality: 98 }).toBuffer()],
    [
      'Ultra HDR in Display P3, as phones write it',
      'gain-map',
      () => plain(ORANGE).withIccProfile('p3').jpeg({ quality: 98 }).toBuffer(),
    ],
  ] as const)('%s', async (_what, kind, first) => {
    const source = multiPicture(kind, await first(), await other)
    const inspected = await inspect(source)
    expect(inspected).toMatchObject({
      kind: 'facts',
      facts: { format: 'jpg', width: 60, height: 40, frames: 1, hasMorePages: false, isProgressive: false },
    })
    await expectColour(source, ORANGE, 5)
    const jpeg = await renditionOf(source, { format: 'jpg', width: 60, height: 40, quality: 90 })
    expect(jpeg.includes('MPF\0')).toBe(false)
    expect(jpeg.includes('hdrgm')).toBe(false)
    expect(jpeg.indexOf(Buffer.from([0xff, 0xd8, 0xff]), 1)).toBe(-1)
  })
})
