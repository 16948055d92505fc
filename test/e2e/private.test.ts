/** Private routes through the whole CloudFront: grants on cache hits, one object for all who may read, and caches behind. */
import { Agent, interceptors, request } from 'undici'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { KEY_VALUES, NOW, OTHER, SECRET, token } from '../contract/tokens.ts'
import { bearer, claims, grantsFor, refusedWithout } from './grants.ts'
import { type Answer, openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: {
    api: { domain: 'api.example.com' },
    files: { bucket: 'example-files', region: 'us-east-1' },
  },
  routes: [
    { path: '/files/*', origin: 'files', cache: {}, auth: { type: 'jwt', algorithms: ['HS256'] } },
    { path: '/live/*', origin: 'api', cache: 'never', auth: { type: 'jwt', algorithms: ['HS256'] } },
    {
      path: '/*',
      origin: 'api',
      cache: { default: '1h' },
      auth: { type: 'jwt', algorithms: ['HS256'], from: ['authorization', 'cookie:grant'], path: 'paths' },
    },
  ],
}

const secret: Answer = (_, response) => {
  response.setHeader('cache-control', 'public, max-age=600')
  response.end('secret')
}

let origin: ScriptedOrigin
let cloudfront: CloudFront
beforeAll(async () => {
  origin = await openOrigin(secret)
  cloudfront = await started(CONFIG, { origins: { api: origin.url }, keyValues: KEY_VALUES })
})
afterAll(async () => {
  await cloudfront?.stop()
  await origin?.close()
})

const originStatuses = async ({ headers }: Awaited<ReturnType<CloudFront['fetch']>>) => {
  const trace = await cloudfront.trace(headers.get('x-amz-cf-id') ?? '')
  return trace?.steps.flatMap((step) => (step.step === 'origin' ? [step.status] : []))
}
const asked = (path: string) => origin.requests.filter((url) => url === path).length

it('two users with the same right share one object, and nobody else gets it from the cache', async () => {
  const first = await cloudfront.fetch('/a/photo', bearer(token(claims('/a/', 'user-1'))))
  const second = await cloudfront.fetch('/a/photo', { headers: { cookie: `grant=${token(claims('/a/', 'user-2'))}` } })
  expect([await first.text(), await second.text()]).toEqual(['secret', 'secret'])
  expect(first.headers.get('x-cache')).toBe('Miss from cloudfront')
  expect(second.headers.get('x-cache')).toBe('Hit from cloudfront')
  const grants = grantsFor('/a/', (claims, isForeign) => token(claims, {}, isForeign ? OTHER : SECRET))
  await refusedWithout(cloudfront, '/a/photo', grants, 'Function')
  expect(asked('/a/photo')).toBe(1)
})

it('viewers are told private, on a miss and on a hit, with the lifetime that CloudFront keeps to', async () => {
  const grant = bearer(token(claims('/a/')))
  const answers = [await cloudfront.fetch('/a/life', grant), await cloudfront.fetch('/a/life', grant)]
  for (const response of answers) {
    expect(response.headers.get('cache-control')).toBe('private')
    const left = Date.parse(response.headers.get('expires') ?? '') - Date.now()
    expect(left).toBeGreaterThan(500_000)
    expect(left).toBeLessThan(601_000)
  }
  expect(answers.map(({ headers }) => headers.get('x-cache'))).toEqual(['Miss from cloudfront', 'Hit from cloudfront'])
})

it('a shared cache behind keeps nothing, a private one does', async () => {
  const grant = { cookie: `grant=${token(claims('/a/'))}` }
  const askedThrough = async (type: 'shared' | 'private', path: string) => {
    const agent = new Agent({ connect: { rejectUnauthorized: false } }).compose(interceptors.cache({ type }))
    const requestIds = []
    for (let turn = 0; turn < 2; turn += 1) {
      const { headers, body } = await request(`${cloudfront.httpsUrl}${path}`, { dispatcher: agent, headers: grant })
      await body.dump()
      requestIds.push(headers['x-amz-cf-id'])
    }
    await agent.close()
    return new Set(requestIds).size
  }
  expect(await askedThrough('shared', '/a/shared')).toBe(2)
  expect(await askedThrough('private', '/a/private')).toBe(1)
})

it('an error is private as well, and what is missing, and CloudFront keeps it', async () => {
  origin.answer((_, response) => {
    response.writeHead(404, { 'cache-control': 'max-age=600' }).end('no such secret')
  })
  const grant = bearer(token(claims('/a/')))
  const answers = [await cloudfront.fetch('/a/gone', grant), await cloudfront.fetch('/a/gone', grant)]
  origin.answer(secret)
  for (const { status, headers } of answers) {
    expect([status, headers.get('cache-control')]).toEqual([404, 'private'])
    expect(Date.parse(headers.get('expires') ?? '') - Date.now()).toBeGreaterThan(500_000)
  }
  expect(asked('/a/gone')).toBe(1)

  const [missing, again] = [await cloudfront.fetch('/files/gone', grant), await cloudfront.fetch('/files/gone', grant)]
  expect([missing.status, missing.headers.get('cache-control')]).toEqual([404, 'private'])
  const left = Date.parse(missing.headers.get('expires') ?? '') - Date.now()
  expect(left).toBeGreaterThan(200_000)
  expect(left).toBeLessThan(301_000)
  expect(again.headers.get('x-cache')).toBe('Error from cloudfront')
  expect(await originStatuses(again)).toEqual([])
})

it('what is never cached is private as well', async () => {
  const response = await cloudfront.fetch('/live/a', bearer(token({ exp: NOW + 3_600 })))
  expect(response.headers.get('cache-control')).toBe('private, max-age=600')
})

it('a key that is taken out of the store opens nothing from then on', async () => {
  const grant = bearer(token(claims('/a/')))
  expect((await cloudfront.fetch('/a/photo', grant)).status).toBe(200)
  const { 'jwt/a': _, ...others } = KEY_VALUES
  await cloudfront.setKeyValues(others)
  expect((await cloudfront.fetch('/a/photo', grant)).status).toBe(401)
  await cloudfront.setKeyValues(KEY_VALUES)
  expect((await cloudfront.fetch('/a/photo', grant)).status).toBe(200)
})
