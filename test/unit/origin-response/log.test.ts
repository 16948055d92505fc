import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Entry, logLine } from '../../../origin-response/log.ts'
import { anyCharacter } from '../../any-character.ts'

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
              { Name: 'Images', Unit: 'Count' },
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
      Images: 1,
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

  it('of what was not begun: one image, and no times and bytes of nothing', () => {
    expect(JSON.parse(logLine({ result: 'unsupported', detail: 'no image of a bucket' }, NOW))).toEqual({
      _aws: {
        Timestamp: 1_795_176_000_000,
        CloudWatchMetrics: [
          { Namespace: 'Rimlight', Dimensions: [[], ['Result']], Metrics: [{ Name: 'Images', Unit: 'Count' }] },
        ],
      },
      Result: 'unsupported',
      Images: 1,
      Detail: 'no image of a bucket',
    })
  })

  it('of what ended halfway: what was measured by then', () => {
    const line = logLine({ result: 'source-timeout', uri: '/a.jpg', variant: 'w=640', fetch: 0, detail: 'late' }, NOW)
    const { _aws, ...values } = JSON.parse(line)
    expect(_aws.CloudWatchMetrics[0].Metrics).toEqual([
      { Name: 'Images', Unit: 'Count' },
      { Name: 'FetchTime', Unit: 'Milliseconds' },
    ])
    expect(values).toEqual({
      ...{ Result: 'source-timeout', Path: '/a.jpg', Variant: 'w=640', Detail: 'late' },
      ...{ Images: 1, FetchTime: 0 },
    })
  })

  it('is one, whatever it says', () => {
    const detail = 'Error: one\nanother\r\nand "a third"\u2028'
    const line = logLine({ ...ENTRY, uri: '/a\nb.jpg', detail }, NOW)
    expect(line).not.toMatch(/[\r\n]/)
    expect(JSON.parse(line)).toMatchObject({ Path: '/a\nb.jpg', Detail: detail })
  })
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
  const text = fc.string({ unit: anyCharacter, maxLength: 40 })
  const number = fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e9, noNaN: true }))
  const entry = fc.record(
    {
      result: fc.constantFrom('webp', 'avif', 'deadline', 'source-error'),
      ...{ uri: text, variant: text, detail: text },
      ...{ fetch: number, transform: number, bytesIn: fc.nat(), bytesOut: fc.nat() },
    },
    { requiredKeys: ['result'] },
  )
  fc.assert(
    fc.property(entry, fc.nat(), (some, now) => {
      const line = logLine(some, now)
      expect(faultsOf(line)).toEqual([])
      const { _aws, ...values } = JSON.parse(line)
      expect([values.Result, values.Path, values.Variant]).toEqual([some.result, some.uri, some.variant])
      const { fetch, transform, bytesIn, bytesOut } = some
      const measured = { FetchTime: fetch, TransformTime: transform, BytesIn: bytesIn, BytesOut: bytesOut }
      const names = Object.entries(measured).flatMap(([name, value]) => (value === undefined ? [] : [name]))
      expect(_aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name)).toEqual(['Images', ...names])
      expect(Object.keys(measured).filter((name) => name in values)).toEqual(names)
    }),
  )
})
