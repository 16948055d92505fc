import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { expect, it } from 'vitest'
import { publicKeyOf } from '../../../bundle/public-key.ts'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = String(publicKey.export({ type: 'spki', format: 'pem' }))

it('a key is called after its content, as everybody can work out', () => {
  const hash = createHash('sha256').update(pem).digest('hex')
  expect(publicKeyOf(pem)).toEqual({ name: `rimlight-${hash.slice(0, 12)}`, encodedKey: pem })
})

it('however its text is spelt', () => {
  const text = pem.replace(/\n/g, '\r\n').replace(/$/, '\n\n')
  expect(publicKeyOf(text)).toEqual(publicKeyOf(pem))
})

it('whoever has the private key can tell, too', () => {
  const found = publicKeyOf(String(privateKey.export({ type: 'pkcs8', format: 'pem' })))
  expect(found).toEqual(publicKeyOf(pem))
  expect(createPublicKey(found.encodedKey).equals(publicKey)).toBe(true)
})

it('what is no key has no name', () => {
  expect(() => publicKeyOf('-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n')).toThrow()
})
