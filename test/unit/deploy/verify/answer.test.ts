import { describe, expect, it } from 'vitest'
import {
  ageOf,
  answeredAt,
  answerMediaType,
  asCached,
  carriesHeader,
  header,
  imageFormatOf,
  isAgedElsewhere,
  isHit,
  isKeptOut,
  isNew,
  lifetimeOf,
  maxAgeOf,
  outcome,
  quoted,
  resultOf,
} from '../../../../deploy/verify/answer.ts'

const with_ = (...headers: [string, string][]) => ({ status: 200, headers })

describe('headers', () => {
  const answer = with_(['Vary', 'Accept'], ['vary', 'Origin'], ['X-Empty', ''])

  it('are found in any case, and their lines joined', () => {
    expect(header(answer, 'vary')).toBe('Accept, Origin')
    expect(carriesHeader(answer, 'x-empty')).toBe(true)
    expect(quoted(answer, 'x-empty')).toBe("''")
    expect(quoted(answer, 'etag')).toBe('none')
  })

  it('a media type has no parameters', () => {
    expect(answerMediaType(with_(['content-type', 'Image/SVG+xml; charset=utf-8']))).toBe('image/svg+xml')
    expect(answerMediaType(with_())).toBe('')
  })
})

describe('what the cache did', () => {
  it.each([
    ['Hit from cloudfront', 'Hit', true],
    ['RefreshHit from cloudfront', 'RefreshHit', true],
    ['Miss from cloudfront', 'Miss', false],
    ['FunctionGeneratedResponse from cloudfront', 'FunctionGeneratedResponse', false],
  ])('%s', (value, result, hit) => {
    const answer = with_(['X-Cache', value])
    expect(resultOf(answer)).toBe(result)
    expect(isHit(answer)).toBe(hit)
    expect(isNew(answer)).toBe(!hit)
  })

  it('an error with an age was in the cache', () => {
    const answer = { status: 404, headers: [['x-cache', 'Error from cloudfront'] as const, ['Age', '3'] as const] }
    expect(isNew(answer)).toBe(false)
    expect(ageOf(answer)).toBe(3)
    expect(outcome(answer)).toBe('404, Error from cloudfront, age 3')
  })

  it('a miss with an age has it from elsewhere', () => {
    expect(isAgedElsewhere(with_(['x-cache', 'Miss from cloudfront'], ['age', '7']))).toBe(true)
    expect(isAgedElsewhere(with_(['x-cache', 'Miss from cloudfront']))).toBe(false)
    expect(isAgedElsewhere(with_(['x-cache', 'Hit from cloudfront'], ['age', '7']))).toBe(false)
  })

  it('an age that is none does not count', () => {
    expect(ageOf(with_(['age', 'old']))).toBeUndefined()
    expect(outcome(with_())).toBe('200, no x-cache')
  })
})

describe('the time of who answered', () => {
  const date = 'Mon, 30 Nov 2026 12:00:00 GMT'

  it('is its date, and with what was in a cache the age since then', () => {
    expect(answeredAt(with_(['Date', date]))).toBe(Date.UTC(2026, 10, 30, 12))
    expect(answeredAt(with_(['date', date], ['age', '90']))).toBe(Date.UTC(2026, 10, 30, 12, 1, 30))
  })

  it.each([[with_()], [with_(['date', 'now'])]])("is this machine's where it says none: %o", (answer) => {
    expect(Math.abs(answeredAt(answer) - Date.now())).toBeLessThan(60_000)
  })
})

describe('cache-control', () => {
  it.each([
    ['public, max-age=60', 60, false],
    ['s-maxage=5, MAX-AGE=0', 0, false],
    ['s-maxage=5', undefined, false],
    ['x-max-age=5', undefined, false],
    ['Private, max-age=9', 9, true],
    ['no-store', undefined, true],
  ])('%s', (value, seconds, isOut) => {
    const answer = with_(['cache-control', value])
    expect(maxAgeOf(answer)).toBe(seconds)
    expect(isKeptOut(answer)).toBe(isOut)
  })
})

describe('the lifetime in a shared cache', () => {
  it.each([
    ['max-age=2, s-maxage=20', 20],
    ['S-MAXAGE=0, max-age=30', 0],
    ['max-age=30', 30],
    ['public', undefined],
  ])('%s', (value, seconds) => {
    expect(lifetimeOf(with_(['cache-control', value]))).toBe(seconds)
  })
})

describe('what CloudFront caches and calls private to others', () => {
  const date: [string, string] = ['date', 'Mon, 30 Nov 2026 09:00:00 GMT']
  const expires: [string, string] = ['expires', 'Mon, 30 Nov 2026 09:05:00 GMT']

  it('lives as long as Expires says', () => {
    const answer = asCached(with_(['cache-control', 'private'], date, expires, ['age', '10']))
    expect([isKeptOut(answer), lifetimeOf(answer)]).toEqual([false, 300])
  })

  it.each<[string, [string, string][]]>([
    ['another cache-control', [['cache-control', 'private, max-age=60'], date, expires]],
    ['no Expires', [['cache-control', 'private'], date]],
  ])('%s: it stays what it is', (_, headers) => {
    const answer = with_(...headers)
    expect(asCached(answer)).toBe(answer)
    expect(isKeptOut(answer)).toBe(true)
  })
})

describe('image formats, by their first bytes', () => {
  it.each([
    ['webp', 'RIFF\x10\0\0\0WEBPVP8 '],
    ['avif', '\0\0\0\x20ftypavif'],
    ['avif', '\0\0\0\x20ftypavis'],
    ['jpg', '\xff\xd8\xff\xe0'],
    ['png', '\x89PNG\r\n\x1a\n'],
    ['gif', 'GIF89a'],
    ['tiff', 'II*\0'],
    ['', 'RIFF\x10\0\0\0WAVE'],
    ['', '<svg xmlns='],
    ['', ''],
  ])('%j', (format, text) => {
    expect(imageFormatOf({ beginning: Buffer.from(text, 'latin1') })).toBe(format)
  })
})
