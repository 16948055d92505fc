import { expect, test } from 'vitest'
import { InputError, joinedError } from '../../../base/errors.ts'

const PORT = new InputError('--port: expected a number, found x', {
  code: 'wrong-option',
  expected: 'a number',
  found: 'x',
})
const POPS = new InputError('--pops: expected a number, found y', {
  code: 'wrong-option',
  expected: 'a number',
  found: 'y',
})
const FILE = new InputError('a.json: not found', { code: 'file-not-found', found: 'a.json' })

test('one error stays as it is', () => {
  expect(joinedError([PORT])).toBe(PORT)
})

test('several have a line each, and the code that they share', () => {
  const error = joinedError([PORT, POPS])
  expect(error).toBeInstanceOf(InputError)
  expect(error.message).toBe('--port: expected a number, found x\n--pops: expected a number, found y')
  expect([error.code, error.expected, error.found]).toEqual(['wrong-option', undefined, undefined])
})

test('those of several kinds are told as such', () => {
  expect(joinedError([PORT, FILE]).code).toBe('several')
})
