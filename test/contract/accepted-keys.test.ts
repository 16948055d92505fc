/**
 * Which keys verify a token: one table for `rimlight/session`, which has a library for signatures, and for the Lambda function at
 * viewer-request, which has node:crypto.
 */
import { generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { PublicKeyAlgorithm } from '../../edge/config.ts'
import { type Jwk, PUBLIC_KEY_ALGORITHMS } from '../../edge/jwk.ts'
import { parseObject, partsOf, signerOf } from '../../edge/token.ts'
import { sessionHandler } from '../../session/session.ts'
import { isSignedByOne } from '../../viewer-request/signature.ts'
import { NOW, part } from './tokens.ts'

const rsa = (modulusLength = 2_048) => generateKeyPairSync('rsa', { modulusLength })
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })

const PAIRS = {
  rsa: rsa(),
  weak: rsa(1_024),
  'P-256': ec('P-256'),
  'P-384': ec('P-384'),
  'P-521': ec('P-521'),
  Ed25519: generateKeyPairSync('ed25519'),
  Ed448: generateKeyPairSync('ed448'),
}
type PairName = keyof typeof PAIRS

/** Padding by name: RSA_PKCS1_PSS_PADDING is 6, and a salt of -1 is as long as the hash. */
const PSS = { padding: 6, saltLength: -1 }
const METHODS: Record<string, [hash: string | null, options?: Omit<SignKeyObjectInput, 'key'>]> = {
  RS: ['sha'],
  PS: ['sha', PSS],
  ES: ['sha', { dsaEncoding: 'ieee-p1363' }],
  Ed: [null],
}

function tokenBy(key: KeyObject, header: { alg: PublicKeyAlgorithm }): string {
  const text = `${part(header)}.${part({ sub: 'user-7', exp: NOW + 3_600 })}`
  const [hash, options] = METHODS[header.alg.slice(0, 2)] as (typeof METHODS)[string]
  const name = hash === null ? null : `${hash}${header.alg.slice(2)}`
  return `${text}.${sign(name, Buffer.from(text), { key, ...options }).toString('base64url')}`
}

const asJwk = (pair: PairName): Jwk => PAIRS[pair].publicKey.export({ format: 'jwk' }) as Jwk

type Case = {
  /** Who signs, with which algorithm; what the token's header says besides. */
  by: PairName
  alg: PublicKeyAlgorithm
  header?: Record<string, unknown>
  /** The only key of the set. */
  jwk: Jwk
  is: boolean
  /** What the session says, where it differs, and why. */
  session?: { is: boolean; because: string }
}

const own = (by: PairName, members: Jwk = { kid: 'a' }): Pick<Case, 'by' | 'jwk'> => ({
  by,
  jwk: { ...asJwk(by), ...members },
})

const OF_ITS_ALGORITHM: readonly [PublicKeyAlgorithm, PairName][] = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map((alg) => [alg, 'rsa'] as const),
  ...([
    ['ES256', 'P-256'],
    ['ES384', 'P-384'],
    ['ES512', 'P-521'],
    ['EdDSA', 'Ed25519'],
    ['Ed25519', 'Ed25519'],
  ] as const),
].map(([alg, pair]) => [alg, pair])

const CASES: Record<string, Case> = {
  ...Object.fromEntries(
    OF_ITS_ALGORITHM.map(([alg, by]): [string, Case] => [`${alg} by ${by}`, { ...own(by), alg, is: true }]),
  ),
  'RSA of 1,024 bits': { ...own('weak'), alg: 'RS256', is: false },
  'another curve': { ...own('P-384'), alg: 'ES384', jwk: { ...asJwk('P-256'), kid: 'a' }, is: false },
  'another type': { ...own('rsa'), jwk: { ...asJwk('P-256'), kid: 'a' }, alg: 'RS256', is: false },
  "another's key": {
    by: 'rsa',
    jwk: { ...(rsa().publicKey.export({ format: 'jwk' }) as Jwk), kid: 'a' },
    alg: 'RS256',
    is: false,
  },
  'its algorithm said': { ...own('rsa', { kid: 'a', alg: 'RS256' }), alg: 'RS256', is: true },
  'another algorithm said': { ...own('rsa', { kid: 'a', alg: 'PS256' }), alg: 'RS256', is: false },
  'for signatures': { ...own('rsa', { kid: 'a', use: 'sig', key_ops: ['verify'] }), alg: 'RS256', is: true },
  'for encryption': { ...own('rsa', { kid: 'a', use: 'enc' }), alg: 'RS256', is: false },
  'to sign alone': { ...own('rsa', { kid: 'a', key_ops: ['sign'] }), alg: 'RS256', is: false },
  'operations that are no list': { ...own('rsa', { kid: 'a', key_ops: 'verify' }), alg: 'RS256', is: false },
  'another name': { ...own('rsa', { kid: 'b' }), alg: 'RS256', is: false },
  'a name that is no text': { ...own('rsa', { kid: 7 }), alg: 'RS256', header: { kid: 7 }, is: false },
  'neither has a name': { ...own('rsa', {}), alg: 'RS256', header: { kid: undefined }, is: true },
  'the key has none, the token has': { ...own('rsa', {}), alg: 'RS256', is: false },
  'the token has none, the key has': {
    ...own('rsa'),
    alg: 'RS256',
    header: { kid: undefined },
    is: false,
    session: { is: true, because: 'one key that fits leaves no doubt, and many log-ins name none' },
  },
  'a key with its private part': {
    by: 'P-256',
    alg: 'ES256',
    jwk: { ...(PAIRS['P-256'].privateKey.export({ format: 'jwk' }) as Jwk), kid: 'a' },
    is: false,
  },
  'a key whose numbers are none': { ...own('P-256', { kid: 'a', x: 'AAAA' }), alg: 'ES256', is: false },
}

/** As the function does, with the parts that the bundle has. */
function lambdaTakes(token: string, alg: PublicKeyAlgorithm, jwk: Jwk): boolean {
  const parts = partsOf(token) as readonly string[]
  const signer = signerOf(parseObject(Buffer.from(parts[0] ?? '', 'base64url').toString(), 200) ?? {}, [alg])
  return signer !== null && isSignedByOne(parts, signer.algorithm, signer.kid, [jwk])
}

/** A key that it refuses before it is asked counts as one that verifies nothing. */
async function sessionTakes(token: string, alg: PublicKeyAlgorithm, jwk: Jwk): Promise<boolean> {
  try {
    const session = sessionHandler({
      ...{ jwks: { keys: [jwk as never] }, algorithms: [alg], issuer: null, audience: null },
      grant: { type: 'jwt', secret: 'x'.repeat(32), path: () => '/' },
    })
    const headers = { authorization: `Bearer ${token}` }
    return (await session(new Request('https://app.example.com/session', { headers }))).status === 200
  } catch (error) {
    expect(String(error)).toContain('a private key')
    return false
  }
}

describe.each(Object.entries(CASES))('%s', (_, { by, alg, header = {}, jwk, is, session }) => {
  const token = tokenBy(PAIRS[by].privateKey, { alg, ...{ kid: 'a', ...header } })

  it(`${is ? 'verifies' : 'does not verify'} at viewer-request`, () => {
    expect(lambdaTakes(token, alg, jwk)).toBe(is)
  })

  it(`${(session?.is ?? is) ? 'does' : 'does not'} for a session`, async () => {
    expect(await sessionTakes(token, alg, jwk)).toBe(session?.is ?? is)
  })
})

it('every algorithm is among them', () => {
  expect(OF_ITS_ALGORITHM.map(([alg]) => alg)).toEqual(PUBLIC_KEY_ALGORITHMS)
})
