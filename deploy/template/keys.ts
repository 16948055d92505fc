/** What private routes are opened with: CloudFront's key groups, and the store of the secrets that the function reads. */
import { CfnKeyGroup, CfnKeyValueStore, CfnPublicKey } from 'aws-cdk-lib/aws-cloudfront'
import { Fn, Token } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { Policies } from '../../bundle/policies.ts'
import type { Conditional, Inputs } from './inputs.ts'
import { logicalIds } from './logical-ids.ts'

/** By the group's name in the config. */
export type KeyGroups = Record<
  string,
  {
    id: string
    /** Ids of its keys: the `Key-Pair-Id` of what is signed with one. */
    publicKeys: string[]
    /** What the names of outputs begin with. */
    logicalId: string
  }
>

/**
 * A key that changes is another one, while a group stays itself: with two keys in it, both are good. Those that no route
 * trusts are made as well, so that a route can come to trust them without a new key.
 */
export function keyGroups(scope: Construct, name: string, { keyGroups }: Policies): KeyGroups {
  const keys = new Map<string, string>()
  const keyId = ({ name: keyName, encodedKey }: Policies['keyGroups'][string]['publicKeys'][number]): string => {
    const known = keys.get(keyName)
    if (known !== undefined) return known
    const hash = keyName.replace(/^.*-/, '')
    const { attrId } = new CfnPublicKey(scope, `PublicKey${hash}`, {
      publicKeyConfig: { name: `${name}-${hash}`, callerReference: `${name}-${hash}`, encodedKey },
    })
    keys.set(keyName, attrId)
    return attrId
  }
  const names = Object.keys(keyGroups)
  const ids = logicalIds(names)
  const made = Object.entries(keyGroups).map(([group, { publicKeys }], index) => {
    const logicalId = `KeyGroup${ids[index]}`
    const items = publicKeys.map(keyId)
    const { attrId } = new CfnKeyGroup(scope, logicalId, {
      keyGroupConfig: { name: `${name}-${group}`, comment: `Rimlight: ${group}`, items },
    })
    return [group, { id: attrId, publicKeys: items, logicalId }] as const
  })
  return Object.fromEntries(made)
}

export type StackStore = {
  /** What the function reads. */
  arn: string
  /** The stack's own, where it has one. */
  own: Conditional<{ arn: string }> | null
}

/**
 * The stack's own is empty at first, so that the function refuses every token.
 * @returns `undefined` where no route has tokens that the function verifies
 */
export function keyValueStore(
  scope: Construct,
  { bundle, name, existingStore }: Pick<Inputs, 'bundle' | 'name' | 'existingStore'>,
): StackStore | undefined {
  if (!bundle.policies.keyValueStore) return undefined
  if (existingStore && !existingStore.unless) return { arn: existingStore.arn, own: null }
  const store = new CfnKeyValueStore(scope, 'KeyValueStore', {
    name: `${name}-keys`,
    comment: 'Rimlight: secrets of tokens',
  })
  const arn = store.attrArn
  if (!existingStore?.unless) return { arn, own: { arn } }
  const condition = existingStore.unless
  store.cfnOptions.condition = condition
  return { arn: Token.asString(Fn.conditionIf(condition.logicalId, arn, existingStore.arn)), own: { arn, condition } }
}
