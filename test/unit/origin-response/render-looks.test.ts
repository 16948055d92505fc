import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { planOf } from '../../../origin-response/plan.ts'
import { animation, photo } from '../../images/pictures.ts'
import { near, pixelsOf, renditionOf } from './pixels.ts'
import { factsWith, taskWith } from './samples.ts'

const half = (alpha: number) =>
  sharp({ create: { width: 40, height: 30, channels: 4, background: { r: 200, g: 40, b: 30, alpha } } })
    .png()
    .toBuffer()

describe('a background', () => {
  it.each([
    ['png', 0, [0x1e, 0x90, 0xff]],
    ['webp', 0, [0x1e, 0x90, 0xff]],
    ['jpg', 0, [0x1e, 0x90, 0xff]],
    ['png', 0.5, [115, 92, 143]],
    ['png', 1, [200, 40, 30]],
  ] as const)('shows through as %s where there is %d of the picture', async (format, alpha, colour) => {
    const made = await renditionOf(await half(alpha), {
      format,
      width: 20,
      height: 15,
      background: '1e90ff',
      quality: 95,
    })
    near(colour, await pixelsOf(made, 10, 7), 4)
    expect((await sharp(made).metadata()).hasAlpha).toBe(false)
  })
})

describe('a blur', () => {
  /** Black to the left, white to the right. */
  const edge = () =>
    sharp({ create: { width: 400, height: 200, channels: 3, background: '#000' } })
      .composite([
        { input: { create: { width: 200, height: 200, channels: 3, background: '#fff' } }, left: 200, top: 0 },
      ])
      .png()
      .toBuffer()

  it.each([1, 5, 20, 100])('of %d thousandths is as wide as that, whatever the size', async (blur) => {
    const source = await edge()
    for (const width of [100, 200, 400]) {
      const made = await renditionOf(source, { format: 'png', width, height: width / 2, blur })
      expect(await sharp(made).metadata()).toMatchObject({ width, height: width / 2 })
      // A Gaussian's edge, near enough (0.01): one deviation beside it, and half a pixel to the middle of one.
      const deviation = (width * blur) / 1_000
      const reach = Math.max(1, Math.round(deviation))
      const [value = 0] = await pixelsOf(made, width / 2 + reach, width / 4)
      if (blur >= 20) near([255 / (1 + Math.exp((-1.702 * (reach + 0.5)) / deviation))], [value], 14)
      else expect(value).toBeGreaterThan(200)
    }
  })

  it('keeps transparency, and is behind a background', async () => {
    const made = await renditionOf(await half(0.5), { format: 'png', width: 20, height: 15, blur: 20 })
    near([200, 40, 30, 128], await pixelsOf(made, 10, 7), 3)
    const filled = await renditionOf(await half(0.5), {
      format: 'png',
      width: 20,
      height: 15,
      blur: 20,
      background: '1e90ff',
    })
    near([115, 92, 143], await pixelsOf(filled, 10, 7), 4)
  })

  it('of a cut is that of what is shown', async () => {
    const cut = { whole: { width: 200, height: 100 }, from: { left: 100, top: 0 } } as const
    const made = await renditionOf(await edge(), { format: 'png', width: 100, height: 100, cut, blur: 100 })
    near([255, 255, 255], (await pixelsOf(made, 90, 50)).slice(0, 3), 3)
    const sought = { whole: { width: 200, height: 100 }, from: 'attention' } as const
    expect(
      await sharp(
        await renditionOf(await photo(400, 200).png().toBuffer(), {
          format: 'png',
          width: 100,
          height: 100,
          cut: sought,
          blur: 30,
        }),
      ).metadata(),
    ).toMatchObject({ width: 100, height: 100 })
  })

  it('has few bytes', async () => {
    const source = await photo(600, 400).jpeg().toBuffer()
    const [sharpest, blurred] = [await renditionOf(source, {}), await renditionOf(source, { blur: 20 })]
    expect(blurred.length).toBeLessThan(sharpest.length / 3)
  })

  it('of what moves is of its first picture', async () => {
    const gif = await (await animation(60, 40, 4)).gif().toBuffer()
    const made = await renditionOf(gif, { format: 'webp', width: 60, height: 40, frames: 1, blur: 20 })
    expect((await sharp(made, { pages: -1 }).metadata()).pages ?? 1).toBe(1)
  })
})

describe('the plan', () => {
  const plan = (facts: object, variant: object) => planOf(factsWith(facts), 1_000, taskWith({ variant }))

  it('has what is asked for, of one picture', () => {
    expect(plan({ format: 'gif', frames: 9 }, { fm: 'webp', blur: 5, bg: 'ffffff' })).toMatchObject({
      kind: 'plan',
      settings: { frames: 1, blur: 5, background: 'ffffff' },
    })
  })

  it('makes in the source’s own size and format what shows something else, however many bytes it takes', () => {
    expect(plan({ format: 'png' }, { blur: 5 })).toMatchObject({ kind: 'plan', smaller: 'should' })
    expect(plan({ format: 'png', hasAlpha: true }, { bg: 'ffffff' })).toMatchObject({ kind: 'plan', smaller: 'should' })
    expect(plan({ format: 'png' }, { bg: 'ffffff' })).toMatchObject({ kind: 'original', reason: 'not-smaller' })
    expect(plan({ format: 'png' }, { bg: 'ffffff', fm: 'webp' })).toMatchObject({ kind: 'plan', smaller: 'must' })
  })
})
