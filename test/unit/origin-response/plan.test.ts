import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { encodeTime, renderMemory, renderTime } from '../../../origin-response/cost.ts'
import type { Facts } from '../../../origin-response/facts.ts'
import { planOf, rivalOf, type Task } from '../../../origin-response/plan.ts'
import type { Settings } from '../../../origin-response/settings.ts'
import { factsWith, RULE, settingsWith, taskWith } from './samples.ts'

const BYTES = 100_000

const plan = (facts: Partial<Facts>, task: Partial<Task>) => planOf(factsWith(facts), BYTES, taskWith(task))

function settingsOf(facts: Partial<Facts>, task: Partial<Task>) {
  const found = plan(facts, task)
  if (found.kind !== 'plan') throw new Error(`expected a plan, found ${found.reason}: ${found.detail}`)
  return found.settings
}

describe('the size', () => {
  it.each<[string, [number, number], Task['variant'], [number, number]]>([
    ['as wide as asked for', [1_200, 800], { w: 600 }, [600, 400]],
    ['as high as asked for', [1_200, 800], { h: 200 }, [300, 200]],
    ['inside both, the height being narrower', [1_200, 800], { w: 600, h: 200 }, [300, 200]],
    ['inside both, the width being narrower', [1_200, 800], { w: 300, h: 700 }, [300, 200]],
    ['the whole box', [1_200, 800], { w: 600, h: 400 }, [600, 400]],
    ['its own without one', [1_200, 800], { fm: 'webp' }, [1_200, 800]],
    ['never wider', [300, 200], { w: 301, fm: 'webp' }, [300, 200]],
    ['never higher', [300, 200], { h: 9_999, fm: 'webp' }, [300, 200]],
    ['never more than one side of the box allows', [300, 200], { w: 9_999, h: 100 }, [150, 100]],
    ['rounded', [1_000, 667], { w: 100 }, [100, 67]],
    ['rounded down', [1_000, 664], { w: 100 }, [100, 66]],
    ['a side of one pixel stays', [1_000, 1], { w: 100 }, [100, 1]],
    ['a side of less than half a pixel is one', [1, 1_000], { h: 100 }, [1, 100]],
    ['a source of one pixel', [1, 1], { w: 100, fm: 'webp' }, [1, 1]],
    ['the widest that WebP has', [20_000, 100], { w: 16_383 }, [16_383, 82]],
  ])('max: %s', (_rule, [width, height], variant, [w, h]) => {
    expect(settingsOf({ width, height }, { variant })).toMatchObject({ width: w, height: h, cut: null })
  })

  it.each<[string, [number, number], [number, number], [number, number]]>([
    ['as asked for', [1_200, 800], [200, 200], [200, 200]],
    ['as large as the source', [1_200, 800], [1_200, 800], [1_200, 800]],
    ['wider than the source: its proportion stays', [300, 200], [600, 200], [300, 100]],
    ['higher than the source: its proportion stays', [300, 200], [200, 400], [100, 200]],
    ['larger both ways: its proportion stays', [300, 200], [1_000, 1_000], [200, 200]],
    ['a source of one row', [1_000, 1], [400, 400], [1, 1]],
    ['a crop that is all but a line', [300, 200], [16_000, 1], [300, 1]],
  ])('crop: %s', (_rule, [width, height], [w, h], [width1, height1]) => {
    expect(settingsOf({ width, height }, { variant: { fit: 'crop', w, h, fm: 'webp' } })).toMatchObject({
      width: width1,
      height: height1,
    })
  })

  it('is of the upright picture, however it is stored', () => {
    const turned = settingsOf({ width: 800, height: 1_200, isTurned: true }, { variant: { w: 400 } })
    expect(turned).toEqual(settingsOf({ width: 800, height: 1_200 }, { variant: { w: 400 } }))
    expect(turned).toMatchObject({ width: 400, height: 600 })
  })
})

describe('how it is encoded', () => {
  it.each<[string, Partial<Facts>, Task['variant'], object]>([
    ['in the format that is asked for', { format: 'jpg' }, { fm: 'png', w: 100 }, { format: 'png' }],
    ["in the source's own without one", { format: 'tiff' }, { w: 100 }, { format: 'tiff' }],
    ["in the source's own where it is none", { format: 'gif' }, { fm: 'toString', w: 100 }, { format: 'gif' }],
    ['in the quality that is asked for', {}, { q: 50, w: 100 }, { quality: 50 }],
    ["in the route's quality without one", {}, { w: 100 }, { quality: 80 }],
    ['all frames', { format: 'gif', frames: 3 }, { fm: 'webp' }, { frames: 3 }],
    ['the one frame', { format: 'gif' }, { fm: 'webp' }, { frames: 1 }],
    ['a palette stays one', { format: 'png', isPalette: true }, { w: 100 }, { isPalette: true }],
    ['and is none where there was none', { format: 'png' }, { w: 100 }, { isPalette: false }],
  ])('%s', (_rule, facts, variant, settings) => {
    expect(settingsOf(facts, { variant })).toMatchObject(settings)
  })

  it("another route's quality", () => {
    expect(settingsOf({}, { variant: { w: 100 }, rule: { ...RULE, quality: 65 } }).quality).toBe(65)
  })
})

describe('AVIF takes what time and memory there are', () => {
  const AVIF = { variant: { fm: 'avif' } }

  /** WebP: -1. */
  const effortOf = (facts: Partial<Facts>, task: Partial<Task>): number => {
    const { format, effort } = settingsOf(facts, { ...AVIF, ...task })
    expect(['avif', 'webp']).toContain(format)
    return format === 'avif' ? effort : -1
  }
  const picture = { width: 1_500, height: 1_000 }
  const needed = renderTime(factsWith(picture), settingsWith({ ...picture, format: 'webp' }), 10_240)

  it('less effort with less time', () => {
    const times = Array.from({ length: 60 }, (_, i) => needed * 1.2 ** i)
    const efforts = times.map((time) => effortOf(picture, { time, memory: 10_240 }))
    expect(efforts).toEqual(efforts.toSorted((a, b) => a - b))
    expect(new Set(efforts).size).toBeGreaterThan(1)
  })

  it('less effort with less CPU', () => {
    const sides = Array.from({ length: 40 }, (_, i) => Math.round(50 * 1.1 ** i))
    const isPossible = (side: number) => plan({ width: side, height: side }, { ...AVIF, memory: 512 }).kind === 'plan'
    const efforts = sides
      .filter(isPossible)
      .map((side) => [512, 1_024, 1_769].map((memory) => effortOf({ width: side, height: side }, { memory })))
    expect(efforts).toEqual(efforts.map((one) => one.toSorted((a, b) => a - b)))
    expect(efforts.some(([least = 0, , most = 0]) => least < most)).toBe(true)
  })

  it('less effort for more pixels, and none for so many that nobody would wait', () => {
    const sides = Array.from({ length: 740 }, (_, i) => Math.round(10 * 1.01 ** i))
    // Nothing to begin at that is narrower, and takes more effort again.
    const rule = { ...RULE, widths: [16_383] } as const
    const possible = sides.filter((side) => plan({ width: side, height: side }, { ...AVIF, rule }).kind === 'plan')
    const efforts = possible.map((side) => effortOf({ width: side, height: side }, { rule }))
    const tiny = efforts.filter((effort) => effort === -1)
    expect(possible[tiny.length - 1]).toBe(48)
    const others = efforts.slice(tiny.length)
    expect(others).toEqual(others.toSorted((a, b) => b - a))
    expect(new Set(others)).toEqual(new Set([4, 3, 2, 1, 0]))
  })

  it('no effort where the budget has none, and none that takes longer than the budget', () => {
    const limit = (budget: number) => ({ maxInputBytes: 1, maxInputPixels: 1e9, budget })
    expect(effortOf(picture, { limit: limit(0) })).toBe(0)
    for (const budget of [0, 100, 500, 1_000, 3_000, 10_000]) {
      for (const memory of [512, 1_024, 1_769]) {
        const settings = settingsOf(picture, { ...AVIF, limit: limit(budget), memory })
        expect(settings).toMatchObject(picture)
        const { effort } = settings
        if (effort > 0) expect(encodeTime(settings, memory)).toBeLessThanOrEqual(budget)
        // Half of the ten seconds stay to spare all the same.
        const more = { ...settings, effort: effort + 1 }
        if (effort < 4) {
          const isTooLong = encodeTime(more, memory) > budget || renderTime(factsWith(picture), more, memory) > 5_000
          expect(isTooLong).toBe(true)
        }
      }
    }
  })

  it('the default budget, 1,024 MB, 3:2: effort 3 up to 750 wide, 2 to 1080, 1 to 1200, none above', () => {
    const of = (width: number) =>
      effortOf({ width, height: Math.round((width * 2) / 3) }, { memory: 1_024, time: 9_500 })
    const efforts = [64, 128, 256, 384, 640, 750, 828, 1_080, 1_200, 1_920, 3_840].map(of)
    expect(efforts).toEqual([4, 4, 4, 3, 3, 3, 2, 2, 1, 0, 0])
  })

  it('less effort while renditions take longer than predicted, the same for what is in time all the same', () => {
    const at = (pace: number) => effortOf(picture, { ...AVIF, memory: 10_240, time: 3_000, pace })
    const efforts = [1, 1.5, 2, 4, 8].map(at)
    expect(efforts).toEqual(efforts.toSorted((a, b) => b - a))
    expect(new Set(efforts).size).toBeGreaterThan(1)
    const small = (pace: number) => effortOf({ width: 300, height: 200 }, { memory: 10_240, time: 9_500, pace })
    expect([small(1), small(4)]).toEqual([4, 4])
  })

  it('WebP where the memory is enough for that alone', () => {
    const memory = renderMemory(factsWith(picture), settingsWith({ ...picture, format: 'webp' }), BYTES)
    expect(settingsOf(picture, { variant: { fm: 'avif', q: 50 }, memory })).toEqual(
      settingsWith({ ...picture, format: 'webp', quality: 50 }),
    )
  })

  it('half of the time stays to spare: for a second encode', () => {
    const time = 2_000
    const settings = settingsOf(picture, { ...AVIF, time, memory: 10_240 })
    expect(settings.format).toBe('avif')
    expect(renderTime(factsWith(picture), settings, 10_240)).toBeLessThanOrEqual(time / 2)
  })
})

it('the original for a minute, rather than one that would be late at the pace of late; none for good', () => {
  const webp = { variant: { fm: 'webp' } }
  const needed = renderTime(factsWith(), settingsWith({ width: 1_200, height: 800 }), 1_769)
  const at = (pace: number) => plan({}, { ...webp, memory: 1_769, time: 3 * needed, pace })
  expect(at(3)).toMatchObject({ kind: 'plan' })
  expect(at(3.1)).toMatchObject({ kind: 'original', reason: 'deadline' })
})

describe('a WebP beside the AVIF', () => {
  const task = taskWith({ memory: 1_024, time: 9_500 })
  const avif = { format: 'avif', effort: 3, width: 640, height: 427 } as const
  const beside = (settings: Partial<Settings>, bytes: number) =>
    rivalOf(factsWith(), settingsWith({ ...avif, ...settings }), bytes, task)?.format

  it.each<[string, Partial<Settings>, number, string | undefined]>([
    ['of a photograph: none', {}, 30_000, undefined],
    ['of what came out at less than 0.6 bits for a pixel', { effort: 2 }, 20_000, 'webp'],
    ['and no more than that', { effort: 2 }, 20_496, undefined],
    ['of a palette', { isPalette: true, effort: 2 }, 30_000, 'webp'],
    ['where both are more than the budget: none', { isPalette: true, width: 1_920, height: 1_280 }, 30_000, undefined],
    ['of what has few bytes: always', { width: 1_920, height: 1_280 }, 4_095, 'webp'],
    ['of WebP: none', { format: 'webp' }, 100, undefined],
  ])('%s', (_rule, settings, bytes, format) => {
    expect(beside(settings, bytes)).toBe(format)
  })

  it('not where it might be late: the AVIF is there already', () => {
    const webp = settingsWith({ ...avif, format: 'webp' })
    const needed = 2 * renderTime(factsWith(), webp, 1_024)
    const within = (time: number, pace = 1) =>
      rivalOf(factsWith(), settingsWith(avif), 1_000, { ...task, time, pace })?.format
    expect([within(needed), within(needed - 1), within(needed, 1.1)]).toEqual(['webp', undefined, undefined])
  })
})

const side = fc.integer({ min: 1, max: 3_000 })
const asked = fc.oneof(fc.integer({ min: 1, max: 4_000 }), fc.constant(undefined))

test('a size inside the box: never larger than the source, never less than a pixel, in proportion', () => {
  fc.assert(
    fc.property(side, side, asked, asked, (width, height, w, h) => {
      const found = settingsOf({ width, height }, { variant: { fm: 'webp', ...(w && { w }), ...(h && { h }) } })
      expect(found.width).toBeLessThanOrEqual(Math.min(width, w ?? width))
      expect(found.height).toBeLessThanOrEqual(Math.min(height, h ?? height))
      expect(Math.min(found.width, found.height)).toBeGreaterThanOrEqual(1)
      // One side is rounded: by half a pixel, or from less than that to one.
      const scale = Math.min(1, (w ?? width) / width, (h ?? height) / height)
      expect(Math.abs(found.width - Math.max(1, width * scale))).toBeLessThanOrEqual(0.500001)
      expect(Math.abs(found.height - Math.max(1, height * scale))).toBeLessThanOrEqual(0.500001)
    }),
  )
})

test('a crop: the proportion that is asked for, within rounding, and as large as the source lets it be', () => {
  fc.assert(
    fc.property(side, side, side, side, (width, height, w, h) => {
      const found = settingsOf({ width, height }, { variant: { fm: 'webp', fit: 'crop', w, h } })
      expect(found.width).toBeLessThanOrEqual(Math.min(width, w))
      expect(found.height).toBeLessThanOrEqual(Math.min(height, h))
      expect(Math.min(found.width, found.height)).toBeGreaterThanOrEqual(1)
      const off = Math.min(found.width, found.height) === 1 ? 1 : 0.500001
      expect(Math.abs(found.width * h - found.height * w)).toBeLessThanOrEqual(off * (w + h))
      const isWhole = found.width === w && found.height === h
      expect(isWhole || found.width === width || found.height === height).toBe(true)
    }),
  )
})

test('the same input, the same plan; and the input is as it was', () => {
  const variant = fc.record(
    { w: side, h: side, q: fc.integer({ min: 1, max: 100 }), fm: fc.constantFrom('webp', 'avif', 'jpg', 'png') },
    { requiredKeys: [] },
  )
  const some = fc.record({ variant, memory: fc.integer({ min: 128, max: 4_000 }), time: fc.integer({ max: 20_000 }) })
  fc.assert(
    fc.property(side, side, some, some, (width, height, one, other) => {
      const input = [factsWith({ width, height }), taskWith(one)] as const
      const before = structuredClone(input)
      const first = planOf(input[0], BYTES, input[1])
      planOf(factsWith({ width: height, height: width }), 1, taskWith(other))
      expect(planOf(input[0], BYTES, input[1])).toEqual(first)
      expect(input).toEqual(before)
    }),
  )
})
