/** CORS by a response headers policy. Developer Guide, "Understand response headers policies", CORS headers. */

import { type CorsConfig, itemsOf } from '../../bundle/policies.ts'
import type { HeaderLine } from '../protocol/messages.ts'
import { hasHeader, headerValue, listOf, withHeader, withoutHeaders } from './header-lines.ts'

/** @param isOptions whether the method is OPTIONS: with `Access-Control-Request-Method`, the request is then a preflight */
export function applyCors(
  config: CorsConfig,
  requestHeaders: readonly HeaderLine[],
  headers: HeaderLine[],
  isOptions: boolean,
): HeaderLine[] {
  if (!config.OriginOverride && headers.some(([name]) => name.startsWith('access-control-'))) return headers
  const origin = headerValue(requestHeaders, 'origin')
  const allowed = allowedOrigin(config, origin)
  const isPreflight = isOptions && hasHeader(requestHeaders, 'access-control-request-method')
  const cors = allowed === null ? [] : corsHeaders(config, allowed, isPreflight ? requestHeaders : null)
  const names = cors.map(([name]) => name)
  return [...withoutHeaders(variedHeaders(config, origin, headers), names), ...cors]
}

/** The value of `Access-Control-Allow-Origin`; null: this is not a request across origins, or not an allowed one. */
function allowedOrigin({ AccessControlAllowOrigins }: CorsConfig, origin: string): string | null {
  if (origin === '') return null
  const patterns = itemsOf(AccessControlAllowOrigins)
  if (patterns.includes('*')) return '*'
  return patterns.some((pattern) => matchesOrigin(pattern, origin)) ? origin : null
}

/** @param requested the headers of a preflight request; null for any other request */
function corsHeaders(config: CorsConfig, origin: string, requested: readonly HeaderLine[] | null): HeaderLine[] {
  const headers: HeaderLine[] = [['access-control-allow-origin', origin]]
  const add = (name: string, value: string) => {
    if (value !== '') headers.push([name, value])
  }
  if (config.AccessControlAllowCredentials) add('access-control-allow-credentials', 'true')
  add('access-control-expose-headers', itemsOf(config.AccessControlExposeHeaders).join(', '))
  if (requested === null) return headers
  add('access-control-allow-methods', methodsOf(config))
  add('access-control-allow-headers', allowedHeaders(config, requested))
  if (config.AccessControlMaxAgeSec !== undefined) add('access-control-max-age', String(config.AccessControlMaxAgeSec))
  return headers
}

const ALL_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

function methodsOf({ AccessControlAllowMethods }: CorsConfig): string {
  const methods = itemsOf(AccessControlAllowMethods)
  return (methods.includes('ALL') ? ALL_METHODS : methods).join(', ')
}

/**
 * Names and `*` as they stand in the policy. A pattern such as `x-amz-*` would be a name to browsers; in its place stand the
 * names in the preflight request that it matches. The guide says what patterns match, but not what is sent.
 */
function allowedHeaders({ AccessControlAllowHeaders }: CorsConfig, requested: readonly HeaderLine[]): string {
  const items = itemsOf(AccessControlAllowHeaders)
  const isPattern = (item: string) => item !== '*' && item.includes('*')
  const patterns = items.filter(isPattern)
  if (patterns.length === 0) return items.join(', ')
  const asked = listOf(requested, 'access-control-request-headers')
    .split(',')
    .map((name) => name.trim().toLowerCase())
  const matched = asked.filter((name) => name !== '' && patterns.some((item) => matchesGlob(item.toLowerCase(), name)))
  return [...items.filter((item) => !isPattern(item)), ...matched].join(', ')
}

/** A pattern without a scheme is for any; one without a port for none; `:*` is for any and for none. */
export function matchesOrigin(pattern: string, origin: string): boolean {
  const wanted = partsOf(pattern)
  const given = partsOf(origin)
  if (wanted.scheme !== '' && wanted.scheme !== given.scheme) return false
  return matchesGlob(wanted.host, given.host) && (wanted.port === '*' || matchesGlob(wanted.port, given.port))
}

function partsOf(origin: string): { scheme: string; host: string; port: string } {
  const start = origin.indexOf('://')
  const scheme = start < 0 ? '' : origin.slice(0, start)
  const rest = start < 0 ? origin : origin.slice(start + 3)
  const [port = ''] = /:[\d*]+$/.exec(rest) ?? []
  return { scheme, host: rest.slice(0, rest.length - port.length), port: port.slice(1) }
}

/** `*` is any run of characters. Patterns hold one or two. */
function matchesGlob(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  const last = rest.pop() as string
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

/**
 * `Vary` is not documented. A list of origins makes every response depend on the request's. Where any origin is allowed,
 * CloudFront was seen to say so to requests without one alone (github.com/ttoss/ttoss/pull/1205).
 */
function variedHeaders({ AccessControlAllowOrigins }: CorsConfig, origin: string, headers: HeaderLine[]): HeaderLine[] {
  if (origin !== '' && itemsOf(AccessControlAllowOrigins).includes('*')) return headers
  const vary = listOf(headers, 'vary')
  if (/(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(vary)) return headers
  return withHeader(headers, 'vary', vary === '' ? 'Origin' : `${vary}, Origin`)
}
