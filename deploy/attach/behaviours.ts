/** A distribution's behaviours and the functions on them, without a change to anything else in its config. */
import type {
  CacheBehavior,
  DefaultCacheBehavior,
  DistributionConfig,
  FunctionAssociation,
  LambdaFunctionAssociation,
} from '@aws-sdk/client-cloudfront'
import { TRIGGERS, type Trigger } from '../../edge/limits.ts'
import { isOurs } from './names.ts'

export type CloudFrontBehaviour = CacheBehavior | DefaultCacheBehavior

/** CloudFront has no pattern for the default behaviour; in a config its route has this one. */
export const DEFAULT_PATTERN = '/*'

export type NamedBehaviour = { pattern: string; isDefault: boolean; behaviour: CloudFrontBehaviour }

/** In the order in which CloudFront matches them. */
export function behavioursOf(config: DistributionConfig): NamedBehaviour[] {
  const special = (config.CacheBehaviors?.Items ?? []).map((behaviour) => ({
    pattern: behaviour.PathPattern ?? '',
    isDefault: false,
    behaviour,
  }))
  const usual = config.DefaultCacheBehavior as DefaultCacheBehavior
  return [...special, { pattern: DEFAULT_PATTERN, isDefault: true, behaviour: usual }]
}

/** The same config, with other behaviours in their places. */
export function withBehaviours(
  config: DistributionConfig,
  changed: (named: NamedBehaviour) => CloudFrontBehaviour,
): DistributionConfig {
  const all = behavioursOf(config).map(changed)
  const { CacheBehaviors: special } = config
  return {
    ...config,
    DefaultCacheBehavior: all.at(-1) as DefaultCacheBehavior,
    ...(special?.Items ? { CacheBehaviors: { ...special, Items: all.slice(0, -1) as CacheBehavior[] } } : {}),
  }
}

export type EventType = Trigger | 'viewer-response'

export type Association = { event: EventType; kind: 'function' | 'lambda'; arn: string }

export function associationsOf({ FunctionAssociations, LambdaFunctionAssociations }: CloudFrontBehaviour) {
  const functions = (FunctionAssociations?.Items ?? []).map(
    ({ EventType, FunctionARN }): Association => ({
      event: EventType as EventType,
      kind: 'function',
      arn: FunctionARN ?? '',
    }),
  )
  const lambdas = (LambdaFunctionAssociations?.Items ?? []).map(
    ({ EventType, LambdaFunctionARN }): Association => ({
      event: EventType as EventType,
      kind: 'lambda',
      arn: LambdaFunctionARN ?? '',
    }),
  )
  return [...functions, ...lambdas]
}

/** What is on a trigger: Lambda or function, there can be only one. */
export const associationAt = (behaviour: CloudFrontBehaviour, event: EventType): Association | undefined =>
  associationsOf(behaviour).find((association) => association.event === event)

/** By trigger, the ARN that a behaviour is to have there. */
export type TriggerArns = Record<Trigger, string>

const isLambda = (arn: string): boolean => arn.split(':')[2] === 'lambda'

/** @returns the same object, if the behaviour has these functions already */
export function attached(behaviour: CloudFrontBehaviour, arns: TriggerArns): CloudFrontBehaviour {
  if (TRIGGERS.every((trigger) => associationAt(behaviour, trigger)?.arn === arns[trigger])) return behaviour
  const lambdas = TRIGGERS.filter((trigger) => isLambda(arns[trigger]))
  const functions = TRIGGERS.filter((trigger) => !isLambda(arns[trigger]))
  const isOther = ({ EventType }: { EventType: string | undefined }) => !(EventType && EventType in arns)
  return withAssociations(
    behaviour,
    [
      ...(behaviour.FunctionAssociations?.Items ?? []).filter(isOther),
      ...functions.map((trigger) => ({ FunctionARN: arns[trigger], EventType: trigger })),
    ],
    [
      ...(behaviour.LambdaFunctionAssociations?.Items ?? []).filter(isOther),
      ...lambdas.map((trigger) => ({ LambdaFunctionARN: arns[trigger], EventType: trigger, IncludeBody: false })),
    ],
  )
}

export const isOursOn = (behaviour: CloudFrontBehaviour, distribution: string): boolean =>
  associationsOf(behaviour).some(({ arn }) => isOurs(arn, distribution))

/**
 * Takes what is ours off a behaviour, and puts back what was in its place. What others put on it since stays.
 * @param before the behaviour as it was; undefined: there was none
 */
export function detached(
  behaviour: CloudFrontBehaviour,
  before: CloudFrontBehaviour | undefined,
  distribution: string,
): CloudFrontBehaviour {
  const ours = associationsOf(behaviour).filter(({ arn }) => isOurs(arn, distribution))
  if (ours.length === 0) return behaviour
  const events = new Set<string | undefined>(ours.map(({ event }) => event))
  const isFreed = ({ EventType }: { EventType: string | undefined }) => events.has(EventType)
  const functions = [
    ...(behaviour.FunctionAssociations?.Items ?? []).filter((item) => !isFreed(item)),
    ...(before?.FunctionAssociations?.Items ?? []).filter(isFreed),
  ]
  const lambdas = [
    ...(behaviour.LambdaFunctionAssociations?.Items ?? []).filter((item) => !isFreed(item)),
    ...(before?.LambdaFunctionAssociations?.Items ?? []).filter(isFreed),
  ]
  const restored = withAssociations(behaviour, functions, lambdas)
  if (!before || !hasSameAssociations(restored, before)) return restored
  // The recorded lists themselves: their order and spelling come back with them.
  return {
    ...restored,
    ...pick(before, 'FunctionAssociations', restored),
    ...pick(before, 'LambdaFunctionAssociations', restored),
  }
}

/** A list that was missing is left empty: to CloudFront that is the same. */
const pick = <Key extends keyof CloudFrontBehaviour>(
  from: CloudFrontBehaviour,
  key: Key,
  otherwise: CloudFrontBehaviour,
) => ({ [key]: from[key] ?? otherwise[key] })

function hasSameAssociations(one: CloudFrontBehaviour, other: CloudFrontBehaviour): boolean {
  const texts = (behaviour: CloudFrontBehaviour) =>
    associationsOf(behaviour)
      .map(({ event, arn }) => `${event} ${arn}`)
      .toSorted()
  return texts(one).join('\n') === texts(other).join('\n')
}

const withAssociations = (
  behaviour: CloudFrontBehaviour,
  functions: FunctionAssociation[],
  lambdas: LambdaFunctionAssociation[],
): CloudFrontBehaviour => ({
  ...behaviour,
  FunctionAssociations: list(functions),
  LambdaFunctionAssociations: list(lambdas),
})

const list = <T>(items: T[]) => (items.length > 0 ? { Quantity: items.length, Items: items } : { Quantity: 0 })
