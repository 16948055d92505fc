/** What AWS has of a distribution, for the config that is made of it. */
import type { Clients } from '../../../deploy/attach/aws-clients.ts'
import { behavioursOf } from '../../../deploy/attach/behaviours.ts'
import { readBehaviourPolicies, readDistribution, readIdentity } from '../../../deploy/attach/distribution.ts'
import { readKeyGroups } from '../../../deploy/attach/key-groups.ts'
import type { AwsSession } from '../../../deploy/aws/session.ts'
import type { DistributionFacts } from './facts.ts'

export async function readFacts({ calls, line }: AwsSession<Clients>, id: string): Promise<DistributionFacts> {
  line.show(`Reading ${id}`)
  const distribution = await readDistribution(calls, id, await readIdentity(calls))
  const behaviours = behavioursOf(distribution.config).map(({ behaviour }) => behaviour)
  const policies = await readBehaviourPolicies(calls, behaviours)
  return { distribution, policies, keyGroups: await readKeyGroups(calls, behaviours) }
}
