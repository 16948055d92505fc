import { expect, test } from 'vitest'
import { isKeyFor, isPrivateKey, kidOf } from '../../../edge/jwk.ts'

const RSA = { kty: 'RSA', n: 'x'.repeat(342), e: 'AQAB' }
const EC = { kty: 'EC', crv: 'P-256' }

test.each([
  ['RSA', RSA, 'RS256', true],
  ['RSA', RSA, 'PS512', true],
  ['RSA of fewer than 2,048 bits', { ...RSA, n: 'x'.repeat(341) }, 'RS256', false],
  ['RSA without a modulus', { kty: 'RSA' }, 'RS256', false],
  ['EC', EC, 'ES256', true],
  ['EC', EC, 'ES384', false],
  ['EC', EC, 'RS256', false],
  ['P-384', { ...EC, crv: 'P-384' }, 'ES384', true],
  ['EC without a curve', { kty: 'EC' }, 'ES256', false],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519' }, 'EdDSA', true],
  ['Ed25519 by its own name', { kty: 'OKP', crv: 'Ed25519' }, 'Ed25519', true],
  ['Ed448', { kty: 'OKP', crv: 'Ed448' }, 'EdDSA', false],
  ['P-521', { ...EC, crv: 'P-521' }, 'ES512', true],
  ["another type, with EC's curve", { kty: 'OKP', crv: 'P-256' }, 'ES256', false],
  ["another type, with RSA's modulus", { ...RSA, kty: 'EC' }, 'RS256', false],
  ['a private key', { ...RSA, d: 'x' }, 'RS256', false],
  ['X25519', { kty: 'OKP', crv: 'X25519' }, 'EdDSA', false],
  ['a secret', { kty: 'oct', k: 'x' }, 'RS256', false],
  ['its own algorithm', { ...EC, alg: 'ES256' }, 'ES256', true],
  ['another algorithm', { ...RSA, alg: 'RS512' }, 'RS256', false],
  ['for signatures', { ...EC, use: 'sig' }, 'ES256', true],
  ['for encryption', { ...EC, use: 'enc' }, 'ES256', false],
  ['to verify', { ...EC, key_ops: ['verify'] }, 'ES256', true],
  ['to sign alone', { ...EC, key_ops: ['sign'] }, 'ES256', false],
  ['operations that are no list', { ...EC, key_ops: 'verify' }, 'ES256', false],
] as const)('%s: %o for %s', (_, key, algorithm, is) => {
  expect(isKeyFor(key, algorithm)).toBe(is)
})

test('a key without a name has that of tokens without one', () => {
  expect([kidOf({}), kidOf({ kid: 'a' }), kidOf({ kid: null })]).toEqual(['default', 'a', null])
})

test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])('a key that has %s is no public one', (member) => {
  expect([isPrivateKey({ ...RSA, [member]: 'x' }), isPrivateKey(RSA), isPrivateKey(EC)]).toEqual([true, false, false])
})
