/**
 * Public keys of tokens: JSON Web Keys, RFC 7517 and 7518, 6; EdDSA: RFC 8037; Ed25519: RFC 9864, 2.2. The Lambda function at
 * viewer-request and `rimlight/session` take the same ones.
 */
import type { PublicKeyAlgorithm } from './config.ts'

/** A JSON Web Key that nothing has been checked of. */
export type Jwk = Readonly<Record<string, unknown>>

/** What a key for an algorithm is: its type, and the curve that it has; null: it has a modulus instead. */
const KEY_TYPES: Record<PublicKeyAlgorithm, { kty: string; curve: string | null }> = {
  RS256: { kty: 'RSA', curve: null },
  RS384: { kty: 'RSA', curve: null },
  RS512: { kty: 'RSA', curve: null },
  PS256: { kty: 'RSA', curve: null },
  PS384: { kty: 'RSA', curve: null },
  PS512: { kty: 'RSA', curve: null },
  ES256: { kty: 'EC', curve: 'P-256' },
  ES384: { kty: 'EC', curve: 'P-384' },
  ES512: { kty: 'EC', curve: 'P-521' },
  // Ed448 is one as well by RFC 8037, and nobody's log-in signs with it.
  EdDSA: { kty: 'OKP', curve: 'Ed25519' },
  Ed25519: { kty: 'OKP', curve: 'Ed25519' },
}

export const PUBLIC_KEY_ALGORITHMS = Object.keys(KEY_TYPES) as PublicKeyAlgorithm[]

/** RFC 7518, 6.2.2, 6.3.2 and 6.4.1: what a public key does not have. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Whether it is a private or a shared key: whoever has read it could have signed, so it proves nothing. */
export const isPrivateKey = (key: Jwk): boolean => PRIVATE_MEMBERS.some((member) => member in key)

/** RFC 7518, 3.3: at least 2,048 bits, as base64url. */
const MODULUS_CHARACTERS = 342

/** Whether a key is one for an algorithm, and for nothing else: RFC 7517, 4.1 to 4.4. */
export function isKeyFor(key: Jwk, algorithm: PublicKeyAlgorithm): boolean {
  const { kty, curve } = KEY_TYPES[algorithm]
  if (key.kty !== kty || isPrivateKey(key)) return false
  if (key.alg !== undefined && key.alg !== algorithm) return false
  if (key.use !== undefined && key.use !== 'sig') return false
  if (key.key_ops !== undefined && !(Array.isArray(key.key_ops) && key.key_ops.includes('verify'))) return false
  return curve ? key.crv === curve : typeof key.n === 'string' && key.n.length >= MODULUS_CHARACTERS
}

/** A key without a name is for tokens that name none. */
export const kidOf = ({ kid = 'default' }: Jwk): unknown => kid
