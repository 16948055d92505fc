import { expect, it } from 'vitest'
import { Totals } from '../../../../local/console/totals.ts'
import type { FinishedRequest } from '../../../../local/protocol/messages.ts'

it('sums up hits, bytes, and what renditions save', () => {
  const totals = new Totals()
  expect(totals.figures()).toMatchObject({ requests: 0, hitRatio: null })
  const add = (request: Partial<FinishedRequest>) =>
    totals.add({ rimlight: '', bodyBytes: 0, originBytes: 0, ...request } as never)
  add({ resultType: 'Miss', bodyBytes: 100, originBytes: 900, rimlight: 'webp; 64x64; q=80' })
  add({ resultType: 'Hit', bodyBytes: 100, originBytes: 900, rimlight: 'webp; 64x64; q=80' })
  add({ resultType: 'RefreshHit', bodyBytes: 900, originBytes: 900, rimlight: 'original; reason=deadline' })
  add({ resultType: 'Error', bodyBytes: 10 })
  add({ resultType: 'Hit', bodyBytes: 0, rimlight: 'webp; 64x64; q=80' })
  expect(totals.figures()).toEqual({
    requests: 5,
    cacheable: 4,
    hits: 3,
    hitRatio: 0.75,
    bodyBytes: 1_110,
    renditions: 2,
    renditionBytes: 200,
    originalBytes: 1_800,
  })
})
