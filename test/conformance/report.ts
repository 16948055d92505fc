import type { Explanation } from './explained.ts'
import type { SuiteTest } from './suite.ts'

export type Report = {
  tests: number
  passed: number
  byKind: Record<SuiteTest['kind'], { tests: number; passed: number }>
  /** Required tests that fail, by what explains them. */
  explained: Explanation[]
  /** Required tests that fail, and that nothing explains. */
  unexplained: { id: string; group: string; message: string }[]
  /** Tests that are explained, and that pass, are not required, or are not in the suite. */
  outdated: string[]
}

export function reportOf(tests: readonly SuiteTest[], explanations: readonly Explanation[]): Report {
  const counted = (kind: SuiteTest['kind']) => {
    const some = tests.filter((test) => test.kind === kind)
    return { tests: some.length, passed: some.filter(isPassed).length }
  }
  const failed = tests.filter((test) => test.kind === 'required' && !isPassed(test))
  const hasFailed = new Set(failed.map(({ id }) => id))
  const known = explanations.flatMap(({ ids }) => ids)
  const explained = explanations
    .map(({ ids, ...why }) => ({ ids: ids.filter((id) => hasFailed.has(id)), ...why }))
    .filter(({ ids }) => ids.length > 0)
  return {
    tests: tests.length,
    passed: tests.filter(isPassed).length,
    byKind: { required: counted('required'), optimal: counted('optimal'), check: counted('check') },
    explained,
    unexplained: failed
      .filter(({ id }) => !known.includes(id))
      .map(({ id, group, result }) => ({ id, group, message: result === true ? '' : result[1] })),
    outdated: known.filter((id) => !hasFailed.has(id)),
  }
}

const isPassed = ({ result }: SuiteTest) => result === true

/** Whether the failures are those that the docs explain, and no others. */
export const isAsExplained = ({ unexplained, outdated }: Report): boolean =>
  unexplained.length === 0 && outdated.length === 0

export function textOf({ tests, passed, byKind, explained, unexplained, outdated }: Report): string {
  const kinds = Object.entries(byKind).map(([kind, count]) => `${count.passed} of ${count.tests} ${KINDS[kind]}`)
  const lines = [`${passed} of ${tests} tests pass: ${kinds.join(', ')}`]
  if (explained.length > 0) lines.push('', 'Required, and not so in CloudFront:')
  for (const { pages, why, ids } of explained) lines.push(`- ${pages}: ${why}`, `  ${ids.join(' ')}`)
  if (unexplained.length > 0) lines.push('', 'Required, and not explained:')
  for (const { id, group, message } of unexplained) lines.push(`- ${group} ${id}: ${message}`)
  if (outdated.length > 0) lines.push('', 'Explained, and no required test that fails:', `- ${outdated.join(' ')}`)
  return `${lines.join('\n')}\n`
}

const KINDS: Record<string, string> = { required: 'required', optimal: 'of good caches', check: 'questions' }
