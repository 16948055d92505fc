/** `rimlight release`: everything that goes to a distribution, in one folder, with its hashes. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../base/root.ts'
import { loadConfig } from '../build/config.ts'
import { type OutputFile, writeAll } from '../build/output.ts'
import { sbomOf } from '../build/sbom.ts'
import { makeSite, outputFilesOf } from '../build/site.ts'
import type { BuiltBundle } from '../bundle/read-bundle.ts'
import { templateOf } from '../deploy/template.ts'
import { defineCommand } from './kit/command.ts'

export const main = defineCommand({
  name: 'rimlight release',
  usage: '[--config FILE] [--out DIR] [--json]',
  about: `Builds the bundle, and puts beside it what goes to a distribution with it: the CloudFormation template
(template.json), a CycloneDX bill of materials (sbom.cdx.json), and SHA256SUMS of all of them, which
\`sha256sum --check SHA256SUMS\` reads. The same sources and config give the same bytes in any folder, at any time. All
files are written, or none.

The template needs aws-cdk-lib: npm install --save-dev aws-cdk-lib constructs`,
  options: {
    config: { type: 'string', value: 'FILE', about: 'the config, TypeScript or JSON', default: 'edge.config.ts' },
    out: { type: 'string', value: 'DIR', about: 'where the files go', default: 'release' },
    json: { type: 'boolean', about: 'print one JSON document: { folder, files: [{ file, bytes, sha256 }] }' },
  },
  exitCode: '0 released; 1 what came of the config is not right; 2 wrong usage, or a config that is missing or wrong',
  async run({ config, out, json }, { stdout }) {
    const released = (await releaseFiles(config)).map((one) => ({ ...one, sha256: sha256(one.content) }))
    const sums = released.map(({ file, sha256 }) => `${sha256}  ${file}\n`).join('')
    await writeAll(out, [...released, { file: 'SHA256SUMS', content: sums }])
    const files = released.map(({ file, content, sha256 }) => ({ file, bytes: Buffer.byteLength(content), sha256 }))
    stdout.write(json ? `${JSON.stringify({ folder: out, files }, null, 2)}\n` : `Released ${out}/\n\n${sums}`)
    return 0
  },
})

/** Sorted by name. */
async function releaseFiles(configFile: string): Promise<OutputFile[]> {
  const settings = await loadConfig(configFile)
  const site = await makeSite(settings)
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const { built, manifest, policies } = site
  const contents = Object.fromEntries(built.map(({ target, content }) => [target.trigger, content]))
  const bundle = { folder: '', manifest, policies, settings, contents: contents as BuiltBundle['contents'] }
  const template = await templateOf(bundle)
  const files = [
    ...outputFilesOf(site),
    { file: 'template.json', content: template },
    { file: 'sbom.cdx.json', content: sbomOf(built, version) },
  ]
  return files.toSorted((a, b) => (a.file < b.file ? -1 : 1))
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')
