import { describe, expect, it, test } from 'vitest'
import { FORMATS, isFormat } from '../../../edge/formats.ts'

test('the table', () => {
  expect(FORMATS).toEqual({
    webp: { mediaType: 'image/webp', canAnimate: true, hasQuality: true, maxSide: 16_383 },
    avif: { mediaType: 'image/avif', canAnimate: false, hasQuality: true, maxSide: 16_384 },
    jpg: { mediaType: 'image/jpeg', canAnimate: false, hasQuality: true, maxSide: 65_500 },
    png: { mediaType: 'image/png', canAnimate: false, hasQuality: false, maxSide: 65_535 },
    gif: { mediaType: 'image/gif', canAnimate: true, hasQuality: false, maxSide: 65_535 },
    tiff: { mediaType: 'image/tiff', canAnimate: false, hasQuality: false, maxSide: 65_535 },
  })
})

describe('isFormat', () => {
  it.each(['webp', 'avif', 'jpg', 'png', 'gif', 'tiff'])('%s', (name) => {
    expect(isFormat(name)).toBe(true)
  })

  it.each(['jpeg', 'WebP', '', 'svg', 'constructor', 'toString', '__proto__'])('not %j', (name) => {
    expect(isFormat(name)).toBe(false)
  })
})
