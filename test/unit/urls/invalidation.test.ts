import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distinctPaths, invalidationProblem, isInvalidated } from '../../../urls/invalidation.ts'

describe('a path to invalidate', () => {
  it.each(['/', '/*', '/a/b.jpg', '/a*', '/a.jpg?w=1*', '/%C3%A9', `/${'a'.repeat(3_999)}`])('%s is one', (path) => {
    expect(invalidationProblem(path)).toBeUndefined()
  })

  it.each([
    ['', 'expected a path that begins with a slash, such as /photos/*, found ""'],
    ['*', 'expected a path that begins with a slash, such as /photos/*, found "*"'],
    [
      'https://cdn.example.com/a',
      'expected a path that begins with a slash, such as /photos/*, found "https://cdn.example.com/a"',
    ],
    ['/*/a', 'expected a * at the end of the path alone, such as /photos/*, found "/*/a"'],
    ['/**', 'expected a * at the end of the path alone, such as /photos/*, found "/**"'],
    ['/a b', 'expected a path with its characters escaped, found "/a b"; that is /a%20b'],
    [
      '/"é"?q=[ü*',
      'expected a path with its characters escaped, found "/\\"é\\"?q=[ü*"; that is /%22%C3%A9%22?q=%5B%C3%BC*',
    ],
    [
      '/~tilde/*',
      'expected a path without a ~, which CloudFront invalidates none with, found "/~tilde/*"; a * in its place stands for it and all after it',
    ],
    [
      '/a%7Eb',
      'expected a path without a ~, which CloudFront invalidates none with, found "/a%7Eb"; a * in its place stands for it and all after it',
    ],
    [`/${'a'.repeat(4_000)}`, 'expected a path of at most 4000 characters, found one of 4001'],
    [`x${'a'.repeat(200)}`, `expected a path that begins with a slash, such as /photos/*, found "x${'a'.repeat(99)}…"`],
  ])('%.40s is none', (path, problem) => {
    expect(invalidationProblem(path)).toBe(problem)
  })
})

describe('what falls under it', () => {
  it.each([
    ['/a', '/a', '', true],
    ['/a', '/a', 'w=1', false],
    ['/a?w=1', '/a', 'w=1', true],
    ['/a*', '/a', 'w=1', true],
    ['/a*', '/ab/c', '', true],
    ['/a/*', '/a', '', false],
    ['/*', '/', '', true],
    ['/A', '/a', '', false],
  ])('%s: %s?%s is %s', (path, object, query, falls) => {
    expect(isInvalidated(path, { path: object, query })).toBe(falls)
  })
})

describe('of several paths', () => {
  it.each([
    ['each once, in their order', ['/b', '/a', '/b'], ['/b', '/a']],
    ['none that another stands for', ['/a/b.jpg', '/a/*', '/a*', '/b', '/b?v=1'], ['/a*', '/b', '/b?v=1']],
    ['all stand under /*', ['/a', '/*', '/a*'], ['/*']],
    ['a * alone is none under itself', ['/a*', '/a*'], ['/a*']],
  ])('%s', (_, paths, distinct) => {
    expect(distinctPaths(paths)).toEqual(distinct)
  })

  it('what falls under one of them falls under one that is left', () => {
    const path = fc.stringMatching(/^\/[ab]{0,3}\*?$/)
    fc.assert(
      fc.property(fc.array(path), fc.stringMatching(/^\/[ab]{0,4}$/), (paths, target) => {
        const falls = (among: string[]) => among.some((one) => isInvalidated(one, { path: target, query: '' }))
        const distinct = distinctPaths(paths)
        expect(falls(distinct)).toBe(falls(paths))
        expect(distinctPaths(distinct)).toEqual(distinct)
      }),
    )
  })
})
