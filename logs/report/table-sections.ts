/** Sections of the report's page that are a table alone. */
import { bytesText } from '../../cli/kit/numbers.ts'
import { countText, cut, percentText } from './format.ts'
import type { Section } from './page.ts'
import type { LogReport } from './report.ts'

export const routesTable = ({ routes: rows }: LogReport): Section => ({
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

export const edgeTable = ({ edgeLocations }: LogReport): Section => ({
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

export const missTable = ({ misses: { top } }: LogReport): Section | null =>
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

export const parameterTable = ({ parameters: rows }: LogReport): Section | null =>
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

export const resultTable = ({ results: rows }: LogReport): Section => ({
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

export const errorTable = ({ errors: rows }: LogReport): Section | null =>
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

export const topTables = ({ heaviest, bots }: LogReport): (Section | null)[] => [
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

export const skippedTable = ({ skipped: lines, files }: LogReport): Section | null =>
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
