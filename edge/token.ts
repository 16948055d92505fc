/**
 * JSON Web Tokens: RFC 7515, compact form alone, and RFC 7519. What comes from a viewer is not trusted before its signature
 * has been verified, which is the platform's business: nothing here has a key.
 */

import { MOST_CLAIMS, MOST_SPELT_CHARACTERS, MOST_SPELT_PATHS, MOST_TOKEN, MOST_WORDS } from './bounds.ts'
import { type Field, valuesOf } from './event.ts'
import { asciiPath, canonicalPath, decoded, NOT_IN_PATH, replaced, resolved } from './path.ts'
import type { ClaimRule } from './rules.ts'
import { parseVersion } from './version.ts'

/**
 * What becomes of a request, as the status of its answer: RFC 6750, 3.1.
 *
 * - 200: it is granted
 * - 0: it has no token; the status is 401, too, and that it has none is no error
 * - 401: what it has is no token, or two, or forged, or expired, or of somebody else. Which, nobody learns
 * - 403: its token is good, and opens something else
 * - 503: nobody can tell, for want of public keys
 */
export type Admission = 200 | 0 | 401 | 403 | 503

/** What the names of keys begin with in the KeyValueStore; the rest is the `kid`, `default` for tokens without. */
export const TOKEN_KEYS = 'jwt/'

/** All values of a header, a cookie or a parameter; two of them together are no token. */
export const tokenIn = (field: Field): string => valuesOf(field).join()

/** The token in `authorization`, whose scheme is `Bearer`, in any case: RFC 9110, 11.1. Empty for any other. */
export function bearerIn(field: Field): string {
  const credentials = tokenIn(field)
  return credentials.slice(0, 7).toLowerCase() === 'bearer ' ? credentials.slice(7) : ''
}

/**
 * RFC 7515, 7.1: header, payload and signature in base64url, dots between. Of a token there are three; of anything else, such as
 * more than 4,096 characters, another number. What else is no base64url, no signature is of.
 */
export const partsOf = (text: string): TokenParts =>
  (text.length > MOST_TOKEN ? '' : text).split('.', 4) as unknown as TokenParts

export type TokenParts = readonly [header: string, claims: string, signature: string]

/** Characters of a `kid` that is compared with those of a set of keys, and may be any text. */
const KID_CHARACTERS = 256

/**
 * Where there are public keys: of several algorithms the one that the header names, and the name of the key. Null
 * where there is no such algorithm, a `crit`, or a `kid` that is no text or a long one.
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

/** Members of JSON, at any depth: each has a colon outside of texts. Less than none where there are too many texts to tell. */
function membersIn(text: string, most: number): number {
  const pieces = replaced(replaced(text, '\\\\', ''), '\\"', '').split('"')
  if (pieces.length > 2 * most + 1) return -1
  const outside = pieces.filter((_, i) => i % 2 < 1)
  return outside.join('').split(':').length - 1
}

/** The same of what it was parsed to. The engine takes 10 M instructions to print a list of a thousand items. */
function membersOf(value: unknown): number {
  let count = 0
  if (typeof value === 'object') {
    for (const name in value) count += membersOf((value as Json)[name]) + (Array.isArray(value) ? 0 : 1)
  }
  return count
}

/**
 * A JSON object none of whose members has the name of another: RFC 7515, 4, and RFC 7519, 4. Where each name ends in `":` and
 * the text has that as often as the object has members, no name is there twice, and nothing else looks like one. Otherwise
 * all members are counted, in the text and in the object. Null for anything else, and for more than is looked at.
 * @param most commas, and texts where all members are counted
 * @throws SyntaxError where it is no JSON
 */
export function parseObject(text: string, most: number): Json | null {
  // What is no object is not parsed to see that: an error costs the engine millions of instructions.
  if (text.trim()[0] !== '{') return null
  // Of fewer characters none has so many.
  if (text.length > 2 * most && (text.length > 32 * most || text.split(',').length > most + 1)) return null
  const value = JSON.parse(text)
  const isFlat = text.search(/\s:/) < 0 && text.split('":').length === Object.keys(value).length + 1
  return isFlat || membersIn(text, most) === membersOf(value) ? value : null
}

/** The name of a key in a header that nobody has read yet. */
const KID = /"kid"\s*:\s*"([^"]*)/

/**
 * The key that a token says a shared secret signed it with: the `kid` in the text of its header, or `default`; empty where that is
 * no name of a key. Where this is not what the header says once it is parsed, `namesKey` tells.
 */
export const keyOf = (text: string): string => parseVersion((text.match(KID) || ['', 'default'])[1] as string)

/**
 * Whether a header, whose signature has been verified with a key, names it, and HS256, and has no `crit` (RFC 7515, 4.1.11: none
 * is understood here). Not parsed before: an error costs the engine millions of instructions, and only the issuer can make this one.
 * @throws SyntaxError where it is no JSON
 */
export function namesKey(text: string, key: string): boolean {
  // As most libraries write it, it needs no parsing.
  // biome-ignore lint/style/useTemplate: in the engine a template costs twice as much
  if (text === '{"alg":"HS256","typ":"JWT","kid":"' + key + '"}') return true
  const header = parseObject(text, MOST_CLAIMS)
  return !!header && header.alg === 'HS256' && !('crit' in header) && ('kid' in header ? header.kid : 'default') === key
}

/**
 * Whether verified claims hold at a time: RFC 7519, 4.1.4 and 4.1.5.
 * @param now seconds since 1970; so is `leeway` in seconds
 */
export function areInForce(claims: Json, leeway: number, now: number): boolean {
  const exp = claims.exp as number
  const nbf = ('nbf' in claims ? claims.nbf : 0) as number
  // What is a number is itself as one.
  return exp === +exp && nbf === +nbf && now < exp + leeway && now >= nbf - leeway
}

/** Whether a token's audience, one or a list, is the one expected: RFC 7519, 4.1.3. */
export const isAudience = (claim: unknown, audience: string): boolean => claim === audience || includes(claim, audience)

const includes = (list: unknown, item: unknown): boolean => Array.isArray(list) && list.includes(item)

/** Whether the claims are what a route requires besides: equal, or containing it, as a word or as an item. */
export const hasClaims = (claims: Json, rules: readonly ClaimRule[]): boolean =>
  rules.every((rule) => {
    const claim = claims[rule.name]
    return rule.contains
      ? includes(typeof claim === 'string' ? claim.split(' ', MOST_WORDS) : claim, rule.expected)
      : claim === rule.expected
  })

/**
 * Whether one of the paths in a claim is the request's, or leads to it: segment by segment, and however either is read.
 * A claim with dot segments or empty ones leads nowhere: whoever made it meant something else. Of a list in which something has to be
 * spelt anew the first 16 count, if all have no more than 512 characters.
 * @param others readings of the request's path besides its canonical form, where it has any
 */
export function leadsTo(claim: unknown, canonical: string, others?: readonly string[]): boolean {
  const prefixes = ([] as unknown[]).concat(claim)
  const joined = prefixes.join()
  // Of a long list most are other paths, which one look each tells.
  const arePlain = joined.search(NOT_IN_PATH) < 0
  if (!arePlain && joined.length > MOST_SPELT_CHARACTERS) return false
  return prefixes
    .slice(0, arePlain ? MOST_CLAIMS : MOST_SPELT_PATHS)
    .some(
      (prefix) =>
        (!arePlain || canonical.startsWith(prefix as string)) && opens(prefix, canonical, others || [canonical]),
    )
}

function opens(prefix: unknown, canonical: string, readings: readonly string[]): boolean {
  if (typeof prefix !== 'string' || prefix[0] !== '/') return false
  const plain = decoded(asciiPath(prefix))
  // Without a dot segment, or one that is empty.
  return (
    plain !== '' &&
    resolved(plain, true) === plain &&
    readings.every((reading) => isWithin(plain, reading)) &&
    isWithin(canonicalPath(prefix), canonical)
  )
}

const isWithin = (prefix: string, path: string): boolean =>
  path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
