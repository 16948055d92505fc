/**
 * Which parts of a request stand in the cache key, and which reach the origin. Developer Guide, "Understand cache policies",
 * "Understand origin request policies", and "Understand how origin request policies and cache policies work together".
 */

import { escapedUnit } from '../../base/escaped-unit.ts'
import {
  type CachePolicy,
  type CookiesConfig,
  itemsOf,
  type OriginRequestPolicy,
  type QueryStringsConfig,
} from '../../bundle/policies.ts'
import type { CacheKey, HeaderLine } from '../protocol/messages.ts'
import { acceptedEncodings } from './accepted-encodings.ts'
import { HOP_BY_HOP, hasHeader, listOf } from './header-lines.ts'

/** Cookies are a header line. `query`: without `?`. */
export type KeyedRequest = { path: string; query: string; headers: readonly HeaderLine[] }

/**
 * What a request is cached under. Query parameters stay in their order, byte for byte; names are compared as sent, and
 * case counts. Cookies are sorted by name ("Cache content based on cookies"). Of a header whose lines repeat, all count,
 * joined as RFC 9110, 5.3, has it: not documented. So is whether a header without a value differs from none; here it does.
 */
export function cacheKeyOf(policy: CachePolicy, request: KeyedRequest, behaviour: string): CacheKey {
  const { HeadersConfig, CookiesConfig, QueryStringsConfig } = policy.ParametersInCacheKeyAndForwardedToOrigin
  const headers: Record<string, string> = {}
  for (const item of HeadersConfig.HeaderBehavior === 'none' ? [] : itemsOf(HeadersConfig.Headers)) {
    const name = item.toLowerCase()
    if (hasHeader(request.headers, name)) headers[name] = listOf(request.headers, name)
  }
  const encodings = normalisedEncodings(policy, request.headers)
  if (encodings === '') delete headers['accept-encoding']
  else if (encodings !== null) headers['accept-encoding'] = encodings
  return {
    behaviour,
    path: request.path,
    query: queryOf(request.query, choiceOfQuery(QueryStringsConfig)),
    headers,
    cookies: cookiesOf(request.headers, choiceOfCookies(CookiesConfig)),
  }
}

/**
 * A key in one line. No two keys have the same: the parts stand in a fixed order, and what could be taken for the space
 * between them is escaped.
 */
export function keyText({ tenant, behaviour, path, query, headers, cookies }: CacheKey): string {
  let text = `${escapedPart(behaviour)} ${escapedPart(path)} ${escapedPart(query)} ${escapedPart(cookies)}`
  // An id has no character that could be taken for the space after it, and all keys of a distribution have one, or none.
  if (tenant !== undefined) text = `${tenant} ${text}`
  for (const name in headers) text += ` ${escapedPart(name)} ${escapedPart(headers[name] as string)}`
  return text
}

const escapedPart = (part: string): string =>
  AMBIGUOUS.test(part) ? part.replace(new RegExp(AMBIGUOUS, 'g'), escapedUnit) : part

// biome-ignore lint/suspicious/noControlCharactersInRegex: a key is one line
const AMBIGUOUS = /[\s\\\0-\x1f\x7f]/

/**
 * What of a viewer's request reaches the origin, by the two policies together; without `host`, which is the origin's. What
 * CloudFront sets itself on every request (`via`, `x-amz-cf-id`, the viewer's address at the end of `x-forwarded-for`, and
 * `user-agent` where it is not forwarded) is the caller's. Headers that CloudFront makes of the request (`cloudfront-…`)
 * are among those given.
 */
export function forwardedRequest(
  cachePolicy: CachePolicy,
  originRequestPolicy: OriginRequestPolicy | undefined,
  request: KeyedRequest,
): { query: string; headers: HeaderLine[] } {
  const keyed = cachePolicy.ParametersInCacheKeyAndForwardedToOrigin
  const more = originRequestPolicy
  const query = both(choiceOfQuery(keyed.QueryStringsConfig), more ? choiceOfQuery(more.QueryStringsConfig) : NOTHING)
  const cookies = both(choiceOfCookies(keyed.CookiesConfig), more ? choiceOfCookies(more.CookiesConfig) : NOTHING)
  const cookie = cookiesOf(request.headers, cookies)
  const encodings = normalisedEncodings(cachePolicy, request.headers)
  const isChosen = headersForwarded(cachePolicy, originRequestPolicy)
  const headers = request.headers.filter(
    ([name]) => name !== 'cookie' && isChosen(name) && !(encodings !== null && name === 'accept-encoding'),
  )
  if (encodings !== null) headers.push(['accept-encoding', encodings === '' ? 'identity' : encodings])
  if (cookie !== '') headers.push(['cookie', cookie])
  return { query: queryOf(request.query, query), headers }
}

/** Null: `Accept-Encoding` is a header like others, for neither flag is set, or there is none. */
function normalisedEncodings(
  { ParametersInCacheKeyAndForwardedToOrigin: keyed }: CachePolicy,
  headers: readonly HeaderLine[],
): string | null {
  const gzip = keyed.EnableAcceptEncodingGzip
  const brotli = keyed.EnableAcceptEncodingBrotli
  if (!gzip && !brotli) return null
  let values: string[] | null = null
  for (const [name, value] of headers) if (name === 'accept-encoding') values = values ? [...values, value] : [value]
  return values && acceptedEncodings(values, { gzip, brotli })
}

/** Query parameters or cookies: those named, or all but those named. */
type Choice = { names: readonly string[]; isExcept: boolean }

const NOTHING: Choice = { names: [], isExcept: false }
const EVERYTHING: Choice = { names: [], isExcept: true }

const choiceOf = (behaviour: 'none' | 'whitelist' | 'allExcept' | 'all', names: readonly string[]): Choice => {
  if (behaviour === 'none') return NOTHING
  return behaviour === 'all' ? EVERYTHING : { names, isExcept: behaviour === 'allExcept' }
}

const choiceOfQuery = ({ QueryStringBehavior, QueryStrings }: QueryStringsConfig) =>
  choiceOf(QueryStringBehavior, itemsOf(QueryStrings))

const choiceOfCookies = ({ CookieBehavior, Cookies }: CookiesConfig) => choiceOf(CookieBehavior, itemsOf(Cookies))

/** The guide's table. Two lists of exceptions add up; but for that, what one policy names goes. */
function both(keyed: Choice, more: Choice): Choice {
  if (keyed === EVERYTHING || more === EVERYTHING) return EVERYTHING
  if (keyed.isExcept && more.isExcept) return { names: [...keyed.names, ...more.names], isExcept: true }
  if (keyed.isExcept) return { names: keyed.names.filter((name) => !more.names.includes(name)), isExcept: true }
  if (more.isExcept) return { names: more.names.filter((name) => !keyed.names.includes(name)), isExcept: true }
  return { names: [...keyed.names, ...more.names], isExcept: false }
}

const isIn = ({ names, isExcept }: Choice, name: string) => names.includes(name) !== isExcept

function queryOf(query: string, choice: Choice): string {
  if (query === '' || choice === EVERYTHING) return query
  if (choice === NOTHING) return ''
  return query
    .split('&')
    .filter((pair) => isIn(choice, nameOf(pair)))
    .join('&')
}

const nameOf = (pair: string): string => {
  const at = pair.indexOf('=')
  return at < 0 ? pair : pair.slice(0, at)
}

/**
 * Developer Guide, "Cache content based on cookies": sorted by name; without what is not a pair, and without those whose
 * name begins with a dollar sign.
 */
function cookiesOf(headers: readonly HeaderLine[], choice: Choice): string {
  if (choice === NOTHING) return ''
  const pairs = headers.flatMap(([name, value]) => (name === 'cookie' ? value.split(';') : []))
  return pairs
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes('=') && !pair.startsWith('$') && isIn(choice, nameOf(pair)))
    .sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : nameOf(one) > nameOf(other) ? 1 : 0))
    .join('; ')
}

/** Never forwarded, or set by CloudFront: "Request and response behavior for custom origins", the table of headers. */
const NEVER_FORWARDED = new Set([
  ...HOP_BY_HOP,
  'host',
  'proxy-authenticate',
  'proxy-authorization',
  'x-amz-cf-id',
  'x-forwarded-proto',
  'x-real-ip',
])

/** Always forwarded: of the body, and for the viewer's address to follow. The same table. */
const ALWAYS_FORWARDED = new Set(['content-length', 'x-forwarded-for'])

/**
 * Whether a header of viewers is forwarded, by its name in lower case. A `cloudfront-…` header is not one of theirs: only
 * its name in a policy lets it through.
 */
export function headersForwarded(
  cachePolicy: CachePolicy,
  more: OriginRequestPolicy | undefined,
): (name: string) => boolean {
  const { HeadersConfig } = cachePolicy.ParametersInCacheKeyAndForwardedToOrigin
  const keyed = HeadersConfig.HeaderBehavior === 'none' ? [] : lowerCase(itemsOf(HeadersConfig.Headers))
  const behaviour = more?.HeadersConfig.HeaderBehavior ?? 'none'
  const named = behaviour === 'none' ? [] : lowerCase(itemsOf(more?.HeadersConfig.Headers))
  const isAllViewer = behaviour === 'allViewer' || behaviour === 'allViewerAndWhitelistCloudFront'
  return (name) => {
    if (NEVER_FORWARDED.has(name) || name.startsWith('x-edge-')) return false
    if (ALWAYS_FORWARDED.has(name) || keyed.includes(name)) return true
    if (behaviour === 'allExcept') return !named.includes(name) && !name.startsWith('cloudfront-')
    return (isAllViewer && !name.startsWith('cloudfront-')) || named.includes(name)
  }
}

/** Whether any cookie of viewers can reach the origin. */
export const forwardsCookies = (cachePolicy: CachePolicy, more: OriginRequestPolicy | undefined): boolean =>
  cachePolicy.ParametersInCacheKeyAndForwardedToOrigin.CookiesConfig.CookieBehavior !== 'none' ||
  (more !== undefined && more.CookiesConfig.CookieBehavior !== 'none')

const lowerCase = (names: readonly string[]) => names.map((name) => name.toLowerCase())
