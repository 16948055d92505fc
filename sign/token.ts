/** JSON Web Tokens with a shared secret, for routes with `auth: { type: 'jwt', algorithms: ['HS256'] }`. */
import { createHmac } from 'node:crypto'
import { MOST_CLAIMS, MOST_SPELT_CHARACTERS, MOST_SPELT_PATHS } from '../edge/bounds.ts'
import { canonicalPath, decoded } from '../edge/path.ts'
import { leadsTo, parseObject } from '../edge/token.ts'
import { parseVersion } from '../edge/version.ts'
import { expiryOf, type Lifetime } from './terms.ts'
import { wrong } from './wrong.ts'

export type TokenOptions = Lifetime & {
  /**
   * 32 to 768 bytes, as `rimlight keys add` takes them: the text of the secret's file, whose last line's end does not count, or
   * its bytes. Text is not decoded: what is spelt in base64 or hex goes in as `Buffer.from(text, 'base64')`.
   */
  secret: string | Uint8Array
  /** The secret's name in the KeyValueStore; default: none, and the edge looks for `default`. */
  kid?: string | undefined
  /** `iss` and `aud`; default none. A token with an audience is refused where the route names none. */
  issuer?: string | undefined
  audience?: string | readonly string[] | undefined
  /** Paths of the site that the token opens, with all below them: `/projects/123/`; default: no such claim. */
  path?: string | readonly string[] | undefined
  /** The claim that holds them: the route's `auth.path`; default `path`. */
  pathClaim?: string | undefined
  /** Further claims, such as `sub` and `scope`; default none. */
  claims?: Readonly<Record<string, unknown>> | undefined
}

/** What the edge reads of a token at most. */
const MAX_CHARACTERS = 4_096

const FEW_CLAIMS = `claims with at most ${MOST_CLAIMS} commas, and as many texts where members have members`

/** RFC 7518, 3.2, and what the KeyValueStore holds in base64: three quarters of 1,024. */
const SECRET_BYTES = { min: 32, max: 768 }

/**
 * A token that the function verifies on every request: `HS256`, with `exp` and `iat`.
 *
 * @example
 * ```ts
 * signToken({ secret, kid: '2026-11', expiresIn: 900, path: '/projects/123/', claims: { sub: 'user-7' } })
 * ```
 *
 * @throws InputError: `secret`, `kid`, `lifetime`, `path`, `claims` or `token-size` is its `code`
 */
export function signToken(options: TokenOptions): string {
  const { kid, issuer, audience, path, pathClaim = 'path', claims = {} } = options
  const key = secretBytes('secret', options.secret)
  if (kid !== undefined && (kid === '' || parseVersion(kid) === '')) {
    throw wrong('kid', 'kid', '1 to 64 characters of A-Z a-z 0-9 . _ ~ -', kid)
  }
  const own = {
    iat: Math.floor(Date.now() / 1000),
    exp: expiryOf(options),
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(audience === undefined ? {} : { aud: audience }),
    ...(path === undefined ? {} : { [pathClaim]: checkedPaths(path) }),
  }
  const twice = ['iat', 'exp', 'iss', 'aud', ...Object.keys(own)].find((name) => Object.hasOwn(claims, name))
  if (twice) throw wrong('claims', 'claims', `no '${twice}', which has an option of its own`, twice, `'${twice}'`)
  const header = { alg: 'HS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) }
  const text = JSON.stringify({ ...claims, ...own })
  const signed = `${encoded(JSON.stringify(header))}.${encoded(text)}`
  const token = `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
  if (token.length <= MAX_CHARACTERS && parseObject(text, MOST_CLAIMS)) return token
  if (token.length <= MAX_CHARACTERS) throw wrong('claims', 'claims', FEW_CLAIMS, '', 'more')
  throw wrong('claims', 'token-size', `a token of at most ${MAX_CHARACTERS} characters`, '', `one of ${token.length}`)
}

const encoded = (text: string): string => Buffer.from(text).toString('base64url')

/** @throws InputError (`secret`), which shows nothing of it */
export function secretBytes(option: string, secret: string | Uint8Array): Buffer {
  const bytes = typeof secret === 'string' ? Buffer.from(secret.replace(/\r?\n$/, '')) : Buffer.from(secret ?? [])
  const expected = `a secret of ${SECRET_BYTES.min} to ${SECRET_BYTES.max} bytes`
  if (bytes.includes('-----BEGIN ')) throw wrong(option, 'secret', expected, '', 'a key in PEM')
  if (bytes.length >= SECRET_BYTES.min && bytes.length <= SECRET_BYTES.max) return bytes
  throw wrong(option, 'secret', expected, '', `one of ${bytes.length}`)
}

const EXPECTED_PATH =
  'a path, or a list of them, that begins with / and has neither . nor .. nor empty segments: /projects/123/'

const MOST_PATHS = `a list of at most ${MOST_CLAIMS} paths, or, where one has escapes or characters that URLs escape, of ${MOST_SPELT_PATHS} with ${MOST_SPELT_CHARACTERS} characters`

function opens(paths: unknown, path: string): boolean {
  const canonical = canonicalPath(path)
  return leadsTo(paths, canonical, [decoded(canonical)])
}

/** Refuses paths that would open nothing at the edge: there, nobody would learn why. @throws InputError (`path`) */
function checkedPaths(path: string | readonly string[]): string | readonly string[] {
  const paths: readonly unknown[] = Array.isArray(path) ? path : [path]
  const odd = paths.find((one) => typeof one !== 'string' || !opens(one, one))
  if (paths.length === 0 || odd !== undefined) throw wrong('path', 'path', EXPECTED_PATH, odd ?? 'an empty list')
  if (paths.every((one) => opens(paths, one as string))) return path
  throw wrong('path', 'path', MOST_PATHS, '', `a list of ${paths.length}`)
}
