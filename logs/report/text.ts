/** The report in one screen: some 40 lines of 100 characters. */

import { bytesText } from '../../cli/kit/numbers.ts'
import type { Paint } from '../../cli/kit/output.ts'
import { aligned, countText, cut, milliseconds, percentText } from './format.ts'
import type { Latency, LogReport } from './report.ts'

export function reportText(report: LogReport, paint: Paint): string {
  const lines = [
    ...summary(report, paint),
    '',
    ...routes(report, paint),
    ...section('edge location', 'requests,bytes,hits,of bytes,first byte hit,other', edges(report), paint),
    ...misses(report, paint),
    ...section(
      'error',
      'requests',
      report.errors
        .slice(0, 4)
        .map(({ status, detail, route, requests, example }) => [
          cut(`${status ?? '–'} ${detail}  ${route ?? ''} ${example}`, 70),
          countText(requests),
        ]),
      paint,
    ),
    ...pictures(report),
    ...left(report, paint),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

function summary(report: LogReport, paint: Paint): string[] {
  const { requests, viewers, since, until } = report
  const from = since === null ? 'No requests' : `${shortTime(since)} to ${shortTime(until ?? since)} UTC`
  return [
    paint('bold', from),
    `${countText(requests)} requests, ${bytesText(report.bytes)}, ${countText(viewers)} viewers`,
    `Hit ratio ${paint('bold', percentText(report.hitRatio))} of requests, ${paint('bold', percentText(report.byteHitRatio))} of bytes`,
  ]
}

const shortTime = (iso: string): string => iso.slice(0, 16).replace('T', ' ')

/** A table with its head; nothing where there are no rows. */
function section(title: string, columns: string, rows: readonly (readonly string[])[], paint: Paint): string[] {
  if (rows.length === 0) return []
  const [head = '', ...body] = aligned([[title, ...columns.split(',')], ...rows])
  return [paint('dim', head), ...body, '']
}

function routes({ routes: rows }: LogReport, paint: Paint): string[] {
  if (rows === null) {
    return [paint('dim', 'No routes: no config was given or found (--config edge.config.ts, or --dist dist)'), '']
  }
  return section(
    'route',
    'requests,bytes,hits,of bytes,errors',
    rows
      .slice(0, 8)
      .map((row) => [
        cut(`${row.route}${row.cache === 'never' ? ' (never cached)' : ''}`, 40),
        countText(row.requests),
        bytesText(row.bytes),
        percentText(row.hitRatio),
        percentText(row.byteHitRatio),
        countText(row.errors),
      ]),
    paint,
  )
}

function edges({ edgeLocations, latency }: LogReport): string[][] {
  const firstByte = (edgeLocation: string, outcome: Latency['outcome']) =>
    milliseconds(
      latency.edgeLocations.find((row) => row.edgeLocation === edgeLocation && row.outcome === outcome)?.firstByte?.p50,
    )
  return edgeLocations
    .slice(0, 6)
    .map((row) => [
      cut(`${row.edgeLocation} ${row.region}`, 40),
      countText(row.requests),
      bytesText(row.bytes),
      percentText(row.hitRatio),
      percentText(row.byteHitRatio),
      firstByte(row.edgeLocation, 'hit'),
      firstByte(row.edgeLocation, 'other'),
    ])
}

function misses({ misses: all, parameters, uncacheable }: LogReport, paint: Paint): string[] {
  if (all.misses === 0) return []
  const part = (value: number, what: string) => (value > 0 ? [`${percentText(value / all.misses, 0)} ${what}`] : [])
  const reasons = [
    ...part(all.first_time, 'for the first time'),
    ...part(all.fragmented, 'with another query than before'),
    ...part(all.expired, 'kept no longer'),
    ...part(all.not_cached, 'not cached at all'),
  ]
  const worst = parameters.filter(({ extraKeys }) => extraKeys > 0).slice(0, 5)
  const causes = uncacheable.slice(0, 3).map(({ reason, misses }) => `${reason} ${countText(misses)}`)
  return [
    `${countText(all.misses)} misses: ${reasons.join(', ')}`,
    ...(worst.length > 0
      ? [
          `Keys that parameters add: ${worst.map(({ name, extraKeys }) => `${cut(name, 24)} ${countText(extraKeys)}`).join(', ')}`,
        ]
      : []),
    ...(causes.length > 0 ? [`Not to be cached: ${causes.join(', ')}`] : []),
    '',
    ...section(
      'most misses',
      'misses',
      all.top.slice(0, 3).map(({ path, misses }) => [cut(path, 70), countText(misses)]),
      paint,
    ),
  ]
}

function pictures({ renditions, formats, heaviest, bots, requests }: LogReport): string[] {
  const { pictures: all, asked, named, fallbacks } = renditions
  const [heavy] = heaviest
  return [
    ...(formats.length > 0
      ? [
          `Formats: ${formats
            .slice(0, 5)
            .map((row) => `${row.format} ${percentText(row.requests / requests, 0)}`)
            .join(', ')}`,
        ]
      : []),
    ...(all > 0
      ? [
          `Pictures: ${percentText(asked / all, 0)} asked for as renditions${named > 0 ? `, ${percentText(fallbacks / named)} of those in a named format came in another` : ''}`,
        ]
      : []),
    ...(heavy ? [`Heaviest: ${cut(heavy.path, 60)} ${bytesText(heavy.bytes)}`] : []),
    ...(bots.requests > 0 ? [`Robots and tools: ${percentText(bots.requests / requests)} of requests`] : []),
  ]
}

/** What is not in the report. */
function left({ skipped, files }: LogReport, paint: Paint): string[] {
  const lines = Object.entries(skipped).map(([reason, lines]) => `${reason} ${countText(lines)}`)
  return [
    ...(lines.length > 0 ? ['', paint('yellow', `Lines not counted: ${lines.join(', ')}`)] : []),
    ...(files.empty > 0 ? [paint('dim', `Empty files: ${countText(files.empty)} of ${countText(files.files)}`)] : []),
    ...files.damaged.slice(0, 5).map(({ file, why }) => paint('yellow', `Damaged: ${cut(file, 80)}: ${cut(why, 80)}`)),
    ...(files.damaged.length > 5 ? [paint('yellow', `Damaged: ${countText(files.damaged.length - 5)} more`)] : []),
  ]
}
