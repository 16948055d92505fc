import { expect, it } from 'vitest'
import { Totals } from '../../../../local/console/totals.ts'
import type { FinishedRequest } from '../../../../local/protocol/messages.ts'

it('sums up hits, bytes, and what renditions save', () => {
  const totals = new Totals()
  expect(totals.figures()).toMatchObject({ requests: 0, hitRatio: null })
  const original = { originBytes: 900 }
  // 64 × 64 of 128 × 128 pixels: a quarter of the original's bytes.
  const add = (request: Partial<FinishedRequest>, pixels?: number) =>
    totals.add({ rimlight: '', bodyBytes: 0, originBytes: 0, ...request } as never, pixels)
  add({ resultType: 'Miss', bodyBytes: 100, ...original, rimlight: 'webp; 64x64; q=80' }, 128 * 128)
  add({ resultType: 'Hit', bodyBytes: 100, ...original, rimlight: 'webp; 64x64; q=80; frames=1/2' }, 128 * 128)
  add({ resultType: 'RefreshHit', bodyBytes: 900, ...original, rimlight: 'original; reason=deadline' }, 128 * 128)
  add({ resultType: 'Error', bodyBytes: 10 })
  add({ resultType: 'Hit', bodyBytes: 0, rimlight: 'webp; 64x64; q=80' }, 128 * 128)
  add({ resultType: 'Hit', bodyBytes: 100, ...original, rimlight: 'webp; 64x64; q=80' })
  expect(totals.figures()).toEqual({
    requests: 6,
    cacheable: 5,
    hits: 4,
    hitRatio: 0.8,
    bodyBytes: 1_210,
    renditions: 3,
    compared: 2,
    renditionBytes: 200,
    originalBytes: 450,
  })
})

it('a rendition is compared with its original at the size that was shown, and never with more than the original', () => {
  const totals = new Totals()
  const request = { resultType: 'Miss', bodyBytes: 500, originBytes: 900, rimlight: 'webp; 200x100; q=80' }
  totals.add(request as never, 100 * 100)
  expect(totals.figures()).toMatchObject({ compared: 1, renditionBytes: 500, originalBytes: 900 })
})
