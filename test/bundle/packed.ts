/** The packages as npm would publish them, and other projects that install them. */
import { cp, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../base/root.ts'
import { npm } from '../npm.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'

export type Tarball = {
  path: string
  /** Paths in the package, without the folder `package/` that all tarballs of npm have. */
  files: string[]
}

const SOURCES = ['README.md', 'LICENSE', 'package.json', 'tsconfig.json', 'tsconfig.app.json', 'tsconfig.lib.json']

/** A copy of what gets packed: `lib/` and `rimlight-app/` are made on the way, and the project's own folder need not know of it. */
async function copyOfPackage(): Promise<string> {
  const tree = await temporaryFolder()
  const { files } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  // `lib` is made; an entry with a `!` is what a folder of the others leaves out.
  for (const source of [...SOURCES, ...files.filter((file: string) => file !== 'lib' && !file.startsWith('!'))]) {
    await cp(join(ROOT, source), join(tree, source), { recursive: true })
  }
  await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  return tree
}

async function pack(folder: string): Promise<Tarball> {
  const target = await temporaryFolder()
  const { stdout } = await npm(['pack', '--json', '--pack-destination', target], folder)
  const [{ filename, files }] = JSON.parse(stdout)
  return { path: join(target, filename), files: files.map(({ path }: { path: string }) => path) }
}

/** `rimlight`: the commands, and all entries. */
export const packedTool = async (): Promise<Tarball> => pack(await copyOfPackage())

/** `rimlight-app`: what applications import. */
export async function packedApp(): Promise<Tarball> {
  const tree = await copyOfPackage()
  await npm(['run', 'pack:app'], tree)
  return pack(join(tree, 'rimlight-app'))
}
