/** The config as the handlers read it: the values of `edge/rules.ts`. */
import { isDeepStrictEqual } from 'node:util'

import {
  type ApiOriginSettings,
  type ImageSettings,
  isS3,
  originOf,
  type RouteSettings,
  type S3OriginSettings,
  type Settings,
} from '../bundle/settings.ts'
import { COMMON_FORMAT } from '../edge/canonical.ts'
import { INTERNAL_HEADERS } from '../edge/headers.ts'
import { routeTableOf } from '../edge/patterns.ts'
import type * as rules from '../edge/rules.ts'
import { SIGNING_PARAMETERS } from '../edge/signed.ts'
import { VARIANT_PARAMETERS } from '../edge/variant.ts'
import { bucketDomains } from '../urls/s3-domains.ts'
import { forwardedNames } from './forwarded.ts'
import { pathOfPrefix } from './origins.ts'
import { responseHeaders } from './response-headers.ts'
import { ratioOf } from './schema.ts'
import { tokenRuleOf } from './token-rules.ts'

/** The values of `edge/rules.ts`, all of them. */
export type Rules = typeof rules

export function compile(settings: Settings): Rules {
  const { domains, routes, headers } = settings
  const images = routes.flatMap((route) => imagesOf(route) ?? [])
  const shared = [...new Map(images.map((settings) => [JSON.stringify(settings), settings])).values()]
  return {
    domains: domains as [string, ...string[]],
    routes: routes.map((route) => ({
      cached: route.cache !== 'never',
      s3: isS3(originOf(settings, route)),
      parameters: [...parametersOf(route), ...signingParametersOf(route)].toSorted(),
      version: route.version,
      ...queryOf(route),
      images: shared.findIndex((rule) => isDeepStrictEqual(rule, imagesOf(route))),
      ...(route.cors ? { cors: corsRuleOf(route.cors, route.auth !== null) } : {}),
      ...tokenPart(route),
      ...(isSigned(route) ? { signed: true as const } : {}),
    })),
    routeTable: routeTableOf(routes.map(({ path }) => path)),
    imageRules: shared.map(imageRuleOf),
    imageLimits: shared.map(({ maxInputBytes, maxInputPixels }) => ({ maxInputBytes, maxInputPixels })),
    buckets: routes.map((route) => (route.images ? bucketOf(originOf(settings, route)) : null)),
    dropRequest: [...INTERNAL_HEADERS, ...headers.dropRequest],
    origins: routes.map((route) => ({ ...originRuleOf(originOf(settings, route)), strip: route.strip.length })),
    lifetimes: routes.map((route) => ({
      default: route.cache === 'never' ? 0 : route.cache.default,
      missing: route.missing,
      settle: route.settle,
      private: route.auth !== null,
    })),
    dropResponse: headers.dropResponse,
    setResponse: responseHeaders(headers).map(({ name, value, type }) => ({ name, value, type })),
  }
}

/** Of a single quality there is no choice: it is the default, which is never in the key. */
const hasChoice = (images: ImageSettings | null): boolean => (images?.qualities.length ?? 0) > 1

function tokenPart(route: RouteSettings): { token?: rules.TokenRule } {
  const token = tokenRuleOf(route)
  return token ? { token } : {}
}

const isSigned = ({ auth }: RouteSettings): boolean => auth?.type === 'signed'

/** The query is part of what is signed: the function adds nothing to it. */
const imagesOf = (route: RouteSettings): ImageSettings | null =>
  route.images && isSigned(route) ? { ...route.images, formats: [] } : route.images

/** What the function leaves in the query for CloudFront to check, and no key has. */
const signingParametersOf = (route: RouteSettings): readonly string[] =>
  isSigned(route) && route.cache !== 'never' ? SIGNING_PARAMETERS : []

function queryOf(route: RouteSettings): { query?: string[] } {
  const names = [...route.query, ...forwardedNames(route).parameters, ...signingParametersOf(route)]
  return names.length > 0 ? { query: names } : {}
}

/** The names that the cache key of a route may hold, sorted. */
export function parametersOf(route: RouteSettings): string[] {
  if (route.cache === 'never') return []
  return [
    ...(route.version ? [route.version] : []),
    ...route.query,
    ...forwardedNames(route).parameters,
    ...(route.images ? VARIANT_PARAMETERS.filter((name) => name !== 'q' || hasChoice(route.images)) : []),
  ].toSorted()
}

export const imageRuleOf = (images: ImageSettings): rules.ImageRule => ({
  formats: images.formats,
  requestable: ['webp', 'jpg', 'png', COMMON_FORMAT, ...images.formats.filter((format) => format === 'avif')],
  widths: images.widths as [number, ...number[]],
  ratios: images.ratios && (images.ratios.map(ratioOf) as [number, ...number[]]),
  hasParts: images.rect,
  qualities: images.qualities as [number, ...number[]],
  quality: images.quality,
})

/** `*` is every header but `authorization`: Fetch Standard, "CORS non-wildcard request-header name". */
const corsRuleOf = ({ origins, maxAge }: NonNullable<RouteSettings['cors']>, hasAuth: boolean): rules.CorsRule => ({
  origins,
  preflight: {
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': hasAuth ? '*, authorization' : '*',
    ...(origins === '*' ? {} : { vary: 'origin' }),
    ...(maxAge === undefined ? {} : { 'access-control-max-age': `${maxAge}` }),
  },
})

const originRuleOf = (origin: S3OriginSettings | ApiOriginSettings): Omit<rules.OriginRule, 'strip'> =>
  isS3(origin)
    ? { domains: bucketDomains(origin.bucket, origin.region), prefix: pathOfPrefix(origin.prefix ?? '') }
    : { domains: [origin.domain], prefix: '' }

const bucketOf = (origin: S3OriginSettings | ApiOriginSettings): rules.Bucket | null =>
  isS3(origin) ? { bucket: origin.bucket, region: origin.region } : null

/** The module that takes the place of `edge/rules.ts` in a bundle. esbuild writes out constants that come first. */
export const rulesModule = (table: Rules): string =>
  Object.entries(table)
    .map(([name, value]) => `export const ${name} = ${literal(value)}\n`)
    .join('')

/** JSON, and regular expressions as they are written in code. */
function literal(value: unknown): string {
  if (value instanceof RegExp) return String(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${literal(item)}`)
    .join(',')}}`
}
