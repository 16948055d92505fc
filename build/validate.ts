/** Checks that take more than one field: references, the order of routes, quotas, and what CloudFront would refuse. */

import { isObject } from '../base/json-values.ts'
import type { RouteSettings, Settings } from '../bundle/settings.ts'
import type { IsSound, Problem } from './problem.ts'
import { keyGroupProblems, redirectProblems } from './validate-auth.ts'
import { headerProblems } from './validate-headers.ts'
import { orderProblems } from './validate-order.ts'
import { originsProblems } from './validate-origins.ts'
import { routeProblems } from './validate-route.ts'

/** As `hasPrivateResponses`, of a route in which anything may be wrong. */
const hasPrivatePolicy = ({ auth, headers }: Partial<RouteSettings>): boolean =>
  Boolean(auth) || (Array.isArray(headers) && headers.includes('authorization'))

/** @param settings what the schema made of the file: where that found problems, parts may be missing or misshapen */
export function configProblems(settings: Settings, isSound: IsSound): Problem[] {
  const routes = Array.isArray(settings.routes) ? settings.routes : []
  return [
    ...originsProblems(settings, isSound),
    ...routes.flatMap((route, i) => (isObject(route) ? routeProblems(settings, i, isSound) : [])),
    ...orderProblems(routes, isSound),
    ...(['domains', 'origins', 'routes'].every(isSound) ? redirectProblems(settings) : []),
    ...(isSound('keyGroups') ? keyGroupProblems(settings) : []),
    ...(isSound('headers')
      ? headerProblems(
          settings.headers,
          routes.some((route) => isObject(route) && hasPrivatePolicy(route)),
          settings.cacheTags === true,
        )
      : []),
  ]
}
