import { expect, test } from 'vitest'
import { avifQuality } from '../../../origin-response/output.ts'

test('avifQuality: whole, between 1 and 100, and never less for more', () => {
  const found = Array.from({ length: 100 }, (_, i) => avifQuality(i + 1))
  expect(found.filter((quality) => !Number.isInteger(quality) || quality < 1 || quality > 100)).toEqual([])
  expect(found).toEqual(found.toSorted((a, b) => a - b))
  expect(new Set(found).size).toBeGreaterThan(20)
})
