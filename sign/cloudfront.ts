/** CloudFront's signed URLs and signed cookies, for routes with `auth: { type: 'signed' }`. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { optional } from '../base/optional-package.ts'
import { canonicalUrl } from '../urls/canonical.ts'
import type { Site } from '../urls/urls.ts'
import { hasWildcards, matches, resourceOf, urlText, withoutWildcards } from './resource.ts'
import { type Conditions, expiryOf, type Lifetime, policyCondition } from './terms.ts'
import { wrong } from './wrong.ts'

export type SigningKey = {
  /** The id that CloudFront gave the public key: `K2JCJMDEHXQW5F`. */
  keyPairId: string
  /** PEM: RSA of 2,048 bits, or ECDSA on P-256, whose signatures are a quarter as long. */
  privateKey: string | Buffer
  /** Of an encrypted key. */
  passphrase?: string | undefined
  /** Default `SHA256`; `SHA1` is what CloudFront takes without `Hash-Algorithm`. */
  hash?: 'SHA256' | 'SHA1' | undefined
}

export type SignOptions = SigningKey & Lifetime & Conditions

/** Names and values, in no need of quotes or escapes. Of the middle two, one. */
export type SignedCookies = {
  'CloudFront-Key-Pair-Id': string
  'CloudFront-Policy'?: string
  'CloudFront-Expires'?: string
  'CloudFront-Signature': string
  'CloudFront-Hash-Algorithm'?: string
}

/**
 * The URL with its signature. Path and parameters are spelt as viewer-request spells them, widths and qualities set to their
 * ladders, and what the route does not know is left out: so the URL that was signed, the one that a browser sends and the one
 * that goes on from the function are the same, and so is the cached object for whoever is let in. A format is not negotiated
 * on a signed route: `fm` asks for one.
 *
 * A canned policy (this URL until then) is the shortest; `notBefore`, `ipRange` and `resource` take a custom one.
 *
 * @example
 * ```ts
 * await signUrl(siteOf(config), '/albums/7/a b.jpg?w=640&fm=webp', { keyPairId, privateKey, expiresIn: 900 })
 * // https://cdn.example.com/albums/7/a%20b.jpg?fm=webp&w=640&Expires=…&Hash-Algorithm=SHA256&Key-Pair-Id=…&Signature=…
 * ```
 *
 * @param site `siteOf(config)`, or a literal: without `bucket`, a path is signed as it is
 * @param url of the site, or a path that begins with `/`; never signed yet
 * @param options `resource`: a pattern that the URL matches, which the signature then opens as a whole: `/albums/7/*`
 * @throws InputError: `url`, `resource`, `lifetime`, `ip-range`, `signing-key` or `key-pair-id` is its `code`
 * @throws Failure (`package-missing`) without `@aws-sdk/cloudfront-signer`
 */
export async function signUrl(
  site: Site,
  url: string,
  options: SignOptions & { resource?: string | undefined },
): Promise<string> {
  const found = canonicalUrl(site, url)
  if (found.kind === 'nowhere')
    throw wrong('url', 'url', 'a URL of the site', url, `${JSON.stringify(url)}: ${found.reason}`)
  const { resource: pattern } = options
  const isCustom = pattern !== undefined || hasConditions(options)
  const spelt = isCustom ? withoutWildcards(found) : found
  const address = urlText(spelt)
  if (new URL(address).href !== address) {
    throw wrong(
      'url',
      'url',
      'one that browsers send as it is',
      url,
      `${JSON.stringify(url)}, which becomes ${new URL(address).href}`,
    )
  }
  const resource = pattern === undefined ? address : resourceOf(site, pattern)
  if (!matches(resource, spelt)) throw wrong('resource', 'resource', `a pattern that ${address} matches`, pattern)
  const cookies = await signedParts(resource, isCustom, options)
  const parameters = Object.entries(cookies).map(([name, value]) => `${name.slice('CloudFront-'.length)}=${value}`)
  return `${address}${spelt.query ? '&' : '?'}${parameters.toSorted().join('&')}${found.fragment}`
}

/**
 * The cookies that open whatever matches a pattern, or, without `*` and `?`, one URL. To be set with `Secure` and `HttpOnly`,
 * on a domain that the CDN's host is of; `rimlight/session` does that.
 *
 * @example
 * ```ts
 * await signCookies(siteOf(config), '/albums/7/*', { keyPairId, privateKey, expiresIn: 3_600 })
 * // { 'CloudFront-Policy': '…', 'CloudFront-Signature': '…', 'CloudFront-Key-Pair-Id': '…', … }
 * ```
 *
 * @param resource a path, or a URL of the site; `*` stands for any run of characters, a query among them, `?` for one
 * @throws InputError: `resource`, `lifetime`, `ip-range`, `signing-key` or `key-pair-id` is its `code`
 * @throws Failure (`package-missing`) without `@aws-sdk/cloudfront-signer`
 */
export async function signCookies(site: Site, resource: string, options: SignOptions): Promise<SignedCookies> {
  const spelt = resourceOf(site, resource)
  return signedParts(spelt, hasWildcards(spelt) || hasConditions(options), options)
}

const hasConditions = ({ notBefore, ipRange }: Conditions): boolean => notBefore !== undefined || ipRange !== undefined

/** The parts of a signature, taken from the package's cookies even for URLs: it would spell a URL unlike browsers and the edge. */
async function signedParts(resource: string, isCustom: boolean, options: SignOptions): Promise<SignedCookies> {
  const key = { ...checkedSigningKey(options), algorithm: options.hash ?? 'SHA256' }
  const expiry = expiryOf(options)
  const policy = JSON.stringify({ Statement: [{ Resource: resource, Condition: policyCondition(expiry, options) }] })
  const { getSignedCookies } = await optional(
    'signing URLs and cookies',
    ['@aws-sdk/cloudfront-signer'],
    () => import('@aws-sdk/cloudfront-signer'),
    'npm install',
  )
  const signed = isCustom
    ? getSignedCookies({ ...key, policy })
    : getSignedCookies({ ...key, url: resource, dateLessThan: new Date(expiry * 1000) })
  return Object.fromEntries(Object.entries(signed).map(([name, value]) => [name, String(value)])) as SignedCookies
}

/** @throws InputError (`key-pair-id`, `signing-key`), which shows nothing of the key */
export const checkedSigningKey = (key: SigningKey) => ({
  keyPairId: checkedId(key.keyPairId),
  privateKey: checkedKey(key),
})

function checkedId(id: string): string {
  if (/^[A-Z0-9]{1,64}$/.test(String(id))) return id
  throw wrong('keyPairId', 'key-pair-id', 'the id of a public key at CloudFront, such as K2JCJMDEHXQW5F', id)
}

const KEY = 'a private key as PEM text, RSA of 2048 bits or ECDSA P-256'

/** The key, parsed. What errors say of it is general, so that no message holds a part of a key. */
function checkedKey({ privateKey, passphrase }: SigningKey): string {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: privateKey, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) })
  } catch {
    const isPublic = String(privateKey).includes('PUBLIC KEY')
    throw wrong('privateKey', 'signing-key', KEY, '', isPublic ? 'a public key' : 'what can’t be read as one')
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  const size = modulusLength ?? namedCurve ?? ''
  if (size === 2048 || size === 'prime256v1') return String(key.export({ type: 'pkcs8', format: 'pem' }))
  throw wrong('privateKey', 'signing-key', KEY, '', `${key.asymmetricKeyType} ${size}`.trim())
}
