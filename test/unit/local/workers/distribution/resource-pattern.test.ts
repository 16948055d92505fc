import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { matchesResource } from '../../../../../local/workers/distribution/resource-pattern.ts'
import { runs } from '../../../../runs.ts'

const partsOf = (url: string) => {
  const [, scheme = '', host = '', path = '', query = ''] = /^(\w+):\/\/([^/]*)([^?]*)\??(.*)$/s.exec(url) ?? []
  return { scheme, host, path, query }
}
const matches = (resource: string, url: string) => matchesResource(resource, partsOf(url))

/** "Create a signed URL using a custom policy", "Resource"; the URLs are the guide's where it has some. */
describe('the examples of the guide', () => {
  test.each<[resource: string, yes: string[], no: string[]]>([
    [
      'https://d111111abcdef8.cloudfront.net/*game_download.zip*',
      [
        'https://d111111abcdef8.cloudfront.net/game_download.zip',
        'https://d111111abcdef8.cloudfront.net/example_game_download.zip?license=yes',
        'https://d111111abcdef8.cloudfront.net/test_game_download.zip?license=temp',
      ],
      [
        'https://d111111abcdef8.cloudfront.net/game_download.tar',
        'http://d111111abcdef8.cloudfront.net/game_download.zip',
      ],
    ],
    [
      'https://www.example.com/hello*world',
      ['https://www.example.com/helloworld', 'https://www.example.com/hello-world'],
      ['https://www.example.com/hello?world', 'https://www.example.net/hello?world'],
    ],
    [
      'http://example.com/hello*',
      ['http://example.com/hello', 'http://example.com/hello/a?b=c'],
      ['http://example.com/hell', 'http://www.example.com/hello'],
    ],
    ['http://example.com*', ['http://example.com/', 'http://example.com.au/a?b=c'], ['https://example.com/']],
    [
      '*example.com',
      ['https://example.com/', 'http://www.example.com/'],
      ['https://example.com/a', 'https://example.com/?a', 'https://example.org/'],
    ],
    [
      'https://d111111abcdef8.cloudfront.net/images/horizon.jpg?size=large&license=yes',
      ['https://d111111abcdef8.cloudfront.net/images/horizon.jpg?size=large&license=yes'],
      ['https://d111111abcdef8.cloudfront.net/images/horizon.jpg'],
    ],
    [
      'https://d111111abcdef8.cloudfront.net/images/horizon.jpg\\?size=large&license=yes',
      ['https://d111111abcdef8.cloudfront.net/images/horizon.jpg?size=large&license=yes'],
      ['https://d111111abcdef8.cloudfront.net/images/horizon.jpgXsize=large&license=yes'],
    ],
    ['*', ['https://a.example/', 'http://b.example/c?d=e'], []],
    ['https://*', ['https://a.example/', 'https://b.example/c?d=e'], ['http://a.example/']],
    ['*://a.example/*', ['https://a.example/b', 'http://a.example/b?c'], ['https://b.example/b']],
  ])('%s', (resource, yes, no) => {
    for (const url of yes) expect(matches(resource, url), url).toBe(true)
    for (const url of no) expect(matches(resource, url), url).toBe(false)
  })
})

describe('and what follows from them', () => {
  test.each<[name: string, resource: string, url: string, expected: boolean]>([
    ['a question mark is one character', 'https://a.example/b?d', 'https://a.example/bcd', true],
    ['not two', 'https://a.example/b?d', 'https://a.example/bccd', false],
    ['not none', 'https://a.example/b?d', 'https://a.example/bd', false],
    ['in the domain', 'https://?.example/b', 'https://a.example/b', true],
    ['in the protocol', 'http?://a.example/b', 'https://a.example/b', true],
    ['an asterisk in the protocol', 'http*://a.example/b', 'http://a.example/b', true],
    ['an asterisk in the path does not reach into the query', 'https://a.example/*c', 'https://a.example/b?c', false],
    ['one before the query', 'https://a.example/*\\?c', 'https://a.example/b/d?c', true],
    ['one in the query', 'https://a.example/b\\?*d', 'https://a.example/b?c=?/d', true],
    ['a question mark in the query', 'https://a.example/b\\?c\\?d', 'https://a.example/b?c?d', true],
    ['an earlier asterisk may have to take more', 'https://a.example/*x?*y', 'https://a.example/x1x?qy', true],
    ['a URL without a protocol', 'a.example/b', 'https://a.example/b', false],
    ['no URL at all', '', 'https://a.example/', false],
    ['a path alone', '/b', 'https://a.example/b', false],
    ['a line break is a character', 'https://a.example/*b', 'https://a.example/\nb', true],
  ])('%s', (_, resource, url, expected) => {
    expect(matches(resource, url)).toBe(expected)
  })

  it('within the path it is as a regular expression has it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (pattern, path) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')
        const resource = `https://a.example/${pattern}`
        expect(matches(resource, `https://a.example/${path}`)).toBe(new RegExp(`^${source}$`).test(path))
      }),
      { numRuns: runs(2_000) },
    )
  })

  // In steps of more than its square, the test would not come to its end.
  it('no pattern takes long', () => {
    expect(matches(`https://a.example/${'*a'.repeat(2_000)}b`, `https://a.example/${'a'.repeat(4_000)}`)).toBe(false)
  })
})
