/** `rimlight detach`: puts back what attach's receipt recorded. */

import { Failure, unexpectedInput } from '../base/errors.ts'
import { ARTEFACT_NAMES } from '../bundle/manifest.ts'
import { type CommandContext, defineCommand, type Main } from '../cli/kit/command.ts'
import { type Paint, painter } from '../cli/kit/output.ts'
import { type Dependencies, realDependencies } from './attach/aws-clients.ts'
import { differenceText } from './attach/config-diff.ts'
import {
  type FoundDistribution,
  readDistribution,
  readIdentity,
  unknownProblem,
  updateDistribution,
  waitUntilDeployed,
} from './attach/distribution.ts'
import { receiptName, roleName } from './attach/names.ts'
import { checkAccount, type Receipt, readReceipt } from './attach/receipt.ts'
import { changeLines, titleOf } from './attach/report.ts'
import { distributionId, inSession, type RunOptions, runOptionsOf, type Session } from './attach/session.ts'
import { type UndoPlan, undoPlan } from './attach/undo.ts'
import { confirmed, untilUndisturbed } from './aws/session.ts'

export type UndoOptions = RunOptions & {
  distribution: string | undefined
  receipt: string | undefined
  /** Put back all of the recorded config, over what others changed since. */
  isWhole: boolean
}

export type DetachOutcome =
  | { kind: 'planned' }
  | { kind: 'declined' }
  /** `isOriginal`: the distribution's config is the receipt's. */
  | { kind: 'detached'; isChanged: boolean; isOriginal: boolean; isDeployed: boolean }

export const detachCommand = (dependencies: Dependencies): Main =>
  defineCommand({
    name: 'rimlight detach',
    usage: '--distribution ID | --receipt FILE [--whole] [--dry-run] [--yes] [--no-wait] [--json]',
    about: `Puts a distribution back to what it was before \`rimlight attach\`, from the receipt that attach wrote, in one update. Where
nobody else changed anything since, its config is what it was, byte for byte. What others changed since stays as they
made it, and is shown; with --whole it goes as well. A distribution that is just being deployed is not waited for.

The function, the Lambdas and their role stay in the account: attach takes them up again, and left alone they cost
nothing.`,
    options: {
      distribution: {
        type: 'string',
        value: 'ID',
        about: 'the distribution; default: the one that the receipt tells of',
      },
      receipt: { type: 'string', value: 'FILE', about: 'the receipt; default: rimlight-ID.receipt.json' },
      whole: { type: 'boolean', about: 'put back all of the config, over what others changed since' },
      'dry-run': { type: 'boolean', about: 'show the plan, change nothing' },
      yes: { type: 'boolean', about: 'do not ask' },
      'no-wait': { type: 'boolean', about: 'do not wait until it is deployed' },
      json: {
        type: 'boolean',
        about: 'print one JSON document: { plan, outcome }; the plan for people goes to stderr',
      },
    },
    examples: [
      'rimlight detach --distribution EDFDVBD6EXAMPLE',
      'rimlight detach --receipt rimlight-EDFDVBD6EXAMPLE.receipt.json --yes --no-wait',
    ],
    exitCode: '0 put back, or nothing to put back; 1 declined or not done; 2 wrong usage or input',
    run: (values, context) =>
      undo(dependencies, context, {
        distribution: values.distribution,
        receipt: values.receipt,
        isWhole: values.whole,
        ...runOptionsOf(values),
      }),
  })

export const main = detachCommand(realDependencies)

export async function undo(dependencies: Dependencies, context: CommandContext, options: UndoOptions): Promise<number> {
  const id = options.distribution === undefined ? undefined : distributionId(options.distribution, context.hint)
  if (id === undefined && options.receipt === undefined) {
    throw unexpectedInput({
      code: 'option-missing',
      expected: '--distribution ID or --receipt FILE',
      found: 'neither',
      remedy: context.hint,
    })
  }
  const file = options.receipt ?? receiptName(id as string)
  const receipt = await readReceipt(file, id)
  if (!receipt) {
    const command = `rimlight attach --distribution ${id ?? 'ID'}`
    throw unexpectedInput({
      at: file,
      code: 'receipt-not-found',
      expected: 'the receipt that attach wrote',
      found: 'no such file',
      remedy: `name it with --receipt; if it is lost, \`${command}\` writes one of the distribution as it is without Rimlight`,
    })
  }
  return inSession(
    dependencies,
    context,
    () => `Interrupted: nothing is lost. The receipt is ${file}; run the same command again to carry on.`,
    async (session) => {
      const { plan, outcome, ...found } = await untilUndisturbed(context, session, () =>
        attempt(session, context, options, file, receipt),
      )
      if (outcome.kind === 'detached' && !outcome.isDeployed && options.waits) {
        await waitUntilDeployed(session.calls, receipt.distribution, found.identity, session.line)
        outcome.isDeployed = true
      }
      return report(context, options, receipt, plan, outcome)
    },
  )
}

async function attempt(
  { calls, line, dependencies }: Session,
  { stdout, stderr }: CommandContext,
  { isWhole, isDry, isYes, isJson }: UndoOptions,
  file: string,
  receipt: Receipt,
) {
  line.show(`Reading ${receipt.distribution}`)
  const identity = await readIdentity(calls)
  checkAccount(receipt, file, identity.account)
  const distribution = await readDistribution(calls, receipt.distribution, identity)
  const plan = undoPlan(distribution.config, receipt, isWhole)
  line.clear()
  const { isOriginal, changes: isChanged, lost } = plan
  if (lost.length > 0) {
    throw new Failure(
      `Nothing was changed: --whole would bring back ${lost.join(', ')}, whose values no receipt has; add them by hand first, or leave --whole out`,
      { code: 'header-values', found: lost.join(', ') },
    )
  }
  const loss = isChanged ? unknownProblem(distribution) : null
  if (loss) {
    throw new Failure(`Nothing was changed: ${loss}`, {
      code: 'unknown-settings',
      expected: 'settings that this version of Rimlight knows',
      found: distribution.unknown.join(', '),
    })
  }
  const people = isJson ? stderr : stdout
  if (isChanged || !isJson) people.write(planText(plan, distribution, receipt, isWhole, painter(people)))
  const as = (outcome: DetachOutcome) => ({ plan, outcome, identity })
  if (isDry) return as({ kind: 'planned' })
  if (isChanged) {
    if (!(await confirmed(dependencies, isYes, 'Put it back? [y/N] '))) return as({ kind: 'declined' })
    line.show(`Updating ${distribution.id}`)
    await updateDistribution(calls, distribution, plan.config)
  }
  return as({ kind: 'detached', isChanged, isOriginal, isDeployed: distribution.isDeployed && !isChanged })
}

function planText(
  { behaviours, others }: UndoPlan,
  distribution: FoundDistribution,
  { account, original }: Receipt,
  isWhole: boolean,
  paint: Paint,
): string {
  const title = isWhole
    ? `Changed by others since ${original.recordedAt}, undone with --whole`
    : `Changed by others since ${original.recordedAt}, left as it is (--whole undoes it as well)`
  return [
    paint('bold', titleOf(distribution, account)),
    ...behaviours.flatMap(({ path, changes }) => [
      '',
      paint('bold', `Behaviour ${path}`),
      ...changes.flatMap((change) => changeLines(change, paint)),
    ]),
    ...(others.length > 0 ? ['', paint('bold', title)] : []),
    ...others.map((difference) => paint('yellow', `  ! ${differenceText(difference)}`)),
    '',
    '',
  ].join('\n')
}

function report(
  { stdout, stderr }: CommandContext,
  { isJson }: UndoOptions,
  receipt: Receipt,
  { behaviours, others }: UndoPlan,
  outcome: DetachOutcome,
): number {
  const { distribution, account } = receipt
  const details = { plan: { account, distribution: { id: distribution }, behaviours, others }, outcome }
  const people = isJson ? stderr : stdout
  switch (outcome.kind) {
    case 'declined':
      throw new Failure('Nothing was changed.', { code: 'declined', details })
    case 'planned':
      if (isJson) stdout.write(`${JSON.stringify(details)}\n`)
      people.write('Nothing was changed: --dry-run.\n')
      return 0
    case 'detached':
      stdout.write(isJson ? `${JSON.stringify(details)}\n` : detachedText(receipt, outcome))
      return 0
  }
}

function detachedText(
  { distribution: id, original: { recordedAt }, attachment }: Receipt,
  outcome: DetachOutcome & { kind: 'detached' },
): string {
  const state = outcome.isDeployed ? 'deployed' : 'CloudFront is deploying it'
  if (!outcome.isChanged) return `Nothing to put back: ${id} has nothing of Rimlight, ${state}.\n`
  const what = outcome.isOriginal
    ? `${id} is what it was at ${recordedAt}`
    : `${id} has nothing of Rimlight any more, and what others changed since ${recordedAt}`
  const names = ARTEFACT_NAMES.flatMap((artefact) => attachment.artefacts[artefact]?.name ?? [])
  return [
    `${what}; ${state}.`,
    `Left in the account: the functions ${names.join(', ')} and the role ${roleName(id)}.`,
    'To delete them, wait until CloudFront has removed the replicas of the Lambdas, which takes some hours.',
    '',
  ].join('\n')
}
