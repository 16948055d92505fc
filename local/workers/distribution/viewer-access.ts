/**
 * Whether a viewer may have what lies behind trusted key groups. Developer Guide, "Use signed URLs" ("How signed URLs work"),
 * "Use signed cookies".
 *
 * Codes and messages of refusals are not in the guide. AWS re:Post, "How do I troubleshoot issues related to a signed URL or
 * signed cookies in CloudFront?", has the messages of `MissingKey`, `InvalidKey` and `AccessDenied`; all of them were seen:
 * jasonsims/aws-cloudfront-sign#74, commitdev/zero#287, aws/aws-sdk-js#2236 (`MalformedPolicy`),
 * aws-samples/amazon-cloudfront-signed-urls-using-lambda-secretsmanager#8. Which of them comes first where several things are
 * wrong is not documented: the key, the signature's encoding, the policy, and then the rest, as here, explains what was seen.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { Behaviour, Policies } from '../../../bundle/policies.ts'
import { headerValue } from '../../platform/header-lines.ts'
import type { EdgeRequest } from './messages.ts'
import { matchesResource, type ViewedUrl } from './resource-pattern.ts'
import { type SigningParts, signingPartsOf, withoutParameters } from './signing-parts.ts'
import { cannedPolicy, customPolicy, decodedBase64, isInRange, type SigningPolicy } from './signing-policy.ts'

/** Public keys by what `Key-Pair-Id` calls them. */
export type TrustedKeys = ReadonlyMap<string, KeyObject>

export type AccessCode = keyof typeof ACCESS_MESSAGES

/** `reason` is for the trace; the viewer is sent the code and its message alone. */
export type Access = { kind: 'granted'; reason: string } | { kind: 'refused'; code: AccessCode; reason: string }

/** The messages of refusals by their codes. */
export const ACCESS_MESSAGES = {
  MissingKey: 'Missing Key-Pair-Id query parameter or cookie value',
  InvalidKey: 'Unknown Key',
  MalformedSignature: 'Could not unencode Signature',
  MalformedPolicy: 'Malformed Policy',
  AccessDenied: 'Access denied',
}

export type AccessRequest = {
  request: EdgeRequest
  scheme: 'http' | 'https'
  /** The viewer's address. */
  ip: string
  /** Milliseconds since 1970, by the distribution's clock. */
  now: number
}

/**
 * The keys that a behaviour trusts; null: it trusts none, and everybody may have what it has. CloudFront gives each public key
 * an id of its own; here it is the key's name in `policies.json`.
 * @throws Error for a group that the policies do not have
 */
export function trustedKeys({ trustedKeyGroups }: Behaviour, { keyGroups }: Policies): TrustedKeys | null {
  if (trustedKeyGroups.length === 0) return null
  const keys = trustedKeyGroups.flatMap((name) => {
    const group = Object.hasOwn(keyGroups, name) ? keyGroups[name] : undefined
    if (group === undefined) throw new Error(`policies.json has no key group ${name}`)
    return group.publicKeys
  })
  return new Map(keys.map(({ name, encodedKey }) => [name, createPublicKey(encodedKey)]))
}

/** OPTIONS is not checked: "Use signed URLs". */
export const needsGrant = ({ method }: EdgeRequest): boolean => method !== 'OPTIONS'

/** What a request's signed URL or its signed cookies open. */
export function accessOf(asked: AccessRequest, keys: TrustedKeys): Access {
  const parts = signingPartsOf(asked.request)
  const { from, keyPairId } = parts
  const source = from === 'url' ? 'the signed URL' : 'the signed cookies'
  if (keyPairId === '') return refused('MissingKey', from === 'url' ? `${source} names no key` : 'nothing is signed')
  const key = keys.get(keyPairId)
  if (key === undefined) return refused('InvalidKey', `no key group of the behaviour has a key ${keyPairId}`)
  const signature = decodedBase64(parts.signature)
  if (signature === undefined) return refused('MalformedSignature', 'the signature is not in CloudFront’s base64')
  const urls = signedUrls(asked)
  const policies = policiesOf(parts, urls)
  if (policies === undefined) return refused('MalformedPolicy', malformedReason(parts))
  const hash = HASHES[parts.hashAlgorithm]
  if (hash === undefined) return refused('AccessDenied', `there is no Hash-Algorithm ${parts.hashAlgorithm}`)
  const policy = policies.find(({ text }) => verify(hash, Buffer.from(text), key, signature))
  if (policy === undefined) return refused('AccessDenied', `the signature is not one of ${keyPairId} for this`)
  const denial = denialOf(policy, asked, urls)
  return denial === undefined
    ? { kind: 'granted', reason: `${source}, by ${keyPairId}` }
    : refused('AccessDenied', denial)
}

const refused = (code: AccessCode, reason: string): Access => ({ kind: 'refused', code, reason })

/** "If you don't specify this parameter, CloudFront defaults to SHA1." What another name leads to is not documented. */
const HASHES: Record<string, string> = Object.assign(Object.create(null), {
  '': 'sha1',
  SHA1: 'sha1',
  SHA256: 'sha256',
})

/** The policies to try: the custom one that was sent, or a canned one for each URL that may be meant. AWS does not document that order. */
function policiesOf({ policy, expires }: SigningParts, urls: readonly ViewedUrl[]): SigningPolicy[] | undefined {
  const all = policy === '' ? urls.map((url) => cannedPolicy(urlText(url), expires)) : [customPolicy(policy)]
  const whole = all.filter((one) => one !== undefined)
  return whole.length === 0 ? undefined : whole
}

const malformedReason = ({ policy, expires }: SigningParts): string => {
  if (policy !== '') return 'the policy is not one statement with a Condition that has a DateLessThan'
  return expires === '' ? 'there is neither a policy nor an expiry' : `${expires} is no time in seconds`
}

/**
 * The URL as the viewer sent it. CloudFront has no port in it; on this machine there is one, and a signature may be for the URL
 * with it or without.
 */
function signedUrls({ request, scheme }: AccessRequest): ViewedUrl[] {
  const host = headerValue(request.headers, 'host')
  const url = { scheme, path: request.path, query: withoutParameters(request.query) }
  return [...new Set([host, host.replace(/:\d+$/, '')])].map((name) => ({ ...url, host: name }))
}

const urlText = ({ scheme, host, path, query }: ViewedUrl): string =>
  `${scheme}://${host}${path}${query === '' ? '' : `?${query}`}`

/** Why a policy does not open what is asked for, if it does not. */
function denialOf(
  { resource, until, from, addresses }: SigningPolicy,
  { ip, now }: AccessRequest,
  urls: readonly ViewedUrl[],
): string | undefined {
  const seconds = Math.floor(now / 1000)
  if (seconds >= until) return `it ended at ${dateText(until)}`
  if (from !== null && seconds <= from) return `it begins after ${dateText(from)}`
  if (addresses !== null && !isInRange(ip, addresses)) return `it is not for viewers at ${ip}`
  if (resource !== null && !urls.some((url) => matchesResource(resource, url))) return `it is for ${resource} alone`
  return undefined
}

const dateText = (seconds: number): string => new Date(seconds * 1000).toISOString()
