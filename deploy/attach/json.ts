/** Plans for programs: `--json`. */
import { type Plan, type Situation, triggerChanges } from './plan.ts'

export const situationJson = ({ identity, distribution, pairs, notes }: Situation): object => ({
  account: identity.account,
  distribution: { id: distribution.id, domain: distribution.domain, isDeployed: distribution.isDeployed },
  behaviours: pairs.map(({ pattern }) => ({ path: pattern, notes: notes[pattern] })),
  notes: notes[''],
})

export const planJson = (plan: Plan): object => ({
  ...situationJson(plan),
  function: { name: plan.resources.function.name, change: plan.resources.function.change },
  role: { name: plan.resources.role.name, changes: plan.resources.role.changes },
  lambdas: plan.resources.lambdas.map(({ name, version, changes }) => ({ name, version, changes })),
  behaviours: triggerChanges(plan).map(({ path, changes }) => ({ path, changes, notes: plan.notes[path] })),
  updatesDistribution: plan.updates,
})
