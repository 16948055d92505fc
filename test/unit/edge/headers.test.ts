import { describe, expect, it, test } from 'vitest'
import {
  addVary,
  type Headers,
  headersOf,
  headerText,
  OF_THE_BYTES,
  removeHeaders,
  setHeader,
} from '../../../edge/headers.ts'

const headers = (values: Record<string, string | string[]>): Headers =>
  Object.fromEntries(
    Object.entries(values).map(([name, lines]) => [name, [lines].flat().map((value) => ({ key: name, value }))]),
  )

const misshapen = (value: unknown) => ({ a: value }) as unknown as Headers

describe('headersOf: what is no object has none', () => {
  it.each([undefined, null, 'a', 5, []])('%j', (value) => {
    expect(headersOf(value)).toEqual({})
  })

  it('an object is passed through', () => {
    const given = headers({ a: '1' })
    expect(headersOf(given)).toBe(given)
  })
})

describe('headerText', () => {
  it.each<[string, Headers, string]>([
    ['one line', headers({ a: 'x' }), 'x'],
    ['several lines are one value', headers({ a: ['x', 'y, z'] }), 'x, y, z'],
    ['empty lines do not count', headers({ a: ['', 'x', ''] }), 'x'],
    ['none', {}, ''],
    ['no lines', misshapen([]), ''],
    ['not a list', misshapen('x'), ''],
    ['lines that are none', misshapen([null, 5, {}, { value: 5 }, { value: 'x' }]), 'x'],
  ])('%s', (_rule, given, expected) => {
    expect(headerText(given, 'a')).toBe(expected)
  })
})

test('setHeader: one line, whatever was there', () => {
  const given = headers({ a: ['x', 'y'] })
  setHeader(given, 'a', 'z')
  expect(given).toEqual({ a: [{ value: 'z' }] })
})

describe('removeHeaders', () => {
  it.each([
    ['by name', ['a'], ['ab', 'x-amz-id-2', 'x-amz-meta-b']],
    ['by the beginning of a name', ['x-amz-*'], ['a', 'ab']],
    ['several', ['a', 'x-amz-meta-*'], ['ab', 'x-amz-id-2']],
    ['none', [], ['a', 'ab', 'x-amz-id-2', 'x-amz-meta-b']],
    ['none that is there', ['b', 'y*'], ['a', 'ab', 'x-amz-id-2', 'x-amz-meta-b']],
  ])('%s', (_rule, names, left) => {
    const given = headers({ a: '1', ab: '2', 'x-amz-id-2': '3', 'x-amz-meta-b': '4' })
    removeHeaders(given, names)
    expect(Object.keys(given)).toEqual(left)
  })
})

test('OF_THE_BYTES: what is wrong of a rendition goes, what tells of the object and its use stays', () => {
  const given = headers({
    ...{ 'accept-ranges': '1', 'cache-control': '2', 'content-digest': '3', 'content-disposition': '4' },
    ...{ 'content-encoding': '5', 'content-language': '6', 'content-length': '7', 'content-md5': '8' },
    ...{ 'content-type': '9', digest: '10', etag: '11', expires: '12', 'last-modified': '13', 'repr-digest': '14' },
    ...{ 'x-amz-checksum-crc32': '15', 'x-amz-checksum-sha256': '16', 'x-amz-meta-sha256': '17' },
  })
  removeHeaders(given, OF_THE_BYTES)
  expect(given).toEqual(
    headers({
      ...{ 'accept-ranges': '1', 'cache-control': '2', 'content-disposition': '4', 'content-language': '6' },
      ...{ 'content-type': '9', expires: '12', 'last-modified': '13', 'x-amz-meta-sha256': '17' },
    }),
  )
})

describe('addVary', () => {
  it.each([
    ['where there is none', {}, 'accept'],
    ['beside others, which stay as they are', { vary: 'Accept-Encoding' }, 'Accept-Encoding, accept'],
    ['to several lines', { vary: ['origin', 'x-a'] }, 'origin, x-a, accept'],
    ['beside a longer name', { vary: 'accept-encoding' }, 'accept-encoding, accept'],
    ['not twice', { vary: 'accept' }, 'accept'],
    ['not twice, in any case', { vary: 'Origin,ACCEPT' }, 'Origin,ACCEPT'],
    ['not where everything varies', { vary: '*' }, '*'],
  ])('%s', (_rule, given, expected) => {
    const response = headers(given)
    addVary(response, 'accept')
    expect(headerText(response, 'vary')).toBe(expected)
  })

  it('leaves the lines alone where nothing is to add', () => {
    const response = headers({ vary: ['Accept', 'origin'] })
    const lines = response.vary
    addVary(response, 'accept')
    expect(response.vary).toBe(lines)
  })
})
