/** The SNS topic that alarms and the budget are sent to, and the address that reads it. */
import { CfnSubscription, CfnTopic, CfnTopicPolicy } from 'aws-cdk-lib/aws-sns'
import { Aws } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { httpsOnly, policyDocument } from '../aws/iam.ts'
import type { Inputs } from './inputs.ts'

export function alarmTopic(scope: Construct, email: Inputs['email']): CfnTopic {
  const topic = new CfnTopic(scope, 'AlarmTopic', {})
  new CfnTopicPolicy(scope, 'AlarmTopicPolicy', {
    topics: [topic.ref],
    policyDocument: policyDocument<object>([
      {
        Sid: 'AlarmsAndBudget',
        Effect: 'Allow',
        Principal: { Service: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'] },
        Action: 'sns:Publish',
        Resource: topic.ref,
        Condition: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      },
      httpsOnly('HttpsOnly', 'sns:Publish', topic.ref),
    ]),
  })
  if (email) {
    const subscription = new CfnSubscription(scope, 'AlarmSubscription', {
      topicArn: topic.ref,
      protocol: 'email',
      endpoint: email.address,
    })
    if (email.condition) subscription.cfnOptions.condition = email.condition
  }
  return topic
}
