/** Public-key pairs of a test, and tokens that they sign; made by node:crypto, and by nothing of the project. */
import { constants, generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto'

export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA'

export type KeyPair = { publicKey: KeyObject; privateKey: KeyObject }

type Kind = { pair(): KeyPair; hash: string | null; options: Omit<SignKeyObjectInput, 'key'> }

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2_048 })
const twoNumbers = { dsaEncoding: 'ieee-p1363' } as const

const KINDS: Record<SigningAlgorithm, Kind> = {
  RS256: { pair: rsa, hash: 'sha256', options: {} },
  PS256: { pair: rsa, hash: 'sha256', options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
  ES256: { pair: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }), hash: 'sha256', options: twoNumbers },
  ES384: { pair: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }), hash: 'sha384', options: twoNumbers },
  EdDSA: { pair: () => generateKeyPairSync('ed25519'), hash: null, options: {} },
}

export const ALGORITHMS = Object.keys(KINDS) as SigningAlgorithm[]

export const keyPair = (algorithm: SigningAlgorithm): KeyPair => KINDS[algorithm].pair()

export const signedBy = (algorithm: SigningAlgorithm, key: KeyObject, text: string): string =>
  sign(KINDS[algorithm].hash, Buffer.from(text), { key, ...KINDS[algorithm].options }).toString('base64url')

export const jwkOf = ({ publicKey }: KeyPair, members: object): Record<string, unknown> => ({
  ...publicKey.export({ format: 'jwk' }),
  ...members,
})
