/** The build, step by step: everything is made and checked in memory, then written. */
import type { Manifest } from '../edge/manifest.ts'
import type { Policies } from '../edge/policies.ts'
import { sharpForLambda } from './binaries.ts'
import { bundle } from './bundle.ts'
import { checkCode, checkSize } from './check.ts'
import { compile, type Rules } from './compile.ts'
import { loadConfig } from './config.ts'
import { type Built, manifestOf } from './manifest.ts'
import { writeAll } from './output.ts'
import { policiesOf } from './policies.ts'
import type { Settings } from './schema.ts'
import { TARGETS, type Target } from './targets.ts'
import { zip } from './zip.ts'

export type Site = { built: Built[]; manifest: Manifest; policies: Policies }

/** @throws BuildError; nothing is written by this */
export async function makeSite(settings: Settings): Promise<Site> {
  const rules = compile(settings)
  const policies = policiesOf(settings)
  const built = await Promise.all(TARGETS.map((target) => makeArtefact(target, rules)))
  return { built, policies, manifest: manifestOf(settings, built) }
}

async function makeArtefact(target: Target, rules: Rules): Promise<Built> {
  const bundles = await bundle(target, rules)
  for (const one of bundles) checkCode(target, one)
  const files = Object.fromEntries(bundles.map(({ file, code }) => [file, Buffer.from(code)]))
  const libraries = bundles.some(({ isOurs }) => !isOurs) ? await sharpForLambda() : null
  const content =
    target.kind === 'function' ? (files['index.js'] as Buffer) : await zip({ ...files, ...libraries?.files })
  checkSize(target, content.length, bundles)
  return { target, content, ...(libraries ? { libraries: libraries.versions } : {}) }
}

/** Builds the config file's site into a folder. The manifest comes last: what it names is there. */
export async function buildSite(configFile: string, folder: string): Promise<Site> {
  const site = await makeSite(await loadConfig(configFile))
  await writeAll(folder, [
    ...site.built.map(({ target, content }) => ({ file: target.file, content })),
    { file: 'policies.json', content: json(site.policies) },
    { file: 'manifest.json', content: json(site.manifest) },
  ])
  return site
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
