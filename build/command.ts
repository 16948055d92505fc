/** `npm run build`: what it takes, what it prints. */
import { parseArgs, styleText } from 'node:util'
import type { Manifest } from '../edge/manifest.ts'
import { BuildError } from './error.ts'
import { buildSite, type Site } from './site.ts'

const HELP = `Usage: npm run build -- [--config FILE] [--out DIR] [--json]

Builds the edge of a site: a CloudFront Function, two Lambda@Edge zips, and the policies that go with them. Everything
is made and checked before anything is written: viewer-request.js, origin-request.zip, origin-response.zip,
policies.json and manifest.json, all or none.

Options
  --config FILE  the config, TypeScript or JSON; default: edge.config.ts
  --out DIR      where the files go; default: dist
  --json         print the manifest; npm itself prints to stdout as well, unless it is called as npm run --silent build
  --help         print this

Exit code: 0 built; 1 the config or what came of it is not right; 2 wrong usage.
`

const HINT = '`npm run build -- --help` says how to use it'

/** @returns the exit code */
export async function main(args: string[]): Promise<number> {
  const options = readOptions(args)
  if (typeof options === 'string') {
    process.stderr.write(`${options}; ${HINT}\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(HELP)
    return 0
  }
  try {
    const site = await buildSite(options.config, options.out)
    process.stdout.write(options.json ? `${JSON.stringify(site.manifest, null, 2)}\n` : report(site, options.out))
    return 0
  } catch (error) {
    if (!(error instanceof BuildError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 1
  }
}

function readOptions(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        config: { type: 'string', default: 'edge.config.ts' },
        out: { type: 'string', default: 'dist' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return (error as Error).message
  }
}

function report({ manifest, policies }: Site, folder: string): string {
  const { cachePolicies, originRequestPolicies, responseHeadersPolicies, behaviours } = policies
  return [
    `Built ${folder}/`,
    '',
    table(manifest),
    '',
    `policies.json: ${behaviours.length} behaviours with ${cachePolicies.length} cache, ${originRequestPolicies.length} origin request and ${responseHeadersPolicies.length} response headers policies`,
    ...Object.entries(manifest.variants).map(
      ([path, count]) => `${path}: at most ${count.toLocaleString('en')} variants of one version of an image`,
    ),
    '',
  ].join('\n')
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
