import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { compileBehaviours, compilePattern, normalisedPath } from '../../../../local/platform/behaviours.ts'
import { runs } from '../../../runs.ts'

/** Developer Guide, "Cache behavior settings", path pattern: its own examples, and what follows from them. */
describe('patterns', () => {
  it.each([
    ['*.jpg', '/a.jpg', true],
    ['*.jpg', '/images/b/a.jpg', true],
    ['*.jpg', '/LOGO.JPG', false],
    ['images/*.jpg', '/images/product1/a.jpg', true],
    ['images/*.jpg', '/image/a.jpg', false],
    ['a*.jpg', '/apple.jpg', true],
    ['a*.jpg', '/abra/cadabra/magic.jpg', true],
    ['a*.jpg', '/b/apple.jpg', false],
    ['a??.jpg', '/ant.jpg', true],
    ['a??.jpg', '/at.jpg', false],
    ['a??.jpg', '/aunt.jpg', false],
    ['*.doc*', '/x.doc', true],
    ['*.doc*', '/x.docx', true],
    ['*.doc?', '/x.doc', false],
    ['*.doc?', '/x.docm', true],
    ['*product.jpg', '/my/product.jpg', true],
    ['/*product.jpg', '/product.jpg', true],
    ['/images/*', '/images/', true],
    ['/images/*', '/images', false],
    ['/a', '/a', true],
    ['/a', '/ab', false],
    ['/a*a', '/a', false],
    ['/a*a', '/aa', true],
    ['/a*b*a', '/aba', true],
    ['/a*b*ba', '/aba', false],
    ['/*a?c*', '/xxabc', true],
    ['/*a?c*', '/xxac', false],
    ['/a.b', '/axb', false],
    ['/a(b)+$', '/a(b)+$', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(compilePattern(pattern)(path)).toBe(expected)
  })

  test('agree with the plainest reading of `*` and `?`', () => {
    const pattern = fc.string({ unit: fc.constantFrom('*', '?', 'a', 'b', '/'), maxLength: 8 })
    const path = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 10 })
    fc.assert(
      fc.property(pattern, path, (rest, text) => {
        expect(compilePattern(`/${rest}`)(`/${text}`)).toBe(matches(`/${rest}`, `/${text}`))
      }),
      { numRuns: runs(2_000) },
    )
  })

  test('of many stars take no time to fail', () => {
    const matches = compilePattern(`/${'*a'.repeat(120)}b`)
    const started = performance.now()
    expect(matches(`/${'a'.repeat(8_000)}`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

function matches(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text === ''
  if (first === '*') return matches(rest.join(''), text) || (text !== '' && matches(pattern, text.slice(1)))
  return text !== '' && (first === '?' || first === text[0]) && matches(rest.join(''), text.slice(1))
}

describe('normalisedPath', () => {
  it.each([
    ['a plain path stays', '/a/b.jpg', '/a/b.jpg'],
    ['the query is no part of it', '/a?b=/../c', '/a'],
    ['RFC 3986, 6.2.2.1: escapes in upper case', '/%c3%a9', '/%C3%A9'],
    ['RFC 3986, 6.2.2.2: unreserved characters without escape', '/%41%7e%2D', '/A~-'],
    ['a reserved character keeps its escape', '/a%2fb%3F', '/a%2Fb%3F'],
    ['RFC 3986, 6.2.2.3: dot segments', '/a/./b/../c', '/a/c'],
    ['the guide’s example', '/a/b/..?c=1', '/a/'],
    ['escaped dot segments', '/a/%2e%2E/b', '/b'],
    ['above the root is the root', '/../../a', '/a'],
    ['nothing is left', '/a/..', '/'],
    ['a dot at the end', '/a/.', '/a/'],
    ['the guide: repeated slashes are one', '//a///b//', '/a/b/'],
    ['a name that begins with a dot', '/.well-known/..a', '/.well-known/..a'],
    ['a broken escape is left alone', '/%4/%zz', '/%4/%zz'],
  ])('%s', (_rule, target, expected) => {
    expect(normalisedPath(target)).toBe(expected)
  })

  test('is settled after one time, where all escapes are whole', () => {
    const piece = fc.constantFrom('/', '.', 'a', '%2e', '%2F', '%41', '%c3', '//')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = normalisedPath(`/${pieces.join('')}`)
        expect(normalisedPath(once)).toBe(once)
        expect(once).not.toMatch(/\/\/|\/\.\.?(\/|$)/)
      }),
    )
  })
})

describe('compileBehaviours', () => {
  const pathOf = (paths: string[], target: string) => compileBehaviours(paths.map((path) => ({ path })))(target).path

  it.each([
    ['the first that matches', ['images/*.jpg', 'images/*', '*.gif', '*'], '/images/sample.gif', 'images/*'],
    ['the last where none matches', ['/a/*', '/b/*', '*'], '/c', '*'],
    ['the last, whatever its pattern', ['/a/*', '/never'], '/c', '/never'],
    ['the normalised path', ['/a/b*', '/a*', '*'], '/a/b/..?c=1', '/a*'],
    ['no query', ['*.jpg', '*'], '/a?b=c.jpg', '*'],
    ['an escaped letter is the letter', ['/api/*', '*'], '/%61pi/x', '/api/*'],
    ['an escaped slash is none', ['/api/*', '*'], '/api%2Fx', '*'],
  ])('%s', (_rule, paths, target, expected) => {
    expect(pathOf(paths, target)).toBe(expected)
  })

  test('one at least', () => {
    expect(() => compileBehaviours([])).toThrow('a distribution has at least one behaviour, the default one')
  })
})
