import { expect, test } from 'vitest'
import { InputError } from '../../../base/errors.ts'
import { parseJson } from '../../../base/json.ts'

test('a byte order mark is no mistake', () => {
  expect(parseJson('\ufeff{"a": [1]}', 'a.json')).toEqual({ a: [1] })
})

test.each([
  ['', 'the text ends too early', 'line 1, column 1'],
  ['{"a": 1', 'the text ends too early', 'line 1, column 8'],
  ['{"a": 1,}', 'unexpected "}"', 'line 1, column 9'],
  ['{\n  "a": x\n}', 'unexpected "x"', 'line 2, column 8'],
])('%j: %s', (text, found, place) => {
  expect(() => parseJson(text, 'a.json')).toThrow(
    expect.objectContaining({
      constructor: InputError,
      message: `a.json: broken JSON at ${place}: ${found}`,
      code: 'not-json',
      expected: 'JSON',
      found: `${found} at ${place}`,
      cause: expect.any(SyntaxError),
    }),
  )
})
