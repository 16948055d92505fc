import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unexpectedText } from '../../../base/errors.ts'
import { distinctPaths, invalidationProblem, invalidationProblems, isInvalidated } from '../../../urls/invalidation.ts'

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
      'expected a path without a ~, since CloudFront invalidates no path that has one, found "/~tilde/*"; a * in its place stands for it and all after it',
    ],
    [
      '/a%7Eb',
      'expected a path without a ~, since CloudFront invalidates no path that has one, found "/a%7Eb"; a * in its place stands for it and all after it',
    ],
    [`/${'a'.repeat(4_000)}`, 'expected a path of at most 4000 characters, found one of 4001'],
    [`x${'a'.repeat(200)}`, `expected a path that begins with a slash, such as /photos/*, found "x${'a'.repeat(99)}…"`],
  ])('%.40s is none', (path, problem) => {
    expect(invalidationProblems([path, '/fine']).map(unexpectedText)).toEqual([problem])
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
    expect(isInvalidated(path, { path: object, query, tags: '' })).toBe(falls)
  })
})

describe('of several paths', () => {
  it.each([
    ['each once, in their order', ['/b', '/a', '/b'], ['/b', '/a']],
    ['none that another stands for', ['/a/b.jpg', '/a/*', '/a*', '/b', '/b?v=1'], ['/a*', '/b', '/b?v=1']],
    ['all stand under /*', ['/a', '/*', '/a*'], ['/*']],
    ['a * alone is none under itself', ['/a*', '/a*'], ['/a*']],
    ['tags once, whatever their case', ['#Album-7', '/a', '#album-7'], ['#Album-7', '/a']],
    ['the tag of a path is not under the path', ['/*', '#/a'], ['/*', '#/a']],
  ])('%s', (_, paths, distinct) => {
    expect(distinctPaths(paths)).toEqual(distinct)
  })

  it('what falls under one of them falls under one that is left', () => {
    const path = fc.stringMatching(/^\/[ab]{0,3}\*?$/)
    fc.assert(
      fc.property(fc.array(path), fc.stringMatching(/^\/[ab]{0,4}$/), (paths, target) => {
        const falls = (among: string[]) =>
          among.some((one) => isInvalidated(one, { path: target, query: '', tags: '' }))
        const distinct = distinctPaths(paths)
        expect(falls(distinct)).toBe(falls(paths))
        expect(distinctPaths(distinct)).toEqual(distinct)
      }),
    )
  })
})

describe('cache tags', () => {
  it.each(['#album-7', '#product:electronics', '#/photos/dusk.jpg', '#a*b', `#${'a'.repeat(256)}`, '##'])(
    '%s is one',
    (tag) => {
      expect(invalidationProblem(tag)).toBeUndefined()
    },
  )

  it.each([
    [
      '#',
      'expected a # and a tag of 1 to 256 visible characters of ASCII without a comma, such as #album-7, found "#"',
    ],
    [
      '#a b',
      'expected a # and a tag of 1 to 256 visible characters of ASCII without a comma, such as #album-7, found "#a b"',
    ],
    [
      '#/a,b.jpg',
      'expected a # and a tag of 1 to 256 visible characters of ASCII without a comma, such as #album-7, found "#/a,b.jpg"; in the tag of a path it is %2C',
    ],
    ['#album-*', 'expected a tag without a * at its end, which stands for nothing in tags, found "#album-*"'],
  ])('%s is none', (tag, problem) => {
    expect(invalidationProblems(['#fine', tag]).map(unexpectedText)).toEqual([problem])
  })

  it.each([
    ['#album-7', 'a,Album-7', true],
    ['#ALBUM-7', 'album-7', true],
    ['#album', 'album-7', false],
    ['#/a.jpg', '/a.jpg,album-7', true],
    ['#a', '', false],
    ['#t49', Array.from({ length: 60 }, (_, i) => `t${i}`).join(), true],
    ['#t50', Array.from({ length: 60 }, (_, i) => `t${i}`).join(), false],
  ])('%s of the tags %s: %s', (tag, tags, falls) => {
    expect(isInvalidated(tag, { path: '/b.jpg', query: 'w=1', tags })).toBe(falls)
  })
})
