/** The report as a page: a plot for what has a course or a comparison, a table for the rest. */
import { bytesText } from '../../cli/kit/numbers.ts'
import { countText, cut, milliseconds, percentText } from './format.ts'
import { page, type Section } from './page.ts'
import { COLOURS, type Plot, plotter } from './plots.ts'
import type { Latency, LogReport } from './report.ts'

/** Up to so many hours are shown one by one, more as days. */
const HOURS = 24 * 8

/** @throws Failure if ECharts is not installed */
export async function reportHtml(report: LogReport): Promise<string> {
  const plot = await plotter()
  const { since, until } = report
  const minute = (time: string) => time.slice(0, 16).replace('T', ' ')
  const period = since === null ? 'No requests' : `${minute(since)} to ${minute(until ?? since)} UTC`
  const figures = [
    ['requests', countText(report.requests)],
    ['bytes', bytesText(report.bytes)],
    ['viewers', countText(report.viewers)],
    ['hit ratio', percentText(report.hitRatio)],
    ['of bytes', percentText(report.byteHitRatio)],
    ['robots', percentText(report.requests > 0 ? report.bots.requests / report.requests : null)],
  ] as const
  const sections = [
    ...overTime(report, plot),
    routes(report),
    edges(report),
    misses(report, plot),
    missPaths(report),
    parameters(report),
    latency(report, plot),
    results(report),
    errors(report),
    pictures(report, plot),
    ...lists(report),
    skipped(report),
  ]
  return page(
    'CloudFront report',
    period,
    figures,
    sections.filter((section) => section !== null),
  )
}

type Draw = (plot: Plot) => string

function overTime({ overTime: hours }: LogReport, draw: Draw): Section[] {
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

const routes = ({ routes: rows }: LogReport): Section => ({
  title: 'Routes',
  ...(rows === null && { note: 'No config was given or found: --config edge.config.ts, or --dist dist.' }),
  table: {
    head: ['route', 'requests', 'bytes', 'hits', 'of bytes', 'errors'],
    rows: (rows ?? []).map((row) => [
      `${row.route}${row.cache === 'never' ? ' (never cached)' : ''}`,
      countText(row.requests),
      bytesText(row.bytes),
      percentText(row.hitRatio),
      percentText(row.byteHitRatio),
      countText(row.errors),
    ]),
  },
})

const edges = ({ edgeLocations }: LogReport): Section => ({
  title: 'Edge locations',
  table: {
    head: ['edge location', 'requests', 'bytes', 'hits', 'of bytes'],
    rows: edgeLocations
      .slice(0, 20)
      .map((row) => [
        `${row.edgeLocation} ${row.region}`,
        countText(row.requests),
        bytesText(row.bytes),
        percentText(row.hitRatio),
        percentText(row.byteHitRatio),
      ]),
  },
})

function misses({ misses: all, uncacheable }: LogReport, draw: Draw): Section {
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

const missPaths = ({ misses: { top } }: LogReport): Section | null =>
  top.length === 0
    ? null
    : {
        title: 'Most misses',
        table: {
          head: ['path', 'misses', 'first', 'other query', 'expired', 'not cached'],
          rows: top.map((row) => [
            cut(row.path, 120),
            ...[row.misses, row.first_time, row.fragmented, row.expired, row.not_cached].map(countText),
          ]),
        },
      }

const parameters = ({ parameters: rows }: LogReport): Section | null =>
  rows.length === 0
    ? null
    : {
        title: 'Query parameters',
        note: 'Extra keys: those that there would not be, were each path asked for with one value of the parameter.',
        table: {
          head: ['parameter', 'requests', 'misses', 'extra keys'],
          rows: rows.map((row) => [
            cut(row.name, 60),
            countText(row.requests),
            countText(row.misses),
            countText(row.extraKeys),
          ]),
        },
      }

function latency({ latency: { all, regions, edgeLocations } }: LogReport, draw: Draw): Section {
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

const results = ({ results: rows }: LogReport): Section => ({
  title: 'Results',
  table: {
    head: ['result', 'requests', 'bytes'],
    rows: rows
      .slice(0, 20)
      .map((row) => [
        row.result === row.detail ? row.result : `${row.result}: ${row.detail}`,
        countText(row.requests),
        bytesText(row.bytes),
      ]),
  },
})

const errors = ({ errors: rows }: LogReport): Section | null =>
  rows.length === 0
    ? null
    : {
        title: 'Errors',
        table: {
          head: ['status, detail, example', 'route', 'requests'],
          rows: rows.map((row) => [
            cut(`${row.status ?? '–'} ${row.detail} ${row.example}`, 120),
            row.route ?? '–',
            countText(row.requests),
          ]),
        },
      }

function pictures({ renditions, formats, widths }: LogReport, draw: Draw): Section {
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

const lists = ({ heaviest, bots }: LogReport): (Section | null)[] => [
  heaviest.length === 0
    ? null
    : {
        title: 'Heaviest',
        table: {
          head: ['path', 'requests', 'bytes', 'hits'],
          rows: heaviest.map((row) => [
            cut(row.path, 120),
            countText(row.requests),
            bytesText(row.bytes),
            countText(row.hits),
          ]),
        },
      },
  bots.top.length === 0
    ? null
    : {
        title: 'Robots and tools',
        table: {
          head: ['name', 'requests', 'bytes'],
          rows: bots.top.map((row) => [cut(row.agent, 120), countText(row.requests), bytesText(row.bytes)]),
        },
      },
]

const skipped = ({ skipped: lines, files }: LogReport): Section | null =>
  Object.keys(lines).length + files.damaged.length + files.empty === 0
    ? null
    : {
        title: 'Not counted',
        table: {
          head: ['lines or files', 'count'],
          rows: [
            ...Object.entries(lines).map(([reason, lines]) => [reason, countText(lines)]),
            ...(files.empty > 0 ? [['empty files', countText(files.empty)]] : []),
            ...files.damaged.map(({ file, why }) => [cut(`${file}: ${why}`, 200), 'damaged']),
          ],
        },
      }
