import { constants, generateKeyPairSync, sign } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Jwk } from '../../../edge/jwk.ts'
import { isSignedByOne } from '../../../viewer-request/signature.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const JWK = publicKey.export({ format: 'jwk' }) as Jwk

function isTaken(saltLength: number): boolean {
  const options = { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
  const signature = sign('sha256', Buffer.from('header.claims'), options).toString('base64url')
  return isSignedByOne(['header', 'claims', signature], 'PS256', 'default', [JWK])
}

it('the salt of PS256 is as long as the hash: RFC 7518, 3.5', () => {
  expect(isTaken(32)).toBe(true)
  expect([0, 31, 33, 222].map(isTaken)).toEqual([false, false, false, false])
})
