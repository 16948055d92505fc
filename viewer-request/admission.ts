/** Private routes: a request's token, and what it opens. */
// biome-ignore lint/style/useNodejsImportProtocol: the platform's module, whose name this is
import crypto from 'crypto'
import { MOST_CHARACTERS_WITH_CLAIMS, MOST_CLAIMS, MOST_CLAIMS_OF_LONG_PATHS } from '../edge/bounds.ts'
import { type Fields, fieldsOf, type ViewerRequest } from '../edge/event.ts'
import type { TokenRule } from '../edge/rules.ts'
import {
  type Admission,
  areInForce,
  bearerIn,
  hasClaims,
  isAudience,
  leadsTo,
  parseObject,
  type TokenParts,
  tokenIn,
} from '../edge/token.ts'

/** 200: one of the route's public keys signed a token; 503: nobody can tell, for want of keys. */
export type Verify = (parts: TokenParts, rule: TokenRule) => Promise<200 | 401 | 503>

/** Takes the token out of a request, unless it goes on to the origin. Two of them in a row are none: they have too many parts. */
export function takeToken(request: ViewerRequest, headers: Fields, query: Fields, rule: TokenRule): string {
  let token = ''
  if (HAS_BEARERS && (SAME_BEARER ?? rule.bearer) && headers.authorization) {
    token = bearerIn(headers.authorization)
    if (!HAS_FORWARDED_TOKENS || !rule.forward) delete headers.authorization
  }
  if (HAS_TOKEN_COOKIES && rule.cookieNames) token += namedTokens(fieldsOf(request.cookies), rule.cookieNames, rule)
  if (HAS_TOKEN_PARAMETERS && rule.parameters) token += namedTokens(query, rule.parameters, rule)
  return token
}

function namedTokens(fields: Fields, names: readonly string[], rule: TokenRule): string {
  let token = ''
  names.forEach((name) => {
    const field = fields[name]
    if (field) token += tokenIn(field)
    if (!HAS_FORWARDED_TOKENS || !rule.forward) delete fields[name]
  })
  return token
}

/**
 * What a token opens if its signature holds, which is verified apart.
 * @param others readings of the request's path besides its canonical form
 */
export function admissionOf(
  parts: TokenParts,
  rule: TokenRule,
  canonical: string,
  others?: readonly string[],
): Admission {
  const isLong = canonical.length > MOST_CHARACTERS_WITH_CLAIMS
  const claims = parseObject(textOf(parts[1]), isLong ? MOST_CLAIMS_OF_LONG_PATHS : MOST_CLAIMS)
  if (!claims) return 401
  if (HAS_ENDLESS_TOKENS && rule.endless && !('exp' in claims)) claims.exp = 1e99
  if (!areInForce(claims, SAME_LEEWAY ?? rule.leeway, Date.now() / 1000)) return 401
  if (HAS_ISSUERS && rule.issuer && claims.iss !== rule.issuer) return 401
  // A token that is meant for somebody is not meant for a route that does not say who it is.
  if (HAS_AUDIENCES && rule.audience ? !isAudience(claims.aud, rule.audience) : 'aud' in claims) return 401
  if (HAS_TOKEN_CLAIMS && rule.claims && !hasClaims(claims, rule.claims)) return 403
  return HAS_TOKEN_PATHS && rule.path && !leadsTo(claims[rule.path], canonical, others) ? 403 : 200
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64url')

export const textOf = (part: string): string => bytesOf(part).toString()

const encoder = /* @__PURE__ */ new TextEncoder()

/**
 * Whether a secret of the store, in base64url, signed a token. A key has as many bytes as the hash, 32, at least (RFC 7518, 3.2).
 * Signatures are compared as the texts that they are, so that what spells the same bytes in another way is none: each is 43
 * characters, and with five points six numbers of eight bytes. Of ASCII letters none of those is NaN, and no two are equal. All
 * six are compared, whichever is wrong: it makes no difference in time.
 */
export function isSigned(parts: TokenParts, secret: string): boolean {
  const key = bytesOf(secret)
  const signature = parts[2]
  if (key.length < 32 || signature.length !== 43) return false
  // biome-ignore-start lint/style/useTemplate: in the engine a template costs twice as much
  const expected = crypto
    .createHmac('sha256', key)
    .update(parts[0] + '.' + parts[1])
    .digest('base64url')
  // Of other characters than ASCII, 43 are more bytes: what is behind the first 96 is not looked at.
  const both = encoder.encode(expected + '.....' + signature + '.....')
  // biome-ignore-end lint/style/useTemplate: as above
  const numbers = new Float64Array(both.buffer, 0, 12)
  let isOther = false
  let i = 6
  while (i) {
    i -= 1
    isOther = numbers[i] !== numbers[i + 6] || isOther
  }
  return !isOther
}
