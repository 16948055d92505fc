/**
 * `rimlight/cdk`: a distribution of a bundle as a construct, for an application of the AWS CDK. It needs the packages
 * aws-cdk-lib and constructs, which the application has.
 *
 * ```ts
 * import { App, Stack } from 'aws-cdk-lib'
 * import { readBundle, RimlightDistribution } from 'rimlight/cdk'
 *
 * const stack = new Stack(new App(), 'Cdn', { env: { region: 'us-east-1' } })
 * const cdn = new RimlightDistribution(stack, 'Images', { bundle: await readBundle('dist') })
 * for (const statement of cdn.bucketStatements('example-photos')) photos.addToResourcePolicy(statement)
 * ```
 */
import { join } from 'node:path'
import { Distribution, type IDistribution } from 'aws-cdk-lib/aws-cloudfront'
import { type IRole, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam'
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3'
import { Asset } from 'aws-cdk-lib/aws-s3-assets'
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns'
import { Names } from 'aws-cdk-lib/core'
import { Construct } from 'constructs'
import { unexpectedInput } from '../base/errors.ts'
import { HTTP_VERSION, TLS } from '../bundle/distribution.ts'
import { artefactOf, type LambdaName, perLambda } from '../bundle/manifest.ts'
import type { BuiltBundle } from '../bundle/read-bundle.ts'
import { bucketPolicy } from './template/bucket-policy.ts'
import {
  type CodeLocation,
  DEFAULTS,
  HTTP_VERSION_OF_ROLLOUT,
  type Inputs,
  NAME_CHARACTERS,
  type OriginAccess,
} from './template/inputs.ts'
import { originHeaderParameters } from './template/origin-headers.ts'
import { type StackResources, stackResources } from './template/resources.ts'

export { InputError } from '../base/errors.ts'
export { type BuiltBundle, readBundle } from '../bundle/read-bundle.ts'
export type { OriginAccess } from './template/inputs.ts'

/** What a `RimlightDistribution` is made from. Only `bundle` is required. */
export type RimlightDistributionProps = {
  /** What `rimlight build` wrote: `await readBundle('dist')`. The Lambda functions' code is the zips in its folder. */
  bundle: BuiltBundle
  /**
   * Host names that viewers ask for, such as the config's `domains`; they need `certificateArn`.
   * @default none: CloudFront's own name alone, such as d111111abcdef8.cloudfront.net
   */
  domainNames?: string[]
  /**
   * ARN of a certificate of ACM in us-east-1 that is for all of `domainNames`.
   * @default none: CloudFront's own certificate, for its own name
   */
  certificateArn?: string
  /**
   * Whether the Lambda functions stay when the stack is deleted: Lambda deletes none that has replicas at the edge, and they
   * are there for hours after the distribution is gone.
   * @default false: then the deletion of the stack fails, and has to be repeated some hours later
   */
  retainFunctions?: boolean
  /**
   * Where CloudFront serves from: everywhere, without the dearest regions, or in the cheapest ones alone.
   * @default 'PriceClass_All'
   */
  priceClass?: 'PriceClass_All' | 'PriceClass_200' | 'PriceClass_100'
  /**
   * ARN of a web ACL of AWS WAF whose scope is `CLOUDFRONT`: `arn:aws:wafv2:us-east-1:…:global/webacl/…`.
   * @default none
   */
  webAclArn?: string
  /**
   * - `existing`: the buckets of the config are there; `bucketStatements` gives what their policies need.
   * - `created`: the stack creates them, private, and keeps them when it is deleted; they have to be in us-east-1.
   * @default 'existing'
   */
  buckets?: 'existing' | 'created'
  /**
   * How CloudFront reads the buckets.
   * @default { kind: 'control' }, origin access control
   */
  originAccess?: OriginAccess
  /**
   * The values of the headers that CloudFront adds to requests (`headers` of the config's API origins), by the origin's name
   * and the header's, in lower case. They are secrets: give references, which stay out of the template, such as
   * `SecretValue.secretsManager('api').unsafeUnwrap()`.
   * @default none; an origin with `headers` needs all of its own
   */
  originHeaders?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /**
   * Days that the functions' log groups in us-east-1 keep what is written: a number that CloudWatch Logs takes (1, 3,
   * 5, 7, 14, 30, 60, 90, …; CloudWatch Logs API, PutRetentionPolicy). Lambda@Edge makes log groups in other regions
   * itself, and those keep it for ever.
   * @default 30
   */
  logRetentionDays?: number
  /**
   * Days that access logs are kept.
   * @default 90
   */
  accessLogDays?: number
  /**
   * How access logs are written: `v1` by standard logging (legacy), as lines; `v2` by standard logging v2, as Parquet in
   * folders by the hour, with the fields that `rimlight logs` reads, among them what the function logs (`logs: true`).
   * @default 'v1'
   */
  logs?: 'v1' | 'v2'
  /**
   * With `logs: 'v2'`: the name of a database of the data catalog that does not exist yet. The stack makes it, with the table
   * `access_logs` in it, by which Athena reads the logs. Lower-case letters, digits and `_`.
   * @default none: no table
   */
  logDatabase?: string
  /**
   * USD a month for all of the account's CloudFront and Lambda. `alarmTopic` is told at 80 and 100 % of it, and when
   * more is forecast. `null`: no budget.
   * @default 50; none for a staging distribution
   */
  monthlyBudget?: number | null
  /**
   * An e-mail address that is told of alarms and costs, once its owner has confirmed it. Others subscribe to
   * `alarmTopic`.
   * @default none
   */
  alarmEmail?: string
  /**
   * ARN of a key value store that holds the secrets of tokens already, such as the `keyValueStoreArn` of a staging
   * distribution's primary. Only for bundles with routes whose tokens the function verifies (`algorithms: ['HS256']`).
   * @default a store of its own, which is empty at first: `rimlight keys add` puts secrets there
   */
  keyValueStoreArn?: string
  /**
   * Makes it a staging distribution, which tries a bundle out on a part of another distribution's viewers. It has
   * neither names nor a certificate nor a budget of its own. `weight`: the share of the viewers that it is sent, from 0
   * to 0.15.
   * @default none: a distribution of its own
   */
  staging?: { weight: number }
  /**
   * For the primary distribution: the `rolloutPolicyId` of its staging distribution. CloudFront then serves no HTTP/3.
   * @default none: all viewers stay here
   */
  rolloutPolicyId?: string
}

/**
 * A distribution of a bundle, with its functions, policies, roles, logs, alarms and budget.
 *
 * Its stack has to be in us-east-1, where Lambda@Edge functions are. The versions of Lambda functions outlive their
 * replacement and the stack: they are what a rollback goes back to, and AWS does not delete a version that still has
 * replicas at the edge.
 *
 * @example
 * ```ts
 * const cdn = new RimlightDistribution(stack, 'Images', {
 *   bundle: await readBundle('dist'),
 *   domainNames: ['cdn.example.com'],
 *   certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012',
 *   alarmEmail: 'ops@example.com',
 * })
 * ```
 */
export class RimlightDistribution extends Construct {
  /** The distribution, as other constructs take it: `distributionId`, `distributionDomainName`. */
  readonly distribution: IDistribution
  /** `arn:aws:cloudfront::111122223333:distribution/EDFDVBD6EXAMPLE` */
  readonly distributionArn: string
  /**
   * The role that origin-response reads originals with. A bucket that is encrypted with a key of your own in KMS needs
   * that key to let this role decrypt: `key.grantDecrypt(cdn.imageRole)`.
   */
  readonly imageRole: IRole
  /** The bucket that access logs are delivered to. */
  readonly accessLogs: IBucket
  /** `s3://BUCKET/cloudfront`, or `s3://BUCKET/cloudfront-v2`: what `rimlight logs` reads. */
  readonly accessLogsLocation: string
  /** The SNS topic that alarms and the budget are sent to. */
  readonly alarmTopic: ITopic
  /** ARN of the CloudFront Function at viewer-request. */
  readonly viewerRequestArn: string
  /**
   * ARN of the Lambda version that behaviours have at viewer-request, in the function's place, whose tokens public keys
   * verify (`algorithms: ['RS256']`). `undefined` where no route has such tokens.
   */
  readonly viewerRequestLambdaArn: string | undefined
  /** ARN of the Lambda version at origin-request: `arn:aws:lambda:us-east-1:111122223333:function:NAME:7`. */
  readonly originRequestArn: string
  /** ARN of the Lambda version at origin-response. */
  readonly originResponseArn: string
  /** Of a staging distribution: what its primary takes as `rolloutPolicyId`. `undefined` for any other. */
  readonly rolloutPolicyId: string | undefined
  /**
   * Of each key group of the config, by its name: its id, and the ids of its public keys in the config's order. The
   * latter are what `Key-Pair-Id` has to be in signed URLs and cookies.
   */
  readonly keyGroups: Readonly<Record<string, { id: string; publicKeyIds: readonly string[] }>>
  /** ARN of the store that the function reads the secrets of tokens from. `undefined` where no route has such tokens. */
  readonly keyValueStoreArn: string | undefined
  readonly #resources: StackResources

  /**
   * @param scope a stack in us-east-1, or a construct in one
   * @throws InputError `code: 'wrong-region'` for a stack in another region, and for buckets of other regions that are
   *   to be created; `'certificate-missing'` for `domainNames` without a `certificateArn`; `'origin-headers'` for
   *   `originHeaders` that are not those of the config; `'log-database'` for a `logDatabase` without `logs: 'v2'`, or of a name
   *   that Athena does not take; `'policy-too-large'` where the policy of a bucket would be larger
   *   than S3 allows
   */
  constructor(scope: Construct, id: string, props: RimlightDistributionProps) {
    super(scope, id)
    const made = stackResources(this, inputsOf(this, props))
    const { distribution, imageRole, accessLogs, alarmTopic, viewerRequest, lambdas, rollout } = made
    this.distribution = Distribution.fromDistributionAttributes(this, 'ImportedDistribution', {
      distributionId: distribution.ref,
      domainName: distribution.attrDomainName,
    })
    this.distributionArn = this.distribution.distributionArn
    this.imageRole = Role.fromRoleArn(this, 'ImportedImageRole', imageRole.attrArn)
    this.accessLogs = Bucket.fromBucketName(this, 'ImportedAccessLogs', accessLogs.ref)
    this.accessLogsLocation = made.accessLogsLocation
    this.alarmTopic = Topic.fromTopicArn(this, 'ImportedAlarmTopic', alarmTopic.ref)
    this.viewerRequestArn = viewerRequest.attrFunctionArn
    this.viewerRequestLambdaArn = lambdas['viewer-request-lambda']?.version.ref
    this.originRequestArn = lambdas['origin-request'].version.ref
    this.originResponseArn = lambdas['origin-response'].version.ref
    this.rolloutPolicyId = rollout
    this.keyGroups = Object.fromEntries(
      Object.entries(made.keyGroups).map(([name, { id, publicKeys }]) => [name, { id, publicKeyIds: publicKeys }]),
    )
    this.keyValueStoreArn = made.keyValueStore?.arn
    this.#resources = made
  }

  /**
   * The statements that the policy of a bucket needs: this distribution and the image role may read what cached routes
   * serve and nothing of `never` routes, and nobody may use plain HTTP.
   *
   * @example
   * ```ts
   * const photos = new Bucket(stack, 'Photos', { bucketName: 'example-photos' })
   * for (const statement of cdn.bucketStatements('example-photos')) photos.addToResourcePolicy(statement)
   * ```
   * @param bucket the name of a bucket of the config
   * @throws InputError `code: 'unknown-bucket'` for one that no route of the config uses; `'policy-too-large'` for more
   *   statements than a bucket policy holds
   */
  bucketStatements(bucket: string): PolicyStatement[] {
    const { access, readers } = this.#resources
    const found = access.find((one) => one.bucket === bucket)
    if (!found) {
      const names = access.map((one) => one.bucket).join(', ')
      throw unexpectedInput({
        code: 'unknown-bucket',
        expected: `one of the buckets that routes use (${names})`,
        found: JSON.stringify(bucket),
      })
    }
    return bucketPolicy(found, readers).Statement.map((statement) => PolicyStatement.fromJson(statement))
  }
}

function inputsOf(scope: Construct, props: RimlightDistributionProps): Inputs {
  const { bundle, domainNames = [], certificateArn, monthlyBudget = DEFAULTS.budget, alarmEmail, staging } = props
  if (domainNames.length > 0 && certificateArn === undefined) {
    throw unexpectedInput({
      code: 'certificate-missing',
      expected: `a certificateArn for the domainNames ${domainNames.join(', ')}`,
      found: 'none',
    })
  }
  checkOriginHeaders(bundle, props.originHeaders ?? {})
  return {
    bundle,
    name: Names.uniqueResourceName(scope, { maxLength: NAME_CHARACTERS, separator: '-' }),
    code: perLambda(bundle.manifest, (name) => asset(scope, bundle, name)),
    buckets: props.buckets ?? 'existing',
    originAccess: props.originAccess ?? { kind: 'control' },
    retainFunctions: props.retainFunctions,
    originHeaders: props.originHeaders ?? {},
    aliases: domainNames.length > 0 ? domainNames : undefined,
    certificate:
      certificateArn === undefined
        ? { cloudFrontDefaultCertificate: true }
        : { acmCertificateArn: certificateArn, ...TLS },
    priceClass: props.priceClass ?? DEFAULTS.priceClass,
    webAcl: props.webAclArn,
    rollout: staging ? { kind: 'staging', ...staging } : primary(props.rolloutPolicyId),
    existingStore: props.keyValueStoreArn === undefined ? undefined : { arn: props.keyValueStoreArn },
    logRetentionDays: props.logRetentionDays ?? DEFAULTS.logRetentionDays,
    logs: logsOf(props),
    accessLogDays: props.accessLogDays ?? DEFAULTS.accessLogDays,
    budget: monthlyBudget === null || staging ? null : { amount: monthlyBudget },
    email: alarmEmail === undefined ? null : { address: alarmEmail },
  }
}

function logsOf({ logs = 'v1', logDatabase: database }: RimlightDistributionProps): Inputs['logs'] {
  if (database !== undefined && (logs === 'v1' || !/^[a-z0-9_]{1,128}$/.test(database))) {
    const [expected, found] =
      logs === 'v1'
        ? ["logs: 'v2' beside it", "logs: 'v1'"]
        : ['a name of lower-case letters, digits and _', JSON.stringify(database)]
    throw unexpectedInput({ at: 'logDatabase', code: 'log-database', expected, found })
  }
  return logs === 'v1' ? { kind: logs } : { kind: logs, database }
}

/** The message says nothing of a value. */
function checkOriginHeaders({ policies }: BuiltBundle, given: NonNullable<RimlightDistributionProps['originHeaders']>) {
  const named = (origin: string, header: string) => `${origin}: ${header}`
  const expected = originHeaderParameters(policies).map(({ origin, header }) => named(origin, header))
  const found = Object.entries(given).flatMap(([origin, values]) =>
    Object.keys(values).map((header) => named(origin, header)),
  )
  if (expected.toSorted().join() === found.toSorted().join()) return
  const [wanted, there] = [expected.join(', ') || 'none', found.join(', ') || 'none']
  throw unexpectedInput({
    at: 'originHeaders',
    code: 'origin-headers',
    expected: `values for those of the config (${wanted})`,
    found: there,
  })
}

const primary = (policy: string | undefined): Inputs['rollout'] => ({
  kind: 'primary',
  httpVersion: policy === undefined ? HTTP_VERSION : HTTP_VERSION_OF_ROLLOUT,
  policy,
})

function asset(scope: Construct, bundle: BuiltBundle, name: LambdaName): CodeLocation {
  const path = join(bundle.folder, artefactOf(bundle.manifest, name).file)
  const { s3BucketName, s3ObjectKey } = new Asset(scope, `Code-${name}`, { path })
  return { bucket: s3BucketName, key: s3ObjectKey }
}
