/** What an account in memory holds, and how a command works on it. */
import type {
  CachePolicyConfig,
  DistributionConfig,
  FunctionConfig,
  KeyGroupConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront'
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'

export type FunctionStage = { code: Uint8Array; config: FunctionConfig; etag: string }

/** `polls`: how often it is asked after before it is ready. */
export type Settling<T> = T & { polls: number }

export type Lambda = { latest: Settling<FunctionConfiguration>; versions: Settling<FunctionConfiguration>[] }

export type Role = {
  /** JSON. */
  trust: string
  policies: Map<string, string>
  /** Times that Lambda, and then CloudFront, don't know it yet. */
  unknownTo: { lambda: number; edge: number }
}

/** `policy`: JSON; null: it has none. `key`: as its default encryption names it; null: SSE-S3. */
export type Bucket = { region: string; policy: string | null; key: { name?: string; algorithm: string } | null }

/** `policy`: JSON. */
export type Key = { arn: string; isManaged: boolean; state: string; policy: string }

export type Account = {
  account: string
  /** Whose calls these are. */
  arn: string
  distributions: Map<string, Settling<{ config: DistributionConfig; etag: string }>>
  functions: Map<string, { development: FunctionStage; live: FunctionStage | null }>
  /** By id, as the other policies. */
  cachePolicies: Map<string, CachePolicyConfig>
  originRequestPolicies: Map<string, OriginRequestPolicyConfig>
  responseHeadersPolicies: Map<string, ResponseHeadersPolicyConfig>
  /** By name. */
  keyValueStores: Map<string, { arn: string; status: string; values?: Record<string, string> }>
  /** By id. */
  keyGroups: Map<string, KeyGroupConfig>
  publicKeys: Map<string, string>
  lambdas: Map<string, Lambda>
  roles: Map<string, Role>
  buckets: Map<string, Bucket>
  /** Of KMS, by every name that it has. */
  keys: Map<string, Key>
  /** What TestFunction measures for a path. */
  utilisation: (path: string) => number
  /** A new one. */
  etag(): string
}

/** Handles one command; throws the service's own errors. */
export type Handler = (
  input: Record<string, unknown>,
  aws: Account,
  client: { region: string },
) => object | Promise<object>

/** Of four services, which have no type of command in common. */
type CommandClass = new (input: never) => object

export type CommandRow = { action: string; command: CommandClass; isMutation: boolean; handle: Handler }
