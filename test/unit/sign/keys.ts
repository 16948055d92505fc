/** Keys as CloudFront takes them, made anew for each run. */
import { generateKeyPairSync } from 'node:crypto'

const publicKeyEncoding = { type: 'spki', format: 'pem' } as const
const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding })
export const ecdsa = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding, privateKeyEncoding })
export const KEY_PAIR_ID = 'K2JCJMDEHXQW5F'
