import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { askPerson } from '../../../../cli/kit/ask.ts'

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
