import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { messageChanges, valueChanges } from '../../../../local/platform/message-changes.ts'

describe('changes are told for reading', () => {
  test.each([
    ['a field', { uri: '/a' }, { uri: '/b' }, [{ sign: '~', path: 'uri', before: '/a', after: '/b' }]],
    [
      'a header of a CloudFront Function',
      { headers: { range: { value: 'x' } } },
      { headers: {} },
      [{ sign: '-', path: 'headers.range', before: 'x' }],
    ],
    [
      'a header of Lambda@Edge',
      { headers: { a: [{ key: 'A', value: 'x' }] } },
      { headers: { a: [{ value: 'y' }] } },
      [{ sign: '~', path: 'headers.a', before: 'x', after: 'y' }],
    ],
    [
      'a line of a header',
      { h: { a: { value: 'x', multiValue: [{ value: 'x' }, { value: 'y' }] } } },
      { h: { a: { value: 'x' } } },
      [
        { sign: '-', path: 'h.a[0]', before: 'x' },
        { sign: '-', path: 'h.a[1]', before: 'y' },
        { sign: '+', path: 'h.a', after: 'x' },
      ],
    ],
    [
      'a cookie with attributes',
      {},
      { cookies: { a: { value: 'b', attributes: 'Path=/' } } },
      [
        { sign: '+', path: 'cookies.a.value', after: 'b' },
        { sign: '+', path: 'cookies.a.attributes', after: 'Path=/' },
      ],
    ],
    [
      'a query, given either way',
      { querystring: { v: { value: '1' }, w: { value: '2' } } },
      { querystring: 'v=1' },
      [{ sign: '~', path: 'querystring', before: 'v=1&w=2', after: 'v=1' }],
    ],
    [
      'a name that would be misread',
      {},
      { headers: { 'a.b': { value: '1' } } },
      [{ sign: '+', path: 'headers["a.b"]', after: '1' }],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(messageChanges(before, after)).toEqual(expected)
  })

  it('the case of a key, and a query given as text, are no changes', () => {
    const before = { querystring: { v: { value: '1' } }, headers: { a: [{ key: 'A', value: '1' }] } }
    expect(messageChanges(before, { querystring: 'v=1', headers: { a: [{ key: 'a', value: '1' }] } })).toEqual([])
  })
})

describe('diff is exact', () => {
  it('the order of keys counts for nothing', () => {
    expect(valueChanges({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 })).toEqual([])
  })

  it('tells of the case of a key', () => {
    expect(valueChanges({ a: [{ key: 'A', value: '1' }] }, { a: [{ key: 'a', value: '1' }] })).toEqual([
      { sign: '~', path: 'a[0].key', before: 'A', after: 'a' },
    ])
  })

  it('is empty exactly for equal values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (one, other) => {
        const [before, after] = [JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other))]
        expect(valueChanges(before, structuredClone(before))).toEqual([])
        expect(valueChanges(before, after).length === 0).toBe(sorted(before) === sorted(after))
      }),
    )
  })
})

/** JSON with sorted keys. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? { entries: Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)) }
      : inner,
  )
