/** Runs and checks TypeScript as an application would have it, which imports `rimlight/…` from its packages. */
import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { ROOT } from '../../base/root.ts'

const execute = promisify(execFile)

const { exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))

/** Entries of the package, each with its source: what is compiled to `lib/a/b.js` is `a/b.ts`. */
const WHOLE: Record<string, string> = Object.fromEntries(
  Object.entries<string | { default: string }>(exports).flatMap(([entry, target]) =>
    typeof target === 'string' ? [] : [[entry, target.default.replace(/^\.\/lib\/(.*)\.js$/, '$1.ts')]],
  ),
)

const APP = ['.', './urls', './sign', './session']

const PACKAGES: Record<string, Record<string, string>> = {
  rimlight: WHOLE,
  'rimlight-app': Object.fromEntries(APP.map((entry) => [entry, WHOLE[entry] ?? ''])),
}

/** What an application that is shown imports besides. */
const OTHERS = ['@types', '@aws-sdk', 'msw']

/** Makes a folder one of an application that has installed the package, and what the package has installed. */
export async function asApplication(folder: string): Promise<void> {
  for (const [name, entries] of Object.entries(PACKAGES))
    await install(join(folder, 'node_modules', name), name, entries)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  for (const name of OTHERS) await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name))
  const paths = Object.entries(PACKAGES).flatMap(([name, entries]) =>
    Object.entries(entries).map(([entry, source]) => [`${name}${entry.slice(1)}`, [join(ROOT, source)]]),
  )
  const tsconfig = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      lib: ['es2024', 'dom'],
      paths: Object.fromEntries(paths),
      // A page shows less than a program has: what is assigned and not used, and bare expressions.
      noUnusedLocals: false,
    },
    include: ['*.ts', '*.js', join(ROOT, 'edge/flags.d.ts')],
    exclude: ['node_modules'],
  }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
}

async function install(own: string, name: string, entries: Record<string, string>): Promise<void> {
  await mkdir(own, { recursive: true })
  const exports = Object.fromEntries(
    Object.keys(entries).map((entry) => [entry, `./${entry === '.' ? 'index' : entry.slice(2)}.mjs`]),
  )
  for (const [entry, source] of Object.entries(entries)) {
    const url = pathToFileURL(join(ROOT, source)).href
    await writeFile(join(own, exports[entry] ?? ''), `export * from ${JSON.stringify(url)}\n`)
  }
  await writeFile(join(own, 'package.json'), JSON.stringify({ name, type: 'module', exports }))
}

/** @returns what the compiler says, line by line; empty: nothing */
export async function typeProblems(folder: string): Promise<string[]> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const said = await execute(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder }).catch(
    (error) => error as { stdout: string },
  )
  return said.stdout.split('\n').filter((line) => line !== '')
}

/** @returns what it printed */
export const runIn = async (folder: string, args: string[], env: Record<string, string> = {}): Promise<string> =>
  (await execute(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } })).stdout
