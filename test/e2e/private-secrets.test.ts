/** What the local CloudFront tells of private requests, in every place where it tells anything: no secret, and no token. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront, FinishedRequest } from '../../local/cloudfront.ts'
import { readKeyValues } from '../../local/start/key-values.ts'
import { NOW, token } from '../contract/tokens.ts'
import { temporaryFolder, writeJson } from '../unit/local/fixture.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [
    {
      ...{ path: '/forwarded/*', origin: 'api', cache: { default: '1h' } },
      auth: {
        ...{ type: 'jwt', algorithms: ['HS256'], forward: true },
        from: ['authorization', 'cookie:grant', 'query:grant'],
      },
    },
    {
      ...{ path: '/*', origin: 'api', cache: { default: '1h' } },
      auth: { type: 'jwt', algorithms: ['HS256'], from: ['authorization', 'cookie:grant', 'query:grant'] },
    },
  ],
}

const SECRET = 'a secret as an application has it, of 42 bytes'
const TOKEN = token({ exp: NOW + 3_600, sub: 'user-1' }, { kid: 'here' }, SECRET)
const EXPIRED = token({ exp: NOW - 3_600, sub: 'user-2' }, { kid: 'here' }, SECRET)

let origin: ScriptedOrigin
let cloudfront: CloudFront
let accessLog: string
const told: FinishedRequest[] = []
beforeAll(async () => {
  origin = await openOrigin()
  const folder = await temporaryFolder()
  accessLog = join(folder, 'access.log')
  const keyValues = await readKeyValues(await writeJson(join(folder, 'keys.json'), { here: SECRET }))
  cloudfront = await started(CONFIG, { origins: { api: origin.url }, accessLog, keyValues })
  cloudfront.on('request', (request) => told.push(request))
})
afterAll(async () => {
  await cloudfront?.stop()
  await origin?.close()
})

const WAYS = [
  ['authorization', (text: string) => ({ query: '', headers: { authorization: `Bearer ${text}` } })],
  ['a cookie', (text: string) => ({ query: '', headers: { cookie: `theme=dark; grant=${text}` } })],
  ['a parameter', (text: string) => ({ query: `?grant=${text}`, headers: {} })],
] as const

it.each(
  WAYS.flatMap(([name, way]) =>
    ['/forwarded/', '/'].flatMap((folder) =>
      [TOKEN, EXPIRED].map(
        (text) =>
          [`${text === TOKEN ? 'a good' : 'an expired'} token in ${name}, ${folder}*`, folder, way, text] as const,
      ),
    ),
  ),
)('%s', async (_, folder, way, text) => {
  const { query, headers } = way(text)
  const response = await cloudfront.fetch(`${folder}a${query}`, { headers })
  expect(response.status).toBe(text === TOKEN ? 200 : 401)
  await response.text()
  const id = String(response.headers.get('x-amz-cf-id'))
  await expect.poll(() => told.some((request) => request.id === id)).toBe(true)

  const page = async (path: string) => (await cloudfront.fetch(`/__rimlight/${path}`)).text()
  const places = {
    trace: JSON.stringify(await cloudfront.trace(id)),
    'requests()': JSON.stringify(cloudfront.requests()),
    'request events': JSON.stringify(told),
    'the page’s trace': await page(`requests/${id}`),
    'the page’s list': await page('requests'),
    'the page’s site': await page('site'),
    'the response': JSON.stringify([...response.headers]),
  }
  const [head, payload, signature] = text.split('.') as [string, string, string]
  for (const [place, content] of Object.entries(places)) {
    for (const part of [SECRET, Buffer.from(SECRET).toString('base64url'), head, payload, signature]) {
      expect(content, place).not.toContain(part)
    }
  }
  if (text === TOKEN) expect(places.trace).toContain('(redacted)')
})

it('the access log has the queries, as CloudFront’s own has, and neither cookies nor secrets', async () => {
  await cloudfront.stop()
  const log = await readFile(accessLog, 'utf8')
  const lines = log.split('\n').filter((line) => line.includes('\t/forwarded/a\t'))
  expect(lines).toHaveLength(6)
  expect(lines.filter((line) => line.includes(`\tgrant=${TOKEN}\t`))).toHaveLength(1)
  expect(log.split(TOKEN)).toHaveLength(3)
  expect(log).not.toContain('theme')
  expect(log).not.toContain(SECRET)
  expect(log).not.toContain(Buffer.from(SECRET).toString('base64url'))
})
