/** The packages as npm would publish them, and other projects that install them. */
import { existsSync } from 'node:fs'
import { cp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../base/root.ts'
import { npm } from '../npm.ts'
import { sharedFolder, sharedPath } from '../temporary.ts'
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

async function packInto(folder: string, target: string): Promise<Packed> {
  const { stdout } = await npm(['pack', '--json', '--pack-destination', target], folder)
  const [{ filename, files }] = JSON.parse(stdout)
  return { filename, files: files.map(({ path }: { path: string }) => path) }
}

type Packed = { filename: string; files: string[] }

/** Packed by whichever process of the run asks first: the sources are the same for all. */
async function packedOnce(name: string, packedTree: (target: string) => Promise<Packed>): Promise<Tarball> {
  const folder = sharedPath(name)
  const list = join(folder, 'packed.json')
  if (!existsSync(list)) {
    const temporary = sharedFolder()
    await writeFile(join(temporary, 'packed.json'), JSON.stringify(await packedTree(temporary)))
    try {
      await rename(temporary, folder)
    } catch (error) {
      // Another process was faster.
      await rm(temporary, { recursive: true })
      if (!existsSync(list)) throw error
    }
  }
  const { filename, files }: Packed = JSON.parse(await readFile(list, 'utf8'))
  return { path: join(folder, filename), files }
}

/** `rimlight`: the commands, and all entries. */
export const packedTool = (): Promise<Tarball> =>
  packedOnce('packed-tool', async (target) => packInto(await copyOfPackage(), target))

/** `rimlight-app`: what applications import. */
export const packedApp = (): Promise<Tarball> =>
  packedOnce('packed-app', async (target) => {
    const tree = await copyOfPackage()
    await npm(['run', 'pack:app'], tree)
    return packInto(join(tree, 'rimlight-app'), target)
  })
