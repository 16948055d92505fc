import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { inspect } from '../../../origin-response/render.ts'
import { near, pixelsOf, renditionOf } from './pixels.ts'

/** Corners as they are stored: red and green above, blue and white below. */
const CORNERS = { R: [255, 0, 0], G: [0, 255, 0], B: [0, 0, 255], W: [255, 255, 255] } as const

/** Exif 2.32, 4.6.4: what is seen of them, from the upper left, row by row. */
describe.each([
  [1, 'RGBW'],
  [2, 'GRWB'],
  [3, 'WBGR'],
  [4, 'BWRG'],
  [5, 'RBGW'],
  [6, 'BRWG'],
  [7, 'WGBR'],
  [8, 'GWRB'],
])('EXIF orientation %d', (orientation, seen) => {
  const size = orientation < 5 ? { width: 60, height: 40 } : { width: 40, height: 60 }

  it.each(['jpeg', 'png', 'webp', 'tiff'] as const)('a turned %s is upright', async (type) => {
    const pixels = Array.from({ length: 60 * 40 }, (_, i) => {
      const corner = `${i < 60 * 20 ? 'RG' : 'BW'}`[i % 60 < 30 ? 0 : 1] as keyof typeof CORNERS
      return CORNERS[corner]
    })
    const raw = { width: 60, height: 40, channels: 3 } as const
    const stored = sharp(Buffer.from(pixels.flat()), { raw }).withMetadata({ orientation })
    const source = await stored.toFormat(type, { quality: 100 }).toBuffer()
    expect(await inspect(source)).toMatchObject({ facts: { ...size, isTurned: orientation > 1 } })
    const rendition = await renditionOf(source, { format: 'png', ...size })
    const [right, bottom] = [size.width - 6, size.height - 6]
    const corners = [
      [5, 5],
      [right, 5],
      [5, bottom],
      [right, bottom],
    ] as const
    for (const [i, [x, y]] of corners.entries()) {
      near(CORNERS[seen[i] as keyof typeof CORNERS], await pixelsOf(rendition, x, y), 12)
    }
  })
})
