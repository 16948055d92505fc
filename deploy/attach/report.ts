/** What attach says of its plan and of what came of it: text for people, JSON for programs. */

import { Failure } from '../../base/errors.ts'
import { artefactOf } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { CommandContext } from '../../cli/kit/command.ts'
import type { Paint } from '../../cli/kit/output.ts'
import type { FoundDistribution } from './distribution.ts'
import { type FunctionPlan, NEAR_LIMIT, type TestedEvent } from './function.ts'
import { type AttachPlan, type AttachRequest, type Situation, type TriggerChange, triggerChanges } from './plan.ts'
import type { Receipt } from './receipt.ts'
import type { RunOptions } from './session.ts'

export type AttachOutcome =
  | { kind: 'refused'; problems: string[] }
  /** With `--dry-run`. */
  | { kind: 'planned'; isChange: boolean }
  | { kind: 'declined' }
  | { kind: 'attached'; isChanged: boolean; isDeployed: boolean; receipt: string; tested: TestedEvent[] }

export const titleOf = (
  { id, domain, isDeployed }: Pick<FoundDistribution, 'id' | 'domain' | 'isDeployed'>,
  account: string,
): string => `Distribution ${id} (${domain}) of account ${account}, ${isDeployed ? 'deployed' : 'in progress'}`

/** What is, and what will be. */
export function attachPlanText(plan: AttachPlan, bundle: BuiltBundle, paint: Paint): string {
  return [
    paint('bold', titleOf(plan.distribution, plan.identity.account)),
    '',
    ...resourceLines(plan, bundle, paint),
    ...triggerChanges(plan).flatMap(({ path, changes }) => [
      '',
      paint('bold', `Behaviour ${path}`),
      ...changes.flatMap((change) => changeLines(change, paint)),
      ...noteLines(plan.notes[path], paint),
    ]),
    ...(plan.notes['']?.length ? ['', paint('bold', 'Distribution'), ...noteLines(plan.notes[''], paint)] : []),
    '',
  ].join('\n')
}

export const noteLines = (notes: readonly string[] | undefined, paint: Paint): string[] =>
  (notes ?? []).map((note) => paint('yellow', `  ! ${note}`))

const WIDTH = 'viewer-request'.length + 2

export function changeLines({ trigger, before, after }: TriggerChange, paint: Paint): string[] {
  const name = trigger.padEnd(WIDTH)
  if (before === after) return [paint('dim', `    ${name}${before ?? 'nothing'}`)]
  return [
    ...(before === null ? [] : [paint('red', `  - ${name}${before}`)]),
    ...(after === null ? [] : [paint('green', `  + ${name}${after}`)]),
  ]
}

const FUNCTION_CHANGES = {
  create: 'create, test, publish',
  update: 'update, test, publish',
  publish: 'test, publish',
  keep: 'as it is',
}

function resourceLines({ resources }: AttachPlan, { manifest }: BuiltBundle, paint: Paint): string[] {
  const { function: cloudFrontFunction, role, lambdas } = resources
  const rows: [string, string, boolean][] = [
    [
      `function ${cloudFrontFunction.name}`,
      `${FUNCTION_CHANGES[cloudFrontFunction.change]} (sha256 ${manifest.artefacts['viewer-request'].sha256.slice(0, 12)})`,
      cloudFrontFunction.change !== 'keep',
    ],
    ...storeRows(cloudFrontFunction),
    [`role ${role.name}`, role.changes.length > 0 ? roleChange(role.changes) : 'as it is', role.changes.length > 0],
    ...lambdas.map(({ name, version, changes, artefact }): [string, string, boolean] => [
      `lambda ${name}`,
      `${version === null ? [...changes.map((change) => LAMBDA_CHANGES[change]), 'publish a version'].join(', ') : `as it is, version ${version}`} (sha256 ${artefactOf(manifest, artefact).sha256.slice(0, 12)})`,
      version === null,
    ]),
  ]
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return rows.map(([name, text, isChange]) =>
    isChange ? paint('green', `  + ${name.padEnd(width)}${text}`) : paint('dim', `    ${name.padEnd(width)}${text}`),
  )
}

const storeRows = ({ store, liveStore }: FunctionPlan): [string, string, boolean][] =>
  store.kind === 'found'
    ? [
        [
          `key value store ${store.arn.replace(/^.*\//, '')}`,
          store.arn === liveStore ? 'as it is' : 'the function reads it',
          store.arn !== liveStore,
        ],
      ]
    : []

const roleChange = (changes: readonly string[]): string =>
  changes.includes('create') ? 'create' : `put right: ${changes.join(', ')}`

const LAMBDA_CHANGES = { create: 'create', code: 'update the code', configuration: 'update the configuration' }

export const situationJson = ({ identity, distribution, pairs, notes }: Situation): object => ({
  account: identity.account,
  distribution: { id: distribution.id, domain: distribution.domain, isDeployed: distribution.isDeployed },
  behaviours: pairs.map(({ pattern }) => ({ path: pattern, notes: notes[pattern] })),
  notes: notes[''],
})

const functionJson = ({ name, change, store }: FunctionPlan): object => ({
  name,
  change,
  keyValueStore: store.kind === 'found' ? store.arn : null,
})

export const planJson = (plan: AttachPlan): object => ({
  ...situationJson(plan),
  function: functionJson(plan.resources.function),
  role: { name: plan.resources.role.name, changes: plan.resources.role.changes },
  lambdas: plan.resources.lambdas.map(({ name, version, changes }) => ({ name, version, changes })),
  behaviours: triggerChanges(plan).map(({ path, changes }) => ({ path, changes, notes: plan.notes[path] })),
  updatesDistribution: plan.updates,
})

/**
 * @param isBegun an attempt before this one may have made or published functions, until somebody else's change ended it
 * @returns the exit code
 * @throws Failure where nothing was attached though it was asked for
 */
export function reportAttach(
  { stdout, stderr }: CommandContext,
  options: AttachRequest & Pick<RunOptions, 'isJson'>,
  { plan, outcome }: { plan: object; outcome: AttachOutcome },
  isBegun: boolean,
): number {
  const details = { plan, outcome }
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
        { code: 'not-attachable', details },
      )
    case 'declined':
      throw new Failure([`${unchanged}.`, ...rest].join('\n'), { code: 'declined', details })
    case 'planned':
      if (options.isJson) stdout.write(`${JSON.stringify(details)}\n`)
      people.write(outcome.isChange ? 'Nothing was changed: --dry-run.\n' : 'Nothing to change.\n')
      return 0
    case 'attached':
      stdout.write(options.isJson ? `${JSON.stringify(details)}\n` : attachedText(options, outcome))
      return 0
  }
}

function attachedText(
  { distribution, behaviours }: AttachRequest,
  outcome: AttachOutcome & { kind: 'attached' },
): string {
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

export function receiptText(file: string, { original }: Receipt, kept: string | null): string {
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

/** How far attach is: what a Ctrl-C leaves behind depends on it. */
export type AttachStage = 'reading' | 'changing' | 'waiting'

export function interruptedText(
  stage: AttachStage,
  { distribution, receipt }: { distribution: string; receipt: string },
): string {
  switch (stage) {
    case 'reading':
      return 'Interrupted: nothing was changed.'
    case 'changing':
      return `Interrupted: nothing is lost. The receipt is ${receipt}. Run the same command again to carry on, or \`rimlight detach --receipt ${receipt}\` to go back.`
    case 'waiting':
      return `Interrupted: ${distribution} has everything, and CloudFront goes on deploying it. \`rimlight status --distribution ${distribution}\` tells when it is done.`
  }
}
