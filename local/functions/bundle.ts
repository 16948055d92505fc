import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Trigger } from '../../edge/limits.ts'
import type { Artefact, Manifest } from '../../edge/manifest.ts'
import { InputError } from '../input-error.ts'
import { isObject } from '../shape.ts'
import type { EngineOptions, FunctionEngine } from './function-engine.ts'
import { type Lambda, openLambda } from './lambda.ts'
import { hasNjs, openNjs } from './njs.ts'
import { openWorkerd } from './workerd.ts'

/** A built bundle, ready to run. Everything starts when it is first asked for. */
export type OpenBundle = {
  folder: string
  manifest: Manifest
  /** The artefact for a trigger, `undefined` if the bundle has none. */
  artefact(trigger: string): Artefact | undefined
  /** A CloudFront Function in njs, where that is installed, and in workerd. */
  engines(trigger: Trigger): Promise<FunctionEngine[]>
  lambda(trigger: Trigger): Promise<Lambda>
  /** Ends all processes and removes all temporary files. */
  close(): Promise<void>
}

export type BundleOptions = EngineOptions & {
  /** Environment variables for the Lambda functions, besides Lambda's own. */
  env?: Record<string, string>
  /** Execution environments of each of them; default 1. */
  environments?: number
}

/**
 * Opens a folder that the build wrote.
 * @throws InputError if there is no manifest, or if a file is missing or is not the one that the manifest tells of
 */
export async function openBundle(
  folder: string,
  { env = {}, environments = 1, ...engine }: BundleOptions = {},
): Promise<OpenBundle> {
  const manifest = await readManifest(folder)
  const artefacts = new Map<string, Artefact>(Object.entries(manifest.artefacts))
  const contents = new Map<string, Buffer>()
  for (const [trigger, artefact] of artefacts) contents.set(trigger, await readArtefact(folder, artefact))

  const pathOf = (trigger: Trigger) => join(folder, artefacts.get(trigger)?.file ?? '')

  const engines = memoised(async (trigger) => {
    const code = String(contents.get(trigger))
    const opened = [openWorkerd(code, engine)]
    if (hasNjs()) opened.unshift(openNjs(code, engine))
    return usable(pathOf(trigger), allOpened(opened))
  })
  const lambdas = memoised(async (trigger) => {
    const artefact = artefacts.get(trigger)
    if (artefact === undefined) throw new Error(`the bundle has no ${trigger}`)
    const zip = pathOf(trigger)
    return usable(zip, openLambda({ zip, artefact, name: `us-east-1.rimlight-${trigger}`, env, environments }))
  })

  return {
    folder,
    manifest,
    artefact: (trigger) => artefacts.get(trigger),
    engines: engines.get,
    lambda: lambdas.get,
    async close() {
      const opened = [...(await engines.settled()).flat(), ...(await lambdas.settled())]
      await Promise.all(opened.map((one) => one.close()))
    },
  }
}

/** What can't be opened was built wrong. */
async function usable<T>(path: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    throw new InputError(`${path}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}

/** Opens once for each trigger; a failure to open is forgotten. */
function memoised<T>(open: (trigger: Trigger) => Promise<T>) {
  const opened = new Map<Trigger, Promise<T>>()
  return {
    get(trigger: Trigger): Promise<T> {
      const existing = opened.get(trigger)
      if (existing) return existing
      const opening = open(trigger)
      opened.set(trigger, opening)
      opening.catch(() => opened.delete(trigger))
      return opening
    },
    async settled(): Promise<T[]> {
      const results = await Promise.allSettled(opened.values())
      return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    },
  }
}

/** All engines or none: one that opened beside one that failed is closed again. */
async function allOpened(opening: Promise<FunctionEngine>[]): Promise<FunctionEngine[]> {
  const results = await Promise.allSettled(opening)
  const engines = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure === undefined) return engines
  await Promise.all(engines.map((engine) => engine.close()))
  throw failure.reason
}

async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'manifest.json')
  const text = await readFile(path, 'utf8').catch(() => {
    throw new InputError(`${path}: not found; \`npm run build\` writes the bundle to dist, or name another with --dist`)
  })
  const manifest = parseManifest(text)
  if (manifest === undefined) throw new InputError(`${path}: not a manifest of a bundle; run \`npm run build\` again`)
  return manifest
}

function parseManifest(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text)
    const artefacts = isObject(manifest?.artefacts) ? Object.values(manifest.artefacts) : []
    return artefacts.length > 0 && artefacts.every(isArtefact) ? manifest : undefined
  } catch {
    return undefined
  }
}

const isArtefact = (value: unknown): value is Artefact =>
  isObject(value) &&
  typeof value.file === 'string' &&
  typeof value.sha256 === 'string' &&
  typeof value.handler === 'string' &&
  (value.kind === 'function' || value.kind === 'lambda')

async function readArtefact(folder: string, { file, sha256 }: Artefact): Promise<Buffer> {
  const path = join(folder, file)
  const content = await readFile(path).catch(() => {
    throw new InputError(`${path}: not found, although the manifest names it; run \`npm run build\` again`)
  })
  const found = createHash('sha256').update(content).digest('hex')
  if (found === sha256) return content
  throw new InputError(
    `${path}: not the file that was built: the manifest says sha256 ${sha256}, the file has ${found}; ` +
      'run `npm run build` again',
  )
}
