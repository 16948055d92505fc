/** The code of the Workers: written in TypeScript, bundled when they are started. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { ROOT } from '../../base/root.ts'

/** The code of each entry, so that a process that starts several distributions, as tests do, bundles it once. */
const bundled = new Map<string, Promise<string>>()

/** @param entry below `local/workers/` */
export function workerCode(entry: string): Promise<string> {
  const known = bundled.get(entry)
  if (known) return known
  const bundling = bundle(entry)
  bundled.set(entry, bundling)
  bundling.catch(() => bundled.delete(entry))
  return bundling
}

async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'local/workers', entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    external: ['node:*', 'cloudflare:*'],
    legalComments: 'none',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}
