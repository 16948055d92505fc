import { describe, expect, it } from 'vitest'
import { functionEvent, functionRequest, functionResponse } from '../../../../local/platform/function-event.ts'
import type { HeaderLine } from '../../../../local/protocol/messages.ts'

const CONTEXT = { distributionDomainName: 'd1.cloudfront.net', distributionId: 'E1', requestId: 'id' }

const eventOf = (query: string, headers: HeaderLine[] = []) =>
  functionEvent({ method: 'GET', path: '/a', query, headers }, '192.0.2.1', CONTEXT)

describe('a query as fields', () => {
  it.each([
    ['', {}],
    ['a', { a: { value: '' } }],
    ['a=', { a: { value: '' } }],
    ['a=1&b=2', { a: { value: '1' }, b: { value: '2' } }],
    ['a=1&a=2&a=3', { a: { value: '1', multiValue: [{ value: '1' }, { value: '2' }, { value: '3' }] } }],
    ['A=1&a=2', { A: { value: '1' }, a: { value: '2' } }],
    ['a=b=c', { a: { value: 'b=c' } }],
    ['&&a=%20+', { a: { value: '%20+' } }],
    ['=x', { '': { value: 'x' } }],
  ])('%s', (query, fields) => {
    expect(eventOf(query).request.querystring).toEqual(fields)
  })

  it('may have names that every object has', () => {
    const { querystring } = eventOf('__proto__=1&constructor=2&constructor=3').request
    expect(Object.keys(querystring)).toEqual(['__proto__', 'constructor'])
    expect(querystring.constructor).toEqual({ value: '2', multiValue: [{ value: '2' }, { value: '3' }] })
  })
})

it('header lines become fields, cookies fields of their own', () => {
  const { headers, cookies } = eventOf('', [
    ['accept', 'a'],
    ['cookie', 'a=1; b=2;c'],
    ['accept', 'b'],
    ['cookie', 'a=3'],
  ]).request
  expect(headers).toEqual({ accept: { value: 'a', multiValue: [{ value: 'a' }, { value: 'b' }] } })
  expect(cookies).toEqual({
    a: { value: '1', multiValue: [{ value: '1' }, { value: '3' }] },
    b: { value: '2' },
    c: { value: '' },
  })
})

describe('a request that was returned', () => {
  const returned = (query: string, change: (request: ReturnType<typeof eventOf>['request']) => unknown) => {
    const before = { method: 'GET', path: '/a', query, headers: [] }
    const event = functionEvent(before, '192.0.2.1', CONTEXT)
    const value = structuredClone(event.request)
    change(value)
    return functionRequest(value, event, before)
  }

  it.each(['a', 'a=', 'b=1&a=2&b=3', '&a=%2b&'])('keeps the bytes of a query that was left alone: %s', (query) => {
    expect(returned(query, () => {}).query).toBe(query)
  })

  it.each([
    ['set as a string', { querystring: 'b=2&a=1' }, 'b=2&a=1'],
    ['set as fields', { querystring: { b: { value: '2' }, a: { value: '1' } } }, 'b=2&a=1'],
    [
      'with multiValue',
      { querystring: { a: { value: 'x', multiValue: [{ value: '1' }, { value: '2' }] } } },
      'a=1&a=2',
    ],
    ['emptied', { querystring: {} }, ''],
  ])('has a query that was %s', (_, change, query) => {
    expect(returned('x=1', (request) => Object.assign(request, change)).query).toBe(query)
  })

  it('has its cookies in one header line', () => {
    const cookies = { a: { value: '1', multiValue: [{ value: '1' }, { value: '2' }] }, b: { value: '3' } }
    expect(returned('', (request) => Object.assign(request, { cookies })).headers).toEqual([
      ['cookie', 'a=1; a=2; b=3'],
    ])
  })
})

describe('a response that was returned', () => {
  it.each([
    ['no body', {}, null],
    ['text', { body: 'é' }, 'é'],
    ['text as an object', { body: { encoding: 'text', data: 'é' } }, 'é'],
    ['base64', { body: { encoding: 'base64', data: 'w6k=' } }, 'é'],
  ])('%s', (_, body, text) => {
    const { status, body: bytes } = functionResponse({ statusCode: 200, ...body })
    expect([status, bytes && Buffer.from(bytes).toString()]).toEqual([200, text])
  })

  it('sets cookies with their attributes, one line each', () => {
    const cookies = {
      a: { value: '1', attributes: 'Path=/; Secure' },
      b: { value: 'x', multiValue: [{ value: '2' }, { value: '3', attributes: 'Path=/b' }] },
    }
    expect(functionResponse({ statusCode: 200, cookies }).headers).toEqual([
      ['set-cookie', 'a=1; Path=/; Secure'],
      ['set-cookie', 'b=2'],
      ['set-cookie', 'b=3; Path=/b'],
    ])
  })
})
