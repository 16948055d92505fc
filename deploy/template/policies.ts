/** The policies of `policies.json` as resources: CloudFormation's shapes are the API's, but for lists. */
import { CfnResource } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { isObject } from '../../base/json-values.ts'
import type { Policies } from '../../bundle/policies.ts'

/** Ids by the names that behaviours call policies by. */
export type PolicyIds = Record<string, string>

type Lists = 'plain' | 'items'

/**
 * `lists`: what CloudFormation makes of the API's `{ Quantity, Items }`: the items, or an object that has them alone.
 */
const KINDS = [
  { policies: 'cachePolicies', kind: 'CachePolicy', lists: 'plain' },
  { policies: 'originRequestPolicies', kind: 'OriginRequestPolicy', lists: 'plain' },
  { policies: 'responseHeadersPolicies', kind: 'ResponseHeadersPolicy', lists: 'items' },
] as const

/**
 * A policy that changes is a new one under a new name, as its name ends in a hash of what is in it: the distribution's
 * one update changes over to all that is new at once.
 */
export function policyResources(scope: Construct, name: string, policies: Policies): PolicyIds {
  const rows = KINDS.flatMap(({ policies: list, kind, lists }) =>
    policies[list].map((policy): [string, string] => {
      const hash = policy.Name.split('-').at(-1)
      const resource = new CfnResource(scope, `${kind}${hash}`, {
        type: `AWS::CloudFront::${kind}`,
        properties: {
          [`${kind}Config`]: {
            ...(withLists(policy, lists) as object),
            Name: `${name}-${policy.Name.replace(/^rimlight-/, '')}`,
          },
        },
      })
      return [policy.Name, resource.ref]
    }),
  )
  return Object.fromEntries(rows)
}

function withLists(value: unknown, lists: Lists): unknown {
  if (Array.isArray(value)) return value.map((item) => withLists(item, lists))
  if (!isObject(value)) return value
  if ('Quantity' in value) {
    const items = withLists(value.Items ?? [], lists)
    return lists === 'plain' ? items : { Items: items }
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withLists(item, lists)]))
}
