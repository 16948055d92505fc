/** What attach is going to do, and why it may not: everything is read before anything is changed. */
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { LAMBDA_TRIGGERS, TRIGGERS, type Trigger } from '../../edge/limits.ts'
import {
  type Attachment,
  associationAt,
  attached,
  behavioursOf,
  isOursOn,
  type NamedBehaviour,
  withBehaviours,
} from './behaviours.ts'
import type { Calls } from './calls.ts'
import { distributionNotes, findingsOf } from './checks.ts'
import { type FoundDistribution, type Identity, readDistribution, readIdentity, readPolicies } from './distribution.ts'
import { type FunctionPlan, planFunction } from './function.ts'
import { type LambdaPlan, planLambda } from './lambdas.ts'
import { shortName } from './names.ts'
import { planRole, type RolePlan } from './role.ts'
import { type Pair, pairingOf } from './routing.ts'
import { unknownProblem } from './unknown-settings.ts'

export type Asked = {
  distribution: string
  /** Path patterns; empty: all behaviours. */
  behaviours: readonly string[]
  replaces: boolean
}

export type Situation = {
  identity: Identity
  distribution: FoundDistribution
  /** The behaviours that it is about. */
  pairs: Pair[]
  /** What attach refuses. */
  problems: string[]
  /** By path pattern; `''`: of the whole distribution. */
  notes: Record<string, string[]>
}

export async function readSituation(
  calls: Calls,
  asked: Asked,
  bundle: BuiltBundle,
  check: (account: string) => void,
): Promise<Situation> {
  const identity = await readIdentity(calls)
  check(identity.account)
  const distribution = await readDistribution(calls, asked.distribution, identity)
  const { config } = distribution
  const { pairs, problems } = pairingOf(behavioursOf(config), bundle.policies, asked.behaviours)
  const found = await readPolicies(
    calls,
    pairs.map(({ behaviour }) => behaviour),
  )
  const notes: Situation['notes'] = { '': distributionNotes(config, bundle.policies) }
  for (const pair of pairs) {
    const findings = findingsOf(pair, {
      config,
      distribution: asked.distribution,
      found,
      bundle,
      replaces: asked.replaces,
    })
    problems.push(...findings.problems.map((problem) => `${pair.pattern}: ${problem}`))
    notes[pair.pattern] = findings.notes
  }
  return { identity, distribution, pairs, problems, notes }
}

export type Resources = { function: FunctionPlan; role: RolePlan; lambdas: LambdaPlan[] }

export async function planResources(calls: Calls, situation: Situation, bundle: BuiltBundle): Promise<Resources> {
  const { identity, distribution } = situation
  const cloudFrontFunction = await planFunction(calls, distribution.id, identity, bundle)
  const role = await planRole(calls, distribution.id, identity, bundle)
  const lambdas: LambdaPlan[] = []
  for (const trigger of LAMBDA_TRIGGERS) {
    lambdas.push(await planLambda(calls, trigger, distribution.id, identity, role.arn, bundle))
  }
  return { function: cloudFrontFunction, role, lambdas }
}

/** By trigger: null while its version has no number yet. */
export type Target = Record<Trigger, string | null>

export function targetOf({ function: { arn }, lambdas }: Resources): Target {
  const versions = lambdas.map((lambda) => [lambda.trigger, lambda.version && `${lambda.arn}:${lambda.version}`])
  return { 'viewer-request': arn, ...Object.fromEntries(versions) }
}

export type Plan = Situation & {
  resources: Resources
  target: Target
  /** Whether the distribution itself is to be updated. */
  updates: boolean
  /** Whether anything is to be done at all. */
  changes: boolean
}

/** @returns with problems of its own besides the situation's */
export function planOf(situation: Situation, resources: Resources): Plan {
  const target = targetOf(resources)
  const { pairs, distribution } = situation
  const updates = pairs.some(({ behaviour }) => !hasTarget(behaviour, target))
  const isNew =
    resources.function.change !== 'keep' ||
    resources.role.changes.length > 0 ||
    resources.lambdas.some(({ version }) => version === null)
  const changes = updates || isNew
  const problems = [...situation.problems, ...leftBehind(situation, target, isNew)]
  const loss = updates ? unknownProblem(distribution) : null
  if (loss) problems.push(loss)
  if (changes && !distribution.isDeployed) {
    problems.push(
      `distribution ${distribution.id}: expected it to be deployed, found it in the middle of a deployment; wait until \`rimlight status --distribution ${distribution.id}\` says that it is done, and run this again`,
    )
  }
  return { ...situation, problems, resources, target, updates, changes }
}

const hasTarget = (behaviour: NamedBehaviour['behaviour'], target: Target): boolean =>
  TRIGGERS.every((trigger) => associationAt(behaviour, trigger)?.arn === target[trigger])

/** A distribution has one function of ours: where it is on a behaviour that is not asked for, it would change there. */
function leftBehind({ distribution, pairs }: Situation, target: Target, isNew: boolean): string[] {
  const asked = new Set<unknown>(pairs.map(({ behaviour }) => behaviour))
  return behavioursOf(distribution.config)
    .filter(({ behaviour }) => !asked.has(behaviour) && isOursOn(behaviour, distribution.id))
    .filter(({ behaviour }) => isNew || !hasTarget(behaviour, target))
    .map(
      ({ pattern }) =>
        `${pattern}: expected behaviours that have Rimlight already to be asked for as well, found ${pattern} left out: its function is the same one, and would change without its Lambdas; add --behaviour '${pattern}'`,
    )
}

/** The config with everything attached. */
export function attachedConfig({ distribution, pairs }: Situation, target: Attachment): DistributionConfig {
  const asked = new Set<unknown>(pairs.map(({ behaviour }) => behaviour))
  return withBehaviours(distribution.config, ({ behaviour }) =>
    asked.has(behaviour) ? attached(behaviour, target) : behaviour,
  )
}

/** Of the behaviours that have Rimlight when it is done: a part of them may have it from before. */
export function attachedPatterns({ distribution, pairs }: Situation): string[] {
  const asked = new Set<unknown>(pairs.map(({ behaviour }) => behaviour))
  return behavioursOf(distribution.config)
    .filter(({ behaviour }) => asked.has(behaviour) || isOursOn(behaviour, distribution.id))
    .map(({ pattern }) => pattern)
}

/** A line of the plan's diff: null for nothing there. */
export type TriggerChange = { trigger: Trigger; before: string | null; after: string | null }

export const triggerChanges = ({ pairs, resources, target }: Plan): { path: string; changes: TriggerChange[] }[] =>
  pairs.map(({ pattern, behaviour }) => ({
    path: pattern,
    changes: TRIGGERS.map((trigger) => ({
      trigger,
      before: shortNameOrNull(associationAt(behaviour, trigger)?.arn),
      after:
        shortNameOrNull(target[trigger] ?? undefined) ??
        `${resources.lambdas.find((lambda) => lambda.trigger === trigger)?.name}:(new version)`,
    })),
  }))

export const shortNameOrNull = (arn: string | undefined): string | null => (arn === undefined ? null : shortName(arn))
