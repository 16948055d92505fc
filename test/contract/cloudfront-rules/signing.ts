/** Grants for viewers: made by the AWS SDK, or by hand where it makes none such. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { getSignedCookies, getSignedUrl } from '@aws-sdk/cloudfront-signer'
import type { KeyGroup } from '../../../bundle/policies.ts'
import { cloudFrontBase64 } from '../../cloudfront-base64.ts'

export type Grant = { query?: string; cookie?: string }

/** Makes a grant. `url`: what the viewer asks for, without a signature; `now`: seconds, by the distribution's clock. */
export type MakeGrant = (url: string, now: number) => Grant

const pem = (key: KeyObject) => String(key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }))

type SigningKey = { id: string; privateKey: string; publicKey: string }

const keyOf = (id: string, { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): SigningKey => ({
  ...{ id, privateKey: pem(privateKey), publicKey: pem(publicKey) },
})
const rsa = (id: string) => keyOf(id, generateKeyPairSync('rsa', { modulusLength: 2048 }))

export const KEYS = {
  rsa: rsa('KRSA'),
  ecdsa: keyOf('KECDSA', generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  editor: rsa('KEDITOR'),
  stranger: rsa('KSTRANGER'),
}

const group = (...keys: SigningKey[]): KeyGroup => ({
  publicKeys: keys.map(({ id, publicKey }) => ({ name: id, encodedKey: publicKey })),
})

export const KEY_GROUPS = { members: group(KEYS.rsa, KEYS.ecdsa), editors: group(KEYS.editor) }

export type Terms = {
  key?: SigningKey
  /** Seconds from now; a minute where nothing else is said. */
  until?: number
  from?: number
  /** CIDR. */
  address?: string
  hash?: 'SHA1' | 'SHA256'
}

const inputOf = (url: string, now: number, { key = KEYS.rsa, until = 60, from, address, hash = 'SHA1' }: Terms) => ({
  url,
  keyPairId: key.id,
  privateKey: key.privateKey,
  algorithm: hash,
  dateLessThan: (now + until) * 1000,
  ...(from === undefined ? {} : { dateGreaterThan: (now + from) * 1000 }),
  ...(address === undefined ? {} : { ipAddress: address }),
})

const queryOf = (url: string): string => url.slice(url.indexOf('?') + 1)

const cookieOf = (cookies: object): string =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')

/** A signed URL of the SDK's. */
export const url =
  (terms: Terms = {}): MakeGrant =>
  (url, now) => ({ query: queryOf(getSignedUrl(inputOf(url, now, terms))) })

/** Signed cookies of the SDK's. */
export const cookies =
  (terms: Terms = {}): MakeGrant =>
  (url, now) => ({ cookie: cookieOf(getSignedCookies(inputOf(url, now, terms))) })

/** `{now}` in a policy is the time, `{now+60}` in a minute, `{origin}` that of the URL, `{url}` all of it. */
const filledIn = (policy: string, url: string, now: number): string =>
  policy
    .replace(/\{now([+-]\d+)?\}/g, (_, seconds = '0') => String(now + Number(seconds)))
    .replaceAll('{origin}', new URL(url).origin)
    .replaceAll('{url}', url)

const signature = (text: string, { key = KEYS.rsa, hash = 'SHA1' }: Terms = {}): string =>
  cloudFrontBase64(sign(hash, Buffer.from(text), key.privateKey))

type Parts = Partial<Record<'Expires' | 'Policy' | 'Signature' | 'Key-Pair-Id' | 'Hash-Algorithm', string | undefined>>

const pairs = (parts: Parts, prefix = ''): string[] =>
  Object.entries(parts).flatMap(([name, value]) => (value === undefined ? [] : [`${prefix}${name}=${value}`]))

const withQuery = (url: string, parts: Parts): Grant => {
  const own = new URL(url).search.slice(1)
  return { query: [...(own === '' ? [] : [own]), ...pairs(parts)].join('&') }
}

const policyParts = (policy: string, terms: Terms): Parts => ({
  Policy: cloudFrontBase64(policy),
  Signature: signature(policy, terms),
  'Key-Pair-Id': (terms.key ?? KEYS.rsa).id,
  ...(terms.hash === undefined ? {} : { 'Hash-Algorithm': terms.hash }),
})

/** A policy of one's own, signed whatever it is; `parts` in the place of what follows from it. */
export const policyUrl =
  (policy: string, parts: Parts = {}, terms: Terms = {}): MakeGrant =>
  (url, now) =>
    withQuery(url, { ...policyParts(filledIn(policy, url, now), terms), ...parts })

export const policyCookies =
  (policy: string, parts: Parts = {}, terms: Terms = {}): MakeGrant =>
  (url, now) => ({
    cookie: pairs({ ...policyParts(filledIn(policy, url, now), terms), ...parts }, 'CloudFront-').join('; '),
  })

/** A policy for one resource, good for a minute. */
export const resource = (text: string): string =>
  `{"Statement":[{"Resource":${JSON.stringify(text)},"Condition":{"DateLessThan":{"AWS:EpochTime":{now+60}}}}]}`

/** A policy for the URL that is asked for, with other conditions. */
export const conditions = (text: string): string => `{"Statement":[{"Resource":"{url}","Condition":{${text}}}]}`

/** A signed URL by a canned policy; the policy is for `expires`, and `parts` stand in the place of what follows from it. */
export const cannedUrl =
  (parts: Parts = {}, terms: Terms = {}): MakeGrant =>
  (url, now) => {
    const expires = String(now + (terms.until ?? 60))
    const text = `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`
    const id = (terms.key ?? KEYS.rsa).id
    return withQuery(url, { Expires: expires, Signature: signature(text, terms), 'Key-Pair-Id': id, ...parts })
  }

/** Two grants in one request. */
export const both =
  (one: MakeGrant, other: MakeGrant): MakeGrant =>
  (url, now) => {
    const [first, second] = [one(url, now), other(url, now)]
    const joined = (texts: (string | undefined)[], mark: string) => texts.filter(Boolean).join(mark)
    const query = joined([first.query, second.query], '&')
    const cookie = joined([first.cookie, second.cookie], '; ')
    return { ...(query === '' ? {} : { query }), ...(cookie === '' ? {} : { cookie }) }
  }

/** A grant for another URL: `from` in the one that is asked for is `to`. */
export const forOther =
  (make: MakeGrant, from: string | RegExp, to: string): MakeGrant =>
  (url, now) =>
    make(url.replace(from, to), now)

/** A grant with another text in the place of a part of it. */
export const changed =
  (make: MakeGrant, from: string | RegExp, to: string): MakeGrant =>
  (url, now) => {
    const { query, cookie } = make(url, now)
    return {
      ...(query === undefined ? {} : { query: query.replace(from, to) }),
      ...(cookie === undefined ? {} : { cookie: cookie.replace(from, to) }),
    }
  }
