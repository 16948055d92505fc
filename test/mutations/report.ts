/** What `npm run mutations` says of the changes that were tried. */
import type { Outcome, Trials, Tried } from './trials.ts'

/** The share of the mutations that can be noticed which has to be. */
export const ENOUGH = 0.95

const WORDS: Record<Outcome, string> = {
  noticed: 'noticed   ',
  survives: 'SURVIVES  ',
  equivalent: 'equivalent',
  disproved: 'NOTICED, though the list says that no test can:',
}

export type Report = ReturnType<typeof reportOf>

export const textOf = ({ file, from, to, outcome, by, equivalent }: Tried): string =>
  `${WORDS[outcome]} ${file}: ${from} → ${to || 'nothing'}${by === null ? '' : `\n           by ${by}`}${equivalent === undefined ? '' : `\n           ${equivalent}`}`

export function reportOf({ tried: changes, failing }: Trials) {
  const count = (outcome: Outcome) => changes.filter((one) => one.outcome === outcome).length
  const noticed = count('noticed') + count('disproved')
  const counted = noticed + count('survives')
  return {
    noticed,
    counted,
    rate: counted === 0 ? 1 : noticed / counted,
    enough: ENOUGH,
    equivalent: count('equivalent'),
    disproved: count('disproved'),
    failing,
    changes,
  }
}

export const isEnough = ({ rate, disproved, failing }: Report): boolean =>
  rate >= ENOUGH && disproved === 0 && failing.length === 0

/** Lists those that survive once more: among hundreds of others they are easily missed. */
export function summaryOf({ noticed, counted, rate, equivalent, failing, changes }: Report): string {
  const open = changes.filter(({ outcome }) => outcome === 'survives' || outcome === 'disproved')
  const head = `${noticed} of ${counted} noticed, ${(100 * rate).toFixed(1)} %; ${equivalent} more cannot be, as the list proves\n`
  const unheard = failing.map((file) => `${file} fails without any change: it was left out\n`)
  return [head, ...open.map((one) => `${textOf(one)}\n`), ...unheard].join('')
}
