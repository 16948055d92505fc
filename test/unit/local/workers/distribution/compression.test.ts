import { describe, expect, it } from 'vitest'
import type { HeaderLine, HttpVersion } from '../../../../../local/protocol/messages.ts'
import { compressionOf, weakEtag } from '../../../../../local/workers/distribution/compression.ts'

describe('compressionOf: "Serve compressed files"', () => {
  const TEXT: HeaderLine[] = [
    ['content-type', 'text/html'],
    ['content-length', '1000'],
  ]
  const without = (name: string) => TEXT.filter(([other]) => other !== name)
  const type = (value: string): HeaderLine[] => [...without('content-type'), ['content-type', value]]
  const length = (value: string): HeaderLine[] => [...without('content-length'), ['content-length', value]]
  type Settings = {
    status?: number
    headers?: HeaderLine[]
    accepted?: '' | 'br' | 'gzip' | 'br,gzip'
    httpVersion?: HttpVersion
  }
  const cases: [rule: string, settings: Settings, expected: 'br' | 'gzip' | null][] = [
    ['Brotli where the viewer takes both', {}, 'br'],
    ['Brotli', { accepted: 'br' }, 'br'],
    ['gzip', { accepted: 'gzip' }, 'gzip'],
    ['the viewer takes neither', { accepted: '' }, null],
    ['HTTP/1.0', { httpVersion: '1.0' }, null],
    ['HTTP/2', { httpVersion: '2.0' }, 'br'],
    ['status 403', { status: 403 }, 'br'],
    ['status 404', { status: 404 }, 'br'],
    ['status 206', { status: 206 }, null],
    ['status 201', { status: 201 }, null],
    ['status 500', { status: 500 }, null],
    ['no Content-Length', { headers: without('content-length') }, null],
    ['a Content-Length that is none', { headers: length('1000 bytes') }, null],
    ['999 bytes', { headers: length('999') }, null],
    ['10,000,000 bytes', { headers: length('10000000') }, 'br'],
    ['10,000,001 bytes', { headers: length('10000001') }, null],
    ['compressed already', { headers: [...TEXT, ['content-encoding', 'gzip']] }, null],
    ['a Content-Encoding, whatever it says', { headers: [...TEXT, ['content-encoding', '']] }, null],
    ['a type with parameters, in any case', { headers: type('Text/HTML ; charset=utf-8') }, 'br'],
    ['SVG', { headers: type('image/svg+xml') }, 'br'],
    ['JSON', { headers: type('application/json') }, 'br'],
    ['a type without its first half, which is on the list', { headers: type('vnd.apple.mpegurl') }, 'br'],
    ['JPEG', { headers: type('image/jpeg') }, null],
    ['a type that is not on the list', { headers: type('text/markdown') }, null],
    ['no type', { headers: without('content-type') }, null],
  ]
  it.each(cases)('%s', (_rule, settings, expected) => {
    const { status = 200, headers = TEXT, accepted = 'br,gzip', httpVersion = '1.1' } = settings
    expect(compressionOf({ status, headers }, accepted, httpVersion)).toBe(expected)
  })
})

describe('weakEtag: "Serve compressed files", ETag header conversion', () => {
  it.each([
    ['a strong one becomes weak', '"a"', 'W/"a"'],
    ['a weak one stays', 'W/"a"', 'W/"a"'],
    ['what is neither goes', 'a', null],
    ['so does one quote', '"', null],
    ['so does an end without quote', '"a', null],
    ['so does nothing', '', null],
    ['an empty one is one', '""', 'W/""'],
  ])('%s', (_rule, etag, expected) => {
    expect(weakEtag(etag)).toBe(expected)
  })
})
