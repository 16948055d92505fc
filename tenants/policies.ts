/** The policies and the origin access control of a shard: found by their names, made where they are not there. */
import {
  CreateCachePolicyCommand,
  CreateOriginAccessControlCommand,
  CreateOriginRequestPolicyCommand,
  CreateResponseHeadersPolicyCommand,
  DeleteCachePolicyCommand,
  DeleteOriginRequestPolicyCommand,
  DeleteResponseHeadersPolicyCommand,
  GetCachePolicyCommand,
  GetOriginRequestPolicyCommand,
  GetResponseHeadersPolicyCommand,
  ListCachePoliciesCommand,
  ListOriginAccessControlsCommand,
  ListOriginRequestPoliciesCommand,
  ListResponseHeadersPoliciesCommand,
} from '@aws-sdk/client-cloudfront'
import { Failure } from '../base/errors.ts'
import type { Policies } from '../bundle/policies.ts'
import { POLICIES_PER_ACCOUNT } from '../edge/limits.ts'
import { allPages, awsName, type Calls } from './aws.ts'

/** Ids by names. */
type Ids = Map<string, string>

export type PolicyKind = 'cachePolicies' | 'originRequestPolicies' | 'responseHeadersPolicies'

type Kind = {
  what: string
  policies: PolicyKind
  list(calls: Calls): Promise<Ids>
  /** @returns its id */
  create(calls: Calls, config: never): Promise<string>
  remove(calls: Calls, Id: string): Promise<unknown>
}

const named = (pairs: (readonly [string | undefined, string | undefined])[]): Ids =>
  new Map(pairs.flatMap(([name, id]) => (name && id ? [[name, id] as const] : [])))

/** CloudFront's own policies, which `custom` leaves out, count against no quota. */
const KINDS: readonly Kind[] = [
  {
    what: 'cache policies',
    policies: 'cachePolicies',
    list: async ({ call }) =>
      named(
        await allPages(async (Marker) => {
          const { CachePolicyList: list } = await call('cloudfront:ListCachePolicies', ({ cloudfront }) =>
            cloudfront.send(new ListCachePoliciesCommand({ Type: 'custom', ...(Marker ? { Marker } : {}) })),
          )
          const items = list?.Items?.map(({ CachePolicy: one }) => [one?.CachePolicyConfig?.Name, one?.Id] as const)
          return { items, next: list?.NextMarker }
        }),
      ),
    create: async ({ call }, CachePolicyConfig) => {
      const answer = await call('cloudfront:CreateCachePolicy', ({ cloudfront }) =>
        cloudfront.send(new CreateCachePolicyCommand({ CachePolicyConfig })),
      )
      return answer.CachePolicy?.Id ?? ''
    },
    async remove({ find }, Id) {
      const found = await find('cloudfront:GetCachePolicy', ({ cloudfront }) =>
        cloudfront.send(new GetCachePolicyCommand({ Id })),
      )
      return (
        found &&
        find('cloudfront:DeleteCachePolicy', ({ cloudfront }) =>
          cloudfront.send(new DeleteCachePolicyCommand({ Id, IfMatch: found.ETag })),
        )
      )
    },
  },
  {
    what: 'origin request policies',
    policies: 'originRequestPolicies',
    list: async ({ call }) =>
      named(
        await allPages(async (Marker) => {
          const { OriginRequestPolicyList: list } = await call(
            'cloudfront:ListOriginRequestPolicies',
            ({ cloudfront }) =>
              cloudfront.send(new ListOriginRequestPoliciesCommand({ Type: 'custom', ...(Marker ? { Marker } : {}) })),
          )
          const items = list?.Items?.map(
            ({ OriginRequestPolicy: one }) => [one?.OriginRequestPolicyConfig?.Name, one?.Id] as const,
          )
          return { items, next: list?.NextMarker }
        }),
      ),
    create: async ({ call }, OriginRequestPolicyConfig) => {
      const answer = await call('cloudfront:CreateOriginRequestPolicy', ({ cloudfront }) =>
        cloudfront.send(new CreateOriginRequestPolicyCommand({ OriginRequestPolicyConfig })),
      )
      return answer.OriginRequestPolicy?.Id ?? ''
    },
    async remove({ find }, Id) {
      const found = await find('cloudfront:GetOriginRequestPolicy', ({ cloudfront }) =>
        cloudfront.send(new GetOriginRequestPolicyCommand({ Id })),
      )
      return (
        found &&
        find('cloudfront:DeleteOriginRequestPolicy', ({ cloudfront }) =>
          cloudfront.send(new DeleteOriginRequestPolicyCommand({ Id, IfMatch: found.ETag })),
        )
      )
    },
  },
  {
    what: 'response headers policies',
    policies: 'responseHeadersPolicies',
    list: async ({ call }) =>
      named(
        await allPages(async (Marker) => {
          const { ResponseHeadersPolicyList: list } = await call(
            'cloudfront:ListResponseHeadersPolicies',
            ({ cloudfront }) =>
              cloudfront.send(
                new ListResponseHeadersPoliciesCommand({ Type: 'custom', ...(Marker ? { Marker } : {}) }),
              ),
          )
          const items = list?.Items?.map(
            ({ ResponseHeadersPolicy: one }) => [one?.ResponseHeadersPolicyConfig?.Name, one?.Id] as const,
          )
          return { items, next: list?.NextMarker }
        }),
      ),
    create: async ({ call }, ResponseHeadersPolicyConfig) => {
      const answer = await call('cloudfront:CreateResponseHeadersPolicy', ({ cloudfront }) =>
        cloudfront.send(new CreateResponseHeadersPolicyCommand({ ResponseHeadersPolicyConfig })),
      )
      return answer.ResponseHeadersPolicy?.Id ?? ''
    },
    async remove({ find }, Id) {
      const found = await find('cloudfront:GetResponseHeadersPolicy', ({ cloudfront }) =>
        cloudfront.send(new GetResponseHeadersPolicyCommand({ Id })),
      )
      return (
        found &&
        find('cloudfront:DeleteResponseHeadersPolicy', ({ cloudfront }) =>
          cloudfront.send(new DeleteResponseHeadersPolicyCommand({ Id, IfMatch: found.ETag })),
        )
      )
    },
  },
]

/** The names end in a hash of what is in a policy, so that one of this name is this policy. */
export const policyName = (shard: string, name: string): string => `rimlight-${shard}-${name.replace(/^rimlight-/, '')}`

/**
 * @returns ids by the names that `policies.json` calls them by
 * @throws Failure where the account has no room for those that are missing
 */
export async function ensurePolicies(
  calls: Calls,
  shard: string,
  policies: Policies,
  progress: (text: string) => void,
): Promise<Record<string, string>> {
  const ids: Record<string, string> = {}
  for (const { what, policies: key, list, create } of KINDS) {
    const found = await list(calls)
    const missing = policies[key].filter(({ Name }) => !found.has(policyName(shard, Name)))
    for (const policy of policies[key]) {
      const id = found.get(policyName(shard, policy.Name))
      if (id !== undefined) ids[policy.Name] = id
    }
    for (const policy of missing) {
      const name = policyName(shard, policy.Name)
      progress(`Creating ${name}`)
      ids[policy.Name] = await create(calls, { ...policy, Name: name } as never).catch((error) => {
        if (!/^TooMany.*Policies$/.test(awsName(error))) throw error
        throw new Failure(
          `the account has ${found.size} ${what}, of which ${POLICIES_PER_ACCOUNT} are its quota unless it was raised, and ${missing.length} more are needed for ${shard}; delete what is no longer used, or ask for more in the Service Quotas console, and run the same command again: it carries on`,
          { code: 'quota', cause: error },
        )
      })
    }
  }
  return ids
}

/** Of the account, without CloudFront's own. */
export async function listedPolicies(calls: Calls): Promise<{ kind: PolicyKind; id: string; name: string }[]> {
  const found: { kind: PolicyKind; id: string; name: string }[] = []
  for (const { policies: kind, list } of KINDS) {
    for (const [name, id] of await list(calls)) found.push({ kind, id, name })
  }
  return found
}

/** One that is gone is no fault. @throws Failure where it is in use */
export async function deletePolicy(calls: Calls, { kind, id }: { kind: PolicyKind; id: string }): Promise<void> {
  await KINDS.find(({ policies }) => policies === kind)?.remove(calls, id)
}

/** @returns its id */
export async function ensureOriginAccessControl(calls: Calls, shard: string): Promise<string> {
  const name = `rimlight-${shard}-buckets`
  const found = await allPages(async (Marker) => {
    const { OriginAccessControlList: list } = await calls.call(
      'cloudfront:ListOriginAccessControls',
      ({ cloudfront }) => cloudfront.send(new ListOriginAccessControlsCommand(Marker ? { Marker } : {})),
    )
    return { items: list?.Items, next: list?.NextMarker }
  })
  const id = found.find(({ Name }) => Name === name)?.Id
  if (id !== undefined) return id
  const answer = await calls.call('cloudfront:CreateOriginAccessControl', ({ cloudfront }) =>
    cloudfront.send(
      new CreateOriginAccessControlCommand({
        OriginAccessControlConfig: {
          Name: name,
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      }),
    ),
  )
  return answer.OriginAccessControl?.Id ?? ''
}
