import { EXPLANATIONS, type Explanation } from './explained.ts'
import type { SuiteTest } from './suite.ts'

export type Report = {
  tests: number
  passed: number
  byKind: Record<SuiteTest['kind'], { tests: number; passed: number }>
  /** Required tests that fail, by what explains them. */
  explained: { source: string; why: string; ids: string[] }[]
  /** Required tests that fail, and that nothing explains. */
  unexplained: { id: string; group: string; message: string }[]
}

export function reportOf(tests: readonly SuiteTest[], explanations: readonly Explanation[] = EXPLANATIONS): Report {
  const counted = (kind: SuiteTest['kind']) => {
    const some = tests.filter((test) => test.kind === kind)
    return { tests: some.length, passed: some.filter(isPassed).length }
  }
  const failed = tests.filter((test) => test.kind === 'required' && !isPassed(test))
  const explained = explanations
    .map(({ ids, source, why }) => ({ source, why, ids: failed.map(({ id }) => id).filter((id) => ids.test(id)) }))
    .filter(({ ids }) => ids.length > 0)
  const unexplained = failed
    .filter(({ id }) => !explanations.some(({ ids }) => ids.test(id)))
    .map(({ id, group, result }) => ({ id, group, message: result === true ? '' : result[1] }))
  return {
    tests: tests.length,
    passed: tests.filter(isPassed).length,
    byKind: { required: counted('required'), optimal: counted('optimal'), check: counted('check') },
    explained,
    unexplained,
  }
}

const isPassed = ({ result }: SuiteTest) => result === true

export function textOf({ tests, passed, byKind, explained, unexplained }: Report): string {
  const kinds = Object.entries(byKind).map(([kind, count]) => `${count.passed} of ${count.tests} ${KINDS[kind]}`)
  const lines = [`${passed} of ${tests} tests pass: ${kinds.join(', ')}`]
  if (explained.length > 0) lines.push('', 'Required, and not so in CloudFront:')
  for (const { source, why, ids } of explained) lines.push(`- ${source}: ${why}`, `  ${ids.join(' ')}`)
  if (unexplained.length > 0) lines.push('', 'Required, and not explained:')
  for (const { id, group, message } of unexplained) lines.push(`- ${group} ${id}: ${message}`)
  return `${lines.join('\n')}\n`
}

const KINDS: Record<string, string> = { required: 'required', optimal: 'of good caches', check: 'questions' }
