/** What attach is going to change, or why it refuses. Everything is read before anything is changed. */
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { type ArtefactName, artefactAt, lambdasOf } from '../../bundle/manifest.ts'
import type { Behaviour } from '../../bundle/policies.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { TRIGGERS, type Trigger } from '../../edge/limits.ts'
import {
  associationAt,
  attached,
  behavioursOf,
  isOursOn,
  type NamedBehaviour,
  type TriggerArns,
  withBehaviours,
} from './behaviours.ts'
import type { Calls } from './calls.ts'
import { findingsOf } from './checks.ts'
import {
  type FoundDistribution,
  type Identity,
  readBehaviourPolicies,
  readDistribution,
  readIdentity,
  unknownProblem,
} from './distribution.ts'
import { distributionNotes } from './distribution-notes.ts'
import { type FunctionPlan, planFunction } from './function.ts'
import { readKeyGroups } from './key-groups.ts'
import { type LambdaPlan, planLambda } from './lambdas.ts'
import { functionName } from './names.ts'
import { planRole, type RolePlan } from './role.ts'
import { type PairedBehaviour, pairingOf } from './routing.ts'

export type AttachRequest = {
  distribution: string
  /** Path patterns; empty: all behaviours. */
  behaviours: readonly string[]
  replaces: boolean
  /** Name or ARN of the function's; `undefined`: the one it has, or that of the distribution's name. */
  keyValueStore: string | undefined
}

export type Situation = {
  identity: Identity
  distribution: FoundDistribution
  /** The behaviours to attach to, each with its route. */
  pairs: PairedBehaviour[]
  /** What attach refuses. */
  problems: string[]
  /** By path pattern; `''`: of the whole distribution. */
  notes: Record<string, string[]>
}

export async function readSituation(
  calls: Calls,
  asked: AttachRequest,
  bundle: BuiltBundle,
  check: (account: string) => void,
): Promise<Situation> {
  const identity = await readIdentity(calls)
  check(identity.account)
  const distribution = await readDistribution(calls, asked.distribution, identity)
  const { config } = distribution
  const { pairs, problems } = pairingOf(behavioursOf(config), bundle.policies, asked.behaviours)
  const found = await readBehaviourPolicies(
    calls,
    pairs.map(({ behaviour }) => behaviour),
  )
  const keyGroups = await readKeyGroups(
    calls,
    pairs.map(({ behaviour }) => behaviour),
  )
  const notes: Situation['notes'] = { '': distributionNotes(config, bundle.policies) }
  for (const pair of pairs) {
    const findings = findingsOf(pair, {
      config,
      distribution: asked.distribution,
      found,
      keyGroups,
      bundle,
      replaces: asked.replaces,
    })
    problems.push(...findings.problems.map((problem) => `${pair.pattern}: ${problem}`))
    notes[pair.pattern] = findings.notes
  }
  return { identity, distribution, pairs, problems, notes }
}

export type PlannedResources = { function: FunctionPlan; role: RolePlan; lambdas: LambdaPlan[] }

export async function planResources(
  calls: Calls,
  situation: Situation,
  bundle: BuiltBundle,
  keyValueStore: string | undefined,
): Promise<PlannedResources> {
  const { identity, distribution } = situation
  const cloudFrontFunction = await planFunction(calls, distribution.id, identity, bundle, keyValueStore)
  const role = await planRole(calls, distribution.id, identity, bundle)
  const lambdas: LambdaPlan[] = []
  for (const name of lambdasOf(bundle.manifest)) {
    lambdas.push(await planLambda(calls, name, distribution.id, identity, role.arn, bundle))
  }
  return { function: cloudFrontFunction, role, lambdas }
}

/** By artefact, the ARN that behaviours are to have; null for a Lambda version that is yet to be published. */
export type PlannedArns = Partial<Record<ArtefactName, string | null>>

function plannedArns({ function: { arn }, lambdas }: PlannedResources): PlannedArns {
  const versions = lambdas.map((lambda) => [lambda.artefact, lambda.version && `${lambda.arn}:${lambda.version}`])
  return { 'viewer-request': arn, ...Object.fromEntries(versions) }
}

/** The ARN that a behaviour is to have at a trigger. */
export const plannedAt = (
  trigger: Trigger,
  wanted: Pick<Behaviour, 'viewerRequest'>,
  arns: PlannedArns,
): string | null => arns[artefactAt(trigger, wanted)] ?? null

export type AttachPlan = Situation & {
  resources: PlannedResources
  arns: PlannedArns
  /** Whether the distribution itself is to be updated. */
  updates: boolean
  /** Whether anything is to be done at all. */
  changes: boolean
}

/** Adds the problems that show only once the resources are known. */
export function planAttach(situation: Situation, resources: PlannedResources): AttachPlan {
  const arns = plannedArns(resources)
  const { pairs, distribution } = situation
  const updates = pairs.some(({ behaviour, wanted }) => !hasTarget(behaviour, wanted, arns))
  const isNew =
    resources.function.change !== 'keep' ||
    resources.role.changes.length > 0 ||
    resources.lambdas.some(({ version }) => version === null)
  const changes = updates || isNew
  const { store } = resources.function
  const problems = [...situation.problems, ...leftBehind(situation, arns, isNew)]
  if (store.kind === 'missing') problems.push(store.problem)
  const loss = updates ? unknownProblem(distribution) : null
  if (loss) problems.push(loss)
  if (changes && !distribution.isDeployed) {
    problems.push(
      `distribution ${distribution.id}: expected it to be deployed, found it in the middle of a deployment; wait until \`rimlight status --distribution ${distribution.id}\` says that it is done, and run this again`,
    )
  }
  return { ...situation, problems, resources, arns, updates, changes }
}

const hasTarget = (behaviour: NamedBehaviour['behaviour'], wanted: Behaviour, arns: PlannedArns): boolean =>
  TRIGGERS.every((trigger) => associationAt(behaviour, trigger)?.arn === plannedAt(trigger, wanted, arns))

/** Whether a behaviour without a route has this build's function on each trigger. */
const hasOurs = (behaviour: NamedBehaviour['behaviour'], arns: PlannedArns): boolean =>
  TRIGGERS.every((trigger) => Object.values(arns).includes(associationAt(behaviour, trigger)?.arn ?? ''))

/** Behaviours that were not asked for, and whose function would change as well: all of them share one. */
function leftBehind({ distribution, pairs }: Situation, arns: PlannedArns, isNew: boolean): string[] {
  const asked = new Set<unknown>(pairs.map(({ behaviour }) => behaviour))
  return behavioursOf(distribution.config)
    .filter(({ behaviour }) => !asked.has(behaviour) && isOursOn(behaviour, distribution.id))
    .filter(({ behaviour }) => isNew || !hasOurs(behaviour, arns))
    .map(
      ({ pattern }) =>
        `${pattern}: expected behaviours that have Rimlight already to be asked for as well, found ${pattern} left out: its function is the same one, and would change without its Lambdas; add --behaviour '${pattern}'`,
    )
}

/** The config with everything attached. */
export function attachedConfig(
  { distribution, pairs }: Situation,
  arns: Partial<Record<ArtefactName, string>>,
): DistributionConfig {
  const wanted = new Map<unknown, Behaviour>(pairs.map((pair) => [pair.behaviour, pair.wanted]))
  return withBehaviours(distribution.config, ({ behaviour }) => {
    const route = wanted.get(behaviour)
    return route ? attached(behaviour, arnsOf(route, arns)) : behaviour
  })
}

const arnsOf = (wanted: Behaviour, arns: Partial<Record<ArtefactName, string>>): TriggerArns =>
  Object.fromEntries(TRIGGERS.map((trigger) => [trigger, arns[artefactAt(trigger, wanted)]])) as TriggerArns

/** The patterns of all behaviours that have Rimlight afterwards: some may have had it before. */
export function attachedPatterns({ distribution, pairs }: Situation): string[] {
  const asked = new Set<unknown>(pairs.map(({ behaviour }) => behaviour))
  return behavioursOf(distribution.config)
    .filter(({ behaviour }) => asked.has(behaviour) || isOursOn(behaviour, distribution.id))
    .map(({ pattern }) => pattern)
}

/** A line of the plan's diff: null for nothing there. */
export type TriggerChange = { trigger: Trigger; before: string | null; after: string | null }

export const triggerChanges = ({ pairs, resources, arns }: AttachPlan): { path: string; changes: TriggerChange[] }[] =>
  pairs.map(({ pattern, behaviour, wanted }) => ({
    path: pattern,
    changes: TRIGGERS.map((trigger) => ({
      trigger,
      before: functionNameOrNull(associationAt(behaviour, trigger)?.arn),
      after:
        functionNameOrNull(plannedAt(trigger, wanted, arns) ?? undefined) ??
        `${resources.lambdas.find(({ artefact }) => artefact === artefactAt(trigger, wanted))?.name}:(new version)`,
    })),
  }))

export const functionNameOrNull = (arn: string | undefined): string | null =>
  arn === undefined ? null : functionName(arn)
