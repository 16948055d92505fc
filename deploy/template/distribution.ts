/** The distribution: a behaviour for each route in order, with its origin, policies and functions. */
import { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import type { CfnBucket } from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'
import { COMMENT_CHARACTERS, type DescribedBehaviour, describedDistribution } from '../../bundle/distribution.ts'
import type { PerLambda } from '../../bundle/manifest.ts'
import { HTTP_VERSION_OF_ROLLOUT, type Inputs } from './inputs.ts'
import type { KeyGroups } from './keys.ts'
import { groupResources, originResources, type Reader } from './origins.ts'
import type { PolicyIds } from './policies.ts'

export type Parts = {
  reader: Reader | undefined
  policyIds: PolicyIds
  keyGroups: KeyGroups
  /** ARNs. */
  viewerRequest: string
  /** ARNs of versions. */
  lambdas: PerLambda<string>
  /** Of legacy logs; those of v2 are delivered by what knows the distribution. */
  accessLogs: CfnBucket | undefined
}

/** What is before the names of legacy log files, which begin with the distribution's id. */
export const V1_PREFIX = 'cloudfront'

export function distribution(scope: Construct, inputs: Inputs, parts: Parts): CfnDistribution {
  const { policies } = inputs.bundle
  const described = describedDistribution(policies)
  return new CfnDistribution(scope, 'Distribution', {
    distributionConfig: {
      enabled: true,
      comment: `Rimlight: ${policies.domains.join(', ')}`.slice(0, COMMENT_CHARACTERS),
      ipv6Enabled: true,
      priceClass: inputs.priceClass,
      ...(inputs.webAcl === undefined ? {} : { webAclId: inputs.webAcl }),
      ...rolloutConfig(inputs),
      origins: originResources(described.origins, parts.reader, inputs.originHeaders),
      ...(described.groups.length > 0 ? { originGroups: groupResources(described.groups) } : {}),
      cacheBehaviors: described.behaviours.map((behaviour) => ({
        pathPattern: behaviour.path,
        ...behaviourResource(behaviour, parts),
      })),
      defaultCacheBehavior: behaviourResource(described.defaultBehaviour, parts),
      customErrorResponses: described.errors.map(({ status, seconds }) => ({
        errorCode: status,
        errorCachingMinTtl: seconds,
      })),
      ...(described.cacheTagHeader === undefined ? {} : { cacheTagConfig: { headerName: described.cacheTagHeader } }),
      ...(parts.accessLogs && {
        logging: { bucket: parts.accessLogs.attrDomainName, prefix: `${V1_PREFIX}/`, includeCookies: false },
      }),
    },
  })
}

/** A staging distribution answers to its primary's names: it has none of its own. */
function rolloutConfig({ rollout, aliases, certificate }: Inputs) {
  if (rollout.kind === 'staging') {
    return {
      staging: true,
      httpVersion: HTTP_VERSION_OF_ROLLOUT,
      viewerCertificate: { cloudFrontDefaultCertificate: true },
    }
  }
  return {
    httpVersion: rollout.httpVersion,
    viewerCertificate: certificate,
    ...(aliases === undefined ? {} : { aliases: aliases as string[] }),
    ...(rollout.policy === undefined ? {} : { continuousDeploymentPolicyId: rollout.policy }),
  }
}

const behaviourResource = (
  behaviour: DescribedBehaviour,
  { policyIds, keyGroups, viewerRequest, lambdas }: Parts,
): CfnDistribution.DefaultCacheBehaviorProperty => ({
  targetOriginId: behaviour.originId,
  viewerProtocolPolicy: behaviour.viewerProtocolPolicy,
  allowedMethods: [...behaviour.allowedMethods],
  cachedMethods: [...behaviour.cachedMethods],
  compress: behaviour.compress,
  cachePolicyId: idOf(policyIds, behaviour.cachePolicy),
  originRequestPolicyId: idOf(policyIds, behaviour.originRequestPolicy),
  responseHeadersPolicyId: idOf(policyIds, behaviour.responseHeadersPolicy),
  ...(behaviour.trustedKeyGroups.length > 0
    ? { trustedKeyGroups: behaviour.trustedKeyGroups.map((name) => groupId(keyGroups, name)) }
    : {}),
  ...(behaviour.viewerRequest === 'lambda'
    ? {}
    : { functionAssociations: [{ eventType: 'viewer-request', functionArn: viewerRequest }] }),
  lambdaFunctionAssociations: [
    ...(behaviour.viewerRequest === 'lambda'
      ? [{ eventType: 'viewer-request', lambdaFunctionArn: lambdas['viewer-request-lambda'] as string }]
      : []),
    { eventType: 'origin-request', lambdaFunctionArn: lambdas['origin-request'] },
    { eventType: 'origin-response', lambdaFunctionArn: lambdas['origin-response'] },
  ],
})

function groupId(groups: KeyGroups, name: string): string {
  const group = groups[name]
  if (group === undefined) throw new Error(`policies.json: a behaviour names the key group ${name}, which is not in it`)
  return group.id
}

function idOf(ids: PolicyIds, name: string): string {
  const id = ids[name]
  if (id === undefined) throw new Error(`policies.json: a behaviour names the policy ${name}, which is not in it`)
  return id
}
