import { spawn } from 'node:child_process'
import { cp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ROOT } from '../../base/root.ts'
import { madeOnce } from '../temporary.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'

/** Five routes of all kinds, as JSON: what a site of some size would have. */
export const CONFIG = {
  domains: ['cdn.example.com', 'img.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1' },
    api: { domain: 'abc123.execute-api.us-east-1.amazonaws.com', path: '/prod' },
  },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/proxy/*', origin: 'api', cache: { default: '365d' }, headers: ['authorization'] },
    { path: '/search/*', origin: 'api', cache: { default: 60 }, query: ['page', 'term'] },
    { path: '/static/*', origin: 'photos', cache: { default: '365d' } },
    { path: '/*', origin: 'photos', cache: { default: '24h' }, images: true },
  ],
  headers: { dropRequest: ['x-forwarded-host'] },
}

/** Without pictures. */
export const PLAIN = { ...CONFIG, routes: CONFIG.routes.map(({ images: _, ...route }) => route) }

const SOURCES = [
  'base',
  'build',
  'build.mjs',
  'bundle',
  'cli',
  'edge',
  'edge.config.ts',
  'origin-request',
  'origin-response',
  'package.json',
  'tsconfig.json',
  'urls',
  'viewer-request',
]

/** The sources in a folder of their own, with `config.json`; the packages are the project's. */
export async function copyOfTree(config: object = CONFIG): Promise<string> {
  const folder = await temporaryFolder()
  for (const source of SOURCES) await cp(join(ROOT, source), join(folder, source), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  return folder
}

/** Replaces text in a file of a copied tree; throws where it is not there, once. */
export async function edit(tree: string, file: string, from: string, to: string): Promise<void> {
  const parts = (await readFile(join(tree, file), 'utf8')).split(from)
  if (parts.length !== 2) throw new Error(`${file}: expected "${from}" once, found it ${parts.length - 1} times`)
  await writeFile(join(tree, file), parts.join(to))
}

export type Run = { code: number | null; stdout: string; stderr: string }

/** `rimlight build`, without npm. */
export async function runBuild(
  tree: string,
  args: readonly string[],
  { cwd = tree, env = {}, umask = '022' }: { cwd?: string; env?: Record<string, string>; umask?: string } = {},
): Promise<Run> {
  const child = spawn(
    'sh',
    ['-c', `umask ${umask} && exec "$0" "$@"`, process.execPath, join(tree, 'build.mjs'), ...args],
    { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const code = new Promise<number | null>((done, failed) => child.on('close', done).on('error', failed))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}

/** What `rimlight build` makes of the config, in the folder `dist` here, built by the first who asks in a run; `run.json` is what it said. */
export const builtOnce = (): Promise<string> =>
  madeOnce('built-by-command', async (folder) => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(CONFIG))
    const run = await runBuild(ROOT, ['--config', 'config.json'], { cwd: folder })
    if (run.code !== 0) throw new Error(run.stderr)
    await writeFile(join(folder, 'run.json'), JSON.stringify(run))
  })

/** Contents by name. */
export async function filesIn(folder: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(folder)).toSorted()
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])))
}

/** Times of the last change by name. */
export async function timesIn(folder: string): Promise<Record<string, number>> {
  const names = (await readdir(folder)).toSorted()
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).mtimeMs])),
  )
}
