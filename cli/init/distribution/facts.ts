/** What is read of a distribution, and what is said of it besides the config. */
import type { FoundDistribution } from '../../../deploy/attach/distribution.ts'
import type { FoundPolicies } from '../../../deploy/attach/findings.ts'
import type { FoundKeyGroup } from '../../../deploy/attach/key-groups.ts'

export type DistributionFacts = {
  distribution: Pick<FoundDistribution, 'id' | 'domain' | 'config'>
  policies: FoundPolicies
  keyGroups: Record<string, FoundKeyGroup>
}

/** What the config does not say, or says otherwise: `at` is what a comment stands before, `routes[2]`. */
export type Note = { at: string; text: string }

/** An item by an id that a file has. Own ones alone: an id may be `constructor`, a property that every object inherits. */
export const own = <T>(all: Readonly<Record<string, T>>, id: string): T | undefined =>
  Object.hasOwn(all, id) ? all[id] : undefined
