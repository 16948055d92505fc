/** `rimlight build`: what it takes, what it prints. */
import { styleText } from 'node:util'
import type { Manifest } from '../bundle/manifest.ts'
import { defineCommand } from '../cli/kit/command.ts'
import { loadConfig } from './config.ts'
import { policiesOf } from './policies.ts'
import { buildSite, type SiteBuild } from './site.ts'
import { warningsOf } from './warnings.ts'

export const main = defineCommand({
  name: 'rimlight build',
  usage: '[--config FILE] [--out DIR | --check] [--json]',
  about: `Builds the edge of a site: a CloudFront Function, two Lambda@Edge zips, and the policies that go with them. Everything
is made and checked before anything is written: viewer-request.js, origin-request.zip, origin-response.zip,
policies.json, config.json and manifest.json, all or none. Where a route's tokens have public keys, viewer-request.zip, too.`,
  options: {
    config: { type: 'string', value: 'FILE', about: 'the config, TypeScript or JSON', default: 'edge.config.ts' },
    out: { type: 'string', value: 'DIR', about: 'where the files go', default: 'dist' },
    check: { type: 'boolean', about: 'check the config, and build nothing' },
    json: {
      type: 'boolean',
      about: 'print one JSON document: the manifest, or with --check the policies that would be written',
    },
  },
  exitCode: '0 built; 1 what came of the config is not right; 2 wrong usage, or a config that is missing or wrong',
  async run({ config, out, check, json }, { stdout, stderr }) {
    if (check) {
      const settings = await loadConfig(config)
      const policies = policiesOf(settings)
      for (const warning of warningsOf(settings)) stderr.write(`warning: ${warning}\n`)
      stdout.write(json ? `${JSON.stringify(policies)}\n` : `${config} has no problem\n`)
      return 0
    }
    const keyFiles: string[] = []
    const site = await buildSite(config, out, (file) => keyFiles.push(file)).finally(() => {
      // `rimlight start`, whose child this may be, watches them.
      process.send?.({ keyFiles })
    })
    for (const warning of site.warnings) stderr.write(`warning: ${warning}\n`)
    stdout.write(json ? `${JSON.stringify(site.manifest, null, 2)}\n` : report(site, out))
    return 0
  },
})

function report({ manifest, policies }: SiteBuild, folder: string): string {
  const { cachePolicies, originRequestPolicies, responseHeadersPolicies, behaviours } = policies
  return [
    `Built ${folder}/`,
    '',
    table(manifest),
    '',
    `policies.json: ${behaviours.length} behaviours with ${cachePolicies.length} cache, ${originRequestPolicies.length} origin request and ${responseHeadersPolicies.length} response headers policies`,
    ...Object.entries(manifest.variants).map(([path, count]) => variantsLine(path, count, manifest.parts[path] ?? 0)),
    '',
  ].join('\n')
}

function variantsLine(path: string, count: number, parts: number): string {
  const number = (value: number) => value.toLocaleString('en')
  const others = parts > 0 ? `, ${number(count - parts)} without rect (images.rect: false)` : ''
  return `${path}: at most ${number(count)} variants of one version of an image${others}`
}

function table({ artefacts }: Manifest): string {
  const rows = Object.values(artefacts).map(({ file, bytes, limit, share, runtime, sha256 }) => [
    file,
    bytes.toLocaleString('en'),
    limit.toLocaleString('en'),
    `${(share * 100).toFixed(1)} %`,
    runtime,
    sha256.slice(0, 12),
  ])
  const head = ['file', 'bytes', 'limit', 'used', 'runtime', 'sha256']
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => (i >= 1 && i <= 3 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [styleText('dim', line(head)), ...rows.map(line)].join('\n')
}
