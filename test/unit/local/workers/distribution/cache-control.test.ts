import { describe, expect, it, test } from 'vitest'
import { directivesOf } from '../../../../../local/workers/distribution/cache-control.ts'

describe('directivesOf: RFC 9111, 5.2', () => {
  it.each([
    [
      'a, B=1 , c="x, y",',
      [
        ['a', null],
        ['b', '1'],
        ['c', 'x, y'],
      ],
    ],
    ['a="\\"b\\\\"', [['a', '"b\\']]],
    ['a="b', [['a', 'b']]],
    ['a="b\\', [['a', 'b\\']]],
    [
      '=a, "b", a=b=c',
      [
        ['"b"', null],
        ['a', 'b=c'],
      ],
    ],
  ])('%s', (text, expected) => {
    expect(directivesOf(text).map(({ name, value }) => [name, value])).toEqual(expected)
  })

  test('takes no time over quotes that are never closed', () => {
    const started = performance.now()
    directivesOf(`${'"\\'.repeat(50_000)}`)
    directivesOf(`${'"'.repeat(50_001)}`)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
