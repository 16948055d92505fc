/** Runs checks in their order: those that others build on first, those that wait last, beside each other. */
import type { Asking, Check } from './check.ts'
import { type Answer, NoAnswer, type Viewer } from './http.ts'
import { type CheckOutcome, type CheckResult, exchangeOf } from './results.ts'

/** A check, and the target that it is asked about. */
export type TargetCheck = {
  /** What reports call the target: the route's pattern, or the bucket. */
  name: string
  viewer: Viewer
  /** Why it would show nothing here. */
  skip: string | undefined
  check: Omit<Check<never>, 'ask' | 'means' | 'appliesTo'>
  ask(asking: Asking): ReturnType<Check<never>['ask']>
  means(): string
}

/**
 * The checks that apply to a target.
 * @param name what reports call it
 * @param skip why a check would show nothing here
 */
export const targetChecks = <Target>(
  name: string,
  target: Target,
  checks: readonly Check<Target>[],
  viewer: Viewer,
  skip: (check: Check<Target>) => string | undefined = () => undefined,
): TargetCheck[] =>
  checks
    .filter((check) => check.appliesTo?.(target) !== false)
    .map((check) => ({
      name,
      viewer,
      skip: skip(check),
      check,
      ask: (asking) => check.ask(target, asking),
      means: () => check.means(target),
    }))

export type RunChecksOptions = Omit<Asking, 'ask'> & { onProgress(done: number, planned: TargetCheck): void }

/** Checks in a row without an answer, after which nothing more is asked. */
const SILENCE = 3

export async function runChecks(planned: readonly TargetCheck[], options: RunChecksOptions): Promise<CheckResult[]> {
  const outcomes = new Map<TargetCheck, CheckOutcome>()
  let silent = 0
  const run = async (one: TargetCheck) => {
    options.onProgress(outcomes.size, one)
    const because: CheckOutcome | undefined =
      one.skip === undefined ? skippedBecause(one, outcomes) : { status: 'skipped', reason: one.skip }
    const outcome = because ?? (silent >= SILENCE ? notAsked('nobody answers any more') : await outcomeOf(one, options))
    silent = outcome.status === 'unasked' ? silent + 1 : outcome.status === 'skipped' ? silent : 0
    outcomes.set(one, outcome)
  }
  for (const one of planned) if (!one.check.waits) await run(one)
  await Promise.all(planned.filter(({ check }) => check.waits).map(run))
  return planned.map((one) => {
    const { id, title, rule } = one.check
    return { place: one.name, id, title, rule, ...(outcomes.get(one) as CheckOutcome) }
  })
}

const notAsked = (reason: string): CheckOutcome => ({ status: 'unasked', reason })

/**
 * Why a check would show nothing. An earlier check that does not apply to the target has no outcome, and skips none.
 */
function skippedBecause(
  { name, check }: TargetCheck,
  outcomes: ReadonlyMap<TargetCheck, CheckOutcome>,
): CheckOutcome | undefined {
  for (const [earlier, outcome] of outcomes) {
    if (earlier.name !== name || outcome.status === 'holds') continue
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

async function outcomeOf(planned: TargetCheck, options: RunChecksOptions): Promise<CheckOutcome> {
  const answers: Answer[] = []
  const ask: Asking['ask'] = async (request) => {
    if (answers.length >= planned.check.asks)
      throw new Error(`the check ${planned.check.id} asks more often than it says`)
    const answer = await planned.viewer.ask(request)
    answers.push(answer)
    return answer
  }
  try {
    const finding = await planned.ask({ ...options, ask })
    if (finding.status !== 'differs') return finding
    const { status, expected, found, means = planned.means() } = finding
    return { status, expected, found, means, asked: answers.map(exchangeOf) }
  } catch (cause) {
    if (!(cause instanceof NoAnswer)) throw cause
    return notAsked(cause.message)
  }
}
