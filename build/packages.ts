/** Which packages a file was made from: what an SBOM names, and what tells our own code from that of others. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** `license`: an SPDX expression. */
export type Package = { name: string; version: string; license: string }

/** Up to the last `node_modules`, and the name of one package. */
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/

/**
 * Sorted by name.
 * @param files below `root`, with slashes
 */
export async function packagesOf(files: readonly string[], root: string): Promise<Package[]> {
  const folders = [...new Set(files.flatMap((file) => PACKAGE.exec(file) ?? []))].toSorted()
  return Promise.all(
    folders.map(async (folder) => packageOf(await readFile(join(root, folder, 'package.json'), 'utf8'))),
  )
}

function packageOf(text: string): Package {
  const { name, version, license } = JSON.parse(text)
  return { name, version, license }
}
