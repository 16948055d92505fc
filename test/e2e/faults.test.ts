/** What a viewer gets when something behind the cache breaks, and that everything stays up. */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { startCloudFront } from '../../local/cloudfront.ts'
import { writeBundle } from '../unit/local/fixture.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { type Built, built, started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [{ path: '/*', origin: 'api', cache: { default: '60s' }, query: ['n'] }],
}

describe('an origin that fails', () => {
  let origin: ScriptedOrigin
  let cloudfront: CloudFront
  let next = 0

  beforeAll(async () => {
    origin = await openOrigin()
    const timeouts = { connectionTimeout: 1, readTimeout: 1, connectionAttempts: 1 }
    cloudfront = await started(CONFIG, { origins: { api: { url: origin.url, ...timeouts } } })
  })
  afterAll(async () => {
    await cloudfront.stop()
    await origin.close()
  })

  /** A path that nobody has asked for before. */
  const fresh = () => `/page?n=${++next}`

  const FAULTS: [name: string, answer: Parameters<ScriptedOrigin['answer']>[0], status: number][] = [
    ['closes the connection before a response', (request) => request.socket.destroy(), 502],
    ['is silent', () => {}, 504],
    ['speaks no HTTP', (request) => request.socket.end('<<<>>>\r\n\r\n'), 502],
    [
      'breaks off in the middle of the body',
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('x'.repeat(100), () => request.socket.destroy())
      },
      502,
    ],
    [
      'sends more headers than CloudFront takes',
      (_, response) => response.writeHead(200, { 'x-long': 'x'.repeat(33_000) }).end('x'),
      502,
    ],
    [
      'stops in the middle of the body',
      (_, response) => void response.writeHead(200, { 'content-length': '1000' }).write('x'),
      502,
    ],
  ]

  it.each(FAULTS)('%s', async (_, answer, status) => {
    const path = fresh()
    origin.answer(answer)
    const response = await cloudfront.fetch(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('x-cache')).toBe('Error from cloudfront')
    expect(response.headers.get('content-type')).toBe('text/html')
    expect(await response.text()).toContain(response.headers.get('x-amz-cf-id'))
    origin.answer((_, response) => response.end('well again'))
    // 5 s: the error-caching minimum that goes with the bundle.
    expect((await cloudfront.fetch(path)).status).toBe(status)
    await cloudfront.advance(6)
    const later = await cloudfront.fetch(path)
    expect([later.status, await later.text()]).toEqual([200, 'well again'])
  })

  it('is not there at all', async () => {
    const gone = await openOrigin()
    await gone.close()
    const other = await started(CONFIG, { origins: { api: { url: gone.url, connectionAttempts: 1 } } })
    const response = await other.fetch('/')
    expect([response.status, response.headers.get('x-cache')]).toEqual([502, 'Error from cloudfront'])
    await other.stop()
  })

  it('fails while an expired object is at hand: that is served', async () => {
    const path = fresh()
    origin.answer((_, response) => response.writeHead(200, { 'cache-control': 'max-age=10' }).end('kept'))
    await (await cloudfront.fetch(path)).text()
    origin.answer((request) => request.socket.destroy())
    await cloudfront.advance(11)
    const response = await cloudfront.fetch(path)
    expect([response.status, await response.text()]).toEqual([200, 'kept'])
  })
})

describe('a function that fails', () => {
  const REQUEST = 'exports.handler = async (event) => event.Records[0].cf.request'
  const RESPONSE = 'exports.handler = async (event) => event.Records[0].cf.response'
  const PASS = 'function handler(event) { return event.request }'
  let origin: ScriptedOrigin
  let policies: Built

  beforeAll(async () => {
    origin = await openOrigin()
    policies = await built(CONFIG)
  })
  afterAll(async () => {
    await origin.close()
    await policies.remove()
  })

  const FAULTS: [name: string, code: Parameters<typeof writeBundle>[1], status: number, result: string, why: string][] =
    [
      [
        'origin-request throws',
        { 'origin-request': "exports.handler = async () => { throw new Error('on purpose') }" },
        503,
        'LambdaExecutionError',
        'Error: on purpose',
      ],
      [
        'origin-request hangs',
        { 'origin-request': 'exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60_000))' },
        503,
        'LambdaLimitExceeded',
        'Task timed out after 1.00 seconds',
      ],
      [
        'origin-request ends its process',
        { 'origin-request': 'exports.handler = async () => process.exit(3)' },
        503,
        'LambdaExecutionError',
        'exit status 3',
      ],
      [
        'origin-request returns nonsense',
        { 'origin-request': 'exports.handler = async () => ({ nonsense: true })' },
        502,
        'LambdaValidationError',
        'neither uri nor status',
      ],
      [
        'origin-response returns a header that is not allowed',
        {
          'origin-response': `exports.handler = async (event) => {
          const { response } = event.Records[0].cf
          response.headers['x-edge-a'] = [{ value: 'a' }]
          return response
        }`,
        },
        502,
        'LambdaValidationError',
        'disallowed header',
      ],
      [
        'origin-response returns more than a megabyte',
        {
          'origin-response':
            "exports.handler = async (event) => ({ ...event.Records[0].cf.response, body: 'x'.repeat(1_100_000) })",
        },
        502,
        'LambdaValidationError',
        'exceeded the CloudFront limit of 1048576 bytes',
      ],
      [
        'origin-response does not load',
        { 'origin-response': "require('./what-is-not-there')" },
        503,
        'LambdaExecutionError',
        'Runtime.ImportModuleError',
      ],
      [
        'viewer-request throws',
        { 'viewer-request': 'function handler() { return undefined.nothing }' },
        503,
        'FunctionExecutionError',
        'TypeError',
      ],
      [
        'viewer-request returns nonsense',
        { 'viewer-request': 'function handler() { return { nonsense: true } }' },
        502,
        'FunctionValidationError',
        'neither uri nor statusCode',
      ],
      [
        'viewer-request changes a read-only header',
        {
          'viewer-request':
            "function handler(event) { event.request.headers.host = { value: 'b' }; return event.request }",
        },
        502,
        'FunctionValidationError',
        'read-only header',
      ],
    ]

  it.each(FAULTS)('%s', async (_, code, status, result, why) => {
    const bundle = { 'viewer-request': PASS, 'origin-request': REQUEST, 'origin-response': RESPONSE, ...code }
    const dist = join(policies.dist, '..', `faulty-${result}-${Math.random()}`)
    await writeBundle(dist, bundle)
    await writeFile(join(dist, 'policies.json'), await readFile(join(policies.dist, 'policies.json')))
    await shortenTimeouts(dist)
    const cloudfront = await startCloudFront({ dist, origins: { api: origin.url } })
    try {
      const response = await cloudfront.fetch('/page')
      expect([response.status, response.headers.get('x-cache')]).toEqual([status, `${result} from cloudfront`])
      expect(await response.text()).toContain('CloudFront')
      const trace = await cloudfront.trace(response.headers.get('x-amz-cf-id') ?? '')
      const problems = trace?.steps.flatMap((step) => ('problems' in step ? step.problems : []))
      expect(problems?.join('\n')).toContain(why)
      // It stays up: another path gets its answer, whatever that is.
      expect((await cloudfront.fetch('/other')).status).toBe(status)
    } finally {
      await cloudfront.stop()
    }
  })
})

/** Seconds that a Lambda function has. */
async function shortenTimeouts(dist: string) {
  const file = join(dist, 'manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8'))
  for (const artefact of Object.values<Record<string, unknown>>(manifest.artefacts)) {
    if (artefact.kind === 'lambda') artefact.timeout = 1
  }
  await writeFile(file, JSON.stringify(manifest))
}
