import { describe, expect, it } from 'vitest'
import type { Fields, ViewerRequest } from '../../../edge/event.ts'
import { httpsLocation } from '../../../edge/https.ts'

const DOMAINS = ['cdn.example.com', 'img.example.com']

function location(uri: string, host: string, query: Fields = {}, raw?: () => string | undefined): string {
  const headers = { host: { value: host } }
  const request: ViewerRequest = { method: 'GET', uri, querystring: query, headers, cookies: {} }
  return httpsLocation({ ...request, ...(raw && { rawQueryString: raw }) }, headers, query, DOMAINS)
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
    expect(location('/a', host)).toBe(`https://${expected}/a`)
  })

  it('without a host header, the canonical one', () => {
    const request: ViewerRequest = { method: 'GET', uri: '/a', querystring: {}, headers: {}, cookies: {} }
    expect(httpsLocation(request, {}, {}, DOMAINS)).toBe('https://cdn.example.com/a')
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
    expect(location('/p', 'cdn.example.com', several, raw)).toBe(`https://cdn.example.com/p${expected}`)
  })

  it('none', () => {
    expect(location('/p', 'cdn.example.com')).toBe('https://cdn.example.com/p')
  })
})

it('what a URL may not hold is escaped, so that no header can be added', () => {
  expect(location('/a\r\nx: y', 'cdn.example.com', {}, () => 'q="\n')).toBe(
    'https://cdn.example.com/a%0D%0Ax:%20y?q=%22%0A',
  )
})
