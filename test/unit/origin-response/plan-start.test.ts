/** Where a rendition begins for which there is not the time or the memory: lower on the ladder of widths. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { DEFAULT_WIDTHS } from '../../../edge/config.ts'
import { renderMemory, renderTime } from '../../../origin-response/cost.ts'
import type { Facts } from '../../../origin-response/facts.ts'
import { planOf, type Task } from '../../../origin-response/plan.ts'
import type { Settings } from '../../../origin-response/settings.ts'
import { runs } from '../../runs.ts'
import { factsWith, RULE, settingsWith, taskWith } from './samples.ts'

const BYTES = 8_000_000

/** Half of what any answer may take, in milliseconds. */
const HALF = 5_000

const DEFAULTS: Task['rule'] = { ...RULE, widths: DEFAULT_WIDTHS as Task['rule']['widths'] }

const plan = (facts: Partial<Facts>, task: Partial<Task>) =>
  planOf(factsWith(facts), BYTES, taskWith({ rule: DEFAULTS, time: 9_500, ...task }))

function settingsOf(facts: Partial<Facts>, task: Partial<Task>): Settings {
  const found = plan(facts, task)
  if (found.kind !== 'plan') throw new Error(`expected a plan, found ${found.reason}: ${found.detail}`)
  return found.settings
}

const timeOf = (facts: Partial<Facts>, settings: Partial<Settings>, mb: number) =>
  renderTime(factsWith(facts), settingsWith(settings), mb)
const memoryOf = (facts: Partial<Facts>, settings: Partial<Settings>) =>
  renderMemory(factsWith(facts), settingsWith(settings), BYTES)

const isAffordable = (facts: Partial<Facts>, settings: Settings, mb: number): boolean =>
  timeOf(facts, settings, mb) <= HALF && memoryOf(facts, settings) <= mb

const original = (reason: string, detail: unknown) => ({ kind: 'original', reason, detail })

const CAMERA = { width: 6_000, height: 4_000 }

describe('a JPEG of 24 megapixels, without a size', () => {
  it.each<[number, Settings['format'], number, number]>([
    [512, 'webp', 2_048, 1_365],
    [1_024, 'webp', 3_840, 2_560],
    [1_769, 'webp', 6_000, 4_000],
    [512, 'png', 2_048, 1_365],
    [1_024, 'png', 3_840, 2_560],
    [1_769, 'png', 6_000, 4_000],
    [512, 'avif', 2_048, 1_365],
    [1_024, 'avif', 3_840, 2_560],
    [1_769, 'avif', 6_000, 4_000],
  ])('with %d MB, as %s: %d wide, and nothing wider is affordable', (memory, format, width, height) => {
    const settings = settingsOf(CAMERA, { memory, variant: { fm: format } })
    expect(settings).toEqual(settingsWith({ format, width, height }))
    expect(isAffordable(CAMERA, settings, memory)).toBe(true)
    const next = [...DEFAULT_WIDTHS, 6_000].find((rung) => rung > width)
    if (next) {
      const wider = settingsWith({ format, width: next, height: Math.round((next * 2) / 3) })
      expect(isAffordable(CAMERA, wider, memory)).toBe(false)
    }
  })

  it('in its own format, in another quality', () => {
    const settings = settingsOf(CAMERA, { memory: 512, variant: { q: 50 } })
    expect(settings).toEqual(settingsWith({ format: 'jpg', quality: 50, width: 2_048, height: 1_365 }))
  })

  it('begins there whatever time is left, or not at all', () => {
    const asked = { memory: 1_024, variant: { fm: 'webp' } }
    const widths = [9_500, 5_000, 3_600].map((time) => settingsOf(CAMERA, { ...asked, time }).width)
    expect(widths).toEqual([3_840, 3_840, 3_840])
    const detail = expect.stringMatching(/^would take about 3\d{3} ms of 3000$/)
    expect(plan(CAMERA, { ...asked, time: 3_000 })).toEqual(original('deadline', detail))
  })
})

describe('what is asked for begins lower', () => {
  it('for want of memory alone', () => {
    const task = taskWith({ rule: DEFAULTS, variant: { fm: 'webp' } })
    // The source twice, 24 million pixels, and what is there in any case: 100 + 2 * 820.4 + 24 * (0.5 + 0.5 + 10) MB, and 2,400 rows of 18 kB.
    const of = (memory: number) => planOf(factsWith(CAMERA), 820_400_000, { ...task, memory })
    expect(of(2_048)).toMatchObject({ kind: 'plan', settings: CAMERA })
    expect(of(2_047)).toMatchObject({ kind: 'plan', settings: { width: 3_840, height: 2_560 } })
  })

  it('for want of time alone', () => {
    const variant = { fm: 'webp' }
    // 1.5 * (5 + 4 + 115) ms for a million pixels.
    const height = Math.floor((HALF * 1e6) / (1.5 * 124) / 5_000)
    expect(settingsOf({ width: 5_000, height }, { variant })).toMatchObject({ width: 5_000, height })
    expect(settingsOf({ width: 5_000, height: height + 1 }, { variant })).toMatchObject({ width: 3_840 })
  })

  it('below the size that is asked for, not that of the source', () => {
    const at = (w: number) => settingsOf(CAMERA, { memory: 512, variant: { fm: 'webp', w } })
    expect(at(3_840)).toMatchObject({ width: 2_048, height: 1_365 })
    expect(at(3_000)).toMatchObject({ width: 3_000, height: 2_000 })
    expect(at(640)).toMatchObject({ width: 640, height: 427 })
  })

  it('at a width of its route', () => {
    const settings = settingsOf(CAMERA, { memory: 512, variant: { fm: 'webp' }, rule: RULE })
    expect(settings).toMatchObject({ width: 800, height: 533 })
  })

  it.each([
    ['2:1', 3_840, 1_920, 2_048, 1_024],
    ['4:5, which the source does not have in that size', 3_840, 4_800, 2_048, 2_560],
  ])('a crop in its proportion: %s', (_ratio, w, h, width, height) => {
    const settings = settingsOf(CAMERA, { memory: 512, variant: { fm: 'webp', fit: 'crop', w, h } })
    expect(settings).toMatchObject({ format: 'webp', width, height })
  })

  it('a source on its side, as it is seen', () => {
    const onItsSide = { width: 4_000, height: 6_000, isTurned: true }
    const settings = settingsOf(onItsSide, { memory: 512, variant: { fm: 'webp' } })
    expect(settings).toMatchObject({ width: 1_920, height: 2_880 })
  })

  it('and is of use, or not, as it would be in its own size', () => {
    expect(plan(CAMERA, { memory: 512, variant: { fm: 'webp' } })).toMatchObject({ smaller: 'must' })
    expect(plan(CAMERA, { memory: 512, variant: { fm: 'png' } })).toMatchObject({ smaller: 'need not' })
  })
})

describe('AVIF for which there is not the time: the WebP in its place has to be affordable, too', () => {
  it.each<[string, number, Partial<Facts>]>([
    ['17 megapixels', 1_024, { width: 5_000, height: 3_400 }],
    ['24 megapixels upright', 1_024, { width: 4_000, height: 6_000 }],
    ['24 megapixels in several scans', 512, { ...CAMERA, isProgressive: true, scans: 24 }],
    ['48 megapixels', 3_008, { width: 8_000, height: 6_000 }],
  ])('%s, %d MB', (_what, memory, facts) => {
    const settings = settingsOf(facts, { memory, variant: { fm: 'avif' } })
    expect(timeOf(facts, settings, memory)).toBeLessThanOrEqual(HALF)
  })
})

describe('what does not begin lower', () => {
  const MOVING = { format: 'gif', width: 1_000, height: 1_000, frames: 40 } as const

  it.each([
    [512, 10],
    [1_024, 20],
  ])('an animation, with %d MB: as many of its frames as there is room and time for', (memory, frames) => {
    expect(plan(MOVING, { memory, variant: { fm: 'webp' } })).toMatchObject({ settings: { frames, width: 1_000 } })
  })

  it('an animation that takes more than half of the time: as it is asked for', () => {
    const settings = settingsOf(MOVING, { memory: 1_769, variant: { fm: 'webp' } })
    expect(settings).toMatchObject({ width: 1_000, height: 1_000, frames: 40 })
    expect(timeOf(MOVING, settings, 1_769)).toBeGreaterThan(HALF)
  })

  it.each<[string, number, Partial<Facts>, string]>([
    ['memory', 512, { width: 12_000, height: 8_000, scans: 12 }, 'needs about 1882 MB of 512'],
    ['time', 10_240, { width: 12_000, height: 8_000, scans: 60 }, 'would take about 29376 ms of 10000'],
  ])('where no width has enough %s: the original, for what was asked', (_what, memory, progressive, detail) => {
    const facts = { ...progressive, isProgressive: true }
    const smallest = settingsWith({ width: 16, height: 11 })
    expect(isAffordable(facts, smallest, memory)).toBe(false)
    expect(plan(facts, { memory, variant: { fm: 'webp' } })).toEqual(original('too-many-pixels', detail))
  })

  it('where no width is affordable, and what is asked for is no worse: as it is asked for', () => {
    const facts = { width: 16_000, height: 10_000, isProgressive: true, scans: 12 }
    const settings = settingsOf(facts, { memory: 1_769, variant: { fm: 'webp', w: 640 } })
    expect(settings).toMatchObject({ width: 640, height: 400 })
    expect(timeOf(facts, { ...settings, width: 16, height: 10 }, 1_769)).toBeGreaterThan(HALF)
  })
})

test('any still picture: the widest that is affordable, in proportion; as it is asked for where nothing is', () => {
  const side = fc.integer({ min: 1, max: 12_000 })
  const facts = fc.record({
    ...{ format: fc.constantFrom('jpg' as const, 'png', 'webp', 'tiff', 'avif'), width: side, height: side },
    ...{ isProgressive: fc.boolean(), scans: fc.integer({ min: 1, max: 30 }), isTurned: fc.boolean() },
  })
  const variant = fc.record(
    { fm: fc.constantFrom('webp', 'jpg', 'png'), q: fc.constant(80), w: fc.constantFrom(...DEFAULT_WIDTHS) },
    { requiredKeys: ['fm', 'q'] },
  )
  const outcomes = { whole: 0, narrower: 0, refused: 0 }
  fc.assert(
    fc.property(facts, variant, fc.integer({ min: 512, max: 3_008 }), (some, asked, memory) => {
      const scale = Math.min(1, (asked.w ?? some.width) / some.width)
      const pixels = (length: number) => Math.max(1, Math.round(length * scale))
      const [width, height] = [pixels(some.width), pixels(some.height)]
      const at = (rung: number) =>
        settingsWith({
          ...{ format: asked.fm as Settings['format'], width: rung },
          height: Math.max(1, Math.round((height * rung) / width)),
        })
      const candidates = [width, ...DEFAULT_WIDTHS.filter((rung) => rung < width).toReversed()].map(at)
      const expected = candidates.find((candidate) => isAffordable(some, candidate, memory))
      const found = plan(some, { memory, variant: asked })
      if (found.kind === 'plan') expect(found.settings).toEqual(expected ?? candidates[0])
      else expect([expected, found.reason]).toEqual([undefined, expect.stringMatching(/^(too-many-pixels|deadline)$/)])
      outcomes[found.kind === 'original' ? 'refused' : found.settings.width < width ? 'narrower' : 'whole'] += 1
    }),
    { numRuns: runs(5_000) },
  )
  expect(Math.min(...Object.values(outcomes)), JSON.stringify(outcomes)).toBeGreaterThan(runs(5_000) / 100)
})
