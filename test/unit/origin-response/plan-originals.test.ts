import { describe, expect, it, test } from 'vitest'
import { renderMemory, renderTime } from '../../../origin-response/cost.ts'
import { planOf, type Task } from '../../../origin-response/plan.ts'
import type { Facts } from '../../../origin-response/render.ts'
import { factsWith, RULE, settingsWith, taskWith } from './samples.ts'

const BYTES = 100_000

const plan = (facts: Partial<Facts>, task: Partial<Task>) => planOf(factsWith(facts), BYTES, taskWith(task))

/** A ladder without a rung that any picture here could begin at instead. */
const NOTHING_NARROWER: Task['rule'] = { ...RULE, widths: [16_383] }

const original = (reason: string, detail: unknown) => ({ kind: 'original', reason, detail })

describe('more pixels than the route allows', () => {
  const limit = { maxInputBytes: 1, maxInputPixels: 1_000_000 }

  it.each<[string, Partial<Facts>]>([
    ['as many', { width: 1_000, height: 1_000 }],
    ['as many in all frames', { format: 'gif', width: 1_000, height: 500, frames: 2 }],
  ])('%s: a plan', (_rule, facts) => {
    expect(plan(facts, { limit, variant: { fm: 'webp' } }).kind).toBe('plan')
  })

  it.each<[string, Partial<Facts>, string]>([
    ['a row more', { width: 1_000, height: 1_001 }, '1001000 pixels of 1000000'],
    ['a row more in each frame', { format: 'gif', width: 1_000, height: 501, frames: 2 }, '1002000 pixels of 1000000'],
    ['however few are asked for', { width: 20_000, height: 20_000 }, '400000000 pixels of 1000000'],
  ])('%s: the original', (_rule, facts, detail) => {
    const variant = { fm: 'webp', w: 100 }
    expect(plan(facts, { limit, variant })).toEqual(original('too-many-pixels', detail))
  })
})

describe('more memory than the function has', () => {
  const variant = { w: 600 }
  const needed = renderMemory(factsWith(), settingsWith({ format: 'jpg' }), BYTES)

  it('as much: a plan', () => {
    expect(plan({}, { variant, memory: needed }).kind).toBe('plan')
  })

  it('more: the original', () => {
    const memory = needed - 0.001
    const detail = `needs about ${Math.round(needed)} MB of ${memory}`
    expect(plan({}, { variant, memory, rule: NOTHING_NARROWER })).toEqual(original('too-many-pixels', detail))
  })

  it('the bytes of the source count', () => {
    const found = planOf(factsWith(), 500_000_000, taskWith({ variant, memory: 512 }))
    expect(found).toEqual(original('too-many-pixels', expect.stringMatching(/^needs about \d{3,4} MB of 512$/)))
  })
})

describe('more time than there is', () => {
  const variant = { w: 600 }
  const needed = renderTime(factsWith(), settingsWith({ format: 'jpg' }), 1_769)

  it('as much: a plan', () => {
    expect(plan({}, { variant, memory: 1_769, time: needed }).kind).toBe('plan')
  })

  it('more: the original', () => {
    const time = needed - 0.001
    const detail = `would take about ${Math.round(needed)} ms of ${Math.round(time)}`
    expect(plan({}, { variant, memory: 1_769, time })).toEqual(original('deadline', detail))
  })

  it.each([0, -5])('%d ms', (time) => {
    for (const fm of ['webp', 'avif']) {
      const detail = expect.stringMatching(new RegExp(`^would take about \\d+ ms of ${time}$`))
      expect(plan({}, { variant: { fm }, time })).toEqual(original('deadline', detail))
    }
  })
})

it('more time than any answer may take: the next time would be no better', () => {
  const found = plan({ width: 30_000, height: 30_000 }, { variant: { fm: 'webp', w: 16_000 } })
  expect(found).toEqual(original('too-many-pixels', expect.stringMatching(/^would take about \d{5,} ms of 10000$/)))
})

describe('what moves', () => {
  it.each(['avif', 'jpg', 'png'])('not into %s', (fm) => {
    const facts = { format: 'gif', frames: 2 } as const
    expect(plan(facts, { variant: { fm, w: 100 } })).toEqual(original('unsupported', `${fm} has one frame alone`))
  })

  it.each(['webp', 'gif'])('into %s', (fm) => {
    for (const format of ['gif', 'webp'] as const) {
      expect(plan({ format, frames: 2 }, { variant: { fm, w: 100 } }).kind).toBe('plan')
    }
  })
})

it('what moves is not turned upright', () => {
  const facts = { format: 'webp', frames: 2, isTurned: true } as const
  expect(plan(facts, { variant: { w: 100 } })).toEqual(original('unsupported', 'an animation that is to be turned'))
  expect(plan({ ...facts, frames: 1 }, { variant: { w: 100 } }).kind).toBe('plan')
})

describe('what has more pages', () => {
  it('keeps them where it stays what it is', () => {
    expect(plan({ format: 'tiff', hasMorePages: true }, { variant: { w: 100 } })).toEqual(
      original('unsupported', 'all pages but the first would go'),
    )
  })

  it('is shown by its first page where it becomes a picture', () => {
    expect(plan({ format: 'tiff', hasMorePages: true }, { variant: { fm: 'jpg' } }).kind).toBe('plan')
  })
})

describe('sides that a format does not have', () => {
  it.each<[string, [number, number], Task['variant'], string]>([
    ['too wide', [16_384, 100], { fm: 'webp' }, '16384x100: webp has sides of 16383 at most'],
    ['too high', [100, 16_384], { fm: 'webp' }, '100x16384: webp has sides of 16383 at most'],
    ['too wide for its height', [20_000, 200], { fm: 'avif', h: 190 }, '19000x190: avif has sides of 16384 at most'],
    [
      'a crop',
      [40_000, 40_000],
      { fm: 'webp', fit: 'crop', w: 20_000, h: 10_000 },
      '20000x10000: webp has sides of 16383 at most',
    ],
    ['AVIF', [16_385, 100], { fm: 'avif' }, '16385x100: avif has sides of 16384 at most'],
    ['JPEG', [65_501, 10], { q: 50 }, '65501x10: jpg has sides of 65500 at most'],
  ])('%s: the original', (_rule, [width, height], variant, detail) => {
    const limit = { maxInputBytes: 1, maxInputPixels: 2_000_000_000 }
    expect(plan({ width, height }, { variant, limit })).toEqual(original('unsupported', detail))
  })

  it.each<[string, [number, number]]>([
    ['too wide', [65_536, 10]],
    ['too high', [10, 65_536]],
  ])('a source that is %s, whatever is asked of it: memory goes with the rows', (_rule, [width, height]) => {
    const detail = `${width}x${height}: sides of 65535 at most`
    expect(plan({ width, height }, { variant: { fm: 'png', w: 64 } })).toEqual(original('too-many-pixels', detail))
  })

  it.each([
    ['webp', 16_383],
    ['avif', 16_384],
    ['jpg', 65_500],
    ['png', 65_535],
  ])('%s: %d is one that it has', (fm, width) => {
    const found = plan({ width, height: 100 }, { variant: { fm, q: 50 } })
    expect(found).toMatchObject({ kind: 'plan', settings: { format: fm, width, height: 100 } })
  })
})

describe('what is as it is asked for already', () => {
  it.each<[string, Task['variant']]>([
    ['its own format', { fm: 'jpg' }],
    ['its own width', { w: 1_200 }],
    ['more than its width', { w: 1_201 }],
    ['its own size, cropped', { fit: 'crop', w: 1_200, h: 800 }],
    ['its own proportion, larger', { fit: 'crop', w: 2_400, h: 1_600 }],
  ])('%s', (_rule, variant) => {
    expect(plan({}, { variant })).toEqual(original('not-smaller', 'as it is asked for already'))
  })

  it.each<[string, Task['variant']]>([
    ['another quality', { q: 50 }],
    ['another format', { fm: 'png' }],
    ['a pixel less', { w: 1_199 }],
    ['another proportion', { fit: 'crop', w: 800, h: 800 }],
  ])('not %s', (_rule, variant) => {
    expect(plan({}, { variant }).kind).toBe('plan')
  })
})

test.each<[string, Task['variant'], boolean]>([
  ['WebP in its size', { fm: 'webp' }, true],
  ['AVIF in its size', { fm: 'avif' }, true],
  ['its own format in another quality', { q: 50 }, true],
  ['WebP in its size, which is what a larger box gives', { fm: 'webp', w: 9_999 }, true],
  ['PNG, for a client that has nothing else', { fm: 'png' }, false],
  ['WebP in another size', { fm: 'webp', w: 1_199 }, false],
  ['its own format in another size', { w: 600 }, false],
  ['a crop', { fit: 'crop', w: 800, h: 800 }, false],
])('%s: whether a rendition without fewer bytes is of no use', (_rule, variant, mustBeSmaller) => {
  expect(plan({}, { variant })).toMatchObject({ kind: 'plan', mustBeSmaller })
})

test('of several reasons the first that more time or memory would not mend', () => {
  const limit = { maxInputBytes: 1, maxInputPixels: 1_000 }
  const nothing = { memory: 1, time: 0 }
  const moving = { format: 'gif', width: 20_000, height: 20, frames: 3 } as const
  const reasonOf = (facts: Partial<Facts>, task: Partial<Task>) => {
    const found = plan(facts, { variant: { fm: 'avif' }, ...nothing, ...task })
    return found.kind === 'original' ? found.reason : found.kind
  }
  expect(reasonOf(moving, { limit })).toBe('too-many-pixels')
  expect(reasonOf(moving, {})).toBe('unsupported')
  expect(reasonOf({}, { variant: {} })).toBe('not-smaller')
  expect(reasonOf({}, {})).toBe('too-many-pixels')
  expect(reasonOf({}, { memory: 10_000 })).toBe('deadline')
})
