import { describe, expect, it, test } from 'vitest'
import { renderMemory, renderTime } from '../../../origin-response/cost.ts'
import type { Facts } from '../../../origin-response/facts.ts'
import { planOf, type Task } from '../../../origin-response/plan.ts'
import { factsWith, RULE, settingsWith, taskWith } from './samples.ts'

const BYTES = 100_000

const plan = (facts: Partial<Facts>, task: Partial<Task>) => planOf(factsWith(facts), BYTES, taskWith(task))

/** A ladder without a rung that any picture here could begin at instead. */
const NOTHING_NARROWER: Task['rule'] = { ...RULE, widths: [16_383] }

const original = (reason: string, detail: unknown) => ({ kind: 'original', reason, detail })

describe('more pixels than the route allows', () => {
  const limit = { maxInputBytes: 1, maxInputPixels: 1_000_000, budget: 700 }

  it.each<[string, Partial<Facts>]>([
    ['as many', { width: 1_000, height: 1_000 }],
    ['as many in all frames', { format: 'gif', width: 1_000, height: 500, frames: 2 }],
  ])('%s: a plan', (_rule, facts) => {
    expect(plan(facts, { limit, variant: { fm: 'webp' } }).kind).toBe('plan')
  })

  it.each<[string, Partial<Facts>, string]>([
    ['a row more', { width: 1_000, height: 1_001 }, '1001000 pixels of 1000000'],
    ['however few are asked for', { width: 20_000, height: 20_000 }, '400000000 pixels of 1000000'],
  ])('%s: the original', (_rule, facts, detail) => {
    const variant = { fm: 'webp', w: 100 }
    expect(plan(facts, { limit, variant })).toEqual(original('too-many-pixels', detail))
  })
})

describe('more frames than the route allows', () => {
  const limit = { maxInputBytes: 1, maxInputPixels: 1_000_000, budget: 700 }
  const moving = { format: 'gif', width: 1_000, height: 100 } as const

  it.each([
    ['as many', 10, 10],
    ['one more: half of them', 11, 10],
    ['many more', 1_000, 10],
  ])('%s', (_rule, frames, expected) => {
    const found = plan({ ...moving, frames }, { limit, variant: { fm: 'webp', w: 100 } })
    expect(found).toMatchObject({ kind: 'plan', settings: { frames: expected } })
  })

  it('the first alone, where two are too many', () => {
    const found = plan({ ...moving, height: 900, frames: 5 }, { limit, variant: { w: 100 } })
    expect(found).toMatchObject({ kind: 'plan', settings: { format: 'gif', frames: 1 }, smaller: 'should' })
  })

  it('as it is, where nothing else is asked for', () => {
    const found = plan({ ...moving, frames: 1_000 }, { limit, variant: { w: 1_000 } })
    expect(found).toEqual(original('not-smaller', 'as it is asked for already'))
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
  it.each(['jpg', 'png'])('is shown by its first frame in %s', (fm) => {
    const facts = { format: 'gif', frames: 2 } as const
    expect(plan(facts, { variant: { fm } })).toMatchObject({ settings: { format: fm, frames: 1 }, smaller: 'need not' })
  })

  it('into WebP, where AVIF is asked for', () => {
    const facts = { format: 'gif', frames: 2 } as const
    expect(plan(facts, { variant: { fm: 'avif' } })).toMatchObject({ settings: { format: 'webp', frames: 2 } })
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
  const limit = { maxInputBytes: 1, maxInputPixels: 2_000_000_000, budget: 700 }

  it.each<[string, [number, number], Task['variant'], string]>([
    ['too wide', [16_600, 100], { fm: 'webp', h: 99 }, 'jpg'],
    ['too high', [100, 16_600], { fm: 'webp', w: 99 }, 'jpg'],
    ['a strip', [720, 37_062], { fm: 'webp', w: 640 }, 'jpg'],
    ['too wide for its height', [20_000, 200], { fm: 'avif', h: 190 }, 'jpg'],
    ['a cut', [40_000, 40_000], { fm: 'webp', fit: 'crop', w: 20_000, h: 10_000 }, 'jpg'],
  ])("%s: the source's own format", (_rule, [width, height], variant, format) => {
    const task = { variant, limit, rule: NOTHING_NARROWER }
    const found = planOf(factsWith({ width, height }), BYTES, taskWith(task))
    const isRefused = found.kind === 'original' && found.reason === 'too-many-pixels'
    if (!isRefused) expect(found).toMatchObject({ kind: 'plan', settings: { format } })
  })

  it('as it is, where that is what is asked for', () => {
    const found = plan({ width: 100, height: 16_384 }, { variant: { fm: 'webp' } })
    expect(found).toEqual(original('not-smaller', 'as it is asked for already'))
  })

  it('the original, where that has them neither', () => {
    const found = plan({ width: 65_501, height: 10 }, { variant: { q: 50 }, limit })
    expect(found).toEqual(original('unsupported', '65501x10: jpg has sides of 65500 at most'))
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

test.each<[string, Task['variant'], string]>([
  ['WebP in its size', { fm: 'webp' }, 'must'],
  ['AVIF in its size', { fm: 'avif' }, 'must'],
  ['its own format in another quality', { q: 50 }, 'must'],
  ['WebP in its size, which is what a larger box gives', { fm: 'webp', w: 9_999 }, 'must'],
  ['PNG, for a client that has nothing else', { fm: 'png' }, 'need not'],
  ['WebP in another size', { fm: 'webp', w: 1_199 }, 'must'],
  ['its own format in another size', { w: 600 }, 'must'],
  ['a crop', { fit: 'crop', w: 800, h: 800 }, 'should'],
])('%s: whether a rendition without fewer bytes is of no use', (_rule, variant, smaller) => {
  expect(plan({}, { variant })).toMatchObject({ kind: 'plan', smaller })
})

test('of several reasons the first that more time or memory would not mend', () => {
  const limit = { maxInputBytes: 1, maxInputPixels: 1_000, budget: 700 }
  const nothing = { memory: 1, time: 0 }
  const moving = { format: 'gif', width: 20_000, height: 20, frames: 3 } as const
  const reasonOf = (facts: Partial<Facts>, task: Partial<Task>) => {
    const found = plan(facts, { variant: { fm: 'avif' }, ...nothing, ...task })
    return found.kind === 'original' ? found.reason : found.kind
  }
  expect(reasonOf(moving, { limit })).toBe('too-many-pixels')
  expect(reasonOf({ ...moving, isTurned: true }, {})).toBe('unsupported')
  expect(reasonOf({}, { variant: {} })).toBe('not-smaller')
  expect(reasonOf({}, {})).toBe('too-many-pixels')
  expect(reasonOf({}, { memory: 10_000 })).toBe('deadline')
})

describe('whoever can not show the source gets what is made of it, however many bytes it has', () => {
  it.each<[Facts['format'], string, string]>([
    ['avif', 'webp', 'need not'],
    ['avif', 'common', 'need not'],
    ['tiff', 'webp', 'need not'],
    ['webp', 'common', 'need not'],
    ['webp', 'avif', 'must'],
    ['png', 'webp', 'must'],
    ['avif', 'avif', 'must'],
  ])('%s, as %s: %s', (format, fm, smaller) => {
    const variant = format === fm ? { fm, w: 600 } : { fm }
    expect(plan({ format }, { variant })).toMatchObject({ kind: 'plan', smaller })
  })

  it.each<[Partial<Facts>, string]>([
    [{ format: 'avif' }, 'jpg'],
    [{ format: 'avif', hasAlpha: true }, 'png'],
    [{ format: 'webp', frames: 3, hasAlpha: true }, 'gif'],
    [{ format: 'tiff' }, 'jpg'],
    [{ format: 'gif', frames: 3 }, 'gif'],
    [{ format: 'png', hasAlpha: true }, 'png'],
  ])('what every browser shows of %j: %s', (facts, format) => {
    expect(plan(facts, { variant: { fm: 'common', w: 600 } })).toMatchObject({ settings: { format } })
  })
})

describe('a source that is hardly larger', () => {
  it.each<[string, number, Task['variant'], boolean]>([
    ['the next rung', 400, { w: 200 }, true],
    ['a pixel more', 401, { w: 200 }, false],
    ['any, above the top rung', 20_000, { w: 800 }, true],
    ['a cut is something else', 400, { fit: 'crop', w: 200, h: 200 }, false],
  ])('%s', (_rule, width, variant, isNear) => {
    expect(plan({ width, height: 300 }, { variant })).toMatchObject({ kind: 'plan', isNear })
  })
})
