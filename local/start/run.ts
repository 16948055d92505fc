/** What `rimlight start` does, from the build to the end. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { InputError } from '../../base/errors.ts'
import type { Policies } from '../../bundle/policies.ts'
import { readBundle, readPolicies } from '../../bundle/read-bundle.ts'
import { aborted, signalsTold } from '../../cli/kit/interrupt.ts'
import { type CloudFront, startCloudFront } from '../cloudfront.ts'
import { missingHeaders, originHeaderValues } from '../host/origin-headers.ts'
import { type OriginTargets, originTargets } from '../host/origin-targets.ts'
import { localTenants, type TenantOptions } from '../host/tenants.ts'
import { CERTIFICATE_FILE } from '../listeners/certificate.ts'
import { openBrowser } from './browser.ts'
import { buildBundle } from './build.ts'
import { checkBeforeBuild } from './checks.ts'
import type { ReadyEvent, Say } from './events.ts'
import { examplesOf } from './examples.ts'
import { readKeyValues } from './key-values.ts'
import type { StartOptions } from './options.ts'
import { readOriginHeaders } from './origin-headers.ts'
import { configFiles, doneWithSources, SOURCE_FOLDERS, shortName } from './sources.ts'
import { watchSources } from './watch.ts'

/**
 * Builds, starts, and builds again after each change of a source, until `signal` is aborted.
 * @throws InputError for what is wrong with the options or the config, Failure with what else the build says
 */
export async function run(options: StartOptions, say: Say, signal: AbortSignal): Promise<void> {
  const isSound = await checkBeforeBuild(options, signal)
  if (isSound) say({ event: 'building', config: options.config, out: options.out })
  const built = isSound ? await buildBundle(options.config, options.out, signal) : { kind: 'stopped' as const }
  if (built.kind === 'failed') throw built.error
  if (built.kind === 'built') {
    say({ event: 'starting' })
    const running = await unlessAborted(start(options, say), signal)
    if (running === undefined) return say({ event: 'stopped' })
    const watch = keepUp(options, built.keyFiles, running, say, signal)
    try {
      await watch.began
      if (!signal.aborted) {
        const ready = await readyEvent(options, running)
        say(ready)
        if (options.opensBrowser) openBrowser(ready.page, (message) => say({ event: 'warning', message }))
        await unlessAborted(Promise.race([aborted(signal), watch.broken]), signal)
      }
      say({ event: 'stopping' })
    } finally {
      await watch.close()
      await running.cloudFront.stop()
      await doneWithSources()
    }
  }
  say({ event: 'stopped' })
}

type Running = { cloudFront: CloudFront; policies: Policies; keyValues: Record<string, string> }

/** A terminal sends Ctrl-C to workerd and esbuild, too: what fails because they have ended is no failure. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    await signalsTold()
    if (signal.aborted) return undefined
    throw error
  }
}

async function start(options: StartOptions, say: Say): Promise<Running> {
  const { out, buckets, origins, httpsPort, httpPort, pops, persist, accessLog } = options
  const keyValues = await keyValuesOf(options)
  const originHeaders = await originHeadersOf(options)
  const cloudFront = await startCloudFront({
    dist: out,
    buckets,
    origins,
    httpsPort,
    httpPort,
    pops,
    keyValues,
    warn: (message) => say({ event: 'warning', message }),
    originHeaders,
    ...tenantOptions(options),
    ...(persist === undefined ? {} : { persist }),
    ...(accessLog === undefined ? {} : { accessLog }),
  })
  cloudFront.on('request', (request) => say({ event: 'request', request }))
  const policies = await readPolicies(out)
  const missing = missingHeaders(policies.origins, originHeaderValues(policies.origins, originHeaders))
  if (missing.length > 0) {
    say({
      event: 'warning',
      message: `Requests go to origins without ${missing.join(', ')}; --origin-headers FILE gives their values`,
    })
  }
  return { cloudFront, policies, keyValues }
}

const originHeadersOf = async ({ originHeaders }: StartOptions) =>
  originHeaders === undefined ? {} : readOriginHeaders(originHeaders)
const tenantOptions = ({ tenants, tenantDomain, tenantKeyPrefix }: StartOptions): TenantOptions => ({
  tenants,
  ...(tenantDomain === undefined ? {} : { tenantDomain }),
  ...(tenantKeyPrefix === undefined ? {} : { tenantKeyPrefix }),
})

const targetsOf = async (options: StartOptions, { origins }: Policies): Promise<OriginTargets> =>
  originTargets(
    origins,
    options.buckets,
    options.origins,
    await localTenants(tenantOptions(options), () => readBundle(options.out)),
  )

const keyValuesOf = async ({ keys }: StartOptions) => (keys === undefined ? {} : readKeyValues(keys))

async function readyEvent(options: StartOptions, { cloudFront: { site, s3 }, policies }: Running): Promise<ReadyEvent> {
  const { origins, persist } = options
  const targets = await targetsOf(options, policies)
  return {
    event: 'ready',
    site,
    realOrigins: Object.keys(policies.origins).filter((name) => !policies.origins[name]?.s3 && !(name in origins)),
    page: `${site.httpsUrl}/__rimlight/`,
    certificate: persist === undefined ? null : join(persist, CERTIFICATE_FILE),
    s3,
    examples: await examplesOf(site, policies, targets),
  }
}

/** Builds and reloads after changes, one build at a time, until it is closed. */
function keepUp(
  options: StartOptions,
  firstKeyFiles: readonly string[],
  running: Running,
  say: Say,
  signal: AbortSignal,
) {
  let files: string[] = []
  let keyFiles = firstKeyFiles
  let isWanted = false
  let busy: Promise<void> | undefined
  const { promise: broken, reject } = Promise.withResolvers<never>()
  const follow = async () => {
    files = await configFiles(options.config, files)
    const secrets = options.keys === undefined ? [] : [resolve(options.keys)]
    if (!signal.aborted) watch.files([...files, ...keyFiles, ...secrets])
  }
  const rebuild = async () => {
    while (isWanted && !signal.aborted) {
      isWanted = false
      await follow()
      await takeUpKeys(options, running, say)
      const named = await rebuildOnce(options, running, say, signal)
      if (named === undefined || isDeepStrictEqual(named, keyFiles)) continue
      keyFiles = named
      await follow()
    }
    busy = undefined
  }
  const watch = watchSources(
    SOURCE_FOLDERS,
    (changed) => {
      say({ event: 'changed', files: changed.map(shortName) })
      isWanted = true
      busy ??= rebuild().catch(reject)
    },
    (message) => say({ event: 'warning', message }),
  )
  broken.catch(() => {})
  const began = follow()
  busy = began.then(rebuild).catch(reject)
  return {
    began,
    /** Rejects when nothing runs any more, and no change of a source will mend it. */
    broken,
    async close() {
      watch.close()
      await busy
    },
  }
}

/** While the file is broken, the keys before it stay. */
async function takeUpKeys(options: StartOptions, running: Running, say: Say): Promise<void> {
  const keyValues = await keyValuesOf(options).catch((error) => {
    if (error instanceof InputError) return error
    throw error
  })
  if (keyValues instanceof InputError) return say({ event: 'warning', message: keyValues.message })
  if (isDeepStrictEqual(keyValues, running.keyValues)) return
  await running.cloudFront.setKeyValues(keyValues)
  running.keyValues = keyValues
}

/** @returns the files of public keys that the config names */
async function rebuildOnce(
  options: StartOptions,
  running: Running,
  say: Say,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const started = performance.now()
  const before = await bundleFingerprint(options.out)
  const built = await buildBundle(options.config, options.out, signal)
  if (built.kind === 'stopped') return undefined
  const { keyFiles } = built
  if (built.kind === 'failed') {
    say({ event: 'not-reloaded', message: built.error.message })
    return keyFiles
  }
  const isChanged = (await bundleFingerprint(options.out)) !== before
  if (isChanged) {
    const policies = await readPolicies(options.out)
    const problem = await reloadProblem(policies, options)
    if (problem !== undefined) {
      say({ event: 'not-reloaded', message: problem })
      return keyFiles
    }
    await takeUp(policies, options, running, say)
  }
  say({ event: 'reloaded', isChanged, milliseconds: Math.round(performance.now() - started) })
  return keyFiles
}

/** Why a new bundle can't run, found out while the former one still does. */
async function reloadProblem(policies: Policies, options: StartOptions): Promise<string | undefined> {
  try {
    await targetsOf(options, policies)
    originHeaderValues(policies.origins, await originHeadersOf(options))
    return undefined
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

/** New origins or domains concern listeners and folders, too: then everything starts anew, at the same ports. */
async function takeUp(policies: Policies, options: StartOptions, running: Running, say: Say): Promise<void> {
  const { domains, origins } = running.policies
  if (isDeepStrictEqual({ domains, origins }, { domains: policies.domains, origins: policies.origins })) {
    await running.cloudFront.reload()
    running.policies = policies
    return
  }
  const ports = { httpsPort: portOf(running.cloudFront.httpsUrl), httpPort: portOf(running.cloudFront.httpUrl) }
  await running.cloudFront.stop()
  Object.assign(running, await start({ ...options, ...ports }, say))
}

const portOf = (url: string): number => Number(new URL(url).port)

/** A text that is the same for the same bundle. */
async function bundleFingerprint(out: string): Promise<string> {
  const files = ['manifest.json', 'policies.json'].map((file) => readFile(resolve(out, file), 'utf8').catch(() => ''))
  return (await Promise.all(files)).join('\n')
}
