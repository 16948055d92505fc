/** `rimlight attach`: puts a bundle on a distribution that exists. */

import { Failure, InputError } from '../base/errors.ts'
import { type BuiltBundle, readBundle } from '../bundle/read-bundle.ts'
import { type CommandContext, defineCommand, type Main } from '../cli/kit/command.ts'
import { painter } from '../cli/kit/output.ts'
import { applyPlan } from './attach/apply.ts'
import { realWorld, type World } from './attach/aws-clients.ts'
import { type Identity, waitUntilDeployed } from './attach/distribution.ts'
import { NEAR_LIMIT, type TestedEvent } from './attach/function.ts'
import { planJson, situationJson } from './attach/json.ts'
import { receiptName } from './attach/names.ts'
import { permissionText } from './attach/permissions.ts'
import { type Asked, attachedPatterns, planOf, planResources, readSituation } from './attach/plan.ts'
import { checkAccount, type Receipt, readReceipt, receiptFor, writeReceipt } from './attach/receipt.ts'
import { confirmed, distributionId, inSession, type Session, untilUndisturbed } from './attach/session.ts'
import { planText } from './attach/text.ts'
import { undo } from './detach.ts'

export type AttachOutcome =
  | { kind: 'refused'; problems: string[] }
  /** `--dry-run`. */
  | { kind: 'planned'; isChange: boolean }
  | { kind: 'declined' }
  | { kind: 'attached'; isChanged: boolean; isDeployed: boolean; receipt: string; tested: TestedEvent[] }

type Options = Asked & {
  receipt: string
  isDry: boolean
  isYes: boolean
  isJson: boolean
  waits: boolean
}

export const attachCommand = (world: World): Main =>
  defineCommand({
    name: 'rimlight attach',
    usage: '--distribution ID [--behaviour PATTERN…] [--dist DIR] [--dry-run] [--yes] [--replace] [--json]',
    about: `Puts the bundle in dist/ on a distribution that exists. It reads the distribution and shows what each behaviour has and
will have; asks; creates or updates the function, tests it in CloudFront's own engine and publishes it; creates or
updates the two Lambdas in us-east-1 and publishes versions; then updates the distribution, once, and waits until it is
deployed. Of the distribution it changes the functions on the triggers viewer-request, origin-request and
origin-response, and nothing else: policies that do not fit are refused or told of, not changed.

Before the first change it writes a receipt with the distribution as it was: \`rimlight detach\` puts that back. The
receipt's original stays the same however often attach is run. Interrupted, it carries on when it is run again; when
everything is as it should be, it changes nothing.

It takes permission for
${permissionText}`,
    options: {
      distribution: { type: 'string', value: 'ID', about: 'the distribution' },
      behaviour: {
        type: 'string',
        value: 'PATTERN',
        about:
          'attach to this behaviour alone, where no path of it is another route to the function; /* is the default one',
        multiple: true,
      },
      dist: { type: 'string', value: 'DIR', about: 'the bundle', default: 'dist' },
      receipt: { type: 'string', value: 'FILE', about: 'the receipt; default: rimlight-ID.receipt.json' },
      'dry-run': { type: 'boolean', about: 'show the plan, change nothing' },
      yes: { type: 'boolean', about: 'do not ask' },
      replace: {
        type: 'boolean',
        about: "take the place of others' functions on these triggers; detach puts them back",
      },
      undo: { type: 'boolean', about: 'put back what the receipt recorded: the same as `rimlight detach`' },
      'no-wait': { type: 'boolean', about: 'do not wait until it is deployed' },
      json: {
        type: 'boolean',
        about: 'print one JSON document: { plan, outcome }; the plan for people goes to stderr',
      },
    },
    examples: [
      'rimlight attach --distribution EDFDVBD6EXAMPLE --dry-run',
      'rimlight attach --distribution EDFDVBD6EXAMPLE',
      "rimlight attach --distribution EDFDVBD6EXAMPLE --behaviour '/photos/*' --yes",
      'rimlight attach --receipt rimlight-EDFDVBD6EXAMPLE.receipt.json --undo',
    ],
    exitCode: '0 attached, or nothing to change; 1 refused, declined or not done; 2 wrong usage or input',
    async run(values, context) {
      if (values.undo) {
        if (values.behaviour.length > 0 || values.replace) {
          throw new InputError(
            `--undo: expected neither --behaviour nor --replace beside it, since it puts back all that the receipt recorded; ${context.hint}`,
          )
        }
        return undo(world, context, {
          distribution: values.distribution,
          receipt: values.receipt,
          isWhole: false,
          isDry: values['dry-run'],
          isYes: values.yes,
          isJson: values.json,
          waits: !values['no-wait'],
        })
      }
      const distribution = distributionId(values.distribution, context.hint)
      const bundle = await readBundle(values.dist)
      const options: Options = {
        distribution,
        behaviours: values.behaviour,
        replaces: values.replace,
        receipt: values.receipt ?? receiptName(distribution),
        isDry: values['dry-run'],
        isYes: values.yes,
        isJson: values.json,
        waits: !values['no-wait'],
      }
      return attach(world, context, options, bundle)
    },
  })

export const main = attachCommand(realWorld)

type Done = { plan: object; outcome: AttachOutcome; identity: Identity }

async function attach(world: World, context: CommandContext, options: Options, bundle: BuiltBundle): Promise<number> {
  let stage: Stage = 'reading'
  return inSession(
    world,
    context,
    () => interruptedText(stage, options),
    async (session) => {
      const changing = () => {
        stage = 'changing'
      }
      const done = await untilUndisturbed(context, session, (isAgain) =>
        attempt(session, context, options, bundle, changing, isAgain),
      )
      const { outcome } = done
      if (outcome.kind === 'attached' && !outcome.isDeployed && options.waits) {
        stage = 'waiting'
        await waitUntilDeployed(session.calls, options.distribution, done.identity, session.line)
        outcome.isDeployed = true
      }
      return report(context, options, done, stage !== 'reading')
    },
  )
}

/** @param changing is called before the first change */
async function attempt(
  session: Session,
  context: CommandContext,
  options: Options,
  bundle: BuiltBundle,
  changing: () => void,
  isAgain: boolean,
): Promise<Done> {
  const { calls, line, world } = session
  const { stdout, stderr } = context
  const existing = await readReceipt(options.receipt, options.distribution)
  line.show(`Reading ${options.distribution}`)
  const situation = await readSituation(calls, options, bundle, (account) => {
    if (existing) checkAccount(existing, options.receipt, account)
  })
  const { identity, distribution } = situation
  const refused = (problems: string[], plan: object): Done => ({
    plan,
    outcome: { kind: 'refused', problems },
    identity,
  })
  if (situation.problems.length > 0) return refused(situation.problems, situationJson(situation))

  const plan = planOf(situation, await planResources(calls, situation, bundle))
  line.clear()
  if (isAgain && plan.changes && !distribution.isDeployed) {
    // What somebody else changed meanwhile is being deployed now.
    await waitUntilDeployed(calls, options.distribution, identity, line)
    return attempt(session, context, options, bundle, changing, isAgain)
  }
  const json = planJson(plan)
  if (plan.problems.length > 0) return refused(plan.problems, json)

  const isChange = plan.changes
  const people = options.isJson ? stderr : stdout
  if (isChange || !options.isJson) people.write(`${planText(plan, bundle, painter(people))}\n`)
  if (options.isDry) return { plan: json, outcome: { kind: 'planned', isChange }, identity }
  if (isChange && !(await confirmed(world, options.isYes, 'Attach? [y/N] '))) {
    return { plan: json, outcome: { kind: 'declined' }, identity }
  }

  const found = { ...distribution, account: identity.account }
  const receipt = receiptFor(found, bundle, attachedPatterns(plan), existing, world.now())
  if (receipt !== existing) {
    const kept = await writeReceipt(options.receipt, receipt, existing)
    stderr.write(receiptText(options.receipt, receipt, kept))
  }
  if (isChange) changing()
  const tested = isChange ? await applyPlan(calls, plan, bundle, line) : []
  const isDeployed = distribution.isDeployed && !plan.updates
  return {
    plan: json,
    outcome: { kind: 'attached', isChanged: isChange, isDeployed, receipt: options.receipt, tested },
    identity,
  }
}

/** @param isBegun functions may have been made already, in an attempt that somebody else came in between of */
function report(
  { stdout, stderr }: CommandContext,
  options: Options,
  { plan, outcome }: Done,
  isBegun: boolean,
): number {
  if (options.isJson) stdout.write(`${JSON.stringify({ plan, outcome })}\n`)
  const people = options.isJson ? stderr : stdout
  const unchanged = isBegun ? 'The distribution was not updated' : 'Nothing was changed'
  const rest = isBegun
    ? ['The functions that were made or published until then stay: the same command carries on.']
    : []
  switch (outcome.kind) {
    case 'refused':
      throw new Failure(
        [
          `${unchanged}: ${options.distribution} can't be attached to as it is.`,
          ...outcome.problems.map((problem) => `  ${problem}`),
          ...rest,
        ].join('\n'),
      )
    case 'declined':
      throw new Failure([`${unchanged}.`, ...rest].join('\n'))
    case 'planned':
      people.write(outcome.isChange ? 'Nothing was changed: --dry-run.\n' : 'Nothing to change.\n')
      return 0
    case 'attached':
      if (!options.isJson) stdout.write(attachedText(options, outcome))
      return 0
  }
}

function attachedText({ distribution, behaviours }: Options, outcome: AttachOutcome & { kind: 'attached' }): string {
  const { isChanged, isDeployed, tested, receipt } = outcome
  const state = isDeployed ? 'deployed' : 'CloudFront is deploying it'
  if (!isChanged) return `Nothing to change: ${distribution} has this build already, ${state}.\n`
  const only = behaviours.map((pattern) => ` --behaviour '${pattern}'`).join('')
  return [
    ...tested.map(
      ({ path, utilisation }) =>
        `Compute utilisation ${String(utilisation).padStart(3)} % ${path}${utilisation >= NEAR_LIMIT ? ': near the limit, CloudFront may throttle it' : ''}`,
    ),
    `Attached to ${distribution}; ${state}.`,
    `\`rimlight status --distribution ${distribution}${only}\` says what it has; \`rimlight detach --receipt ${receipt}\` takes it back.`,
    '',
  ].join('\n')
}

function receiptText(file: string, { original }: Receipt, kept: string | null): string {
  const lines = [`Receipt: ${file}`]
  if (kept) lines.push(`An older receipt, of another state, is kept as ${kept}`)
  if (original.isReconstructed) {
    lines.push(
      'Rimlight is on this distribution already, and its receipt was not found: this one records the rest of the',
      'distribution. What an earlier attach --replace took the place of is not in it; --receipt FILE names the first one.',
    )
  }
  return `${lines.join('\n')}\n`
}

type Stage = 'reading' | 'changing' | 'waiting'

function interruptedText(stage: Stage, { distribution, receipt }: Options): string {
  switch (stage) {
    case 'reading':
      return 'Interrupted: nothing was changed.'
    case 'changing':
      return `Interrupted: nothing is lost. The receipt is ${receipt}. Run the same command again to carry on, or \`rimlight detach --receipt ${receipt}\` to go back.`
    case 'waiting':
      return `Interrupted: ${distribution} has everything, and CloudFront goes on deploying it. \`rimlight status --distribution ${distribution}\` tells when it is done.`
  }
}
