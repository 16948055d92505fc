/** What runs: the distribution and the buckets as Workers in workerd, the Lambda functions in processes of their own. */

import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { Miniflare, type MiniflareOptions, NoOpLog } from 'miniflare'
import { type Behind, signingIn } from './behind.ts'
import type { BrokenOff } from './broken-off.ts'
import { folderService } from './bucket/folder-service.ts'
import { type BucketListener, openBucketListener } from './bucket/listener.ts'
import { fromHead, toHead } from './distribution/head.ts'
import { headerValue } from './distribution/header-lines.ts'
import type { Question } from './distribution/messages.ts'
import type { Policies } from './distribution/policies.ts'
import {
  type DistributionSettings,
  HEAD_HEADER,
  type LambdaCall,
  type OriginCall,
  type OriginHead,
  type Signing,
} from './distribution/settings.ts'
import { type OpenBundle, openBundle } from './functions/bundle.ts'
import { InputError } from './input-error.ts'
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
  broken: BrokenOff
}

export type Runtime = {
  /** Where the distribution's Worker listens. */
  url(): URL
  s3: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }
  ask<T>(question: Question): Promise<T>
  /**
   * @returns milliseconds since 1970, by the clock that was moved on
   * @throws InputError for more than a century
   */
  advance(seconds: number): Promise<number>
  reload(policies: Policies): Promise<void>
  close(): Promise<void>
}

/** Seconds. */
const CENTURY = 100 * 365 * 86_400

/** Nobody's: they sign requests on this machine alone. */
const CREDENTIALS: Omit<Signing, 'region'> = {
  accessKeyId: 'AKIDEXAMPLELOCAL',
  secretAccessKey: 'local/secret/of/this/machine/alone',
}

const COMPATIBILITY = { compatibilityDate: '2026-06-01', compatibilityFlags: ['nodejs_compat'] }

export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const connector = openConnector()
  const [distribution, bucket] = await Promise.all([
    workerCode('distribution/worker.ts'),
    workerCode('bucket/worker.ts'),
  ])
  const folders = await folderService(options.behind.folders)
  let bundle: OpenBundle | undefined
  let policies = options.policies

  const host = (request: IncomingMessage, response: ServerResponse) => {
    const answered = request.url?.startsWith(LAMBDA)
      ? invokeLambda(() => bundle, request.url.slice(LAMBDA.length), request, response)
      : askOrigin(connector, options.broken, request, response)
    answered.catch(() => response.destroy())
  }
  const workers = async (): Promise<MiniflareOptions> => ({
    log: new NoOpLog(),
    ...(options.persist ? { r2Persist: join(options.persist, 'r2') } : {}),
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
        serviceBindings: {
          HOST: { node: host },
          BUCKETS: { name: 'bucket', entrypoint: 'Origin' },
          BUCKET_CLOCK: { name: 'bucket', entrypoint: 'Admin' },
        },
        ...(options.persist ? { r2Buckets: { CACHE: 'edge-caches' } } : {}),
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
        serviceBindings: { FOLDER: { node: folders } },
        // `proxy`: the request's URL is its target as it was sent.
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0, proxy: true }],
      },
    ],
  })

  const miniflare = new Miniflare(await workers())
  let url: URL
  let bucketUrl: URL
  /** Milliseconds by which the clock was moved on. */
  let moved = 0
  const s3 = { endpoint: '', region: Object.values(options.behind.regions)[0] ?? 'us-east-1', ...CREDENTIALS }

  async function connect() {
    await miniflare.ready
    url = await miniflare.unsafeGetDirectURL('distribution')
    bucketUrl = await miniflare.unsafeGetDirectURL('bucket')
    bundle = await openBundle(options.dist, {
      environments: availableParallelism(),
      env: lambdaVariables(options.behind, bucketUrl.origin),
    })
  }

  async function ask<T>(question: Question): Promise<T> {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(question) })
    if (!response.ok) throw new Error(`the distribution does not answer ${question.ask}: ${response.status}`)
    return (await response.json()) as T
  }

  let listener: BucketListener | undefined
  const close = async () => {
    await listener?.close()
    await connector.close()
    const last = bundle
    // Nobody who asks from now on opens what nobody would close.
    bundle = undefined
    await last?.close()
    await miniflare.dispose()
  }
  try {
    await connect()
    listener = await openBucketListener(() => bucketUrl)
    s3.endpoint = listener.endpoint
  } catch (error) {
    await close().catch(() => {})
    // workerd itself has ended, and not for what the Workers are.
    if (options.persist && /Fatal uncaught kj::Exception/.test(String(error))) {
      const kept = join(options.persist, 'r2')
      throw new InputError(`${kept}: what is kept there can't be opened; remove the folder to begin anew`, {
        cause: error,
      })
    }
    throw error
  }
  return {
    url: () => url,
    s3,
    ask,
    async advance(seconds) {
      if (!(Math.abs(seconds) <= CENTURY)) {
        throw new InputError(`expected at most ${CENTURY} seconds to move the clock on by, found ${seconds}`)
      }
      moved += seconds * 1000
      const { now } = await ask<{ now: number }>({ ask: 'advance', milliseconds: seconds * 1000 })
      return now
    },
    async reload(changed) {
      policies = changed
      const former = bundle
      await miniflare.setOptions(await workers())
      await connect()
      // The Workers are new, and with them their clocks.
      await ask({ ask: 'advance', milliseconds: moved })
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

/** What lets origin-response read its sources where the distribution does. */
function lambdaVariables({ s3Endpoint, regions }: Behind, embedded: string): Record<string, string> {
  const own = s3Endpoint === undefined ? CREDENTIALS : signingIn(Object.values(regions)[0] ?? '').signing
  return {
    AWS_ENDPOINT_URL_S3: s3Endpoint ?? embedded,
    ...(own && { AWS_ACCESS_KEY_ID: own.accessKeyId, AWS_SECRET_ACCESS_KEY: own.secretAccessKey }),
    ...(own?.sessionToken ? { AWS_SESSION_TOKEN: own.sessionToken } : {}),
  }
}

const bindingOf = (index: number) => `BUCKET_${index}`

const bucketsOf = ({ regions, folders }: Behind) =>
  Object.fromEntries(
    Object.entries(regions).map(([name, region], index) => [
      name,
      { binding: bindingOf(index), region, folder: name in folders },
    ]),
  )

/** The path under which the distribution has functions run; all else is for origins. */
const LAMBDA = '/lambda/'

async function invokeLambda(
  bundle: () => OpenBundle | undefined,
  trigger: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { event, now } = (await json(request)) as LambdaCall
  const lambda = await bundle()?.lambda(trigger as 'origin-request' | 'origin-response')
  const outcome = await lambda?.invoke(event, { now: now ?? undefined })
  response.end(JSON.stringify(outcome))
}

/** The answer's head goes in a header, so that nothing on the way makes anything of it. */
async function askOrigin(
  connector: Connector,
  broken: BrokenOff,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call: OriginCall = fromHead(String(request.headers[HEAD_HEADER]))
  const id = headerValue(call.headers, 'x-amz-cf-id')
  const body = request.method === 'POST' ? Readable.from(wholeOf(request, id, broken), { objectMode: false }) : null
  const answer = await connector.connect({ ...call, body })
  const head: OriginHead =
    answer.kind === 'failed' ? answer : { kind: 'response', status: answer.status, headers: answer.headers }
  response.writeHead(200, { [HEAD_HEADER]: toHead(head) })
  if (answer.kind === 'failed') response.end()
  // A body that breaks off breaks off here, too.
  else {
    response.flushHeaders()
    answer.body.once('error', () => broken.add(id))
    await pipeline(answer.body, response)
  }
}

/** An origin that answers before it has taken all leaves the rest; the connection that the answer goes back on stays. */
async function* wholeOf(request: IncomingMessage, id: string, broken: BrokenOff): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false })
  } finally {
    request.resume()
  }
  if (broken.has(id)) throw new Error('the viewer broke off')
}
