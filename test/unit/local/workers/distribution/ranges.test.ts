import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { HeaderLine } from '../../../../../local/protocol/messages.ts'
import { contentRange, multipartBody, rangeOf } from '../../../../../local/workers/distribution/ranges.ts'

const MODIFIED = 'Tue, 15 Nov 1994 12:45:26 GMT'
const ENTITY = { length: 1_000, etag: '"a"', lastModified: MODIFIED }
const WHOLE = { kind: 'whole' }
const UNSATISFIABLE = { kind: 'unsatisfiable' }
const parts = (...list: [number, number][]) => ({ kind: 'parts', parts: list })
const range = (value: string): HeaderLine[] => [['range', value]]

describe('rangeOf', () => {
  it.each<[rule: string, headers: HeaderLine[], expected: object]>([
    ['no Range', [], WHOLE],
    ['RFC 9110, 14.1.2: first and last byte', range('bytes=0-99'), parts([0, 99])],
    ['one byte', range('bytes=5-5'), parts([5, 5])],
    ['to the end', range('bytes=900-'), parts([900, 999])],
    ['the last ones', range('bytes=-100'), parts([900, 999])],
    ['more than there are from the end', range('bytes=-5000'), parts([0, 999])],
    ['the last beyond the end', range('bytes=900-5000'), parts([900, 999])],
    ['digits without number', range(`bytes=0-${'9'.repeat(400)}`), parts([0, 999])],
    ['all of it', range('bytes=0-'), parts([0, 999])],
    ['RFC 9110, 14.1: the unit in any case', range('Bytes=0-9'), parts([0, 9])],
    ['RFC 9110, 5.6.1: spaces and empty elements in a list', range('bytes=0-9 ,, 20-29,'), parts([0, 9], [20, 29])],

    ['the guide: ascending', range('bytes=100-200,300-400'), parts([100, 200], [300, 400])],
    ['the guide: not ascending', range('bytes=300-400,100-200'), WHOLE],
    ['the guide: overlapping', range('bytes=100-200,150-250'), WHOLE],
    ['the same twice', range('bytes=0-9,0-9'), WHOLE],
    ['side by side', range('bytes=0-9,10-19'), parts([0, 9], [10, 19])],
    ['the last ones at the end of the list', range('bytes=0-9,-10'), parts([0, 9], [990, 999])],
    ['the last ones overlap', range('bytes=0-995,-10'), WHOLE],
    ['nothing follows what has no end', range('bytes=5-,2000-3000'), WHOLE],
    ['the guide: one that is not valid', range('bytes=0-9,x'), WHOLE],
    ['the guide: a negative number', range('bytes=-5-10'), WHOLE],
    ['the last before the first', range('bytes=10-5'), WHOLE],
    ['no number', range('bytes=-'), WHOLE],
    ['no range', range('bytes='), WHOLE],
    ['spaces alone', range('bytes= , '), WHOLE],
    ['another unit', range('lines=0-9'), WHOLE],
    ['no unit', range('0-9'), WHOLE],
    ['hexadecimal', range('bytes=0x0-0x9'), WHOLE],
    ['RFC 9110, 5.3: two lines of what is no list', [...range('bytes=0-9'), ...range('bytes=20-29')], WHOLE],

    ['RFC 9110, 15.5.17: beyond the end', range('bytes=1000-'), UNSATISFIABLE],
    ['all beyond the end', range('bytes=1000-1001,2000-3000'), UNSATISFIABLE],
    ['the last none', range('bytes=-0'), UNSATISFIABLE],
    ['RFC 9110, 14.1.2: of some, those that are there', range('bytes=0-9,2000-3000'), parts([0, 9])],
    ['overlapping beyond the end', range('bytes=1000-3000,2000-4000'), WHOLE],

    ['RFC 9110, 13.1.5: the tag', [...range('bytes=0-9'), ['if-range', '"a"']], parts([0, 9])],
    ['13.1.5: another tag', [...range('bytes=0-9'), ['if-range', '"b"']], WHOLE],
    ['13.1.5: the very date', [...range('bytes=0-9'), ['if-range', MODIFIED]], parts([0, 9])],
    ['13.1.5: a later date is another', [...range('bytes=0-9'), ['if-range', 'Wed, 16 Nov 1994 12:45:26 GMT']], WHOLE],
    ['13.1.5: neither', [...range('bytes=0-9'), ['if-range', 'a']], WHOLE],
    ['13.1.5: without Range', [['if-range', '"a"']], WHOLE],
    ['13.1.5: what is over with a new version', [...range('bytes=5000-'), ['if-range', '"b"']], WHOLE],
  ])('%s', (_rule, headers, expected) => {
    expect(rangeOf(headers, ENTITY)).toEqual(expected)
  })

  test('13.1.5: a weak tag is never the same', () => {
    const headers: HeaderLine[] = [...range('bytes=0-9'), ['if-range', 'W/"a"']]
    expect(rangeOf(headers, { ...ENTITY, etag: 'W/"a"' })).toEqual(WHOLE)
  })

  it.each(['bytes=0-', 'bytes=0-9', 'bytes=-5', 'bytes=-0'])('of nothing, %s is nothing', (value) => {
    expect(rangeOf(range(value), { ...ENTITY, length: 0 })).toEqual(WHOLE)
  })

  test('RFC 9110, 17.15: many small parts are too many', () => {
    const list = (count: number) =>
      range(`bytes=${Array.from({ length: count }, (_, i) => `${i * 2}-${i * 2}`).join(',')}`)
    expect(rangeOf(list(100), ENTITY)).toMatchObject({ kind: 'parts' })
    expect(rangeOf(list(101), ENTITY)).toEqual(WHOLE)
    expect(rangeOf(range(`bytes=0-1,${','.repeat(1_000_000)}`), ENTITY)).toEqual(WHOLE)
  })

  test('parts lie within the object, ascending and apart', () => {
    const number = fc.oneof(fc.integer({ min: 0, max: 30 }).map(String), fc.constant(''))
    const spec = fc.tuple(number, number).map(([first, last]) => `${first}-${last}`)
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 20 }), (specs, length) => {
        const found = rangeOf(range(`bytes=${specs.join(',')}`), { ...ENTITY, length })
        let end = -1
        for (const [first, last] of found.kind === 'parts' ? found.parts : []) {
          expect(first).toBeGreaterThan(end)
          expect(last).toBeGreaterThanOrEqual(first)
          expect(last).toBeLessThan(length)
          end = last
        }
      }),
    )
  })

  test('what is asked for is what comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), fc.nat(200), (first, more) => {
        const found = rangeOf(range(`bytes=${first}-${first + more}`), { ...ENTITY, length: 100 })
        expect(found).toEqual(parts([first, Math.min(first + more, 99)]))
      }),
    )
  })
})

test('contentRange: RFC 9110, 14.4', () => {
  expect(contentRange([0, 99], 1_000)).toBe('bytes 0-99/1000')
  expect(contentRange(null, 1_000)).toBe('bytes */1000')
})

describe('multipartBody: RFC 9110, 14.6', () => {
  const body = new TextEncoder().encode('0123456789')
  const text = (type: string) =>
    new TextDecoder().decode(
      multipartBody(
        [
          [0, 1],
          [8, 9],
        ],
        body,
        type,
        'B',
      ),
    )

  test('each part with its type and place', () => {
    expect(text('text/plain')).toBe(
      [
        '',
        '--B',
        'Content-Type: text/plain',
        'Content-Range: bytes 0-1/10',
        '',
        '01',
        '--B',
        'Content-Type: text/plain',
        'Content-Range: bytes 8-9/10',
        '',
        '89',
        '--B--',
        '',
      ].join('\r\n'),
    )
  })

  test('no type, where the object has none', () => {
    expect(text('')).toContain('--B\r\nContent-Range: bytes 0-1/10\r\n\r\n01')
  })
})
