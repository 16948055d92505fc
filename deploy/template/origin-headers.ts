/** The headers that CloudFront adds to requests to origins: each has a value from outside of the bundle. */
import { describedDistribution } from '../../bundle/distribution.ts'
import type { Policies } from '../../bundle/policies.ts'
import { logicalIds } from './logical-ids.ts'

/** `id`: of the template's parameter. */
export type OriginHeaderParameter = { id: string; origin: string; header: string }

/** The parameters for values of origin headers: of all origins that a behaviour uses, in their order. */
export function originHeaderParameters(policies: Policies): OriginHeaderParameter[] {
  const named = describedDistribution(policies).origins.flatMap(({ name, headers }) =>
    headers.map((header) => ({ origin: name, header })),
  )
  const ids = logicalIds(named.map(({ origin, header }) => `Header ${origin} ${header}`))
  return named.map((one, index) => ({ id: ids[index] as string, ...one }))
}
