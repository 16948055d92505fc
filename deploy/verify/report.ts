/** What was found, for people. */

import { wrap } from '../../base/wrap-lines.ts'
import { bytesText } from '../../cli/kit/numbers.ts'
import type { Paint } from '../../cli/kit/output.ts'
import { allHold, type CheckResult, type Exchange, type Report } from './results.ts'
import type { TimedSeries, Timing } from './timing.ts'

/** Characters of a line. */
const LINE = 110
const INDENT = 6

const SKIPPED = '  – skipped  '

/** For programs: everything known, as one JSON document. */
export const verifyJson = (report: Report): string => `${JSON.stringify(report, null, 2)}\n`

export const verifyPlanText = (
  { url, checks, atMost }: { url: string; checks: number; atMost: number },
  paint: Paint,
) => `${paint('bold', url)}: ${checks} checks, at most ${atMost} requests, none of which writes anything\n\n`

export function verifyText(report: Report, paint: Paint): string {
  const width = Math.max(...report.checks.map(({ id }) => id.length)) + 2
  const sections = [
    ...report.places.map(({ name, about }) => {
      const checks = report.checks.filter(({ place }) => place === name)
      return [`${paint('bold', name)}  ${paint('dim', about)}`, ...linesOfPlace(checks, width, paint)]
    }),
    observationLines(report, paint),
    report.timing ? timingLines(report.timing, paint) : [],
    [summary(report, paint)],
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

/** What was skipped for one reason is one paragraph. */
function linesOfPlace(checks: readonly CheckResult[], width: number, paint: Paint): string[] {
  const reasons = Map.groupBy(
    checks.filter((check) => check.status === 'skipped'),
    (check) => (check.status === 'skipped' ? check.reason : ''),
  )
  return [
    ...checks.flatMap((check) => (check.status === 'skipped' ? [] : checkLines(check, width, paint))),
    ...[...reasons].flatMap(([reason, skipped]) => [
      ...wrapped(reason, SKIPPED.length).map((line, i) =>
        i === 0 ? paint('yellow', SKIPPED) + line.trimStart() : line,
      ),
      ...wrapped(skipped.map(({ id }) => id).join(', '), INDENT).map((line) => paint('dim', line)),
    ]),
  ]
}

function checkLines(check: CheckResult, width: number, paint: Paint): string[] {
  const { id, title } = check
  if (check.status === 'holds') return [`  ${paint('green', '✓')} ${id.padEnd(width)}${paint('dim', title)}`]
  const colour = check.status === 'differs' ? 'red' : 'yellow'
  const head = `  ${paint(colour, check.status === 'differs' ? '✗' : '?')} ${paint(colour, id.padEnd(width))}${title}`
  if (check.status === 'unasked') return [head, ...field('not asked', check.reason)]
  if (check.status === 'skipped') return [head, ...field('skipped', check.reason)]
  return [
    head,
    ...field('expected', check.expected),
    ...field('found', check.found),
    ...field('means', check.means),
    ...field('rule', check.rule).map((line) => paint('dim', line)),
    ...check.asked.flatMap((asked) => field('asked', askedText(asked)).map((line) => paint('dim', line))),
  ]
}

const FIELD = 10

function field(name: string, text: string): string[] {
  const [first = '', ...rest] = wrapped(text, INDENT + FIELD)
  return [`${' '.repeat(INDENT)}${name.padEnd(FIELD)}${first.trimStart()}`, ...rest]
}

function askedText({ method, target, sent, status, headers }: Exchange): string {
  const said = Object.entries(sent).map(([name, value]) => ` · ${name}: ${value}`)
  const result = headers.find(([name]) => name.toLowerCase() === 'x-cache')?.[1] ?? ''
  return `${method} ${target}${said.join('')} → ${status}${result && `, ${result}`}`
}

const observationLines = ({ observations }: Report, paint: Paint): string[] =>
  observations.length === 0
    ? []
    : [
        `${paint('bold', 'As found')}  ${paint('dim', 'what AWS does not document: judged neither way')}`,
        ...observations.flatMap(({ title, place, found }) => [
          `  ${paint('cyan', '·')} ${title}  ${paint('dim', place)}`,
          ...wrapped(found, INDENT),
        ]),
      ]

/** How each part is called in the table, in its order. */
const PARTS = { dns: 'DNS', connect: 'connect', tls: 'TLS', firstByte: 'first byte', total: 'total' } as const

function timingLines({ place, path, bytes, figures, hit, miss, notes }: Timing, paint: Paint): string[] {
  const rows = Object.entries({ hit, miss }).flatMap(([kind, one]) =>
    one === null ? [] : [timedRow(kind, 'median', one, ''), timedRow('', '95 %', one, withinText(one, figures))],
  )
  const about =
    place === null ? 'nothing' : `${place} ${path}, ${bytesText(bytes ?? 0)}, each over a connection of its own`
  const head = `  ${' '.repeat(14)}${Object.values(PARTS).map(timedCell).join('')}`
  return [
    `${paint('bold', 'Timing')}  ${paint('dim', `${about}; in ms`)}`,
    ...(rows.length > 0 ? [paint('dim', head)] : []),
    ...rows,
    ...notes.flatMap((note) => wrapped(note, INDENT)).map((line) => paint('yellow', line)),
  ]
}

const timedCell = (text: string): string => text.padStart(12)

const timedRow = (kind: string, which: string, one: TimedSeries, after: string): string => {
  const rank = which === 'median' ? 'median' : 'p95'
  const cells = (Object.keys(PARTS) as (keyof typeof PARTS)[]).map((part) => timedCell(one[part][rank].toFixed(1)))
  return `  ${kind.padEnd(6)}${which.padEnd(8)}${cells.join('')}${after}`
}

const withinText = ({ within }: TimedSeries, figures: Timing['figures']): string =>
  within === null ? `   above ${Math.max(...figures)} ms` : `   within ${within} ms`

function summary({ counts, requests, milliseconds, checks }: Report, paint: Paint): string {
  const { holds, differs, skipped, unasked } = counts
  const took = `${requests.made} requests in ${(milliseconds / 1000).toFixed(1)} s`
  const parts = [`${holds} hold`, `${differs} differ`, `${skipped} skipped`, `${unasked} could not be asked`]
  const named = checks.filter(({ status }) => status === 'differs').map(({ place, id }) => `${place} ${id}`)
  const fine = skipped === 0 ? 'All holds' : 'All that was asked holds'
  const verdict = allHold(counts) ? fine : differs > 0 ? `Differs: ${named.join(', ')}` : 'Not settled'
  return `${paint(allHold(counts) ? 'green' : 'red', verdict)}\n${parts.join(', ')}; ${took}`
}

const wrapped = (text: string, indent: number): string[] =>
  wrap(text, LINE - indent).map((line) => `${' '.repeat(indent)}${line}`)
