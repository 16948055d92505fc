/** The two Workers as Miniflare starts them: the distribution, with the function that was built, and the buckets. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { MiniflareOptions } from 'miniflare'
import type { Policies } from '../../bundle/policies.ts'
import type {
  AccessCheck,
  BucketCredentials,
  BucketSettings,
  DistributionSettings,
  HostedTenant,
} from '../protocol/settings.ts'
import { NODE_COMPATIBILITY, PLATFORM_MODULES } from './functions/platform-modules.ts'
import { guarded } from './host-secret.ts'
import { NoOpLog } from './miniflare.ts'
import { type OriginTargets, placesBehind } from './origin-targets.ts'

type Service = Parameters<typeof guarded>[1]

export type WorkerSettings = {
  dist: string
  policies: Policies
  targets: OriginTargets
  /** Names of the edge locations. */
  pops: string[]
  httpsPort: number
  /** The folder that objects and caches are kept in; `undefined`: nowhere. */
  persist: string | undefined
  /** What the KeyValueStore of the function holds. */
  keyValues: Record<string, string>
  /** Values of the headers that CloudFront adds, by the origin's name and the header's. */
  originHeaders: Record<string, Record<string, string>>
  accessCheck: AccessCheck
  tenants: readonly HostedTenant[]
}

export type WorkerParts = WorkerSettings & {
  credentials: BucketCredentials
  /** What shows the Workers that a request is the host's, and the host that one is theirs. */
  secret: string
  /** Of the Workers, bundled. */
  code: { distribution: string; bucket: string }
  /** What the Workers ask in Node. */
  services: { host: Service; folders: Service }
  onStderr(text: string): void
}

export const workerOptions = async (parts: WorkerParts): Promise<MiniflareOptions> => ({
  log: new NoOpLog(),
  ...(parts.persist ? { r2Persist: join(parts.persist, 'r2') } : {}),
  handleRuntimeStdio: (stdout: Readable, stderr: Readable) => {
    stdout.resume()
    stderr.setEncoding('utf8').on('data', parts.onStderr)
  },
  workers: [await distributionWorker(parts), bucketWorker(parts)],
})

const distributionWorker = async (parts: WorkerParts) => ({
  name: 'distribution',
  ...NODE_COMPATIBILITY,
  modules: [
    { type: 'ESModule' as const, path: 'main.js', contents: MAIN },
    { type: 'ESModule' as const, path: 'distribution.js', contents: parts.code.distribution },
    { type: 'ESModule' as const, path: 'viewer-request.js', contents: await functionCode(parts.dist) },
    ...PLATFORM_MODULES,
  ],
  bindings: { SETTINGS: distributionSettings(parts), KEY_VALUES: parts.keyValues, SECRET: parts.secret },
  serviceBindings: {
    HOST: { node: guarded(parts.secret, parts.services.host) },
    BUCKETS: { name: 'bucket', entrypoint: 'Origin' },
    BUCKET_CLOCK: { name: 'bucket', entrypoint: 'Admin' },
  },
  ...(parts.persist ? { r2Buckets: { CACHE: 'edge-caches' } } : {}),
  unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
})

const bucketWorker = ({ code, targets, credentials, secret, services }: WorkerParts) => ({
  name: 'bucket',
  ...NODE_COMPATIBILITY,
  modules: [{ type: 'ESModule' as const, path: 'bucket.js', contents: code.bucket }],
  bindings: { BUCKETS: bucketSettings(targets), CREDENTIALS: credentials, SECRET: secret },
  r2Buckets: Object.fromEntries(Object.keys(targets.regions).map((name, index) => [bucketBinding(index), name])),
  serviceBindings: { FOLDER: { node: guarded(secret, services.folders) } },
  // With `proxy`, the Worker gets the request's target as it was sent.
  unsafeDirectSockets: [{ host: '127.0.0.1', port: 0, proxy: true }],
})

/** Where the distribution's Worker takes new values of the KeyValueStore. Viewers' requests have no path of their own here. */
export const KEY_VALUES_PATH = '/key-values'

const MAIN = `import './require.js'
import { handler } from './viewer-request.js'
import { makeWorker, refusalOf } from './distribution.js'
const worker = makeWorker(handler)
const platform = {}
globalThis.rimlightPlatform = platform
export default {
  async fetch(request, env, context) {
    const refusal = refusalOf(request, env.SECRET)
    if (refusal) return refusal
    platform.keyValues ??= env.KEY_VALUES
    if (!request.url.endsWith('${KEY_VALUES_PATH}')) return worker.fetch(request, env, context)
    platform.keyValues = await request.json()
    return new Response()
  },
}
`

const functionCode = async (dist: string) =>
  `${await readFile(join(dist, 'viewer-request.js'), 'utf8')}\nexport { handler }\n`

const distributionSettings = ({
  policies,
  targets,
  pops,
  httpsPort,
  originHeaders,
  accessCheck,
  tenants,
}: WorkerParts): DistributionSettings => ({
  policies,
  pops,
  httpsPort,
  targets: targets.byOrigin,
  originHeaders,
  accessCheck,
  tenants: tenants.map(({ id, hostNames, prefix }) => ({ id, hostNames, prefix })),
})

const bucketBinding = (index: number) => `BUCKET_${index}`

function bucketSettings(targets: OriginTargets): Record<string, BucketSettings> {
  const places = placesBehind(targets)
  return Object.fromEntries(
    Object.entries(targets.regions).map(([name, region], index) => [
      name,
      { binding: bucketBinding(index), region, folder: places.has(name) },
    ]),
  )
}
