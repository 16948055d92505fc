import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareKeys } from '../../../base/compare-keys.ts'
import { anyCharacter } from '../../any-character.ts'

test('the order is that of UTF-8 bytes, not of UTF-16', () => {
  expect(['\u{1f600}', '\uffee', 'é', 'z', 'Z', ''].toSorted(compareKeys)).toEqual([
    '',
    'Z',
    'z',
    'é',
    '\uffee',
    '\u{1f600}',
  ])
  expect(['\u{1f600}', '\uffee', 'a'].toSorted()).not.toEqual(['\u{1f600}', '\uffee', 'a'].toSorted(compareKeys))
  const key = fc.string({ unit: anyCharacter })
  fc.assert(
    fc.property(key, key, (one, other) => {
      expect(Math.sign(compareKeys(one, other))).toBe(-Math.sign(compareKeys(other, one)) + 0)
      expect(compareKeys(one, one + other) <= 0).toBe(true)
    }),
  )
})
