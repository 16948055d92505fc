/** Whether CloudFront checks signatures where the config says so, and by the keys that it has. */
import { createPublicKey } from 'node:crypto'
import { GetKeyGroupCommand, GetPublicKeyCommand } from '@aws-sdk/client-cloudfront'
import type { Policies } from '../../bundle/policies.ts'
import type { CloudFrontBehaviour } from './behaviours.ts'
import type { Calls } from './calls.ts'
import type { PairedBehaviour } from './routing.ts'

export type FoundKeyGroup = { name: string; keys: FoundKey[] }

type FoundKey = { id: string; pem: string }

/** By id; each group and each key is read once. */
export async function readKeyGroups(
  { find }: Calls,
  behaviours: readonly CloudFrontBehaviour[],
): Promise<Record<string, FoundKeyGroup>> {
  const keys = new Map<string, FoundKey>()
  const keyOf = async (Id: string): Promise<FoundKey> => {
    const known = keys.get(Id)
    if (known) return known
    const answer = await find('cloudfront:GetPublicKey', ({ cloudfront }) =>
      cloudfront.send(new GetPublicKeyCommand({ Id })),
    )
    const key = { id: Id, pem: answer?.PublicKey?.PublicKeyConfig?.EncodedKey ?? '' }
    keys.set(Id, key)
    return key
  }
  const found: Record<string, FoundKeyGroup> = {}
  for (const Id of new Set(behaviours.flatMap(trustedIds))) {
    const answer = await find('cloudfront:GetKeyGroup', ({ cloudfront }) =>
      cloudfront.send(new GetKeyGroupCommand({ Id })),
    )
    const { Name = Id, Items = [] } = answer?.KeyGroup?.KeyGroupConfig ?? {}
    const group: FoundKeyGroup = { name: Name, keys: [] }
    for (const key of Items) group.keys.push(await keyOf(key))
    found[Id] = group
  }
  return found
}

/** Developer Guide, "Add a signer to a distribution": where it is not enabled, nothing is checked. */
const trustedIds = ({ TrustedKeyGroups: groups }: CloudFrontBehaviour): readonly string[] =>
  groups?.Enabled ? (groups.Items ?? []) : []

type WantedKey = Policies['keyGroups'][string]['publicKeys'][number]

export function keyGroupFindings(
  { behaviour, wanted }: PairedBehaviour,
  keyGroups: Record<string, FoundKeyGroup>,
  policies: Policies,
): { problems: string[]; notes: string[] } {
  const problems: string[] = []
  if (behaviour.TrustedSigners?.Enabled) {
    problems.push(
      `trusted signers: expected none, found ${behaviour.TrustedSigners.Items?.join(', ') || 'some'}: CloudFront would take signatures by keys of whole accounts; take key groups in their place`,
    )
  }
  const groups = trustedIds(behaviour).map((id) => keyGroups[id] as FoundKeyGroup)
  const names = groups.map(({ name }) => name).join(', ')
  const wantedGroups = wanted.trustedKeyGroups.join(', ')
  if (wanted.trustedKeyGroups.length === 0) {
    if (groups.length > 0) {
      problems.push(
        `trusted key groups: expected none, since the route has no auth of type 'signed', found ${names}: CloudFront asks for signatures that the function takes out of the query; give the route auth, or take the groups off the behaviour`,
      )
    }
    return { problems, notes: [] }
  }
  if (groups.length === 0) {
    problems.push(
      `trusted key groups: expected ${wantedGroups}, found none: everybody could read it; upload the public keys (\`aws cloudfront create-public-key\`), make a group of them (\`aws cloudfront create-key-group\`), and name it among the behaviour's trusted key groups`,
    )
    return { problems, notes: [] }
  }
  const wantedKeys = new Map<string, WantedKey>()
  for (const name of wanted.trustedKeyGroups) {
    for (const key of policies.keyGroups[name]?.publicKeys ?? []) wantedKeys.set(spki(key.encodedKey), key)
  }
  const foundKeys = new Map(groups.flatMap(({ name, keys }) => keys.map((key) => [spki(key.pem), { name, key }])))
  for (const [content, { name }] of wantedKeys) {
    if (foundKeys.has(content)) continue
    problems.push(
      `trusted key groups: expected the public key ${name} of ${wantedGroups} in one of ${names}, found it in none: what is signed with it would be refused; upload it (\`aws cloudfront create-public-key\`) and add it to a group (\`aws cloudfront update-key-group\`), or take it out of the config`,
    )
  }
  for (const [content, { name, key }] of foundKeys) {
    if (wantedKeys.has(content)) continue
    problems.push(
      `trusted key groups: expected the config's keys alone, found ${key.id} in ${name}: whoever has its private key can read; take it out of the group (\`aws cloudfront update-key-group\`), or add it to keyGroups`,
    )
  }
  return { problems, notes: [] }
}

/** What is the same for the same key, however its PEM is written; a key that can't be read is itself alone. */
function spki(pem: string): string {
  try {
    return createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64')
  } catch {
    return pem
  }
}
