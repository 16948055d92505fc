import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cacheTagsIn, cacheTagText, isCacheTag, tagOfPath } from '../../../edge/cache-tags.ts'

describe('a tag', () => {
  it.each(['a', '!', '~', '#', '/photos/a%20b.jpg', 'product:electronics', 'a'.repeat(256)])('%s is one', (text) => {
    expect(isCacheTag(text)).toBe(true)
  })

  it.each(['', ' ', 'a b', 'a,b', 'é', '\n', '\x7f', 'a'.repeat(257)])('%j is none', (text) => {
    expect(isCacheTag(text)).toBe(false)
  })
})

it.each([
  ['tag1,tag2,tag3', ['tag1', 'tag2', 'tag3']],
  ['tag1, tag2 ,\ttag3', ['tag1', 'tag2', 'tag3']],
  ['', []],
  [',,', []],
  ['A,b,a,B', ['A', 'b']],
  ['two words,one', ['one']],
])('in %j there are %j', (value, tags) => {
  expect(cacheTagsIn(value)).toEqual(tags)
})

it('the tag of a path has no comma', () => {
  expect(tagOfPath('/a,b,c.jpg')).toBe('/a%2Cb%2Cc.jpg')
})

it('of more than 50 the last ones are left out, which are those of the object', () => {
  const paths = Array.from({ length: 49 }, (_, i) => `/${i}`)
  expect(cacheTagText(paths, 'a,b')).toBe([...paths, 'a'].join())
})

it('whatever an object says, the header has 50 tags at most, and reads as what was written', () => {
  fc.assert(
    fc.property(fc.array(fc.webPath()), fc.string(), fc.array(fc.string()), (paths, text, more) => {
      const written = cacheTagText(paths, [text, ...more].join(','))
      const tags = written === '' ? [] : written.split(',')
      expect(tags.length).toBeLessThanOrEqual(50)
      expect(tags.every(isCacheTag)).toBe(true)
      expect(cacheTagsIn(written)).toEqual(tags)
      expect(cacheTagText([], written)).toBe(written)
    }),
  )
})
