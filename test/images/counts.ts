/** What came of many invocations, in numbers. */
import type { Answer } from './rig.ts'

export type Counts = {
  add(answer: Pick<Answer, 'came' | 'faults' | 'outcome'>): void
  total(): number
  /** How many came out in this way. */
  of(came: string): number
  /** How many have a fault. */
  wrong(): number
  /** All of it, by name. */
  table(): Record<string, number>
  /** `1,234 invocations: 700 renditions, 534 originals (corrupt 400, …), 0 invalid, 0 exceptions, …` */
  line(): string
}

const DEATH = /^Runtime exited|process was killed|ran out of memory/

const failureOf = (outcome: Answer['outcome']): 'exceptions' | 'process deaths' | 'timeouts' | undefined => {
  if (outcome.kind !== 'failed') return undefined
  if (outcome.error === 'LambdaLimitExceeded') return 'timeouts'
  return DEATH.test(outcome.reason) ? 'process deaths' : 'exceptions'
}

export function makeCounts(): Counts {
  const counts = new Map<string, number>()
  const count = (name: string) => counts.set(name, of(name) + 1)
  const of = (name: string) => counts.get(name) ?? 0
  const fails = ['invalid', 'exceptions', 'timeouts', 'process deaths']
  const reasons = () =>
    [...counts].filter(([name]) => name !== 'rendition' && !fails.includes(name)).toSorted(([, a], [, b]) => b - a)
  const sum = (rows: (readonly [string, number])[]) => rows.reduce((total, [, number]) => total + number, 0)
  const total = () => sum([...counts])
  return {
    add({ came, faults, outcome }) {
      count(failureOf(outcome) ?? (faults.length > 0 ? 'invalid' : came))
    },
    total,
    of,
    wrong: () => fails.reduce((total, name) => total + of(name), 0),
    table: () => Object.fromEntries(counts),
    line: () => {
      const why = reasons().map(([name, number]) => `${name} ${number.toLocaleString('en')}`)
      return [
        `${total().toLocaleString('en')} invocations: ${of('rendition').toLocaleString('en')} renditions`,
        `${sum(reasons()).toLocaleString('en')} originals${why.length > 0 ? ` (${why.join(', ')})` : ''}`,
        ...fails.map((name) => `${of(name)} ${name}`),
      ].join(', ')
    },
  }
}
