/** Pixels: what a source is, and renditions of it. The one file that knows sharp. */
import sharp, { type Metadata, type Sharp } from 'sharp'
import { FORMATS, type Format } from '../edge/formats.ts'
import { formatOf } from './formats.ts'
import { type Original, original } from './original.ts'

/** What the header of a source says. */
export type Facts = {
  format: Format
  /** Pixels, of one frame, with its orientation applied. */
  width: number
  height: number
  frames: number
  /** Of which only the first is worked on. */
  hasMorePages: boolean
  /** PNG and GIF: at most 256 colours. */
  isPalette: boolean
  /** JPEG in several scans, PNG in several passes: decoded whole before the first row comes out. */
  isProgressive: boolean
  /** Of a JPEG, counted in its bytes: how often the decoder goes through the whole picture, at most. */
  scans: number
  /** Stored in another orientation than it is shown in. */
  isTurned: boolean
  /** Channels × bytes of a sample, as it is decoded. */
  pixelBytes: number
}

export type Inspection = { kind: 'facts'; facts: Facts } | Original

/** One way to encode a source. */
export type Settings = {
  format: Format
  width: number
  height: number
  /** Cover the size and cut what is over; else the size has the source's proportion. */
  crop: boolean
  quality: number
  /** AVIF alone: from 0, quick, up; `cost.ts` has what each costs. */
  effort: number
  /** All frames, or the first. */
  animated: boolean
  isPalette: boolean
}

// One function, one image at a time: a cache of operations or more threads would only take memory.
sharp.cache(false)
sharp.concurrency(1)

// What is not decoded can't be attacked: libvips has dozens of loaders, some of which call other programs.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
    'VipsForeignLoadTiffBuffer',
    'VipsForeignLoadHeifBuffer',
  ],
})

/** Whether a rendition that outlived its deadline still takes memory and time. */
export function isBusy(): boolean {
  const { queue, process } = sharp.counters()
  return queue + process > 0
}

/** Reads the header alone. Does not reject. */
export async function inspect(bytes: Buffer): Promise<Inspection> {
  const format = formatOf(bytes)
  if (!format) return original('unsupported', 'not an image of a kind that is worked on')
  try {
    const metadata = await sharp(bytes, { limitInputPixels: false }).metadata()
    return { kind: 'facts', facts: factsOf(format, metadata, bytes) }
  } catch (error) {
    return original('corrupt', String(error))
  }
}

/** By libvips's name for it. */
const SAMPLE_BYTES: Readonly<Record<string, number>> = {
  uchar: 1,
  char: 1,
  ushort: 2,
  short: 2,
  uint: 4,
  int: 4,
  float: 4,
}

/** Pages of a TIFF, and images beside the first in an AVIF file, are no frames: nothing moves. */
const isAnimation = (format: Format): boolean => FORMATS[format].canAnimate

/**
 * ISO/IEC 10918-1, B.1.1.5: in coded data a zero is stuffed behind each 0xff, so that these two bytes begin a scan. A
 * thumbnail's count, too; the estimate is then too high.
 */
const START_OF_SCAN = Buffer.from([0xff, 0xda])

function scansOf(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(START_OF_SCAN); at >= 0; at = bytes.indexOf(START_OF_SCAN, at + 2)) count += 1
  return count
}

const factsOf = (format: Format, { pages = 1, ...metadata }: Metadata, bytes: Buffer): Facts => ({
  format,
  width: metadata.autoOrient.width,
  height: metadata.autoOrient.height,
  frames: isAnimation(format) ? pages : 1,
  hasMorePages: !isAnimation(format) && pages > 1,
  isPalette: metadata.isPalette ?? false,
  isProgressive: metadata.isProgressive && (format === 'jpg' || format === 'png'),
  scans: format === 'jpg' && metadata.isProgressive ? scansOf(bytes) : 1,
  isTurned: (metadata.orientation ?? 1) > 1,
  pixelBytes: metadata.channels * (SAMPLE_BYTES[metadata.depth] ?? 8),
})

/**
 * Decodes, turns upright, resizes and encodes, in sRGB and without metadata.
 * @param maxPixels width × height × frames, which the decoder holds the source to as well
 * @param milliseconds after which libvips gives up between rows, in whole seconds
 * @throws for a source that can't be decoded
 */
export async function render(
  bytes: Buffer,
  settings: Settings,
  maxPixels: number,
  milliseconds: number,
): Promise<Buffer> {
  const image = sharp(bytes, {
    // A warning alone spoils no picture, and photographs of many cameras give some.
    failOn: 'error',
    limitInputPixels: maxPixels,
    animated: settings.animated,
    autoOrient: true,
    sequentialRead: true,
  })
    .resize({ width: settings.width, height: settings.height, fit: settings.crop ? 'cover' : 'fill' })
    .timeout({ seconds: Math.max(1, Math.ceil(milliseconds / 1_000)) })
  return ENCODERS[settings.format](image, settings).toBuffer()
}

const ENCODERS: Readonly<Record<Format, (image: Sharp, settings: Settings) => Sharp>> = {
  webp: (image, { quality }) => image.webp({ quality, effort: 4 }),
  avif: (image, { quality, effort }) =>
    image.avif({
      quality: avifQuality(quality),
      effort,
      tune: 'iq',
      chromaSubsampling: quality > 80 ? '4:4:4' : '4:2:0',
    }),
  // JPEG has no transparency: what is behind a picture is white, as on most pages.
  jpg: (image, { quality }) => image.flatten({ background: '#fff' }).jpeg({ quality, mozjpeg: true }),
  // Looking longer for the best 256 colours takes twice as long, and saves one byte in a hundred.
  png: (image, { isPalette }) => image.png(isPalette ? { palette: true, effort: 1 } : {}),
  gif: (image) => image.gif({ effort: 1 }),
  tiff: (image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' }),
}

type Point = readonly [q: number, quality: number]

/** `q` on AVIF's own scale: what looks the same, as measured (docs/images.md). Between these points, a line. */
const AVIF_QUALITIES: readonly Point[] = [
  [1, 20],
  [50, 45],
  [65, 51],
  [80, 61],
  [90, 76],
  [100, 100],
]

export function avifQuality(q: number): number {
  const at = Math.max(
    1,
    AVIF_QUALITIES.findIndex(([above]) => above >= q),
  )
  const [[q0, low], [q1, high]] = AVIF_QUALITIES.slice(at - 1, at + 1) as [Point, Point]
  return Math.round(low + ((q - q0) / (q1 - q0)) * (high - low))
}
