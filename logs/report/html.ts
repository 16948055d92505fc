/** The report as a page: a plot for what has a course or a comparison, a table for the rest. */
import { bytes, count, cut, milliseconds, percent } from './format.ts'
import { page, type Section } from './page.ts'
import { COLOURS, type Plot, plotter } from './plots.ts'
import type { Latency, Report } from './report.ts'

/** Up to so many hours are shown one by one, more as days. */
const HOURS = 24 * 8

/** @throws Failure if ECharts is not installed */
export async function reportHtml(report: Report): Promise<string> {
  const plot = await plotter()
  const { since, until } = report
  const minute = (time: string) => time.slice(0, 16).replace('T', ' ')
  const period = since === null ? 'No requests' : `${minute(since)} to ${minute(until ?? since)} UTC`
  const figures = [
    ['requests', count(report.requests)],
    ['bytes', bytes(report.bytes)],
    ['viewers', count(report.viewers)],
    ['hit ratio', percent(report.hitRatio)],
    ['of bytes', percent(report.byteHitRatio)],
    ['robots', percent(report.requests > 0 ? report.bots.requests / report.requests : null)],
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

function overTime({ overTime: hours }: Report, draw: Draw): Section[] {
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

const routes = ({ routes: rows }: Report): Section => ({
  title: 'Routes',
  ...(rows === null && { note: 'No config was given or found: --config edge.config.ts, or --dist dist.' }),
  table: {
    head: ['route', 'requests', 'bytes', 'hits', 'of bytes', 'errors'],
    rows: (rows ?? []).map((row) => [
      `${row.route}${row.cache === 'never' ? ' (never cached)' : ''}`,
      count(row.requests),
      bytes(row.bytes),
      percent(row.hitRatio),
      percent(row.byteHitRatio),
      count(row.errors),
    ]),
  },
})

const edges = ({ edgeLocations }: Report): Section => ({
  title: 'Edge locations',
  table: {
    head: ['edge location', 'requests', 'bytes', 'hits', 'of bytes'],
    rows: edgeLocations
      .slice(0, 20)
      .map((row) => [
        `${row.edgeLocation} ${row.region}`,
        count(row.requests),
        bytes(row.bytes),
        percent(row.hitRatio),
        percent(row.byteHitRatio),
      ]),
  },
})

function misses({ misses: all, uncacheable }: Report, draw: Draw): Section {
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
    table: { head: ['not to be cached', 'misses'], rows: uncacheable.map((row) => [row.reason, count(row.misses)]) },
  }
}

const missPaths = ({ misses: { top } }: Report): Section | null =>
  top.length === 0
    ? null
    : {
        title: 'Most misses',
        table: {
          head: ['path', 'misses', 'first', 'other query', 'expired', 'not cached'],
          rows: top.map((row) => [
            cut(row.path, 120),
            ...[row.misses, row.first_time, row.fragmented, row.expired, row.not_cached].map(count),
          ]),
        },
      }

const parameters = ({ parameters: rows }: Report): Section | null =>
  rows.length === 0
    ? null
    : {
        title: 'Query parameters',
        note: 'Extra keys: those that there would not be, were each path asked for with one value of the parameter.',
        table: {
          head: ['parameter', 'requests', 'misses', 'extra keys'],
          rows: rows.map((row) => [cut(row.name, 60), count(row.requests), count(row.misses), count(row.extraKeys)]),
        },
      }

function latency({ latency: { all, regions, edgeLocations } }: Report, draw: Draw): Section {
  const names = [...new Set(regions.map(({ region }) => region))]
  const of = (outcome: Latency['outcome']) =>
    names.map((name) => {
      const seconds = regions.find((row) => row.region === name && row.outcome === outcome)?.firstByte?.p50
      return [name, seconds === undefined ? null : seconds * 1000] as const
    })
  const row = (name: string, { outcome, requests, firstByte, lastByte }: Latency) => [
    `${name}, ${outcome === 'hit' ? 'hits' : 'the rest'}`,
    count(requests),
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

const results = ({ results: rows }: Report): Section => ({
  title: 'Results',
  table: {
    head: ['result', 'requests', 'bytes'],
    rows: rows
      .slice(0, 20)
      .map((row) => [
        row.result === row.detail ? row.result : `${row.result}: ${row.detail}`,
        count(row.requests),
        bytes(row.bytes),
      ]),
  },
})

const errors = ({ errors: rows }: Report): Section | null =>
  rows.length === 0
    ? null
    : {
        title: 'Errors',
        table: {
          head: ['status, detail, example', 'route', 'requests'],
          rows: rows.map((row) => [
            cut(`${row.status ?? '–'} ${row.detail} ${row.example}`, 120),
            row.route ?? '–',
            count(row.requests),
          ]),
        },
      }

function pictures({ renditions, formats, widths }: Report, draw: Draw): Section {
  const { pictures: all, asked, named, fallbacks } = renditions
  const share = (part: number, whole: number) => percent(whole > 0 ? part / whole : null)
  const byWidth = widths.toSorted((a, b) => a.width - b.width).map((row) => [String(row.width), row.requests] as const)
  return {
    title: 'Pictures',
    note: `${share(asked, all)} of ${count(all)} pictures were asked for as renditions.${named > 0 ? ` Of those that named a format, ${share(fallbacks, named)} came in another one.` : ''}`,
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
      rows: formats.map((row) => [row.format, count(row.requests), bytes(row.bytes)]),
    },
  }
}

const lists = ({ heaviest, bots }: Report): (Section | null)[] => [
  heaviest.length === 0
    ? null
    : {
        title: 'Heaviest',
        table: {
          head: ['path', 'requests', 'bytes', 'hits'],
          rows: heaviest.map((row) => [cut(row.path, 120), count(row.requests), bytes(row.bytes), count(row.hits)]),
        },
      },
  bots.top.length === 0
    ? null
    : {
        title: 'Robots and tools',
        table: {
          head: ['name', 'requests', 'bytes'],
          rows: bots.top.map((row) => [cut(row.agent, 120), count(row.requests), bytes(row.bytes)]),
        },
      },
]

const skipped = ({ skipped: lines, files }: Report): Section | null =>
  Object.keys(lines).length + files.damaged.length + files.empty === 0
    ? null
    : {
        title: 'Not counted',
        table: {
          head: ['lines or files', 'count'],
          rows: [
            ...Object.entries(lines).map(([reason, lines]) => [reason, count(lines)]),
            ...(files.empty > 0 ? [['empty files', count(files.empty)]] : []),
            ...files.damaged.map(({ file, why }) => [cut(`${file}: ${why}`, 200), 'damaged']),
          ],
        },
      }
