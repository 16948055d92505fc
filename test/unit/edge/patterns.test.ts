import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { patternOf, routeTableOf } from '../../../edge/patterns.ts'
import { routeOf } from '../../../edge/routes.ts'
import { runs } from '../../runs.ts'

const matches = (pattern: string, path: string): boolean => path.search(patternOf(pattern)) === 0

describe('patternOf', () => {
  it.each([
    ['* is any run of characters', '/a/*', ['/a/', '/a/b', '/a/b/c', '/a/b\nc'], ['/a', '/b/a/x']],
    ['* is also none', '/a*b', ['/ab', '/axb', '/ab/ab'], ['/abc', '/a']],
    ['? is any one character', '/a?c', ['/abc', '/a/c', '/a\nc', '/a?c'], ['/ac', '/abbc']],
    ['case counts', '/Ab', ['/Ab'], ['/ab', '/AB']],
    ['the whole path counts', '/a', ['/a'], ['/a/', '/ab', '/a\n', 'x/a']],
    ['/* is every path', '/*', ['/', '/a', '/a/b\n'], []],
    ['a pattern may begin with *', '*.jpg', ['/a.jpg', '/b/c.jpg'], ['/a.jpgx', '/a.JPG']],
    ['* in the middle', '/a/*/c', ['/a/b/c', '/a//c', '/a/c/c', '/a/b/c/d/c'], ['/a/c', '/a/b/cd']],
    ['several stars', '/*/x/*/y/*', ['/1/x/2/y/3', '//x//y/', '/x/x/x/y/y/y'], ['/x/y/', '/1/x/y/3', '/1/y/2/x/3']],
    ['the last piece is the end', '*a*b', ['/ab', '/a/b', '/ba/bb'], ['/ba', '/abc']],
    ['pieces do not overlap', '/*ab*ba', ['/abba', '/xabxba'], ['/aba', '/abab']],
    ['stars beside each other are one', '/a**b', ['/ab', '/axxb'], ['/a']],
    ['? and * together', '/a?*', ['/ab', '/abc'], ['/a']],
    ['*? needs one as well', '/a*?', ['/ab', '/abc'], ['/a']],
    ['? between stars', '/*?x?*', ['/axb', '/aaxbb', '/xxx'], ['/x', '/ax', '/xa']],
    ['. is a dot', '/a.b', ['/a.b'], ['/axb']],
    ['+ $ ( ) [ ] { } | ^ are themselves', '/a+$()[]{}|^', ['/a+$()[]{}|^'], ['/aa$()[]{}|^', '/a+']],
    ['a backslash is itself', '/a\\d', ['/a\\d'], ['/a1']],
    ['digits after a star are no reference', '/*a1*2*3', ['/a123', '/xa1x2x3'], ['/a12']],
  ])('%s', (_rule, pattern, inside, outside) => {
    expect(inside.filter((path) => !matches(pattern, path))).toEqual([])
    expect(outside.filter((path) => matches(pattern, path))).toEqual([])
  })

  test('agrees with the definition, read out letter by letter', () => {
    const letters = fc.constantFrom('a', 'b', '/', '.')
    const pattern = fc.array(fc.oneof(letters, fc.constantFrom('*', '?')), { maxLength: 8 }).map((p) => p.join(''))
    const path = fc.array(letters, { maxLength: 10 }).map((p) => p.join(''))
    fc.assert(
      fc.property(pattern, path, (pattern, path) => {
        expect(matches(pattern, path)).toBe(matchesByDefinition(pattern, path))
      }),
      { numRuns: runs(3_000) },
    )
  })

  test('eleven pieces between stars, each in its own group', () => {
    const pieces = [...'abcdefghijk']
    expect(matches(`/*${pieces.join('*')}*`, `/${pieces.join('--')}`)).toBe(true)
    expect(matches(`/*${pieces.join('*')}*`, `/${pieces.toReversed().join('--')}`)).toBe(false)
  })

  // With backtracking between the stars, each of these would take longer than the universe has.
  test('a path made to be tried again and again is walked once', () => {
    const many = '*a'.repeat(40)
    expect(matches(`/${many}*b`, `/${'a'.repeat(8_000)}`)).toBe(false)
    expect(matches(`/${many}*b`, `/${'a'.repeat(8_000)}b`)).toBe(true)
    expect(matches(`/${'*?a'.repeat(40)}*c*b`, `/${'a'.repeat(8_000)}b`)).toBe(false)
  })
})

/** Every way to take the path apart; for short ones. */
function matchesByDefinition(pattern: string, path: string): boolean {
  if (pattern === '') return path === ''
  const rest = pattern.slice(1)
  if (pattern[0] === '*')
    return matchesByDefinition(rest, path) || (path !== '' && matchesByDefinition(pattern, path.slice(1)))
  return path !== '' && (pattern[0] === '?' || pattern[0] === path[0]) && matchesByDefinition(rest, path.slice(1))
}

describe('routeTableOf', () => {
  it('leaves the last pattern out: it takes what the others leave', () => {
    expect(routeTableOf(['/a/*', '*.jpg', '/*'])).toEqual({ first: expect.any(RegExp), last: 2 })
  })

  it.each([
    ['what may match begins so', ['/a/*', '/b?c', '/*'], ['/a/x', '/bxc'], ['/b', '/c', '/', '/x/a/']],
    ['one that begins with a star may be anywhere', ['*.jpg', '/*'], ['/.jpg', '/a/b.jpg'], ['/a', '/a.jpg/']],
    ['a lone default has nothing before it', ['/*'], [], ['/', '/a']],
    ['specials are themselves', ['/a.b/*', '/*'], ['/a.b/'], ['/axb/']],
  ])('%s', (_rule, paths, inside, outside) => {
    const { first } = routeTableOf(paths)
    expect(inside.filter((path) => path.search(first) !== 0)).toEqual([])
    expect(outside.filter((path) => path.search(first) >= 0)).toEqual([])
  })

  it('knows the groups of patterns that have some of their own', () => {
    const { groups } = routeTableOf(['/a/*/b/*/c', '/d', '*x*y*z*', '/e*', '/*'])
    expect(groups).toEqual([1, 3, 4, 8])
  })

  it('the first that matches by definition is the route', () => {
    const pattern = fc.stringMatching(/^\/?[ab/*?]{0,5}$/).map((text) => (text.startsWith('*') ? text : `/${text}`))
    const path = fc.stringMatching(/^[ab/]{0,7}$/).map((text) => `/${text}`)
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), path, (patterns, text) => {
        const all = [...patterns, '/*']
        const routing = routeOf(text, routeTableOf(all))
        if (typeof routing === 'number' || text.includes('//')) return
        expect(routing.index).toBe(all.findIndex((one) => matchesByDefinition(one, text)))
      }),
      { numRuns: runs(500) },
    )
  })
})
