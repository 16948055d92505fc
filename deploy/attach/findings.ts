/** What the checks of a behaviour are given, and what they find. */
import type {
  CachePolicyConfig,
  DistributionConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import type { FoundKeyGroup } from './key-groups.ts'

export type Findings = {
  /** What attach refuses. */
  problems: string[]
  /** What attach tells of, and leaves as it is. */
  notes: string[]
}

/** By id, as the account has them. */
export type FoundPolicies = {
  cache: Record<string, CachePolicyConfig>
  originRequest: Record<string, OriginRequestPolicyConfig>
  responseHeaders: Record<string, ResponseHeadersPolicyConfig>
}

export type CheckContext = {
  config: DistributionConfig
  distribution: string
  found: FoundPolicies
  /** By id. */
  keyGroups: Record<string, FoundKeyGroup>
  bundle: BuiltBundle
  /** Whether others' functions on our triggers may be replaced. */
  replaces: boolean
}

/** The policy of a name that a behaviour of the bundle has: `policies.json` holds each of them. */
export const policyNamed = <Policy extends { Name: string }>(policies: readonly Policy[], name: string): Policy =>
  policies.find(({ Name }) => Name === name) as Policy
