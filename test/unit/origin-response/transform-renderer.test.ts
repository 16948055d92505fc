import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { MARGIN } from '../../../origin-response/cost.ts'
import type { Rendered } from '../../../origin-response/render.ts'
import type { Settings } from '../../../origin-response/settings.ts'
import type { Job } from '../../../origin-response/transform.ts'
import { photo } from '../../images/pictures.ts'
import { BUCKET, etagOf } from '../../images/s3-answers.ts'
import { put, useBucket } from './bucket.ts'
import { RULE } from './samples.ts'

const RENDERER = '../../../origin-response/render.ts'
const ALLOCATOR = '../../../origin-response/allocator.ts'

const bucket = useBucket()

let jpeg: Buffer
beforeAll(async () => {
  jpeg = await photo(600, 400).jpeg({ quality: 90 }).toBuffer()
})

beforeEach(() => {
  vi.resetModules()
})
afterEach(() => {
  vi.doUnmock(RENDERER)
})

/** The real renderer, but for `render`: what it does here, sharp can't be brought to do on every machine. */
async function transformWith(render: () => Promise<Rendered>, changes: Partial<Job> & { time?: number } = {}) {
  vi.doMock(RENDERER, async (importOriginal) => ({ ...(await importOriginal<object>()), render }))
  return transformAfresh(changes)
}

async function transformAfresh({ time = 10_000, ...changes }: Partial<Job> & { time?: number }) {
  const { transform } = await import('../../../origin-response/transform.ts')
  const key = put(bucket, 'photo.jpg', jpeg)
  return transform({
    source: { bucket: BUCKET, region: bucket.region, key, etag: etagOf({ body: jpeg }) },
    variant: { fm: 'webp', w: 200 },
    rule: RULE,
    limit: { maxInputBytes: 1_000_000, maxInputPixels: 1_000_000, budget: 700 },
    budget: 1_000,
    memory: 1_769,
    deadline: performance.now() + time,
    ...changes,
  })
}

const later = (bytes: number, milliseconds: number) => () =>
  new Promise<Rendered>((resolve) => {
    setTimeout(() => resolve({ bytes: Buffer.alloc(bytes), isIncomplete: false }), milliseconds).unref()
  })

describe('a renderer that is slow', () => {
  it.each([
    ['that never comes back', () => new Promise<Rendered>(() => {})],
    ['that comes back too late', later(10, 5_000)],
  ])('%s: the original, at the deadline', async (_what, render) => {
    const start = performance.now()
    const outcome = await transformWith(render, { time: 1_500 })
    const taken = performance.now() - start
    const detail = 'stopped at the deadline'
    expect(outcome).toMatchObject({ kind: 'original', reason: 'deadline', detail })
    const { fetch = Number.NaN, transform = Number.NaN, bytesIn } = outcome.measures
    expect(bytesIn).toBe(jpeg.length)
    expect(fetch).toBeGreaterThan(0)
    expect(fetch + transform).toBeGreaterThan(1_490)
    expect(fetch + transform).toBeLessThanOrEqual(taken)
    expect(taken).toBeGreaterThan(1_490)
    expect(taken).toBeLessThan(3_500)
  })

  it('that took longer than what is left is not asked again', async () => {
    const render = vi.fn(later(5_000, 1_200))
    const outcome = await transformWith(render, { time: 2_000 })
    expect(outcome).toMatchObject({ kind: 'original', reason: 'deadline' })
    expect(outcome.kind === 'original' && outcome.detail).toMatch(/^no time to encode again: \d+ ms$/)
    expect(render).toHaveBeenCalledTimes(1)
  })

  it('that gives too much is asked for less', async () => {
    const sizes = [1_500, 900]
    const render = vi.fn(async () => ({ bytes: Buffer.alloc(sizes.shift() ?? 0), isIncomplete: false }))
    const outcome = await transformWith(render)
    expect(outcome).toMatchObject({ kind: 'rendition', bytes: { length: 900 }, settings: { width: 200 } })
    expect(render).toHaveBeenCalledTimes(2)
  })
})

describe('a machine that is slow', () => {
  /** Each takes so many times what is predicted; the real renderer makes them, with no effort. */
  const slowedBy = async (times: number) => {
    const { renderTime } = await import('../../../origin-response/cost.ts')
    const real = await vi.importActual<typeof import('../../../origin-response/render.ts')>(RENDERER)
    const made: { took: number; settings: Settings }[] = []
    const render: typeof real.render = async (bytes, settings, ...rest) => {
      const inspected = await real.inspect(bytes)
      if (inspected.kind === 'original') throw new Error(inspected.detail)
      const took = 50 + (times * renderTime(inspected.facts, settings, 1_769)) / MARGIN
      const slow = new Promise((resolve) => setTimeout(resolve, took))
      const rendered = await real.render(bytes, { ...settings, effort: 0 }, ...rest)
      await slow
      made.push({ took, settings })
      return rendered
    }
    vi.doMock(RENDERER, async (importOriginal) => ({ ...(await importOriginal<object>()), render }))
    const { transform } = await import('../../../origin-response/transform.ts')
    const key = put(bucket, 'photo.jpg', jpeg)
    const ask = (time: number) =>
      transform({
        source: { bucket: BUCKET, region: bucket.region, key, etag: etagOf({ body: jpeg }) },
        variant: { fm: 'avif' },
        rule: RULE,
        limit: { maxInputBytes: 1_000_000, maxInputPixels: 1_000_000, budget: 10_000 },
        budget: 1_000_000,
        memory: 1_769,
        deadline: performance.now() + time,
      })
    return { ask, made }
  }

  it('is told by the two renditions before: the next has the effort that there is time for', async () => {
    const { ask, made } = await slowedBy(4)
    // 0.24 megapixels with all effort: predicted to take 1.1 s, they take 3.
    for (const _ of [1, 2]) expect((await ask(30_000)).kind).toBe('rendition')
    const outcome = await ask(2_500)
    expect(outcome).toMatchObject({ kind: 'rendition', settings: { format: 'avif' } })
    const [first, , second] = made.filter(({ settings }) => settings.format === 'avif')
    expect(first?.settings.effort).toBe(4)
    expect(second?.settings.effort).toBe(3)
    expect(second?.took).toBeLessThan(1_250)
  })
})

/** The texts are sharp's own and libvips's; that they are, render-refused.test.ts shows of the first two. */
describe('a renderer that fails', () => {
  it.each([
    ['timeout: 43% complete', 'deadline'],
    ['Input image exceeds pixel limit', 'too-many-pixels'],
    ['out of memory -- size == 12MB', 'disabled'],
    ['unable to malloc 4096 bytes', 'disabled'],
    ['Cannot allocate memory', 'disabled'],
    ['write: No space left on device', 'disabled'],
    ['VipsJpeg: premature end of JPEG image', 'corrupt'],
    ['vipspng: libpng read error', 'corrupt'],
    ['', 'corrupt'],
  ])('%j: %s', async (message, reason) => {
    const outcome = await transformWith(() => Promise.reject(new Error(message)))
    const detail = message === '' ? 'Error' : `Error: ${message}`
    expect(outcome).toEqual({ kind: 'original', reason, detail, mediaType: 'image/jpeg', measures: expect.anything() })
    expect(outcome.measures.bytesIn).toBe(jpeg.length)
  })

  it('by not being there: sharp does not load', async () => {
    vi.doMock(RENDERER, () => {
      throw new Error('Could not load the "sharp" module using the linux-x64 runtime')
    })
    const outcome = await transformAfresh({})
    expect(outcome).toMatchObject({ kind: 'original', reason: 'disabled' })
    expect(outcome.measures.bytesIn).toBe(jpeg.length)
  })

  it('by not being there, and the source neither: that is what is told', async () => {
    vi.doMock(RENDERER, () => {
      throw new Error('Could not load the "sharp" module using the linux-x64 runtime')
    })
    const source = { bucket: BUCKET, region: bucket.region, key: 'nowhere.jpg', etag: '' }
    expect(await transformAfresh({ source })).toMatchObject({ kind: 'original', reason: 'changed' })
  })
})

it('a cold start does not wait for the allocator, which is set with the second picture', async () => {
  const { isAllocatorSet } = await import('../../../origin-response/allocator.ts')
  const setAllocator = vi.fn()
  vi.doMock(ALLOCATOR, () => ({ setAllocator, isAllocatorSet, trimAllocator: () => {} }))
  try {
    expect(await transformAfresh({})).toMatchObject({ kind: 'rendition' })
    expect(setAllocator).not.toHaveBeenCalled()
    expect(await transformAfresh({})).toMatchObject({ kind: 'rendition' })
    expect(setAllocator).toHaveBeenCalledOnce()
  } finally {
    vi.doUnmock(ALLOCATOR)
  }
})
