import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it, test } from 'vitest'
import { signToken, type TokenOptions } from '../../../sign/token.ts'
import { anyCharacter } from '../../any-character.ts'
import { runs } from '../../runs.ts'
import { rsa } from './keys.ts'

const bytes = randomBytes(32)
const options = { secret: bytes, expiresIn: 900 }

const verified = async (token: string, more: object = {}) => jwtVerify(token, bytes, { algorithms: ['HS256'], ...more })

describe('a token', () => {
  it('is one that jose verifies, with all that was asked for', async () => {
    const token = signToken({
      ...options,
      kid: '2026-11',
      issuer: 'https://app.example.com',
      audience: 'cdn',
      path: ['/projects/1/', '/projects/2/'],
      pathClaim: 'paths',
      claims: { sub: 'user-7', scope: 'read' },
    })
    const { payload, protectedHeader } = await verified(token, { issuer: 'https://app.example.com', audience: 'cdn' })
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT', kid: '2026-11' })
    const { iat = 0, ...claims } = payload
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(60)
    expect(claims).toEqual({
      sub: 'user-7',
      scope: 'read',
      exp: iat + 900,
      iss: 'https://app.example.com',
      aud: 'cdn',
      paths: ['/projects/1/', '/projects/2/'],
    })
  })

  it('has nothing that was not asked for', async () => {
    const { payload } = await verified(signToken(options))
    expect(Object.keys(payload).toSorted()).toEqual(['exp', 'iat'])
    expect(decodeProtectedHeader(signToken(options))).toEqual({ alg: 'HS256', typ: 'JWT' })
  })

  it('has the signature of openssl', () => {
    const [header, payload, signature] = signToken({ ...options, claims: { sub: 'é' } }).split('.')
    const args = ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${bytes.toString('hex')}`, '-binary']
    expect(execFileSync('openssl', args, { input: `${header}.${payload}` }).toString('base64url')).toBe(signature)
  })

  it('takes a secret as text, as it stands in a file', async () => {
    const text = bytes.toString('base64url')
    for (const secret of [text, `${text}\n`, `${text}\r\n`, new TextEncoder().encode(text)]) {
      await jwtVerify(signToken({ ...options, secret }), new TextEncoder().encode(text), { algorithms: ['HS256'] })
    }
    await expect(verified(signToken({ ...options, secret: text }))).rejects.toThrow('signature verification failed')
  })

  it('is verified whatever its claims are', async () => {
    const claims = fc.dictionary(
      fc
        .string({ unit: anyCharacter, maxLength: 10 })
        .filter((name) => !['iat', 'exp', 'iss', 'aud', 'nbf', '__proto__'].includes(name)),
      fc.jsonValue({ maxDepth: 2 }),
      { maxKeys: 5 },
    )
    await fc.assert(
      fc.asyncProperty(claims, async (claims) => {
        const token = signToken({ ...options, claims })
        expect((await verified(token)).payload).toMatchObject(JSON.parse(JSON.stringify(claims)))
      }),
      { numRuns: runs(300) },
    )
  })
})

const EXPECTED_SECRET = 'a secret of 32 to 768 bytes'
const EXPECTED_PATH =
  'a path, or a list of them, that begins with / and has neither . nor .. nor empty segments: /projects/123/'

describe('an error says what is wrong', () => {
  test.each([
    ['a short secret', { secret: 'c2VjcmV0\n' }, 'secret', `secret: expected ${EXPECTED_SECRET}, found one of 8`],
    ['a long one', { secret: 'x'.repeat(769) }, 'secret', `secret: expected ${EXPECTED_SECRET}, found one of 769`],
    ['no secret', { secret: '' }, 'secret', `secret: expected ${EXPECTED_SECRET}, found one of 0`],
    ['a public key', { secret: rsa.publicKey }, 'secret', `secret: expected ${EXPECTED_SECRET}, found a key in PEM`],
    ['a kid', { kid: '../a' }, 'kid', 'kid: expected 1 to 64 characters of A-Z a-z 0-9 . _ ~ -, found "../a"'],
    ['an empty kid', { kid: '' }, 'kid', 'kid: expected 1 to 64 characters of A-Z a-z 0-9 . _ ~ -, found ""'],
    ['no lifetime', { expiresIn: 0 }, 'lifetime', 'expiresIn: expected whole seconds from 1 to 316224000, found 0'],
    [
      'a claim with an option',
      { claims: { exp: 5 } },
      'claims',
      "claims: expected no 'exp', which has an option of its own, found 'exp'",
    ],
    [
      'the path’s claim twice',
      { path: '/a', claims: { path: '/b' } },
      'claims',
      "claims: expected no 'path', which has an option of its own, found 'path'",
    ],
    [
      'too many characters',
      { claims: { a: 'x'.repeat(4_000) } },
      'token-size',
      'claims: expected a token of at most 4096 characters, found one of 5471',
    ],
    ['a relative path', { path: 'a' }, 'path', `path: expected ${EXPECTED_PATH}, found "a"`],
    ['no path', { path: [] }, 'path', `path: expected ${EXPECTED_PATH}, found "an empty list"`],
    ...['/../a', '/a/%2e%2E/b', '//a', '/a//b', '/a/.', '/%2f/a', '/a\n', '/%'].map(
      (path) =>
        [
          'a path that leads nowhere',
          { path: ['/b', path] },
          'path',
          `path: expected ${EXPECTED_PATH}, found ${JSON.stringify(path)}`,
        ] as const,
    ),
  ] as const)('%s', (_, more, code, message) => {
    const signing = () => signToken({ ...options, ...more } as TokenOptions)
    expect(signing).toThrow(expect.objectContaining({ name: 'InputError', message, code }))
  })
})
