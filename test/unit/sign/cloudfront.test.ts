import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { getSignedCookies, getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { InputError } from '../../../base/errors.ts'
import { type SignOptions, signCookies, signUrl } from '../../../sign/cloudfront.ts'
import type { Site } from '../../../urls/urls.ts'
import { ecdsa, KEY_PAIR_ID, rsa } from './keys.ts'
import { policyOf, signatureBy, takenApart, verdictOf } from './signature.ts'

const site: Site = {
  domains: ['cdn.example.com', 'img.example.com'],
  routes: [
    { path: '/drafts/*', cache: 'never', version: null },
    { path: '/api/*', query: ['term'], version: null },
    { path: '/plain/*', bucket: 'photos', version: null },
    { path: '/*', bucket: 'photos', widths: [320, 640, 1280], formats: ['avif', 'webp'], query: ['note'] },
  ],
}

const NOW = 1_800_000_000
beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 + 999, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const key = { keyPairId: KEY_PAIR_ID, privateKey: rsa.privateKey }
const options: SignOptions = { ...key, expiresIn: 900 }

const KEYS = [
  ['RSA', 'SHA256', rsa],
  ['RSA', 'SHA1', rsa],
  ['ECDSA', 'SHA256', ecdsa],
  ['ECDSA', 'SHA1', ecdsa],
] as const

describe.each(KEYS)('%s with %s', (type, hash, pair) => {
  const options: SignOptions = { keyPairId: KEY_PAIR_ID, privateKey: pair.privateKey, hash, expiresIn: 900 }

  it('signs URLs that openssl verifies, and no others', async () => {
    for (const more of [{}, { ipRange: '203.0.113.0/24' }, { resource: '/photos/*' }]) {
      const signed = takenApart(await signUrl(site, '/photos/a b.jpg?w=600', { ...options, ...more }))
      expect(verdictOf(signed, pair.publicKey)).toBe('Verified OK')
      const other = type === 'RSA' ? ecdsa : rsa
      expect(verdictOf(signed, other.publicKey)).not.toBe('Verified OK')
      const later = `${Number(signed.values.Expires) + 1}`
      const Policy = Buffer.from(policyOf(signed).replace('18000', '18001')).toString('base64')
      const changed = signed.values.Policy ? { Policy } : { Expires: later }
      const values = { ...signed.values, ...changed }
      expect(verdictOf({ ...signed, values }, pair.publicKey)).toBe('Verification failure')
    }
  })

  it('signs cookies that openssl verifies', async () => {
    for (const resource of ['/photos/*', '/photos/a.jpg']) {
      const cookies = Object.entries(await signCookies(site, resource, options))
      const values = Object.fromEntries(cookies.map(([name, value]) => [name.replace('CloudFront-', ''), value]))
      expect(verdictOf({ address: `https://cdn.example.com${resource}`, values }, pair.publicKey)).toBe('Verified OK')
    }
  })
})

describe('openssl', () => {
  it.each(['SHA256', 'SHA1'] as const)('gives the same RSA signature with %s', async (hash) => {
    for (const more of [{}, { ipRange: '203.0.113.7' }]) {
      const signed = takenApart(await signUrl(site, '/photos/a.jpg?w=640', { ...options, hash, ...more }))
      expect(signed.values.Signature).toBe(signatureBy(signed, rsa.privateKey))
    }
  })
})

describe('@aws-sdk/cloudfront-signer', () => {
  const dateLessThan = new Date((NOW + 900) * 1000)

  it.each(['SHA256', 'SHA1'] as const)(
    'gives the same signed URL with %s, where it leaves the URL as it is',
    async (hash) => {
      const url = 'https://cdn.example.com/photos/a%20b.jpg?w=640'
      const theirs = takenApart(getSignedUrl({ ...key, url, dateLessThan, algorithm: hash }))
      expect(takenApart(await signUrl(site, url, { ...options, hash }))).toEqual(theirs)
    },
  )

  it('gives the same cookies', async () => {
    const url = 'https://cdn.example.com/photos/a.jpg'
    const theirs = getSignedCookies({ ...key, url, dateLessThan, algorithm: 'SHA256' })
    expect(await signCookies(site, '/photos/a.jpg', options)).toEqual({
      ...theirs,
      'CloudFront-Expires': `${NOW + 900}`,
    })
  })

  it('spells other URLs in its own way, and signs that', () => {
    const url = 'https://cdn.example.com/@2x/a.jpg'
    expect(getSignedUrl({ ...key, url, dateLessThan })).toMatch(/^https:\/\/cdn\.example\.com\/%402x\/a\.jpg\?/)
  })
})

describe('what is signed', () => {
  const plain = { ...options, hash: 'SHA1' } as const
  const addressOf = async (url: string, more: object = {}) =>
    takenApart(await signUrl(site, url, { ...plain, ...more })).address.replace('https://cdn.example.com', '')

  test.each([
    ['a path as it is', '/photos/a.jpg', '/photos/a.jpg'],
    ['a URL', 'https://cdn.example.com/a.jpg', '/a.jpg'],
    ['a URL of another host of the site', 'http://IMG.example.com/a.jpg', 'https://img.example.com/a.jpg'],
    ['a host alone', 'https://cdn.example.com', '/'],
    ['what a URL may not hold', '/é b"|.jpg', '/%C3%A9%20b%22%7C.jpg'],
    ['escapes', '/%7ea%2fb%c3%a9.jpg', '/~a%2Fb%C3%A9.jpg'],
    ['sub-delimiters stay', "/@2x/(a)!$&':;=*,+", "/@2x/(a)!$&':;=*,+"],
    ['dot segments', '/x/../a/./b.jpg', '/a/b.jpg'],
    ['repeated slashes stay', '/a//b.jpg', '/a//b.jpg'],
    ['image parameters on the ladder', '/a.jpg?w=600&fit=max&q=79', '/a.jpg?w=640'],
    ['a format in the query', '/a.jpg?fm=avif', '/a.jpg?fm=avif'],
    ['none negotiated', '/a.jpg?auto=format', '/a.jpg'],
    ['sorted', '/a.jpg?w=640&v=3&note=x&fm=webp', '/a.jpg?fm=webp&note=x&v=3&w=640'],
    ['what the route does not know', '/a.jpg?utm=1&w=640&Expires=1&Signature=x', '/a.jpg?w=640'],
    ['no image parameters for what is none', '/a.svg?w=640&v=1', '/a.svg?v=1'],
    ['no version where the route has none', '/plain/a.jpg?w=640&v=1', '/plain/a.jpg'],
    ['an apostrophe in the query, as browsers send it', "/a.jpg?note=it's", '/a.jpg?note=it%27s'],
    ['an API’s path', '/api/%7ex%2f?term=%c3%a9&x=1', '/api/%7ex%2f?term=%C3%A9'],
    ['what was signed before', '/drafts/a?Expires=1&a=1&Signature=x&Policy&b', '/drafts/a?a=1&b'],
    ['a route that is never cached', '/drafts/a?X-b=%7e&a=1', '/drafts/a?X-b=%7e&a=1'],
  ])('%s', async (_, url, address) => {
    expect(await addressOf(url)).toBe(address)
  })

  it('leaves a fragment where it is', async () => {
    expect(await signUrl(site, '/a.jpg?w=640#top', plain)).toMatch(/^[^#]*&Signature=[\w~-]+#top$/)
  })

  it('has the shape of the Developer Guide', async () => {
    const url = await signUrl(site, '/a.jpg?w=640', options)
    expect(url).toMatch(
      /^https:\/\/cdn\.example\.com\/a\.jpg\?w=640&Expires=1800000900&Hash-Algorithm=SHA256&Key-Pair-Id=K2JCJMDEHXQW5F&Signature=[\w~-]{344}$/,
    )
    expect((await signUrl(site, '/a.jpg', { ...options, privateKey: ecdsa.privateKey })).length).toBeLessThan(250)
  })

  const statement = async (more: object) =>
    JSON.parse(policyOf(takenApart(await signUrl(site, '/albums/7/a*b.jpg?w=640&note=*', { ...options, ...more }))))

  it('a custom policy has conditions, and no wildcard that nobody asked for', async () => {
    const until = { DateLessThan: { 'AWS:EpochTime': NOW + 900 } }
    const Resource = 'https://cdn.example.com/albums/7/a%2Ab.jpg?note=%2A&w=640'
    const from = { DateGreaterThan: { 'AWS:EpochTime': NOW + 60 } }
    expect(await statement({ notBefore: new Date((NOW + 60) * 1000) })).toEqual({
      Statement: [{ Resource, Condition: { ...until, ...from } }],
    })
    expect(await statement({ ipRange: '203.0.113.7' })).toEqual({
      Statement: [{ Resource, Condition: { ...until, IpAddress: { 'AWS:SourceIp': '203.0.113.7/32' } } }],
    })
    expect(await statement({ resource: '/albums/7/*' })).toEqual({
      Statement: [{ Resource: 'https://cdn.example.com/albums/7/*', Condition: until }],
    })
  })

  it('is good for the same time from whichever side it is given', async () => {
    const expires = new Date((NOW + 900) * 1000 + 123)
    expect(await signUrl(site, '/a.jpg', { ...key, expires })).toBe(await signUrl(site, '/a.jpg', options))
  })

  it.each([
    ['ecparam', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout']],
    ['genrsa', ['genrsa', '2048']],
    ['genrsa, PKCS #1', ['genrsa', '-traditional', '2048']],
  ])('takes a key as openssl %s makes it', async (_, args) => {
    const privateKey = execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const publicKey = execFileSync('openssl', ['pkey', '-pubout'], { input: privateKey, encoding: 'utf8' })
    expect(verdictOf(takenApart(await signUrl(site, '/a.jpg', { ...options, privateKey })), publicKey)).toBe(
      'Verified OK',
    )
  })

  it('takes an encrypted key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' },
    })
    expect(await signUrl(site, '/a.jpg', { ...options, privateKey, passphrase: 'open' })).toContain('Signature=')
    await expect(signUrl(site, '/a.jpg', { ...options, privateKey, passphrase: 'other' })).rejects.toThrow(
      'privateKey: expected a private key as PEM text, RSA of 2048 bits or ECDSA P-256, found what can’t be read as one',
    )
  })
})

describe('a resource', () => {
  const resourceOf = async (pattern: string) => {
    const { 'CloudFront-Policy': Policy = '' } = await signCookies(site, pattern, options)
    return JSON.parse(policyOf({ address: '', values: { Policy } })).Statement[0].Resource
  }

  test.each([
    ['/albums/7/*', 'https://cdn.example.com/albums/7/*'],
    ['/*', 'https://cdn.example.com/*'],
    ['https://IMG.example.com/é/?.jpg*', 'https://img.example.com/%C3%A9/?.jpg*'],
    ['/%7ea/*?w=*', 'https://cdn.example.com/~a/*?w=*'],
    ['/a%2a/*', 'https://cdn.example.com/a%2A/*'],
  ])('%s', async (pattern, resource) => {
    expect(await resourceOf(pattern)).toBe(resource)
  })

  const EXPECTED =
    'a path, or a URL of the site, with * for any run of characters and ? for one, and without dot segments: /albums/7/*'

  test.each([
    '',
    '*',
    'albums/*',
    'http*://cdn.example.com/*',
    'https://evil.net/*',
    '/a/../*',
    '/a/%2e%2E/*',
    '/*/..',
    '/a\n*',
    '/%*',
  ])('not %j', async (pattern) => {
    await expect(signCookies(site, pattern, options)).rejects.toThrow(
      `resource: expected ${EXPECTED}, found ${JSON.stringify(pattern)}`,
    )
  })

  it('of a URL is one that the URL matches', async () => {
    await expect(signUrl(site, '/albums/8/a.jpg', { ...options, resource: '/albums/7/*' })).rejects.toThrow(
      'resource: expected a pattern that https://cdn.example.com/albums/8/a.jpg matches, found "/albums/7/*"',
    )
  })
})

describe('an error says what is wrong', () => {
  const failing = (url: string, more: object) => signUrl(site, url, { ...options, ...more } as SignOptions)

  test.each([
    [
      'another site',
      'https://evil.net/a',
      {},
      'url',
      'url: expected a URL of the site, found "https://evil.net/a": it is not on cdn.example.com',
    ],
    ['no path', 'a.jpg', {}, 'url', 'url: expected a URL of the site, found "a.jpg": it is neither a URL nor a path'],
    [
      'a broken escape',
      '/%',
      {},
      'url',
      'url: expected a URL of the site, found "/%": it has a control character or a broken escape',
    ],
    [
      'two routes',
      '/a//../api/x',
      {},
      'url',
      'url: expected a URL of the site, found "/a//../api/x": its path leads to different routes, depending on how it is read, or has too many parts',
    ],
    [
      'what a browser changes',
      '/api/a/../b',
      {},
      'url',
      'url: expected one that browsers send as it is, found "/api/a/../b", which becomes https://cdn.example.com/api/b',
    ],
    [
      'milliseconds',
      '/a',
      { expiresIn: 1_800_000_000_000 },
      'lifetime',
      'expiresIn: expected whole seconds from 1 to 316224000, found 1800000000000',
    ],
    [
      'nothing',
      '/a',
      { expiresIn: undefined },
      'lifetime',
      'expiresIn: expected whole seconds from 1 to 316224000, found undefined',
    ],
    [
      'the past',
      '/a',
      { expires: new Date(0) },
      'lifetime',
      'expires: expected a time to come, in ten years at most, found 1970-01-01T00:00:00.000Z',
    ],
    ['no date', '/a', { expires: new Date('x') }, 'lifetime', 'expires: expected a Date, found Invalid Date'],
    [
      'a late start',
      '/a',
      { notBefore: new Date((NOW + 900) * 1000) },
      'lifetime',
      'notBefore: expected a time before the end, found 2027-01-15T08:15:00.000Z',
    ],
    [
      'IPv6',
      '/a',
      { ipRange: '2001:db8::/32' },
      'ip-range',
      'ipRange: expected an IPv4 address or a range such as 203.0.113.0/24, found "2001:db8::/32"',
    ],
    [
      'a mask too long',
      '/a',
      { ipRange: '203.0.113.0/33' },
      'ip-range',
      'ipRange: expected an IPv4 address or a range such as 203.0.113.0/24, found "203.0.113.0/33"',
    ],
    [
      'an id',
      '/a',
      { keyPairId: 'a&b' },
      'key-pair-id',
      'keyPairId: expected the id of a public key at CloudFront, such as K2JCJMDEHXQW5F, found "a&b"',
    ],
    [
      'a public key',
      '/a',
      { privateKey: rsa.publicKey },
      'signing-key',
      'privateKey: expected a private key as PEM text, RSA of 2048 bits or ECDSA P-256, found a public key',
    ],
    [
      'another curve',
      '/a',
      { privateKey: generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      'signing-key',
      'privateKey: expected a private key as PEM text, RSA of 2048 bits or ECDSA P-256, found ed25519',
    ],
  ])('%s', async (_, url, more, code, message) => {
    const error = await failing(url, more).catch((error) => error)
    expect(error).toBeInstanceOf(InputError)
    expect(error.message).toBe(message)
    expect(error.code).toBe(code)
  })

  it('and shows nothing of a key', async () => {
    const lines = rsa.privateKey.split('\n').filter((line) => line.length === 64)
    expect(lines.length).toBeGreaterThan(20)
    for (const privateKey of [rsa.privateKey.slice(0, 500), rsa.privateKey.slice(100), 'pass word']) {
      const error = await failing('/a', { privateKey }).catch((error) => error)
      expect(error.code).toBe('signing-key')
      expect(error.cause).toBeUndefined()
      const told = JSON.stringify([{ ...error }, error.message, error.stack])
      expect([...lines, 'pass word'].filter((secret) => told.includes(secret))).toEqual([])
    }
  })
})
