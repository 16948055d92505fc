/**
 * What a request carries of a signature: a signed URL's parameters, or signed cookies. Developer Guide, "Decide to use signed
 * URLs or signed cookies", "Create a signed URL using a custom policy", "Set signed cookies using a custom policy".
 */
import type { HeaderLine } from '../../protocol/messages.ts'
import type { EdgeRequest } from './messages.ts'

/** Empty where it is missing; the first counts where a name repeats, which is not documented. */
export type SigningParts = {
  from: 'url' | 'cookies'
  /** Seconds since 1970, of a canned policy. */
  expires: string
  /** In base64, of a custom policy. */
  policy: string
  signature: string
  keyPairId: string
  hashAlgorithm: string
}

const NAMES = {
  expires: 'Expires',
  policy: 'Policy',
  signature: 'Signature',
  keyPairId: 'Key-Pair-Id',
  hashAlgorithm: 'Hash-Algorithm',
} as const

const PARAMETERS: readonly string[] = Object.values(NAMES)

const COOKIE_PREFIX = 'CloudFront-'

/** A URL that has one of the parameters is a signed URL, and cookies are not looked at. */
export function signingPartsOf({ query, headers }: EdgeRequest): SigningParts {
  const pairs = query.split('&').map(pairOf)
  if (pairs.some(({ name }) => PARAMETERS.includes(name))) {
    return { from: 'url', ...partsOf((part) => unescaped(valueIn(pairs, part))) }
  }
  const cookies = headers.flatMap(([name, value]) =>
    name === 'cookie' ? value.split(';').map((pair) => pairOf(pair.trim())) : [],
  )
  return { from: 'cookies', ...partsOf((part) => valueIn(cookies, COOKIE_PREFIX + part)) }
}

/** The query of the URL that was signed. That `Expires` is taken out beside a `Policy` is not documented. */
export const withoutParameters = (query: string, names: readonly string[] = PARAMETERS): string =>
  query === ''
    ? ''
    : query
        .split('&')
        .filter((pair) => !names.includes(pairOf(pair).name))
        .join('&')

/** "Cache content based on query string parameters": the names as the guide lists them, without `Hash-Algorithm`. */
const NOT_FORWARDED: readonly string[] = [NAMES.expires, NAMES.keyPairId, NAMES.policy, NAMES.signature]

/** A request whose signature has been checked, as it goes on to the cache and the origin. */
export const withoutSignature = (request: EdgeRequest): EdgeRequest => ({
  ...request,
  query: withoutParameters(request.query, NOT_FORWARDED),
})

/** "Use signed cookies": CloudFront does not cache separate files by them. */
export const withoutSigningCookies = (headers: readonly HeaderLine[]): HeaderLine[] =>
  headers.map(([name, value]): HeaderLine => {
    if (name !== 'cookie' || !value.includes(COOKIE_PREFIX)) return [name, value]
    const kept = value.split(';').filter((pair) => !SIGNING_COOKIES.includes(pairOf(pair.trim()).name))
    return [name, kept.join(';').trim()]
  })

const SIGNING_COOKIES = PARAMETERS.map((name) => COOKIE_PREFIX + name)

type Pair = { name: string; value: string }

function pairOf(text: string): Pair {
  const at = text.indexOf('=')
  return at < 0 ? { name: text, value: '' } : { name: text.slice(0, at), value: text.slice(at + 1) }
}

const valueIn = (pairs: readonly Pair[], wanted: string): string =>
  pairs.find(({ name }) => name === wanted)?.value ?? ''

const partsOf = (read: (name: string) => string): Omit<SigningParts, 'from'> => ({
  expires: read(NAMES.expires),
  policy: read(NAMES.policy),
  signature: read(NAMES.signature),
  keyPairId: read(NAMES.keyPairId),
  hashAlgorithm: read(NAMES.hashAlgorithm),
})

/** `%7E` is `~` (RFC 3986, 6.2.2.2), as some clients write it; that CloudFront takes it so is not documented. */
function unescaped(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
