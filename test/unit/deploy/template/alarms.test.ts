import { describe, expect, it } from 'vitest'
import { bundleOf, CONFIG } from './bundles.ts'
import { joined, onlyResource, plain, resourcesOf, templateFor } from './templates.ts'

const template = templateFor(bundleOf(CONFIG))
const viewerRequest = onlyResource(template, 'AWS::CloudFront::Function')
const topic = `<${onlyResource(template, 'AWS::SNS::Topic').id}>`

type Alarm = {
  Namespace: string
  MetricName: string
  Statistic: string
  Threshold: number
  Dimensions: { Name: string; Value: string }[]
  AlarmActions: string[]
  TreatMissingData: string
}

describe('alarms', () => {
  const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ properties }) => plain(properties) as Alarm)

  it('are on 5xx, on errors and on throttling of each function', () => {
    const rows = alarms.map(({ Namespace, MetricName, Statistic, Threshold, Dimensions }) => [
      `${Namespace} ${MetricName} ${Statistic} ${Threshold}`,
      Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(' '),
    ])
    const distribution = 'DistributionId=<Distribution> Region=Global'
    const functions = `${distribution} FunctionName=${joined(viewerRequest.properties.Name)}`
    expect(rows).toEqual([
      ['AWS/CloudFront 5xxErrorRate Average 1', distribution],
      ['AWS/CloudFront FunctionExecutionErrors Sum 1', functions],
      ['AWS/CloudFront FunctionValidationErrors Sum 1', functions],
      ['AWS/CloudFront FunctionThrottles Sum 1', functions],
      ['AWS/CloudFront LambdaExecutionError Sum 1', distribution],
      ['AWS/CloudFront LambdaValidationError Sum 1', distribution],
      ['AWS/CloudFront LambdaLimitExceededErrors Sum 1', distribution],
      ['AWS/Lambda Errors Sum 1', 'FunctionName=us-east-1.<OriginRequestFunction>'],
      ['AWS/Lambda Throttles Sum 1', 'FunctionName=us-east-1.<OriginRequestFunction>'],
      ['AWS/Lambda Errors Sum 1', 'FunctionName=us-east-1.<OriginResponseFunction>'],
      ['AWS/Lambda Throttles Sum 1', 'FunctionName=us-east-1.<OriginResponseFunction>'],
    ])
  })

  it('tell the topic, and not of hours without requests', () => {
    for (const alarm of alarms) {
      expect(alarm).toMatchObject({ AlarmActions: [topic], TreatMissingData: 'notBreaching' })
    }
  })
})

describe('the topic', () => {
  it('takes what alarms and the budget of this account have to say, over HTTPS', () => {
    expect(plain(onlyResource(template, 'AWS::SNS::TopicPolicy').properties)).toMatchObject({
      Topics: [topic],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'] },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } },
          },
          { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
        ],
      },
    })
  })

  it('goes to an e-mail address where one is given', () => {
    template.hasParameter('AlarmEmail', { Default: '' })
    template.hasResource('AWS::SNS::Subscription', {
      Condition: 'HasAlarmEmail',
      Properties: { Protocol: 'email', Endpoint: { Ref: 'AlarmEmail' } },
    })
  })
})

it('the budget is 50 USD a month where nothing else is said, and tells when it is spent or will be', () => {
  template.hasParameter('MonthlyBudget', { Type: 'Number', Default: 50 })
  template.hasResource('AWS::Budgets::Budget', { Condition: 'HasMonthlyBudget' })
  const { properties } = onlyResource(template, 'AWS::Budgets::Budget')
  const notifies = (NotificationType: string, Threshold: number) => ({
    Notification: { NotificationType, Threshold, ThresholdType: 'PERCENTAGE', ComparisonOperator: 'GREATER_THAN' },
    Subscribers: [{ SubscriptionType: 'SNS', Address: topic }],
  })
  expect(plain(properties)).toEqual({
    Budget: {
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: '<MonthlyBudget>', Unit: 'USD' },
      CostFilters: { Service: ['Amazon CloudFront', 'AWS Lambda'] },
    },
    NotificationsWithSubscribers: [notifies('ACTUAL', 80), notifies('ACTUAL', 100), notifies('FORECASTED', 100)],
  })
  template.hasCondition('HasMonthlyBudget', { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'MonthlyBudget' }, '0'] }] })
})

it('the outputs are what other tools ask for', () => {
  const outputs = template.toJSON().Outputs as Record<string, { Value: unknown }>
  const values = Object.entries(outputs).map(([id, { Value }]) => [id, plain(Value)])
  expect(Object.fromEntries(values)).toMatchObject({
    DistributionId: '<Distribution>',
    DistributionDomainName: '<Distribution.DomainName>',
    DistributionArn: 'arn:aws:cloudfront::<AWS::AccountId>:distribution/<Distribution>',
    ViewerRequestArn: `<${viewerRequest.id}.FunctionARN>`,
    OriginRequestArn: expect.stringMatching(/^<OriginRequestVersion/),
    OriginResponseArn: expect.stringMatching(/^<OriginResponseVersion/),
    ImageRoleArn: '<OriginResponseRole.Arn>',
    AccessLogsBucket: '<AccessLogs>',
    AlarmTopicArn: '<AlarmTopic>',
  })
})
