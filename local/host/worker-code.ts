/** The code of the Workers: written in TypeScript, bundled when they are started. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { ROOT } from '../../base/root.ts'

/** @param entry below `local/workers/` */
export async function workerCode(entry: string): Promise<string> {
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
