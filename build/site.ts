/** The build, step by step: everything is made and checked in memory, then written. */
import type { Manifest } from '../bundle/manifest.ts'
import type { Policies } from '../bundle/policies.ts'
import type { Settings } from '../bundle/settings.ts'
import { type Libraries, sharpForLambda } from './binaries.ts'
import { bundle } from './bundle.ts'
import { checkCode, checkSize } from './check.ts'
import { compile, type Rules } from './compile.ts'
import { loadConfig } from './config.ts'
import type { OnKeyFile } from './key-files.ts'
import { LIBHEIF, libheifForLambda } from './libheif.ts'
import { type Built, manifestOf } from './manifest.ts'
import { optionBytes } from './option-bytes.ts'
import { type OutputFile, writeAll } from './output.ts'
import { policiesOf } from './policies.ts'
import { type BuildTarget, targetsFor } from './targets.ts'
import { warningsOf } from './warnings.ts'
import { zip } from './zip.ts'

export type SiteBuild = {
  built: Built[]
  manifest: Manifest
  policies: Policies
  /** What its author should know. */
  warnings: string[]
  /** Of `config.json` and `policies.json`. */
  texts: { config: string; policies: string }
}

/** Makes and checks all of a site's files, and writes none. @throws BuildError, ConfigError */
export async function makeSite(settings: Settings): Promise<SiteBuild> {
  const rules = compile(settings)
  const policies = policiesOf(settings)
  const built = await Promise.all(targetsFor(rules).map((target) => makeArtefact(target, rules)))
  const texts = { config: json(settings), policies: json(policies) }
  return { built, policies, texts, warnings: warningsOf(settings), manifest: manifestOf(settings, texts, built) }
}

async function makeArtefact(target: BuildTarget, rules: Rules): Promise<Built> {
  const bundles = await bundle(target, rules)
  for (const one of bundles) checkCode(target, one)
  const files = Object.fromEntries(bundles.map(({ file, code }) => [file, Buffer.from(code)]))
  const hasSharp = bundles.some(({ packages }) => packages.some(({ name }) => name === 'sharp'))
  const beside = target.lazy
    .filter(({ file }) => bundles.some((one) => one.file === file))
    .flatMap((lazy) => lazy.beside)
  const hasHeic = beside.some((path) => path.startsWith(`${LIBHEIF}/`))
  const libraries = together([
    ...(hasSharp ? [await sharpForLambda()] : []),
    ...(hasHeic ? [await libheifForLambda()] : []),
  ])
  const content =
    target.kind === 'function' ? (files['index.js'] as Buffer) : await zip({ ...files, ...libraries.files })
  const isTooLarge = target.kind === 'function' && content.length > target.limit
  checkSize(target, content.length, bundles, isTooLarge ? await optionBytes(target, rules) : [])
  const packages = [...bundles.flatMap((one) => one.packages), ...libraries.packages]
  return {
    target,
    content,
    packages,
    ...(hasSharp ? { libraries: libraries.versions, native: libraries.native } : {}),
  }
}

const together = (all: readonly Libraries[]): Libraries => ({
  files: Object.assign({}, ...all.map(({ files }) => files)),
  versions: Object.assign({}, ...all.map(({ versions }) => versions)),
  packages: all.flatMap(({ packages }) => packages),
  native: Object.assign({}, ...all.map(({ native }) => native)),
})

/** Builds the config file's site into a folder. */
export async function buildSite(configFile: string, folder: string, onKeyFile?: OnKeyFile): Promise<SiteBuild> {
  const site = await makeSite(await loadConfig(configFile, onKeyFile))
  await writeAll(folder, outputFilesOf(site))
  return site
}

/** The manifest comes last: what it names is there. */
export const outputFilesOf = ({ built, texts, manifest }: SiteBuild): OutputFile[] => [
  ...built.map(({ target, content }) => ({ file: target.file, content })),
  { file: 'policies.json', content: texts.policies },
  { file: 'config.json', content: texts.config },
  { file: 'manifest.json', content: json(manifest) },
]

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
