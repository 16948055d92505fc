/** The config as the handlers read it: the values of `edge/rules.ts`. */
import { isDeepStrictEqual } from 'node:util'
import { mediaTypeOfFile } from '../base/media-type.ts'
import {
  type ApiOriginSettings,
  hasPrivateResponses,
  type ImageSettings,
  isS3,
  originOf,
  originsOf,
  type RouteSettings,
  type S3OriginSettings,
  type Settings,
} from '../bundle/settings.ts'
import { INTERNAL_HEADERS } from '../edge/headers.ts'
import { imageRuleOf, keyParameters } from '../edge/image-rule.ts'
import { canonicalPath } from '../edge/path.ts'
import { routeTableOf } from '../edge/patterns.ts'
import type * as rules from '../edge/rules.ts'
import { SIGNING_PARAMETERS } from '../edge/signed.ts'
import { bucketDomains } from '../urls/s3-domains.ts'
import { corsRuleOf } from './cors.ts'
import { forwardedNames } from './forwarded.ts'
import { pathOfPrefix } from './origins.ts'
import { responseHeaders } from './response-headers.ts'
import { keySetsOf, routesWithoutCommon, tokenRuleOf } from './token-rules.ts'

/** The values of `edge/rules.ts`, all of them. */
export type Rules = typeof rules

export function compile(settings: Settings): Rules {
  const { domains, routes, headers } = settings
  const keySets = keySetsOf(routes)
  const images = routes.flatMap(({ images }) => images ?? [])
  const guards = routes.map(guardOf)
  const shared = [...new Map(images.map((settings) => [JSON.stringify(settings), settings])).values()]
  return {
    domains: domains as [string, ...string[]],
    canonicalHost: settings.canonicalHost && domains.length > 1,
    cacheTags: settings.cacheTags,
    logs: settings.logs,
    routes: routes.map((route) => ({
      cached: route.cache !== 'never',
      s3: isS3(originOf(settings, route)),
      parameters: [...parametersOf(route), ...signingParametersOf(route)].toSorted(),
      version: route.version,
      ...queryOf(route),
      images: shared.findIndex((rule) => isDeepStrictEqual(rule, route.images)),
      ...(route.cors ? { cors: corsRuleOf(route.cors, route.auth !== null) } : {}),
      ...tokenPart(route, keySets),
      ...(isSigned(route) ? { signed: true as const } : {}),
      ...(route.index ? { index: indexRuleOf(route.index) } : {}),
    })),
    routeTable: routeTableOf(routes.map(({ path }) => path)),
    imageRules: shared.map(imageRuleOf),
    imageLimits: shared.map(imageLimitOf),
    buckets: routes.map((route) => (route.images ? originsOf(settings, route).flatMap(bucketsOf) : [])),
    placeholders: routes.map((route) => placeholderOf(route, originOf(settings, route))),
    dropRequest: [...INTERNAL_HEADERS, ...headers.dropRequest],
    origins: routes.map((route) => {
      const common = { strip: route.strip.length, guard: guards.indexOf(guardOf(route)) }
      return originsOf(settings, route).map((origin) => ({ ...originRuleOf(origin), ...common }))
    }),
    lifetimes: routes.map((route) => ({
      default: route.cache === 'never' ? 0 : route.cache.default,
      missing: route.missing,
      settle: route.settle,
      private: hasPrivateResponses(route),
      vary: variedHeaders(route),
    })),
    keySets,
    dropResponse: headers.dropResponse,
    setResponse: responseHeaders(headers).map(({ name, value, type }) => ({ name, value, type })),
  }
}

const imageLimitOf = ({ maxInputBytes, maxInputPixels, budget, heic }: ImageSettings): rules.ImageLimit => ({
  maxInputBytes,
  maxInputPixels,
  budget,
  ...(heic ? { heic } : {}),
})

function tokenPart(route: RouteSettings, keySets: readonly rules.KeySet[]): { token?: rules.TokenRule } {
  const token = tokenRuleOf(route, keySets)
  return token ? { token } : {}
}

const isSigned = ({ auth }: RouteSettings): boolean => auth?.type === 'signed'

/** The parameters of signed URLs, which the function leaves in the query for CloudFront to check; no cache key has them. */
const signingParametersOf = (route: RouteSettings): readonly string[] =>
  isSigned(route) && route.cache !== 'never' ? SIGNING_PARAMETERS : []

function queryOf(route: RouteSettings): { query?: string[] } {
  const names = [...route.query, ...forwardedNames(route).parameters, ...signingParametersOf(route)]
  return names.length > 0 ? { query: names } : {}
}

/** What caches behind CloudFront have to key on as well (RFC 9110, 12.5.5). `host` is in every key. */
function variedHeaders(route: RouteSettings): string[] {
  if (route.cache === 'never') return []
  const { headers, cookies } = forwardedNames(route)
  const names = [...route.headers, ...headers, ...(cookies.length > 0 ? ['cookie'] : [])]
  return [...new Set(names)].filter((name) => name !== 'host')
}

/** The names that the cache key of a route may hold, sorted. */
export const parametersOf = (route: RouteSettings): string[] =>
  route.cache === 'never'
    ? []
    : keyParameters(route.version, [...route.query, ...forwardedNames(route).parameters], route.images)

const indexRuleOf = ({ file, redirect }: NonNullable<RouteSettings['index']>): rules.IndexRule =>
  redirect ? { name: file, redirect } : { name: file }

/** Which viewers a route lets in, as a text that is the same for two routes which let in the same. */
const guardOf = ({ auth, cache }: RouteSettings): string => JSON.stringify([auth, cache === 'never'])

function placeholderOf({ placeholder: key }: RouteSettings, origin: S3OriginSettings | ApiOriginSettings) {
  const [bucket] = bucketsOf(origin)
  if (key === null || !bucket) return null
  const path = canonicalPath(`/${key.split('/').map(encodeURIComponent).join('/')}`)
  return { ...bucket, key, path, type: mediaTypeOfFile(key) ?? '' }
}

const originRuleOf = (origin: S3OriginSettings | ApiOriginSettings): Pick<rules.OriginRule, 'domains' | 'prefix'> =>
  isS3(origin)
    ? { domains: bucketDomains(origin.bucket, origin.region), prefix: pathOfPrefix(origin.prefix ?? '') }
    : { domains: [origin.domain], prefix: '' }

const bucketsOf = (origin: S3OriginSettings | ApiOriginSettings): rules.Bucket[] =>
  isS3(origin) ? [{ bucket: origin.bucket, region: origin.region }] : []

/** The module that takes the place of `edge/rules.ts` in a bundle. esbuild writes out constants that come first. */
export function rulesModule(table: Rules): string {
  const routes = routesWithoutCommon(table.routes).map(shortRoute)
  const values = Object.entries({ ...table, routes, imageRules: table.imageRules.map(shortened) })
  const names = new Map(repeated(values).map((text, i) => [text, `shared${i}`]))
  return [
    ...[...names].map(([text, name]) => `const ${name} = ${text}\n`),
    ...values.map(([name, value]) => `export const ${name} = ${literal(value, names)}\n`),
  ].join('')
}

/**
 * Literals that stand in the rules more than once, such as rules for tokens, CORS headers or names of parameters of several
 * routes, where a constant for them takes fewer bytes.
 */
function repeated(values: unknown): string[] {
  const seen = new Map<string, number>()
  const see = (value: unknown) => {
    if (typeof value !== 'object' || value === null || value instanceof RegExp) return
    const text = literal(value)
    const count = (seen.get(text) ?? 0) + 1
    seen.set(text, count)
    if (count === 1) Object.values(value).forEach(see)
  }
  see(values)
  return [...seen].flatMap(([text, count]) => (count > 1 && (count - 1) * text.length > 10 + 3 * count ? [text] : []))
}

/** Leaves out values such as `false`, which the handlers read in the same way where there are none, and which cost the function bytes. */
const shortened = (rule: object) =>
  Object.fromEntries(
    Object.entries(rule).filter(
      ([, value]) => value !== undefined && value !== false && value !== null && value !== -1,
    ),
  )

/** Leaves out what the function does not read: without a cache there is no key, so a route needs neither parameters nor a version. */
const shortRoute = ({ parameters, version, ...others }: rules.RouteRule) =>
  shortened(others.cached ? { ...others, parameters, version } : others)

/** JSON, and regular expressions as they are written in code. */
function literal(value: unknown, names?: ReadonlyMap<string, string>): string {
  if (value instanceof RegExp) return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const name = names?.get(literal(value))
  if (name) return name
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, names)).join(',')}]`
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${literal(item, names)}`)
    .join(',')}}`
}
