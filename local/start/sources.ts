/** The files that a bundle is made from: the project's sources, and the config with the files that it imports. */
import { relative, resolve } from 'node:path'
import { build, stop } from 'esbuild'
import { ROOT } from '../../base/root.ts'

/** Folders of the project's sources. */
export const SOURCE_FOLDERS = [
  'base',
  'bundle',
  'edge',
  'urls',
  'viewer-request',
  'origin-request',
  'origin-response',
  'build',
].map((folder) => resolve(ROOT, folder))

/**
 * Absolute paths of the config and of the files that it imports. Where it can't be read, of the config and of `before`.
 * @param before the result of the last call
 */
export async function configFiles(config: string, before: readonly string[] = []): Promise<string[]> {
  const file = resolve(config)
  if (file.endsWith('.json')) return [file]
  try {
    const { metafile } = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'node',
      packages: 'external',
      logLevel: 'silent',
    })
    return [...new Set([file, ...Object.keys(metafile.inputs).map((input) => resolve(input))])]
  } catch {
    return [...new Set([file, ...before])]
  }
}

/** For people. */
export const shortName = (file: string): string => {
  const short = relative(process.cwd(), file)
  return short === '' || short.startsWith('..') ? file : short
}

/** Ends esbuild's process, which would otherwise outlive ours by a moment. */
export const doneWithSources = (): Promise<void> => stop()
