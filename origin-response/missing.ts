/** How much of a picture is missing. */
import type { Sharp } from 'sharp'
import type { Format } from '../edge/formats.ts'

/** What is missing of a picture is told from a grid of so many points, across and down. */
const SAMPLES = 64

/**
 * The part of a picture that a decoder has filled, for want of data: rows from the bottom up, as data comes from the
 * top; tiles of a TIFF may be missing anywhere.
 * @param image as it is stored: turned upright, its rows are columns
 */
export async function shareMissing(image: Sharp, format: Format | undefined): Promise<number> {
  const { data, info } = await image
    .resize({ width: SAMPLES, height: SAMPLES, fit: 'fill', kernel: 'nearest' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  // Grey is the middle of what a JPEG's coefficients say; the other decoders leave zeros, transparent or not.
  const isFilled = (at: number) => {
    const point = data.subarray(at, at + Math.min(3, info.channels))
    return point.every((value) => value === 0) || point.every((value) => value === 127 || value === 128)
  }
  const rows = Array.from({ length: info.height }, (_, y) =>
    Array.from({ length: info.width }, (_, x) => isFilled((y * info.width + x) * info.channels)),
  )
  if (format === 'tiff') return rows.flat().filter(Boolean).length / (info.width * info.height)
  const last = rows.findLastIndex((row) => !row.every(Boolean))
  return 1 - (last + 1) / info.height
}
