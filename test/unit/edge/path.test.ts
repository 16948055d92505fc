import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  asciiOf,
  asciiPath,
  canonicalPath,
  decoded,
  isMalformed,
  isPlain,
  normalizedEscapes,
  resolved,
} from '../../../edge/path.ts'
import { anyPath } from './arbitraries.ts'

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
    ['a byte that is no UTF-8', '/%E9'],
    ['half a character', '/%C3/a'],
    ['half a surrogate pair', '/\ud800'],
  ])('%s', (_rule, path) => {
    expect(isMalformed(path)).toBe(true)
  })

  it.each(['/a%20b', '/%C3%A9', '/%25', '/é', '/a b', '//..'])('not %j', (path) => {
    expect(isMalformed(path)).toBe(false)
  })
})

describe('normalizedEscapes', () => {
  it.each([
    ['escapes are in upper case', '/%c3%a9', '/%C3%A9'],
    ['unreserved characters are decoded', '/%41%7a%30%2d%2E%5f%7E', '/Az0-._~'],
    ['reserved characters stay escaped', '/%2f%5c%26%3d%3F%25', '/%2F%5C%26%3D%3F%25'],
    ['a decoded percent sign begins nothing', '%2541', '%2541'],
    ['a % that begins no escape is one itself', '50%%4', '50%25%254'],
  ])('%s', (_rule, text, expected) => {
    expect(normalizedEscapes(text, decoded(text))).toBe(expected)
  })
})

describe('decoded', () => {
  it.each([
    ['every escape, once', '/%2fa%252f%41', '//a%2fA'],
    ['a character of several bytes is one', '/%C3%A9%F0%9F%98%80', '/é😀'],
    ['nothing where an escape is broken', '/%4', ''],
    ['nothing where bytes are no UTF-8', '/%C3', ''],
    ['nothing where a control character is escaped', '/a%0ab', ''],
  ])('%s', (_rule, text, expected) => {
    expect(decoded(text)).toBe(expected)
  })
})

describe('resolved, with slashes merged', () => {
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
    expect(resolved(path, true)).toBe(expected)
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

describe('asciiOf', () => {
  it.each([
    ['escapes stay, broken ones too', 'a%2fb%%zz', 'a%2fb%%zz'],
    ['delimiters stay', "a/b?c&d=+!$'()*,;:@", "a/b?c&d=+!$'()*,;:@"],
    ['a # would end the URL', 'a#b', 'a%23b'],
    ['spaces, quotes and what is beyond ASCII', 'a "é%20', 'a%20%22%C3%A9%20'],
    ['a long text that needs nothing', 'a%20?'.repeat(1_000), 'a%20?'.repeat(1_000)],
    ['a long text that needs something is left out', `${'a'.repeat(993)}é`, ''],
    ['as long as it may be, once it is escaped', `${'a'.repeat(992)}é`, `${'a'.repeat(992)}%C3%A9`],
    ['half a surrogate pair leaves nothing', 'a\ud800', ''],
  ])('%s', (_rule, text, expected) => {
    expect(asciiOf(text)).toBe(expected)
  })
})

describe('how many escapes are spelt anew', () => {
  const spelt = (text: string) => normalizedEscapes(text, decoded(text))

  it('any key of S3 in lower case, escaped from end to end', () => {
    const key = encodeURIComponent('я'.repeat(512))
    expect(spelt(key.toLowerCase())).toBe(key)
    expect(spelt(key)).toBe(key)
  })

  it('320 where delimiters are among them, none where there are more', () => {
    const spaces = '%20'.repeat(319)
    expect(spelt(`%2f${spaces}`)).toBe(`%2F${spaces}`)
    expect(spelt(`%2f%20${spaces}`)).toBe('')
  })

  it('64 different ones', () => {
    const pieces = Array.from({ length: 65 }, (_, i) => `%41${i},`)
    expect(spelt(pieces.slice(1).join(''))).toBe(pieces.slice(1).join('').replaceAll('%41', 'A'))
    expect(spelt(pieces.join(''))).toBe('')
  })
})

describe('asciiPath of a path, asciiOf of its query', () => {
  it.each([
    ['bytes stay as received', '/a%2fb', '?x=%e9&y', '/a%2fb?x=%e9&y'],
    ['what a URL may not hold is escaped', '/a b\r\nset-cookie: x', '?"', '/a%20b%0D%0Aset-cookie:%20x?%22'],
    ['a ? in the path is part of it', '/a?b', '', '/a%3Fb'],
    ['a ? in the query stays', '/a', '?b?c', '/a?b?c'],
  ])('%s', (_rule, path, query, expected) => {
    expect(asciiPath(path) + asciiOf(query)).toBe(expected)
  })
})
