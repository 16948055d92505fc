import { describe, expect, it } from 'vitest'
import { conditionOutcome, isStillRange, parseRange } from '../../../../../local/workers/s3/read-object.ts'

const OBJECT = { etag: 'abc', modified: Date.UTC(2026, 10, 20, 12, 0, 0, 500) }
const BEFORE = 'Fri, 20 Nov 2026 11:59:59 GMT'
const SAME = 'Fri, 20 Nov 2026 12:00:00 GMT'
const AFTER = 'Fri, 20 Nov 2026 12:00:01 GMT'
const MET = { kind: 'met' }
const NOT_MODIFIED = { kind: 'not-modified' }
const failed = (condition: string) => ({ kind: 'failed', condition })

describe('conditions, RFC 9110, 13.2.2', () => {
  it.each([
    ['no condition', {}, MET],
    ['If-Match: it', { 'if-match': '"abc"' }, MET],
    ['If-Match: it, without quotes', { 'if-match': 'abc' }, MET],
    ['If-Match: one of some', { 'if-match': '"x", "abc"' }, MET],
    ['If-Match: any', { 'if-match': '*' }, MET],
    ['If-Match: another', { 'if-match': '"x"' }, failed('If-Match')],
    ['If-Match: it, weak: the comparison is strong', { 'if-match': 'W/"abc"' }, failed('If-Match')],
    ['If-Unmodified-Since: later', { 'if-unmodified-since': AFTER }, MET],
    ['If-Unmodified-Since: then', { 'if-unmodified-since': SAME }, MET],
    ['If-Unmodified-Since: before', { 'if-unmodified-since': BEFORE }, failed('If-Unmodified-Since')],
    ['If-Unmodified-Since: no date', { 'if-unmodified-since': 'yesterday' }, MET],
    ['If-Match stands before If-Unmodified-Since', { 'if-match': '"abc"', 'if-unmodified-since': BEFORE }, MET],
    ['If-None-Match: it', { 'if-none-match': '"abc"' }, NOT_MODIFIED],
    ['If-None-Match: it, weak: the comparison is weak', { 'if-none-match': 'W/"abc"' }, NOT_MODIFIED],
    ['If-None-Match: one of some', { 'if-none-match': 'W/"x","abc"' }, NOT_MODIFIED],
    ['If-None-Match: any', { 'if-none-match': '*' }, NOT_MODIFIED],
    ['If-None-Match: another', { 'if-none-match': '"x"' }, MET],
    ['If-Modified-Since: before', { 'if-modified-since': BEFORE }, MET],
    ['If-Modified-Since: then', { 'if-modified-since': SAME }, NOT_MODIFIED],
    ['If-Modified-Since: later', { 'if-modified-since': AFTER }, NOT_MODIFIED],
    ['If-Modified-Since: no date', { 'if-modified-since': '0' }, MET],
    ['If-None-Match stands before If-Modified-Since', { 'if-none-match': '"x"', 'if-modified-since': AFTER }, MET],
    [
      'If-None-Match stands before If-Modified-Since, again',
      { 'if-none-match': '"abc"', 'if-modified-since': BEFORE },
      NOT_MODIFIED,
    ],
    ['If-Match stands before If-None-Match', { 'if-match': '"x"', 'if-none-match': '"abc"' }, failed('If-Match')],
    ['If-Match and If-None-Match', { 'if-match': '"abc"', 'if-none-match': '"abc"' }, NOT_MODIFIED],
  ])('%s', (_name, headers, expected) => {
    expect(conditionOutcome(new Headers(headers as Record<string, string>), OBJECT)).toEqual(expected)
  })

  it('holds for the source of a copy by other names', () => {
    const headers = new Headers({ 'x-amz-copy-source-if-match': '"x"', 'if-match': '"abc"' })
    expect(conditionOutcome(headers, OBJECT, 'x-amz-copy-source-')).toEqual(failed('If-Match'))
  })
})

describe('If-Range', () => {
  it.each([
    ['absent', undefined, true],
    ['the ETag', '"abc"', true],
    ['another', '"x"', false],
    ['the ETag, weak', 'W/"abc"', false],
    ['the date', SAME, true],
    ['an earlier date', BEFORE, false],
    ['a later date', AFTER, false],
    ['nonsense', 'x', false],
  ])('%s', (_name, value, expected) => {
    expect(isStillRange(new Headers(value === undefined ? {} : { 'if-range': value }), OBJECT)).toBe(expected)
  })
})

const WHOLE = { kind: 'whole' }
const BEYOND = { kind: 'unsatisfiable' }
const part = (first: number, last: number) => ({ kind: 'part', first, last })

describe('a range of ten bytes', () => {
  it.each([
    [null, WHOLE],
    ['bytes=0-0', part(0, 0)],
    ['bytes=2-5', part(2, 5)],
    ['bytes=0-9', part(0, 9)],
    ['bytes=5-', part(5, 9)],
    ['bytes=5-100', part(5, 9)],
    ['bytes=-3', part(7, 9)],
    ['bytes=-100', part(0, 9)],
    ['BYTES=0-1', part(0, 1)],
    ['bytes=10-', BEYOND],
    ['bytes=10-12', BEYOND],
    ['bytes=-0', BEYOND],
    ['bytes=5-2', WHOLE],
    ['bytes=-', WHOLE],
    ['bytes=a-b', WHOLE],
    ['bytes=0-1,3-4', WHOLE],
    ['lines=0-1', WHOLE],
    ['bytes 0-1', WHOLE],
  ])('%s', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected)
  })
})

describe('a range of no bytes', () => {
  it.each([
    ['bytes=0-', BEYOND],
    ['bytes=-1', BEYOND],
    [null, WHOLE],
  ])('%s', (header, expected) => {
    expect(parseRange(header, 0)).toEqual(expected)
  })
})
