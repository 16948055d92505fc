import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  canonicalPath,
  canonicalValue,
  decoded,
  isMalformed,
  isPlain,
  locationOf,
  mergedAndResolved,
  normalizedEscapes,
} from '../../../edge/path.ts'
import { anyPath, anyText } from './arbitraries.ts'

describe('isPlain', () => {
  it.each(['/', '/a.jpg', '/a-b_c~d', "/!$&'()*+,;=:@", '/a.', '/a..b', '/a/b/'])('%s has one reading', (path) => {
    expect(isPlain(path)).toBe(true)
  })

  it.each(['/a%20b', '/a%', '/a//b', '/.well-known', '/..', '/a b', '/é', '/a"b', '/a\\b', '/a?b', '/a#b', '/a\n'])(
    '%j may have more, or is to be escaped',
    (path) => {
      expect(isPlain(path)).toBe(false)
    },
  )
})

describe('isMalformed', () => {
  it.each([
    ['a NUL', '/a\0'],
    ['a control character', '/a\x1fb'],
    ['a line feed at the end', '/a\n'],
    ['DEL', '/\x7f'],
    ['an escaped NUL', '/a%00'],
    ['an escaped control character', '/a%1Fb'],
    ['an escaped line feed', '/a%0ab'],
    ['escaped DEL', '/a%7fb'],
    ['a lone %', '/100%'],
    ['half an escape', '/a%2'],
    ['an escape that is not hexadecimal', '/a%2G'],
    ['a % before an escape', '/a%%20'],
  ])('%s', (_rule, path) => {
    expect(isMalformed(path)).toBe(true)
  })

  it.each(['/a%20b', '/%E9', '/%25', '/é', '/a b', '/%80', '//..'])('not %j', (path) => {
    expect(isMalformed(path)).toBe(false)
  })
})

describe('normalizedEscapes', () => {
  it.each([
    ['escapes are in upper case', '/%c3%a9', '/%C3%A9'],
    ['unreserved characters are decoded', '/%41%7a%30%2d%2E%5f%7E', '/Az0-._~'],
    ['reserved characters stay escaped', '/%2f%5c%26%3d%3F%25', '/%2F%5C%26%3D%3F%25'],
    ['a decoded percent sign begins nothing', '%2541', '%2541'],
    ['what is no escape stays', '%%4', '%%4'],
  ])('%s', (_rule, text, expected) => {
    expect(normalizedEscapes(text)).toBe(expected)
  })
})

test('decoded: every escape, once; a character beyond ASCII is one that no pattern has', () => {
  expect(decoded('/%2fa%252f%C3%A9%41é😀')).toBe('//a%2f|A||')
})

describe('mergedAndResolved', () => {
  it.each([
    ['/a//b///c', '/a/b/c'],
    ['/a/./b', '/a/b'],
    ['/a/../b', '/b'],
    ['/../../a', '/a'],
    ['/a/b/..', '/a/'],
    ['/a/.', '/a/'],
    ['/a//../b', '/b'],
    ['//', '/'],
    ['/...', '/...'],
  ])('%s is %s', (path, expected) => {
    expect(mergedAndResolved(path)).toBe(expected)
  })
})

describe('canonicalPath', () => {
  it.each([
    ['a plain path is itself', '/a/b.jpg', '/a/b.jpg'],
    ['escapes in upper case', '/a%2fb%c3%a9', '/a%2Fb%C3%A9'],
    ['escaped unreserved characters decoded', '/%61%2Ejpg', '/a.jpg'],
    ['dot segments removed', '/a/./b/../c', '/a/c'],
    ['escaped dot segments removed', '/a/%2e%2E/c', '/c'],
    ['nothing above the root', '/../../c', '/c'],
    ['a last dot segment leaves a slash', '/a/b/..', '/a/'],
    ['repeated slashes stay', '/a//b', '/a//b'],
    ['a dot segment takes one empty segment', '/a//../b', '/a/b'],
    ['%2F and %5C stay escaped', '/a%2f..%5Cb', '/a%2F..%5Cb'],
    ['a backslash is a character', '/a\\b', '/a%5Cb'],
    ['non-ASCII as UTF-8', '/é/日本', '/%C3%A9/%E6%97%A5%E6%9C%AC'],
    ['a character of two UTF-16 units', '/👍', '/%F0%9F%91%8D'],
    ['spaces, quotes, brackets', '/a b"<>[]{}|^`', '/a%20b%22%3C%3E%5B%5D%7B%7D%7C%5E%60'],
    ['? and # are part of a path here', '/a?b#c', '/a%3Fb%23c'],
    ['a % that begins no escape', '/100%', '/100%25'],
    ['decoding completes no escape', '/%%341', '/%2541'],
  ])('%s', (_rule, path, expected) => {
    expect(canonicalPath(path)).toBe(expected)
  })

  test('is canonical after one pass', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const once = canonicalPath(path)
        expect(canonicalPath(once)).toBe(once)
      }),
    )
  })

  test('holds only what RFC 3986, 3.3 allows in a path, and no dot segment', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const canonical = canonicalPath(path)
        expect(canonical).toMatch(/^\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*$/)
        expect(canonical.split('/').filter((segment) => segment === '.' || segment === '..')).toEqual([])
      }),
    )
  })

  test('the same path as the WHATWG URL parser makes of it, once escapes are decoded', () => {
    const segment = fc.constantFrom('a', 'B.jpg', '.', '..', '%2e', '%2E%2e', 'é', 'a b', '%41', '%2F', '%c3%a9', '"')
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const path = `/${segments.join('/')}`
        const parsed = new URL(`https://cdn.example.com${path}`).pathname
        expect(decodeURIComponent(canonicalPath(path))).toBe(decodeURIComponent(parsed))
      }),
    )
  })
})

describe('canonicalValue', () => {
  it.each([
    ['escapes in upper case', 'a%2fb', 'a%2Fb'],
    ['escaped unreserved characters decoded', '%61%7E', 'a~'],
    ['a / and a ? may stand in a query', 'a/b?c', 'a/b?c'],
    ['a + stays', 'a+b', 'a+b'],
    ['an & would end the value', 'a&b', 'a%26b'],
    ['a # would end the query', 'a#b', 'a%23b'],
    ['spaces and non-ASCII', 'a é', 'a%20%C3%A9'],
    ['dots are no segments', '../..', '../..'],
    ['a % that begins no escape', '50%', '50%25'],
    ['decoding completes no escape', '%%341', '%2541'],
  ])('%s', (_rule, value, expected) => {
    expect(canonicalValue(value)).toBe(expected)
  })

  test('is canonical after one pass, and ends neither itself nor the query', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const once = canonicalValue(value)
        expect(canonicalValue(once)).toBe(once)
        expect(once).toMatch(/^(?:[A-Za-z0-9._~!$'()*+,;=:@/?-]|%[0-9A-F]{2})*$/)
      }),
    )
  })
})

describe('locationOf', () => {
  it.each([
    ['bytes stay as received', '/a%2fb', '?x=%e9&y', '/a%2fb?x=%e9&y'],
    ['what a URL may not hold is escaped', '/a b\r\nset-cookie: x', '?"', '/a%20b%0D%0Aset-cookie:%20x?%22'],
    ['a ? in the path is part of it', '/a?b', '', '/a%3Fb'],
    ['a ? in the query stays', '/a', '?b?c', '/a?b?c'],
  ])('%s', (_rule, path, query, expected) => {
    expect(locationOf(path, query)).toBe(expected)
  })
})
