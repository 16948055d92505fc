import { describe, expect, it, test } from 'vitest'
import { DISALLOWED_HEADERS, DISALLOWED_ORIGIN_HEADERS, isListed, READ_ONLY_HEADERS } from '../../../edge/limits.ts'

describe('isListed', () => {
  it.each([
    ['a name', 'via', true],
    ['the beginning of a name is not it', 'vi', false],
    ['a longer name is not it', 'viaduct', false],
    ['what begins so, for an entry with a star', 'x-amz-cf-id', true],
    ['the beginning alone', 'x-amz-cf-', true],
    ['less than the beginning', 'x-amz-cf', false],
    ['the beginning further on', 'my-x-amz-cf-id', false],
    ['names are in lower case', 'Via', false],
  ])('%s', (_rule, name, expected) => {
    expect(isListed(name, ['via', 'x-amz-cf-*'])).toBe(expected)
  })

  test('nothing is in an empty list, and everything in *', () => {
    expect(isListed('a', [])).toBe(false)
    expect(isListed('a', ['*'])).toBe(true)
  })
})

test.each([
  ['DISALLOWED_HEADERS', DISALLOWED_HEADERS],
  ['DISALLOWED_ORIGIN_HEADERS', DISALLOWED_ORIGIN_HEADERS],
  ...Object.entries(READ_ONLY_HEADERS),
])('%s: sorted names in lower case, each once', (_name, list) => {
  expect(list).toEqual([...new Set(list)].toSorted())
  expect(list.filter((name) => !/^[a-z0-9-]+\*?$/.test(name))).toEqual([])
})
