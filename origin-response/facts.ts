/** What a source is, by its header. */
import type { Metadata } from 'sharp'
import { FORMATS, type Format, type SourceFormat } from '../edge/formats.ts'

export type Facts = {
  format: SourceFormat
  /** Pixels, of one frame, with its orientation applied. */
  width: number
  height: number
  frames: number
  /** There are more pages than one, and only the first is worked on. */
  hasMorePages: boolean
  /** PNG and GIF: at most 256 colours. */
  isPalette: boolean
  hasAlpha: boolean
  /** JPEG in several scans, PNG in several passes: decoded whole before the first row comes out. */
  isProgressive: boolean
  /** Of a JPEG, counted in its bytes: how often the decoder goes through the whole picture, at most. */
  scans: number
  /** Stored in another orientation than it is shown in. */
  isTurned: boolean
  /** By its EXIF, 1 to 8: what was applied. */
  orientation: number
  /** Of 16 bits, with a profile: sharp converts only what has eight to sRGB by itself, and drops the profile of both. */
  hasDeepProfile: boolean
  /** Channels × bytes of a sample, as it is decoded. */
  pixelBytes: number
}

/** Bytes of a sample, by libvips's name for its type. */
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

/** @param metadata of the source, as sharp has it @param bytes of the source */
export const factsOf = (format: Format, { pages = 1, ...metadata }: Metadata, bytes: Buffer): Facts => ({
  format,
  width: metadata.autoOrient.width,
  height: metadata.autoOrient.height,
  frames: isAnimation(format) ? pages : 1,
  hasMorePages: !isAnimation(format) && pages > 1,
  isPalette: metadata.isPalette ?? false,
  hasAlpha: metadata.hasAlpha,
  isProgressive: metadata.isProgressive && (format === 'jpg' || format === 'png'),
  scans: format === 'jpg' && metadata.isProgressive ? scansOf(bytes) : 1,
  isTurned: (metadata.orientation ?? 1) > 1,
  orientation: metadata.orientation ?? 1,
  hasDeepProfile: metadata.space === 'rgb16' && metadata.hasProfile,
  pixelBytes: metadata.channels * (SAMPLE_BYTES[metadata.depth] ?? 8),
})
