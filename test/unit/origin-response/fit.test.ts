import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Fitting, fitRendition } from '../../../origin-response/fit.ts'
import type { Settings } from '../../../origin-response/settings.ts'
import { settingsWith } from './samples.ts'

/** By the documentation of the search. */
const MAX_ENCODES = 5

type Curve = { bytes: number; slope: number; exponent: number }

/**
 * A model of an encoder, not sharp: this is about the search. Bytes fall by `slope` of themselves with a step of
 * quality, where the format has one, and with the pixels to the power of `exponent`.
 */
const modelOf =
  (first: Settings, { bytes, slope, exponent }: Curve) =>
  ({ quality, width, height }: Settings): number =>
    Math.ceil(
      bytes *
        Math.exp(slope * (quality - first.quality)) *
        ((width * height) / (first.width * first.height)) ** exponent,
    )

async function search(first: Settings, sizeOf: (settings: Settings) => number, fitting: Partial<Fitting>) {
  const tried: Settings[] = []
  const encode = async (settings: Settings) => {
    tried.push(settings)
    return Buffer.alloc(sizeOf(settings), tried.length)
  }
  const usual = { qualities: [50, 65, 80], aim: Infinity } as const
  const fitted = await fitRendition(first, encode, { ...usual, budget: 1_000, timeLeft: () => 1_000, ...fitting })
  return { fitted, tried, sizes: tried.map(({ width, quality }) => `${width} q=${quality}`) }
}

const FIRST = settingsWith({ width: 1_600, height: 1_200, quality: 80 })
const curve = (bytes: number) => modelOf(FIRST, { bytes, slope: 0.022, exponent: 1 })

describe('what fits at once is encoded once', () => {
  it.each([1, 999, 1_000])('%d bytes of 1000', async (bytes) => {
    const { fitted, tried } = await search(FIRST, () => bytes, {})
    expect(tried).toEqual([FIRST])
    expect(fitted).toEqual({ kind: 'fitted', bytes: Buffer.alloc(bytes, 1), settings: FIRST })
  })
})

describe('what does not', () => {
  it('loses quality first', async () => {
    const { fitted, sizes } = await search(FIRST, curve(1_001), {})
    expect(sizes).toHaveLength(2)
    expect(fitted).toMatchObject({ kind: 'fitted', settings: { width: 1_600, height: 1_200 } })
    expect(sizes[1]).toMatch(/^1600 q=7\d$/)
  })

  it('then width, no more of it than has to go, in its proportion', async () => {
    const { fitted, sizes } = await search(FIRST, curve(6_000), {})
    expect(sizes).toEqual(['1600 q=80', '782 q=50'])
    expect(fitted).toMatchObject({ kind: 'fitted', settings: { width: 782, height: 587, quality: 50 } })
  })

  it('the lowest quality before any width, where that may do', async () => {
    const { fitted, sizes } = await search(FIRST, modelOf(FIRST, { bytes: 2_200, slope: 0.03, exponent: 1 }), {})
    expect(sizes).toEqual(['1600 q=80', '1600 q=50'])
    expect(fitted).toMatchObject({ kind: 'fitted', settings: { width: 1_600, quality: 50 } })
  })

  it('the lowest quality, although it seems too little, where nothing is narrower', async () => {
    const first = { ...FIRST, width: 1 }
    const { fitted, sizes } = await search(first, modelOf(first, { bytes: 5_000, slope: 0.06, exponent: 1 }), {})
    expect(sizes).toEqual(['1 q=80', '1 q=50'])
    expect(fitted).toMatchObject({ kind: 'fitted', settings: { width: 1, quality: 50 } })
  })

  it('width alone where it has the lowest quality already', async () => {
    const first = { ...FIRST, quality: 50 }
    const { sizes } = await search(first, modelOf(first, { bytes: 1_001, slope: 0.022, exponent: 1 }), {})
    expect(sizes).toEqual(['1600 q=50', '1522 q=50'])
  })

  it('width alone where its quality is below the lowest', async () => {
    const first = { ...FIRST, quality: 30 }
    const { sizes } = await search(first, modelOf(first, { bytes: 1_001, slope: 0.022, exponent: 1 }), {})
    expect(sizes).toEqual(['1600 q=30', '1522 q=30'])
  })

  it('keeps all else', async () => {
    const cut = { whole: { width: 2_000, height: 1_200 }, from: { left: 400, top: 0 } }
    const first = settingsWith({ format: 'avif', width: 1_600, height: 1_200, cut, effort: 2, isPalette: true })
    const { fitted } = await search(first, modelOf(first, { bytes: 3_000, slope: 0.022, exponent: 1 }), {})
    expect(fitted).toMatchObject({
      settings: { format: 'avif', effort: 2, frames: 1, isPalette: true, width: 1_176, height: 882 },
    })
    expect(fitted).toMatchObject({
      settings: { cut: { whole: { width: 1_470, height: 882 }, from: { left: 294, top: 0 } } },
    })
  })

  it('never has a height of none', async () => {
    const first = settingsWith({ format: 'png', width: 1_600, height: 1 })
    const { fitted } = await search(first, ({ width }) => width, { budget: 900 })
    expect(fitted).toMatchObject({ kind: 'fitted', settings: { height: 1 } })
  })
})

it.each(['png', 'gif', 'tiff'] as const)('%s has no quality to lose: it gets narrower', async (format) => {
  const first = settingsWith({ format, width: 1_000, height: 500 })
  const { fitted, sizes } = await search(first, modelOf(first, { bytes: 1_200, slope: 0, exponent: 1 }), {})
  expect(sizes).toEqual(['1000 q=80', '855 q=80'])
  expect(fitted).toMatchObject({ kind: 'fitted', settings: { width: 855, height: 428, quality: 80 } })
})

describe('over-limit', () => {
  it('when nothing helps', async () => {
    const { fitted, tried } = await search(FIRST, () => 1_100, {})
    expect(fitted).toEqual({ kind: 'original', reason: 'over-limit', detail: '1100 bytes of 1000' })
    expect(tried.length).toBeGreaterThan(1)
    expect(tried.length).toBeLessThanOrEqual(MAX_ENCODES)
  })

  it('when there is nothing narrower', async () => {
    const first = settingsWith({ format: 'png', width: 1, height: 100 })
    const { fitted, tried } = await search(first, () => 1_001, {})
    expect(fitted).toEqual({ kind: 'original', reason: 'over-limit', detail: '1001 bytes of 1000' })
    expect(tried).toEqual([first])
  })

  it('when there is no room at all', async () => {
    const { fitted } = await search(FIRST, curve(5_000), { budget: 0 })
    expect(fitted).toMatchObject({ kind: 'original', reason: 'over-limit' })
  })
})

describe('time', () => {
  /** Milliseconds left before and after each encode. */
  const fitIn = (times: number[], bytes = 1_500) => {
    const rest = times.values()
    return search(FIRST, curve(bytes), { timeLeft: () => rest.next().value ?? Number.NaN })
  }

  it('an encode that took longer than what is left is the last', async () => {
    const { fitted, tried } = await fitIn([1_000, 499])
    expect(fitted).toEqual({ kind: 'original', reason: 'deadline', detail: 'no time to encode again: 499 ms' })
    expect(tried).toHaveLength(1)
  })

  it('one that took as long as what is left is not', async () => {
    const { fitted, tried } = await fitIn([1_000, 500, 500, 0])
    expect(fitted.kind).toBe('fitted')
    expect(tried).toHaveLength(2)
  })

  it('what fits is there, however long it took', async () => {
    expect((await fitIn([1_000, 0], 900)).fitted.kind).toBe('fitted')
  })
})

test('what the encoder rejects with goes on', async () => {
  const error = new Error('VipsJpeg: premature end of JPEG image')
  const fitting = { budget: 1, aim: Infinity, qualities: [50], timeLeft: () => 1_000 } as const
  await expect(fitRendition(FIRST, () => Promise.reject(error), fitting)).rejects.toBe(error)
})

const anyCurve = fc.record({
  bytes: fc.integer({ min: 500, max: 20_000 }),
  slope: fc.double({ min: 0.015, max: 0.06, noNaN: true }),
  exponent: fc.double({ min: 0.7, max: 1, noNaN: true }),
})
const anyFirst = fc.record({
  ...{ width: fc.integer({ min: 1, max: 4_000 }), height: fc.integer({ min: 1, max: 4_000 }) },
  ...{ quality: fc.integer({ min: 1, max: 100 }), format: fc.constantFrom('webp' as const, 'avif', 'jpg', 'png') },
})
const anyLadder = (max: number) =>
  fc
    .uniqueArray(fc.integer({ min: 1, max }), { minLength: 1, maxLength: 12 })
    .map((rungs) => rungs.toSorted((a, b) => a - b) as [number, ...number[]])

test('any curve: few encodes, each of them smaller, and what is returned is the last and fits', async () => {
  await fc.assert(
    fc.asyncProperty(anyFirst, anyCurve, anyLadder(100), async (some, shape, qualities) => {
      const first = settingsWith(some)
      const sizeOf = modelOf(first, first.format === 'png' ? { ...shape, slope: 0 } : shape)
      const { fitted, tried } = await search(first, sizeOf, { qualities })
      expect(tried.length).toBeLessThanOrEqual(MAX_ENCODES)
      for (const [i, { width, height, quality }] of tried.entries()) {
        const before = tried[i - 1] ?? first
        if (i > 0) expect(width < before.width || quality < before.quality).toBe(true)
        expect(quality).toBeLessThanOrEqual(before.quality)
        expect(quality).toBeGreaterThanOrEqual(Math.min(first.quality, qualities[0]))
        expect(width).toBeLessThanOrEqual(before.width)
        expect(Math.abs(height - Math.max(1, (first.height * width) / first.width))).toBeLessThan(2)
      }
      const last = tried.at(-1) as Settings
      if (fitted.kind === 'fitted') expect(fitted).toMatchObject({ settings: last, bytes: { length: sizeOf(last) } })
      expect(fitted.kind).toBe(sizeOf(last) <= 1_000 ? 'fitted' : 'original')
    }),
  )
})

test('every curve ends in something that fits', async () => {
  await fc.assert(
    fc.asyncProperty(anyCurve, fc.integer({ min: 50, max: 100 }), async (shape, quality) => {
      const first = settingsWith({ width: 3_000, height: 2_000, quality })
      const { fitted } = await search(first, modelOf(first, shape), {})
      expect(fitted.kind).toBe('fitted')
    }),
  )
})

describe('fewer bytes than the source', () => {
  it('by quality alone, below the ladder as well', async () => {
    const { fitted, sizes } = await search(FIRST, curve(900), { aim: 300 })
    expect(sizes).toHaveLength(2)
    expect(fitted).toMatchObject({ kind: 'fitted', settings: { width: 1_600, quality: 26 } })
  })

  it('as far as that goes', async () => {
    const { fitted, sizes } = await search(FIRST, curve(900), { aim: 10 })
    expect(sizes).toEqual(['1600 q=80', '1600 q=20'])
    expect(fitted).toMatchObject({ kind: 'fitted', settings: { width: 1_600, quality: 20 } })
  })

  it('what fits is kept where the next try takes more', async () => {
    const { fitted } = await search(FIRST, ({ quality }) => 900 + (80 - quality), { aim: 300 })
    expect(fitted).toMatchObject({ kind: 'fitted', settings: { quality: 80 } })
  })

  it('what fits is kept where there is no time for another', async () => {
    const rest = [1_000, 400].values()
    const timeLeft = () => rest.next().value ?? Number.NaN
    const { fitted, tried } = await search(FIRST, curve(900), { aim: 300, timeLeft })
    expect(tried).toHaveLength(1)
    expect(fitted.kind).toBe('fitted')
  })

  it('a palette has fewer colours', async () => {
    const first = settingsWith({ format: 'png', isPalette: true })
    const { tried } = await search(first, ({ colours }) => colours, { aim: 20 })
    expect(tried.map(({ colours }) => colours)).toEqual([256, 64, 16])
  })

  it('and as WebP none that are lost, if that is less', async () => {
    const first = settingsWith({ isPalette: true })
    const { fitted, tried } = await search(first, ({ isLossless }) => (isLossless ? 100 : 500), { aim: 400 })
    expect(tried.map(({ isLossless }) => isLossless)).toEqual([false, true])
    expect(fitted).toMatchObject({ settings: { isLossless: true } })
  })
})
