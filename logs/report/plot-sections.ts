/** Sections of the report's page with a plot: what has a course over time, or a comparison. */
import { bytesText } from '../../cli/kit/numbers.ts'
import { countText, milliseconds, percentText } from './format.ts'
import type { Section } from './page.ts'
import { COLOURS, type Plot } from './plots.ts'
import type { Latency, LogReport } from './report.ts'

/** Up to so many hours are shown one by one, more as days. */
const HOURS = 24 * 8

type Draw = (plot: Plot) => string

export function courseOverTime({ overTime: hours }: LogReport, draw: Draw): Section[] {
  const isByDay = hours.length > HOURS
  const steps = Map.groupBy(hours, ({ hour }) => (isByDay ? `${hour.slice(0, 10)}T00:00:00.000Z` : hour))
  const sums = [...steps].map(([time, rows]) => {
    const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0)
    return {
      time: Date.parse(time),
      requests: sum((row) => row.requests),
      bytes: sum((row) => row.bytes),
      hits: sum((row) => row.hits),
      hitBytes: sum((row) => row.hitBytes),
    }
  })
  const values = (of: (row: (typeof sums)[number]) => number) => sums.map((row) => [row.time, of(row)] as const)
  const by = isByDay ? 'by day' : 'by hour'
  return [
    {
      title: `Hit ratio ${by}`,
      plots: [
        draw({
          kind: 'lines',
          x: 'time',
          y: 'percent',
          series: [
            { name: 'of requests', colour: COLOURS.first, values: values((row) => row.hits / row.requests) },
            {
              name: 'of bytes',
              colour: COLOURS.second,
              values: values((row) => (row.bytes > 0 ? row.hitBytes / row.bytes : 0)),
            },
          ],
        }),
      ],
    },
    {
      title: `Requests ${by}`,
      plots: [
        draw({
          kind: 'lines',
          x: 'time',
          y: 'count',
          series: [
            { name: 'all', colour: COLOURS.third, values: values((row) => row.requests) },
            { name: 'hits', colour: COLOURS.first, values: values((row) => row.hits) },
          ],
        }),
      ],
    },
  ]
}

export function missPlot({ misses: all, uncacheable }: LogReport, draw: Draw): Section {
  const reasons = [
    ['first time', all.first_time],
    ['another query', all.fragmented],
    ['kept no longer', all.expired],
    ['not cached', all.not_cached],
  ] as const
  return {
    title: 'Why misses were misses',
    note: 'By what was asked for at the same edge location before: nothing of the path; the path with another query; the very same.',
    plots: [
      draw({
        kind: 'bars',
        x: 'category',
        y: 'count',
        series: [{ name: 'misses', colour: COLOURS.second, values: reasons }],
      }),
    ],
    table: {
      head: ['not to be cached', 'misses'],
      rows: uncacheable.map((row) => [row.reason, countText(row.misses)]),
    },
  }
}

export function latencyPlot({ latency: { all, regions, edgeLocations } }: LogReport, draw: Draw): Section {
  const names = [...new Set(regions.map(({ region }) => region))]
  const of = (outcome: Latency['outcome']) =>
    names.map((name) => {
      const seconds = regions.find((row) => row.region === name && row.outcome === outcome)?.firstByte?.p50
      return [name, seconds === undefined ? null : seconds * 1000] as const
    })
  const row = (name: string, { outcome, requests, firstByte, lastByte }: Latency) => [
    `${name}, ${outcome === 'hit' ? 'hits' : 'the rest'}`,
    countText(requests),
    ...[firstByte?.p50, firstByte?.p95, firstByte?.p99, lastByte?.p50, lastByte?.p95].map(milliseconds),
  ]
  return {
    title: 'Latency',
    note: 'Plot: time to the first byte, median, by region.',
    plots: [
      draw({
        kind: 'bars',
        x: 'category',
        y: 'milliseconds',
        series: [
          { name: 'hits', colour: COLOURS.first, values: of('hit') },
          { name: 'the rest', colour: COLOURS.second, values: of('other') },
        ],
      }),
    ],
    table: {
      head: ['where', 'requests', 'first byte p50', 'p95', 'p99', 'last byte p50', 'p95'],
      rows: [
        ...all.map((one) => row('all', one)),
        ...edgeLocations.slice(0, 20).map((one) => row(one.edgeLocation, one)),
      ],
    },
  }
}

export function picturePlot({ renditions, formats, widths }: LogReport, draw: Draw): Section {
  const { pictures: all, asked, named, fallbacks } = renditions
  const share = (part: number, whole: number) => percentText(whole > 0 ? part / whole : null)
  const byWidth = widths.toSorted((a, b) => a.width - b.width).map((row) => [String(row.width), row.requests] as const)
  return {
    title: 'Pictures',
    note: `${share(asked, all)} of ${countText(all)} pictures were asked for as renditions.${named > 0 ? ` Of those that named a format, ${share(fallbacks, named)} came in another one.` : ''}`,
    plots:
      byWidth.length > 0
        ? [
            draw({
              kind: 'bars',
              x: 'category',
              y: 'count',
              series: [{ name: 'requests by width', colour: COLOURS.first, values: byWidth }],
            }),
          ]
        : [],
    table: {
      head: ['format', 'requests', 'bytes'],
      rows: formats.map((row) => [row.format, countText(row.requests), bytesText(row.bytes)]),
    },
  }
}
