/** What a viewer gets when something behind the cache breaks, and that everything stays up. */

import { randomUUID } from 'node:crypto'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { Trigger } from '../../edge/limits.ts'
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
      'sends more headers than CloudFront takes',
      (_, response) => response.writeHead(200, { 'x-long': 'x'.repeat(33_000) }).end('x'),
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

  it.each<[name: string, answer: Parameters<ScriptedOrigin['answer']>[0]]>([
    [
      'breaks off in the middle of the body',
      (request, response) => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('x'.repeat(100), () => request.socket.destroySoon())
      },
    ],
    [
      'stops in the middle of the body',
      (_, response) => void response.writeHead(200, { 'content-length': '1000' }).write('x'.repeat(100)),
    ],
  ])('%s: what came reaches the viewer, and nothing is cached', async (_, answer) => {
    const path = fresh()
    origin.answer(answer)
    const { status, body } = await cloudfront.fetch(path)
    expect(status).toBe(200)
    let came = ''
    const reading = (async () => {
      for await (const chunk of body ?? []) came += Buffer.from(chunk)
    })()
    await expect(reading).rejects.toThrow()
    expect(came).toBe('x'.repeat(100))
    origin.answer((_, response) => response.end('well again'))
    const next = await cloudfront.fetch(path)
    expect([next.status, await next.text()]).toEqual([200, 'well again'])
  })

  it('is not there at all', async () => {
    const gone = await openOrigin()
    await gone.close()
    const other = await started(CONFIG, { origins: { api: { url: gone.url, connectionAttempts: 1 } } })
    const response = await other.fetch('/')
    expect([response.status, response.headers.get('x-cache')]).toEqual([502, 'Error from cloudfront'])
    await expect.poll(() => other.requests()[0]?.detailedResultType).toBe('OriginConnectError')
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

  /** Functions that pass their message on, but for the one at `trigger` with `/page`: there `fault` decides. */
  function codeThat(trigger: Trigger, fault: string): Record<Trigger, string> {
    const faultAt = (other: Trigger, message: string) =>
      other === trigger ? `event.uri === '/page' ? (${fault})(event) : event.${message}` : `event.${message}`
    const lambda = (own: Trigger, message: string) =>
      `const run = (event) => ${faultAt(own, message)}
      exports.handler = async ({ Records: [{ cf }] }) => run({ ...cf, uri: cf.request.uri })`
    return {
      'viewer-request': `function run(event) { return ${faultAt('viewer-request', 'request')} }
        function handler({ request }) { return run({ request, uri: request.uri }) }`,
      'origin-request': lambda('origin-request', 'request'),
      'origin-response': lambda('origin-response', 'response'),
    }
  }

  async function openWith(code: Record<Trigger, string>): Promise<CloudFront> {
    const dist = join(policies.dist, '..', randomUUID())
    await writeBundle(dist, code)
    await copyFile(join(policies.dist, 'policies.json'), join(dist, 'policies.json'))
    await shortenTimeouts(dist)
    return startCloudFront({ dist, origins: { api: origin.url } })
  }

  const FAULTS: [name: string, trigger: Trigger, fault: string, status: number, result: string, why: string][] = [
    [
      'origin-request throws',
      'origin-request',
      "() => { throw new Error('on purpose') }",
      503,
      'LambdaExecutionError',
      'Error: on purpose',
    ],
    [
      'origin-request hangs',
      'origin-request',
      '() => new Promise((resolve) => setTimeout(resolve, 60_000))',
      503,
      'LambdaLimitExceeded',
      'Task timed out after 1.00 seconds',
    ],
    [
      'origin-request ends its process',
      'origin-request',
      '() => process.exit(3)',
      503,
      'LambdaExecutionError',
      'exit status 3',
    ],
    [
      'origin-request returns nonsense',
      'origin-request',
      '() => ({ nonsense: true })',
      502,
      'LambdaValidationError',
      'neither uri nor status',
    ],
    [
      'origin-response adds a header that is not allowed',
      'origin-response',
      "({ response }) => ({ ...response, headers: { ...response.headers, 'x-edge-a': [{ value: 'a' }] } })",
      502,
      'LambdaValidationError',
      'disallowed header',
    ],
    [
      'origin-response returns more than a megabyte',
      'origin-response',
      "({ response }) => ({ ...response, body: 'x'.repeat(1_100_000) })",
      502,
      'LambdaValidationError',
      'exceeded the CloudFront limit of 1048576 bytes',
    ],
    ['viewer-request throws', 'viewer-request', '() => undefined.nothing', 503, 'FunctionExecutionError', 'TypeError'],
    [
      'viewer-request returns nonsense',
      'viewer-request',
      '() => ({ nonsense: true })',
      502,
      'FunctionValidationError',
      'neither uri nor statusCode',
    ],
    [
      'viewer-request changes a read-only header',
      'viewer-request',
      "({ request }) => ({ ...request, headers: { host: { value: 'b' } } })",
      502,
      'FunctionValidationError',
      'read-only header',
    ],
  ]

  it.each(FAULTS)('%s: and everything else goes on', async (_, trigger, fault, status, result, why) => {
    const cloudfront = await openWith(codeThat(trigger, fault))
    try {
      const response = await cloudfront.fetch('/page')
      expect([response.status, response.headers.get('x-cache')]).toEqual([status, `${result} from cloudfront`])
      expect(await response.text()).toContain(response.headers.get('x-amz-cf-id'))
      expect(await problemsOf(cloudfront, response.headers.get('x-amz-cf-id'))).toContain(why)
      expect((await cloudfront.fetch('/other')).status).toBe(200)
    } finally {
      await cloudfront.stop()
    }
  })

  it('origin-response does not load', async () => {
    const code = { ...codeThat('origin-response', ''), 'origin-response': "require('./what-is-not-there')" }
    const cloudfront = await openWith(code)
    try {
      const response = await cloudfront.fetch('/page')
      expect([response.status, response.headers.get('x-cache')]).toEqual([503, 'LambdaExecutionError from cloudfront'])
      expect(await problemsOf(cloudfront, response.headers.get('x-amz-cf-id'))).toContain('Runtime.ImportModuleError')
    } finally {
      await cloudfront.stop()
    }
  })
})

async function problemsOf(cloudfront: CloudFront, id: string | null): Promise<string | undefined> {
  const trace = await cloudfront.trace(id ?? '')
  return trace?.steps.flatMap((step) => ('problems' in step ? step.problems : [])).join('\n')
}

/** Seconds that a Lambda function has. */
async function shortenTimeouts(dist: string) {
  const file = join(dist, 'manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8'))
  for (const artefact of Object.values<Record<string, unknown>>(manifest.artefacts)) {
    if (artefact.kind === 'lambda') artefact.timeout = 1
  }
  await writeFile(file, JSON.stringify(manifest))
}
