/** What the function writes into the log, with `logs: true`: in each engine, within the field's bytes, and no secret. */
import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkConfig } from '../../build/config.ts'
import { makeSite } from '../../build/site.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'
import { anyCharacter } from '../any-character.ts'
import { runs, SEED } from '../runs.ts'
import { DRIVERS, type Driver, functionCode } from './drivers.ts'
import { type ViewerInput, viewerEvent } from './events.ts'
import { KEY_VALUES, NOW, token } from './tokens.ts'

const PEM = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).publicKey

const configured = (logs: boolean, isPrivate = true) =>
  checkConfig(
    {
      domains: ['cdn.example.com'],
      logs,
      ...(isPrivate ? { keyGroups: { site: [PEM] } } : {}),
      origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' }, api: { domain: 'api.example.com' } },
      routes: [
        { path: '/drafts/*', origin: 'photos', cache: 'never' },
        { path: '/search', origin: 'api', cache: {}, query: ['term'] },
        ...(isPrivate
          ? [
              {
                path: '/private/*',
                origin: 'photos',
                cache: {},
                auth: { type: 'jwt', algorithms: ['HS256'], from: ['query:grant'] },
              },
              { path: '/signed/*', origin: 'photos', cache: {}, auth: { type: 'signed', keyGroups: ['site'] } },
            ]
          : []),
        { path: '/*', origin: 'photos', cache: {}, images: { widths: [320, 640], formats: ['avif', 'webp'] } },
      ],
    },
    'a config with logs',
  )

const GRANT = token({ exp: NOW + 86_400 })
const BROWSER = 'image/avif,image/webp,image/apng,image/*,*/*;q=0.8'

const ROWS: [what: string, input: ViewerInput, logged: string | undefined][] = [
  [
    'formats and what is in the key',
    { uri: '/a.jpg', query: 'utm=1&w=600', headers: { accept: BROWSER } },
    '4 3 fm=avif&w=640',
  ],
  ['WebP alone', { uri: '/a.jpg', headers: { accept: 'image/webp' } }, '4 1 fm=webp'],
  ['AVIF alone', { uri: '/a.jpg', headers: { accept: 'image/avif;q=0.9' } }, '4 2 fm=avif'],
  ['neither', { uri: '/a.jpg', headers: { accept: 'image/*' } }, '4 0 '],
  ['a route of an API', { uri: '/search', query: 'term=a%20b&x=1' }, '1 0 term=a%20b'],
  ['a token is not in it', { uri: '/private/a.pdf', query: `grant=${GRANT}&v=7` }, '2 0 v=7'],
  ['a signature is not in it', { uri: '/signed/a.pdf', query: 'Expires=9&Key-Pair-Id=K&Signature=s&v=7' }, '3 0 '],
  ['a route that is never cached', { uri: '/drafts/a.jpg', query: 'w=1' }, undefined],
  ['what is refused', { uri: '/a.jpg', method: 'POST' }, undefined],
]

const dataOf = (outcome: InvocationOutcome | undefined): string | undefined =>
  outcome?.customData === undefined ? undefined : decodeURIComponent(outcome.customData)

describe.each(DRIVERS.filter(({ name }) => name === 'njs' || name === 'workerd'))('in $name', ({ missing, open }) => {
  let driver: Driver
  beforeAll(async () => {
    if (!missing) driver = await open(configured(true), 'viewer-request', KEY_VALUES)
  })
  afterAll(() => driver?.close())

  it.skipIf(missing).each(ROWS)('%s', async (_, input, logged) => {
    const [outcome] = await driver.run([{ event: viewerEvent(input) }])
    expect(dataOf(outcome)).toBe(logged)
  })

  it.skipIf(missing)('it has room, whatever the query holds', async () => {
    const terms = fc.sample(fc.string({ unit: anyCharacter, maxLength: 3000 }), { numRuns: runs(200), seed: SEED })
    const events = terms.map((term) =>
      viewerEvent({ uri: '/search', query: `term=${encodeURIComponent(term.toWellFormed())}` }),
    )
    const outcomes = await driver.run(events.map((event) => ({ event })))
    for (const outcome of outcomes) {
      if (outcome.kind === 'returned' && outcome.customData === undefined) continue
      expect(outcome.customData?.length).toBeLessThanOrEqual(800)
      expect(() => decodeURIComponent(outcome.customData ?? '%')).not.toThrow()
    }
    expect(outcomes.filter(({ customData }) => customData !== undefined).length).toBeGreaterThan(terms.length / 2)
  })
})

describe('where it is off', () => {
  it('the function knows nothing of it, and does the same', async () => {
    const [off, on] = [await functionCode(configured(false, false)), await functionCode(configured(true, false))]
    expect(off).not.toContain('logCustomData')
    expect(off).not.toContain('cloudfront"')
    expect(on.length - off.length).toBeGreaterThan(100)
    expect(on.length - off.length).toBeLessThan(300)
  })

  it('and a Lambda function at viewer-request writes none', async () => {
    const settings = checkConfig(
      {
        domains: ['cdn.example.com'],
        logs: true,
        origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
        routes: [
          {
            path: '/*',
            origin: 'photos',
            cache: {},
            auth: { type: 'jwt', algorithms: ['RS256'], jwks: 'https://login.example.com/keys.json' },
          },
        ],
      },
      'public keys',
    )
    const { built } = await makeSite(settings)
    expect(built.map(({ target }) => target.name)).toContain('viewer-request-lambda')
  })
})
