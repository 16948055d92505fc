/** Reads what a build wrote: each file once, and held to the manifest. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../base/errors.ts'
import { isObject } from '../base/json-values.ts'
import { TRIGGERS, type Trigger } from '../edge/limits.ts'
import type { Artefact, Manifest } from './manifest.ts'
import type { Policies } from './policies.ts'
import type { Settings } from './settings.ts'

/** What `rimlight build` wrote into a folder, as it is read again. */
export type BuiltBundle = {
  /** The path that it was read from. */
  folder: string
  manifest: Manifest
  policies: Policies
  /** The config that it was built from. */
  settings: Settings
  /** Each trigger's artefact, whole: the function's text, the Lambda functions' zips. */
  contents: Record<Trigger, Buffer> & { 'viewer-request-lambda'?: Buffer }
}

const AGAIN = 'run `rimlight build` again'

/**
 * Reads a bundle, and holds each file to the sha256 that the manifest has for it.
 *
 * @example
 * ```ts
 * const bundle = await readBundle('dist')
 * ```
 * @param folder where `rimlight build` wrote it
 * @throws InputError if a file is missing, or is not the one that the manifest tells of
 */
export async function readBundle(folder: string): Promise<BuiltBundle> {
  const manifest = await readManifest(folder)
  const isWhole = [manifest.config, manifest.policies].every(isObject)
  if (!isWhole || !TRIGGERS.every((trigger) => trigger in manifest.artefacts)) {
    throw new InputError(`${join(folder, 'manifest.json')}: not a manifest of a whole bundle; ${AGAIN}`, {
      code: 'not-a-bundle',
      expected: 'a manifest of a whole bundle',
    })
  }
  const listed = async <T>(file: string, { sha256 }: { sha256: string }): Promise<T> => {
    const path = join(folder, file)
    return JSON.parse(verified(path, await textOf(path), sha256))
  }
  const [policies, settings, ...contents] = await Promise.all([
    listed<Policies>('policies.json', manifest.policies),
    listed<Settings>('config.json', manifest.config),
    ...Object.entries(manifest.artefacts).map(async ([trigger, artefact]) => [
      trigger,
      await readArtefact(folder, artefact),
    ]),
  ])
  const needsLambda = policies.behaviours.some(({ viewerRequest }) => viewerRequest === 'lambda')
  if (needsLambda !== 'viewer-request-lambda' in manifest.artefacts) {
    const expected = `${needsLambda ? 'viewer-request.zip' : 'no viewer-request.zip'}, as its policies say`
    throw new InputError(`${join(folder, 'manifest.json')}: expected ${expected}; ${AGAIN}`, {
      code: 'not-a-bundle',
      expected,
    })
  }
  return { folder, manifest, policies, settings, contents: Object.fromEntries(contents) }
}

/** @throws InputError if the folder has none, or one of another shape */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'manifest.json')
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new InputError(
      `${path}: not found; \`rimlight build\` writes the bundle to dist, or name another with --dist`,
      { code: 'bundle-not-found', expected: 'a bundle', found: `no ${path}`, cause },
    )
  })
  const manifest = parsed(text, ({ artefacts }) => {
    const all = isObject(artefacts) ? Object.values(artefacts) : []
    return all.length > 0 && all.every(isArtefact)
  })
  if (manifest === undefined) {
    throw new InputError(`${path}: not a manifest of a bundle; ${AGAIN}`, {
      code: 'not-a-bundle',
      expected: 'a manifest of a bundle',
    })
  }
  return manifest as Manifest
}

/**
 * The policies as they are, without a look at their sha256: the local CloudFront also runs bundles that were edited by hand.
 * @throws InputError if the folder has none, or one of an older build
 */
export async function readPolicies(folder: string): Promise<Policies> {
  const path = join(folder, 'policies.json')
  const policies = parsed(
    await textOf(path),
    ({ behaviours, cachePolicies, domains, keyGroups, origins }) =>
      [behaviours, cachePolicies, domains].every(Array.isArray) &&
      (behaviours as unknown[]).length > 0 &&
      [keyGroups, origins].every(isObject),
  )
  if (policies === undefined) {
    throw new InputError(`${path}: not the policies of a bundle; ${AGAIN}`, {
      code: 'not-a-bundle',
      expected: 'the policies of a bundle',
    })
  }
  return policies as Policies
}

/** @throws InputError if a file is missing, or is not the one that the manifest tells of */
export async function readArtefact(folder: string, { file, sha256 }: Artefact): Promise<Buffer> {
  const path = join(folder, file)
  const content = await readFile(path).catch((cause) => {
    throw new InputError(`${path}: not found, although the manifest names it; ${AGAIN}`, {
      code: 'bundle-file-not-found',
      cause,
    })
  })
  return verified(path, content, sha256)
}

const textOf = (path: string) =>
  readFile(path, 'utf8').catch((cause) => {
    throw new InputError(`${path}: not found; \`rimlight build\` writes it`, { code: 'bundle-file-not-found', cause })
  })

function verified<Content extends string | Buffer>(path: string, content: Content, sha256: string): Content {
  const found = createHash('sha256').update(content).digest('hex')
  if (found === sha256) return content
  throw new InputError(
    `${path}: not the file that was built: the manifest says sha256 ${sha256}, the file has ${found}; ${AGAIN}`,
    { code: 'not-as-built', expected: `sha256 ${sha256}`, found },
  )
}

/** What a file holds, `undefined` if it is not what it should be. */
function parsed(text: string, isWhole: (value: Record<string, unknown>) => boolean): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && isWhole(value) ? value : undefined
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
