import { describe, expect, test } from 'vitest'
import {
  Failure,
  InputError,
  joinedError,
  RimlightError,
  systemMessage,
  unexpectedInput,
  unexpectedText,
} from '../../../base/errors.ts'
import { BuildError, ConfigError } from '../../../build/error.ts'

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

test('a wrong value is told to people as it is told to programs', () => {
  const facts = { code: 'wrong-option', expected: 'a number', found: 'x' }
  expect(unexpectedInput(facts)).toMatchObject({ ...facts, name: 'InputError', message: 'expected a number, found x' })
  const cause = new Error('ENOENT')
  const error = unexpectedInput({ ...facts, at: '--port', remedy: 'see --help', cause })
  expect(unexpectedText({ ...facts, at: '--port' })).toBe('--port: expected a number, found x')
  expect(error).toMatchObject({ ...facts, message: '--port: expected a number, found x; see --help', cause })
})

describe.each([InputError, Failure, BuildError])('%o', (Kind) => {
  test('has a message for people, and the rest for programs', () => {
    const cause = new Error('ENOENT')
    const error = new Kind('expected a, found b', { code: 'not-a', expected: 'a', found: 'b', cause })
    expect(error).toBeInstanceOf(RimlightError)
    expect(error).toMatchObject({ message: 'expected a, found b', code: 'not-a', expected: 'a', found: 'b', cause })
    expect(`${error}`).toBe(`${Kind.name}: expected a, found b`)
  })

  test('has no cause where there is none', () => {
    expect(new Kind('it is late', { code: 'late' })).not.toHaveProperty('cause')
    expect(new Kind('it is late', { code: 'late' })).toMatchObject({ expected: undefined, found: undefined })
  })
})

test('a failure of the build is a failure, and what a person gave is not, such as a config', () => {
  expect(new BuildError('no', { code: 'no' })).toBeInstanceOf(Failure)
  expect(new InputError('no', { code: 'no' })).not.toBeInstanceOf(Failure)
  expect(new ConfigError('no', { code: 'no' })).toBeInstanceOf(InputError)
})

test('what the system says, and what is no error', () => {
  expect(systemMessage(new Error('EACCES'))).toBe('EACCES')
  expect(systemMessage('gone')).toBe('gone')
})
