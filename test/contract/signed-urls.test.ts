/**
 * Whether CloudFront checks a signed URL before viewer-request or after is not documented: what it would check has to be the
 * same text both times, and the text that a browser sends.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkConfig } from '../../build/config.ts'
import type { Config, SignedAuth } from '../../edge/config.ts'
import { signUrl } from '../../sign/cloudfront.ts'
import { fromKey, siteOf } from '../../urls/urls.ts'
import { runs, SEED } from '../runs.ts'
import { ecdsa, KEY_PAIR_ID } from '../unit/sign/keys.ts'
import { takenApart, verdictOf } from '../unit/sign/signature.ts'
import { pairs, path, textOf } from './arbitraries.ts'
import { returnedValue } from './case.ts'
import { DRIVERS, type Driver } from './drivers.ts'
import { viewerEvent } from './events.ts'

const auth: SignedAuth = { type: 'signed', keyGroups: ['friends'] }

const CONFIG: Config = {
  keyGroups: { friends: [ecdsa.publicKey] },
  domains: ['cdn.example.com', 'img.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'eu-central-1' },
    api: { domain: 'api.example.com' },
  },
  routes: [
    { path: '/api/*', origin: 'api', cache: {}, auth, query: ['page', 'term'] },
    { path: '/builds/*', origin: 'photos', cache: {}, auth, version: 'rev', query: ['lang', 'page'] },
    {
      path: '/thumbs/*',
      origin: 'photos',
      cache: {},
      auth,
      images: { widths: [400, 100, 200], ratios: ['1:1', '2:1'], qualities: [80, 40, 60], quality: 60 },
    },
    { path: '/one/*', origin: 'photos', cache: {}, auth, version: null, images: { qualities: [80] } },
    { path: '/*', origin: 'photos', cache: {}, auth, images: { formats: ['avif', 'webp'] }, query: ['page', 'term'] },
  ],
}
const site = siteOf(CONFIG)
const key = { keyPairId: KEY_PAIR_ID, privateKey: ecdsa.privateKey, expiresIn: 900 }

const SAMPLES = runs(3_000)

/** A browser that takes all formats, and one that does not take the source's own. */
const ACCEPTS = ['image/avif,image/webp,*/*', 'image/png,image/*;q=0.8,*/*;q=0.5']

/** Of these openssl is asked. */
const VERIFIED = runs(100)

const keyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'/.+ %#?&=;,:@!$\'"()*[]{}<>|\\^`~-_aZ0é', '.jpg', '.webp', '.heic', '👍🏽'),
      fc.string({ maxLength: 3 }),
    ),
    {
      minLength: 1,
      maxLength: 10,
    },
  )
  .map((parts) => parts.join(''))

/** A path, or the URL of a key, each with parameters. */
const urls = fc
  .tuple(fc.oneof(path, keyText.map(urlOfKey)), fc.constantFrom('', '/thumbs', '/one', '/builds', '/api'), pairs)
  .map(
    ([target, prefix, list]) =>
      (target.startsWith('/') ? prefix + target : target).replace(/[?#]/g, '') + queryOf(list),
  )

function urlOfKey(objectKey: string): string {
  try {
    return fromKey(site, objectKey)
  } catch {
    return '/a key that no URL leads to'
  }
}

const queryOf = (list: [string, string][]): string => (list.length > 0 ? `?${textOf(list).replaceAll('#', '')}` : '')

const conditions = fc.constantFrom({}, {}, { ipRange: '203.0.113.0/24' }, { resource: '/*' })

type Signing = { url: string; signed: string }

const trySign = (url: string, more: object): Promise<Signing | undefined> =>
  signUrl(site, url, { ...key, ...more }).then(
    (signed) => ({ url, signed }),
    (error) => {
      expect(error.code, String(error)).toBe('url')
      return undefined
    },
  )

/** What goes on from the function. */
function urlAfter(value: unknown, host: string): string {
  const { uri, querystring } = value as { uri: string; querystring: string }
  return `https://${host}${uri}?${querystring}`
}

describe.each(DRIVERS.filter(({ triggers }) => triggers.includes('viewer-request')))('$name', ({ open, missing }) => {
  if (missing) return it.skip(missing, () => {})
  let driver: Driver
  beforeAll(async () => {
    driver = await open(checkConfig(CONFIG, 'the signed config'), 'viewer-request')
  })
  afterAll(() => driver?.close())

  it('a signed URL is the same before the function, after it, and in a browser, and its signature is good', async () => {
    const samples = fc.sample(fc.tuple(urls, conditions), { numRuns: SAMPLES, seed: SEED })
    const signings = (await Promise.all(samples.map(([url, more]) => trySign(url, more)))).filter((one) => !!one)
    expect(signings.length).toBeGreaterThan(SAMPLES / 2)
    expect(signings.filter(({ signed }) => /[?&]w=\d+&/.test(signed)).length).toBeGreaterThan(SAMPLES / 20)

    const sent = signings.map(({ signed }) => new URL(signed))
    expect(sent.map(({ href }) => href)).toEqual(signings.map(({ signed }) => signed))
    const events = sent.map(({ host, pathname, search }, i) =>
      viewerEvent({ uri: pathname, query: search.slice(1), headers: { host, accept: ACCEPTS[i % 2] as string } }),
    )
    const outcomes = await driver.run(events.map((event) => ({ event })))
    const after = outcomes.map((outcome, i) => urlAfter(returnedValue(outcome), sent[i]?.host ?? ''))
    const before = signings.map(({ signed }) => takenApart(signed).address)
    expect(after.map((url) => takenApart(url).address)).toEqual(before)
    // Where CloudFront checks after the function, it needs the signature there.
    expect(after.map((url) => takenApart(url).values)).toEqual(signings.map(({ signed }) => takenApart(signed).values))
    expect(before.filter((address) => address.includes('fm=avif')).length).toBeGreaterThan(0)

    for (const { signed } of signings.filter((_, i) => i % Math.ceil(signings.length / VERIFIED) === 0)) {
      expect(verdictOf(takenApart(signed), ecdsa.publicKey), signed).toBe('Verified OK')
    }
  })
})
