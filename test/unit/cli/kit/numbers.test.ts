import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bytesText } from '../../../../cli/kit/numbers.ts'

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [1234, '1.23 kB'],
  [12_345, '12.3 kB'],
  [99_960, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.00 MB'],
  [5_368_709_120, '5.37 GB'],
  [1e15, '1.00 PB'],
  [1e18, '1000 PB'],
])('%d bytes: %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

it('no number of bytes is more than half a percent off', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), (bytes) => {
      const [number, unit] = bytesText(bytes).split(' ')
      const value = Number(number) * 1000 ** ['B', 'kB', 'MB', 'GB', 'TB', 'PB'].indexOf(unit ?? '')
      expect(Math.abs(value - bytes)).toBeLessThanOrEqual(bytes / 180)
    }),
  )
})
