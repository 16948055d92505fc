/**
 * Signed URLs and cookies through the whole CloudFront, made by the AWS SDK and by openssl, and checked before the function and
 * after it: grants on cache hits, one object for all who may have it, and nothing of a grant behind CloudFront.
 */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getSignedCookies, getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { Agent, interceptors, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config, SignedAuth } from '../../edge/config.ts'
import { type CloudFront, publicKeyOf } from '../../local/cloudfront.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'

type KeyPair = { publicKey: string; privateKey: string }

const pems = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): KeyPair => ({
  publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
  privateKey: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
})
const RSA = pems(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const ECDSA = pems(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const STRANGER = pems(generateKeyPairSync('rsa', { modulusLength: 2048 }))

const AUTH: SignedAuth = { type: 'signed', keyGroups: ['members'] }
const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  keyGroups: { members: [RSA.publicKey, ECDSA.publicKey] },
  routes: [
    { path: '/members/*', origin: 'api', cache: { default: '1h' }, query: ['license', 'size'], auth: AUTH },
    { path: '/live/*', origin: 'api', cache: 'never', auth: AUTH },
    { path: '/*', origin: 'api', cache: {} },
  ],
}

const ORIGIN = 'https://cdn.example.com'

type Terms = { key?: KeyPair; seconds?: number; algorithm?: 'SHA1' | 'SHA256' }

const inputOf = (url: string, { key = RSA, seconds = 600, algorithm = 'SHA1' }: Terms = {}) => ({
  ...{ url, algorithm, privateKey: key.privateKey, keyPairId: publicKeyOf(key.publicKey).name },
  dateLessThan: Date.now() + seconds * 1000,
})
const signedUrl = (path: string, terms?: Terms) => getSignedUrl(inputOf(ORIGIN + path, terms))

const cookieText = (cookies: object) =>
  Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
const signedCookies = (resource: string, { key = RSA, seconds = 600 }: Terms = {}) => {
  const { dateLessThan, url: _, ...credentials } = inputOf('', { key, seconds })
  const condition = { DateLessThan: { 'AWS:EpochTime': Math.round(dateLessThan / 1000) } }
  const policy = JSON.stringify({ Statement: [{ Resource: ORIGIN + resource, Condition: condition }] })
  return { headers: { cookie: cookieText(getSignedCookies({ ...credentials, policy })) } }
}

describe.each(['before-viewer-request', 'after-viewer-request'] as const)('checked %s', (accessCheck) => {
  let origin: ScriptedOrigin
  let cloudfront: CloudFront
  const heads: Record<string, string | string[] | undefined>[] = []
  beforeAll(async () => {
    origin = await openOrigin(({ headers }, response) => {
      heads.push(headers)
      response.setHeader('cache-control', 'public, max-age=600')
      response.end('for members')
    })
    cloudfront = await started(CONFIG, { origins: { api: origin.url }, accessCheck })
  })
  afterAll(async () => {
    await cloudfront?.stop()
    await origin?.close()
  })

  const asked = (path: string) => origin.requests.filter((url) => url.split('?')[0] === path).length
  const get = async (target: string, init: Parameters<CloudFront['fetch']>[1] = {}) => {
    const response = await cloudfront.fetch(target, init)
    const { status, headers } = response
    return { status, xCache: headers.get('x-cache'), body: await response.text(), headers }
  }
  const granted = (xCache: string) => ({ status: 200, xCache: `${xCache} from cloudfront`, body: 'for members' })

  it('of what is in the cache, nobody gets a byte without a grant, and the origin sees nothing', async () => {
    const path = '/members/photo.jpg'
    expect(await get(signedUrl(path))).toMatchObject(granted('Miss'))
    const good = signedUrl(path)
    const attempts: [string, string, Parameters<CloudFront['fetch']>[1]?][] = [
      ['none', path],
      ['an expired one', signedUrl(path, { seconds: -1 })],
      ['a foreign one', signedUrl(path, { key: STRANGER })],
      ['a foreign one that calls itself ours', signedUrl(path, { key: { ...STRANGER, publicKey: RSA.publicKey } })],
      ['a tampered one', good.replace(/Signature=.{4}/, 'Signature=AAAA')],
      ['a later end', good.replace(/Expires=\d+/, 'Expires=4102444800')],
      ['another parameter', good.replace('?', '?size=large&')],
      ['another path’s', path + new URL(signedUrl('/members/other.jpg')).search],
      ['expired cookies', path, signedCookies('/members/*', { seconds: -1 })],
      ['foreign cookies', path, signedCookies('/members/*', { key: STRANGER })],
      ['another folder’s cookies', path, signedCookies('/staff/*')],
      ['cookies for another host', path, signedCookies('.example.net/members/*')],
    ]
    for (const [name, target, init] of attempts) {
      const { status, xCache, body, headers } = await get(target, init)
      expect({ status, xCache }, name).toEqual({ status: 403, xCache: 'Error from cloudfront' })
      expect(body, name).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?><Error><Code>\w+<\/Code>/)
      expect(headers.get('content-type'), name).toBe('text/xml')
    }
    expect(await get(good)).toMatchObject(granted('Hit'))
    expect(asked(path)).toBe(1)
  })

  it('two users share one object: one request to the origin, one entry in the cache', async () => {
    const path = '/members/shared.jpg'
    expect(await get(signedUrl(path, { seconds: 60 }))).toMatchObject(granted('Miss'))
    expect(await get(signedUrl(path, { key: ECDSA, seconds: 90 }))).toMatchObject(granted('Hit'))
    expect(await get(path, signedCookies('/members/*'))).toMatchObject(granted('Hit'))
    expect(asked(path)).toBe(1)
    expect(await cloudfront.invalidate([path])).toBe(1)
  })

  it('a grant ends by the clock of the distribution, also for what is in the cache', async () => {
    const url = signedUrl('/members/short.jpg', { seconds: 300 })
    expect(await get(url)).toMatchObject(granted('Miss'))
    await cloudfront.advance(240)
    expect(await get(url)).toMatchObject(granted('Hit'))
    await cloudfront.advance(61)
    expect(await get(url)).toMatchObject({ status: 403, xCache: 'Error from cloudfront' })
    // From here on, the distribution is ahead of this machine.
    expect(await get(signedUrl('/members/short.jpg'))).toMatchObject(granted('Hit'))
  })

  it('parameters that the route reads are signed with it', async () => {
    const url = signedUrl('/members/horizon.jpg?license=yes&size=large')
    expect(await get(url)).toMatchObject(granted('Miss'))
    expect(origin.requests.at(-1)).toBe('/members/horizon.jpg?license=yes&size=large')
  })

  it('a URL that is not as the function would have it is as good as the order of checks', async () => {
    const { status } = await get(signedUrl('/members/horizon.jpg?utm_source=mail'))
    expect(status).toBe(accessCheck === 'before-viewer-request' ? 200 : 403)
  })

  it('of a signature nothing reaches the origin', async () => {
    heads.length = 0
    await get(signedUrl('/members/quiet.jpg', { algorithm: 'SHA256' }))
    await get(signedUrl('/live/quiet?a=1', { algorithm: 'SHA256' }))
    const { headers } = signedCookies('/live/*')
    await get('/live/quiet?a=1', { headers: { cookie: `theme=dark; ${headers.cookie}` } })
    expect(origin.requests.slice(-3)).toEqual(['/members/quiet.jpg', '/live/quiet?a=1', '/live/quiet?a=1'])
    expect(heads.map(({ cookie }) => cookie)).toEqual([undefined, undefined, 'theme=dark'])
  })

  it('what is never cached needs a grant as well, and a POST does', async () => {
    const before = origin.requests.length
    expect((await get('/live/a')).status).toBe(403)
    expect((await get('/live/a', { method: 'POST', body: 'x' })).status).toBe(403)
    expect(origin.requests.length).toBe(before)
    expect(await get(signedUrl('/live/a'), { method: 'POST', body: 'x' })).toMatchObject(granted('Miss'))
  })

  it('another route stays open', async () => {
    expect(await get('/public.jpg')).toMatchObject(granted('Miss'))
  })

  it('viewers are told private, on a miss, on a hit and in a refusal, and CloudFront caches it all the same', async () => {
    const path = '/members/told.jpg'
    const answers = [await get(signedUrl(path)), await get(signedUrl(path)), await get(path)]
    expect(answers.map(({ headers }) => headers.get('cache-control'))).toEqual(['private', 'private', 'private'])
    expect(answers.map(({ xCache }) => xCache?.split(' ')[0])).toEqual(['Miss', 'Hit', 'Error'])
    const [miss, hit, refusal] = answers.map(({ headers }) => headers.get('expires'))
    expect([hit, refusal]).toEqual([miss, null])
  })

  it('a shared cache behind keeps neither what was granted nor what was refused; a browser’s keeps what was granted', async () => {
    const askedThrough = async (type: 'shared' | 'private', target: string) => {
      const agent = new Agent({ connect: { rejectUnauthorized: false } }).compose(interceptors.cache({ type }))
      const ids: unknown[] = []
      for (let turn = 0; turn < 2; turn += 1) {
        const { headers, body } = await request(`${cloudfront.httpsUrl}${target}`, { dispatcher: agent })
        await body.dump()
        ids.push(headers['x-amz-cf-id'])
      }
      await agent.close()
      return ids[0] === ids[1] ? 'kept' : 'asked twice'
    }
    const url = `/members/behind.jpg`
    const own = getSignedUrl(inputOf(`${cloudfront.httpsUrl}${url}`)).replace(cloudfront.httpsUrl, '')
    expect(await askedThrough('shared', own)).toBe('asked twice')
    expect(await askedThrough('private', own)).toBe('kept')
    expect(await askedThrough('shared', url)).toBe('asked twice')
    expect(await askedThrough('private', url)).toBe('asked twice')
  })

  it('the trace says who was let in, or why not, and nothing that opens anything', async () => {
    const cookies = signedCookies('/members/*')
    const [good, bad] = [
      await get('/members/traced.jpg', cookies),
      await get(signedUrl('/members/t', { key: STRANGER })),
    ]
    const stepOf = async ({ headers }: typeof good) => {
      const trace = await cloudfront.trace(String(headers.get('x-amz-cf-id')))
      const [, signature = '?'] = /CloudFront-Signature=(\S+)/.exec(cookies.headers.cookie) ?? []
      expect(JSON.stringify(trace)).not.toContain(signature)
      return trace?.steps.find(({ step }) => step === 'access')
    }
    const id = (key: KeyPair) => publicKeyOf(key.publicKey).name
    expect(await stepOf(good)).toEqual({
      step: 'access',
      result: 'granted',
      reason: `the signed cookies, by ${id(RSA)}`,
    })
    expect(await stepOf(bad)).toEqual({
      ...{ step: 'access', result: 'refused' },
      reason: `no key group of the behaviour has a key ${id(STRANGER)}`,
    })
  })

  const hasOpenssl = spawnSync('openssl', ['version']).status === 0
  describe.skipIf(!hasOpenssl)('openssl, by the commands of the guide (skipped where it is not installed)', () => {
    /** "Linux commands and OpenSSL for base64 encoding and encryption". */
    async function signature(policy: string, { privateKey }: KeyPair, hash: 'sha1' | 'sha256'): Promise<string> {
      const folder = await temporaryFolder()
      await writeFile(join(folder, 'policy'), policy)
      await writeFile(join(folder, 'private_key.pem'), privateKey, { mode: 0o600 })
      const command = `cat policy | tr -d "\\n" | tr -d " \\t\\n\\r" | openssl ${hash} -sign private_key.pem | openssl base64 -A | tr -- '+=/' '-_~'`
      const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' })
      expect(stderr).toBe('')
      await rm(join(folder, 'private_key.pem'))
      return stdout
    }
    const base64 = (text: string) =>
      spawnSync('sh', ['-c', `tr -d " \\t\\n\\r" | openssl base64 -A | tr -- '+=/' '-_~'`], {
        input: text,
        encoding: 'utf8',
      }).stdout
    const later = () => Math.round(Date.now() / 1000) + 3_600

    it.each([
      ['RSA, SHA-1', RSA, 'sha1'],
      ['RSA, SHA-256', RSA, 'sha256'],
      ['ECDSA, SHA-1', ECDSA, 'sha1'],
      ['ECDSA, SHA-256', ECDSA, 'sha256'],
    ] as const)('a canned policy: %s', async (name, key, hash) => {
      const url = `${ORIGIN}/members/${encodeURIComponent(name)}.jpg?license=yes&size=large`
      const expires = later()
      const policy = `{
        "Statement": [
          {
            "Resource": "${url}",
            "Condition": { "DateLessThan": { "AWS:EpochTime": ${expires} } }
          }
        ]
      }`
      const id = publicKeyOf(key.publicKey).name
      const algorithm = hash === 'sha256' ? '&Hash-Algorithm=SHA256' : ''
      const signed = `${url}&Expires=${expires}&Signature=${await signature(policy, key, hash)}&Key-Pair-Id=${id}${algorithm}`
      expect(await get(signed)).toMatchObject(granted('Miss'))
      expect((await get(signed.replace('large', 'small'))).status).toBe(403)
    })

    /** "Example policy statement: Access all files in a directory from a range of IP addresses", of this machine. */
    it.each([
      ['of this machine', '127.0.0.0/24', 200],
      ['of the guide’s', '192.0.2.0/24', 403],
    ])('all files in a directory, from a range of addresses %s', async (_, range, status) => {
      const policy = `{
        "Statement": [
          {
            "Resource": "${ORIGIN}/members/training/*",
            "Condition": {
              "IpAddress": { "AWS:SourceIp": "${range}" },
              "DateLessThan": { "AWS:EpochTime": ${later()} }
            }
          }
        ]
      }`
      const parts = `Policy=${base64(policy)}&Signature=${await signature(policy, RSA, 'sha1')}`
      const grant = `${parts}&Key-Pair-Id=${publicKeyOf(RSA.publicKey).name}`
      expect((await get(`/members/training/orientation.pdf?${grant}`)).status).toBe(status)
      expect((await get(`/members/orientation.pdf?${grant}`)).status).toBe(403)
      const cookie = grant
        .split('&')
        .map((pair) => `CloudFront-${pair}`)
        .join('; ')
      expect((await get('/members/training/orientation.pdf', { headers: { cookie } })).status).toBe(status)
    })
  })
})
