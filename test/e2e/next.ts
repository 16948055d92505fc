/**
 * Next.js, whose image component makes URLs for imgix. It takes more room than most of what the project depends on
 * together, and one test needs it: so it is no dependency of everybody's, but installed when that test first runs. Its
 * lock names compilers for macOS and Windows without a hash: `--omit=optional` leaves them out.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npm, whyUnreachable } from '../npm.ts'

/** Properties of `next/legacy/image`. */
export type NextImage = {
  src: string
  width?: number
  height?: number
  layout?: 'fixed' | 'fill' | 'intrinsic' | 'responsive'
  sizes?: string
  quality?: number
  priority?: boolean
}

export type Staged = { kind: 'installed'; folder: string } | { kind: 'unreachable'; reason: string }

const LOCKED = join(import.meta.dirname, 'next')

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/rimlight')

const INSTALL = ['ci', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']

/**
 * Installs Next.js, unless an earlier run has.
 * @param options further ones of npm's
 * @throws Error where npm fails with its registry at hand
 */
export async function stageNext(cache = CACHE, options: string[] = []): Promise<Staged> {
  const lock = await readFile(join(LOCKED, 'package-lock.json'))
  const folder = join(cache, `next-${createHash('sha256').update(lock).digest('hex').slice(0, 16)}`)
  if (existsSync(folder)) return { kind: 'installed', folder }
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(`${folder}.tmp-`)
  try {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(LOCKED, file), join(temporary, file))
    await npm([...INSTALL, ...options], temporary)
    await rename(temporary, folder).catch((error) => {
      // Another run may have been faster.
      if (!existsSync(folder)) throw error
    })
    return { kind: 'installed', folder }
  } catch (error) {
    const code = whyUnreachable(error)
    if (code === undefined) throw error
    return { kind: 'unreachable', reason: `Next.js is not installed yet, and npm's registry is out of reach: ${code}` }
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

const execute = promisify(execFile)

/** The URLs in `src` and `srcset` that each image is rendered with. @param folder with Next.js in it */
export async function urlsOfNext(folder: string, images: NextImage[]): Promise<string[][]> {
  const script = join(LOCKED, 'render.ts')
  const env = { ...process.env, NODE_ENV: 'production' }
  const { stdout } = await execute(process.execPath, [script, folder, JSON.stringify(images)], { env })
  return (JSON.parse(stdout) as string[]).map(urlsIn)
}

/** Not the `data:` that stands in for a picture until it is in sight. */
const urlsIn = (markup: string): string[] => {
  const attributes = [...markup.matchAll(/ (?:src|(?:image)?srcset)="([^"]*)"/gi)]
  const candidates = attributes.flatMap(([, value = '']) => value.replaceAll('&amp;', '&').split(/,\s+/))
  const urls = candidates.map((candidate) => candidate.split(' ')[0] ?? '')
  return [...new Set(urls)].filter((url) => !url.startsWith('data:'))
}
