/** Runs the distribution and the buckets as Workers in workerd, and the Lambda functions in processes of their own. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { InputError, unexpectedInput } from '../../base/errors.ts'
import type { Policies } from '../../bundle/policies.ts'
import type { HostAnswers, HostQuestion } from '../protocol/messages.ts'
import { SECRET_HEADER } from '../protocol/secret.ts'
import { type BucketCredentials, LAST_MOMENT } from '../protocol/settings.ts'
import type { AbortedBodies } from './aborted-bodies.ts'
import { openConnector } from './connector.ts'
import { diskComplaints } from './disk-complaints.ts'
import { folderService } from './folders/folder-service.ts'
import { type OpenBundle, openBundle } from './functions/bundle.ts'
import { guardStarted } from './guardian.ts'
import { newSecret } from './host-secret.ts'
import { hostService } from './host-service.ts'
import type { InterimResponses } from './interim-responses.ts'
import { Miniflare } from './miniflare.ts'
import { type OriginTargets, placesBehind, signingIn } from './origin-targets.ts'
import { workerCode } from './worker-code.ts'
import { KEY_VALUES_PATH, type WorkerSettings, workerOptions } from './worker-options.ts'

export type RuntimeOptions = WorkerSettings & {
  /** Takes messages for people. */
  warn(message: string): void
  abortedBodies: AbortedBodies
  interimResponses: InterimResponses
}

export type Runtime = {
  /** Where the distribution's Worker listens, elsewhere after a reload, and what shows it that a request is the host's. */
  socket(): { url: URL; secret: string }
  /** Where the buckets' Worker listens; elsewhere after a reload. */
  bucketUrl(): URL
  /** What Workers and host last reported of faults of their own. */
  complaints(): string
  /** For requests to the embedded buckets. */
  credentials: BucketCredentials
  ask<Q extends HostQuestion>(question: Q): Promise<HostAnswers[Q['ask']]>
  /**
   * @param seconds 0 to a century
   * @returns milliseconds since 1970, by the clock that was moved on
   * @throws InputError (`clock-out-of-range`)
   */
  advance(seconds: number): Promise<number>
  /** Another content of the KeyValueStore, from the next request on. */
  setKeyValues(values: Record<string, string>): Promise<void>
  reload(policies: Policies): Promise<void>
  close(): Promise<void>
}

/** How much is kept of what Workers and host complain of, the latest last. */
const COMPLAINT_CHARACTERS = 2_000

/** Seconds. */
const CENTURY = 100 * 365 * 86_400

/** Made up: they sign requests on this machine alone. */
const CREDENTIALS: BucketCredentials = {
  accessKeyId: 'AKIDEXAMPLELOCAL',
  secretAccessKey: 'local/secret/of/this/machine/alone',
}

export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const secret = newSecret()
  const connector = openConnector()
  const [distribution, bucket] = await Promise.all([workerCode('distribution/worker.ts'), workerCode('s3/worker.ts')])
  const code = { distribution, bucket }
  const folders = await folderService(placesBehind(options.targets))
  let bundle: OpenBundle | undefined
  let policies = options.policies
  let keyValues = options.keyValues

  const { complain, complaints } = keptComplaints(options)
  const host = hostService({
    bundle: () => bundle,
    connector,
    abortedBodies: options.abortedBodies,
    interimResponses: options.interimResponses,
    complain,
  })
  const workers = () =>
    workerOptions({
      ...options,
      policies,
      keyValues,
      credentials: CREDENTIALS,
      secret,
      code,
      services: { host, folders },
      onStderr: complain,
    })

  const settings = await workers()
  // Miniflare starts workerd, and does not say which process that is.
  const endGuard = guardStarted('workerd')
  const miniflare = new Miniflare(settings)
  let url: URL
  let bucketUrl: URL
  /** Milliseconds by which the clock was moved on. */
  let moved = 0

  async function connect() {
    await miniflare.ready
    url = await miniflare.unsafeGetDirectURL('distribution')
    bucketUrl = await miniflare.unsafeGetDirectURL('bucket')
    bundle = await openBundle(options.dist, {
      environments: availableParallelism(),
      env: lambdaVariables(options.targets, bucketUrl.origin),
    })
  }

  const post = (to: URL, value: unknown) =>
    fetch(to, { method: 'POST', headers: { [SECRET_HEADER]: secret }, body: JSON.stringify(value) })

  async function ask<Q extends HostQuestion>(question: Q): Promise<HostAnswers[Q['ask']]> {
    const response = await post(url, question)
    if (!response.ok) throw new Error(`the distribution does not answer ${question.ask}: ${response.status}`)
    return (await response.json()) as HostAnswers[Q['ask']]
  }

  const close = async () => {
    await connector.close()
    const last = bundle
    // From here on, no request may start a function of this bundle: nothing would end it again.
    bundle = undefined
    await last?.close()
    await miniflare.dispose()
    endGuard()
  }
  try {
    await connect()
  } catch (error) {
    await close().catch(() => {})
    throw startError(error, options.persist)
  }
  return {
    socket: () => ({ url, secret }),
    bucketUrl: () => bucketUrl,
    complaints,
    credentials: CREDENTIALS,
    ask,
    async advance(seconds) {
      checkAdvance(seconds, moved)
      moved += seconds * 1000
      const { now } = await ask({ ask: 'advance', milliseconds: seconds * 1000 })
      return now
    },
    async setKeyValues(values) {
      keyValues = values
      await post(new URL(KEY_VALUES_PATH, url), values)
    },
    async reload(changed) {
      policies = changed
      const former = bundle
      await miniflare.setOptions(await workers())
      await connect()
      // New Workers begin with the time of this machine.
      await ask({ ask: 'advance', milliseconds: moved })
      await former?.close()
    },
    close,
  }
}

/** What Workers and host report as wrong: kept, as the text of a 503 has it, and searched for signs of a full disk. */
function keptComplaints({ persist, warn }: RuntimeOptions) {
  let kept = ''
  const ofDisk = persist === undefined ? () => {} : diskComplaints(persist, warn)
  return {
    complain(text: unknown): void {
      kept = `${kept}${text}`.slice(-COMPLAINT_CHARACTERS)
      ofDisk(String(text))
    },
    complaints: () => kept,
  }
}

/** Where workerd itself has ended, not a Worker, it could not open its files. */
function startError(error: unknown, persist: string | undefined): unknown {
  if (!persist || !/Fatal uncaught kj::Exception/.test(String(error))) return error
  const kept = join(persist, 'r2')
  return new InputError(`${kept}: what is kept there can't be opened; remove the folder to begin anew`, {
    code: 'storage-unreadable',
    found: kept,
    cause: error,
  })
}

/** @param moved milliseconds by which the clock is ahead already @throws InputError */
function checkAdvance(seconds: number, moved: number): void {
  const most = Math.min(CENTURY, Math.floor((LAST_MOMENT - Date.now() - moved) / 1000))
  if (seconds >= 0 && seconds <= most) return
  const expected = `0 to ${most} seconds to move the clock on by`
  throw unexpectedInput({ code: 'clock-out-of-range', expected, found: String(seconds) })
}

/** Environment variables with which origin-response reads its sources from the same S3 as the distribution. */
function lambdaVariables({ s3Endpoint, regions }: OriginTargets, embedded: string): Record<string, string> {
  const own = s3Endpoint === undefined ? CREDENTIALS : signingIn(Object.values(regions)[0] ?? '').signing
  return {
    AWS_ENDPOINT_URL_S3: s3Endpoint ?? embedded,
    ...(own && { AWS_ACCESS_KEY_ID: own.accessKeyId, AWS_SECRET_ACCESS_KEY: own.secretAccessKey }),
    ...(own?.sessionToken ? { AWS_SESSION_TOKEN: own.sessionToken } : {}),
  }
}
