/** What runs: the distribution and the buckets as Workers in workerd, the Lambda functions in processes of their own. */

import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Miniflare, type MiniflareOptions, NoOpLog, type Request, Response } from 'miniflare'
import type { Behind } from './behind.ts'
import { folderService } from './bucket/folder.ts'
import { toHead } from './distribution/head.ts'
import type { Policies } from './distribution/policies.ts'
import {
  type DistributionSettings,
  HEAD_HEADER,
  type LambdaCall,
  type OriginCall,
  type OriginHead,
} from './distribution/settings.ts'
import { type OpenBundle, openBundle } from './functions/bundle.ts'
import { type Connector, openConnector } from './origin-connector.ts'
import { workerCode } from './workers.ts'

export type RuntimeOptions = {
  dist: string
  policies: Policies
  behind: Behind
  /** Names of the edge locations. */
  pops: string[]
  httpsPort: number
  persist: string | undefined
}

export type Runtime = {
  /** Where the distribution's Worker listens. */
  url(): URL
  s3: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }
  /** Asks the distribution something besides viewers' requests. */
  ask<T>(question: string, asked: unknown): Promise<T>
  advance(seconds: number): Promise<void>
  reload(policies: Policies): Promise<void>
  close(): Promise<void>
}

/** Nobody's: they sign requests on this machine alone. */
const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLELOCAL', secretAccessKey: 'local/secret/of/this/machine/alone' }

const COMPATIBILITY = { compatibilityDate: '2026-06-01', compatibilityFlags: ['nodejs_compat'] }

export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const connector = openConnector()
  const [distribution, bucket] = await Promise.all([
    workerCode('distribution/worker.ts'),
    workerCode('bucket/worker.ts'),
  ])
  let bundle: OpenBundle | undefined
  let policies = options.policies

  const host = async (request: Request): Promise<Response> => {
    const { hostname, pathname } = new URL(request.url)
    if (hostname === 'origin') return askOrigin(connector, request)
    return invokeLambda(bundle, pathname.slice(1), request)
  }
  const workers = async (): Promise<MiniflareOptions> => ({
    log: new NoOpLog(),
    ...(options.persist ? { r2Persist: join(options.persist, 'buckets') } : {}),
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      stdout.resume()
      stderr.resume()
    },
    workers: [
      {
        name: 'distribution',
        ...COMPATIBILITY,
        modules: [
          { type: 'ESModule', path: 'main.js', contents: MAIN },
          { type: 'ESModule', path: 'distribution.js', contents: distribution },
          { type: 'ESModule', path: 'viewer-request.js', contents: await functionCode(options.dist) },
        ],
        bindings: { SETTINGS: settingsOf(options, policies) },
        serviceBindings: { HOST: host, BUCKETS: { name: 'bucket', entrypoint: 'Origin' } },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      },
      {
        name: 'bucket',
        ...COMPATIBILITY,
        modules: [{ type: 'ESModule', path: 'bucket.js', contents: bucket }],
        bindings: { BUCKETS: bucketsOf(options.behind), CREDENTIALS },
        r2Buckets: Object.fromEntries(
          Object.keys(options.behind.regions).map((name, index) => [bindingOf(index), name]),
        ),
        serviceBindings: { FOLDER: folderService(options.behind.folders) },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
      },
    ],
  })

  const miniflare = new Miniflare(await workers())
  let url: URL
  const s3 = { endpoint: '', region: Object.values(options.behind.regions)[0] ?? 'us-east-1', ...CREDENTIALS }

  async function connect() {
    await miniflare.ready
    url = await miniflare.unsafeGetDirectURL('distribution')
    s3.endpoint = (await miniflare.unsafeGetDirectURL('bucket')).origin
    bundle = await openBundle(options.dist, {
      environments: availableParallelism(),
      env: {
        AWS_ENDPOINT_URL_S3: options.behind.s3Endpoint ?? s3.endpoint,
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      },
    })
  }

  async function ask<T>(question: string, asked: unknown): Promise<T> {
    const response = await fetch(new URL(question, url), { method: 'POST', body: JSON.stringify(asked) })
    if (!response.ok) throw new Error(`the distribution does not answer ${question}: ${response.status}`)
    return (await response.json()) as T
  }

  const close = async () => {
    await connector.close()
    await bundle?.close()
    await miniflare.dispose()
  }
  try {
    await connect()
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
  return {
    url: () => url,
    s3,
    ask,
    async advance(seconds) {
      await ask('clock', { advance: seconds * 1000 })
    },
    async reload(changed) {
      policies = changed
      const former = bundle
      await miniflare.setOptions(await workers())
      await connect()
      await former?.close()
    },
    close,
  }
}

const MAIN = `import { handler } from './viewer-request.js'
import { makeWorker } from './distribution.js'
export default makeWorker(handler)
`

const functionCode = async (dist: string) =>
  `${await readFile(join(dist, 'viewer-request.js'), 'utf8')}\nexport { handler }\n`

const settingsOf = ({ behind, pops, httpsPort }: RuntimeOptions, policies: Policies): DistributionSettings => ({
  policies,
  pops,
  httpsPort,
  targets: behind.targets,
})

const bindingOf = (index: number) => `BUCKET_${index}`

const bucketsOf = ({ regions, folders }: Behind) =>
  Object.fromEntries(
    Object.entries(regions).map(([name, region], index) => [
      name,
      { binding: bindingOf(index), region, folder: name in folders },
    ]),
  )

async function invokeLambda(bundle: OpenBundle | undefined, trigger: string, request: Request): Promise<Response> {
  const { event, now } = (await request.json()) as LambdaCall
  const lambda = await bundle?.lambda(trigger as 'origin-request' | 'origin-response')
  const outcome = await lambda?.invoke(event, { now: now ?? undefined })
  return Response.json(outcome)
}

/** The answer's head goes in a header, so that nothing on the way makes anything of it. */
async function askOrigin(connector: Connector, request: Request): Promise<Response> {
  const call: OriginCall = JSON.parse(request.headers.get(HEAD_HEADER) ?? '')
  const body = request.body ? Readable.fromWeb(request.body as never) : null
  const answer = await connector.connect({ ...call, body })
  const head: OriginHead =
    answer.kind === 'failed' ? answer : { kind: 'response', status: answer.status, headers: answer.headers }
  return new Response(answer.kind === 'failed' ? null : (Readable.toWeb(answer.body) as never), {
    headers: { [HEAD_HEADER]: toHead(head) },
  })
}
