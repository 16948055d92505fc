/** What sharp is told of each format. */
import type { Sharp } from 'sharp'
import type { Format } from '../edge/formats.ts'
import type { Settings } from './settings.ts'

/** How each format is encoded, and why so: docs/images.md. */
export const ENCODERS: Readonly<Record<Format, (image: Sharp, settings: Settings) => Sharp>> = {
  webp: (image, { quality, isLossless }) =>
    image.webp(isLossless ? { lossless: true, effort: 4 } : { quality, effort: 4 }),
  avif: (image, { quality, effort }) =>
    image.avif({
      quality: avifQuality(quality),
      effort,
      tune: 'iq',
      chromaSubsampling: quality > 80 ? '4:4:4' : '4:2:0',
    }),
  // JPEG has no transparency: what is behind a picture is white, as on most pages.
  jpg: (image, { quality, background = 'ffffff' }) =>
    image.flatten({ background: `#${background}` }).jpeg({ quality, mozjpeg: true }),
  // Looking longer for the best 256 colours takes twice as long, and saves one byte in a hundred.
  png: (image, { isPalette, colours }) => image.png(isPalette ? { palette: true, effort: 1, ...fewer(colours) } : {}),
  gif: (image, { colours }) => image.gif({ effort: 1, ...fewer(colours), ...(colours < 256 ? SIMILAR_FRAMES : {}) }),
  tiff: (image, { isUncompressed }) =>
    image.tiff(isUncompressed ? { compression: 'none' } : { compression: 'lzw', predictor: 'horizontal' }),
}

/** Points of a frame that differ by so little from the one before are left as they were: noise, mostly. */
const SIMILAR_FRAMES = { interFrameMaxError: 4 }

/** Not dithered: fewer colours are there to save bytes, and dots of two colours take more. */
const fewer = (colours: number) => (colours < 256 ? { colours, dither: 0 } : {})

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
