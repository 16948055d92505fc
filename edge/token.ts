/**
 * JSON Web Tokens: RFC 7519, in the compact form of RFC 7515. A viewer's token is not trusted before its signature has been
 * verified. Verifying it is left to the platform's cryptography: nothing here has a key.
 */

import { MOST_CLAIMS, MOST_SPELT_CHARACTERS, MOST_SPELT_PATHS, MOST_TOKEN, MOST_WORDS } from './bounds.ts'
import { type Field, joinedValues } from './event.ts'
import { asciiPath, canonicalPath, decoded, NOT_IN_PATH, replaced, resolved } from './path.ts'
import type { ClaimRule } from './rules.ts'
import { parseVersion } from './version.ts'

/**
 * Whether a request is admitted, as the status of the response: RFC 6750, 3.1.
 *
 * - 200: it is
 * - 0: it has no token; the response is a 401 as well, but without an error code
 * - 401: its token is malformed, sent twice, forged, expired or another issuer's. The response does not tell which
 * - 403: its token is valid, but does not grant this path, or lacks a required claim
 * - 503: the token could not be verified, because the public keys could not be had
 */
export type Admission = 200 | 0 | 401 | 403 | 503

/** The prefix of names in the KeyValueStore that are those of secrets; the rest is the `kid`, `default` for tokens without one. */
export const TOKEN_KEYS = 'jwt/'

/** All values of a header, a cookie or a parameter, with commas between them: two values make no valid token. */
export const tokenIn = (field: Field): string => joinedValues(field)

/** The token in `authorization`; empty unless the scheme is `Bearer`, whose case does not matter (RFC 9110, 11.1). */
export function bearerIn(field: Field): string {
  const credentials = tokenIn(field)
  return credentials.slice(0, 7).toLowerCase() === 'bearer ' ? credentials.slice(7) : ''
}

/**
 * RFC 7515, 7.1: header, payload and signature in base64url, with dots between them. A text that is no token, or that has more
 * than 4,096 characters, gives fewer or more than three parts. Whether each part is valid base64url is not checked here: no
 * signature that verifies is of a part that is not.
 */
export const partsOf = (text: string): TokenParts =>
  (text.length > MOST_TOKEN ? '' : text).split('.', 4) as unknown as TokenParts

export type TokenParts = readonly [header: string, claims: string, signature: string]

/** Most characters of a `kid` that is looked for in a set of public keys, where it may be any text. */
const KID_CHARACTERS = 256

/**
 * For tokens by public keys: which of the allowed algorithms the header names, and the name of the key. Null where the
 * algorithm is not allowed, where there is a `crit`, and where the `kid` is no text, empty or too long.
 */
export function signerOf<Algorithm extends string>(
  header: Json,
  algorithms: readonly Algorithm[],
): { algorithm: Algorithm; kid: string } | null {
  const algorithm = algorithms.find((name) => header.alg === name && !('crit' in header))
  const kid = 'kid' in header ? header.kid : 'default'
  return algorithm && typeof kid === 'string' && kid !== '' && kid.length <= KID_CHARACTERS ? { algorithm, kid } : null
}

export type Json = Record<string, unknown>

/**
 * How many members the objects in a JSON text have, at any depth, and one more: each member has one colon outside of strings.
 * 0 where there are more than `most` strings, which are too many to look at.
 */
function countIn(text: string, most: number): number {
  const pieces = replaced(replaced(text, '\\\\', ''), '\\"', '').split('"')
  if (pieces.length > 2 * most + 1) return 0
  const outside = pieces.filter((_, i) => i % 2 < 1)
  return outside.join('').split(':').length
}

/**
 * A JSON object in which no name is used twice (RFC 7515, 4, and RFC 7519, 4): `JSON.parse` keeps only the last of such members,
 * so a reviver then sees fewer than the text has. Where the text has `":` as often as there are members, it has no others, and no
 * more is counted. Otherwise they are counted in the text, at all depths. Null for what is no JSON, for what is no object, for an
 * object with a name used twice, and for a longer text than is looked at.
 * @param most commas; and strings, where members are counted in the text
 */
export function parseObject(text: string, most: number): Json | null {
  // Each comma of JSON comes with a character at least, so a shorter text has no more than `most`.
  const isLong = text.length > 2 * most && (text.length > 32 * most || text.split(',').length > most + 1)
  // The first character is one that makes an object: its index is 0.
  if (text.indexOf('{') || isLong) return null
  let value: unknown = null
  // The reviver is called for the value itself, too.
  let count = 0
  // Of a text that is no JSON an error is made. In code it would cost 1.6 M instructions, the first of a process, as the engine
  // notes how it came there. A promise, which calls its function at once, keeps it as it is; nobody has to know of it.
  new Promise(
    JSON.parse.bind(null, text, function (this: unknown, _: string, item: unknown): unknown {
      if (!Array.isArray(this)) count += 1
      // biome-ignore lint/suspicious/noAssignInExpressions: two bytes less
      return (value = item)
    }) as () => void,
  ).catch(() => 0)
  const isFlat = text.search(/\s:/) < 0 && text.split('":').length === count
  return isFlat || countIn(text, most) === count ? (value as Json) : null
}

/** What most libraries write as a header, up to the name of the key. */
const USUAL_HEADER = '{"alg":"HS256","typ":"JWT","kid":"'

/**
 * The name of the secret that a token claims to be signed with: the `kid` of its header, or `default`. Empty where that is no
 * name of a key, where the algorithm is not HS256, where there is a `crit` (RFC 7515, 4.1.11: no extension is understood here),
 * and where the header is no object or has a name twice.
 */
export function keyOf(text: string): string {
  // A header as most libraries write it needs no parsing.
  const usual = text.slice(USUAL_HEADER.length, -2)
  // biome-ignore lint/style/useTemplate: in the engine a template costs twice as much
  if (text === USUAL_HEADER + usual + '"}' && parseVersion(usual)) return usual
  const header = parseObject(text, MOST_CLAIMS)
  // biome-ignore lint/complexity/useOptionalChain: what it becomes for the engine is longer
  if (!header || header.alg !== 'HS256' || 'crit' in header) return ''
  const kid = 'kid' in header ? header.kid : 'default'
  return typeof kid === 'string' ? parseVersion(kid) : ''
}

/**
 * Whether verified claims hold at a time: RFC 7519, 4.1.4 and 4.1.5.
 * @param now seconds since 1970; so is `leeway` in seconds
 */
export function areInForce(claims: Json, leeway: number, now: number): boolean {
  const exp = claims.exp as number
  const nbf = ('nbf' in claims ? claims.nbf : 0) as number
  return [exp, nbf].every(Number.isFinite) && now < exp + leeway && now >= nbf - leeway
}

/** Whether a token's audience, one or a list, is the one expected: RFC 7519, 4.1.3. */
export const isAudience = (claim: unknown, audience: string): boolean => claim === audience || includes(claim, audience)

const includes = (list: unknown, item: unknown): boolean => Array.isArray(list) && list.includes(item)

/** Whether the claims are as a route's rules have them: equal to what is expected, or a list or words with that among them. */
export const hasClaims = (claims: Json, rules: readonly ClaimRule[]): boolean =>
  rules.every((rule) => {
    const claim = claims[rule.name]
    return rule.contains
      ? includes(typeof claim === 'string' ? claim.split(' ', MOST_WORDS) : claim, rule.expected)
      : claim === rule.expected
  })

/**
 * Whether one of the paths in a claim is the request's path or a folder above it, compared by whole segments, in every way that
 * either can be read. A path in a claim that has dot segments or empty ones grants nothing, as it is unclear what its issuer
 * meant. Of a list with a path that is not canonical as it is written, the first 16 count, and none where all have more than 512
 * characters together.
 * @param others readings of the request's path besides its canonical form, where it has any
 */
export function leadsTo(claim: unknown, canonical: string, others?: readonly string[]): boolean {
  const prefixes = ([] as unknown[]).concat(claim).filter((item): item is string => typeof item === 'string')
  const joined = prefixes.join()
  // Most paths of a long list are others; where all are canonical as they are written, one comparison tells that of each.
  const arePlain = joined.search(NOT_IN_PATH) < 0
  if (!arePlain && joined.length > MOST_SPELT_CHARACTERS) return false
  return prefixes
    .slice(0, arePlain ? MOST_CLAIMS : MOST_SPELT_PATHS)
    .some((prefix) => (!arePlain || canonical.startsWith(prefix)) && opens(prefix, canonical, others || [canonical]))
}

function opens(prefix: string, canonical: string, readings: readonly string[]): boolean {
  if (prefix[0] !== '/') return false
  const plain = decoded(asciiPath(prefix))
  // `resolved` changes every path that has a dot segment or an empty one.
  return (
    plain !== '' &&
    resolved(plain, true) === plain &&
    readings.every((reading) => isWithin(plain, reading)) &&
    isWithin(canonicalPath(prefix), canonical)
  )
}

const isWithin = (prefix: string, path: string): boolean =>
  path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
