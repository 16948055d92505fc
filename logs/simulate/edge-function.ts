/** The CloudFront Function of a config, for URLs from logs: the very code that is deployed, without what asks for a grant. */
import { compileFunction } from 'node:vm'
import { isObject, type JsonObject } from '../../base/json-values.ts'
import { bundle } from '../../build/bundle.ts'
import { compile } from '../../build/compile.ts'
import { policiesOf } from '../../build/policies.ts'
import { TARGETS } from '../../build/targets.ts'
import { itemsOf, type Policies } from '../../bundle/policies.ts'
import type { Settings } from '../../bundle/settings.ts'
import { routeTableOf } from '../../edge/patterns.ts'
import type { RouteTable } from '../../edge/routes.ts'
import { OTHER_IMAGE_PARAMETERS } from '../../edge/variant.ts'
import { cacheKeyOf, keyText } from '../../local/platform/cache-key.ts'
import { functionEvent, functionRequest } from '../../local/platform/function-event.ts'
import type { HeaderLine } from '../../local/protocol/messages.ts'

/** A request as far as a log tells of it. `query`: without `?`. */
export type LoggedUrl = { method: string; isHttp: boolean; path: string; query: string; accept: string }

export type Keyed =
  /** The function answers: a redirect, a refusal, a preflight. */
  | { kind: 'answered' }
  | {
      kind: 'keyed'
      /** What it is cached under. */
      key: string
      /** After the function; without `?`. */
      path: string
      query: string
    }

export type EdgeFunction = {
  settings: Settings
  policies: Policies
  table: RouteTable
  /** By route: the query parameters that it heeds, and which of them is the version. */
  parameters: readonly ReadonlySet<string>[]
  versions: readonly (string | null)[]
  /** @param route its place in the config */
  keyOf(url: LoggedUrl, route: number): Keyed
}

/** No log is written here, and whoever asked had a grant, or was refused whatever the key: a token is never in it, unless it goes on to an API. */
const withoutTokens = (settings: Settings): Settings => ({
  ...settings,
  logs: false,
  routes: settings.routes.map((route) => (route.auth?.type === 'jwt' ? { ...route, auth: null } : route)),
})

/** Which of them browsers send is in no standard log; all browsers send both, and `Accept-Encoding` is two bits of a key. */
const ENCODINGS: HeaderLine = ['accept-encoding', 'gzip, br']

const VIEWER = '192.0.2.1'

const CONTEXT = { distributionDomainName: 'd111111abcdef8.cloudfront.net', distributionId: 'SIMULATED', requestId: '' }

/** @throws BuildError where the config can't be built */
export async function edgeFunctionOf(settings: Settings): Promise<EdgeFunction> {
  const open = withoutTokens(settings)
  const policies = policiesOf(open)
  const [made] = await bundle(TARGETS[0] as (typeof TARGETS)[number], compile(open))
  const handler: unknown = compileFunction(`${made?.code}\nreturn handler`)()
  if (typeof handler !== 'function') throw new Error('expected a function with a handler')
  const cachePolicies = policies.behaviours.map(({ cachePolicy }) =>
    policies.cachePolicies.find(({ Name }) => Name === cachePolicy),
  )
  return {
    settings,
    policies,
    table: routeTableOf(settings.routes.map(({ path }) => path)),
    parameters: open.routes.map((route, index) => {
      const keyed = cachePolicies[index]?.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStrings
      return new Set([...itemsOf(keyed), ...(route.images ? OTHER_IMAGE_PARAMETERS : [])])
    }),
    versions: settings.routes.map(({ version }) => version),
    keyOf({ method, isHttp, path, query, accept }, route) {
      const behaviour = policies.behaviours[route]
      const policy = cachePolicies[route]
      if (behaviour === undefined || policy === undefined) throw new Error(`expected a route, found ${route}`)
      const headers: HeaderLine[] = [
        ['host', settings.domains[0] as string],
        ...(accept === '' ? [] : [['accept', accept] as HeaderLine]),
        ENCODINGS,
        ...(isHttp ? [['cloudfront-forwarded-proto', 'http'] as HeaderLine] : []),
      ]
      const before = { method, path, query, headers }
      const returned: unknown = handler(functionEvent(before, VIEWER, CONTEXT))
      if (!isObject(returned) || 'statusCode' in returned) return { kind: 'answered' }
      // The function may have changed the event that it was given; of a second one nothing is read but the query.
      const again = functionEvent({ ...before, headers: [] }, VIEWER, CONTEXT)
      const after = functionRequest(returned as JsonObject, again, before)
      const key = keyText(cacheKeyOf(policy, after, behaviour.path))
      return { kind: 'keyed', key, path: after.path, query: after.query }
    },
  }
}
