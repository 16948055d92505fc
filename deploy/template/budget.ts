/** A monthly budget, which tells the topic when it is nearly spent. */
import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import type { CfnTopic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import type { Inputs } from './inputs.ts'

/** When the topic is told: percent of the budget, spent or forecast. */
const NOTIFICATIONS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
]

/**
 * The account's, for the services that serve and compute at the edge: AWS tells costs of one distribution by tags
 * alone.
 */
const SERVICES = ['Amazon CloudFront', 'AWS Lambda']

export function monthlyBudget(scope: Construct, topic: CfnTopic, budget: NonNullable<Inputs['budget']>): CfnBudget {
  const resource = new CfnBudget(scope, 'Budget', {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: budget.amount, unit: 'USD' },
      costFilters: { Service: SERVICES },
    },
    notificationsWithSubscribers: NOTIFICATIONS.map((notification) => ({
      notification: { ...notification, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers: [{ subscriptionType: 'SNS', address: topic.ref }],
    })),
  })
  if (budget.condition) resource.cfnOptions.condition = budget.condition
  return resource
}
