import type { Paint } from '../../cli/kit/output.ts'
import { NJS_MISSING } from '../host/functions/njs.ts'
import type { CallCost } from '../host/functions/njs-cost.ts'
import type { ValueChange } from '../protocol/messages.ts'
import { placeText, type Replay, type ReplayResult, wroteText } from './replay-events.ts'

export type ReplayCounts = {
  replayed: number
  unchanged: number
  changed: number
  answered: number
  failed: number
  violations: number
  unmet: number
  disagreements: number
  recorded: number
  skipped: number
}

export function replayCounts(results: ReplayResult[], skipped = 0): ReplayCounts {
  const count = (holds: (result: ReplayResult) => boolean) => results.filter(holds).length
  return {
    replayed: results.length,
    unchanged: count(({ result }) => result === 'unchanged'),
    changed: count(({ result }) => result === 'changed'),
    answered: count(({ result }) => result === 'answered'),
    failed: count(({ result }) => result === 'failed'),
    violations: results.reduce((sum, { violations }) => sum + violations.length, 0),
    unmet: count(({ expectation }) => expectation === 'unmet'),
    disagreements: count(({ disagreement }) => disagreement !== null),
    recorded: count(({ expectation }) => expectation === 'recorded'),
    skipped,
  }
}

/** Whether anything was replayed, and all results keep to the rules and to what is expected. */
export const isReplayFine = ({ replayed, violations, unmet, disagreements }: ReplayCounts): boolean =>
  replayed > 0 && violations + unmet + disagreements === 0

/** For programs: everything known, as one JSON document. */
export const replayJson = (replay: Replay): string =>
  `${JSON.stringify({ ...replay, counts: replayCounts(replay.results, replay.skipped.length) }, null, 2)}\n`

/** For people: each event with what changed, what was left out and why, and the counts. */
export function replayText(replay: Replay, paint: Paint): string {
  const sections = [
    ...replay.results.map((result) => resultLines(result, paint)),
    skippedLines(replay, paint),
    summaryLines(replay, paint),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n')
}

function resultLines(result: ReplayResult, paint: Paint): string[] {
  const { violations, unmet, expectation, disagreement } = result
  const bad = (text: string) => `  ${paint('red', `✗ ${text}`)}`
  const good = (text: string) => `  ${paint('green', `✓ ${text}`)}`
  return [
    `${paint('bold', placeText(result))}  ${paint('cyan', result.trigger)}`,
    ...(result.result === 'unchanged' ? [`  ${paint('dim', 'unchanged')}`] : []),
    ...(result.result === 'answered' ? ['  answers in place of the request'] : []),
    ...changeLines(result.changes, '  ', paint),
    ...violations.map(({ error, reason }) => bad(`${error}: ${reason}`)),
    ...(disagreement
      ? [bad(`${disagreement.engines.join(' and ')} disagree (${disagreement.engines.join(' → ')})`)]
      : []),
    ...changeLines(disagreement?.differences ?? [], '    ', paint),
    ...(expectation === 'met' ? [good('as expected')] : []),
    ...(expectation === 'recorded' ? [good('recorded')] : []),
    ...(expectation === 'unmet'
      ? [bad(unmet.length > 0 ? 'not as expected (expected → got)' : 'nothing to hold against what is expected')]
      : []),
    ...changeLines(unmet, '    ', paint),
    ...(result.cost ? [`  ${paint('dim', costText(result.cost))}`] : []),
    ...result.logs.map((line) => `  ${paint('dim', `log  ${line}`)}`),
  ]
}

const costText = ({ instructions, bytes }: CallCost): string =>
  `${instructions.toLocaleString('en')} instructions, ${(bytes / 1e6).toFixed(2)} MB in njs`

const COLOURS = { '+': 'green', '-': 'red', '~': 'yellow' } as const

function changeLines(changes: ValueChange[], indent: string, paint: Paint): string[] {
  const width = Math.min(40, Math.max(0, ...changes.map(({ path }) => path.length)))
  return changes.map((change) => {
    const values =
      change.sign === '~'
        ? `${shown(change.before)} → ${shown(change.after)}`
        : shown(change.sign === '-' ? change.before : change.after)
    const path = (change.path || 'the result').padEnd(width)
    return `${indent}${paint(COLOURS[change.sign], `${change.sign} ${path}`)}  ${values}`
  })
}

/** A long value, such as a body, is cut: its length says more than its bytes. */
const SHOWN_CHARACTERS = 200

/** A text as it stands where it can't be mistaken for JSON, any other value as JSON. */
function shown(value: unknown): string {
  const isPlain = typeof value === 'string' && /^[!-~](?:[ -~]*[!-~])?$/.test(value) && !/^["{[]/.test(value)
  const text = isPlain ? value : (JSON.stringify(value) ?? 'undefined')
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS - 40)}… (${text.length} characters)`
}

const skippedLines = ({ skipped }: Replay, paint: Paint): string[] =>
  skipped.length === 0
    ? []
    : [
        paint('bold', 'not for this bundle'),
        ...skipped.map(({ reason, ...place }) => `  ${placeText(place)}\n    ${paint('dim', reason)}`),
      ]

function summaryLines(replay: Replay, paint: Paint): string[] {
  const counts = replayCounts(replay.results, replay.skipped.length)
  const byTrigger = Map.groupBy(replay.results, ({ trigger }) => trigger)
  const engines = replay.engines.length > 0 ? `, the CloudFront Function in ${replay.engines.join(' and ')}` : ''
  const faults = `${counts.violations} violations, ${counts.unmet} expectations unmet, ${counts.disagreements} disagreements`
  return [
    ...(replay.engines.length > 0 && !replay.engines.includes('njs') ? [paint('yellow', NJS_MISSING)] : []),
    ...(replay.engines.length > 0 && replay.missing.length > 0
      ? [paint('yellow', `Memory and instructions are not measured: that needs ${replay.missing.join(' and ')}.`)]
      : []),
    ...(replay.results.length === 0 ? [paint('red', 'Nothing was replayed.')] : []),
    ...replay.updated.map(wroteText),
    ...[...byTrigger].map(([trigger, results]) => `${trigger.padEnd(16)} ${countsText(replayCounts(results))}`),
    `replayed against ${replay.bundle}${engines}`,
    paint(
      isReplayFine(counts) ? 'green' : 'red',
      `${countsText(counts)}, ${faults}${counts.recorded > 0 ? `, ${counts.recorded} recorded` : ''}, ${counts.skipped} not for this bundle`,
    ),
  ]
}

const countsText = ({ replayed, unchanged, changed, answered, failed }: ReplayCounts) =>
  `${replayed} replayed: ${unchanged} unchanged, ${changed} changed, ${answered} answered, ${failed} failed`
