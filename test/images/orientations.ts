/** One picture in each of the eight ways that EXIF can say how the camera was held (Exif 2.32, 4.6.4, Orientation). */
import sharp from 'sharp'
import { photo } from './pictures.ts'

export const UPRIGHT = { width: 120, height: 80 }

/** Pixels of the red square in the upright picture's upper left corner. */
export const MARK = 24

export const ORIENTATIONS = [1, 2, 3, 4, 5, 6, 7, 8] as const
export type Orientation = (typeof ORIENTATIONS)[number]

/** Where a stored pixel is seen in the upright picture. */
const SEEN: Record<Orientation, (x: number, y: number, right: number, bottom: number) => [number, number]> = {
  1: (x, y) => [x, y],
  2: (x, y, right) => [right - x, y],
  3: (x, y, right, bottom) => [right - x, bottom - y],
  4: (x, y, _right, bottom) => [x, bottom - y],
  5: (x, y) => [y, x],
  6: (x, y, right) => [right - y, x],
  7: (x, y, right, bottom) => [right - y, bottom - x],
  8: (x, y, _right, bottom) => [y, bottom - x],
}

export async function orientedJpeg(orientation: Orientation): Promise<Buffer> {
  const { width, height } = UPRIGHT
  const upright = await photo(width, height).raw().toBuffer()
  for (let y = 0; y < MARK; y += 1) {
    for (let x = 0; x < MARK; x += 1) upright.set([255, 0, 0], (y * width + x) * 3)
  }
  const [columns, rows] = orientation < 5 ? [width, height] : [height, width]
  const stored = Buffer.alloc(upright.length)
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const [left, top] = SEEN[orientation](x, y, width - 1, height - 1)
      const from = (top * width + left) * 3
      upright.copy(stored, (y * columns + x) * 3, from, from + 3)
    }
  }
  return sharp(stored, { raw: { width: columns, height: rows, channels: 3 } })
    .withMetadata({ orientation })
    .jpeg({ quality: 90 })
    .toBuffer()
}

/** Whether a picture's upper left corner is red, and no other corner is. */
export async function isUpright(picture: Uint8Array): Promise<boolean> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const isRed = (x: number, y: number) => {
    const [red = 0, green = 0, blue = 0] = data.subarray((y * info.width + x) * 3)
    return red > 200 && green < 60 && blue < 60
  }
  const [right, bottom] = [info.width - 3, info.height - 3]
  return isRed(2, 2) && !isRed(right, 2) && !isRed(2, bottom) && !isRed(right, bottom)
}
