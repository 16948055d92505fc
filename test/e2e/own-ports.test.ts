/** The sockets between the host and its Workers are open to this machine: they answer nobody but each other. */
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { toHead } from '../../local/protocol/head.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'
import { descendantsOf, listeningPorts } from './start-command.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' }, photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [
    { path: '/api/*', origin: 'api', cache: { default: '1h' } },
    { path: '/*', origin: 'photos', cache: { default: '1h' } },
  ],
}

let origin: ScriptedOrigin
let cloudfront: CloudFront
/** Ports that listen since it was started, but those for viewers and for S3's clients. */
let ports: number[]
beforeAll(async () => {
  if (process.platform !== 'linux') return
  const allPorts = () => [process.pid, ...descendantsOf(process.pid)].flatMap(listeningPorts)
  const before = allPorts()
  origin = await openOrigin()
  cloudfront = await started(CONFIG, { origins: { api: origin.url } })
  const open = [cloudfront.httpsUrl, cloudfront.httpUrl, cloudfront.s3.endpoint, origin.url]
  const known = [...before, ...open.map((url) => Number(new URL(url).port))]
  ports = allPorts().filter((port) => !known.includes(port))
})
afterAll(async () => {
  await cloudfront?.stop()
  await origin?.close()
})

const VIEWER = {
  ...{ scheme: 'https', httpVersion: '1.1', method: 'GET', target: '/api/a', headers: [['host', 'cdn.example.com']] },
  ...{ ip: '203.0.113.1', port: 1, tls: null, headBytes: 10 },
}

type Sent = { path?: string; headers?: Record<string, string>; body?: unknown }

/** What a port answers; `0`: nothing, or no HTTP. */
async function answerOf(port: number, { path = '/', headers = {}, body }: Sent): Promise<[number, string]> {
  const { promise, resolve } = Promise.withResolvers<[number, string]>()
  const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, timeout: 2_000 }, async (response) =>
    resolve([response.statusCode ?? 0, await text(response).catch(() => '')]),
  )
  sent.once('error', () => resolve([0, '']))
  sent.once('timeout', () => sent.destroy(new Error('it does not answer')))
  sent.end(JSON.stringify(body))
  return promise
}

describe.runIf(process.platform === 'linux')('without the secret of this start, no port takes', () => {
  it.each<[string, Sent]>([
    ['an invalidation', { body: { ask: 'invalidate', paths: ['/*'] } }],
    ['another time', { body: { ask: 'advance', milliseconds: 86_400_000 } }],
    ['a wrong secret', { headers: { 'x-rimlight-secret': 'a' }, body: { ask: 'advance', milliseconds: 1 } }],
    ['other keys', { path: '/key-values', body: { 'jwt/default': 'mine' } }],
    ["a viewer's request", { headers: { 'x-rimlight-head': toHead(VIEWER) } }],
    ['a call to an origin', { path: '/origin', headers: { 'MF-Custom-Node-Service': '0/#HOST' } }],
    ['a call of a function', { path: '/lambda/origin-request', headers: { 'MF-Custom-Node-Service': '0/#HOST' } }],
    [
      'a question about folders',
      { path: '/list?bucket=example-photos', headers: { 'MF-Custom-Node-Service': '1/#FOLDER' } },
    ],
  ])('%s', async (_, sent) => {
    origin.answer((_request, response) => void response.end('x'))
    await (await cloudfront.fetch('/api/a')).text()
    const dated = async () => {
      const response = await cloudfront.fetch('/api/a')
      await response.text()
      return [
        response.headers.get('x-cache'),
        Math.abs(Date.parse(response.headers.get('date') ?? '') - Date.now()) < 60_000,
      ]
    }
    expect(ports.length).toBeGreaterThanOrEqual(3)
    const answers = await Promise.all(ports.map((port) => answerOf(port, sent)))
    expect(answers.map(([status]) => status).filter((status) => status >= 200 && status < 400)).toEqual([])
    expect(answers.filter(([status]) => status === 403).length).toBeGreaterThan(0)
    expect(await dated()).toEqual(['Hit from cloudfront', true])
  })
})
