/**
 * Where an origin fails, CloudFront calls origin-request once more, for the second one. It is not documented whether that call
 * has the request as it came, or as the first call returned it: both have to lead to the same.
 */
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import { compile } from '../../build/compile.ts'
import { checkConfig } from '../../build/config.ts'
import type { Config } from '../../edge/config.ts'
import { runs } from '../runs.ts'
import { type Handler, loadHandler } from './drivers.ts'
import { customOrigin, originRequestEvent, s3Origin } from './events.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1', prefix: 'site', failover: 'mirror' },
    mirror: { bucket: 'example-mirror', region: 'us-west-2', prefix: 'copy/of it' },
    plain: { bucket: 'example-plain', region: 'us-east-1', failover: 'photos' },
    api: { domain: 'api.example.com', failover: 'spare' },
    spare: { domain: 'spare.example.com' },
  },
  routes: [
    { path: '/api/*', origin: 'api', cache: {}, query: ['page'] },
    { path: '/live/*', origin: 'api', cache: 'never' },
    { path: '/m/*', origin: 'photos', cache: {}, strip: '/m', images: true },
    { path: '/plain/*', origin: 'plain', cache: {}, images: true },
    // What a prefix makes of a path may look like another route's.
    { path: '/site/*', origin: 'plain', cache: {} },
    { path: '/*', origin: 'photos', cache: {}, images: true },
  ],
}

const [PHOTOS, MIRROR, PLAIN] = [
  s3Origin('example-photos.s3.us-east-1.amazonaws.com'),
  s3Origin('example-mirror.s3.us-west-2.amazonaws.com'),
  s3Origin('example-plain.s3.us-east-1.amazonaws.com'),
]

const ORIGINS: [beginning: string, first: object, second: object][] = [
  ['/api/', customOrigin('api.example.com'), customOrigin('spare.example.com')],
  ['/live/', customOrigin('api.example.com'), customOrigin('spare.example.com')],
  ['/m/', PHOTOS, MIRROR],
  ['/plain/', PLAIN, PHOTOS],
  ['/site/', PLAIN, PHOTOS],
  ['/z/', PHOTOS, MIRROR],
]

let handler: Handler
beforeAll(async () => {
  handler = await loadHandler('origin-request', compile(checkConfig(CONFIG, 'a config')))
})

const path = fc
  .array(fc.constantFrom('a', 'site', 'm', 'copy', 'plain', '%2F', '%C3%A9', 'a%20b', '', '%zz'), { maxLength: 4 })
  .map((parts) => `${parts.join('/')}${parts.length % 2 === 0 ? '.jpg' : ''}`)

const query = fc.constantFrom('', 'v=7', 'fm=webp&v=abc&w=640', 'w=641', 'page=2&v=1', 'acl')

const headers = fc.constantFrom({}, { Range: 'bytes=0-9' }, { 'X-Rimlight-Secret': 'x', Accept: 'image/webp' })

type Called = { status?: string; uri?: string; origin?: object }

it('the second call leads to the same, whichever request it has', async () => {
  const seen = { changed: 0, answered: 0 }
  const property = fc.asyncProperty(
    fc.constantFrom(...ORIGINS),
    path,
    query,
    headers,
    async ([beginning, first, second], rest, query, headers) => {
      const event = (origin: object) =>
        originRequestEvent({ uri: `${beginning}${rest}`, query, headers, origin: origin as never })
      const again = (request: object, origin: object) => ({ Records: [{ cf: { request: { ...request, origin } } }] })
      const asItCame = (await handler(event(second))) as Called
      const returned = (await handler(event(first))) as Called
      if (returned.status !== undefined) {
        seen.answered += 1
        expect(asItCame).toEqual(returned)
        return
      }
      seen.changed += 1
      expect(await handler(again(structuredClone(returned), second))).toEqual(asItCame)
    },
  )
  await fc.assert(property, { numRuns: runs(2_000) })
  expect(Math.min(seen.changed, seen.answered)).toBeGreaterThan(0)
})

it('a first call is one, whatever route and prefix it seems to have already', async () => {
  // Where viewer-request is not attached, the header is the viewer's own.
  const headers = { 'X-Rimlight-Route': '5', 'X-Rimlight-Version': '9' }
  const event = originRequestEvent({ uri: '/site/a.jpg', headers, origin: PLAIN as never })
  const { uri, headers: sent } = (await handler(event)) as { uri: string; headers: Record<string, { value: string }[]> }
  expect([uri, sent['x-rimlight-route']?.[0]?.value, sent['x-rimlight-version']]).toEqual([
    '/site/a.jpg',
    '4',
    undefined,
  ])

  // Of a route that fails over to this bucket: below the bucket's own prefix, not the other one's.
  const other = originRequestEvent({ uri: '/site/b/a.jpg', headers, origin: PHOTOS as never })
  expect(((await handler(other)) as Called).uri).toBe('/site/site/b/a.jpg')
})
