/** Routes whose signatures CloudFront checks: what it needs stays in the request, and is in no key and at no origin. */
import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { checkConfig } from '../../build/config.ts'
import { policiesOf } from '../../build/policies.ts'
import type { Settings } from '../../bundle/settings.ts'
import { SIGNING_COOKIE, SIGNING_PARAMETERS } from '../../edge/signed.ts'
import { validateFunction } from '../../local/platform/validate-function.ts'
import { returnedValue } from './case.ts'
import { DRIVERS, type Driver } from './drivers.ts'
import { OBJECT, originRequestEvent, originResponseEvent, type ViewerInput, viewerEvent } from './events.ts'

const PEM = String(
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).publicKey,
)

const auth = { type: 'signed', keyGroups: ['site'] }
const SETTINGS: Settings = checkConfig(
  {
    domains: ['cdn.example.com'],
    keyGroups: { site: [PEM] },
    origins: {
      photos: { bucket: 'example-photos', region: 'eu-central-1' },
      api: { domain: 'api.example.com' },
    },
    routes: [
      { path: '/live/*', origin: 'api', cache: 'never', auth },
      { path: '/proxy-image/*', origin: 'photos', cache: {}, strip: '/proxy-image', auth },
      { path: '/open/*', origin: 'photos', cache: {} },
      { path: '/*', origin: 'photos', cache: { default: '1h' }, images: true, auth },
    ],
  },
  'the signed config',
)

const query = SIGNING_PARAMETERS.map((name) => `${name}=x-${name.length}`).join('&')
const cookies = Object.fromEntries(SIGNING_PARAMETERS.map((name) => [SIGNING_COOKIE + name, `x-${name.length}`]))
const SIGNED: ViewerInput = { query: `utm_source=mail&${query}&v=1`, cookies: { ...cookies, session: '1' } }
const NOW = Date.parse('2026-11-20T12:00:00Z')

describe.each(DRIVERS.filter(({ triggers }) => triggers.includes('viewer-request')))('$name', (row) => {
  if (row.missing) return it.skip(row.missing, () => {})
  let driver: Driver
  const ask = async (input: ViewerInput) => {
    const event = viewerEvent(input)
    const [outcome] = await driver.run([{ event: structuredClone(event) }])
    const value = returnedValue(outcome)
    expect(validateFunction(event, JSON.parse(JSON.stringify(value)))).toEqual([])
    return value
  }
  beforeAll(async () => {
    driver = await row.open(SETTINGS, 'viewer-request')
  })
  afterAll(() => driver?.close())

  it('what CloudFront checks goes on to it, and nothing else that a route does not know', async () => {
    const value = await ask({ ...SIGNED, uri: '/photo.jpg' })
    const names = String(at(value, 'querystring')).split('&')
    expect(names.toSorted()).toEqual([...query.split('&'), 'v=1'].toSorted())
    expect(Object.keys(at(value, 'cookies') as object).toSorted()).toEqual(Object.keys(cookies).toSorted())
  })

  it('no format is negotiated: what was signed is what goes on', async () => {
    const value = await ask({ uri: '/photo.jpg', query, headers: { accept: 'image/webp,image/*' } })
    expect(at(value, 'querystring')).not.toContain('fm=')
  })

  it('all of it stays on a route that is never cached', async () => {
    const value = await ask({ ...SIGNED, uri: '/live/a' })
    expect(Object.keys(at(value, 'querystring') as object)).toEqual(expect.arrayContaining([...SIGNING_PARAMETERS]))
    expect(Object.keys(at(value, 'cookies') as object)).toEqual(expect.arrayContaining(Object.keys(cookies)))
  })

  it('an open route has none of it', async () => {
    const value = await ask({ ...SIGNED, uri: '/open/a.jpg' })
    expect(value).toMatchObject({ querystring: 'v=1', cookies: {} })
  })
})

it('no cache policy keys on any of it, and no origin request policy hands all of it on', () => {
  const { cachePolicies, originRequestPolicies } = policiesOf(SETTINGS) as unknown as Record<string, unknown>
  const keys = JSON.stringify(cachePolicies)
  expect(keys).toContain('"QueryStringBehavior"')
  for (const name of [...SIGNING_PARAMETERS.map((name) => `"${name}"`), `"${SIGNING_COOKIE}`, '"all"']) {
    expect(keys).not.toContain(name)
  }
  expect(JSON.stringify(originRequestPolicies)).not.toContain('"QueryStringBehavior":"all"')
})

describe.each(DRIVERS.filter(({ triggers }) => triggers.includes('origin-request')))(
  '$name, with the origin',
  (row) => {
    const run = async (trigger: 'origin-request' | 'origin-response', event: unknown) => {
      const driver = await row.open(SETTINGS, trigger)
      try {
        const [outcome] = await driver.run([{ event, now: NOW }])
        return returnedValue(outcome)
      } finally {
        await driver.close()
      }
    }

    it('strip takes from the path what its key does not begin with, and the query is empty', async () => {
      const value = await run('origin-request', originRequestEvent({ uri: '/proxy-image/a/b.jpg', query: 'v=1' }))
      expect(value).toMatchObject({ uri: '/a/b.jpg', querystring: '' })
      const other = await run('origin-request', originRequestEvent({ uri: '/a/b.jpg' }))
      expect(other).toMatchObject({ uri: '/a/b.jpg' })
    })

    it('a private object leaves its lifetime in Expires, an open one in cache-control', async () => {
      const headers = { ...OBJECT, 'Content-Type': 'text/plain' }
      const hidden = await run('origin-response', originResponseEvent({ route: 3, uri: '/a.txt', headers }))
      expect(at(hidden, 'headers', 'cache-control')).toBeUndefined()
      expect(at(hidden, 'headers', 'expires', '0', 'value')).toBe('Fri, 20 Nov 2026 13:00:00 GMT')
      const open = await run('origin-response', originResponseEvent({ route: 2, uri: '/open/a.txt', headers }))
      expect(at(open, 'headers', 'cache-control', '0', 'value')).toMatch(/^public, max-age=/)
      expect(at(open, 'headers', 'expires')).toBeUndefined()
    })
  },
)
