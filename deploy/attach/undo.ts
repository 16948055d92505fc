/** Takes back what attach put on a distribution. */
import { isDeepStrictEqual } from 'node:util'
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { TRIGGERS } from '../../edge/limits.ts'
import { type Association, associationAt, behavioursOf, detached, isOursOn, withBehaviours } from './behaviours.ts'
import { type ConfigDifference, configDifferences } from './config-diff.ts'
import { withHeaderValuesOf } from './header-values.ts'
import { functionNameOrNull, type TriggerChange } from './plan.ts'
import type { Receipt } from './receipt.ts'

export type UndoPlan = {
  config: DistributionConfig
  /** Whether it differs from the current config. */
  changes: boolean
  behaviours: { path: string; changes: TriggerChange[] }[]
  /** What others changed since the receipt was written. */
  others: ConfigDifference[]
  /** Whether `config` is the receipt's, byte for byte. */
  isOriginal: boolean
  /** Headers of origins that `config` has, and whose values are gone with them. */
  lost: string[]
}

/**
 * The receipt's config, where nobody else has changed anything since, or where `whole` asks for it. Otherwise what is
 * ours goes, what it replaced comes back, and what others changed stays.
 */
export function undoPlan(current: DistributionConfig, receipt: Receipt, whole: boolean): UndoPlan {
  const { distribution } = receipt
  const { config: original, lost } = withHeaderValuesOf(receipt.original.config, current)
  const before = new Map(
    behavioursOf(original).map(({ pattern, isDefault, behaviour }) => [keyOf(pattern, isDefault), behaviour]),
  )
  const restored = withBehaviours(current, ({ pattern, isDefault, behaviour }) =>
    detached(behaviour, before.get(keyOf(pattern, isDefault)), distribution),
  )
  const others = configDifferences(original, restored)
  const isOriginal = whole || others.length === 0
  const config = isOriginal ? original : restored
  const isAttached = behavioursOf(current).some(({ behaviour }) => isOursOn(behaviour, distribution))
  return {
    config,
    changes: (isAttached || whole) && !isDeepStrictEqual(plain(current), plain(config)),
    behaviours: changesBetween(current, config),
    others,
    isOriginal,
    lost: isOriginal ? lost : [],
  }
}

/** Without what JSON has not, such as `undefined`. */
const plain = (config: DistributionConfig): unknown => JSON.parse(JSON.stringify(config))

const keyOf = (pattern: string, isDefault: boolean): string => (isDefault ? '' : pattern)

function changesBetween(current: DistributionConfig, config: DistributionConfig): UndoPlan['behaviours'] {
  const after = new Map(behavioursOf(config).map((named) => [keyOf(named.pattern, named.isDefault), named.behaviour]))
  return behavioursOf(current).map(({ pattern, isDefault, behaviour }) => {
    const then = after.get(keyOf(pattern, isDefault))
    const changes = TRIGGERS.map((trigger) => ({
      trigger,
      before: nameOf(associationAt(behaviour, trigger)),
      after: then ? nameOf(associationAt(then, trigger)) : null,
    }))
    return { path: pattern, changes }
  })
}

const nameOf = (association: Association | undefined): string | null => functionNameOrNull(association?.arn)
