/** What a session is made of, and what can be wrong with it before the first request. */
import { isThisMachine } from '../base/this-machine.ts'
import type { PublicKeyAlgorithm } from '../edge/config.ts'
import { isPrivateKey, type Jwk, PUBLIC_KEY_ALGORITHMS } from '../edge/jwk.ts'
import { checkedSigningKey, type SigningKey } from '../sign/cloudfront.ts'
import type { Site } from '../sign/sign.ts'
import { checkSeconds } from '../sign/terms.ts'
import { secretBytes } from '../sign/token.ts'
import { wrong } from '../sign/wrong.ts'
import { type CookieAttributes, cookieProblem } from './cookies.ts'

/** All of them verify with public keys: a key that everybody knows can never be taken for a secret. */
export type LoginAlgorithm = PublicKeyAlgorithm

/** The claims of a verified token: RFC 7519, 4.1, and whatever else there is. Times are seconds since 1970. */
export type LoginClaims = {
  iss?: string
  sub?: string
  aud?: string | string[]
  exp?: number
  nbf?: number
  iat?: number
  jti?: string
  [claim: string]: unknown
}

/** Public keys: RFC 7517, 5. */
export type LoginKeys = { keys: readonly object[] }

/** An HS256 token that the CloudFront Function verifies: `auth: { type: 'jwt', algorithms: ['HS256'], from: ['cookie:NAME'] }`. */
export type TokenGrant = {
  type: 'jwt'
  /** As `signToken` takes it. */
  secret: string | Uint8Array
  kid?: string | undefined
  issuer?: string | undefined
  audience?: string | undefined
  /** The paths that this user may read; `null` or an empty list: none, which is answered with 403. */
  path: (claims: LoginClaims) => string | readonly string[] | null
  /** The route's `auth.path`; default `path`. */
  pathClaim?: string | undefined
  /** Further claims of the grant; default none. */
  claims?: ((claims: LoginClaims) => Record<string, unknown>) | undefined
  /** The cookie's name; default `rimlight`. */
  cookie?: string | undefined
}

/** CloudFront's signed cookies: `auth: { type: 'signed', keyGroups: […] }`. */
export type CookieGrant = SigningKey & {
  type: 'signed'
  site: Site
  /** What this user may read, as `signCookies` takes it: `/projects/7/*`; `null`: nothing. */
  resource: (claims: LoginClaims) => string | null
}

export type Renewal = {
  /** Another than the grant's: whoever learns that one must not be able to renew. As `signToken` takes it. */
  secret: string | Uint8Array
  /** Its cookie, which the CDN never sees; default `__Host-rimlight-renewal`. */
  cookie?: string | undefined
  /** How long after the token was shown a session may be renewed, in seconds; default: until the token expires. */
  lifetime?: number | undefined
}

export type SessionOptions = {
  /** Public keys: the `https:` URL of a set, or the set itself. */
  jwks: string | LoginKeys
  algorithms: readonly LoginAlgorithm[]
  /** What `iss` and `aud` have to be; `null`: anything, which lets in tokens that were made for others. */
  issuer: string | readonly string[] | null
  audience: string | readonly string[] | null
  /** Where a token may be; default `['authorization']`, as a bearer token. */
  from?: readonly ('authorization' | `cookie:${string}`)[] | undefined
  /** How far clocks may be apart, in seconds; default 30. */
  leeway?: number | undefined
  grant: TokenGrant | CookieGrant
  /** How long a grant is good, in seconds; default 900. No grant outlives the token, or the session that `renewal` allows. */
  lifetime?: number | undefined
  /** How many seconds before its end a grant is renewed; default: a third of `lifetime`. */
  renewBefore?: number | undefined
  /** Lets a grant be renewed without the token; default: the token is needed each time. */
  renewal?: Renewal | null | undefined
  /** Of the grant's cookies: `domain` where the CDN has another host. */
  cookie?: CookieAttributes | undefined
  /** Pages that may ask, besides those of the handler's own origin: `https://www.example.com`; default none. */
  origins?: readonly string[] | undefined
  /** How long the keys' server has to answer, in seconds; default 3. */
  timeout?: number | undefined
  /** How long it is left alone after a key was not found there, or after it failed, in seconds; default 30. */
  cooldown?: number | undefined
}

type Given<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }

export type SessionSettings = Omit<Given<SessionOptions>, 'renewal'> & {
  renewal: (Omit<Given<Renewal>, 'lifetime'> & { lifetime: number | undefined }) | null
}

/** @throws InputError, about the first option that is wrong */
export function checked(options: SessionOptions): SessionSettings {
  const { lifetime = 900, renewBefore = Math.floor(lifetime / 3), renewal } = options
  const settings: SessionSettings = {
    ...{ jwks: options.jwks, algorithms: options.algorithms, issuer: options.issuer, audience: options.audience },
    from: options.from ?? ['authorization'],
    leeway: options.leeway ?? 30,
    grant: options.grant,
    lifetime,
    renewBefore,
    renewal: renewal ? renewalOf(renewal) : null,
    cookie: options.cookie ?? {},
    origins: options.origins ?? [],
    timeout: options.timeout ?? 3,
    cooldown: options.cooldown ?? 30,
  }
  checkTokens(settings)
  checkTimes(settings)
  checkGrant(settings)
  for (const origin of settings.origins) {
    if (URL.parse(origin)?.origin !== origin)
      throw wrong('origins', 'origin', 'origins such as https://www.example.com', origin)
  }
  return settings
}

const renewalOf = ({ secret, cookie = '__Host-rimlight-renewal', lifetime }: Renewal) => ({ secret, cookie, lifetime })

function checkTokens({ jwks, algorithms, issuer, audience, from }: SessionSettings): void {
  const odd = algorithms.find((algorithm) => !PUBLIC_KEY_ALGORITHMS.includes(algorithm))
  if (odd !== undefined || algorithms.length === 0) {
    throw wrong('algorithms', 'algorithm', `at least one of ${PUBLIC_KEY_ALGORITHMS.join(', ')}`, odd ?? 'none')
  }
  for (const [name, value] of Object.entries({ issuer, audience })) {
    const isSaid = value === null || Boolean(value?.length)
    if (!isSaid) throw wrong(name, name, 'a text, a list of them, or null for any', value)
  }
  const place = from.find((source) => !/^(?:authorization|cookie:[\w!#$%&'*+.^`|~-]+)$/.test(source))
  if (place !== undefined || from.length === 0) {
    throw wrong('from', 'token-source', "'authorization' or 'cookie:NAME'", place ?? 'none')
  }
  if (typeof jwks === 'string') {
    const url = URL.parse(jwks)
    if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isThisMachine(url))) return
    throw wrong('jwks', 'jwks', 'an https: URL, or a set of JSON Web Keys', jwks)
  }
  if (!Array.isArray(jwks?.keys) || jwks.keys.length === 0) {
    throw wrong('jwks', 'jwks', 'an https: URL, or a set of JSON Web Keys', '', 'no keys')
  }
  if (jwks.keys.some((key) => isPrivateKey(key as Jwk)))
    throw wrong('jwks', 'jwks', 'public keys alone', '', 'a private key')
}

function checkTimes({ leeway, lifetime, renewBefore, renewal, timeout, cooldown }: SessionSettings): void {
  checkSeconds('lifetime', lifetime, 7 * 86_400)
  if (renewBefore !== 0) checkSeconds('renewBefore', renewBefore, lifetime - 1)
  if (leeway !== 0) checkSeconds('leeway', leeway, 300)
  checkSeconds('timeout', timeout, 60)
  checkSeconds('cooldown', cooldown, 3_600)
  if (renewal?.lifetime !== undefined) checkSeconds('renewal.lifetime', renewal.lifetime)
}

function checkGrant({ grant, renewal, cookie }: SessionSettings): void {
  if (grant.type !== 'jwt' && grant.type !== 'signed') {
    throw wrong('grant.type', 'grant', "'jwt' or 'signed'", (grant as { type: unknown }).type)
  }
  const names = grant.type === 'jwt' ? [grant.cookie ?? 'rimlight'] : ['CloudFront-Policy']
  const problem = cookieProblem(names, cookie) ?? (renewal && cookieProblem([renewal.cookie], {}))
  if (problem) throw wrong('cookie', 'cookie', problem.expected, problem.found)
  if (grant.type === 'signed') checkedSigningKey(grant)
  const secret = grant.type === 'jwt' ? secretBytes('grant.secret', grant.secret) : undefined
  const renewing = renewal ? secretBytes('renewal.secret', renewal.secret) : undefined
  if (renewing && secret?.equals(renewing)) {
    throw wrong('renewal.secret', 'secret', 'another secret than grant.secret', '', 'the same')
  }
}
