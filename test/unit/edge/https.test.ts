import { describe, expect, it } from 'vitest'
import type { Fields, ViewerRequest } from '../../../edge/event.ts'
import { locationAsReceived, safeHost } from '../../../edge/https.ts'

const DOMAINS = ['cdn.example.com', 'img.example.com']

function location(uri: string, query: Fields = {}, raw?: () => string | undefined): string {
  const request: ViewerRequest = { method: 'GET', uri, querystring: query, headers: {}, cookies: {} }
  return locationAsReceived({ ...request, ...(raw && { rawQueryString: raw }) }, query)
}

describe('the host is one of ours', () => {
  it.each([
    ['the canonical one', 'cdn.example.com', 'cdn.example.com'],
    ['another of ours', 'img.example.com', 'img.example.com'],
    ['in lower case', 'IMG.Example.com', 'img.example.com'],
    ["a stranger's", 'evil.example', 'cdn.example.com'],
    ['one that begins like ours', 'img.example.com.evil.example', 'cdn.example.com'],
    ['with a port', 'img.example.com:8080', 'cdn.example.com'],
    ['none', '', 'cdn.example.com'],
  ])('%s', (_rule, host, expected) => {
    expect(safeHost(host.toLowerCase(), DOMAINS)).toBe(expected)
  })
})

describe('the query is as received', () => {
  const several = { a: { value: '1', multiValue: [{ value: '1' }, { value: '%e9' }] }, b: { value: '' } }

  it.each([
    ['raw, where the runtime has it', () => 'b=2&a&a=%e9', '?b=2&a&a=%e9'],
    ['empty after a question mark', () => '', '?'],
    ['rebuilt, where raw is not told', () => undefined, '?a=1&a=%e9&b='],
    ['rebuilt, where the runtime has no raw one', undefined, '?a=1&a=%e9&b='],
  ])('%s', (_rule, raw, expected) => {
    expect(location('/p', several, raw)).toBe(`/p${expected}`)
  })

  it('none', () => {
    expect(location('/p')).toBe('/p')
  })

  it('rebuilt of 99 names at most', () => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`a${i}`, { value: '1' }]))
    expect(location('/p', many).split('&')).toHaveLength(99)
    expect(location('/p', many, () => 'x&'.repeat(120)).split('&')).toHaveLength(121)
  })
})

it('what a URL may not hold is escaped, so that no header can be added', () => {
  expect(location('/a\r\nx: y', {}, () => 'q="\n')).toBe('/a%0D%0Ax:%20y?q=%22%0A')
})

describe('a path or query too long to be escaped gives no location', () => {
  const long = 'é'.repeat(512)

  it.each([
    ['a path', `/${long}`, '', ''],
    ['a query', '/p', `q=${long}`, ''],
    ['as long without anything to escape', `/${'e'.repeat(3000)}`, 'q', `/${'e'.repeat(3000)}?q`],
  ])('%s', (_rule, uri, raw, expected) => {
    expect(location(uri, {}, () => raw)).toBe(expected)
  })
})
