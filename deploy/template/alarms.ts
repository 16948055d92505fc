/** Alarms on errors and throttling. */
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { CfnTopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { LambdaName } from '../../bundle/manifest.ts'
import { LOGICAL_IDS } from './inputs.ts'

type Watched = {
  distributionId: string
  /** Names of functions. */
  viewerRequest: string
  lambdas: readonly (readonly [LambdaName, string])[]
}

type AlarmRow = {
  id: string
  about: string
  namespace: 'AWS/CloudFront' | 'AWS/Lambda'
  metric: string
  dimensions: Record<string, string>
  statistic: 'Sum' | 'Average'
  /** The alarm goes off at this value and above. */
  threshold: number
  /** Of five minutes each, one after the other. */
  periods: number
}

const AT_THE_FIRST = { namespace: 'AWS/CloudFront', statistic: 'Sum', threshold: 1, periods: 1 } as const

/**
 * Developer Guide, "Types of metrics for CloudFront": all in us-east-1, and from all edge locations. Lambda@Edge's
 * errors are among them, by distribution, as CloudFront's console has them ("Default Lambda@Edge function metrics").
 * Lambda's own metrics are in the region where a function ran, under its name with `us-east-1.` before it; these are
 * us-east-1's.
 */
function alarmRows({ distributionId, viewerRequest, lambdas }: Watched): AlarmRow[] {
  const distribution = { DistributionId: distributionId, Region: 'Global' }
  const functions = { ...distribution, FunctionName: viewerRequest }
  const alarm = (id: string, metric: string, about: string, dimensions: Record<string, string>): AlarmRow => ({
    ...AT_THE_FIRST,
    id,
    metric,
    about,
    dimensions,
  })
  return [
    {
      ...alarm('ServerErrors', '5xxErrorRate', 'one in a hundred responses and more is a 5xx', distribution),
      statistic: 'Average',
      periods: 2,
    },
    alarm('ViewerRequestErrors', 'FunctionExecutionErrors', 'viewer-request failed', functions),
    alarm('ViewerRequestInvalid', 'FunctionValidationErrors', 'viewer-request returned what is not valid', functions),
    alarm('ViewerRequestThrottles', 'FunctionThrottles', 'viewer-request was throttled', functions),
    alarm('LambdaErrors', 'LambdaExecutionError', 'a Lambda@Edge function failed', distribution),
    alarm('LambdaInvalid', 'LambdaValidationError', 'a Lambda@Edge function returned what is not valid', distribution),
    alarm('LambdaThrottles', 'LambdaLimitExceededErrors', 'a Lambda@Edge function was throttled', distribution),
    ...lambdas.flatMap(([name, functionName]) => {
      const id = LOGICAL_IDS[name]
      const dimensions = { FunctionName: `us-east-1.${functionName}` }
      return [
        alarm(`${id}Errors`, 'Errors', `${name} failed in us-east-1`, dimensions),
        alarm(`${id}Throttles`, 'Throttles', `${name} was throttled in us-east-1`, dimensions),
      ].map((row) => ({ ...row, namespace: 'AWS/Lambda' as const }))
    }),
  ]
}

export function alarms(scope: Construct, topic: CfnTopic, watched: Watched): void {
  for (const { id, about, namespace, metric, dimensions, statistic, threshold, periods } of alarmRows(watched)) {
    new CfnAlarm(scope, `${id}Alarm`, {
      alarmDescription: `Rimlight: ${about}`,
      namespace,
      metricName: metric,
      dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
      statistic,
      period: 300,
      evaluationPeriods: periods,
      threshold,
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      // Without requests there are no figures.
      treatMissingData: 'notBreaching',
      alarmActions: [topic.ref],
      okActions: [topic.ref],
    })
  }
}
