/**
 * Next.js, whose image component makes URLs for imgix. It takes more room than most of what the project depends on
 * together, and one test needs it: so it is no dependency of everybody's, but installed when that test first runs. Its
 * lock names compilers for macOS and Windows without a hash: `--omit=optional` leaves them out.
 */
import { execFile } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { npm } from '../npm.ts'
import { type Staged, staged } from '../staged.ts'

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

const LOCKED = join(import.meta.dirname, 'next')

const INSTALL = ['ci', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']

/**
 * Installs Next.js, unless an earlier run has.
 * @param options further ones of npm's
 * @throws Error where npm fails with its registry at hand
 */
export async function stageNext(cache?: string, options: string[] = []): Promise<Staged> {
  const install = async (folder: string) => {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(LOCKED, file), join(folder, file))
    await npm([...INSTALL, ...options], folder)
  }
  const key = await readFile(join(LOCKED, 'package-lock.json'))
  return staged({ name: 'next', title: 'Next.js', key, install }, cache)
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
