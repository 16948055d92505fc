/**
 * `rimlight/cdk`: a distribution of a bundle as a construct, for an application of the AWS CDK.
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
import { InputError } from '../base/errors.ts'
import type { BuiltBundle } from '../bundle/read-bundle.ts'
import type { LambdaTrigger } from '../edge/limits.ts'
import { bucketPolicy } from './template/bucket-policy.ts'
import {
  type CodeLocation,
  DEFAULTS,
  HTTP_VERSION,
  HTTP_VERSION_OF_ROLLOUT,
  type Inputs,
  NAME_CHARACTERS,
  type OriginAccess,
  TLS,
} from './template/inputs.ts'
import { type StackResources, stackResources } from './template/resources.ts'

export { type BuiltBundle, readBundle } from '../bundle/read-bundle.ts'
export type { OriginAccess } from './template/inputs.ts'

export type RimlightDistributionProps = {
  /** What `rimlight build` wrote: `await readBundle('dist')`. The Lambda functions' code is the zips in its folder. */
  bundle: BuiltBundle
  /** Host names, such as the config's `domains`; they need a certificate. Default: CloudFront's own name alone. */
  domainNames?: string[]
  /** ARN of a certificate of ACM in us-east-1 that is for all of `domainNames`. */
  certificateArn?: string
  /** Default: `PriceClass_All`. */
  priceClass?: 'PriceClass_All' | 'PriceClass_200' | 'PriceClass_100'
  /** ARN of a web ACL of AWS WAF, scope `CLOUDFRONT`. */
  webAclArn?: string
  /**
   * `existing`, the default: the buckets of the config are there, and `bucketStatements` has what their policies need.
   * `created`: the stack creates them, private, and keeps them when it is deleted; they have to be in us-east-1.
   */
  buckets?: 'existing' | 'created'
  /** How CloudFront reads buckets; default: origin access control. */
  originAccess?: OriginAccess
  /** How long the log groups in us-east-1 keep what is written: days that CloudWatch Logs knows; default 30. */
  logRetentionDays?: number
  /** How long access logs are kept, in days; default 90. */
  accessLogDays?: number
  /** USD a month for CloudFront and Lambda, of which the alarm topic is told; default 50; `null`: no budget. */
  monthlyBudget?: number | null
  /** Who is told of alarms and costs, once the address is confirmed; others may subscribe to `alarmTopic`. */
  alarmEmail?: string
  /**
   * Makes it a staging distribution, with neither names, certificate nor budget of its own. `weight`: the share of the
   * primary's viewers that it is sent, 0 to 0.15.
   */
  staging?: { weight: number }
  /** The id of the continuous deployment policy of a staging distribution; CloudFront then serves no HTTP/3. */
  rolloutPolicyId?: string
}

/**
 * A distribution of a bundle, with its functions, policies, roles, logs, alarms and budget. Its stack has to be in
 * us-east-1, where Lambda@Edge functions are. The versions of Lambda functions outlive their replacement and the stack:
 * they are what to go back to, and AWS does not delete what still has replicas at the edge.
 */
export class RimlightDistribution extends Construct {
  readonly distribution: IDistribution
  readonly distributionArn: string
  /** What origin-response reads originals as: a key of KMS that encrypts them has to let it decrypt. */
  readonly imageRole: IRole
  readonly accessLogs: IBucket
  /** Where alarms and the budget are told of. */
  readonly alarmTopic: ITopic
  /** ARN of the CloudFront Function. */
  readonly viewerRequestArn: string
  /** ARNs of the versions that the behaviours have. */
  readonly originRequestArn: string
  readonly originResponseArn: string
  /** For a staging distribution: what the primary's `rolloutPolicyId` is. */
  readonly rolloutPolicyId: string | undefined
  readonly #resources: StackResources

  /**
   * @throws InputError for a stack in another region, names without a certificate, and buckets that can't be created
   * there
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
    this.alarmTopic = Topic.fromTopicArn(this, 'ImportedAlarmTopic', alarmTopic.ref)
    this.viewerRequestArn = viewerRequest.attrFunctionArn
    this.originRequestArn = lambdas['origin-request'].version.ref
    this.originResponseArn = lambdas['origin-response'].version.ref
    this.rolloutPolicyId = rollout
    this.#resources = made
  }

  /**
   * What the policy of a bucket of the config needs, for `bucket.addToResourcePolicy`: this distribution and the image
   * role may read what cached routes serve and nothing of `never` routes, and nobody may use plain HTTP.
   * @throws Error for a bucket that no route of the config uses
   */
  bucketStatements(bucket: string): PolicyStatement[] {
    const { access, readers } = this.#resources
    const found = access.find((one) => one.bucket === bucket)
    if (!found) {
      const names = access.map((one) => one.bucket).join(', ')
      throw new InputError(`expected one of the buckets that routes use (${names}), found ${JSON.stringify(bucket)}`, {
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
    throw new InputError(`expected a certificateArn for the domainNames ${domainNames.join(', ')}, found none`, {
      code: 'certificate-missing',
      expected: `a certificateArn for the domainNames ${domainNames.join(', ')}`,
      found: 'none',
    })
  }
  return {
    bundle,
    name: Names.uniqueResourceName(scope, { maxLength: NAME_CHARACTERS, separator: '-' }),
    code: {
      'origin-request': asset(scope, bundle, 'origin-request'),
      'origin-response': asset(scope, bundle, 'origin-response'),
    },
    buckets: props.buckets ?? 'existing',
    originAccess: props.originAccess ?? { kind: 'control' },
    aliases: domainNames.length > 0 ? domainNames : undefined,
    certificate:
      certificateArn === undefined
        ? { cloudFrontDefaultCertificate: true }
        : { acmCertificateArn: certificateArn, ...TLS },
    priceClass: props.priceClass ?? DEFAULTS.priceClass,
    webAcl: props.webAclArn,
    rollout: staging ? { kind: 'staging', ...staging } : primary(props.rolloutPolicyId),
    logRetentionDays: props.logRetentionDays ?? DEFAULTS.logRetentionDays,
    accessLogDays: props.accessLogDays ?? DEFAULTS.accessLogDays,
    budget: monthlyBudget === null || staging ? null : { amount: monthlyBudget },
    email: alarmEmail === undefined ? null : { address: alarmEmail },
  }
}

const primary = (policy: string | undefined): Inputs['rollout'] => ({
  kind: 'primary',
  httpVersion: policy === undefined ? HTTP_VERSION : HTTP_VERSION_OF_ROLLOUT,
  policy,
})

function asset(scope: Construct, bundle: BuiltBundle, trigger: LambdaTrigger): CodeLocation {
  const path = join(bundle.folder, bundle.manifest.artefacts[trigger].file)
  const { s3BucketName, s3ObjectKey } = new Asset(scope, `Code-${trigger}`, { path })
  return { bucket: s3BucketName, key: s3ObjectKey }
}
