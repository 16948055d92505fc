import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { findPath, normalPattern } from '../../../../deploy/attach/routing.ts'
import { compilePattern } from '../../../../local/platform/behaviours.ts'
import { runs } from '../../../runs.ts'

test.each<[string[], string[], string]>([
  [['/*', '/drafts/*'], [], '/drafts/'],
  [['/*', 'drafts/*'], ['/drafts/a*'], '/drafts/'],
  [['/a/*', '*.jpg'], [], '/a/.jpg'],
  [['/a?c', '/?bc'], [], '/abc'],
  [['/*x', '/x*'], [], '/x'],
  [['/*'], ['/'], '/x'],
])('%j without %j: %s', (within, without, path) => {
  expect(findPath(within, without)).toEqual({ kind: 'path', path })
})

test.each([
  [['/a/*', '/b/*'], []],
  [['/a/*'], ['/*']],
  [['/*', '/drafts/*'], ['/drafts/*']],
  [['/a/*', '*.jpg'], ['/a*g']],
  [['/???'], ['/?', '/*?']],
])('%j without %j: none', (within, without) => {
  expect(findPath(within, without)).toEqual({ kind: 'none' })
})

it('gives up where there is too much to look at', () => {
  expect(findPath([`/*a${'?'.repeat(20)}`], ['/*'])).toEqual({ kind: 'too-many' })
})

const pattern = fc
  .array(fc.constantFrom('a', 'b', '/', '*', '?'), { maxLength: 5 })
  .map((parts) => `/${parts.join('')}`)
const path = fc.array(fc.constantFrom('a', 'b', '/', 'z'), { maxLength: 6 }).map((parts) => `/${parts.join('')}`)

it('finds a path exactly where there is one, by how CloudFront on this machine reads patterns', () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 2 }),
      fc.array(pattern, { maxLength: 3 }),
      path,
      (within, without, sample) => {
        const isTaken = (text: string) =>
          within.every((one) => compilePattern(one)(text)) && !without.some((one) => compilePattern(one)(text))
        const found = findPath(within, without)
        if (found.kind === 'path') expect(isTaken(found.path)).toBe(true)
        else expect(found.kind === 'none' && isTaken(sample)).toBe(false)
      },
    ),
    { numRuns: runs(2_000) },
  )
})

it('a leading slash goes without saying', () => {
  expect(['api/*', '/api/*', '*.jpg'].map(normalPattern)).toEqual(['/api/*', '/api/*', '/*.jpg'])
})
