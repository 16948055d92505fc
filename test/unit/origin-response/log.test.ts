import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Entry, logLine, rounded } from '../../../origin-response/log.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')

const ENTRY: Entry = {
  result: 'webp',
  uri: '/photo.jpg',
  variant: 'fm=webp&w=640',
  fetch: 12.3456,
  transform: 98.7654,
  bytesIn: 100_000,
  bytesOut: 20_000,
}

describe('the line', () => {
  it('of a rendition', () => {
    expect(JSON.parse(logLine(ENTRY, NOW))).toEqual({
      _aws: {
        Timestamp: 1_795_176_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'Rimlight',
            Dimensions: [[], ['Result']],
            Metrics: [
              { Name: 'FetchTime', Unit: 'Milliseconds' },
              { Name: 'TransformTime', Unit: 'Milliseconds' },
              { Name: 'BytesIn', Unit: 'Bytes' },
              { Name: 'BytesOut', Unit: 'Bytes' },
            ],
          },
        ],
      },
      Result: 'webp',
      Path: '/photo.jpg',
      Variant: 'fm=webp&w=640',
      FetchTime: 12.3,
      TransformTime: 98.8,
      BytesIn: 100_000,
      BytesOut: 20_000,
    })
  })

  it('of an original says why in words, too', () => {
    const line = logLine({ ...ENTRY, result: 'corrupt', detail: 'VipsJpeg: premature end' }, NOW)
    expect(JSON.parse(line)).toMatchObject({ Result: 'corrupt', Detail: 'VipsJpeg: premature end' })
  })

  it('is one, whatever it says', () => {
    const detail = 'Error: one\nanother\r\nand "a third"\u2028'
    const line = logLine({ ...ENTRY, uri: '/a\nb.jpg', detail }, NOW)
    expect(line).not.toMatch(/[\r\n]/)
    expect(JSON.parse(line)).toMatchObject({ Path: '/a\nb.jpg', Detail: detail })
  })
})

test.each([
  [0, 0],
  [0.04, 0],
  [0.05, 0.1],
  [12.3456, 12.3],
  [999.96, 1_000],
])('rounded: %d is %d', (milliseconds, expected) => {
  expect(rounded(milliseconds)).toBe(expected)
})

/** CloudWatch User Guide, "Specification: Embedded metric format": what it makes no metrics of. */
function faultsOf(line: string): string[] {
  const entry = JSON.parse(line)
  const [{ Namespace, Dimensions, Metrics }] = entry._aws.CloudWatchMetrics
  const names: string[] = Metrics.map(({ Name }: { Name: string }) => Name)
  return [
    ...(Number.isInteger(entry._aws.Timestamp) ? [] : ['the time is no whole number']),
    ...(/^[\w.#/:-]+$/.test(Namespace) ? [] : ['no namespace']),
    ...names.filter((name) => !Number.isFinite(entry[name])).map((name) => `${name} is no number`),
    ...Dimensions.flat()
      .filter((name: string) => typeof entry[name] !== 'string' || entry[name] === '')
      .map((name: string) => `${name} is no text`),
    ...(line.includes('\n') ? ['more than one line'] : []),
  ]
}

test('every line is one that CloudWatch makes metrics of', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 })
  const number = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e9, noNaN: true }))
  const entry = fc.record(
    {
      result: fc.constantFrom('webp', 'avif', 'deadline', 'source-error'),
      ...{ uri: text, variant: text, detail: text },
      ...{ fetch: number, transform: number, bytesIn: fc.nat(), bytesOut: fc.nat() },
    },
    { requiredKeys: ['result', 'uri', 'variant', 'fetch', 'transform', 'bytesIn', 'bytesOut'] },
  )
  fc.assert(
    fc.property(entry, fc.nat(), (some, now) => {
      const line = logLine(some, now)
      expect(faultsOf(line)).toEqual([])
      expect(JSON.parse(line)).toMatchObject({ Result: some.result, Path: some.uri, Variant: some.variant })
    }),
  )
})
