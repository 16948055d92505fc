/** What runs: the distribution and the buckets as Workers in workerd, the Lambda functions in processes of their own. */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Miniflare, type MiniflareOptions, NoOpLog } from 'miniflare'
import { InputError } from '../../base/errors.ts'
import type { Policies } from '../../bundle/policies.ts'
import { type BucketListener, openBucketListener } from '../listeners/s3-listener.ts'
import type { Question } from '../protocol/messages.ts'
import type { DistributionSettings, Signing } from '../protocol/settings.ts'
import type { BrokenOff } from './aborted-bodies.ts'
import { openConnector } from './connector.ts'
import { folderService } from './folders/folder-service.ts'
import { type OpenBundle, openBundle } from './functions/bundle.ts'
import { NODE_COMPATIBILITY, PLATFORM_MODULES } from './functions/platform-modules.ts'
import { hostService } from './host-service.ts'
import { type Behind, signingIn } from './origin-targets.ts'
import { workerCode } from './worker-code.ts'

export type RuntimeOptions = {
  dist: string
  policies: Policies
  behind: Behind
  /** Names of the edge locations. */
  pops: string[]
  httpsPort: number
  persist: string | undefined
  broken: BrokenOff
  /** What the KeyValueStore of the function holds. */
  keyValues: Record<string, string>
}

export type Runtime = {
  /** Where the distribution's Worker listens. */
  url(): URL
  /** What went wrong in it that should not have, the last of it. */
  complaints(): string
  s3: { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }
  ask<T>(question: Question): Promise<T>
  /**
   * @returns milliseconds since 1970, by the clock that was moved on
   * @throws InputError for less than nothing, or more than a century
   */
  advance(seconds: number): Promise<number>
  /** Another content of the KeyValueStore, from the next request on. */
  setKeyValues(values: Record<string, string>): Promise<void>
  reload(policies: Policies): Promise<void>
  close(): Promise<void>
}

/** For a person to read. */
const COMPLAINT_CHARACTERS = 2_000

/** Seconds. */
const CENTURY = 100 * 365 * 86_400

/** Nobody's: they sign requests on this machine alone. */
const CREDENTIALS: Omit<Signing, 'region'> = {
  accessKeyId: 'AKIDEXAMPLELOCAL',
  secretAccessKey: 'local/secret/of/this/machine/alone',
}

export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const connector = openConnector()
  const [distribution, bucket] = await Promise.all([workerCode('distribution/worker.ts'), workerCode('s3/worker.ts')])
  const folders = await folderService(options.behind.folders)
  let bundle: OpenBundle | undefined
  let policies = options.policies
  let keyValues = options.keyValues

  /** What Workers and host complained of last. */
  let complaints = ''
  const complain = (text: unknown) => {
    complaints = `${complaints}${text}`.slice(-COMPLAINT_CHARACTERS)
  }
  const host = hostService({ bundle: () => bundle, connector, broken: options.broken, complain })
  const workers = async (): Promise<MiniflareOptions> => ({
    log: new NoOpLog(),
    ...(options.persist ? { r2Persist: join(options.persist, 'r2') } : {}),
    handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
      stdout.resume()
      stderr.setEncoding('utf8').on('data', complain)
    },
    workers: [
      {
        name: 'distribution',
        ...NODE_COMPATIBILITY,
        modules: [
          { type: 'ESModule', path: 'main.js', contents: MAIN },
          { type: 'ESModule', path: 'distribution.js', contents: distribution },
          { type: 'ESModule', path: 'viewer-request.js', contents: await functionCode(options.dist) },
          ...PLATFORM_MODULES,
        ],
        bindings: { SETTINGS: settingsOf(options, policies), KEY_VALUES: keyValues },
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
        ...NODE_COMPATIBILITY,
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
    complaints: () => complaints,
    s3,
    ask,
    async advance(seconds) {
      if (!(seconds >= 0 && seconds <= CENTURY)) {
        throw new InputError(`expected 0 to ${CENTURY} seconds to move the clock on by, found ${seconds}`)
      }
      moved += seconds * 1000
      const { now } = await ask<{ now: number }>({ ask: 'advance', milliseconds: seconds * 1000 })
      return now
    },
    async setKeyValues(values) {
      keyValues = values
      await fetch(new URL(KEY_VALUES_PATH, url), { method: 'POST', body: JSON.stringify(values) })
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

/** Viewers' requests have no path of their own here. */
const KEY_VALUES_PATH = '/key-values'

const MAIN = `import './require.js'
import { handler } from './viewer-request.js'
import { makeWorker } from './distribution.js'
const worker = makeWorker(handler)
const platform = {}
globalThis.rimlightPlatform = platform
export default {
  async fetch(request, env, context) {
    platform.keyValues ??= env.KEY_VALUES
    if (!request.url.endsWith('${KEY_VALUES_PATH}')) return worker.fetch(request, env, context)
    platform.keyValues = await request.json()
    return new Response()
  },
}
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
