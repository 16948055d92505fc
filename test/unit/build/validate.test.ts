import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { shownValue } from '../../../build/problem.ts'
import { covers } from '../../../build/validate-order.ts'
import { patternOf } from '../../../edge/patterns.ts'
import { runs } from '../../runs.ts'

describe('covers: every path of the second pattern is one of the first', () => {
  it.each([
    ['/*', '/*'],
    ['/*', '/a/*'],
    ['/*', '*.jpg'],
    ['/*', '*'],
    ['*', '/*'],
    ['*', '/'],
    ['*.jpg', '/*.jpg'],
    ['/*.jpg', '*.jpg'],
    ['/a/*', '/a/'],
    ['/a/*', '/a/b'],
    ['/a/*', '/a/?'],
    ['/a/*', '/a/*/c'],
    ['/a*', '/a/*'],
    ['/a?', '/ab'],
    ['/a?', '/a?'],
    ['/a*', '/a?*'],
    ['/a?*', '/a*?'],
    ['/a*?', '/a?*'],
    ['/a**', '/a*'],
    ['/*a*', '/xax'],
    ['/*a*b', '/*a*a*b'],
    ['/*/c', '/a/*/c'],
    ['*.jp?', '/x/*.jpg'],
  ])('%s covers %s', (outer, inner) => {
    expect(covers(outer, inner)).toBe(true)
  })

  it.each([
    ['/a/*', '/*'],
    ['/a/*', '/a'],
    ['/a/*', '/a*'],
    ['/a?', '/a*'],
    ['/a?', '/a'],
    ['/a?*', '/a*'],
    ['/ab', '/a?'],
    ['/a', '/A'],
    ['*.jpg', '/*'],
    ['*.jpg', '*.jpeg'],
    ['/*a*b', '/*b*a'],
    ['/*/c', '*/c'],
    ['/?*', '/*'],
  ])('%s does not cover %s', (outer, inner) => {
    expect(covers(outer, inner)).toBe(false)
  })

  // Patterns over two letters, so that one often covers the other.
  const piece = fc.constantFrom('a', 'b', '/', '*', '?')
  const pattern = fc
    .tuple(fc.constantFrom('/', '*'), fc.array(piece, { maxLength: 6 }))
    .map(([first, rest]) => first + rest.join(''))
  const path = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 8 }).map((letters) => `/${letters.join('')}`)
  const matches = (pattern: string, path: string) => path.search(patternOf(pattern)) === 0

  test('what it says holds for every path', () => {
    let covered = 0
    fc.assert(
      fc.property(pattern, pattern, fc.array(path, { minLength: 20, maxLength: 20 }), (outer, inner, paths) => {
        if (!covers(outer, inner)) return
        covered += paths.filter((path) => matches(inner, path)).length
        expect(paths.filter((path) => matches(inner, path) && !matches(outer, path))).toEqual([])
      }),
      { numRuns: runs(3_000) },
    )
    expect(covered).toBeGreaterThan(runs(3_000) / 6)
  })

  test('a pattern covers itself, and what comes of it when wildcards are filled in', () => {
    fc.assert(
      fc.property(pattern, path, (pattern, filling) => {
        expect(covers(pattern, pattern)).toBe(true)
        const first = pattern[0] === '*' ? '/' : ''
        const filled =
          first + pattern.replace(/[*?]/g, (wildcard) => (wildcard === '*' ? filling : (filling[1] ?? 'b')))
        expect(covers(pattern, filled)).toBe(true)
      }),
    )
  })

  // Tried without memory, this would take longer than the universe has.
  test('patterns of many stars', () => {
    expect(covers(`/${'*a'.repeat(60)}*b`, `/${'a'.repeat(130)}`)).toBe(false)
    expect(covers(`/${'*a'.repeat(60)}*b`, `/${'a'.repeat(130)}b`)).toBe(true)
  })
})

describe('shown: a value on one line, and short', () => {
  it.each([
    [undefined, 'nothing'],
    [null, 'null'],
    ['a\nb', '"a\\nb"'],
    [() => 1, 'a function'],
    ['x'.repeat(78), `"${'x'.repeat(78)}"`],
    ['x'.repeat(79), `"${'x'.repeat(76)}…`],
  ])('%j', (value, expected) => {
    expect(shownValue(value)).toBe(expected)
  })
})
