/** The packages as npm would publish them, and other projects that install them. */
import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../base/root.ts'
import { npm, whyUnreachable } from '../npm.ts'
import { EXTENT } from '../runs.ts'
import { madeOnce } from '../temporary.ts'
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
  // A short run leaves it to `test/checks/tools.test.ts` whether types are right: the same files come out, in half of the time.
  if (EXTENT === 'short') await withoutCheck(join(tree, 'tsconfig.lib.json'))
  await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  return tree
}

async function withoutCheck(file: string): Promise<void> {
  const config = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify({ ...config, compilerOptions: { ...config.compilerOptions, noCheck: true } }))
}

async function packInto(folder: string, target: string): Promise<Packed> {
  const { stdout } = await npm(['pack', '--json', '--pack-destination', target], folder)
  const [{ filename, files }] = JSON.parse(stdout)
  return { filename, files: files.map(({ path }: { path: string }) => path) }
}

type Packed = { filename: string; files: string[] }

const LIST = 'packed.json'

/** Packed by whichever process of the run asks first: the sources are the same for all. */
async function packedOnce(name: string, packedTree: (target: string) => Promise<Packed>): Promise<Tarball> {
  const folder = await madeOnce(name, async (target) =>
    writeFile(join(target, LIST), JSON.stringify(await packedTree(target))),
  )
  const { filename, files }: Packed = JSON.parse(await readFile(join(folder, LIST), 'utf8'))
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

export type Installed = {
  /** What npm took, in milliseconds. */
  took: number
  /** npm's code, where there is no way to its registry and nothing is installed. */
  unreachable: string | undefined
}

/**
 * `npm install --save-dev rimlight` in a project. In a short run one install serves all projects, which link to its packages:
 * it takes a processor seven seconds, most of them to unpack workerd.
 */
export async function installTool(project: string): Promise<Installed> {
  const { path } = await packedTool()
  const install = async (folder: string) => {
    const began = performance.now()
    await npm(['install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund', ...SCRIPTS, path], folder)
    return performance.now() - began
  }
  try {
    if (EXTENT === 'full') return { took: await install(project), unreachable: undefined }
    const made = await madeOnce('installed-tool', async (folder) =>
      writeFile(join(folder, TOOK), String(await install(folder))),
    )
    const added = await jsonIn(made)
    await writeFile(join(project, PACKAGE), JSON.stringify({ ...(await jsonIn(project).catch(() => ({}))), ...added }))
    await symlink(join(made, 'node_modules'), join(project, 'node_modules'))
    return { took: Number(await readFile(join(made, TOOK), 'utf8')), unreachable: undefined }
  } catch (error) {
    const unreachable = whyUnreachable(error)
    if (unreachable === undefined) throw error
    return { took: 0, unreachable }
  }
}

/** Package managers run build scripts of packages only for who approves them, and `rimlight` works without: docs/begin.md. */
const SCRIPTS = EXTENT === 'full' ? [] : ['--ignore-scripts']

const PACKAGE = 'package.json'
const TOOK = 'took'

const jsonIn = async (folder: string): Promise<object> => JSON.parse(await readFile(join(folder, PACKAGE), 'utf8'))
