/** Attaches a bundle to a distribution: reads, plans, asks, writes the receipt, changes, waits until it is deployed. */

import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { CommandContext } from '../../cli/kit/command.ts'
import { painter } from '../../cli/kit/output.ts'
import { confirmed, untilUndisturbed } from '../aws/session.ts'
import { applyPlan } from './apply.ts'
import type { Dependencies } from './aws-clients.ts'
import { type Identity, waitUntilDeployed } from './distribution.ts'
import { type AttachRequest, attachedPatterns, planAttach, planResources, readSituation } from './plan.ts'
import { checkAccount, readReceipt, receiptFor, writeReceipt } from './receipt.ts'
import {
  type AttachOutcome,
  type AttachStage,
  attachPlanText,
  interruptedText,
  planJson,
  receiptText,
  reportAttach,
  situationJson,
} from './report.ts'
import { inSession, type RunOptions, type Session } from './session.ts'

export type AttachOptions = AttachRequest &
  RunOptions & {
    /** The receipt's file. */
    receipt: string
  }

type AttemptResult = { plan: object; outcome: AttachOutcome; identity: Identity }

/** @returns the exit code */
export async function attach(
  dependencies: Dependencies,
  context: CommandContext,
  options: AttachOptions,
  bundle: BuiltBundle,
): Promise<number> {
  let stage: AttachStage = 'reading'
  return inSession(
    dependencies,
    context,
    () => interruptedText(stage, options),
    async (session) => {
      const onFirstChange = () => {
        stage = 'changing'
      }
      const result = await untilUndisturbed(context, session, (isRepeated) =>
        attempt(session, context, options, bundle, onFirstChange, isRepeated),
      )
      const { outcome } = result
      if (outcome.kind === 'attached' && !outcome.isDeployed && options.waits) {
        stage = 'waiting'
        await waitUntilDeployed(session.calls, options.distribution, result.identity, session.line)
        outcome.isDeployed = true
      }
      return reportAttach(context, options, result, stage !== 'reading')
    },
  )
}

/**
 * One run from reading to the last change.
 * @param onFirstChange called before the first change of anything at AWS
 * @param isRepeated an earlier attempt ended because somebody else changed something meanwhile
 */
async function attempt(
  session: Session,
  context: CommandContext,
  options: AttachOptions,
  bundle: BuiltBundle,
  onFirstChange: () => void,
  isRepeated: boolean,
): Promise<AttemptResult> {
  const { calls, line, dependencies } = session
  const { stdout, stderr } = context
  const existing = await readReceipt(options.receipt, options.distribution)
  line.show(`Reading ${options.distribution}`)
  const situation = await readSituation(calls, options, bundle, (account) => {
    if (existing) checkAccount(existing, options.receipt, account)
  })
  const { identity, distribution } = situation
  const refused = (problems: string[], plan: object): AttemptResult => ({
    plan,
    outcome: { kind: 'refused', problems },
    identity,
  })
  if (situation.problems.length > 0) return refused(situation.problems, situationJson(situation))

  const plan = planAttach(situation, await planResources(calls, situation, bundle, options.keyValueStore))
  line.clear()
  if (isRepeated && plan.changes && !distribution.isDeployed) {
    // CloudFront is deploying what the other person changed.
    await waitUntilDeployed(calls, options.distribution, identity, line)
    return attempt(session, context, options, bundle, onFirstChange, isRepeated)
  }
  const json = planJson(plan)
  if (plan.problems.length > 0) return refused(plan.problems, json)

  const isChange = plan.changes
  const people = options.isJson ? stderr : stdout
  if (isChange || !options.isJson) people.write(`${attachPlanText(plan, bundle, painter(people))}\n`)
  if (options.isDry) return { plan: json, outcome: { kind: 'planned', isChange }, identity }
  if (isChange && !(await confirmed(dependencies, options.isYes, 'Attach? [y/N] '))) {
    return { plan: json, outcome: { kind: 'declined' }, identity }
  }

  const state = { ...distribution, account: identity.account }
  const receipt = receiptFor(state, bundle, attachedPatterns(plan), existing, dependencies.now())
  if (receipt !== existing) {
    const kept = await writeReceipt(options.receipt, receipt, existing)
    stderr.write(receiptText(options.receipt, receipt, kept))
  }
  if (isChange) onFirstChange()
  const tested = isChange ? await applyPlan(calls, plan, bundle, line) : []
  const isDeployed = distribution.isDeployed && !plan.updates
  return {
    plan: json,
    outcome: { kind: 'attached', isChanged: isChange, isDeployed, receipt: options.receipt, tested },
    identity,
  }
}
