/** What the public keys of a key group are called: by their content, so that whoever has a key can tell. */
import { createHash, createPublicKey } from 'node:crypto'
import type { PublicKey } from './policies.ts'

/**
 * A public key as it stands in `policies.json`. Its name is `rimlight-` and the first 12 hexadecimal digits of the SHA-256 of
 * its PEM text, in the one spelling that Node.js writes (SPKI, lines of 64 characters and an end of line).
 * @param pem the public key, or the private one that it belongs to
 * @throws Error for what is no key
 */
export function publicKeyOf(pem: string): PublicKey {
  const encodedKey = String(createPublicKey(pem).export({ type: 'spki', format: 'pem' }))
  return { name: `rimlight-${createHash('sha256').update(encodedKey).digest('hex').slice(0, 12)}`, encodedKey }
}
