/** Sends a part of the primary distribution's viewers to a staging one; each of them stays where they were sent. */
import { CfnContinuousDeploymentPolicy, type CfnDistribution } from 'aws-cdk-lib/aws-cloudfront'
import type { Construct } from 'constructs'

export const continuousDeployment = (
  scope: Construct,
  staging: CfnDistribution,
  weight: number,
): CfnContinuousDeploymentPolicy =>
  new CfnContinuousDeploymentPolicy(scope, 'Rollout', {
    continuousDeploymentPolicyConfig: {
      enabled: true,
      stagingDistributionDnsNames: [staging.attrDomainName],
      trafficConfig: {
        type: 'SingleWeight',
        singleWeightConfig: { weight, sessionStickinessConfig: { idleTtl: 300, maximumTtl: 600 } },
      },
    },
  })
