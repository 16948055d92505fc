/** Public keys of tokens: JSON Web Keys, RFC 7517 and 7518, 6; EdDSA: RFC 8037. */
import type { PublicKeyAlgorithm } from './config.ts'

/** What it should have is not known before it is looked at. */
export type Jwk = Readonly<Record<string, unknown>>

/** What a key for an algorithm is: its type, and the curves that it may have; null: it has a modulus instead. */
const KEY_TYPES: Record<PublicKeyAlgorithm, { kty: string; curves: readonly string[] | null }> = {
  RS256: { kty: 'RSA', curves: null },
  RS384: { kty: 'RSA', curves: null },
  RS512: { kty: 'RSA', curves: null },
  PS256: { kty: 'RSA', curves: null },
  PS384: { kty: 'RSA', curves: null },
  PS512: { kty: 'RSA', curves: null },
  ES256: { kty: 'EC', curves: ['P-256'] },
  ES384: { kty: 'EC', curves: ['P-384'] },
  EdDSA: { kty: 'OKP', curves: ['Ed25519', 'Ed448'] },
}

/** RFC 7518, 3.3: at least 2,048 bits, as base64url. */
const MODULUS_CHARACTERS = 342

/** Whether a key is one for an algorithm, and for nothing else: RFC 7517, 4.1 to 4.4. */
export function isKeyFor(key: Jwk, algorithm: PublicKeyAlgorithm): boolean {
  const { kty, curves } = KEY_TYPES[algorithm]
  if (key.kty !== kty) return false
  if (key.alg !== undefined && key.alg !== algorithm) return false
  if (key.use !== undefined && key.use !== 'sig') return false
  if (key.key_ops !== undefined && !(Array.isArray(key.key_ops) && key.key_ops.includes('verify'))) return false
  return curves ? curves.includes(key.crv as string) : typeof key.n === 'string' && key.n.length >= MODULUS_CHARACTERS
}

/** A key without a name is for tokens that name none. */
export const kidOf = ({ kid = 'default' }: Jwk): unknown => kid
