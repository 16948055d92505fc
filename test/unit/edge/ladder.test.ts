import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ratiosOf } from '../../../build/variants.ts'
import { nearestRatio, parseNumber, rungAbove } from '../../../edge/ladder.ts'
import type { ImageRule } from '../../../edge/rules.ts'

describe('parseNumber', () => {
  it.each([
    ['640', 640],
    ['640.5', 640.5],
    ['.5', 0.5],
    ['5.', 5],
    ['007', 7],
  ])('%j', (text, number) => {
    expect(parseNumber(text)).toBe(number)
  })

  it.each(['', '.', '1.2.3', '-1', '+1', '1e3', '0x10', ' 1', '1\n', '١', 'NaN', 'Infinity'])('not %j', (text) => {
    expect(parseNumber(text)).toBe(0)
  })
})

test('rungAbove', () => {
  expect([1, 100, 100.1, 400, 401, Infinity].map((value) => rungAbove([100, 200, 400], value))).toEqual([
    100, 100, 200, 400, 400, 400,
  ])
})

describe('the nearest of all ratios', () => {
  it.each([1, 5 / 4, 4 / 3, 3 / 2, 16 / 9, 2, 21 / 9, 3, 4, 8, 16, 1 / 2, 9 / 16, 2 / 3, 1 / 16])(
    '%d as it is',
    (r) => {
      expect(nearestRatio(null, r)).toBeCloseTo(r, 12)
    },
  )

  it('is off by 1.4 % at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 1 / 16, max: 16, noNaN: true }), (asked) => {
        expect(Math.abs(Math.log(nearestRatio(null, asked) / asked))).toBeLessThan(0.014)
      }),
    )
  })

  it('ends at 16:1', () => {
    expect([17, 1e300, Infinity].map((asked) => nearestRatio(null, asked))).toEqual([16, 16, 16])
    expect([1 / 17, 1e-300].map((asked) => nearestRatio(null, asked))).toEqual([1 / 16, 1 / 16])
  })

  it('gives a height that gives the same height again, at every width', () => {
    const ratios = ratiosOf({ ratios: null } as ImageRule)
    expect(ratios.length).toBe(289)
    const lost: string[] = []
    for (let w = 1; w <= 16_383; w += w < 4_000 ? 1 : 7)
      for (const ratio of ratios) {
        const h = Math.round(w / ratio) || 1
        const again = Math.round(w / nearestRatio(null, w / h)) || 1
        if (again !== h) lost.push(`${w}x${h}`)
      }
    expect(lost).toEqual([])
  })
})

test('the nearest of a list, by logarithm', () => {
  expect([1.22, 1.23, 9, 0.1].map((asked) => nearestRatio([1, 1.5], asked))).toEqual([1, 1.5, 1.5, 1])
})
