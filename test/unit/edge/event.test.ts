import { describe, expect, it } from 'vitest'
import { type Field, fieldsOf, firstParsed, firstValue, valuesOf } from '../../../edge/event.ts'

const misshapen = (value: unknown) => value as Field

describe('fieldsOf: what is no object has no fields', () => {
  it.each([undefined, null, '', 'a=1', 5, false])('%j', (value) => {
    expect(fieldsOf(value)).toEqual({})
  })

  it('an object is passed through', () => {
    const fields = { a: { value: '1' } }
    expect(fieldsOf(fields)).toBe(fields)
  })
})

describe('firstValue', () => {
  it.each([
    ['its value', { value: 'a' }, 'a'],
    ['the first where it repeats', { value: 'a', multiValue: [{ value: 'a' }, { value: 'b' }] }, 'a'],
    ['nothing where it is missing', undefined, ''],
    ['nothing where it is null', misshapen(null), ''],
    ['nothing where it is no string', misshapen({ value: 5 }), ''],
    ['nothing where it is a string itself', misshapen('a'), ''],
  ])('%s', (_rule, field, expected) => {
    expect(firstValue(field)).toBe(expected)
  })
})

const repeated = (values: string[]) => ({ value: values[0] as string, multiValue: values.map((value) => ({ value })) })

describe('valuesOf', () => {
  it.each([
    ['one', { value: 'a' }, ['a']],
    ['an empty one', { value: '' }, ['']],
    ['several, in the order received', { value: 'b', multiValue: [{ value: 'b' }, { value: 'a' }] }, ['b', 'a']],
    ['the first ten', repeated([...'abcdefghijk']), [...'abcdefghij']],
    ['none where it is missing', undefined, []],
    [
      'misshapen ones as empty',
      misshapen({ value: 'a', multiValue: [null, { value: 1 }, { value: 'c' }] }),
      ['', '', 'c'],
    ],
    ['its value where the list is none', misshapen({ value: 'a', multiValue: 'b' }), ['a']],
  ])('%s', (_rule, field, expected) => {
    expect(valuesOf(field)).toEqual(expected)
  })
})

describe('firstParsed', () => {
  const parse = (value: string) => (/^\d+$/.test(value) ? Number(value) : 0)

  it.each([
    ['the value', { value: '5' }, 5],
    ['escapes count as what they stand for', { value: '%36%34' }, 64],
    ['the first that parses', { value: 'x', multiValue: [{ value: 'x' }, { value: '%37' }, { value: '8' }] }, 7],
    ['escapes of the first five', repeated(['x', '', '0', 'x', '%37']), 7],
    ['no more of them', repeated(['x', 'x', 'x', 'x', 'x', '7']), 0],
    ['200 characters in all', repeated(['%37', 'x'.repeat(196)]), 7],
    ['no more', repeated(['%37', 'x'.repeat(197)]), 0],
    ['as it is written, where an escape is none of printable ASCII', repeated(['%37', '%e9']), 0],
    ['a broken one', repeated(['%37', '%zz']), 0],
    ['0 where none does', { value: 'x', multiValue: [{ value: 'x' }, { value: '' }] }, 0],
    ['0 without a field', undefined, 0],
    ['0 for a misshapen one', misshapen({ value: {} }), 0],
  ])('%s', (_rule, field, expected) => {
    expect(firstParsed(parse, field)).toBe(expected)
  })
})
