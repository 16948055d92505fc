import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { type FunctionUrlEvent, forFunctionUrl, sessionHandler } from '../../../session/session.ts'
import { AUDIENCE, ISSUER, pairOf, tokenBy } from './login.ts'

/** Lambda Developer Guide, "Request payload format", less what is not read. */
const event = (method: string, headers: Record<string, string>, cookies?: string[]): FunctionUrlEvent => ({
  ...{ rawPath: '/session', rawQueryString: '', headers: { host: 'abc.lambda-url.eu-central-1.on.aws', ...headers } },
  ...(cookies && { cookies }),
  requestContext: { domainName: 'abc.lambda-url.eu-central-1.on.aws', http: { method } },
  isBase64Encoded: false,
})

it('is the handler, as a Lambda function URL calls it', async () => {
  const rsa = await pairOf('RS256')
  const handler = forFunctionUrl(
    sessionHandler({
      jwks: { keys: [rsa.jwk] },
      ...{ algorithms: ['RS256'], issuer: ISSUER, audience: AUDIENCE },
      grant: { type: 'jwt', secret: randomBytes(32), path: () => '/' },
      renewal: { secret: randomBytes(32) },
    }),
  )
  const { cookies, ...login } = await handler(event('POST', { authorization: `Bearer ${await tokenBy(rsa)}` }))
  expect(login).toEqual({
    statusCode: 200,
    headers: { 'cache-control': 'no-store', 'content-type': 'application/json', vary: 'origin' },
    body: '{"expiresIn":900,"renewIn":600}',
  })
  expect(cookies.map((cookie) => cookie.replace(/=.*/, ''))).toEqual(['rimlight', '__Host-rimlight-renewal'])

  const pairs = cookies.map((cookie) => cookie.replace(/;.*/, ''))
  expect(await handler(event('GET', {}, pairs))).toMatchObject({ statusCode: 200, cookies: [] })
  expect(await handler(event('DELETE', {}, pairs))).toMatchObject({ statusCode: 204, body: '' })
  expect(await handler(event('GET', {}))).toMatchObject({ statusCode: 401, cookies: [] })
})

it('hands on query and body', async () => {
  const echo = forFunctionUrl(async (request) => new Response(`${request.url} ${await request.text()}`))
  const asked = { ...event('POST', {}), rawQueryString: 'a=1&b', body: Buffer.from('é').toString('base64') }
  expect((await echo({ ...asked, isBase64Encoded: true })).body).toBe(
    'https://abc.lambda-url.eu-central-1.on.aws/session?a=1&b é',
  )
})
