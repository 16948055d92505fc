import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { mendedPng } from '../../../origin-response/mend-png.ts'
import { photo } from '../../images/pictures.ts'

const rowsOf = async (png: Buffer) => (await sharp(png).raw().toBuffer()) as Buffer

describe('a PNG that broke off', () => {
  it.each([
    ['colours', () => photo(120, 80).png().toBuffer()],
    ['transparency', () => photo(120, 80, { alpha: true }).png().toBuffer()],
    ['grey', () => photo(120, 80).toColourspace('b-w').png().toBuffer()],
  ] as const)('keeps the rows that it has: %s', async (_kind, make) => {
    const whole = await make()
    const cut = whole.subarray(0, Math.floor(whole.length * 0.7))
    const mended = mendedPng(cut)
    if (!mended) return expect.fail('nothing was mended')
    expect(mended.missing).toBeGreaterThan(0)
    expect(mended.missing).toBeLessThan(0.7)
    const [found, expected] = [await rowsOf(mended.bytes), await rowsOf(whole)]
    const kept = (Math.round(80 * (1 - mended.missing)) * expected.length) / 80
    expect(found.subarray(0, kept).equals(expected.subarray(0, kept))).toBe(true)
    expect(found.subarray(kept).every((value) => value === 0)).toBe(true)
  })

  it('a palette as well', async () => {
    const whole = await photo(120, 80).png({ palette: true, colours: 16 }).toBuffer()
    const mended = mendedPng(whole.subarray(0, whole.length - 400))
    expect(mended?.missing).toBeGreaterThan(0)
    expect(await sharp(mended?.bytes).metadata()).toMatchObject({ width: 120, height: 80, isPalette: true })
  })

  it('a whole one has nothing missing', async () => {
    expect(mendedPng(await photo(120, 80).png().toBuffer())?.missing).toBe(0)
  })
})

describe('nothing is made of', () => {
  it('one in passes', async () => {
    expect(mendedPng(await photo(120, 80).png({ progressive: true }).toBuffer())).toBeUndefined()
  })

  it('one that is damaged rather than cut', async () => {
    const png = await photo(120, 80).png().toBuffer()
    for (let at = png.length >> 2; at < (png.length >> 2) + 40; at += 1) png[at] = 0xff
    expect(mendedPng(png)).toBeUndefined()
  })

  it('one without a row, or a header', async () => {
    const png = await photo(120, 80).png().toBuffer()
    for (const length of [0, 8, 20, 40, 60]) expect(mendedPng(png.subarray(0, length))).toBeUndefined()
  })

  it('one that says it is larger than there is room for', async () => {
    const png = await photo(120, 80).png().toBuffer()
    png.writeUInt32BE(60_000, 16)
    png.writeUInt32BE(60_000, 20)
    expect(mendedPng(png)).toBeUndefined()
  })
})
