import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Fields } from '../../../edge/event.ts'
import { canonicalQuery, parseQuery } from '../../../edge/query.ts'
import type { RouteRule } from '../../../edge/rules.ts'
import { anyText } from './arbitraries.ts'

describe('parseQuery', () => {
  it.each<[string, string, Fields]>([
    ['nothing', '', {}],
    ['one', 'a=1', { a: { value: '1' } }],
    ['names and values stay as they are written', '%61=%2f+b', { '%61': { value: '%2f+b' } }],
    ['a name alone has an empty value', 'a', { a: { value: '' } }],
    ['the first = ends the name', 'a=b=c', { a: { value: 'b=c' } }],
    ['a value without a name', '=b', { '': { value: 'b' } }],
    ['an empty pair is a name that is empty', 'a=1&', { a: { value: '1' }, '': { value: '' } }],
    [
      'a name that repeats',
      'a=1&b=x&a=2&a=3',
      { a: { value: '1', multiValue: [{ value: '1' }, { value: '2' }, { value: '3' }] }, b: { value: 'x' } },
    ],
  ])('%s', (_rule, text, expected) => {
    expect({ ...parseQuery(text) }).toEqual(expected)
  })

  it.each(['__proto__', 'constructor', 'toString'])('%s is a name like others', (name) => {
    expect(parseQuery('a=1')[name]).toBeUndefined()
    expect(parseQuery(`${name}=1`)[name]).toEqual({ value: '1' })
  })

  test('keeps every value, each name in order', () => {
    const name = fc.constantFrom('a', 'b', '%61', '__proto__')
    const value = anyText.map((text) => text.replaceAll('&', ''))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { minLength: 1 }), (pairs) => {
        const fields = parseQuery(pairs.map(([name, value]) => `${name}=${value}`).join('&'))
        const expected = Object.groupBy(pairs, ([name]) => name)
        expect(Object.keys(fields)).toEqual([...new Set(pairs.map(([name]) => name))])
        for (const [name, own = []] of Object.entries(expected)) {
          const { value, multiValue } = fields[name] ?? { value: undefined }
          expect(value).toBe(own[0]?.[1])
          expect(multiValue?.map((line) => line.value)).toEqual(
            own.length > 1 ? own.map(([, text]) => text) : undefined,
          )
        }
      }),
    )
  })
})

describe('canonicalQuery', () => {
  const route: RouteRule = {
    cached: true,
    s3: true,
    parameters: ['fit', 'fm', 'h', 'page', 'q', 'term', 'v', 'w'],
    version: 'v',
    query: ['page', 'term'],
    images: 0,
  }
  const canonical = (text: string, variant = {}) => canonicalQuery(parseQuery(text), route, variant)

  it.each([
    ['nothing known, nothing kept', 'utm_source=mail&x=1', ''],
    ['sorted by name', 'v=7&term=b&page=2', 'page=2&term=b&v=7'],
    ['the first version that is one', 'v=a%20b&v=%37&v=8', 'v=7'],
    ['no version that is one', 'v=a/b', ''],
    ['every value of a query name, in order', 'term=b&term=a&term=b', 'term=b&term=a&term=b'],
    ['escapes of values are canonical', 'term=%c3%a9%41%2f', 'term=%C3%A9A%2F'],
    ['256 characters are spelt anew', `term=${'%61'.repeat(83)}`, `term=${'a'.repeat(83)}`],
    ['more stay as they are written', `term=${'%61'.repeat(84)}`, `term=${'%61'.repeat(84)}`],
    ['an empty value stays', 'term=', 'term='],
    ['an image parameter comes from the variant alone', 'w=600&fm=webp', ''],
  ])('%s', (_rule, text, expected) => {
    expect(canonical(text)).toBe(expected)
  })

  it('of a long path, escapes stay as they are written', () => {
    expect(canonicalQuery(parseQuery('term=%c3%61"&v=%37'), route, {}, true)).toBe('term=%c3%61%22&v=7')
  })

  it('a variant stands among the others', () => {
    expect(canonical('v=1&term=x&w=5', { fm: 'webp', w: 640 })).toBe('fm=webp&term=x&v=1&w=640')
  })

  it('a route without a version or query names keeps what is left', () => {
    const bare = { ...route, parameters: ['w'], version: null, query: [] }
    expect(canonicalQuery(parseQuery('v=1&term=x'), bare, { w: 16 })).toBe('w=16')
    expect(canonicalQuery(parseQuery('v=1&term=x'), { ...bare, parameters: [] }, {})).toBe('')
  })

  test('is canonical after one pass, whatever the order of names and whatever else is there', () => {
    const pair = fc.tuple(fc.constantFrom('v', 'term', 'page', 'utm', 'W', 'x'), anyText)
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const text = (pairs: [string, string][]) =>
          pairs.map(([name, value]) => `${name}=${value.replaceAll('&', '%26')}`).join('&')
        const once = canonical(text(pairs))
        expect(canonical(once)).toBe(once)
        const byName = pairs.toSorted(([a], [b]) => (a < b ? 1 : a > b ? -1 : 0))
        expect(canonical(text([...byName, ['junk', 'x']]))).toBe(once)
      }),
    )
  })
})
