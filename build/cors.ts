/**
 * Cross-origin reads, from one route to its two halves: what the function tells a preflight, and the policy's CorsConfig.
 * Both are made of the same lists, so that they say the same.
 */
import type { CorsConfig } from '../bundle/policies.ts'
import type { CorsSettings } from '../bundle/settings.ts'
import type { CorsRule } from '../edge/rules.ts'

/** A cached S3 route takes no other methods. */
const READ_METHODS = ['GET', 'HEAD']

/** CloudFront API Reference, ResponseHeadersPolicyAccessControlAllowMethods; `ALL` stands for them. */
export const CORS_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'] as const

/**
 * What may be sent where nothing is named and `*` would be the name of a header: to requests with credentials it names
 * none (Fetch Standard, "CORS protocol and credentials"), and CloudFront refuses it (github.com/aws/aws-cdk/pull/35308).
 */
const HEADERS_WITH_CREDENTIALS = ['authorization', 'content-type', 'range']

/** `*` is every header but `authorization`: Fetch Standard, "CORS non-wildcard request-header name". */
function allowedHeaders({ headers, credentials }: CorsSettings, isReadOnly: boolean, hasAuth: boolean): string[] {
  if (headers) return headers
  if (credentials) return HEADERS_WITH_CREDENTIALS
  return isReadOnly && !hasAuth ? ['*'] : ['*', 'authorization']
}

/** What the function tells a preflight, which it answers on cached S3 routes alone. */
export function corsRuleOf(cors: CorsSettings, hasAuth: boolean): CorsRule {
  const { origins, credentials, maxAge } = cors
  return {
    origins: origins !== '*' && origins.some(isPattern) ? regExpOf(origins) : origins,
    preflight: {
      'access-control-allow-methods': { value: READ_METHODS.join(', ') },
      'access-control-allow-headers': { value: allowedHeaders(cors, true, hasAuth).join(', ') },
      ...(credentials ? { 'access-control-allow-credentials': { value: 'true' } } : {}),
      ...(origins === '*' ? {} : { vary: { value: 'origin' } }),
      ...(maxAge === undefined ? {} : { 'access-control-max-age': { value: `${maxAge}` } }),
    },
  }
}

const isPattern = (origin: string): boolean => origin.includes('*')

/**
 * Developer Guide, "Understand response headers policies", the table of Access-Control-Allow-Origin: `*.` stands for any
 * subdomain, of any depth; `:*` for any port or none.
 */
function regExpOf(origins: readonly string[]): RegExp {
  const texts = origins.map((origin) =>
    origin.replace(/[.]/g, '\\.').replace(/:\*$/, '(?::\\d+)?').replace('*', '[a-z0-9.-]*').replaceAll('/', '\\/'),
  )
  return new RegExp(`^(?:${texts.join('|')})$`)
}

const list = <T>(items: readonly T[]) => ({ Quantity: items.length, Items: items })

/** @param isReadOnly whether the route is a cached S3 route */
export function corsConfigOf(cors: CorsSettings, isReadOnly: boolean, hasAuth: boolean): CorsConfig {
  const { origins, methods, exposeHeaders, credentials, maxAge } = cors
  return {
    AccessControlAllowOrigins: list(origins === '*' ? ['*'] : origins),
    AccessControlAllowHeaders: list(allowedHeaders(cors, isReadOnly, hasAuth)),
    AccessControlAllowMethods: list(isReadOnly ? READ_METHODS : (methods ?? ['ALL'])),
    AccessControlAllowCredentials: credentials,
    ...(exposeHeaders ? { AccessControlExposeHeaders: list(exposeHeaders) } : {}),
    ...(maxAge === undefined ? {} : { AccessControlMaxAgeSec: maxAge }),
    OriginOverride: true,
  }
}
