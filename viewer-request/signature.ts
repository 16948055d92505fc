/** Whether a public key signed a token: RFC 7515, 5.2, by the algorithms of RFC 7518, 3.1, RFC 8037, 3.1, and RFC 9864. */
// biome-ignore lint/style/useNodejsImportProtocol: named as in the function, so that all of viewer-request/ has one name for it
import { constants, createPublicKey, type JsonWebKey, type KeyObject, type VerifyKeyObjectInput, verify } from 'crypto'
import type { PublicKeyAlgorithm } from '../edge/config.ts'
import { isKeyFor, type Jwk, kidOf } from '../edge/jwk.ts'

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
const TWO_NUMBERS = { dsaEncoding: 'ieee-p1363' } as const

type Method = { hash: string | null; options: Omit<VerifyKeyObjectInput, 'key'> }

const METHODS: Record<PublicKeyAlgorithm, Method> = {
  RS256: { hash: 'sha256', options: {} },
  RS384: { hash: 'sha384', options: {} },
  RS512: { hash: 'sha512', options: {} },
  PS256: { hash: 'sha256', options: PSS },
  PS384: { hash: 'sha384', options: PSS },
  PS512: { hash: 'sha512', options: PSS },
  ES256: { hash: 'sha256', options: TWO_NUMBERS },
  ES384: { hash: 'sha384', options: TWO_NUMBERS },
  ES512: { hash: 'sha512', options: TWO_NUMBERS },
  EdDSA: { hash: null, options: {} },
  Ed25519: { hash: null, options: {} },
}

/**
 * Whether one of the keys that have this name, and are for this algorithm, signed a token. A set may have several: RFC 7517,
 * 4.5. Its signature has one spelling in base64url, to the last bit.
 */
export function isSignedByOne(
  parts: readonly string[],
  algorithm: PublicKeyAlgorithm,
  kid: string,
  keys: readonly Jwk[],
): boolean {
  const signature = Buffer.from(parts[2] as string, 'base64url')
  if (signature.toString('base64url') !== parts[2]) return false
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`)
  const { hash, options } = METHODS[algorithm]
  return keys.some((jwk) => {
    if (kidOf(jwk) !== kid || !isKeyFor(jwk, algorithm)) return false
    const key = keyObjectOf(jwk)
    return key !== null && verify(hash, signed, { key, ...options }, signature)
  })
}

/** Of keys that are good: made once, as it takes as long as a verification. Gone with the set that the key is of. */
const keyObjects = new WeakMap<Jwk, KeyObject>()

function keyObjectOf(jwk: Jwk): KeyObject | null {
  const known = keyObjects.get(jwk)
  if (known) return known
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' })
    keyObjects.set(jwk, key)
    return key
  } catch {
    // A key that is none, of a set that others look after.
    return null
  }
}
