/** How often a property is tried is said in `test/runs.ts` alone: no number of a test's own. */
import { expect, test } from 'vitest'
import { codeFiles } from './sources.ts'

/** `numRuns: 200`, or a name that nobody made by `runs`. */
const OWN_NUMBER = /\bnumRuns: *\d/

const files = Object.entries(codeFiles()).filter(
  ([file]) => file.startsWith('test/') && file !== 'test/checks/runs.test.ts',
)

test('no property has a number of its own', () => {
  expect(files.filter(([, text]) => OWN_NUMBER.test(text)).map(([file]) => file)).toEqual([])
  expect(files.filter(([, text]) => text.includes('numRuns: ')).length).toBeGreaterThan(15)
  expect(files.filter(([, text]) => text.includes('fc.assert(')).length).toBeGreaterThan(30)
})

test('it would be seen', () => {
  expect(OWN_NUMBER.test('fc.assert(property, { numRuns: 2_000 })')).toBe(true)
  expect(OWN_NUMBER.test('fc.assert(property, { numRuns: runs(2_000) })')).toBe(false)
})
