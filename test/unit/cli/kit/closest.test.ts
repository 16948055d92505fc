import fc from 'fast-check'
import { expect, it } from 'vitest'
import { closest, editsBetween } from '../../../../cli/kit/closest.ts'

const WORDS = ['build', 'start', 'status', 'publish', 'invalidate', 'distribution', 'dist', 'out']

it.each<[string, string | undefined]>([
  ['biuld', 'build'],
  ['publsh', 'publish'],
  ['Publish', 'publish'],
  ['stats', 'status'],
  ['statuss', 'status'],
  ['inval', 'invalidate'],
  ['distr', 'dist'],
  ['distrib', 'distribution'],
  ['ot', 'out'],
  ['o', undefined],
  ['', undefined],
  ['sta', undefined],
  ['deploy', undefined],
  ['constructor', undefined],
])('%s: %s', (found, meant) => {
  expect(closest(found, WORDS)).toBe(meant)
})

it.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', 'acb', 1],
  ['abc', 'axc', 1],
  ['kitten', 'sitting', 3],
  ['ca', 'abc', 3],
])('from %j to %j it is %d', (one, other, edits) => {
  expect(editsBetween(one, other)).toBe(edits)
})

it('edits are as many there as back, none to the same, and no more than a word is long', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
      const edits = editsBetween(one, other)
      expect(editsBetween(other, one)).toBe(edits)
      expect(edits === 0).toBe(one === other)
      expect(edits).toBeLessThanOrEqual(Math.max(one.length, other.length))
      expect(edits).toBeGreaterThanOrEqual(Math.abs(one.length - other.length))
    }),
  )
})
