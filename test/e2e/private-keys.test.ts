/** Routes whose tokens have public keys, through the whole CloudFront: the Lambda function in the place of the function. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { replay } from '../../local/replay/replay-events.ts'
import { viewerEvent, viewerLambdaEvent } from '../contract/events.ts'
import { jwkOf, keyPair, signedBy } from '../contract/signers.ts'
import { part } from '../contract/tokens.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { bearer, claims, grantsFor, refusedWithout } from './grants.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { built, started } from './site.ts'

const OWN = keyPair('ES256')
const OTHER = keyPair('ES256')

const CONFIG = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [
    { path: '/open/*', origin: 'api', cache: { default: '1h' } },
    {
      path: '/*',
      origin: 'api',
      cache: { default: '1h' },
      query: ['page'],
      auth: {
        type: 'jwt',
        algorithms: ['ES256'],
        // As a file's contents take the place of its name.
        jwks: { keys: [jwkOf(OWN, { kid: 'a' })] },
        from: ['authorization', 'cookie:grant', 'query:grant'],
        path: 'paths',
      },
    },
  ],
} as unknown as Config

function token(claims: object, pair = OWN): string {
  const text = `${part({ alg: 'ES256', kid: 'a' })}.${part(claims)}`
  return `${text}.${signedBy('ES256', pair.privateKey, text)}`
}

let origin: ScriptedOrigin
let cloudfront: CloudFront
beforeAll(async () => {
  origin = await openOrigin((_, response) => {
    response.setHeader('cache-control', 'public, max-age=600')
    response.end('secret')
  })
  cloudfront = await started(CONFIG, { origins: { api: origin.url } })
})
afterAll(async () => {
  await cloudfront?.stop()
  await origin?.close()
})

it('two users with the same right share one object, and nobody else gets it from the cache', async () => {
  const first = await cloudfront.fetch('/a/photo?page=1&x=2', bearer(token(claims('/a/', 'user-1'))))
  const second = await cloudfront.fetch('/a/photo?page=1', {
    headers: { cookie: `b=1; grant=${token(claims('/a/', 'user-2'))}` },
  })
  const third = await cloudfront.fetch(`/a/photo?grant=${token(claims('/a/', 'user-3'))}&page=1`)
  expect([await first.text(), await second.text(), await third.text()]).toEqual(['secret', 'secret', 'secret'])
  expect([first, second, third].map(({ headers }) => headers.get('x-cache'))).toEqual([
    'Miss from cloudfront',
    'Hit from cloudfront',
    'Hit from cloudfront',
  ])
  expect(first.headers.get('cache-control')).toBe('private')
  const grants = grantsFor('/a/', (claims, isForeign) => token(claims, isForeign ? OTHER : OWN))
  await refusedWithout(cloudfront, '/a/photo?page=1', grants, 'Lambda')
  expect(origin.requests).toEqual(['/a/photo?page=1'])
})

it('what is told of a request has no token in it, wherever it was', async () => {
  const grant = token(claims('/a/'))
  const responses = [
    await cloudfront.fetch('/a/told', { headers: { authorization: `Bearer ${grant}`, cookie: `grant=${grant}; b=1` } }),
    await cloudfront.fetch('/a/told', bearer(grant)),
    await cloudfront.fetch('/a/told', { headers: { cookie: `grant=${grant}; b=1` } }),
    await cloudfront.fetch(`/a/told?grant=${grant}`),
  ]
  expect(responses.map(({ status }) => status)).toEqual([401, 200, 200, 200])
  for (const { headers } of responses) {
    const trace = await cloudfront.trace(headers.get('x-amz-cf-id') ?? '')
    expect(trace?.steps.map(({ step }) => step)).toContain('viewer-request')
    expect(JSON.stringify(trace)).not.toContain(grant.split('.')[2])
  }
})

it('routes without tokens have the function', async () => {
  const open = await cloudfront.fetch('/open/photo')
  expect([open.status, await open.text()]).toEqual([200, 'secret'])
  const refused = await cloudfront.fetch('/open/..%2fa/photo')
  expect(refused.status).toBe(400)
})

it('is replayed by the kind of the event: the function is closed where the Lambda function is open', async () => {
  const { dist, remove } = await built(CONFIG)
  const file = join(await temporaryFolder(), 'events.json')
  const input = { uri: '/a/photo', headers: { authorization: `Bearer ${token(claims('/a/'))}` } }
  await writeFile(
    file,
    JSON.stringify([viewerLambdaEvent(input), viewerLambdaEvent({ uri: '/a/photo' }), viewerEvent(input)]),
  )
  const { results } = await replay([file], { dist })
  await remove()
  expect(results.map(({ result, violations }) => [result, violations])).toEqual([
    ['changed', []],
    ['answered', []],
    ['answered', []],
  ])
  expect(
    results.map(
      ({ value }) => (value as Record<string, unknown>).status ?? (value as Record<string, unknown>).statusCode,
    ),
  ).toEqual([undefined, '401', 503])
  expect(results[0]?.changes).toMatchObject([{ sign: '-', path: expect.stringContaining('authorization') }])
})
