import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { distanceOf, searchQuality } from '../../../origin-response/looks.ts'
import { type Lightness, lightnessOf, render, renderPixels } from '../../../origin-response/render.ts'
import { photo } from '../../images/pictures.ts'
import { settingsWith } from './samples.ts'

const SIZE = 64
const lightness = (at: (x: number, y: number) => number): Lightness => ({
  width: SIZE,
  height: SIZE,
  values: Uint8Array.from({ length: SIZE * SIZE }, (_, i) => at(i % SIZE, Math.floor(i / SIZE))),
})

/** Stripes of this strength around the middle: detail. */
const stripes = (strength: number) => (x: number) => 128 + (x % 2 ? strength : -strength)

describe('the distance of two pictures', () => {
  it('is nothing where they are the same', () => {
    expect(distanceOf(lightness(stripes(40)), lightness(stripes(40)))).toBe(0)
  })

  it('is that of one error in what is flat: its square over the noise that is no detail', () => {
    expect(
      distanceOf(
        lightness(() => 128),
        lightness(() => 134),
      ),
    ).toBeCloseTo(36 / 30, 10)
  })

  it('is less where there is detail, of the same error', () => {
    const error = (strength: number) =>
      distanceOf(
        lightness(stripes(strength)),
        lightness((x) => stripes(strength)(x) + 6),
      )
    expect(error(40)).toBeCloseTo(36 / (1_600 + 30), 10)
    expect(error(40)).toBeLessThan(error(10))
  })

  it('is more of a larger error, and never below nothing', () => {
    const size = { width: 16, height: 16 }
    const values = fc.uint8Array({ minLength: 256, maxLength: 256 })
    fc.assert(
      fc.property(values, values, (one, other) => {
        const between = one.map((value, i) => value + Math.trunc(((other[i] as number) - value) / 2))
        const far = distanceOf({ ...size, values: one }, { ...size, values: other })
        expect(far).toBeGreaterThanOrEqual(distanceOf({ ...size, values: one }, { ...size, values: between }))
        expect(distanceOf({ ...size, values: one }, { ...size, values: between })).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('is not told of what is smaller than a block: nothing is spoilt there', () => {
    const tiny = { width: 7, height: 7, values: new Uint8Array(49) }
    expect(distanceOf(tiny, tiny)).toBe(Infinity)
  })
})

describe('the search', () => {
  /** Encodes are their quality, and so are the pictures' errors. */
  async function searched(errorAt: (quality: number) => number, takes = 0) {
    const tried: number[] = []
    let left = 1_000
    const { settings, bytes } = await searchQuality(settingsWith({ quality: 80 }), {
      encode: async ({ quality }) => {
        tried.push(quality)
        left -= takes
        return Buffer.from([quality])
      },
      lightnessOf: async ([quality = 0]) => lightness((x) => stripes(40)(x) + errorAt(quality)),
      reference: lightness(stripes(40)),
      timeLeft: () => left,
    })
    expect([...bytes]).toEqual([settings.quality])
    return { quality: settings.quality, tried }
  }

  it('leaves the usual quality where that is just good enough, with one encode', async () => {
    expect(await searched(() => 6)).toEqual({ quality: 80, tried: [80] })
  })

  it('finds the lowest that is good enough, within two steps', async () => {
    // 4 of 5 steps' error are within 0.015 of these stripes.
    for (const least of [66, 70, 75, 79]) {
      const { quality, tried } = await searched((at) => (at >= least ? 4 : 6))
      expect(quality).toBeGreaterThanOrEqual(least)
      expect(quality).toBeLessThanOrEqual(least + 2)
      expect(tried.length).toBeLessThanOrEqual(5)
    }
    expect((await searched(() => 0)).quality).toBeLessThanOrEqual(66)
  })

  it('ends where another encode would take long of what time is left', async () => {
    expect((await searched(() => 0, 400)).tried).toEqual([80, 72])
  })
})

describe('with the real encoder', () => {
  const auto = async (picture: Buffer) => {
    const { width, height } = await sharp(picture).metadata()
    const usual = settingsWith({ width, height, quality: 80 })
    const { bytes: pixels } = await renderPixels(picture, usual, 1e6, 20_000)
    const encode = async (settings: typeof usual) => (await render(pixels, settings, 1e6, 20_000)).bytes
    const found = await searchQuality(usual, {
      ...{ encode, lightnessOf, timeLeft: () => 20_000 },
      reference: await lightnessOf(pixels),
    })
    return { quality: found.settings.quality, bytes: found.bytes, usual: await encode(usual) }
  }

  it('grain takes fewer bytes, and a smooth picture as many', async () => {
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
    const spots = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#888', noise } })
      .png()
      .toBuffer()
    const grain = await auto(await sharp(spots).resize(256).png().toBuffer())
    expect(grain.quality).toBeLessThan(80)
    expect(grain.bytes.length).toBeLessThan(grain.usual.length)
    const smooth = await auto(await photo(256, 192).blur(3).png().toBuffer())
    expect([smooth.quality, smooth.bytes.equals(smooth.usual)]).toEqual([80, true])
  })
})
