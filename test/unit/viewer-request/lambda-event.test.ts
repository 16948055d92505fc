import type { CloudFrontRequest } from 'aws-lambda'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { ViewerRequest } from '../../../edge/event.ts'
import { changedRequest, generatedResponse, requestForFunction } from '../../../viewer-request/lambda-event.ts'
import { anyCharacter } from '../../any-character.ts'

const request = (parts: object = {}): CloudFrontRequest => ({
  clientIp: '203.0.113.1',
  method: 'GET',
  uri: '/a',
  querystring: 'b=1&a=%2f&b&&c==',
  headers: {
    host: [{ key: 'Host', value: 'cdn.example.com' }],
    'x-a': [
      { key: 'X-A', value: '1' },
      { key: 'x-a', value: '2' },
    ],
    cookie: [
      { key: 'Cookie', value: 'a=1; b="2 3";c' },
      { key: 'cookie', value: 'a=4' },
    ],
  },
  ...parts,
})

const plain = (value: unknown) => JSON.parse(JSON.stringify(value))

it('is as CloudFront Functions have it', () => {
  expect(plain(requestForFunction(request()))).toEqual({
    method: 'GET',
    uri: '/a',
    querystring: {
      b: { value: '1', multiValue: [{ value: '1' }, { value: '' }] },
      a: { value: '%2f' },
      '': { value: '' },
      c: { value: '=' },
    },
    headers: {
      host: { value: 'cdn.example.com' },
      'x-a': { value: '1', multiValue: [{ value: '1' }, { value: '2' }] },
    },
    cookies: {
      a: { value: '1', multiValue: [{ value: '1' }, { value: '4' }] },
      b: { value: '"2 3"' },
      c: { value: '' },
    },
  })
})

test.each<[string, object]>([
  ['no headers', { headers: undefined }],
  ['headers that are none', { headers: 'x' }],
  ['lines that are none', { headers: { cookie: 'a', host: [null, { value: 1 }, {}] } }],
  ['no query', { querystring: undefined }],
  ['a query that is none', { querystring: {} }],
])('%s: is as if it were missing', (_, parts) => {
  const { headers, cookies, querystring } = requestForFunction(request({ headers: {}, querystring: '', ...parts }))
  expect([headers, cookies, querystring].map(plain)).toEqual([{}, {}, {}])
})

it('names that every object has are names', () => {
  const odd = request({
    querystring: '__proto__=1&constructor=2',
    headers: JSON.parse('{"cookie":[{"value":"__proto__=1; constructor=2"}],"__proto__":[{"value":"x"}]}'),
  })
  const { querystring, cookies, headers } = requestForFunction(odd)
  expect(Object.keys(querystring)).toEqual(['__proto__', 'constructor'])
  expect(Object.keys(cookies)).toEqual(['__proto__', 'constructor'])
  expect(Object.keys(headers)).toEqual(['__proto__'])
})

describe('back', () => {
  const changed = (change: (of: ViewerRequest) => void, parts: object = {}) => {
    const own = request(parts)
    const after = requestForFunction(own)
    change(after)
    const result = changedRequest(own, requestForFunction(own), after)
    expect(result).toBe(own)
    return result
  }

  it('nothing is changed: it is the same, to the byte', () => {
    expect(changed(() => {})).toEqual(request())
  })

  it('a query that was made', () => {
    expect(changed((of) => Object.assign(of, { querystring: 'v=1', uri: '/b' }))).toEqual(
      request({ querystring: 'v=1', uri: '/b' }),
    )
  })

  it('a parameter that was taken out, all of it, and no byte besides', () => {
    const result = changed((of) => void delete (of.querystring as Record<string, unknown>).b)
    expect(result.querystring).toBe('a=%2f&&c==')
  })

  it('headers that were taken out, set and added', () => {
    const { headers } = changed((of) => {
      delete of.headers['x-a']
      of.headers['x-b'] = { value: '1', multiValue: [{ value: '1' }, { value: '2' }] }
      of.headers.host = { value: 'other.example.com' }
    })
    const { cookie } = request().headers
    expect(headers).toEqual({
      cookie,
      host: [{ key: 'host', value: 'other.example.com' }],
      'x-b': [
        { key: 'x-b', value: '1' },
        { key: 'x-b', value: '2' },
      ],
    })
  })

  it('cookies that were taken out: the others are one line', () => {
    expect(changed((of) => void delete of.cookies.c).headers.cookie).toEqual([
      { key: 'cookie', value: 'a=1; b="2 3"; a=4' },
    ])
    expect(changed((of) => Object.assign(of, { cookies: {} })).headers).not.toHaveProperty('cookie')
  })

  test('whatever comes in, what nobody changes goes on as it came', () => {
    const text = fc.string({ unit: anyCharacter, maxLength: 20 })
    const lines = fc.array(fc.record({ key: text, value: text }), { maxLength: 3 })
    const headers = fc.dictionary(fc.oneof(text, fc.constantFrom('cookie', 'host', '__proto__')), lines)
    fc.assert(
      fc.property(fc.record({ uri: text, querystring: text, headers }), (parts) => {
        const own = request(parts)
        const before = structuredClone(own)
        expect(changedRequest(own, requestForFunction(own), requestForFunction(own))).toEqual(before)
      }),
    )
  })
})

it('a response, with and without a body', () => {
  const headers = { location: { value: '/x' }, 'x-a': { value: '1', multiValue: [{ value: '1' }, { value: '2' }] } }
  const lines = {
    location: [{ key: 'location', value: '/x' }],
    'x-a': [
      { key: 'x-a', value: '1' },
      { key: 'x-a', value: '2' },
    ],
  }
  expect(generatedResponse({ statusCode: 302, headers })).toEqual({ status: '302', headers: lines })
  expect(generatedResponse({ statusCode: 401, headers: {}, body: 'x' })).toEqual({
    status: '401',
    headers: {},
    body: 'x',
  })
})
