import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { FORMATS, type Format } from '../../../edge/formats.ts'
import { AVIF_EFFORTS, renderMemory, renderTime } from '../../../origin-response/cost.ts'
import type { Facts } from '../../../origin-response/facts.ts'
import type { Settings } from '../../../origin-response/settings.ts'
import { factsWith, settingsWith } from './samples.ts'

/** MB of one whole CPU, by AWS. */
const ONE_CPU = 1_769
const BYTES = 500_000

type Case = { facts?: Partial<Facts>; settings?: Partial<Settings> }

const time = ({ facts, settings }: Case, memory = ONE_CPU) =>
  renderTime(factsWith(facts), settingsWith(settings), memory)
const memory = ({ facts, settings }: Case, bytes = BYTES) =>
  renderMemory(factsWith(facts), settingsWith(settings), bytes)

const formats = Object.keys(FORMATS) as Format[]

/** From the least to the most, both in time and in memory. */
const ASCENDING: [rule: string, ...cases: Case[]][] = [
  ['the width of the source', { facts: { width: 1_200 } }, { facts: { width: 1_201 } }, { facts: { width: 9_000 } }],
  ['the height of the source', { facts: { height: 800 } }, { facts: { height: 801 } }, { facts: { height: 9_000 } }],
  ['the width of the rendition', { settings: { width: 1 } }, { settings: { width: 2 } }, { settings: { width: 600 } }],
  [
    'the height of the rendition',
    { settings: { height: 1 } },
    { settings: { height: 2 } },
    { settings: { height: 9 } },
  ],
  ['frames, where they move', { settings: { frames: 1 } }, { settings: { frames: 2 } }, { settings: { frames: 50 } }],
  ['a JPEG in several scans', {}, { facts: { isProgressive: true } }],
  ['a PNG in several passes', { facts: { format: 'png' } }, { facts: { format: 'png', isProgressive: true } }],
  ['a picture to be turned', {}, { facts: { isTurned: true } }],
  ['both of these', { facts: { isProgressive: true } }, { facts: { isProgressive: true, isTurned: true } }],
]

describe('more to do takes more time and more memory', () => {
  it.each(ASCENDING)('%s', (_rule, ...cases) => {
    for (const cost of [time, memory]) {
      const costs = cases.map((one) => cost(one))
      expect(new Set(costs).size).toBe(cases.length)
      expect(costs).toEqual(costs.toSorted((a, b) => a - b))
    }
  })

  it('AVIF by its effort: more time with each step, no less memory', () => {
    expect(AVIF_EFFORTS).toEqual(AVIF_EFFORTS.toSorted((a, b) => a - b))
    expect(AVIF_EFFORTS.length).toBeGreaterThan(1)
    const of = (cost: typeof time) => AVIF_EFFORTS.map((effort) => cost({ settings: { format: 'avif', effort } }))
    expect(new Set(of(time)).size).toBe(AVIF_EFFORTS.length)
    for (const costs of [of(time), of((one) => memory(one))]) expect(costs).toEqual(costs.toSorted((a, b) => a - b))
  })

  it('a JPEG in scans without end: more time', () => {
    const costs = [10, 100, 1_000].map((scans) => time({ facts: { isProgressive: true, scans } }))
    expect(new Set(costs).size).toBe(3)
    expect(costs).toEqual(costs.toSorted((a, b) => a - b))
  })

  it('the bytes of the source: all of them are in memory', () => {
    expect(memory({}, 11_000_000) - memory({}, 1_000_000)).toBeGreaterThanOrEqual(10)
  })
})

test('half as long again as what was measured: a million pixels of JPEG into as many of WebP', () => {
  const million = { width: 1_000, height: 1_000 }
  expect(time({ facts: { format: 'jpg', ...million }, settings: { format: 'webp', ...million } })).toBeCloseTo(
    1.5 * (5 + 4 + 115),
  )
})

test('frames that are left out cost nothing', () => {
  const still = { settings: { frames: 1 } }
  const ofMany = { facts: { frames: 50 }, settings: { frames: 1 } }
  expect(time(ofMany)).toBe(time(still))
  expect(memory(ofMany)).toBe(memory(still))
})

describe('the memory of the function is its CPU', () => {
  it.each([
    ['a tenth', 176.9, 10],
    ['half', 884.5, 2],
    ['one', 1_769, 1],
    ['two, of which one is used', 3_538, 1],
    ['as much as there is', 10_240, 1],
  ])('%s: its time is that of one CPU times as much', (_cpu, mb, times) => {
    expect(time({}, mb)).toBeCloseTo(times * time({}, ONE_CPU))
  })

  it('an empty process takes some memory itself', () => {
    expect(memory({ facts: { width: 1, height: 1 }, settings: { width: 1, height: 1 } }, 0)).toBeGreaterThan(50)
  })
})

const side = fc.integer({ min: 1, max: 20_000 })
const anyFacts = fc.record({
  format: fc.constantFrom(...formats),
  width: side,
  height: side,
  frames: fc.integer({ min: 1, max: 1_000 }),
  hasMorePages: fc.boolean(),
  isPalette: fc.boolean(),
  hasAlpha: fc.boolean(),
  isTurned: fc.boolean(),
  orientation: fc.integer({ min: 1, max: 8 }),
  hasDeepProfile: fc.boolean(),
  pixelBytes: fc.constantFrom(1, 3, 4, 6, 8),
  isProgressive: fc.boolean(),
  scans: fc.integer({ min: 1, max: 10_000 }),
})
const anySettings = fc.record({
  format: fc.constantFrom(...formats),
  width: side,
  height: side,
  cut: fc.constant(null),
  quality: fc.integer({ min: 1, max: 100 }),
  effort: fc.constantFrom(...AVIF_EFFORTS),
  frames: fc.integer({ min: 1, max: 1_000 }),
  isPalette: fc.boolean(),
  hasDeepProfile: fc.boolean(),
  colours: fc.constantFrom(16, 256),
  isLossless: fc.boolean(),
})

test('every source and every rendition has a time and a memory, and less CPU is never quicker', () => {
  const mb = fc.integer({ min: 128, max: 10_240 })
  fc.assert(
    fc.property(anyFacts, anySettings, mb, mb, fc.nat(25_000_000), (facts, settings, one, other, bytes) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)]
      expect(renderTime(facts, settings, more)).toBeGreaterThan(0)
      expect(renderTime(facts, settings, less)).toBeGreaterThanOrEqual(renderTime(facts, settings, more))
      expect(renderMemory(facts, settings, bytes)).toSatisfy(Number.isFinite)
      expect(renderMemory(facts, settings, bytes)).toBeGreaterThanOrEqual(renderMemory(facts, settings, 0))
    }),
  )
})

test('none is cheaper than a smaller one', () => {
  fc.assert(
    fc.property(anyFacts, anySettings, side, side, (facts, settings, width, height) => {
      const smaller = { width: Math.min(width, facts.width), height: Math.min(height, facts.height) }
      const of = (one: Facts) => [renderTime(one, settings, ONE_CPU), renderMemory(one, settings, BYTES)] as const
      const [[t0, m0], [t1, m1]] = [of({ ...facts, ...smaller }), of(facts)]
      expect(t0).toBeLessThanOrEqual(t1)
      expect(m0).toBeLessThanOrEqual(m1)
    }),
  )
})
