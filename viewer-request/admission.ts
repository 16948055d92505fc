/** Private routes in the CloudFront Function: a request's token, the key that it needs, and what it opens. */
// biome-ignore lint/style/useNodejsImportProtocol: the platform's module, whose name this is
import crypto from 'crypto'
import type { PublicKeyAlgorithm } from '../edge/config.ts'
import { type Fields, fieldsOf, type ViewerRequest, type ViewerResponse } from '../edge/event.ts'
import type { RouteRule, TokenRule } from '../edge/rules.ts'
import {
  type Admission,
  areInForce,
  bearerIn,
  hasClaims,
  isAudience,
  keyAtEnd,
  keyInText,
  leadsTo,
  parseObject,
  partsOf,
  signerOf,
  tokenIn,
  USUAL_HEADER,
} from '../edge/token.ts'
import { denied } from './denied.ts'

/** A request whose token says that a key signed it. Nothing of it is verified. */
export type Question = {
  key: string
  /** What the header names, where there are public keys. */
  algorithm?: PublicKeyAlgorithm
  /** Of the token. */
  parts: readonly string[]
  /** What goes on if the token is good. */
  request: ViewerRequest
  route: RouteRule
  /** The path as it was received, and in canonical form. */
  uri: string
  canonical: string
}

/** Takes the token out of a request, unless it goes on to the origin; answers where that is enough to know. */
export function questionOf(
  request: ViewerRequest,
  headers: Fields,
  query: Fields,
  route: RouteRule,
  canonical: string,
): Question | ViewerResponse {
  const rule = route.token as TokenRule
  let token = ''
  if (HAS_BEARERS && rule.bearer && headers.authorization) {
    token = bearerIn(headers.authorization)
    if (!HAS_FORWARDED_TOKENS || !rule.forward) delete headers.authorization
  }
  if (HAS_TOKEN_COOKIES && rule.cookies) token += namedTokens(fieldsOf(request.cookies), rule.cookies, rule)
  if (HAS_TOKEN_PARAMETERS && rule.parameters) token += namedTokens(query, rule.parameters, rule)
  if (!token) return denied(0, request, route)
  try {
    const parts = partsOf(token)
    if (HAS_PUBLIC_KEYS) {
      const signer = parts && signerOf(parseObject(textOf(parts[0])), rule.algorithms ?? [])
      if (!signer) return denied(401, request, route)
      return {
        key: signer.kid,
        algorithm: signer.algorithm,
        parts: parts as readonly string[],
        request,
        route,
        uri: request.uri,
        canonical,
      }
    }
    const key = parts && keyIn(parts[0] as string)
    if (key) return { key, parts, request, route, uri: request.uri, canonical }
  } catch (_) {
    // The header is no JSON.
  }
  return denied(401, request, route)
}

const keyIn = (head: string): string =>
  (head.startsWith(USUAL_HEADER) && keyAtEnd(textOf(head.slice(44)))) || keyInText(textOf(head), 'HS256')

/** Two tokens in a row are none: they have too many parts. */
function namedTokens(fields: Fields, names: readonly string[], rule: TokenRule): string {
  return names
    .map((name) => {
      const token = tokenIn(fields[name])
      if (!HAS_FORWARDED_TOKENS || !rule.forward) delete fields[name]
      return token
    })
    .join('')
}

/**
 * What a token opens whose signature has been verified.
 * @throws if its claims are no object
 */
export function admissionOf(question: Question): Admission {
  const parts = question.parts
  const rule = question.route.token as TokenRule
  const claims = parseObject(textOf(parts[1]))
  if (HAS_ENDLESS_TOKENS && rule.endless && !('exp' in claims)) claims.exp = Number.POSITIVE_INFINITY
  if (!areInForce(claims, rule.leeway, Date.now() / 1000)) return 401
  if (HAS_ISSUERS && rule.issuer && claims.iss !== rule.issuer) return 401
  // A token that is meant for somebody is not meant for a route that does not say who it is.
  if (HAS_AUDIENCES && rule.audience ? !isAudience(claims.aud, rule.audience) : 'aud' in claims) return 401
  if (HAS_TOKEN_CLAIMS && rule.claims && !hasClaims(claims, rule.claims)) return 403
  return HAS_TOKEN_PATHS && rule.path && !leadsTo(claims[rule.path], question.uri, question.canonical) ? 403 : 200
}

const bytesOf = (text: string | undefined): Buffer => Buffer.from(text as string, 'base64url')

const textOf = (part: string | undefined): string => bytesOf(part).toString()

/**
 * Whether a secret of the store, in base64url, signed a token.
 * A key has as many bytes as the hash, 32, at least (RFC 7518, 3.2). What is not the base64url of 32 bytes, to its last bit,
 * is no signature. Which byte is wrong makes no difference in time.
 */
export function isSigned(parts: readonly string[], secret: string): boolean {
  const key = bytesOf(secret)
  const given = bytesOf(parts[2])
  if (key.length < 32 || given.length !== 32 || given.toString('base64url') !== parts[2]) return false
  const a = wordsOf(given)
  // biome-ignore lint/style/useTemplate: in the engine a template costs twice as much
  const text = parts[0] + '.' + parts[1]
  const b = wordsOf(crypto.createHmac('sha256', key).update(text).digest())
  let difference = 0
  let i = 8
  while (i) {
    i -= 1
    difference |= (a[i] as number) ^ (b[i] as number)
  }
  return difference === 0
}

/** Eight numbers are compared in half the time of 32. */
const wordsOf = (bytes: Buffer): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, 8)
