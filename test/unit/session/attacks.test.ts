/** Tokens that are not good, each for one reason, and what is told of it: nothing. */
import { execFileSync } from 'node:child_process'
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { exportJWK, exportSPKI, FlattenedSign, GeneralSign, importJWK } from 'jose'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { type SessionHandler, sessionHandler } from '../../../session/session.ts'
import { runs } from '../../runs.ts'
import { AUDIENCE, ISSUER, pairOf, type SigningPair, seconds, tokenBy } from './login.ts'

let rsa: SigningPair
let ec: SigningPair
let session: SessionHandler
beforeAll(async () => {
  rsa = await pairOf('RS256')
  ec = await pairOf('ES256')
  session = sessionHandler({
    jwks: { keys: [rsa.jwk, ec.jwk] },
    algorithms: ['RS256', 'ES256'],
    issuer: ISSUER,
    audience: AUDIENCE,
    grant: { type: 'jwt', secret: randomBytes(32), path: () => '/' },
  })
})

const ask = (authorization: string) =>
  session(new Request('https://app.example.com/session', { method: 'POST', headers: { authorization } }))

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = () => ({ iss: ISSUER, aud: AUDIENCE, exp: seconds() + 60 })
const parts = async () => (await tokenBy(rsa)).split('.') as [string, string, string]
const hmac = (header: object, key: string) => {
  const signed = `${encoded(header)}.${encoded(claims())}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

/** Each gives a token. */
const ATTACKS: Record<string, () => Promise<string> | string> = {
  'no algorithm': () => `${encoded({ alg: 'none' })}.${encoded(claims())}.`,
  'no algorithm, spelt otherwise': () => `${encoded({ alg: 'nOnE', kid: 'RS256' })}.${encoded(claims())}.`,
  'the public key as a secret, as PEM': async () =>
    hmac({ alg: 'HS256', kid: 'RS256' }, await exportSPKI((await importJWK(rsa.jwk, 'RS256')) as never)),
  'the public key as a secret, as JWK': () => hmac({ alg: 'HS256', kid: 'RS256' }, JSON.stringify(rsa.jwk)),
  'the modulus as a secret': () => hmac({ alg: 'HS256', kid: 'RS256' }, rsa.jwk.n ?? ''),
  'an empty secret': () => hmac({ alg: 'HS256' }, ''),
  'a key of its own in the header': async () => {
    const own = await pairOf('RS256')
    return tokenBy(own, {}, { jwk: own.jwk, kid: undefined })
  },
  'a set of its own in the header': async () =>
    tokenBy(await pairOf('RS256'), {}, { jku: 'https://evil.net/jwks.json' }),
  'a certificate of its own in the header': async () =>
    tokenBy(await pairOf('RS256'), {}, { x5u: 'https://evil.net/a.pem' }),
  'another key of the same name': async () => tokenBy(await pairOf('RS256')),
  'a name of a file': async () => tokenBy(rsa, {}, { kid: '../../../../dev/null' }),
  'a name with SQL': async () => tokenBy(rsa, {}, { kid: "x' UNION SELECT 'key" }),
  'a name that is no text': async () => tokenBy(rsa, {}, { kid: ['RS256'] }),
  'a name of every object': async () => tokenBy(rsa, {}, { kid: '__proto__' }),
  'the algorithm of another key': async () => tokenBy(rsa, {}, { kid: 'ES256' }),
  'an algorithm that is not configured': async () => {
    const pair = await pairOf('PS256')
    return tokenBy({ ...pair, kid: 'RS256' })
  },
  'an empty signature': async () => `${(await parts()).slice(0, 2).join('.')}.`,
  'no signature': async () => (await parts()).slice(0, 2).join('.'),
  'a signature of zeros, ECDSA (CVE-2022-21449)': async () => {
    const [header, payload] = (await tokenBy(ec)).split('.')
    return `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`
  },
  'a signature in DER, ECDSA': async () => {
    const [header, payload, signature] = (await tokenBy(ec)).split('.')
    return `${header}.${payload}.${Buffer.concat([Buffer.from('3044', 'hex'), Buffer.from(signature ?? '', 'base64url')]).toString('base64url')}`
  },
  'other claims': async () => {
    const [header, , signature] = await parts()
    return `${header}.${encoded({ ...claims(), project: '8' })}.${signature}`
  },
  'another header': async () => {
    const [, payload, signature] = await parts()
    return `${encoded({ alg: 'RS256', kid: 'RS256' })}.${payload}.${signature}`
  },
  'four parts': async () => `${(await parts()).join('.')}.x`,
  'five parts, encrypted': () => `${encoded({ alg: 'dir', enc: 'A128GCM' })}..AAAA.AAAA.AAAA`,
  'a critical extension': async () => tokenBy(rsa, {}, { crit: ['exp'], exp: 1 }),
  'an unencoded payload (RFC 7797)': async () => {
    const [, payload, signature] = await parts()
    return `${encoded({ alg: 'RS256', kid: 'RS256', b64: false, crit: ['b64'] })}.${payload}.${signature}`
  },
  'JSON, flattened (RFC 7515, 7.2.2)': async () =>
    JSON.stringify(
      await new FlattenedSign(new TextEncoder().encode(JSON.stringify(claims())))
        .setProtectedHeader({ alg: 'RS256', kid: 'RS256' })
        .sign(rsa.privateKey),
    ),
  'JSON, general (RFC 7515, 7.2.1)': async () =>
    JSON.stringify(
      await new GeneralSign(new TextEncoder().encode(JSON.stringify(claims())))
        .addSignature(rsa.privateKey)
        .setProtectedHeader({ alg: 'RS256', kid: 'RS256' })
        .sign(),
    ),
  'two tokens': async () => `${await tokenBy(rsa)}, ${await tokenBy(rsa)}`,
  'too many characters': async () => tokenBy(rsa, { a: 'x'.repeat(17_000) }),
  nothing: () => 'x',
  expired: async () => tokenBy(rsa, { exp: seconds() - 31 }),
  'without end': async () => tokenBy(rsa, { exp: undefined }),
  'an end that is a text': async () => tokenBy(rsa, { exp: `${seconds() + 60}` }),
  'not yet': async () => tokenBy(rsa, { nbf: seconds() + 60 }),
  'of another issuer': async () => tokenBy(rsa, { iss: 'https://login.example.com' }),
  'without an issuer': async () => tokenBy(rsa, { iss: undefined }),
  'for another audience': async () => tokenBy(rsa, { aud: ['other', `${AUDIENCE}2`] }),
  'without an audience': async () => tokenBy(rsa, { aud: undefined }),
  'claims that are no object': async () => {
    const signed = `${encoded({ alg: 'RS256', kid: 'RS256' })}.${encoded([claims()])}`
    return `${signed}.${(await parts())[2]}`
  },
}

describe('a token that is not good', () => {
  it.each(Object.entries(ATTACKS))('%s', async (_, make) => {
    const written = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write'), vi.spyOn(console, 'error')]
    const token = await make()
    const response = await ask(`Bearer ${token}`)
    expect(written.map(({ mock }) => mock.calls.filter(([text]) => String(text).includes(token)).length)).toEqual([
      0, 0, 0,
    ])
    for (const spy of written) spy.mockRestore()
    expect([response.status, await response.text()]).toEqual([401, '{"error":"invalid_token"}'])
    expect(Object.fromEntries(response.headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/json',
      vary: 'origin',
      'www-authenticate': 'Bearer error="invalid_token"',
    })
  })

  it('and one that is', async () => {
    expect((await ask(`Bearer ${await tokenBy(rsa)}`)).status).toBe(200)
    expect((await ask(`bearer ${await tokenBy(ec)}`)).status).toBe(200)
  })

  it('another scheme is no token', async () => {
    const response = await ask(`Basic ${await tokenBy(rsa)}`)
    expect([response.status, await response.json()]).toEqual([401, { error: 'unauthorized' }])
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="session"')
  })

  it('nothing that is mangled gets through', async () => {
    const token = await tokenBy(ec)
    const characters = [...'ABab01-_.=+/{}"\\, é\u0000']
    const mangled = fc
      .array(
        fc.tuple(
          fc.nat(token.length - 1),
          fc.constantFrom('replace', 'remove', 'insert'),
          fc.constantFrom(...characters),
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      )
      .map((changes) =>
        changes.reduce((text, [at, how, character]) => {
          const rest = text.slice(how === 'insert' ? at : at + 1)
          return text.slice(0, at) + (how === 'remove' ? '' : character) + rest
        }, token),
      )
      .filter((text) => text !== token && text.split('.')[2] !== token.split('.')[2]?.slice(0, -1))
    await fc.assert(
      fc.asyncProperty(mangled, async (text) => {
        // As HTTP hands it on.
        const header = `Bearer ${text}`.replace(/[^\x20-\x7e]/g, '?')
        const { status } = await ask(header)
        if (status === 200) expect(sameBytes(text, token)).toBe(true)
        else expect(status).toBe(401)
      }),
      { numRuns: runs(3_000) },
    )
  })
})

/** The last character of base64url has bits that stand for nothing, and trailing spaces are no part of a header's value. */
const sameBytes = (text: string, token: string): boolean =>
  text
    .trim()
    .split('.')
    .every((part, i) => Buffer.from(part, 'base64url').equals(Buffer.from(token.split('.')[i] ?? '', 'base64url')))

it('a token that openssl signed is good', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const folder = mkdtempSync(join(tmpdir(), 'rimlight-test-'))
  try {
    const signed = `${encoded({ alg: 'RS256', kid: 'openssl' })}.${encoded(claims())}`
    writeFileSync(join(folder, 'key'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const signature = execFileSync('openssl', ['dgst', '-sha256', '-sign', join(folder, 'key')], { input: signed })
    const other = sessionHandler({
      jwks: { keys: [rsa.jwk, { ...(await exportJWK(publicKey)), kid: 'openssl' }] },
      algorithms: ['RS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      grant: { type: 'jwt', secret: randomBytes(32), path: () => '/' },
    })
    const authorization = `Bearer ${signed}.${signature.toString('base64url')}`
    expect((await other(new Request('https://app.example.com/', { headers: { authorization } }))).status).toBe(200)
    expect((await ask(authorization)).status).toBe(401)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
