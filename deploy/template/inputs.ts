/** What the parts of the stack are made from: values of an application, or parameters and conditions of a template. */
import type { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import type { CfnCondition, IResolvable } from 'aws-cdk-lib/core'
import type { LambdaName, PerLambda } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'

/** What the logical ids of a Lambda function's resources begin with. */
export const LOGICAL_IDS: Record<LambdaName, string> = {
  'viewer-request-lambda': 'ViewerRequestLambda',
  'origin-request': 'OriginRequest',
  'origin-response': 'OriginResponse',
}

/** An object in a bucket in us-east-1. */
export type CodeLocation = { bucket: string; key: string }

/** A resource that there is only where a condition of the template holds; without a condition there always is. */
export type Conditional<Value> = Value & { condition?: CfnCondition }

/**
 * How CloudFront proves to S3 who it is when it reads a bucket: by origin access control, which AWS recommends, or by
 * an origin access identity, its predecessor.
 */
export type OriginAccess =
  | { kind: 'control' }
  /** An identity that the stack makes. */
  | { kind: 'identity' }
  /** An identity that exists and that bucket policies know. `id`: such as E2QWRUHAPOMQZL. */
  | { kind: 'existing-identity'; id: string }

/** Values of the headers that CloudFront adds to requests, by the origin's name and the header's. */
export type OriginHeaders = Readonly<Record<string, Readonly<Record<string, string>>>>

export type Inputs = {
  bundle: BuiltBundle
  /** What the names begin with that have to be unique in the account; at most `NAME_CHARACTERS`. */
  name: string
  code: PerLambda<CodeLocation>
  buckets: 'existing' | 'created'
  /** Whether the Lambda functions outlive the stack. */
  retainFunctions?: boolean | undefined
  originAccess: OriginAccess
  originHeaders: OriginHeaders
  aliases: string[] | IResolvable | undefined
  certificate: CfnDistribution.ViewerCertificateProperty
  priceClass: string
  /** ARN. */
  webAcl: string | undefined
  rollout: Rollout
  /** A key value store in the place of one of the stack's own. */
  existingStore: ExistingStore | undefined
  logRetentionDays: number
  logs: LogInputs
  accessLogDays: number
  /** USD a month. */
  budget: Conditional<{ amount: number }> | null
  email: Conditional<{ address: string }> | null
}

/**
 * `v1`: standard logging (legacy), lines with tabs. `v2`: standard logging v2, as Parquet; `database`: what is to be made of
 * the data catalog, with a table of them, for Athena.
 */
export type LogInputs = { kind: 'v1' } | { kind: 'v2'; database: string | undefined }

/** `unless`: where this condition of the template holds, there is none, and the stack has one of its own. */
export type ExistingStore = { arn: string; unless?: CfnCondition }

export type Rollout =
  /** `policy`: the id of a continuous deployment policy; `httpVersion` goes with it. */
  | { kind: 'primary'; httpVersion: string; policy: string | undefined }
  /** A staging distribution. `weight`: the share of the primary's viewers, 0 to 0.15. */
  | { kind: 'staging'; weight: number }

/** The defaults. Days; USD a month. */
export const DEFAULTS = { priceClass: 'PriceClass_All', logRetentionDays: 30, accessLogDays: 90, budget: 50 }

/**
 * Characters: what `-viewer-request-` and 8 characters leave of a function's 64 (CloudFront API, FunctionName).
 * Policies and origin access controls may be longer.
 */
export const NAME_CHARACTERS = 40

/** HTTP/3 can't go together with continuous deployment: Developer Guide, "Quotas and other considerations" of it. */
export const HTTP_VERSION_OF_ROLLOUT = 'http2'
