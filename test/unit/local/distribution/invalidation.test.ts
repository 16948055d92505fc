import { describe, expect, it } from 'vitest'
import { invalidationProblem, isInvalidated } from '../../../../local/distribution/invalidation.ts'

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
    ['/a b', 'expected a path with its characters escaped, found "/a b"'],
    [`/${'a'.repeat(4_000)}`, 'expected a path of at most 4000 characters'],
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
