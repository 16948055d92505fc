import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { askPerson, askPersonForText } from '../../../../cli/kit/ask.ts'

it.each([
  ['y\n', true],
  [' YES \r\n', true],
  ['\n', false],
  ['n\n', false],
  ['yesterday\n', false],
  ['', false],
])('%j is %s', async (typed, isAgreed) => {
  const input = new PassThrough()
  const output = new PassThrough()
  const answer = askPerson('Go ahead? ', input, output)
  input.end(typed)
  expect(await answer).toBe(isAgreed)
  expect(String(output.read())).toContain('Go ahead? ')
})

it.each([
  ['example-photos\n', 'example-photos'],
  ['\n', ''],
  ['', null],
])('%j is the text %j', async (typed, text) => {
  const input = new PassThrough()
  const answer = askPersonForText('Bucket? ', input, new PassThrough())
  input.end(typed)
  expect(await answer).toBe(text)
})
