import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paceOf } from '../../../origin-response/pace.ts'

test('a process that has made nothing yet, or all as predicted or sooner: 1', () => {
  const pace = paceOf()
  expect(pace.at(0)).toBe(1)
  for (const took of [1, 50, 100, 150]) {
    pace.observe(took, 100, took)
    expect(pace.at(took)).toBe(1)
  }
})

test('one that is slow is no pace; two in a row are, as far as both were', () => {
  const pace = paceOf()
  pace.observe(350, 100, 0)
  expect(pace.at(0)).toBe(1)
  pace.observe(450, 100, 0)
  expect(pace.at(0)).toBe(3)
})

test('faster is believed by halves', () => {
  const pace = paceOf()
  for (const _ of [1, 2]) pace.observe(350, 100, 0)
  pace.observe(150, 100, 0)
  expect(pace.at(0)).toBe(2)
  pace.observe(150, 100, 0)
  expect(pace.at(0)).toBe(1.5)
})

test('what takes as long whatever the size is no pace: the first rendition starts libvips', () => {
  const pace = paceOf()
  for (const _ of [1, 2]) pace.observe(50, 1, 0)
  expect(pace.at(0)).toBe(1)
})

test('half is forgotten in half a minute, so that nothing is refused for ever', () => {
  const pace = paceOf()
  for (const _ of [1, 2]) pace.observe(850, 100, 1_000)
  expect(pace.at(1_000)).toBe(4)
  expect(pace.at(31_000)).toBe(2.5)
  expect(pace.at(601_000)).toBeLessThan(1.001)
})

test('of all paces: from 1 to 4, and none goes up by itself', () => {
  const times = fc.record({
    took: fc.nat(60_000),
    predicted: fc.integer({ min: 1, max: 5_000 }),
    after: fc.nat(90_000),
  })
  fc.assert(
    fc.property(fc.array(times), (renditions) => {
      const pace = paceOf()
      let now = 0
      for (const { took, predicted, after } of renditions) {
        pace.observe(took, predicted, now)
        const [first, then] = [pace.at(now), pace.at(now + after)]
        expect(first).toBeGreaterThanOrEqual(1)
        expect(first).toBeLessThanOrEqual(4)
        expect(then).toBeLessThanOrEqual(first)
        now += after
      }
    }),
  )
})
