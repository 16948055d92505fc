import { join } from 'node:path'
import { InputError } from '../../../base/errors.ts'
import type { Artefact, ArtefactName, Manifest } from '../../../bundle/manifest.ts'
import { readArtefact, readManifest } from '../../../bundle/read-bundle.ts'
import type { Trigger } from '../../../edge/limits.ts'
import type { EngineOptions, FunctionEngine } from './function-engine.ts'
import { type LambdaPool, openLambda } from './lambda.ts'
import { hasNjs, openNjs } from './njs.ts'
import { type CallCost, callCosts, missingForCosts } from './njs-cost.ts'
import { openWorkerd } from './workerd.ts'

/** A built bundle, ready to run. Everything starts when it is first asked for. */
export type OpenBundle = {
  folder: string
  manifest: Manifest
  /** `undefined` if the bundle has none of this name. */
  artefact(name: string): Artefact | undefined
  /** A CloudFront Function in njs, where that is installed, and in workerd. */
  engines(trigger: Trigger): Promise<FunctionEngine[]>
  /** What a call of the function costs in njs, for each event; none on a machine without the tools, or where a call throws. */
  costs(trigger: Trigger, events: readonly unknown[]): Promise<CallCost[]>
  lambda(name: ArtefactName): Promise<LambdaPool>
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
 * @throws InputError if there is no manifest, or if a file is missing or differs from the manifest
 */
export async function openBundle(
  folder: string,
  { env = {}, environments = 1, ...engine }: BundleOptions = {},
): Promise<OpenBundle> {
  const manifest = await readManifest(folder)
  const artefacts = new Map<string, Artefact>(Object.entries(manifest.artefacts))
  const contents = new Map<string, Buffer>()
  for (const [trigger, artefact] of artefacts) contents.set(trigger, await readArtefact(folder, artefact))

  const pathOf = (trigger: ArtefactName) => join(folder, artefacts.get(trigger)?.file ?? '')

  const engines = memoised(async (trigger) => {
    const code = String(contents.get(trigger))
    const opened = [openWorkerd(code, engine)]
    if (hasNjs()) opened.unshift(openNjs(code, engine))
    return withPath(pathOf(trigger), allOpened(opened))
  })
  const lambdas = memoised(async (trigger) => {
    const artefact = artefacts.get(trigger)
    if (artefact === undefined) throw new Error(`the bundle has no ${trigger}`)
    const zip = pathOf(trigger)
    return withPath(zip, openLambda({ zip, artefact, name: `us-east-1.rimlight-${trigger}`, env, environments }))
  })

  const costs = async (trigger: Trigger, events: readonly unknown[]) => {
    if (missingForCosts().length > 0) return []
    const subjects = events.map((event) => ({ event }))
    return callCosts(String(contents.get(trigger)), subjects, engine.keyValues).catch(() => [])
  }

  return {
    folder,
    costs,
    manifest,
    artefact: (name) => artefacts.get(name),
    engines: engines.get,
    lambda: lambdas.get,
    async close() {
      const opened = [...(await engines.settled()).flat(), ...(await lambdas.settled())]
      await Promise.all(opened.map((one) => one.close()))
    },
  }
}

/** An artefact that does not load was built wrong: the message names its file. */
async function withPath<T>(path: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening
  } catch (error) {
    const message = `${path}: ${error instanceof Error ? error.message : error}`
    throw new InputError(message, { code: 'artefact-does-not-load', found: path, cause: error })
  }
}

/** Opens once for each artefact; a failure to open is forgotten. */
function memoised<T>(open: (trigger: ArtefactName) => Promise<T>) {
  const opened = new Map<ArtefactName, Promise<T>>()
  return {
    get(trigger: ArtefactName): Promise<T> {
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

/** All engines, or none: where one fails to open, the others are closed again. */
async function allOpened(opening: Promise<FunctionEngine>[]): Promise<FunctionEngine[]> {
  const results = await Promise.allSettled(opening)
  const engines = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure === undefined) return engines
  await Promise.all(engines.map((engine) => engine.close()))
  throw failure.reason
}
