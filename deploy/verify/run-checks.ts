/** Runs checks in their order: those that others build on first, those that wait last, beside each other. */
import type { Asking, Check } from './check.ts'
import { type Answer, NoAnswer, type Viewer } from './http.ts'
import { askedOf, type CheckResult, type Outcome } from './results.ts'

/** A check with its place. */
export type Slot = {
  place: string
  viewer: Viewer
  check: Omit<Check<never>, 'ask' | 'means' | 'appliesTo'>
  ask(asking: Asking): ReturnType<Check<never>['ask']>
  means(): string
}

/** The checks that apply to a place. @param name what it is called */
export const slotsOf = <Place>(name: string, place: Place, checks: readonly Check<Place>[], viewer: Viewer): Slot[] =>
  checks
    .filter((check) => check.appliesTo?.(place) !== false)
    .map((check) => ({
      place: name,
      viewer,
      check,
      ask: (asking) => check.ask(place, asking),
      means: () => check.means(place),
    }))

export type SeriesOptions = Omit<Asking, 'ask'> & { onProgress(done: number, slot: Slot): void }

/** Checks in a row without an answer, after which nothing more is asked. */
const SILENCE = 3

export async function runSeries(slots: readonly Slot[], options: SeriesOptions): Promise<CheckResult[]> {
  const outcomes = new Map<Slot, Outcome>()
  let silent = 0
  const run = async (slot: Slot) => {
    options.onProgress(outcomes.size, slot)
    const because = notBecause(slot, outcomes)
    const outcome =
      because ?? (silent >= SILENCE ? notAsked('nobody answers any more') : await outcomeOf(slot, options))
    silent = outcome.status === 'unasked' ? silent + 1 : outcome.status === 'skipped' ? silent : 0
    outcomes.set(slot, outcome)
  }
  for (const slot of slots) if (!slot.check.waits) await run(slot)
  await Promise.all(slots.filter(({ check }) => check.waits).map(run))
  return slots.map((slot) => {
    const { id, title, rule } = slot.check
    return { place: slot.place, id, title, rule, ...(outcomes.get(slot) as Outcome) }
  })
}

const notAsked = (reason: string): Outcome => ({ status: 'unasked', reason })

/** Why a check would show nothing; a check that does not apply is in nobody's way. */
function notBecause({ place, check }: Slot, outcomes: ReadonlyMap<Slot, Outcome>): Outcome | undefined {
  for (const [earlier, outcome] of outcomes) {
    if (earlier.place !== place || outcome.status === 'holds') continue
    const { id } = earlier.check
    const isNeeded = check.after?.includes(id) === true
    if (isNeeded && outcome.status === 'skipped') return outcome
    if (isNeeded && outcome.status === 'unasked') return { status: 'skipped', reason: `'${id}' could not be asked` }
    if (outcome.status === 'differs' && (isNeeded || check.unless?.includes(id))) {
      return { status: 'skipped', reason: `shows nothing while '${id}' differs` }
    }
  }
  return undefined
}

async function outcomeOf(slot: Slot, options: SeriesOptions): Promise<Outcome> {
  const answers: Answer[] = []
  const ask: Asking['ask'] = async (question) => {
    if (answers.length >= slot.check.asks) throw new Error(`the check ${slot.check.id} asks more often than it says`)
    const answer = await slot.viewer.ask(question)
    answers.push(answer)
    return answer
  }
  try {
    const finding = await slot.ask({ ...options, ask })
    if (finding.status !== 'differs') return finding
    const { status, expected, found, means = slot.means() } = finding
    return { status, expected, found, means, asked: answers.map(askedOf) }
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause
    return notAsked(cause.message)
  }
}
