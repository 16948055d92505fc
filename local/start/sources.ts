/** What a bundle is made from: the project's own sources, and the config with what it imports from its neighbours. */
import { relative, resolve } from 'node:path'
import { build, stop } from 'esbuild'
import { ROOT } from '../../base/root.ts'

/** With all that is in them. */
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
 * The config and the files that it imports, absolute; of a config that can't be read, itself and what `before` has.
 * @param before the files of the last time
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

/** Ends the process that esbuild keeps, which would end a moment after ours. */
export const doneWithSources = (): Promise<void> => stop()
